package events

// Recipient is somebody to whom mail about an event goes: a person with an account, or a guest who gave an address only.
type Recipient struct {
	Person int64 // 0 for a guest
	Guest  int64 // number of the guest's sign-up; 0 for a person with an account
	Name   string
	Email  string
	Lang   string
}
