package about

import "taitorinki/internal/people"

// Erasers are the address under which a person wrote feedback on accessibility, and that they were told of others'. The feedback stays,
// as it is about a page.
func Erasers() []people.Eraser {
	return []people.Eraser{
		people.EraserAddress("accessibility", `SELECT count(*) FROM about_feedback WHERE email <> '' AND (email = $1 OR lower(email) = $2)`,
			`UPDATE about_feedback SET email = '' WHERE email <> '' AND (email = $1 OR lower(email) = $2)`),
		people.EraserSQL("letters", false, `SELECT count(*) FROM about_letters WHERE person_id = $1`, `DELETE FROM about_letters WHERE person_id = $1`),
	}
}
