// Package asking brings a colleague's request for help to the nearest digimentor who can help, and on when nobody answers.
//
// A request goes to one mentor first. Unanswered for a working day it climbs to the mentors of the service area, and after
// another one to the coordinator; where a level has nobody who can help today it is passed over at once. The rule of privacy:
// the name of who asked is seen only by those to whom the request went, and 60 days after it was closed nothing is left of it
// but the unit, the theme, the service, the way and the times.
package asking

import (
	"context"
	"embed"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/jobs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Locales are the words of requests for help.
//
//go:embed locales
var Locales embed.FS

// Service brings requests to mentors and serves the pages.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Outbox  *outbox.Outbox
	Mentors *mentoring.Service
	Now     func() time.Time
	BaseURL string // where links in mail begin, without a slash at the end
	// LogURL is the page where a mentor logs a support entry; it is told ?request= with the number of a request. "" is no page.
	LogURL string
}

// State is what has become of a request. It is stored: never change one.
type State string

// The states.
const (
	Open      State = "open"      // waits for somebody to take it
	Taken     State = "taken"     // a mentor helps
	Done      State = "done"      // a mentor has helped
	Answered  State = "answered"  // the coordinator has closed it with an answer
	Withdrawn State = "withdrawn" // the asker needs no help any more
)

// States are in the order in which a request comes to them.
var States = []State{Open, Taken, Done, Answered, Withdrawn}

// Level is how far a request has climbed. It is stored: never change one.
type Level int

// The levels.
const (
	Nearest     Level = iota // one mentor, the nearest
	Area                     // mentors of the service area
	Coordinator              // the coordinators over the unit
	Named                    // a mentor whom the coordinator or another mentor has named
)

// Whens are when help may be wanted, in the order in which pages show them; the second of them, and the first of the ways of helping,
// are chosen when nothing is said. They are stored: never change one.
var Whens = []string{"today", "week", "whenever"}

// The longest text of a request, reason and answer, in characters.
const (
	MostText   = 300
	MostAnswer = 1000
)

// mostAsked is how many mentors of a service area get a request by mail. The others of the area see it without the name and may
// take it: more mails would only make everybody wait for somebody else.
const mostAsked = 5

// Ask is what somebody asks for.
type Ask struct {
	By      int64 // person
	Unit    int64
	Area    string // id of a competence area, or "" when a service is named
	Service int64  // 0: none
	Way     string
	When    string
	Text    string
	SentAs  string // of the form: the same one twice is one request
}

// Request is a request for help and how it stands.
type Request struct {
	ID      int64
	By      int64 // person; 0 once it is forgotten
	Unit    int64
	Area    string
	Service int64
	Way     string
	When    string
	Text    string
	Asked   time.Time
	State   State
	Level   Level
	Due     time.Time // when it goes on; zero: it stays
	Mentor  int64     // who has taken it, 0: nobody
	Minutes int       // that the help took; 0: not told
	Answer  string
	Said    bool // the asker has said whether it helped
	Closed  time.Time
	Version int
	Turns   []Turn // to whom it went, the first first
}

// Turn is somebody's turn to help.
type Turn struct {
	ID, Request int64
	Level       Level
	Mentor      int64 // 0: a coordinator
	Person      int64
	At          time.Time
	Over        time.Time // zero: may still take it
	How         string    // why it is over: "cannot", "passed", "away", "handed" (by the coordinator), "not-yet" (it did not help)
	Why         string
}

// Closed reports whether nothing more is waited for.
func (s State) Closed() bool { return s != Open && s != Taken }

// Jobs adds the work that is done regularly.
func (s *Service) Jobs(w *jobs.Worker) {
	w.Every("let requests for help climb", 2*time.Minute, s.Climb)
	w.Every("forget who asked for help", 24*time.Hour, s.forget)
}

// Ask stores a request and brings it to whom it is for first. The same SentAs of the same person gives the request that is there.
func (s *Service) Ask(ctx context.Context, a Ask) (r Request, err error) {
	if err := s.check(ctx, &a); err != nil {
		return r, err
	}
	if r, has, err := s.sent(ctx, s.DB, a); err != nil || has {
		return r, err
	}
	w, err := s.look(ctx)
	if err != nil {
		return r, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		r = Request{By: a.By, Unit: a.Unit, Area: a.Area, Service: a.Service, Way: a.Way, When: a.When, Text: a.Text, Asked: s.Now(), State: Open}
		made, err := insertRequest(ctx, tx, &r, a.SentAs)
		if err != nil {
			return err
		}
		if !made {
			r, _, err = s.sent(ctx, tx, a)
			return err
		}
		if err := s.send(ctx, tx, w, &r, Nearest); err != nil {
			return err
		}
		return updateRequest(ctx, tx, &r)
	})
	if err == nil {
		s.Outbox.Wake()
	}
	return r, err
}

// sent is the request that a form has become already.
func (s *Service) sent(ctx context.Context, q db.Q, a Ask) (r Request, has bool, err error) {
	all, err := requests(ctx, q, ` WHERE r.sent_as = $1`, a.SentAs)
	if err != nil || len(all) == 0 {
		return r, false, err
	}
	if all[0].By != a.By {
		return r, false, errs.New(errs.Conflict, "asking.changed")
	}
	return all[0], true, nil
}

// check trims what is asked and tells all that is wrong with it.
func (s *Service) check(ctx context.Context, a *Ask) error {
	bad := errs.Fields{}
	areas, err := catalog.Areas(ctx, s.DB)
	if err != nil {
		return err
	}
	services, err := catalog.ServicesInUse(ctx, s.DB)
	if err != nil {
		return err
	}
	knownArea := slices.ContainsFunc(areas, func(x catalog.Area) bool { return x.ID == a.Area })
	knownService := slices.ContainsFunc(services, func(x catalog.DigitalService) bool { return x.ID == a.Service })
	if a.Area == "" && a.Service == 0 || a.Area != "" && !knownArea || a.Service != 0 && !knownService {
		bad.Add("area", "asking.choose-theme")
	}
	unit, err := people.UnitByID(ctx, s.DB, a.Unit)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	if err != nil || !unit.Ended.IsZero() {
		bad.Add("unit", "asking.choose-unit")
	}
	if !slices.Contains(mentoring.HelpWays, a.Way) {
		bad.Add("way", "asking.choose-way")
	}
	if !slices.Contains(Whens, a.When) {
		bad.Add("when", "asking.choose-when")
	}
	a.Text = strings.TrimSpace(a.Text)
	checkText(&bad, "text", a.Text)
	if a.SentAs == "" || len(a.SentAs) > 40 {
		bad.Add("", "asking.form-old")
	}
	return bad.Err()
}

// checkLength refuses what is longer than so many characters.
func checkLength(bad *errs.Fields, field, text string, most int) {
	if utf8.RuneCountInString(text) > most {
		bad.Add(field, "asking.too-long", "most", most)
	}
}
