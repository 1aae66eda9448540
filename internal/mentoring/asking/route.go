package asking

import (
	"context"
	"slices"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/workday"
)

// world is what decides to whom a request goes: who helps where today, and how much each has to do already.
type world struct {
	*mentoring.Network
	load map[int64]int
}

func (s *Service) look(ctx context.Context) (w world, err error) {
	if w.Network, err = s.Mentors.Network(ctx); err != nil {
		return w, err
	}
	w.load, err = s.Load(ctx)
	return w, err
}

// mentor is somebody who is appointed and still here.
func (w world) mentor(id int64) (*mentoring.Mentor, bool) {
	for i := range w.Mentors {
		if w.Mentors[i].ID == id {
			return &w.Mentors[i], true
		}
	}
	return nil, false
}

// helps reports whether a mentor can help today.
func (w world) helps(id int64) bool {
	m, ok := w.mentor(id)
	return ok && m.Available(w.Day)
}

// route says to whom a request goes from a level on: the first level at which somebody can help today who has not had it before.
// The coordinators are nobody's helpers, so the last level has none.
func (w world) route(r *Request, from Level) (Level, []mentoring.Helper) {
	if from <= Nearest {
		if who := fresh(r, w.Nearest(r.Unit, r.Area, r.Service, w.load)); len(who) > 0 {
			return Nearest, who[:1]
		}
	}
	if from <= Area {
		if who := fresh(r, w.InArea(r.Unit, r.Area, r.Service, w.load)); len(who) > 0 {
			return Area, who[:min(len(who), mostAsked)]
		}
	}
	return Coordinator, nil
}

// fresh leaves out who has had the request already, and the asker: a mentor may ask for help too.
func fresh(r *Request, all []mentoring.Helper) []mentoring.Helper {
	return slices.DeleteFunc(all, func(h mentoring.Helper) bool {
		return h.Person.ID == r.By || slices.ContainsFunc(r.Turns, func(t Turn) bool { return t.Mentor == h.ID })
	})
}

// inArea reports whether a mentor serves a unit of the service area to which a unit belongs.
func (w world) inArea(unit int64, m *mentoring.Mentor) bool {
	under := w.Tree.Subtree(w.ServiceArea(unit))
	return slices.ContainsFunc(m.Units, func(p mentoring.Place) bool { return slices.Contains(under, p.Unit) })
}

// send brings a request to whom it is for from a level on. The caller stores the request.
func (s *Service) send(ctx context.Context, tx *db.Tx, w world, r *Request, from Level) error {
	level, who := w.route(r, from)
	if level != Coordinator {
		return s.give(ctx, tx, r, level, who)
	}
	r.State, r.Level, r.Mentor, r.Due = Open, Coordinator, 0, time.Time{}
	over, err := mentoring.Coordinators(ctx, tx, w.Tree, r.Unit)
	if err != nil {
		return err
	}
	turns := make([]Turn, len(over))
	for i, p := range over {
		turns[i] = Turn{Person: p.ID}
	}
	return s.turn(ctx, tx, r, turns, over)
}

// give makes it the turn of mentors. Nobody's answer is waited for longer than a working day.
func (s *Service) give(ctx context.Context, tx *db.Tx, r *Request, level Level, who []mentoring.Helper) error {
	r.State, r.Level, r.Mentor, r.Due = Open, level, 0, workday.Add(s.Now(), 1)
	turns, to := make([]Turn, len(who)), make([]people.Person, len(who))
	for i, h := range who {
		turns[i], to[i] = Turn{Mentor: h.ID, Person: h.Person.ID}, h.Person
	}
	return s.turn(ctx, tx, r, turns, to)
}

// turn stores turns and asks for a mail to each of the people.
func (s *Service) turn(ctx context.Context, tx *db.Tx, r *Request, turns []Turn, to []people.Person) error {
	var items []outbox.Item
	for i := range turns {
		t := &turns[i]
		t.Request, t.Level, t.At = r.ID, r.Level, s.Now()
		if err := insertTurn(ctx, tx, t); err != nil {
			return err
		}
		if to[i].Email != "" {
			items = append(items, outbox.Item{Topic: mailTopic, Kind: turnKind, Ref: t.ID, Address: to[i].Email})
		}
	}
	r.Turns = append(r.Turns, turns...)
	return outbox.Add(ctx, tx, s.Now(), items)
}
