// Package events holds what a county arranges for its staff: who it is for, when it is held, who speaks, and what is to be done
// for it. The parts below it invite, take sign-ups, lead a room, gather feedback and hold a fair.
//
// An event has one sitting or a series of them. Calendars know a sitting by its UID for ever, so a sitting is never removed: it is
// called off. Sequence is raised by each change of which people are told; who holds an older one holds old information.
package events

import (
	"context"
	"crypto/rand"
	"embed"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Locales are the words of events.
//
//go:embed locales
var Locales embed.FS

// Reaction is what a part does when an event has been stored, in the same transaction. Before is nil for a new one.
type Reaction func(ctx context.Context, tx *db.Tx, by int64, before, after *Event) error

// Service plans events and serves their pages.
type Service struct {
	DB      *db.DB
	Kit     *web.Kit
	Now     func() time.Time
	BaseURL string // where links begin, without a slash at the end
	React   []Reaction
	Sent    func() // wakes whoever sends mail, after a change is stored

	MeetingsPath string // where meetings of the digimentors' network are planned

	// Turnout tells how many signed up for events and came; nil knows of none.
	Turnout func(ctx context.Context, q db.Q, events []int64) (map[int64]Turnout, error)
	// Findings are those that a visitor may aim an event at, as choices of a form; nil gives none.
	Findings func(ctx context.Context, v web.Visitor) ([]ui.Option, error)
	// Said is what was told of earlier events of a plan's theme, for hosts who plan the next; nil shows nothing.
	Said func(ctx context.Context, p web.Page, e *Event) (templ.Component, error)
	// Top stands right under what is to know of an event: what a visitor can do about it now. A nil component is left out.
	Top []Card
	// Cards stand on an event's page for everybody who may see it, HostCards on its hosts' page. A nil component is left out.
	Cards, HostCards []Card
}

// Card is a part's piece of a page about an event.
type Card func(ctx context.Context, p web.Page, e *Event) (templ.Component, error)

// State is how far an event is.
type State string

// The states. They are stored: never change one.
const (
	Draft     State = "draft"     // seen by hosts alone
	Published State = "published" // can be signed up for
	Cancelled State = "cancelled"
)

// Open is who may sign up.
type Open string

// Who may sign up. They are stored: never change one.
const (
	ForTarget Open = "target" // the target group
	ForStaff  Open = "staff"  // everybody with an account
	ForAll    Open = "all"    // partners and clients too, without an account
)

// Opens lists them from the narrowest to the widest.
var Opens = []Open{ForTarget, ForStaff, ForAll}

// Rhythm is how people work whom an event is for.
type Rhythm string

// The rhythms. They are stored: never change one.
const (
	DayWork    Rhythm = "day"
	Shifts     Rhythm = "shift"
	Receptions Rhythm = "reception"
)

// Rhythms lists them in the order in which pages show them.
var Rhythms = []Rhythm{DayWork, Shifts, Receptions}

// Plan is what a host decides of an event.
type Plan struct {
	Kind       Kind
	Unit       int64 // whose hosts look after it; 0: the whole county
	Title      string
	Lead       string // what one gets, in a sentence
	Text       string
	Area       string // id of a competence area; "" for none
	Service    int64  // digital service; 0 for none
	Rhythm     Rhythm // "" when not said
	Sittings   []Sitting
	Place      string
	Link       string    // https://..., "" for none
	Capacity   int       // places; 0: no limit
	Until      time.Time // last moment to sign up; zero: until it begins
	Open       Open
	Anonymous  bool // places by number are given without a name
	Target     Target
	Findings   []int64 // that it answers
	CopiedFrom int64   // 0: nothing
}

// Sitting is one time at which people meet.
type Sitting struct {
	ID         int64 // 0 for a new one
	UID        string
	Start, End time.Time
	Cancelled  bool
}

// Event is one event.
type Event struct {
	ID   int64
	Code string // in public links
	Plan
	State     State
	Elsewhere string // path of the page where it is planned and answered; "" for one of our own
	Why       string // it was cancelled
	Start     time.Time
	End       time.Time
	Sequence  int
	Stamp     time.Time // when the sequence was reached
	MadeBy    int64
	Made      time.Time
	Version   int
}

// Over reports whether the event's time has passed.
func (e *Event) Over(now time.Time) bool { return !now.Before(e.End) }

// Coming reports whether people may still prepare for it.
func (e *Event) Coming(now time.Time) bool { return e.State == Published && !e.Over(now) }

// Closes is the moment from which nobody signs up any more.
func (e *Event) Closes() time.Time {
	if e.Until.IsZero() || e.Until.After(e.Start) {
		return e.Start
	}
	return e.Until
}

// Held are the sittings that were not called off, first to last.
func (e *Event) Held() (out []Sitting) {
	for _, x := range e.Sittings {
		if !x.Cancelled {
			out = append(out, x)
		}
	}
	return out
}

// Path is the event's page for people with an account, or one below it.
func (e *Event) Path(more string) string { return "/events/" + strconv.FormatInt(e.ID, 10) + more }

// PublicPath is the event's page for everybody who has the link, or one below it.
func (e *Event) PublicPath(more string) string { return "/e/" + e.Code + more }

// SameTheme reports whether two events are of the same theme: the same competence area and digital service. Events without any are
// of no theme.
func (e *Event) SameTheme(o *Event) bool {
	return (e.Area != "" || e.Service != 0) && e.Area == o.Area && e.Service == o.Service
}

// Hosts reports whether a visitor looks after an event: as a host of its unit, or because the event names them as its host.
func (s *Service) Hosts(ctx context.Context, q db.Q, v web.Visitor, e *Event) (bool, error) {
	if v.ID == 0 {
		return false, nil
	}
	if ok, err := people.Covers(ctx, q, v, people.HostEvents, e.Unit); ok || err != nil {
		return ok, err
	}
	speakers, err := SpeakersOf(ctx, q, e.ID)
	return slices.ContainsFunc(speakers, func(x Speaker) bool { return x.Role == Host && x.Person == v.ID }), err
}

// Hosted returns an event for a visitor who looks after it; errs.NotFound when there is none, errs.Forbidden for another visitor.
func (s *Service) Hosted(ctx context.Context, v web.Visitor, id int64) (Event, error) {
	e, err := ByID(ctx, s.DB, id)
	if err != nil {
		return e, err
	}
	ok, err := s.Hosts(ctx, s.DB, v, &e)
	if err == nil && !ok {
		err = errs.New(errs.Forbidden, "events.not-host")
	}
	return e, err
}

// newCode is a name that nobody guesses.
func newCode() string { return strings.ToLower(rand.Text()[:12]) }

// conflict tells that somebody else was faster.
func conflict() error { return errs.New(errs.Conflict, "events.changed") }

// sent lets mail go out at once that a change has asked for.
func (s *Service) sent(err error) {
	if err == nil && s.Sent != nil {
		s.Sent()
	}
}

func (s *Service) audit(ctx context.Context, tx *db.Tx, by int64, action string, id int64) error {
	return people.Audit(ctx, tx, s.Now(), by, action, "event:"+strconv.FormatInt(id, 10), "")
}
