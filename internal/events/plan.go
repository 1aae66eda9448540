package events

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mask"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// The longest texts, in characters, and the largest numbers.
const (
	MostTitle    = 120
	MostLine     = 200
	MostLink     = 1000
	MostText     = 4000
	MostSittings = 12
	MostPlaces   = 10000
	MostTasks    = 60
)

// longest is how long a sitting may be, and farthest how far away an event: more is a slip of the hand.
const (
	longest  = 24 * time.Hour
	farthest = 3 * 366 * 24 * time.Hour
)

// tooLong notes a text that is longer than n characters.
func tooLong(bad *errs.Fields, field, text string, n int) {
	if utf8.RuneCountInString(text) > n {
		bad.Add(field, "events.too-long", "most", n)
	}
}

// noIdentity notes a personal identity code, which belongs to no text of an event.
func noIdentity(bad *errs.Fields, field, text string) {
	for _, x := range mask.New(nil).Find(text) {
		if x.Kind == mask.Identity {
			bad.Add(field, "events.identity", "text", text[x.Start:x.End])
		}
	}
}

// check trims a plan and tells everything that is wrong with it. Times that were stored before may have passed.
func (s *Service) check(p *Plan, before []Sitting, bad *errs.Fields) {
	p.Title, p.Lead, p.Place, p.Link, p.Text = web.Line(p.Title), web.Line(p.Lead), web.Line(p.Place), web.Line(p.Link), web.Lines(p.Text)
	if !p.Kind.Known() {
		bad.Add("kind", "events.no-kind")
	}
	if p.Title == "" {
		bad.Add("title", "events.no-title")
	}
	for _, x := range []struct {
		field, text string
		n           int
	}{{"title", p.Title, MostTitle}, {"lead", p.Lead, MostLine}, {"place", p.Place, MostLine}, {"link", p.Link, MostLink}, {"text", p.Text, MostText}} {
		tooLong(bad, x.field, x.text, x.n)
		noIdentity(bad, x.field, x.text)
	}
	if p.Link != "" && !web.GoodLink(p.Link) {
		bad.Add("link", "events.bad-link")
	}
	if p.Capacity < 0 || p.Capacity > MostPlaces {
		bad.Add("capacity", "events.bad-capacity", "most", MostPlaces)
	}
	if !slices.Contains(Opens, p.Open) {
		bad.Add("open", "events.no-open")
	}
	if p.Anonymous && p.Open != ForAll {
		bad.Add("anonymous", "events.numbers-need-all")
	}
	if p.Rhythm != "" && !slices.Contains(Rhythms, p.Rhythm) {
		bad.Add("rhythm", "events.no-rhythm")
	}
	s.checkSittings(p, before, bad)
}

// checkSittings puts the sittings in order. Each fault is told at the form's line of the sitting, "start-1" and so on.
func (s *Service) checkSittings(p *Plan, before []Sitting, bad *errs.Fields) {
	held := 0
	for i, x := range p.Sittings {
		field := "sitting-" + numbers([]int64{int64(i + 1)})[0]
		was := slices.IndexFunc(before, func(b Sitting) bool { return b.ID == x.ID && x.ID != 0 })
		kept := was >= 0 && before[was].Start.Equal(x.Start) && before[was].End.Equal(x.End)
		switch {
		case x.Cancelled:
			continue
		case x.Start.IsZero() || x.End.IsZero(): // told where the times are read
		case !x.End.After(x.Start):
			bad.Add(field, "events.ends-first")
		case x.End.Sub(x.Start) > longest:
			bad.Add(field, "events.too-long-sitting")
		case kept:
		case !x.Start.After(s.Now()):
			bad.Add(field, "events.past-time")
		case x.Start.Sub(s.Now()) > farthest:
			bad.Add(field, "events.too-far")
		}
		held++
	}
	if held == 0 {
		bad.Add("sitting-1", "events.no-sitting")
	}
	if held > MostSittings {
		bad.Add("sitting-1", "events.too-many-sittings", "most", MostSittings)
	}
	slices.SortStableFunc(p.Sittings, func(a, b Sitting) int { return a.Start.Compare(b.Start) })
	last := time.Time{}
	for _, x := range p.Sittings {
		if x.Cancelled || x.Start.IsZero() {
			continue
		}
		if x.Start.Before(last) {
			bad.Add("sitting-1", "events.sittings-overlap")
		}
		last = x.End
	}
	if !p.Until.IsZero() && held > 0 && p.Until.After(last) {
		bad.Add("until", "events.until-late")
	}
}

// known checks that what a plan names is there.
func known(ctx context.Context, q db.Q, p *Plan) error {
	if p.Service != 0 {
		if _, err := catalog.ServiceByID(ctx, q, p.Service); err != nil {
			return err
		}
	}
	if p.Area != "" {
		areas, err := catalog.Areas(ctx, q)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(areas, func(a catalog.Area) bool { return a.ID == p.Area }) {
			return errs.New(errs.Invalid, "events.no-area")
		}
	}
	for _, unit := range append([]int64{p.Unit}, p.Target.Units...) {
		if unit == 0 {
			continue
		}
		u, err := people.UnitByID(ctx, q, unit)
		if err == nil && !u.Ended.IsZero() {
			err = errs.New(errs.NotFound, "people.unit-missing")
		}
		if err != nil {
			return err
		}
	}
	for _, role := range p.Target.Roles {
		if !people.KnownRole(role) {
			return errs.New(errs.Invalid, "people.bad-role", "value", role)
		}
	}
	return nil
}

// span sets when an event begins and ends from the sittings that are held.
func (e *Event) span() {
	held := e.Held()
	if len(held) == 0 {
		return
	}
	e.Start, e.End = held[0].Start, held[0].End
	for _, x := range held {
		if x.End.After(e.End) {
			e.End = x.End
		}
	}
}

