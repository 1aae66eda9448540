// Package supportlog is the digimentors' log of support given: an entry is one act of help, with theme, service, way and minutes.
//
// An entry has no place for a client or a colleague, and its note is refused when it seems to name one. A mentor is a person too:
// what one mentor has written is shown to that mentor alone. Others get the figures of many, made once for each quarter and never
// changed (figures.go says which, and why nobody can be told from them).
//
// A phone may write entries without a connection and send them later, and more than once: each has a key that was made on the
// device, and is taken once.
package supportlog

import (
	"context"
	"embed"
	"sync"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/jobs"
	"taitorinki/internal/mask"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/web"
)

// Locales are the words of the log.
//
//go:embed locales
var Locales embed.FS

// Service is the support log.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Now     func() time.Time
	Mentors *mentoring.Service
	// Names are those of everybody on the staff list, of whom a note must not speak. nil: no names are looked for.
	Names func(ctx context.Context) ([]string, error)
	// First is told when a mentor has written a first entry. nil: nobody is told.
	First func(ctx context.Context, mentor int64) error
	// Request is what a request for help that the mentor has answered says of the support; ok is false when it is not this
	// mentor's. nil: there are no requests.
	Request func(ctx context.Context, mentor, id int64) (p Preset, ok bool, err error)

	mu      sync.Mutex
	finder  *mask.Finder
	learned time.Time
}

// Preset is what is chosen before the mentor chooses. The zero values choose nothing.
type Preset struct {
	Area    string
	Service int64
	Way     string
	Minutes int
	Unit    int64
}

// MinuteChoices are in the order in which pages show them.
var MinuteChoices = []int{5, 10, 15, 30, 45, 60}

// Limits of an entry.
const (
	MostMinutes = 600
	MostNote    = 140 // characters
	DaysBack    = 7   // an entry is for today, or one of so many days before
	DaysOpen    = 7   // it can be corrected for so many days after it was made
)

// Entry is one act of help.
type Entry struct {
	ID      int64
	Mentor  int64
	Key     string // made on the device, unique for the mentor
	Unit    int64  // that was helped
	Area    string
	Service int64 // 0: none in particular
	Way     string
	Minutes int
	Day     string // 2026-11-22
	Note    string
	Made    time.Time
	Version int
}

// Open reports whether the entry can still be corrected.
func (e *Entry) Open(now time.Time) bool { return now.Before(e.Made.AddDate(0, 0, DaysOpen)) }

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("make the figures of support", 6*time.Hour, s.Freeze)
	w.Every("forget old entries of support", 24*time.Hour, s.forgetOld)
	w.Every("learn the names that notes must not hold", learnAgain, s.learn)
}

func (s *Service) today() string { return mentoring.Day(s.Now()) }
