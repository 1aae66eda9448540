package asking

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
)

const active = mentoring.Active

// AnyVersion lets a change through whatever happened in between.
const AnyVersion = -1

// MostMinutes is the longest help that can be told, in minutes: a working day of a group.
const MostMinutes = 8 * 60

// live is the turn of a mentor that is not over.
func (r *Request) live(mentor int64) *Turn {
	for i := range r.Turns {
		if t := &r.Turns[i]; t.Mentor == mentor && t.Over.IsZero() {
			return t
		}
	}
	return nil
}

// had reports whether a request has ever gone to a mentor.
func (r *Request) had(mentor int64) bool {
	return slices.ContainsFunc(r.Turns, func(t Turn) bool { return t.Mentor == mentor })
}

// mayTake reports whether a mentor may take a request that waits: it went to them, or it has climbed in their service area.
func (w world) mayTake(r *Request, m *mentoring.Mentor) bool {
	return r.live(m.ID) != nil || w.Network != nil && !r.had(m.ID) && r.Level != Nearest && m.Available(w.Day) && m.Person.ID != r.By && w.inArea(r.Unit, m)
}

// change alters a request that is there and stores it, unless somebody else has changed it since the version was seen.
func (s *Service) change(ctx context.Context, id int64, version int, alter func(*db.Tx, *Request) error) error {
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		r, err := requestByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := alter(tx, &r); err != nil {
			return err
		}
		if version != AnyVersion && r.Version != version {
			return errs.New(errs.Conflict, "asking.changed")
		}
		return updateRequest(ctx, tx, &r)
	})
	if err == nil {
		s.Outbox.Wake()
	}
	return err
}

var errNoRequest = errs.New(errs.NotFound, "asking.no-request")

// Take says that a mentor helps. Of two who take at once the second is told that somebody helps already, which is a conflict.
func (s *Service) Take(ctx context.Context, m *mentoring.Mentor, id int64) error {
	w, err := s.lookFor(ctx, m, id)
	if err != nil {
		return err
	}
	err = s.change(ctx, id, AnyVersion, func(tx *db.Tx, r *Request) error { return s.take(ctx, tx, w, m, r) })
	if errs.KindOf(err) == errs.Conflict {
		return errs.New(errs.Conflict, "asking.taken-already")
	}
	return err
}

// lookFor looks at the world only for who has no turn: whose turn it is may take the request whatever else is.
func (s *Service) lookFor(ctx context.Context, m *mentoring.Mentor, id int64) (w world, err error) {
	r, err := requestByID(ctx, s.DB, id)
	if err != nil || r.live(m.ID) != nil {
		return w, err
	}
	return s.look(ctx)
}

func (s *Service) take(ctx context.Context, tx *db.Tx, w world, m *mentoring.Mentor, r *Request) error {
	switch {
	case r.State == Taken && r.Mentor == m.ID:
		return nil // pressed twice
	case r.State != Open && (r.had(m.ID) || w.Network != nil && w.inArea(r.Unit, m)):
		return errs.New(errs.Conflict, "asking.taken-already")
	case r.State != Open || !w.mayTake(r, m):
		return errNoRequest
	}
	t := r.live(m.ID)
	if t == nil {
		t = &Turn{Request: r.ID, Level: r.Level, Mentor: m.ID, Person: m.Person.ID, At: s.Now()}
		if err := insertTurn(ctx, tx, t); err != nil {
			return err
		}
		r.Turns = append(r.Turns, *t)
	}
	r.State, r.Mentor, r.Due = Taken, m.ID, time.Time{}
	return s.tell(ctx, tx, r, takenKind, t.ID)
}

// tell asks for a mail to who asked.
func (s *Service) tell(ctx context.Context, tx *db.Tx, r *Request, kind string, ref int64) error {
	asker, err := people.PersonByID(ctx, tx, r.By)
	if err != nil || !asker.Left.IsZero() || asker.Email == "" {
		return err
	}
	return outbox.Add(ctx, tx, s.Now(), []outbox.Item{{Topic: mailTopic, Kind: kind, Ref: ref, Address: asker.Email}})
}

