package signup

import (
	"context"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Wish is what somebody without an account asks with.
type Wish struct {
	Name  string // may be ""
	Email string
	Lang  string // in which mail is to come
	Unit  string // code of the unit whose link they came by; "" or unknown for none
}

// open tells why nobody can sign up on an event's public page now; nil when one can.
func (s *Service) open(e *events.Event) error {
	if err := s.shut(e); err != nil {
		return err
	}
	if e.Open != events.ForAll {
		return errs.New(errs.Forbidden, "signup.staff-only")
	}
	return nil
}

// Ask sends a guest the link by which they confirm their sign-up. An address that is known already gets a mail too, that says so, and
// the page shows the same: nobody learns from it who has signed up.
func (s *Service) Ask(ctx context.Context, e *events.Event, w Wish) error {
	w.Name, w.Email = web.Line(w.Name), strings.TrimSpace(w.Email)
	bad := errs.Fields{}
	checkName(&bad, w.Name)
	checkEmail(&bad, w.Email)
	if err := bad.Err(); err != nil {
		return err
	}
	if err := s.open(e); err != nil {
		return err
	}
	if ok, err := s.tried(ctx, e.ID, "ask", mostAsks); err != nil || !ok {
		return firstOf(err, errs.New(errs.Conflict, "signup.too-many-asks"))
	}
	unit, err := s.unitOf(ctx, w.Unit)
	if err != nil {
		return err
	}
	return s.wake(s.DB.InTx(ctx, func(tx *db.Tx) error {
		// The lock makes the same guest's asks wait for one another, so that they are counted.
		g, err := lock(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		p, err := people.PersonByEmail(ctx, tx, w.Email)
		if err == nil && p.Left.IsZero() {
			return s.askOnce(ctx, tx, &letter{Kind: "account", Event: e.ID, Person: p.ID})
		}
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
		return s.askGuest(ctx, tx, &g, w, unit)
	}))
}

func firstOf(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// askGuest notes a guest who has not confirmed yet, or reminds one of what they have.
func (s *Service) askGuest(ctx context.Context, tx *db.Tx, g *gate, w Wish, unit int64) error {
	x, has, err := byEmail(ctx, tx, g.event, w.Email)
	if err != nil {
		return err
	}
	if has && x.State != Gone && x.State != Asked {
		return s.askOnce(ctx, tx, &letter{Kind: "again", Event: g.event, Signup: x.ID})
	}
	if !has {
		x = Signup{Event: g.event, Email: w.Email, Lang: w.Lang, Made: s.Now()}
	}
	x.State, x.Queue, x.Name, x.Unit = Asked, g.queue, w.Name, unit
	if err := save(ctx, tx, &x); err != nil {
		return err
	}
	return s.askOnce(ctx, tx, &letter{Kind: "confirm", Event: g.event, Signup: x.ID})
}

// askOnce asks for a letter, unless the same person got enough of them within the hour.
func (s *Service) askOnce(ctx context.Context, tx *db.Tx, l *letter) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM event_signup_letters WHERE event_id = $1 AND kind = $2 AND (signup_id = $3 OR person_id = $4) AND made_at > $5`,
		l.Event, l.Kind, l.Signup, l.Person, db.At(s.Now().Add(-time.Hour))).Scan(&n)
	if err != nil || n >= mostLetters {
		return err
	}
	return s.postLetter(ctx, tx, l, false)
}

// unitOf is the unit of today with a code, 0 when there is none: a link must not fail because a unit was renamed.
func (s *Service) unitOf(ctx context.Context, code string) (int64, error) {
	if code == "" {
		return 0, nil
	}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return 0, err
	}
	u, _ := tree.ByCode(code)
	return u.ID, nil
}

// Confirm gives a guest a place, or a turn, after they followed the link of the mail. Who has one keeps it.
func (s *Service) Confirm(ctx context.Context, e *events.Event, signup int64) (x Signup, err error) {
	if err := s.open(e); err != nil {
		return x, err
	}
	err = s.wake(s.DB.InTx(ctx, func(tx *db.Tx) error {
		at, err := byID(ctx, tx, signup)
		if err != nil {
			return err
		}
		if at.Email == "" {
			return conflict()
		}
		x, err = s.enter(ctx, tx, e, at, false)
		return err
	}))
	return x, err
}

// TakeNumber gives a place without a name: its number, and the secret of the link that shows it. There is no waiting list for it, as
// nobody could be told.
func (s *Service) TakeNumber(ctx context.Context, e *events.Event) (x Signup, token string, err error) {
	if err := s.open(e); err != nil {
		return x, "", err
	}
	if !e.Anonymous {
		return x, "", errs.New(errs.Forbidden, "signup.no-numbers")
	}
	none := errs.New(errs.Conflict, "signup.no-number-left")
	if yes, err := full(ctx, s.DB, e.ID); err != nil || yes { // spares those who come too late the queue for the lock
		return x, "", firstOf(err, none)
	}
	if ok, err := s.tried(ctx, e.ID, "number", mostNumbers); err != nil || !ok {
		return x, "", firstOf(err, errs.New(errs.Conflict, "signup.too-many-asks"))
	}
	token, hash := web.NewToken()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		g, err := lock(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		if !g.open || !s.Now().Before(g.closes) {
			return errs.New(errs.Conflict, "signup.closed")
		}
		if ok, err := take(ctx, tx, e.ID); err != nil || !ok {
			return firstOf(err, none)
		}
		x = Signup{Event: e.ID, Lang: i18n.Langs[0], State: Placed, Queue: g.queue, Made: s.Now(), Placed: s.Now()}
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(number), 0) + 1 FROM event_signups WHERE event_id = $1`, e.ID).Scan(&x.Number); err != nil {
			return err
		}
		if err := save(ctx, tx, &x); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO event_signup_tokens (hash, signup_id) VALUES ($1, $2)`, hash, x.ID)
		return err
	})
	return x, token, err
}
