// Package monthly keeps the network of digimentors alive: a note to each mentor once a month, and a page on which the coordinator
// sees who has gone quiet, whose grant ends and which supervisors have not answered.
//
// The note tells a mentor about themself and about what is open to all; the figures in it are shown to nobody else. It has no
// text in the queue: it is written when it is sent, from how things stand then.
package monthly

import (
	"context"
	"embed"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/i18n"
	"taitorinki/internal/jobs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/outbox"
	"taitorinki/internal/web"
	"taitorinki/internal/workday"
)

// Locales are the words of the note and of the coordinator's page.
//
//go:embed locales
var Locales embed.FS

// Service sends the notes and serves the page. The func fields are other parts' offers; a nil one tells nothing.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Outbox  *outbox.Outbox
	Now     func() time.Time
	BaseURL string // where links begin, without a slash at the end

	Minutes func(ctx context.Context, mentor int64, from, to string) (int, error) // that the mentor logged, both days included
	Open    func(ctx context.Context, mentor int64) (int, error)                  // requests for help that wait in the mentor's units
	Thanks  func(ctx context.Context, mentor int64) (int, error)                  // how often "this helped" was pressed
	Meeting func(ctx context.Context, mentor int64, lang string) (Meeting, bool, error)
	Helped  func(ctx context.Context, since string) (map[int64]bool, error) // who has an entry of that day or a later one
}

// Meeting is the next one of the network.
type Meeting struct {
	Title string
	Start time.Time
	URL   string // as a path
}

const noteKind = "mentor-note"

func topic(month string) string { return "mentor-note:" + month }

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("ask for the mentors' monthly notes", time.Hour, s.Ask)
	w.Every("forget whom notes were sent to", 24*time.Hour, s.prune)
}

// Mails adds the writer of the note.
func (s *Service) Mails() { s.Outbox.Handle(noteKind, s.write) }

// Ask asks for the notes of this month, once, from the first working day on.
func (s *Service) Ask(ctx context.Context) error {
	now := s.Now()
	if !due(now) {
		return nil
	}
	month := mentoring.Day(now)[:len("2026-11")]
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO mentoring_note_months (month, made_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, month, db.At(now)))
		if err != nil || n == 0 {
			return err // this month's are asked for
		}
		items, err := s.wanted(ctx, tx, month)
		if err != nil {
			return err
		}
		return outbox.Add(ctx, tx, now, items)
	})
}

// due reports whether the month's first working day has begun.
func due(now time.Time) bool {
	local := now.In(i18n.Zone())
	for d := time.Date(local.Year(), local.Month(), 1, 12, 0, 0, 0, i18n.Zone()); d.Day() <= local.Day(); d = d.AddDate(0, 0, 1) {
		if workday.Is(d) {
			return true
		}
	}
	return false
}

// wanted is a note for everybody who helps, or learns to, and has not said no.
func (s *Service) wanted(ctx context.Context, tx *db.Tx, month string) (items []outbox.Item, err error) {
	n, err := mentoring.ReadNetwork(ctx, tx, mentoring.Day(s.Now()))
	if err != nil {
		return nil, err
	}
	for _, m := range n.Mentors {
		if m.State != mentoring.Resting && !m.NoteOff && m.Person.Email != "" {
			items = append(items, outbox.Item{Topic: topic(month), Kind: noteKind, Ref: m.ID, Address: m.Person.Email})
		}
	}
	return items, nil
}

// prune forgets to whom last month's notes went.
func (s *Service) prune(ctx context.Context) error {
	for back := 1; back <= 2; back++ {
		month := mentoring.Day(s.Now().AddDate(0, -back, 0))[:len("2026-11")]
		if err := outbox.Prune(ctx, s.DB, topic(month), s.Now()); err != nil {
			return err
		}
	}
	return nil
}
