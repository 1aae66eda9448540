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

// Locales are the words of these pages.
//
//go:embed locales
var Locales embed.FS

// MinePath is the page of one's own unit's mentors. It is the same for everybody, so that the feedback of a survey may lead there:
// nothing in it says where somebody comes from.
const MinePath = "/mentors/mine"

// Service serves the pages of coverage.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Mentors *mentoring.Service
	Now     func() time.Time
	AskURL  string // where help is asked for, before a unit's id; "" when one cannot ask
	// Thin returns the unfinished findings that a reader may see. nil is none.
	Thin func(ctx context.Context, reader web.Visitor) ([]ThinUnit, error)
	// Finding returns a finding that a visitor manages: errs.NotFound, or errs.Forbidden for others. nil has no findings.
	Finding func(ctx context.Context, id int64, v web.Visitor) (ThinUnit, error)

	mu     sync.Mutex
	briefs map[brief]*card // see Brief
	asOf   time.Time

	reading     sync.Mutex
	network     *mentoring.Network // as of networkAsOf, for Brief
	networkAsOf time.Time
}

// ThinUnit is a finding: an area that is thin in a unit.
type ThinUnit struct {
	Finding  int64
	UnitID   int64 // as of its round; 0: the whole above several trees
	UnitCode string
	Area     string // id
	AreaName string // in the reader's language
}

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET /mentors/coverage", people.ReadCoverage, s.list)
	k.Handle("GET /mentors/coverage/list.csv", people.ReadCoverage, s.csv)
	k.Handle("GET /mentors/coverage/about", people.ReadCoverage, s.about)
	k.Handle("GET "+MinePath, web.SignedIn, s.mine)
	k.Handle("GET /mentors/find", web.SignedIn, s.find)
	k.Handle("POST /mentors/focus", people.ManageMentors, s.makeFocus)
	k.Handle("POST /mentors/focus/{id}/end", people.ManageMentors, s.endFocus)
}
