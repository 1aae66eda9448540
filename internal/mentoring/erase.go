package mentoring

import "taitorinki/internal/people"

// Erasers are what digimentors' pages forget of a person: wishes and what mentors say of themselves rest on consent. That somebody
// was a mentor, and whom the help went to, stays with the nameless person.
func Erasers() []people.Eraser {
	const about = `mentor_id IN (SELECT id FROM mentoring_mentors WHERE person_id = $1)`
	return []people.Eraser{
		people.EraserSQL("wish", true, `SELECT count(*) FROM mentoring_wishes WHERE person_id = $1`, `DELETE FROM mentoring_wishes WHERE person_id = $1`),
		people.EraserSQL("strengths", true,
			`SELECT count(*) FROM mentoring_mentors WHERE person_id = $1 AND (areas <> '[]' OR services <> '[]' OR reach <> '' OR away_from <> '')`,
			`UPDATE mentoring_mentors SET areas = '[]', services = '[]', reach = '', away_from = '', away_to = '', version = version + 1 WHERE person_id = $1`),
		people.EraserSQL("reasons", false, `SELECT count(*) FROM mentoring_mentor_events WHERE why <> '' AND `+about, `UPDATE mentoring_mentor_events SET why = '' WHERE why <> '' AND `+about),
		people.EraserSQL("letters", false, `SELECT count(*) FROM mentoring_asks WHERE person_id = $1`, `DELETE FROM mentoring_asks WHERE person_id = $1`),
		people.EraserSQL("mentor-uploads", false, `SELECT count(*) FROM mentoring_uploads WHERE person_id = $1`, `DELETE FROM mentoring_uploads WHERE person_id = $1`),
	}
}