// Create stores a new event as a draft, with the tasks of its kind.
func (s *Service) Create(ctx context.Context, by int64, p Plan) (id int64, err error) {
	bad := errs.Fields{}
	if s.check(&p, nil, &bad); bad.Err() != nil {
		return 0, bad.Err()
	}
	e := Event{Plan: p, State: Draft, Code: newCode(), Stamp: s.Now(), MadeBy: by, Made: s.Now()}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := known(ctx, tx, &p); err != nil {
			return err
		}
		return s.begin(ctx, tx, by, &e)
	})
	return e.ID, err
}

// begin stores a new event with the tasks of its kind.
func (s *Service) begin(ctx context.Context, tx *db.Tx, by int64, e *Event) error {
	for i := range e.Sittings {
		e.Sittings[i].ID, e.Sittings[i].UID = 0, "event-"+newCode()+"@taitorinki"
	}
	e.span()
	if err := insert(ctx, tx, e); err != nil {
		return err
	}
	for _, step := range e.Kind.Template().Tasks {
		if err := insertTask(ctx, tx, &Task{Event: e.ID, Key: step.Key, Days: step.Days}); err != nil {
			return err
		}
	}
	if err := s.audit(ctx, tx, by, "event.plan", e.ID); err != nil {
		return err
	}
	return s.react(ctx, tx, by, nil, e)
}

// Change stores another plan of an event. Who holds the old one is told, once it is published, when anything changes for them.
func (s *Service) Change(ctx context.Context, by, id int64, version int, p Plan) error {
	return s.alter(ctx, by, id, version, "event.change", func(tx *db.Tx, e *Event) error {
		if e.State == Cancelled || e.Elsewhere != "" {
			return conflict()
		}
		p.Kind, p.CopiedFrom = e.Kind, e.CopiedFrom
		bad := errs.Fields{}
		if s.check(&p, e.Sittings, &bad); bad.Err() != nil {
			return bad.Err()
		}
		if err := known(ctx, tx, &p); err != nil {
			return err
		}
		merged := merge(e.Sittings, p.Sittings)
		news := e.Title != p.Title || e.Place != p.Place || e.Link != p.Link || e.Lead != p.Lead || !sameTimes(e.Sittings, merged)
		p.Sittings = merged
		e.Plan = p
		if news && e.State == Published {
			e.Sequence++
			e.Stamp = s.Now()
		}
		return nil
	})
}

// merge puts the sittings of a form over those that are stored: one that is missing from the form is called off, a new one gets a
// name for calendars.
func merge(stored, form []Sitting) []Sitting {
	out := slices.Clone(stored)
	for i := range out {
		at := slices.IndexFunc(form, func(x Sitting) bool { return x.ID == out[i].ID })
		if at < 0 {
			out[i].Cancelled = true
			continue
		}
		out[i].Start, out[i].End, out[i].Cancelled = form[at].Start, form[at].End, form[at].Cancelled
	}
	for _, x := range form {
		if !slices.ContainsFunc(stored, func(b Sitting) bool { return b.ID == x.ID }) {
			out = append(out, Sitting{UID: "event-" + newCode() + "@taitorinki", Start: x.Start, End: x.End})
		}
	}
	slices.SortStableFunc(out, func(a, b Sitting) int { return a.Start.Compare(b.Start) })
	return out
}

func sameTimes(a, b []Sitting) bool {
	return slices.EqualFunc(a, b, func(x, y Sitting) bool {
		return x.UID == y.UID && x.Start.Equal(y.Start) && x.End.Equal(y.End) && x.Cancelled == y.Cancelled
	})
}

// Publish opens an event for signing up.
func (s *Service) Publish(ctx context.Context, by, id int64, version int) error {
	return s.alter(ctx, by, id, version, "event.publish", func(_ *db.Tx, e *Event) error {
		if e.State != Draft {
			return conflict()
		}
		if e.Over(s.Now()) {
			return errs.New(errs.Conflict, "events.over")
		}
		e.State, e.Stamp = Published, s.Now()
		return nil
	})
}

// Cancel calls an event off. Who holds an invitation is told why, and their calendars forget it.
func (s *Service) Cancel(ctx context.Context, by, id int64, version int, why string) error {
	bad := errs.Fields{}
	why = web.Lines(why)
	if tooLong(&bad, "why", why, MostLine); bad.Err() != nil {
		return bad.Err()
	}
	return s.alter(ctx, by, id, version, "event.cancel", func(_ *db.Tx, e *Event) error {
		if e.State == Cancelled || e.Elsewhere != "" || e.Over(s.Now()) {
			return conflict()
		}
		e.State, e.Why, e.Stamp = Cancelled, why, s.Now()
		e.Sequence++
		return nil
	})
}

// alter reads an event, changes it and stores it, unless it has another version than was seen; the parts react in the same
// transaction.
func (s *Service) alter(ctx context.Context, by, id int64, version int, action string, change func(tx *db.Tx, e *Event) error) error {
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		e, err := ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if e.Version != version {
			return conflict()
		}
		old := e
		old.Sittings = slices.Clone(e.Sittings)
		if err := change(tx, &e); err != nil {
			return err
		}
		e.span()
		if err := update(ctx, tx, &e); err != nil {
			return err
		}
		if err := s.audit(ctx, tx, by, action, id); err != nil {
			return err
		}
		return s.react(ctx, tx, by, &old, &e)
	})
	s.sent(err)
	return err
}

func (s *Service) react(ctx context.Context, tx *db.Tx, by int64, before, after *Event) error {
	for _, f := range s.React {
		if err := f(ctx, tx, by, before, after); err != nil {
			return err
		}
	}
	return nil
}
