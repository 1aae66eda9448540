// Package meetings holds the meetings of the digimentors' network: how they are planned and led, what the units ask of them, and
// how every answer finds its way back to the unit that asked.
//
// A meeting is for a unit with everything under it, or for the whole county. What a colleague asks waits for the next meeting of
// their part and is bound to none before it is answered, so that a meeting that is cancelled or moved loses nothing. Who wrote it is
// known only so that the answer reaches them: no page and no line of the log tells it.
package meetings

import (
	"context"
	"crypto/rand"
	"embed"
	"strings"
	"time"
	"unicode/utf8"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/jobs"
	"taitorinki/internal/mask"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/outbox"
	"taitorinki/internal/web"
)

// Locales are the words of the meetings.
//
//go:embed locales
var Locales embed.FS

// Service plans meetings, sends their mail and serves their pages.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Outbox  *outbox.Outbox
	Now     func() time.Time
	BaseURL string // where links begin, without a slash at the end
	Mentors *mentoring.Service

	// Stored is called in the transaction that stores a meeting; nil tells nobody.
	Stored func(ctx context.Context, tx *db.Tx, m *Meeting) error
}

// Path is the meeting's page.
func (m *Meeting) Path() string { return m.path("") }

// State is how far a meeting is.
type State string

// The states. They are stored: never change one.
const (
	Planned   State = "planned"
	Cancelled State = "cancelled"
	Finished  State = "finished" // its summary is out
)

// Plan is what is decided of a meeting beforehand.
type Plan struct {
	Unit       int64 // with everything under it; 0: the whole county
	Title      string
	Start, End time.Time
	Expert     string // name and role
	Service    int64  // digital service that the expert tells of; 0 for none
	Area       string // competence area of the workshop; "" for none
	Theme      string // of the co-development workshop
	Questions  string // of the workshop, one a line
	Agenda     string
	Link       string // https://..., "" for none
	Place      string
}

// Meeting is one meeting of the network.
type Meeting struct {
	ID int64
	Plan
	Notes    string
	State    State
	Why      string    // it was cancelled
	UID      string    // by which calendars know it
	Sequence int       // of the plan, for calendars
	Stamp    time.Time // when the sequence was reached
	MadeBy   int64
	Finished time.Time
	Version  int
}

// Over reports whether the meeting's time has passed.
func (m *Meeting) Over(now time.Time) bool { return !now.Before(m.End) }

// Begun reports whether the meeting may be led to its end.
func (m *Meeting) Begun(now time.Time) bool { return !now.Before(m.Start) }

// The longest texts, in characters.
const (
	MostTitle  = 120
	MostLine   = 200
	MostTopic  = 300
	MostAnswer = 2000
	MostText   = 4000
	MostNotes  = 20000
)

// most notes a text that is too long.
func most(bad *errs.Fields, field, text string, n int) {
	if utf8.RuneCountInString(text) > n {
		bad.Add(field, "meetings.too-long", "most", n)
	}
}

// named notes what identifies somebody in a text. Mentors write answers to which a phone number or an address may belong; in what a
// colleague writes of the own unit nobody is to be found.
func named(bad *errs.Fields, field, text string, kinds ...mask.Kind) {
	for _, x := range mask.New(nil).Find(text) {
		for _, k := range kinds {
			if x.Kind == k {
				bad.Add(field, "meetings.names-"+k.String(), "text", text[x.Start:x.End])
				return
			}
		}
	}
}

// newUID is a name for a calendar that no other event has.
func (s *Service) newUID() string { return "meeting-" + strings.ToLower(rand.Text()) + "@taitorinki" }

// conflict tells that somebody else was faster.
func conflict() error { return errs.New(errs.Conflict, "meetings.changed") }

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("forget whom mail of meetings went to, and who wrote old topics", 24*time.Hour, s.prune)
}

// How long it is kept to whom mail went, and who wrote a topic after it was answered.
const (
	keepLetters = 30 * 24 * time.Hour
	keepWriters = 365 * 24 * time.Hour
)

func (s *Service) prune(ctx context.Context) error {
	before := s.Now().Add(-keepLetters)
	if err := outbox.Prune(ctx, s.DB, letterTopic, before); err != nil {
		return err
	}
	if err := pruneLetters(ctx, s.DB, before); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return forgetWriters(ctx, tx, s.Now().Add(-keepWriters)) })
}
