package stats

// Refusal says in one English sentence why an analysis cannot be done.
type Refusal string

func (r Refusal) Error() string { return string(r) }
