package events

import (
	"context"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// Mirrored is what another page tells of something that is planned there.
type Mirrored struct {
	Path      string // of that page
	Plan      Plan   // its only sitting has no number
	Cancelled bool
	Why       string // it was cancelled
}

// Mirror stores what is planned on another page as an event, in that page's transaction, so that it stands among the others and has
// a checklist, a room and feedback. Invitations and answers stay with the other page.
func (s *Service) Mirror(ctx context.Context, tx *db.Tx, by int64, m Mirrored) error {
	e, err := ByElsewhere(ctx, tx, m.Path)
	if errs.KindOf(err) == errs.NotFound {
		e = Event{Plan: m.Plan, State: Published, Code: newCode(), Elsewhere: m.Path, Stamp: s.Now(), MadeBy: by, Made: s.Now()}
		return s.begin(ctx, tx, by, &e)
	}
	if err != nil {
		return err
	}
	old, was := e, e.Sittings[0]
	e.Plan = m.Plan
	e.Sittings = []Sitting{{ID: was.ID, UID: was.UID, Start: m.Plan.Sittings[0].Start, End: m.Plan.Sittings[0].End}}
	if m.Cancelled {
		e.State, e.Why = Cancelled, m.Why
	}
	e.span()
	if e.State == old.State && e.Title == old.Title && e.Place == old.Place && e.Link == old.Link && sameTimes(e.Sittings, old.Sittings) {
		return nil // what is noted during a meeting changes nothing here
	}
	e.Sequence++
	e.Stamp = s.Now()
	if err := update(ctx, tx, &e); err != nil {
		return err
	}
	return s.react(ctx, tx, by, &old, &e)
}
