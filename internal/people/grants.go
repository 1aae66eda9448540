package people

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// Role is a role that a person holds.
type Role struct {
	ID, PersonID int64
	Role         string
	UnitID       int64 // 0: the whole organisation
	Listed       bool  // given by the staff list
	Granted      time.Time
	Claimed      time.Time // when the county's sign-in last said so; zero for a role that it did not give
}

// Holder is a person with a role.
type Holder struct {
	Person Person
	Role   Role
}

const roleColumns = `r.id, r.person_id, r.role, r.unit_id, r.listed, r.granted_at, r.claimed_at`

func (r *Role) into() []any {
	return []any{&r.ID, &r.PersonID, &r.Role, (*number)(&r.UnitID), &r.Listed, (*moment)(&r.Granted), (*moment)(&r.Claimed)}
}

// RolesOf returns the roles of a person in the order in which they were given.
func RolesOf(ctx context.Context, q db.Q, personID int64) (_ []Role, err error) {
	return roles(ctx, q, `WHERE r.person_id = $1 ORDER BY r.id`, personID)
}

func roles(ctx context.Context, q db.Q, where string, args ...any) (_ []Role, err error) {
	defer errs.Wrap(&err, "people.roles")
	return db.Rows(ctx, q, func(rows *sql.Rows, r *Role) error { return rows.Scan(r.into()...) },
		`SELECT `+roleColumns+` FROM roles r `+where, args...)
}

// Holders returns the people of today who hold a role anywhere, by person.
func Holders(ctx context.Context, q db.Q, role string) ([]Holder, error) {
	return holders(ctx, q, `r.role = $1 ORDER BY p.id, r.id`, role)
}

// HoldersAt returns the people of today who hold a role over exactly this unit, by name.
func HoldersAt(ctx context.Context, q db.Q, unitID int64) ([]Holder, error) {
	return holders(ctx, q, `r.unit_id = $1 ORDER BY p.name_sort, p.id, r.id`, unitID)
}

func holders(ctx context.Context, q db.Q, where string, args ...any) (_ []Holder, err error) {
	defer errs.Wrap(&err, "people.holders")
	return db.Rows(ctx, q, func(rows *sql.Rows, h *Holder) error { return rows.Scan(append(h.Person.into(), h.Role.into()...)...) },
		`SELECT `+personColumns+`, `+roleColumns+` FROM roles r JOIN persons p ON p.id = r.person_id
		WHERE p.left_at IS NULL AND `+where, args...)
}

// Grant gives a person a role over a unit, 0 for the whole organisation, and reports whether anything changed. A role
// that the staff list or the county's sign-in gave becomes one given by hand, which neither takes back. By is who grants, 0 the operator.
func Grant(ctx context.Context, tx *db.Tx, at time.Time, by, personID int64, role string, unitID int64) (changed bool, err error) {
	defer errs.Wrap(&err, "people.Grant(%d, %s, %d)", personID, role, unitID)
	if !KnownRole(role) {
		return false, errs.New(errs.Invalid, "people.bad-role", "value", role)
	}
	p, err := PersonByID(ctx, tx, personID)
	if err != nil {
		return false, err
	}
	if !p.Left.IsZero() {
		return false, errs.New(errs.Conflict, "people.person-left")
	}
	n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO roles (person_id, role, unit_id, listed, granted_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, personID, role, null(unitID), false, db.At(at)))
	if err != nil {
		return false, err
	}
	if n == 0 {
		n, err = db.Changed(tx.ExecContext(ctx, `UPDATE roles SET listed = $4, claimed_at = NULL
			WHERE person_id = $1 AND role = $2 AND COALESCE(unit_id, 0) = $3 AND (listed <> $4 OR claimed_at IS NOT NULL)`, personID, role, unitID, false))
	}
	if err != nil || n == 0 {
		return false, err
	}
	return true, auditRole(ctx, tx, at, by, "people.audit-grant", personID, role, unitID)
}

// Revoke takes a role back and ends the person's sessions, unless they gave it up themselves: rights are read anew at each request, and
// whoever steps back goes on reading. The last administrator stays one: without any, nobody could give roles on the pages.
func Revoke(ctx context.Context, tx *db.Tx, at time.Time, by, roleID int64) (err error) {
	defer errs.Wrap(&err, "people.Revoke(%d)", roleID)
	r, err := roleByID(ctx, tx, roleID)
	if err != nil {
		return err
	}
	if r.Role == Administrator && r.UnitID == 0 {
		all, err := Holders(ctx, tx, Administrator)
		if err != nil {
			return err
		}
		others := 0
		for _, h := range all {
			if h.Role.UnitID == 0 && h.Role.ID != roleID {
				others++
			}
		}
		if others == 0 {
			return errs.New(errs.Conflict, "people.last-administrator")
		}
	}
	n, err := db.Changed(tx.ExecContext(ctx, `DELETE FROM roles WHERE id = $1`, roleID))
	if err != nil || n == 0 {
		return err
	}
	if by != r.PersonID {
		if err := endSessions(ctx, tx, r.PersonID); err != nil {
			return err
		}
	}
	return auditRole(ctx, tx, at, by, "people.audit-revoke", r.PersonID, r.Role, r.UnitID)
}

func roleByID(ctx context.Context, q db.Q, id int64) (Role, error) {
	all, err := roles(ctx, q, `WHERE r.id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "people.role-missing")
	}
	if err != nil {
		return Role{}, err
	}
	return all[0], nil
}

func auditRole(ctx context.Context, tx *db.Tx, at time.Time, by int64, action string, personID int64, role string, unitID int64) error {
	where := "people.whole"
	if unitID != 0 {
		u, err := UnitByID(ctx, tx, unitID)
		if err != nil {
			return err
		}
		where = u.Code
	}
	return Audit(ctx, tx, at, by, action, objectOf("person", personID), Detail("role", "people.role-"+role, "unit", where))
}

// Detail writes name, value pairs as the detail of an audit entry, which fill the placeholders of its action's text.
func Detail(args ...any) string {
	m := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i].(string)] = args[i+1]
	}
	b, err := json.Marshal(m)
	if err != nil {
		return ""
	}
	return string(b)
}
