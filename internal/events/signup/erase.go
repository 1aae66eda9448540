package signup

import "taitorinki/internal/people"

// Eraser is whose sign-ups were: the numbers of an event stay.
func Eraser() people.Eraser {
	return people.EraserSQL("signups", false, `SELECT count(*) FROM event_signups WHERE person_id = $1`, `UPDATE event_signups SET person_id = NULL WHERE person_id = $1`)
}
