package feedback

import "taitorinki/internal/people"

// Eraser is the address to which a request for feedback went. Feedback itself is nobody's.
func Eraser() people.Eraser {
	return people.EraserAddress("letters", `SELECT count(*) FROM event_feedback_letters WHERE address = $1 OR lower(address) = $2`,
		`DELETE FROM event_feedback_letters WHERE address = $1 OR lower(address) = $2`)
}
