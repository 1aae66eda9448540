package signup

import (
	"context"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/people"
)

// React keeps the count of an event's places in step with its plan, and offers places that have become free. It belongs in
// events.Service.React.
func (s *Service) React(ctx context.Context, tx *db.Tx, _ int64, before, after *events.Event) error {
	open := after.State == events.Published && after.Elsewhere == ""
	if err := setGate(ctx, tx, after.ID, open, after.Closes(), after.Capacity); err != nil {
		return err
	}
	if before == nil {
		return nil
	}
	if before.Sequence < after.Sequence {
		if err := s.tellWaiting(ctx, tx, after); err != nil {
			return err
		}
	}
	if !open {
		return nil
	}
	if _, err := lock(ctx, tx, after.ID); err != nil {
		return err
	}
	return s.promote(ctx, tx, after)
}

// tellWaiting tells those who wait that an event has changed or was called off; who has a place hears of it with their calendar.
func (s *Service) tellWaiting(ctx context.Context, tx *db.Tx, e *events.Event) error {
	all, err := read(ctx, tx, `WHERE event_id = $1 AND state IN ('offered', 'waiting') ORDER BY id`, e.ID)
	if err != nil {
		return err
	}
	kind := "changed"
	if e.State == events.Cancelled {
		kind = "called-off"
	}
	for i := range all {
		if err := s.post(ctx, tx, &all[i], kind); err != nil {
			return err
		}
	}
	return nil
}

// SignUp gives somebody with an account a place, or a turn on the waiting list when there is none. Who has signed up already keeps
// what they have; a place that was offered is taken.
func (s *Service) SignUp(ctx context.Context, event, person int64) (Signup, error) {
	e, p, err := s.both(ctx, event, person)
	if err != nil {
		return Signup{}, err
	}
	x, has, err := byPerson(ctx, s.DB, event, person)
	switch {
	case err != nil || has && (x.State == Placed || x.State == Waiting):
		return x, err
	case has && x.State == Offered:
		return s.Accept(ctx, x.ID)
	}
	if err := s.May(ctx, s.DB, &e, &p); err != nil {
		return x, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		x, err = s.SignUpIn(ctx, tx, &e, person)
		return err
	})
	return x, s.wake(err)
}

// SignUpIn is SignUp within a transaction, for a caller who has seen to it that the person may (May).
func (s *Service) SignUpIn(ctx context.Context, tx *db.Tx, e *events.Event, person int64) (Signup, error) {
	return s.enter(ctx, tx, e, Signup{Event: e.ID, Person: person}, false)
}

func (s *Service) both(ctx context.Context, event, person int64) (e events.Event, p people.Person, err error) {
	if e, err = events.ByID(ctx, s.DB, event); err == nil {
		p, err = people.PersonByID(ctx, s.DB, person)
	}
	return e, p, err
}

// enter locks the event's places and gives one, or a turn. The person or address of want says who it is for; late lets a host put
// somebody in after the last moment to sign up.
func (s *Service) enter(ctx context.Context, tx *db.Tx, e *events.Event, want Signup, late bool) (x Signup, err error) {
	g, err := lock(ctx, tx, want.Event)
	if err != nil {
		return x, err
	}
	if !g.open || !late && !s.Now().Before(g.closes) {
		return x, errs.New(errs.Conflict, "signup.closed")
	}
	// Once more behind the lock: the same person may have tapped twice.
	has := false
	if want.Person != 0 {
		x, has, err = byPerson(ctx, tx, want.Event, want.Person)
	} else {
		x, has, err = byEmail(ctx, tx, want.Event, want.Email)
	}
	if err != nil || has && x.State != Gone && x.State != Asked {
		return x, err
	}
	if !has {
		x = want
		x.Made = s.Now()
	}
	x.Queue, x.Name = g.queue, want.Name
	return x, s.settle(ctx, tx, e, &x)
}

// settle gives a place if there is one, and a turn otherwise. The event's places are locked.
func (s *Service) settle(ctx context.Context, tx *db.Tx, e *events.Event, x *Signup) error {
	ok, err := take(ctx, tx, x.Event)
	if err != nil {
		return err
	}
	if !ok {
		x.State = Waiting
		if err := save(ctx, tx, x); err != nil {
			return err
		}
		return s.post(ctx, tx, x, "waiting")
	}
	return s.place(ctx, tx, e, x, "confirmed")
}

