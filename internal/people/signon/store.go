package signon

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// identity is an account and whose it is.
type identity struct {
	ID, PersonID    int64
	Issuer, Subject string
	Linked, Used    time.Time
}

// stranger is why an account does not lead in.
type stranger struct {
	reason string // unverified, unlisted, left or other
	email  string // the address that the account has
}

func (s stranger) Error() string { return "signon: " + s.reason }

// admitted is who has come in, by which account.
type admitted struct {
	person   people.Person
	identity int64
}

// admit finds out whose an account is, links it the first time, and brings the person's roles up to date.
func (s *Service) admit(ctx context.Context, who account) (in admitted, err error) {
	defer errs.Wrap(&err, "signon.admit")
	now := s.Now()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		known, err := identities(ctx, tx, `WHERE issuer = $1 AND subject = $2`, who.Issuer, who.Subject)
		if err != nil {
			return err
		}
		if len(known) == 0 {
			if known, err = link(ctx, tx, who, now); err != nil {
				return err
			}
		}
		in.identity = known[0].ID
		p, err := people.PersonByID(ctx, tx, known[0].PersonID)
		if err != nil {
			return err
		}
		if !p.Left.IsZero() {
			return stranger{"left", p.Email}
		}
		if _, err := tx.ExecContext(ctx, `UPDATE person_identities SET used_at = $2 WHERE id = $1`, in.identity, db.At(now)); err != nil {
			return err
		}
		if err := people.SetClaimed(ctx, tx, now, p.ID, s.roles(who.Roles)); err != nil {
			return err
		}
		if in.person, err = people.PersonByID(ctx, tx, p.ID); err != nil {
			return err
		}
		return people.Audit(ctx, tx, now, p.ID, "people.audit-signin-county", object(p.ID), "")
	})
	return in, err
}

func object(personID int64) string { return fmt.Sprintf("person:%d", personID) }