// Cannot says that a mentor cannot help: the request moves on at once.
func (s *Service) Cannot(ctx context.Context, m *mentoring.Mentor, id int64) error {
	return s.giveBack(ctx, m, id, AnyVersion, "cannot", "", 0)
}

// Pass passes a request on with a reason, to another mentor who is near or, where to is 0, to whoever is next.
func (s *Service) Pass(ctx context.Context, m *mentoring.Mentor, id int64, version int, to int64, why string) error {
	why = strings.TrimSpace(why)
	bad := errs.Fields{}
	if why == "" {
		bad.Add("why", "asking.give-reason")
	}
	checkText(&bad, "why", why)
	if err := bad.Err(); err != nil {
		return err
	}
	return s.giveBack(ctx, m, id, version, "passed", why, to)
}

func (s *Service) giveBack(ctx context.Context, m *mentoring.Mentor, id int64, version int, how, why string, to int64) error {
	w, err := s.look(ctx)
	if err != nil {
		return err
	}
	return s.change(ctx, id, version, func(tx *db.Tx, r *Request) error {
		t := r.live(m.ID)
		mine := r.State == Taken && r.Mentor == m.ID
		switch {
		case t == nil && r.had(m.ID):
			return nil // pressed twice
		case t == nil:
			return errNoRequest
		case r.State != Open && !mine:
			return errs.New(errs.Conflict, "asking.taken-already")
		}
		if err := s.end(ctx, tx, t, how, why); err != nil {
			return err
		}
		if to != 0 {
			return s.name(ctx, tx, w, r, to)
		}
		if from, on := s.goesOn(w, r); on || mine {
			if mine {
				from = back(r.Level)
			}
			return s.send(ctx, tx, w, r, from)
		}
		return nil
	})
}

// name gives a request to a named mentor, who must be able to help today somewhere in the service area and not have had it.
func (s *Service) name(ctx context.Context, tx *db.Tx, w world, r *Request, mentor int64) error {
	for _, h := range w.others(r) {
		if h.ID == mentor {
			return s.give(ctx, tx, r, Named, []mentoring.Helper{h})
		}
	}
	return errs.Fault("to", "asking.choose-mentor")
}

// others are the mentors to whom a request can still be given by name: those who serve the unit first, then the service area.
func (w world) others(r *Request) []mentoring.Helper {
	out := w.Nearest(r.Unit, r.Area, r.Service, w.load)
	for _, h := range w.InArea(r.Unit, r.Area, r.Service, w.load) {
		if !slices.ContainsFunc(out, func(o mentoring.Helper) bool { return o.ID == h.ID }) {
			out = append(out, h)
		}
	}
	return fresh(r, out)
}

// Finish says that a mentor has helped, and for how many minutes, 0 for not told. Who has helped at once need not take it first.
func (s *Service) Finish(ctx context.Context, m *mentoring.Mentor, id int64, version, minutes int) error {
	if minutes < 0 || minutes > MostMinutes {
		return errs.Fault("minutes", "asking.bad-minutes")
	}
	w, err := s.lookFor(ctx, m, id)
	if err != nil {
		return err
	}
	return s.change(ctx, id, version, func(tx *db.Tx, r *Request) error {
		if err := s.take(ctx, tx, w, m, r); err != nil {
			return err
		}
		r.State, r.Minutes, r.Closed = Done, minutes, s.Now()
		return nil
	})
}

// Withdraw says that the asker needs no help any more.
func (s *Service) Withdraw(ctx context.Context, person, id int64, version int) error {
	return s.change(ctx, id, version, func(_ *db.Tx, r *Request) error {
		switch {
		case r.By != person:
			return errNoRequest
		case r.State.Closed():
			return errs.New(errs.Conflict, "asking.changed")
		}
		r.State, r.Closed, r.Due = Withdrawn, s.Now(), time.Time{}
		return nil
	})
}