// place makes a sign-up one with a place and says so by mail.
func (s *Service) place(ctx context.Context, tx *db.Tx, e *events.Event, x *Signup, kind string) error {
	x.State, x.Placed, x.OfferUntil = Placed, s.Now(), zero
	if err := save(ctx, tx, x); err != nil {
		return err
	}
	if err := s.note(ctx, tx, e, x); err != nil {
		return err
	}
	return s.postAll(ctx, tx, e, x, kind)
}

// note notes whether somebody holds a place of which they are to be told. A place without a name is told to nobody.
func (s *Service) note(ctx context.Context, tx *db.Tx, e *events.Event, x *Signup) error {
	if s.Hold == nil || s.Release == nil {
		return nil
	}
	to, err := s.recipient(ctx, tx, x)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return nil
	case err != nil:
		return err
	case x.State == Placed:
		return s.Hold(ctx, tx, e, to, e.Sequence)
	}
	return s.Release(ctx, tx, e, to)
}

// Accept takes the place that was offered.
func (s *Service) Accept(ctx context.Context, signup int64) (x Signup, err error) {
	err = s.locked(ctx, signup, func(tx *db.Tx, e *events.Event, at *Signup) error {
		x = *at
		switch {
		case x.State == Placed:
			return nil
		case x.State != Offered || s.Now().After(x.OfferUntil):
			return errs.New(errs.Conflict, "signup.lapsed")
		case e.State != events.Published || !s.Now().Before(e.Start): // it was called off, or moved to an earlier day
			return errs.New(errs.Conflict, "signup.closed")
		}
		return s.place(ctx, tx, e, &x, "confirmed")
	})
	return x, err
}

// Withdraw gives a place or a turn up. Who waits next is offered the place. Doing it twice changes nothing.
func (s *Service) Withdraw(ctx context.Context, signup int64) error {
	return s.locked(ctx, signup, func(tx *db.Tx, e *events.Event, x *Signup) error {
		if x.State == Gone {
			return nil
		}
		if e.Over(s.Now()) {
			return errs.New(errs.Conflict, "signup.over")
		}
		return s.leave(ctx, tx, e, x, "withdrawn")
	})
}

// leave ends a sign-up, tells so by mail if they had a place, and hands the place on. The event's places are locked.
func (s *Service) leave(ctx context.Context, tx *db.Tx, e *events.Event, x *Signup, kind string) error {
	was := x.State
	x.State, x.OfferUntil, x.Placed, x.Came, x.How = Gone, zero, zero, zero, ""
	if err := save(ctx, tx, x); err != nil {
		return err
	}
	if err := saveNeeds(ctx, tx, x.ID, ""); err != nil {
		return err
	}
	switch {
	case was == Placed:
		if err := s.note(ctx, tx, e, x); err != nil {
			return err
		}
		if err := s.postAll(ctx, tx, e, x, kind); err != nil {
			return err
		}
	case kind == "lapsed":
		if err := s.post(ctx, tx, x, kind); err != nil {
			return err
		}
	}
	if was != Placed && was != Offered {
		return nil
	}
	if err := give(ctx, tx, x.Event); err != nil {
		return err
	}
	return s.promote(ctx, tx, e)
}

// locked changes a sign-up behind the lock of its event's places.
func (s *Service) locked(ctx context.Context, signup int64, change func(tx *db.Tx, e *events.Event, x *Signup) error) error {
	return s.wake(s.DB.InTx(ctx, func(tx *db.Tx) error {
		x, err := byID(ctx, tx, signup)
		if err != nil {
			return err
		}
		if _, err := lock(ctx, tx, x.Event); err != nil {
			return err
		}
		if x, err = byID(ctx, tx, signup); err != nil {
			return err
		}
		e, err := events.ByID(ctx, tx, x.Event)
		if err != nil {
			return err
		}
		return change(tx, &e, &x)
	}))
}

// SetNeeds stores what somebody needs to take part; "" takes it back.
func (s *Service) SetNeeds(ctx context.Context, signup int64, text string) error {
	bad := errs.Fields{}
	text = checkNeeds(&bad, text)
	if err := bad.Err(); err != nil {
		return err
	}
	return s.locked(ctx, signup, func(tx *db.Tx, e *events.Event, x *Signup) error {
		if x.State == Gone || x.State == Asked || e.Over(s.Now()) {
			return conflict()
		}
		return saveNeeds(ctx, tx, x.ID, text)
	})
}
