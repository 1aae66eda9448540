package meetings

import "taitorinki/internal/people"

// Erasers are what meetings forget of a person: who wrote a topic, what they voted for, their name beside a decision, and which mail went
// to them. That somebody nameless was there stays, and so does a topic's text, which was shown without its writer from the beginning.
func Erasers() []people.Eraser {
	return []people.Eraser{
		people.EraserSQL("topics", false, `SELECT count(*) FROM meeting_topics WHERE person_id = $1`, `UPDATE meeting_topics SET person_id = NULL WHERE person_id = $1`),
		people.EraserSQL("votes", false, `SELECT count(*) FROM meeting_votes WHERE person_id = $1`, `DELETE FROM meeting_votes WHERE person_id = $1`),
		people.EraserSQL("decisions", false, `SELECT count(*) FROM meeting_decisions WHERE owner_id = $1`,
			`UPDATE meeting_decisions SET owner = '`+people.Nameless+`' WHERE owner_id = $1`),
		people.EraserSQL("letters", false, `SELECT count(*) FROM meeting_letters WHERE person_id = $1`, `DELETE FROM meeting_letters WHERE person_id = $1`),
	}
}
