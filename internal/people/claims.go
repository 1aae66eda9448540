package people

import (
	"context"
	"slices"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// claimLives is how long a role from the county's sign-in lasts without that sign-in saying so again. Somebody who lost it there and
// comes in by the e-mail link has it no longer than this.
const claimLives = 30 * 24 * time.Hour

// SetClaimed gives a person the roles over the whole organisation that the county's sign-in says, and takes back those that it said
// before and no longer does: also an administrator's, which the operator can give again. Roles that a person or the staff list gave
// stay as they are. Taking a role back ends the person's sessions.
func SetClaimed(ctx context.Context, tx *db.Tx, at time.Time, personID int64, claimed []string) (err error) {
	defer errs.Wrap(&err, "people.SetClaimed(%d)", personID)
	held, err := RolesOf(ctx, tx, personID)
	if err != nil {
		return err
	}
	var gone []Role
	for _, r := range held {
		if !r.Claimed.IsZero() && !slices.Contains(claimed, r.Role) {
			gone = append(gone, r)
		}
	}
	if err := unclaim(ctx, tx, at, gone); err != nil {
		return err
	}
	for _, role := range claimed {
		if err := claim(ctx, tx, at, personID, role); err != nil {
			return err
		}
	}
	return nil
}

func claim(ctx context.Context, tx *db.Tx, at time.Time, personID int64, role string) error {
	if !KnownRole(role) {
		return errs.New(errs.Invalid, "people.bad-role", "value", role)
	}
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE roles SET claimed_at = $3 WHERE person_id = $1 AND role = $2 AND unit_id IS NULL AND claimed_at IS NOT NULL`,
		personID, role, db.At(at)))
	if err != nil || n > 0 {
		return err
	}
	n, err = db.Changed(tx.ExecContext(ctx, `INSERT INTO roles (person_id, role, listed, granted_at, claimed_at) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT DO NOTHING`, personID, role, false, db.At(at)))
	if err != nil || n == 0 {
		return err
	}
	return auditRole(ctx, tx, at, 0, "people.audit-signin-role", personID, role, 0)
}

// unclaim takes roles back.
func unclaim(ctx context.Context, tx *db.Tx, at time.Time, gone []Role) error {
	for _, r := range gone {
		n, err := db.Changed(tx.ExecContext(ctx, `DELETE FROM roles WHERE id = $1 AND claimed_at IS NOT NULL`, r.ID))
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := endSessions(ctx, tx, r.PersonID); err != nil {
			return err
		}
		if err := auditRole(ctx, tx, at, 0, "people.audit-signin-role-gone", r.PersonID, r.Role, r.UnitID); err != nil {
			return err
		}
	}
	return nil
}

// lapseClaims takes back the roles that the county's sign-in has not spoken of for too long.
func (s *Service) lapseClaims(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "people.lapseClaims")
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		old, err := roles(ctx, tx, `WHERE r.claimed_at < $1 ORDER BY r.id`, db.At(s.Now().Add(-claimLives)))
		if err != nil {
			return err
		}
		return unclaim(ctx, tx, s.Now(), old)
	})
}
