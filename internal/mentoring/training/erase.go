package training

import "taitorinki/internal/people"

// Eraser hides the holder's name on the public page of a badge. The badge itself stays, as the holder may show it elsewhere.
func Eraser() people.Eraser {
	return people.EraserSQL("badge-name", true, `SELECT count(*) FROM training_badges WHERE shown AND mentor_id IN (SELECT id FROM mentoring_mentors WHERE person_id = $1)`,
		`UPDATE training_badges SET shown = (1 = 0) WHERE mentor_id IN (SELECT id FROM mentoring_mentors WHERE person_id = $1)`)
}
