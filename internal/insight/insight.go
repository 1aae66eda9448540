// Package insight turns closed rounds into published results.
//
// When a round closes, a job makes its snapshot: everything that will ever be told of the round, decided by package sdc
// for all tables together and written down once. Pages and exports only read the snapshot, so that nobody, in no role and
// no format, can get a figure that is not in it. Package results draws the pages.
package insight

import (
	"context"
	"embed"
	"sync"
	"time"

	"github.com/a-h/templ"

	"taitorinki/internal/db"
	"taitorinki/internal/jobs"
	"taitorinki/internal/web"
)

// Locales are the words of the result pages.
//
//go:embed locales
var Locales embed.FS

// Service is the insight feature.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Worker  *jobs.Worker
	Now     func() time.Time
	Program string // version of the program, written into every snapshot
	// Rounds lists the closed rounds, the newest first.
	Rounds func(ctx context.Context) ([]Head, error)
	// Source returns a closed round with its responses; errs.NotFound when there is none or it is not closed.
	Source func(ctx context.Context, code string) (*Source, error)
	// Outline is Source without Responses, which its Each gives.
	Outline func(ctx context.Context, code string) (*Source, error)
	// Note writes into the audit log that the visitor has done something ("result.view") to a round. Without the note
	// nothing is shown.
	Note func(ctx context.Context, visitor int64, action, code string) error
	// Names are the names of all staff, which are looked for in open answers.
	Names func(ctx context.Context) ([]string, error)

	// Helpers tells in a line who helps a unit of today with an area, "" for nobody; nil: nothing is told.
	Helpers func(ctx context.Context, unit int64, area, lang string) (string, error)
	// FindingCard draws what other features offer for a finding; nil, or a nil component: nothing.
	FindingCard func(ctx context.Context, p web.Page, finding int64) (templ.Component, error)

	// Suspect reports whether a text seems to tell who somebody is. nil finds nothing.
	Suspect func(text string) (found bool)

	mu    sync.Mutex
	known map[string]*Snapshot // snapshots never change
}

// Words is one text in several languages.
type Words = map[string]string

// Head is what a list shows of a round.
type Head struct {
	Code   string `json:"code"`
	Name   Words  `json:"name"`
	Series string `json:"series"` // code of the first round of its series
	// Earlier is the code of the wave before; "": there is none, or respondents had no codes.
	Earlier    string    `json:"earlier,omitempty"`
	Instrument Words     `json:"instrument"`
	Version    string    `json:"version"` // of the instrument
	OpenedAt   time.Time `json:"opened"`
	ClosedAt   time.Time `json:"closed"`
	Invited    int       `json:"invited"`
}
