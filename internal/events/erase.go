package events

import "taitorinki/internal/people"

// Erasers are what events forget of a person: that they let their name be shown as a speaker rests on consent, and so does the name
// there. Whoever was told of an event is known for corrections alone.
func Erasers() []people.Eraser {
	const held = `SELECT id FROM event_holders WHERE person_id = $1`
	const guest = `SELECT id FROM event_holders WHERE person_id IS NULL AND email <> '' AND (email = $1 OR lower(email) = $2)`
	return []people.Eraser{
		people.EraserSQL("speaker-shown", true, `SELECT count(*) FROM event_speakers WHERE person_id = $1 AND consent = 'yes'`,
			`UPDATE event_speakers SET consent = 'no' WHERE person_id = $1 AND consent = 'yes'`),
		people.EraserSQL("speaker", false, `SELECT count(*) FROM event_speakers WHERE person_id = $1`,
			`UPDATE event_speakers SET name = '`+people.Nameless+`', title = '', consent = 'no' WHERE person_id = $1`),
		people.EraserSQL("told", false, `SELECT count(*) FROM event_holders WHERE person_id = $1`,
			`DELETE FROM event_letters WHERE holder_id IN (`+held+`)`, `DELETE FROM event_told WHERE holder_id IN (`+held+`)`,
			`DELETE FROM event_holders WHERE person_id = $1`),
		people.EraserAddress("told", `SELECT count(*) FROM event_holders WHERE id IN (`+guest+`)`,
			`DELETE FROM event_letters WHERE holder_id IN (`+guest+`)`, `DELETE FROM event_told WHERE holder_id IN (`+guest+`)`,
			`DELETE FROM event_holders WHERE id IN (`+guest+`)`),
	}
}
