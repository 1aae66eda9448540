package mentoring

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
)

// State is how far somebody is as a digimentor.
type State string

// The states, in the order in which one comes to them.
const (
	Candidate State = "candidate" // has come forward; the supervisor has not answered
	Confirmed State = "confirmed" // the supervisor grants hours; the coordinator has not appointed
	Training  State = "training"  // appointed, on the training path
	Active    State = "active"    // helps
	Resting   State = "resting"   // pauses, or the grant is over
	Ended     State = "ended"
)

// States are in the order in which pages show them.
var States = []State{Candidate, Confirmed, Training, Active, Resting, Ended}

// Appointed reports whether somebody in this state is a digimentor, with the role of one.
func (s State) Appointed() bool { return s == Training || s == Active || s == Resting }

// Mentor is somebody who is, was or would be a digimentor. Days are written 2026-11-22.
type Mentor struct {
	ID      int64
	Person  people.Person // as of today
	State   State
	Minutes int    // granted a week; 0 while nothing is granted
	Starts  string // first day of the grant, "" while nothing is granted
	Ends    string // last day of it, "" until further notice

	Areas    []string // strengths: ids of competence areas
	Services []int64  // strengths: ids of digital services
	Langs    []string // languages in which the mentor helps
	Reach    string   // how and when to reach the mentor, in the mentor's own words
	AwayFrom string   // first day of an absence, "" for none
	AwayTo   string   // last day of it
	NoteOff  bool     // does not want the monthly note

	Units   []Place   // whom the mentor helps
	Since   time.Time // when the state was reached
	Version int       // of what can change
}

// Place is a unit that a mentor serves.
type Place struct {
	Unit  int64
	Below bool // everything under it too
}

// Granted reports whether the mentor has hours on a day.
func (m *Mentor) Granted(day string) bool {
	return m.grant().holds(day)
}

// Away reports whether the mentor is absent on a day.
func (m *Mentor) Away(day string) bool {
	return m.AwayFrom != "" && m.AwayFrom <= day && (m.AwayTo == "" || day <= m.AwayTo)
}

// Available reports whether the mentor helps on a day.
func (m *Mentor) Available(day string) bool {
	return m.State == Active && m.Granted(day) && !m.Away(day)
}

// Strong reports whether the mentor has named an area or a service as a strength; "" and 0 ask for none.
func (m *Mentor) Strong(area string, service int64) bool {
	return (area == "" || slices.Contains(m.Areas, area)) && (service == 0 || slices.Contains(m.Services, service))
}

// Event is something done to a mentor.
type Event struct {
	ID     int64
	Mentor int64
	At     time.Time
	By     int64 // 0: the platform itself, or the operator
	Kind   EventKind
	State  State // after it
	Why    string
	Grant  *Grant // after it; nil: from before this was kept
}

// EventKind is what was done to a mentor. It is stored: never change one.
type EventKind string

// The kinds of event.
const (
	CameForward EventKind = "forward"   // signed up, or was put forward
	WasGranted  EventKind = "confirm"   // the supervisor confirmed and granted hours
	GrantMoved  EventKind = "grant"     // hours or days of the grant changed
	WasDeclined EventKind = "decline"   // the supervisor said no
	Appointment EventKind = "appoint"   // the coordinator appointed
	Activation  EventKind = "activate"  // began to help
	Rest        EventKind = "rest"      // pauses
	Return      EventKind = "return"    // helps again
	End         EventKind = "end"       // is a mentor no more
	Moved       EventKind = "units"     // serves other units
	GrantOver   EventKind = "grantover" // the last day of the grant has passed
	LeftCounty  EventKind = "left"      // is not on the staff list any more
	UnitEnded   EventKind = "unitended" // a unit that was served is there no more
	Listed      EventKind = "import"    // changed by a list that was brought in
)

// MostReason is the longest reason, and the longest of a mentor's own words, in characters.
const MostReason = 300

// steps says from which states one comes to which, by what is done.
var steps = map[EventKind]struct {
	from []State
	to   State
	why  bool // a reason must be given
}{
	CameForward: {[]State{Ended}, Candidate, false},
	WasGranted:  {[]State{Candidate}, Confirmed, false},
	WasDeclined: {[]State{Candidate}, Ended, true},
	Appointment: {[]State{Confirmed}, Training, false},
	Activation:  {[]State{Training}, Active, false},
	Rest:        {[]State{Training, Active}, Resting, false},
	Return:      {[]State{Resting}, Active, false},
	End:         {[]State{Candidate, Confirmed, Training, Active, Resting}, Ended, true},
	GrantOver:   {[]State{Training, Active}, Resting, false},
	LeftCounty:  {[]State{Candidate, Confirmed, Training, Active, Resting}, Ended, false},
}

