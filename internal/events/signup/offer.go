package signup

import (
	"context"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/workday"
)

// How long somebody has to answer an offer, and how long before the event the answer must be known.
const (
	answerTime  = 24 * time.Hour
	lastAnswer  = 2 * time.Hour
	leastAnswer = 2 * time.Hour // less is no time to answer in
)

// The hours of a working day at which somebody can be expected to answer.
const firstHour, lastHour = 8, 16

var zero time.Time

// answerBy is the moment until which an offer made now waits for an answer: 24 hours, moved on to the next working hour so that no
// answer is wanted by night, but no later than the last working hour that is two hours before the event. ok is false when that
// leaves less than two hours.
func answerBy(now, start time.Time) (until time.Time, ok bool) {
	until = nextHour(now.Add(answerTime))
	if latest := start.Add(-lastAnswer); until.After(latest) {
		until = hourBefore(latest)
	}
	return until.UTC(), until.Sub(now) >= leastAnswer
}

// nextHour is t, or the first working hour after it.
func nextHour(t time.Time) time.Time {
	t = workday.Add(t, 0)
	if t.Hour() >= lastHour {
		t = workday.Add(t, 1)
		return atHour(t, firstHour)
	}
	if t.Hour() < firstHour {
		return atHour(t, firstHour)
	}
	return t
}

// hourBefore is t, or the last working hour before it.
func hourBefore(t time.Time) time.Time {
	t = t.In(i18n.Zone())
	if workday.Is(t) && t.Hour() >= firstHour {
		if t.Hour() >= lastHour {
			return atHour(t, lastHour)
		}
		return t
	}
	for t = t.AddDate(0, 0, -1); !workday.Is(t); {
		t = t.AddDate(0, 0, -1)
	}
	return atHour(t, lastHour)
}

func atHour(t time.Time, hour int) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, hour, 0, 0, 0, t.Location())
}

// promote offers free places to those who wait, the first of them first, and gives them at once when there is no time left to
// answer. The event's places are locked.
func (s *Service) promote(ctx context.Context, tx *db.Tx, e *events.Event) error {
	now := s.Now()
	if e.State != events.Published || !now.Before(e.Start) {
		return nil
	}
	until, answer := answerBy(now, e.Start)
	for {
		next, ok, err := found(read(ctx, tx, `WHERE event_id = $1 AND state = 'waiting' ORDER BY queue LIMIT 1`, e.ID))
		if err != nil || !ok {
			return err
		}
		if ok, err = take(ctx, tx, e.ID); err != nil || !ok {
			return err
		}
		if !answer {
			err = s.place(ctx, tx, e, &next, "moved-up")
		} else {
			next.State, next.OfferUntil = Offered, until
			if err = save(ctx, tx, &next); err == nil {
				err = s.post(ctx, tx, &next, "offered")
			}
		}
		if err != nil {
			return err
		}
	}
}

// lapse takes back the offers that nobody answered in time and hands the places on.
func (s *Service) lapse(ctx context.Context) error {
	late, err := read(ctx, s.DB, `WHERE offer_until < $1 ORDER BY offer_until, id`, db.At(s.Now()))
	if err != nil {
		return err
	}
	for _, x := range late {
		err := s.locked(ctx, x.ID, func(tx *db.Tx, e *events.Event, x *Signup) error {
			if x.State != Offered || !s.Now().After(x.OfferUntil) {
				return nil // answered meanwhile
			}
			return s.leave(ctx, tx, e, x, "lapsed")
		})
		if err != nil {
			return err
		}
	}
	return nil
}