// link makes an account that of the person whose verified address it has. A person has one account of each provider: a second one is
// no reason to believe it more than the first.
func link(ctx context.Context, tx *db.Tx, who account, now time.Time) ([]identity, error) {
	if who.Email == "" {
		return nil, stranger{"unverified", who.Unverified}
	}
	p, err := people.PersonByEmail(ctx, tx, who.Email)
	if errs.KindOf(err) == errs.NotFound {
		return nil, stranger{"unlisted", who.Email}
	}
	if err != nil {
		return nil, err
	}
	if !p.Left.IsZero() {
		return nil, stranger{"left", who.Email}
	}
	n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO person_identities (person_id, issuer, subject, linked_at, used_at) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT DO NOTHING`, p.ID, who.Issuer, who.Subject, db.At(now)))
	if err != nil {
		return nil, err
	}
	known, err := identities(ctx, tx, `WHERE issuer = $1 AND subject = $2`, who.Issuer, who.Subject)
	if err == nil && len(known) == 0 {
		err = stranger{"other", who.Email}
	}
	if err != nil || n == 0 {
		return known, err
	}
	return known, people.Audit(ctx, tx, now, p.ID, "people.audit-signin-linked", object(p.ID), "")
}

func identities(ctx context.Context, q db.Q, where string, args ...any) ([]identity, error) {
	return db.Rows(ctx, q, func(r *sql.Rows, i *identity) error {
		var linked, used db.Time
		err := r.Scan(&i.ID, &i.PersonID, &i.Issuer, &i.Subject, &linked, &used)
		i.Linked, i.Used = linked.Time, used.Time
		return err
	}, `SELECT id, person_id, issuer, subject, linked_at, used_at FROM person_identities `+where, args...)
}

// identitiesOf are a person's accounts, the oldest first.
func identitiesOf(ctx context.Context, q db.Q, personID int64) (_ []identity, err error) {
	defer errs.Wrap(&err, "signon.identitiesOf(%d)", personID)
	return identities(ctx, q, `WHERE person_id = $1 ORDER BY id`, personID)
}

// begun remembers which session began with an account.
func begun(ctx context.Context, d *db.DB, session string, identity int64, who account, now time.Time) (err error) {
	defer errs.Wrap(&err, "signon.begun")
	_, err = d.ExecContext(ctx, `INSERT INTO identity_sessions (session, identity_id, sub, sid, began_at) VALUES ($1, $2, $3, $4, $5)`,
		session, identity, who.Sub, who.SID, db.At(now))
	return err
}

// forget parts a person from their accounts. Roles that came with them go too.
func (s *Service) forget(ctx context.Context, personID int64) (err error) {
	defer errs.Wrap(&err, "signon.forget(%d)", personID)
	now := s.Now()
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := db.Changed(tx.ExecContext(ctx, `DELETE FROM person_identities WHERE person_id = $1`, personID))
		if err != nil || n == 0 {
			return err
		}
		if err := people.SetClaimed(ctx, tx, now, personID, nil); err != nil {
			return err
		}
		return people.Audit(ctx, tx, now, personID, "people.audit-signin-unlinked", object(personID), "")
	})
}

// over is a session to be ended.
type over struct {
	session string
	person  int64
}

// endSid ends the sessions that began with a session at the provider; sub may be "".
func endSid(ctx context.Context, tx *db.Tx, issuer, sid, sub string, now time.Time) ([]int64, error) {
	where, args := `WHERE i.issuer = $1 AND s.sid = $2`, []any{issuer, sid}
	if sub != "" {
		where, args = where+` AND s.sub = $3`, append(args, sub)
	}
	all, err := db.Rows(ctx, tx, func(r *sql.Rows, o *over) error { return r.Scan(&o.session, &o.person) },
		`SELECT s.session, i.person_id FROM identity_sessions s JOIN person_identities i ON i.id = s.identity_id `+where, args...)
	if err != nil {
		return nil, err
	}
	var whose []int64
	for _, o := range all {
		if err := web.EndSession(ctx, tx, o.session, now); err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM identity_sessions WHERE session = $1`, o.session); err != nil {
			return nil, err
		}
		whose = append(whose, o.person)
	}
	return whose, nil
}

// endSub ends everything that a person has open: the provider says that they are signed out, and not where.
func endSub(ctx context.Context, tx *db.Tx, issuer, sub string) ([]int64, error) {
	whose, err := db.Rows(ctx, tx, func(r *sql.Rows, id *int64) error { return r.Scan(id) },
		`SELECT DISTINCT i.person_id FROM person_identities i LEFT JOIN identity_sessions s ON s.identity_id = i.id
		WHERE i.issuer = $1 AND (i.subject = $2 OR s.sub = $2)`, issuer, sub)
	for _, id := range whose {
		if err := people.SignOutEverywhere(ctx, tx, id); err != nil {
			return nil, err
		}
	}
	return whose, err
}

// firstSeen notes a logout token and reports whether it is new.
func firstSeen(ctx context.Context, tx *db.Tx, issuer, id string, until time.Time) (bool, error) {
	h := sha256.Sum256([]byte(issuer + "\n" + id))
	n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO identity_logouts (token, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, h[:], db.At(until)))
	return n > 0, err
}

// prune forgets what can no longer matter, and the accounts of those who have left.
func prune(ctx context.Context, d *db.DB, now time.Time) (err error) {
	defer errs.Wrap(&err, "signon.prune")
	_, err1 := d.ExecContext(ctx, `DELETE FROM identity_sessions WHERE began_at < $1`, db.At(now.Add(-web.SessionLife)))
	_, err2 := d.ExecContext(ctx, `DELETE FROM identity_logouts WHERE expires_at < $1`, db.At(now))
	_, err3 := d.ExecContext(ctx, `DELETE FROM person_identities WHERE person_id IN (SELECT id FROM persons WHERE left_at IS NOT NULL)`)
	return errors.Join(err1, err2, err3)
}
