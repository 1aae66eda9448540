package signup

import (
	"context"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
)

// When reminders are asked for, counted back from the beginning of a sitting. One that would be later than its last moment is left
// out: it would only confuse.
const (
	firstDay, latestDay   = 24 * time.Hour, 6 * time.Hour
	firstSoon, latestSoon = time.Hour, 10 * time.Minute
)

// remind asks for the reminders that are due, each once for the time it is about.
func (s *Service) remind(ctx context.Context) error {
	now := s.Now()
	all, err := events.Between(ctx, s.DB, now, now.Add(firstDay+time.Minute))
	if err != nil {
		return err
	}
	for i := range all {
		e := &all[i]
		if e.State != events.Published || e.Elsewhere != "" {
			continue
		}
		for _, x := range e.Held() {
			left, kind := x.Start.Sub(now), ""
			switch {
			case left <= firstSoon && left >= latestSoon:
				kind = "hour"
			case left <= firstDay && left >= latestDay:
				kind = "day"
			default:
				continue
			}
			if err := s.remindOf(ctx, e, &x, kind); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) remindOf(ctx context.Context, e *events.Event, at *events.Sitting, kind string) error {
	return s.wake(s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		defer errs.Wrap(&err, "signup.remindOf(%d, %s)", e.ID, kind)
		n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO event_reminders (sitting_id, starts_at, kind) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			at.ID, db.At(at.Start), kind))
		if err != nil || n == 0 {
			return err
		}
		all, err := read(ctx, tx, `WHERE event_id = $1 AND state = 'place' ORDER BY id`, e.ID)
		if err != nil {
			return err
		}
		for _, x := range all {
			if kind == "day" && x.Placed.After(at.Start.Add(-firstDay)) {
				continue // they have just read of it
			}
			if err := s.postLetter(ctx, tx, &letter{Kind: kind, Event: e.ID, Signup: x.ID, Sitting: at.ID}, x.Email == "" && x.Person == 0); err != nil {
				return err
			}
		}
		return nil
	}))
}
