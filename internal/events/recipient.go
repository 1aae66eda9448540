package events

// Recipient is somebody whom mail about an event reaches: a person with an account, or a guest who signed up with an address alone.
type Recipient struct {
	Person, Guest     int64 // one of the two
	Name, Email, Lang string
}
