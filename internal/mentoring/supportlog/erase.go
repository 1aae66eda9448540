package supportlog

import "taitorinki/internal/people"

// Eraser is the notes that a mentor wrote to themselves. What help was given stays: the figures of support are made of it.
func Eraser() people.Eraser {
	const own = `note <> '' AND mentor_id IN (SELECT id FROM mentoring_mentors WHERE person_id = $1)`
	return people.EraserSQL("log-notes", false, `SELECT count(*) FROM mentoring_entries WHERE `+own, `UPDATE mentoring_entries SET note = '', version = version + 1 WHERE `+own)
}
