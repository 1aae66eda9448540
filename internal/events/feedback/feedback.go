// Package feedback asks the people who came to an event how useful it was, shows hosts what was said, and carries it to the next
// event of the theme.
//
// Answers are anonymous. One waits under a random number until five are there; then the five become counts by number and loose
// comments under new random numbers, so that hosts see five new answers or none, and nobody can tell which comments and which number
// came from one person. What waits when feedback closes and is fewer than five is removed unread.
//
// A figure is told from 5 answers on and a distribution from 10, unless nearly all gave the same number. Whatever is told elsewhere,
// of themes or quarters, is reckoned from figures that are told already (trend.go).
package feedback

import (
	"context"
	"embed"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/jobs"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Locales are the words of feedback.
//
//go:embed locales
var Locales embed.FS

// Service takes feedback and serves its pages.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Outbox  *outbox.Outbox
	Events  *events.Service
	Now     func() time.Time
	BaseURL string // where links begin, without a slash at the end

	// Came are the people who are asked about an event: those who came, or had a place where nobody noted who came. Nil knows of none.
	Came func(ctx context.Context, q db.Q, event int64) ([]events.Recipient, error)
}

// When feedback is open, and how long after the end people are asked for it.
const (
	opensBefore = 10 * time.Minute
	closesAfter = 30 * 24 * time.Hour
	askAfter    = time.Hour
)

// Opens is the moment from which feedback on an event is taken.
func Opens(e *events.Event) time.Time { return e.End.Add(-opensBefore) }

// Closes is the moment from which no more is taken.
func Closes(e *events.Event) time.Time { return e.End.Add(closesAfter) }

// Open reports whether feedback on an event is taken.
func Open(e *events.Event, now time.Time) bool {
	return e.State == events.Published && !now.Before(Opens(e)) && now.Before(Closes(e))
}

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("ask for feedback on events", 10*time.Minute, s.Ask)
	w.Every("close feedback on events", 6*time.Hour, s.Sweep)
}

// Sweep removes, of events whose feedback has closed, what waits in a group that is too small, which devices have answered and who
// was asked.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "feedback.Sweep")
	ids, err := unswept(ctx, s.DB)
	if err != nil {
		return err
	}
	for _, id := range ids {
		e, err := events.ByID(ctx, s.DB, id)
		if err != nil {
			return err
		}
		if s.Now().Before(Closes(&e)) {
			continue
		}
		err = s.DB.InTx(ctx, func(tx *db.Tx) error {
			if err := outbox.Forget(ctx, tx, topic(id)); err != nil {
				return err
			}
			return sweep(ctx, tx, id)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) audit(ctx context.Context, tx *db.Tx, by int64, action string, e *events.Event, detail string) error {
	return people.Audit(ctx, tx, s.Now(), by, action, "event:"+number(e.ID), detail)
}
