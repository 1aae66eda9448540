// Package coverage shows where digimentors help: which units have one, how many hours are granted for each 100 people, whose
// hours end, who helps a unit and how they are reached; and it turns a finding into what mentors look at first.
package coverage

import (
	"context"
	"embed"
	"sync"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Locales are the words of the pages.
//
//go:embed locales
var Locales embed.FS

// Paths of the pages that others lead to.
const (
	MinePath = "/mentors/mine" // who helps me
	AskPath  = "/help/new"     // ask for help
)

// Service serves the pages.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Now     func() time.Time
	Mentors *mentoring.Service
	// Thin are the open findings that a visitor may see; nil: there are none.
	Thin func(ctx context.Context, reader web.Visitor) ([]Thin, error)
	// Finding is what a visitor may make a focus of; errs.NotFound or errs.Forbidden when they may not.
	Finding func(ctx context.Context, reader web.Visitor, id int64) (Thin, error)

	mu     sync.Mutex
	briefs map[brief]Help // see Brief
	asOf   time.Time
}

// Thin is a finding as coverage needs it.
type Thin struct {
	Finding int64
	Unit    int64  // of today; 0: the unit is there no more
	Area    string // id
	Whole   bool   // it is about the whole round
}

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET /mentors/coverage", people.ReadCoverage, s.show)
	k.Handle("GET /mentors/coverage/list.csv", people.ReadCoverage, s.send)
	k.Handle("GET "+MinePath, web.SignedIn, s.mine)
	k.Handle("POST /mentors/focus", people.ManageFindings, s.setFocus)
	k.Handle("POST /mentors/focus/{id}/end", people.ManageFindings, s.endFocus)
}
