package calendar

import "taitorinki/internal/people"

// Eraser is the link of a calendar that a person subscribes to, which rests on consent.
func Eraser() people.Eraser {
	return people.EraserSQL("feed", true, `SELECT count(*) FROM calendar_feeds WHERE person_id = $1`, `DELETE FROM calendar_feeds WHERE person_id = $1`)
}
