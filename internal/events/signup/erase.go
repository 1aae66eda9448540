package signup

import (
	"context"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
)

// Eraser is whose sign-ups were, also those that somebody made as a guest with the same address. The numbers of an event stay; a place
// at one that is still to come is given back, so that who waits gets it.
func (s *Service) Eraser() people.Eraser {
	return people.Eraser{Name: "signups", Count: s.countOf, Erase: s.erase}
}

// ofPerson are the sign-ups of a person, and of the guest with their address.
func ofPerson(ctx context.Context, q db.Q, person int64) ([]Signup, error) {
	p, err := people.PersonByID(ctx, q, person)
	if err != nil {
		return nil, err
	}
	return read(ctx, q, `WHERE person_id = $1 OR person_id IS NULL AND email_fold = $2 AND email_fold <> '' ORDER BY id`, person, i18n.Fold(p.Email))
}

func (s *Service) countOf(ctx context.Context, q db.Q, person int64) (int, error) {
	all, err := ofPerson(ctx, q, person)
	return len(all), err
}

func (s *Service) erase(ctx context.Context, tx *db.Tx, person int64) (err error) {
	defer errs.Wrap(&err, "signup.erase(%d)", person)
	all, err := ofPerson(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, x := range all {
		if err := s.giveBack(ctx, tx, x.ID); err != nil {
			return err
		}
		for _, stmt := range []string{
			`DELETE FROM event_needs WHERE signup_id = $1`,
			`DELETE FROM event_signup_letters WHERE signup_id = $1`,
			`DELETE FROM event_signup_tokens WHERE signup_id = $1`,
			`UPDATE event_signups SET person_id = NULL, name = '', email = '', email_fold = '', lang = '' WHERE id = $1`,
		} {
			if _, err := tx.ExecContext(ctx, stmt, x.ID); err != nil {
				return err
			}
		}
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM event_signup_letters WHERE person_id = $1`, person)
	return err
}

// giveBack ends a sign-up for an event that is still to come.
func (s *Service) giveBack(ctx context.Context, tx *db.Tx, signup int64) error {
	x, err := byID(ctx, tx, signup)
	if err != nil || x.State != Placed && x.State != Offered && x.State != Waiting {
		return err
	}
	e, err := events.ByID(ctx, tx, x.Event)
	if err != nil || !s.Now().Before(e.Start) {
		return err
	}
	if _, err := lock(ctx, tx, x.Event); err != nil {
		return err
	}
	if x, err = byID(ctx, tx, signup); err != nil || x.State == Gone {
		return err
	}
	return s.leave(ctx, tx, &e, &x, "withdrawn")
}
