package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/outbox"
)

// Eraser is what a feature keeps of a person and forgets when the person is erased. What rests on consent is forgotten whenever the
// person asks; all else only once the person has left, as the employer's legal ground goes on until then.
type Eraser struct {
	Name    string // part of the message key people.erase-NAME, which says what goes
	Consent bool
	Count   func(ctx context.Context, q db.Q, personID int64) (int, error)
	Erase   func(ctx context.Context, tx *db.Tx, personID int64) error
}

// EraserSQL is an Eraser whose work is a count and some statements, all with the person as their only argument.
func EraserSQL(name string, consent bool, count string, erase ...string) Eraser {
	return Eraser{Name: name, Consent: consent,
		Count: func(ctx context.Context, q db.Q, id int64) (n int, err error) {
			err = q.QueryRowContext(ctx, count, id).Scan(&n)
			return n, err
		},
		Erase: func(ctx context.Context, tx *db.Tx, id int64) error { return execAll(ctx, tx, erase, id) }}
}

// EraserAddress is an Eraser of what stands under a person's address and not under their number, as they left it before they had an
// account or without signing in. The count and the statements have the address as $1, and as $2 the same in small letters.
func EraserAddress(name string, count string, erase ...string) Eraser {
	return Eraser{Name: name,
		Count: func(ctx context.Context, q db.Q, id int64) (n int, err error) {
			p, err := PersonByID(ctx, q, id)
			if err != nil || p.Email == "" {
				return 0, err
			}
			err = q.QueryRowContext(ctx, count, p.Email, i18n.Fold(p.Email)).Scan(&n)
			return n, err
		},
		Erase: func(ctx context.Context, tx *db.Tx, id int64) error {
			p, err := PersonByID(ctx, tx, id)
			if err != nil || p.Email == "" {
				return err
			}
			return execAll(ctx, tx, erase, p.Email, i18n.Fold(p.Email))
		}}
}

func execAll(ctx context.Context, tx *db.Tx, stmts []string, args ...any) error {
	for _, stmt := range stmts {
		if _, err := tx.ExecContext(ctx, stmt, args...); err != nil {
			return err
		}
	}
	return nil
}

// Nameless is what stands where an erased person's name stood.
const Nameless = "–"

// erasers are those of this package and of the features. Mail comes last: what a feature gives back may be told by one.
func (s *Service) erasers() []Eraser {
	own := []Eraser{
		EraserSQL("roles", false, `SELECT count(*) FROM roles WHERE person_id = $1`, `DELETE FROM roles WHERE person_id = $1`),
		EraserSQL("signins", false, `SELECT count(*) FROM signins WHERE person_id = $1`, `DELETE FROM signins WHERE person_id = $1`),
		EraserSQL("uploads", false, `SELECT count(*) FROM staff_uploads WHERE person_id = $1`, `DELETE FROM staff_uploads WHERE person_id = $1`),
	}
	return slices.Concat(own, s.Erasers, []Eraser{{Name: "mails", Count: s.countMails, Erase: s.eraseMails}})
}

func (s *Service) countMails(ctx context.Context, q db.Q, id int64) (int, error) {
	p, err := PersonByID(ctx, q, id)
	if err != nil || p.Email == "" {
		return 0, err
	}
	return outbox.CountAddress(ctx, q, p.Email)
}

func (s *Service) eraseMails(ctx context.Context, tx *db.Tx, id int64) error {
	p, err := PersonByID(ctx, tx, id)
	if err != nil || p.Email == "" {
		return err
	}
	return outbox.ForgetAddress(ctx, tx, p.Email)
}

// erase forgets who a person is: all that features keep, then name, address, number and profession. The row stays, so that history
// holds together. It reports false for somebody who was erased before.
func (s *Service) erase(ctx context.Context, tx *db.Tx, id int64) (_ bool, err error) {
	defer errs.Wrap(&err, "people.erase(%d)", id)
	p, err := PersonByID(ctx, tx, id)
	if err != nil {
		return false, err
	}
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE persons SET erased_at = $2 WHERE id = $1 AND erased_at IS NULL`, id, db.At(s.Now())))
	if err != nil || n == 0 {
		return false, err
	}
	if err := s.Erased.note(s.Now(), &p); err != nil {
		return false, err
	}
	for _, e := range s.erasers() {
		if err := e.Erase(ctx, tx, id); err != nil {
			return false, fmt.Errorf("%s: %w", e.Name, err)
		}
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM erasure_asks WHERE person_id = $1`, id); err != nil {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE persons SET email = '', email_fold = $2, name = $3, name_fold = '', name_sort = '', staff_number = NULL,
		profession = NULL, listed = $4, left_at = coalesce(left_at, $5), epoch = epoch + 1 WHERE id = $1`,
		id, fmt.Sprintf("erased:%d", id), Nameless, false, db.At(s.Now()))
	return err == nil, err
}

// Erase erases somebody who has left, or who is not from the staff list and has asked for it; others are errs.Conflict. by is who
// does it, 0 for the operator.
func (s *Service) Erase(ctx context.Context, by, id int64) (err error) {
	defer errs.Wrap(&err, "people.Erase(%d)", id)
	p, err := PersonByID(ctx, s.DB, id)
	if err != nil {
		return err
	}
	if why, err := s.whyNotErase(ctx, p); err != nil || why != "" {
		return errors.Join(err, refused(why))
	}
	_, err = s.eraseNoted(ctx, by, &p)
	return err
}

func refused(why string) error {
	if why == "" {
		return nil
	}
	return errs.New(errs.Conflict, why)
}

// whyNotErase is the message key of why a person cannot be erased; "" when they can.
func (s *Service) whyNotErase(ctx context.Context, p Person) (string, error) {
	var asked, erased bool
	err := s.DB.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM erasure_asks WHERE person_id = $1), erased_at IS NOT NULL FROM persons WHERE id = $1`, p.ID).
		Scan(&asked, &erased)
	switch {
	case err != nil:
		return "", err
	case erased:
		return "people.erase-done-before", nil
	case !p.Left.IsZero(), asked && !p.Listed:
		return "", nil
	case p.Listed:
		return "people.erase-listed", nil
	}
	return "people.erase-not-asked", nil
}

// AskErasure forgets what rests on a person's consent at once. Of somebody who is not from the staff list it notes besides that they
// want to be erased, for those who may do it.
func (s *Service) AskErasure(ctx context.Context, id int64) (err error) {
	defer errs.Wrap(&err, "people.AskErasure(%d)", id)
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := PersonByID(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, e := range s.erasers() {
			if !e.Consent {
				continue
			}
			if err := e.Erase(ctx, tx, id); err != nil {
				return fmt.Errorf("%s: %w", e.Name, err)
			}
		}
		if !p.Listed {
			if _, err := tx.ExecContext(ctx, `INSERT INTO erasure_asks (person_id, asked_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, db.At(s.Now())); err != nil {
				return err
			}
		}
		return Audit(ctx, tx, s.Now(), id, "people.erase-ask", objectOf("person", id), "")
	})
}

// askedErasure is when a person asked to be erased; zero when they have not.
func askedErasure(ctx context.Context, q db.Q, id int64) (at time.Time, err error) {
	err = q.QueryRowContext(ctx, `SELECT max(asked_at) FROM erasure_asks WHERE person_id = $1`, id).Scan((*moment)(&at))
	return at, err
}
