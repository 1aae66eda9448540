package training

import "taitorinki/internal/people"

// Erasers hide the holder's name on the public page of a badge, and forget why one was revoked. The badge itself stays, as the holder
// may show it elsewhere.
func Erasers() []people.Eraser {
	const own = `mentor_id IN (SELECT id FROM mentoring_mentors WHERE person_id = $1)`
	return []people.Eraser{people.EraserSQL("badge-name", true, `SELECT count(*) FROM training_badges WHERE shown AND `+own,
		`UPDATE training_badges SET shown = (1 = 0) WHERE `+own),
		people.EraserSQL("reasons", false, `SELECT count(*) FROM training_badges WHERE why <> '' AND `+own, `UPDATE training_badges SET why = '' WHERE why <> '' AND `+own)}
}
