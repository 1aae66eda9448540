package invite

import "taitorinki/internal/people"

// Eraser is to which events a person was invited.
func Eraser() people.Eraser {
	return people.EraserSQL("invited", false, `SELECT count(*) FROM event_invited WHERE person_id = $1`, `DELETE FROM event_invited WHERE person_id = $1`)
}
