package signon

import "taitorinki/internal/people"

// Eraser is the county's account by which a person signed in, with the sessions that began there.
func Eraser() people.Eraser {
	return people.EraserSQL("account", false, `SELECT count(*) FROM person_identities WHERE person_id = $1`,
		`DELETE FROM identity_sessions WHERE identity_id IN (SELECT id FROM person_identities WHERE person_id = $1)`,
		`DELETE FROM person_identities WHERE person_id = $1`)
}