// Say stores that the asker has said whether the help helped. A yes counts for the mentor; who said it is not kept with it. After a
// no the request goes to the next who can help, and the mentor is told.
func (s *Service) Say(ctx context.Context, person, id int64, helped bool) (err error) {
	var w world
	if !helped {
		if w, err = s.look(ctx); err != nil {
			return err
		}
	}
	return s.change(ctx, id, AnyVersion, func(tx *db.Tx, r *Request) error {
		switch {
		case r.By != person:
			return errNoRequest
		case r.State != Done || r.Said:
			return errs.New(errs.Conflict, "asking.said-already")
		case !helped:
			return s.reopen(ctx, tx, w, r)
		}
		r.Said = true
		if r.Mentor == 0 {
			return nil
		}
		return addThanks(ctx, tx, r.Mentor, mentoring.Day(s.Now())[:len("2026-11")])
	})
}

// reopen sends a request on whose help did not help.
func (s *Service) reopen(ctx context.Context, tx *db.Tx, w world, r *Request) error {
	if err := s.takeAway(ctx, tx, r, "not-yet"); err != nil {
		return err
	}
	r.Minutes, r.Closed = 0, time.Time{}
	return s.send(ctx, tx, w, r, Nearest)
}

// takeAway ends the turn of the mentor who has a request, and tells the mentor so.
func (s *Service) takeAway(ctx context.Context, tx *db.Tx, r *Request, how string) error {
	t := r.live(r.Mentor)
	if r.Mentor == 0 || t == nil {
		return nil
	}
	if err := s.end(ctx, tx, t, how, ""); err != nil {
		return err
	}
	who, err := people.PersonByID(ctx, tx, t.Person)
	if err != nil || !who.Left.IsZero() || who.Email == "" {
		return err
	}
	return outbox.Add(ctx, tx, s.Now(), []outbox.Item{{Topic: mailTopic, Kind: overKind, Ref: t.ID, Address: who.Email}})
}

// Hand gives a request to a named mentor for a coordinator. Unanswered it comes back after a working day. A mentor who has taken it is
// told that it is another's now.
func (s *Service) Hand(ctx context.Context, by, id int64, version int, mentor int64) error {
	w, err := s.look(ctx)
	if err != nil {
		return err
	}
	return s.change(ctx, id, version, func(tx *db.Tx, r *Request) error {
		if r.State.Closed() {
			return errs.New(errs.Conflict, "asking.changed")
		}
		if r.State == Taken {
			if err := s.takeAway(ctx, tx, r, "handed"); err != nil {
				return err
			}
		}
		if err := s.name(ctx, tx, w, r, mentor); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "mentor.request-hand", object(id), "")
	})
}

// Close closes a request with an answer for a coordinator. The asker gets a mail that there is one.
func (s *Service) Close(ctx context.Context, by, id int64, version int, answer string) error {
	answer = strings.TrimSpace(answer)
	bad := errs.Fields{}
	if answer == "" {
		bad.Add("answer", "asking.give-answer")
	}
	checkLength(&bad, "answer", answer, MostAnswer)
	if err := bad.Err(); err != nil {
		return err
	}
	return s.change(ctx, id, version, func(tx *db.Tx, r *Request) error {
		if r.State.Closed() {
			return errs.New(errs.Conflict, "asking.changed")
		}
		r.State, r.Answer, r.Closed, r.Due, r.Mentor = Answered, answer, s.Now(), time.Time{}, 0
		if err := s.tell(ctx, tx, r, answeredKind, r.ID); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "mentor.request-answer", object(id), "")
	})
}

func object(id int64) string { return fmt.Sprintf("request:%d", id) }
