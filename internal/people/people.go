// Package people holds the organisation: its units, the people in them, their roles, how they sign in, the staff list
// that all of it comes from, and the log of who changed what.
//
// Who may do what stands in one table, in roles.go. A role holds over a unit and everything under it, and over the whole
// organisation where it names no unit; every route names the action it needs, and a handler that shows one thing asks
// Covers whether the reader's role reaches it.
package people

import (
	"context"
	"crypto/rand"
	"embed"
	"io"
	"time"

	"github.com/a-h/templ"

	"taitorinki/internal/db"
	"taitorinki/internal/jobs"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people/chain"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Locales are the words of people and units.
//
//go:embed locales
var Locales embed.FS

// Service serves the pages of units, people, roles and sign-in.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Outbox  *outbox.Outbox // nil sends nothing before the outbox next looks
	Now     func() time.Time
	BaseURL string    // where links in mail begin, without a slash at the end
	Rand    io.Reader // where tokens come from; nil is the machine's own source
	Signon  *Signon   // nil offers the link alone
	// ObjectName names what the log speaks of by a code, such as a round, and where it is; "" when it is not known.
	ObjectName func(ctx context.Context, object, lang string) (name, url string, err error)
	// Parts returns what other features keep of a person, for "my data". nil is nothing.
	Parts func(ctx context.Context, personID int64, t func(key string, args ...any) string) ([]Part, error)

	Erased   *ErasedList // who has been erased, apart from the database; nil keeps no list
	Erasers  []Eraser    // what features forget when a person is erased
	Cleaners []Cleaner   // what features delete when its time is over

	// UnitParts returns what another feature shows on a unit's page, such as who helps there. nil is nothing.
	UnitParts func(ctx context.Context, p web.Page, unit int64) (templ.Component, error)

	county countyMemory
	sealer chain.Sealer
}

// Part is what a feature keeps of a person: facts for the page, and a value for the file that the person may take away.
type Part struct {
	Name      string // in the file
	Title     string
	Facts     []ui.Fact
	Link, URL string // where to change it; "" for nowhere
	Value     any    // nil when there is nothing
}

func (s *Service) rand() io.Reader {
	if s.Rand == nil {
		return rand.Reader
	}
	return s.Rand
}

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("prune sign-ins and uploads", time.Hour, s.prune)
	w.Every("delete what has been kept long enough", time.Hour, s.clean)
	s.sealer.DB = s.DB
	w.Every("seal the audit log", sealEvery, func(ctx context.Context) error { _, err := s.sealer.Seal(ctx); return err })
}

const sealEvery = 5 * time.Second

// Mails adds the writer of the message that people send.
func (s *Service) Mails() { s.Outbox.Handle(signinKind, s.writeSignin) }

func (s *Service) prune(ctx context.Context) error {
	if err := pruneSignins(ctx, s.DB, s.Now()); err != nil {
		return err
	}
	if err := s.lapseClaims(ctx); err != nil {
		return err
	}
	if err := outbox.Prune(ctx, s.DB, signinTopic, s.Now().Add(-24*time.Hour)); err != nil {
		return err
	}
	return pruneUploads(ctx, s.DB, s.Now())
}
