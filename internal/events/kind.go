package events

import (
	"time"

	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/workday"
)

// Kind is what sort of event something is.
type Kind string

// The kinds. They are stored: never change one.
const (
	Webinar  Kind = "webinar"
	KickOff  Kind = "kickoff"  // of supervisors
	Meeting  Kind = "meeting"  // of digimentors, planned with the network's meetings
	Workshop Kind = "workshop" // a series
	Training Kind = "training"
	Fair     Kind = "fair"
)

// Kinds lists the kinds in the order in which pages show them.
var Kinds = []Kind{Webinar, KickOff, Workshop, Training, Fair, Meeting}

// Template is what an event of a kind begins with.
type Template struct {
	Minutes  int      // of a sitting
	Sittings int      // how many
	Apart    int      // days between them
	Capacity int      // 0: no limit
	Open     Open     // who may sign up
	Roles    []string // whom it is for
	Tasks    []Step
}

// Step is something to do for an event, so many days from it: before it below 0.
type Step struct {
	Key  string
	Days int
}

// usual is to be done for every event that we invite to ourselves.
var usual = []Step{{"content", -28}, {"speakers", -24}, {"invite", -21}, {"nudge", -7}, {"room", -3}, {"try", -1},
	{"thank", 1}, {"materials", 2}, {"feedback", 7}, {"lessons", 14}}

// templates are what each kind begins with.
var templates = map[Kind]Template{
	Webinar:  {Minutes: 45, Sittings: 1, Open: ForStaff, Tasks: usual},
	KickOff:  {Minutes: 60, Sittings: 1, Open: ForTarget, Roles: []string{people.Supervisor}, Tasks: append([]Step{{"figures", -14}, {"pledge", -7}}, usual...)},
	Workshop: {Minutes: 240, Sittings: 3, Apart: 14, Capacity: 20, Open: ForTarget, Tasks: append([]Step{{"group", -35}, {"space", -30}, {"between", 7}}, usual...)},
	Training: {Minutes: 120, Sittings: 1, Capacity: 30, Open: ForTarget, Tasks: append([]Step{{"space", -30}, {"devices", -2}}, usual...)},
	Fair:     {Minutes: 240, Sittings: 1, Open: ForAll, Tasks: append([]Step{{"exhibitors", -56}, {"space", -56}, {"slots", -14}, {"floor", -7}}, usual...)},
	Meeting:  {Minutes: 60, Sittings: 1, Open: ForTarget, Roles: []string{people.Mentor}, Tasks: []Step{{"topics", -14}, {"try", -1}, {"answers", 7}, {"lessons", 14}}},
}

// Known reports whether there is such a kind.
func (k Kind) Known() bool { _, ok := templates[k]; return ok }

// Template is what an event of the kind begins with.
func (k Kind) Template() Template { return templates[k] }

// Due is the day, 2026-11-22, by which something is to be done so many days from an event. What is due before the event moves from a
// day off to the working day before it, what comes afterwards to the working day after it.
func Due(event time.Time, days int) string {
	t := event.In(i18n.Zone()).AddDate(0, 0, days)
	step := 1
	if days < 0 {
		step = -1
	}
	for !workday.Is(t) {
		t = t.AddDate(0, 0, step)
	}
	return t.Format(time.DateOnly)
}