// May reports whether something can be done to a mentor in the present state.
func (m *Mentor) May(kind EventKind) bool {
	return slices.Contains(steps[kind].from, m.State)
}

// today is the county's day.
func (s *Service) today() string { return Day(s.Now()) }

// Day is a moment's day in the county, 2026-11-22.
func Day(t time.Time) string { return t.In(i18n.Zone()).Format(time.DateOnly) }

// Move does to a mentor what moves them to another state: Appointment, Activation, Rest, Return, End, WasDeclined, GrantOver. The
// version is the one that was seen: a change in between is a conflict. Without a version (-1) whoever comes first wins.
func (s *Service) Move(ctx context.Context, by, mentor int64, version int, kind EventKind, why string) error {
	why = strings.TrimSpace(why)
	bad := errs.Fields{}
	reason(&bad, "why", why, steps[kind].why)
	if err := bad.Err(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.move(ctx, tx, by, mentor, version, kind, why) })
}

// MoveIn is Move inside a transaction of another part, for what must happen together with it.
func (s *Service) MoveIn(ctx context.Context, tx *db.Tx, by, mentor int64, version int, kind EventKind) error {
	return s.move(ctx, tx, by, mentor, version, kind, "")
}

func reason(bad *errs.Fields, field, text string, needed bool) {
	switch {
	case needed && text == "":
		bad.Add(field, "mentoring.give-reason")
	case utf8.RuneCountInString(text) > MostReason:
		bad.Add(field, "mentoring.too-long", "most", MostReason)
	}
}

// AnyVersion lets a change through whatever happened in between.
const AnyVersion = -1

func (s *Service) move(ctx context.Context, tx *db.Tx, by, mentor int64, version int, kind EventKind, why string) error {
	return s.change(ctx, tx, by, mentor, version, kind, why, func(m *Mentor) error {
		if !m.May(kind) {
			return errs.New(errs.Conflict, "mentoring.changed")
		}
		m.State = steps[kind].to
		if kind != Return {
			return nil
		}
		return backTo(ctx, tx, m)
	})
}

// backTo sets the state to which somebody who rests comes back: to helping only who has helped before.
func backTo(ctx context.Context, tx *db.Tx, m *Mentor) error {
	has, err := begun(ctx, tx, m.ID)
	if m.State = Training; has {
		m.State = Active
	}
	return err
}

// change alters a mentor, writes down what was done, and gives or takes the role that goes with the state.
func (s *Service) change(ctx context.Context, tx *db.Tx, by, mentor int64, version int, kind EventKind, why string, alter func(*Mentor) error) error {
	m, err := mentorByID(ctx, tx, mentor)
	if err != nil {
		return err
	}
	if version != AnyVersion && m.Version != version {
		return errs.New(errs.Conflict, "mentoring.changed")
	}
	before := m.State
	if err := alter(&m); err != nil {
		return err
	}
	if m.State != before {
		m.Since = s.Now()
	}
	if err := updateMentor(ctx, tx, &m); err != nil {
		return err
	}
	if err := s.keepRole(ctx, tx, by, &m); err != nil {
		return err
	}
	return s.record(ctx, tx, Event{Mentor: m.ID, At: s.Now(), By: by, Kind: kind, State: m.State, Why: why, Grant: m.grant()})
}

// record keeps an event with the mentor and in the audit log, and lets the mentor be told.
func (s *Service) record(ctx context.Context, tx *db.Tx, e Event) error {
	if err := insertEvent(ctx, tx, &e); err != nil {
		return err
	}
	if told[e.Kind] {
		if err := outbox.Add(ctx, tx, e.At, []outbox.Item{{Topic: mailTopic, Kind: newsKind, Ref: e.ID}}); err != nil {
			return err
		}
	}
	return people.Audit(ctx, tx, e.At, e.By, "mentor."+string(e.Kind), mentorObject(e.Mentor), "")
}

// keepRole makes the roles of a mentor fit the state and the units that are served. Who is no mentor any more loses the role.
func (s *Service) keepRole(ctx context.Context, tx *db.Tx, by int64, m *Mentor) error {
	have, err := people.RolesOf(ctx, tx, m.Person.ID)
	if err != nil {
		return err
	}
	want := map[int64]bool{}
	if m.State.Appointed() {
		for _, p := range m.Units {
			want[p.Unit] = true
		}
	}
	for _, r := range have {
		if r.Role != people.Mentor {
			continue
		}
		if want[r.UnitID] {
			delete(want, r.UnitID)
		} else if err := people.Revoke(ctx, tx, s.Now(), by, r.ID); err != nil {
			return err
		}
	}
	for _, p := range m.Units {
		if want[p.Unit] {
			if _, err := people.Grant(ctx, tx, s.Now(), by, m.Person.ID, people.Mentor, p.Unit); err != nil {
				return err
			}
		}
	}
	return nil
}
