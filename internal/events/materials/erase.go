package materials

import "taitorinki/internal/people"

// Erasers are to whom mail about materials went lately, with an account and as a guest.
func Erasers() []people.Eraser {
	const guest = `person_id IS NULL AND email <> '' AND (email = $1 OR lower(email) = $2)`
	return []people.Eraser{
		people.EraserSQL("letters", false, `SELECT count(*) FROM event_material_letters WHERE person_id = $1`, `DELETE FROM event_material_letters WHERE person_id = $1`),
		people.EraserAddress("letters", `SELECT count(*) FROM event_material_letters WHERE `+guest, `DELETE FROM event_material_letters WHERE `+guest),
	}
}
