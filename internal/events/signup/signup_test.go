package signup_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/events/signup"
	"taitorinki/internal/people"
)

const units = `code,parent,name_fi,name_sv,name_en
H,,Rannat,Stränderna,The Shores
A,H,Kotihoito,Hemvård,Home care
B,H,Terveysasema,Hälsostation,Health centre
`

const staff = `email,name,unit,language,profession
a1@shores.example,Aino Aalto,A,fi,nurse
a2@shores.example,Anna Aro,A,fi,nurse
a3@shores.example,Antti Asp,A,en,doctor
b1@shores.example,Bo Berg,B,sv,nurse
b2@shores.example,Berit Blom,B,sv,doctor
`

// site is a platform with a small county and a host of its events.
type site struct {
	*apptest.Site
	t    testing.TB
	host int64
}

func newSite(t testing.TB, d *db.DB, more ...string) *site {
	t.Helper()
	s := &site{Site: apptest.New(t, d), t: t}
	_, err := s.People.Import(t.Context(), people.Files{
		Units:  people.File{Name: "u.csv", Data: []byte(units)},
		People: people.File{Name: "p.csv", Data: []byte(staff + strings.Join(more, ""))},
	}, people.ImportOptions{})
	s.ok(err)
	s.host = s.id("a1")
	s.Grant("a1@shores.example", people.Coordinator, "")
	return s
}

func (s *site) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) id(who string) int64 { s.t.Helper(); return s.Person(who + "@shores.example").ID }

// in is a published event so many hours from now, which begins as a webinar for all staff.
func (s *site) in(hours, capacity int, change ...func(p *events.Plan)) events.Event {
	s.t.Helper()
	at := s.Clock.Now().Add(time.Duration(hours) * time.Hour)
	p := events.Plan{Kind: events.Webinar, Title: "Etävastaanoton alku", Open: events.ForStaff, Link: "https://meet.example/1", Capacity: capacity,
		Sittings: []events.Sitting{{Start: at, End: at.Add(45 * time.Minute)}}}
	for _, f := range change {
		f(&p)
	}
	id, err := s.Events.Create(s.t.Context(), s.host, p)
	s.ok(err)
	s.ok(s.Events.Publish(s.t.Context(), s.host, id, 1))
	return s.event(id)
}

func (s *site) event(id int64) events.Event {
	s.t.Helper()
	e, err := events.ByID(s.t.Context(), s.DB, id)
	s.ok(err)
	return e
}

func forAll(p *events.Plan) { p.Open = events.ForAll }

func (s *site) signUp(e events.Event, who string) signup.Signup {
	s.t.Helper()
	x, err := s.Signups.SignUp(s.t.Context(), e.ID, s.id(who))
	s.ok(err)
	return x
}

// states are the list of an event as "a1 place", in order.
func (s *site) states(e events.Event) (out []string) {
	s.t.Helper()
	all, err := s.Signups.List(s.t.Context(), e.ID)
	s.ok(err)
	for _, x := range all {
		name, _, _ := strings.Cut(x.Mail, "@")
		out = append(out, name+" "+string(x.State))
	}
	return out
}

func (s *site) want(e events.Event, want ...string) {
	s.t.Helper()
	if got := s.states(e); !slices.Equal(got, want) {
		s.t.Fatalf("the list is %q, want %q", got, want)
	}
}

// mailed is how often somebody got mail whose subject holds a text.
func (s *site) mailed(to, subject string) (n int) {
	s.t.Helper()
	s.Work()
	for _, m := range s.Mailed(to) {
		if strings.Contains(m.Subject, subject) {
			n++
		}
	}
	return n
}

func key(err error) string {
	if e, ok := err.(*errs.E); ok {
		return e.Key
	}
	return fmt.Sprint(err)
}

func TestWhoWaitsIsOfferedThePlaceThatBecomesFreeAndAnswersInTime(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		e := s.in(30*24, 1)
		first := s.signUp(e, "a1")
		for _, who := range []string{"a2", "a3", "b1"} {
			s.signUp(e, who)
		}
		if again := s.signUp(e, "a2"); again.State != signup.Waiting {
			t.Errorf("signing up twice gave %s", again.State)
		}
		s.want(e, "a1 place", "a2 waiting", "a3 waiting", "b1 waiting")
		if n := s.mailed("a2@shores.example", "jonotuslistalla"); n != 1 {
			t.Errorf("who waits got %d mails, want 1", n)
		}

		s.ok(s.Signups.Withdraw(ctx, first.ID))
		s.ok(s.Signups.Withdraw(ctx, first.ID))
		s.want(e, "a2 offered", "a3 waiting", "b1 waiting")
		if n := s.mailed("a2@shores.example", "Paikka vapautui"); n != 1 {
			t.Errorf("who may take the place got %d mails, want 1", n)
		}
		if x := s.signUp(e, "a1"); x.State != signup.Waiting {
			t.Errorf("an offered place was given to somebody else: %s", x.State)
		}
		s.Clock.Move(5 * 24 * time.Hour)
		s.Work()
		s.want(e, "a3 offered", "b1 waiting", "a1 waiting")
		if n := s.mailed("a2@shores.example", "siirtyi seuraavalle"); n != 1 {
			t.Errorf("who did not answer got %d mails, want 1", n)
		}
		if x := s.signUp(e, "a3"); x.State != signup.Placed {
			t.Errorf("taking the offer gave %s", x.State)
		}
		s.want(e, "a3 place", "b1 waiting", "a1 waiting")

		e = s.event(e.ID)
		p := e.Plan
		p.Capacity = 2
		s.ok(s.Events.Change(ctx, s.host, e.ID, e.Version, p))
		s.want(e, "a3 place", "b1 offered", "a1 waiting")
		b1, err := s.Signups.SignUp(ctx, e.ID, s.id("b1"))
		s.ok(err)
		if n := s.mailed("b1@shores.example", "Du är med"); n != 1 || b1.State != signup.Placed {
			t.Errorf("after the larger room %s, %d mails", b1.State, n)
		}
	})
}

func TestAnOfferForAnEventThatWasCalledOffCannotBeTaken(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		e := s.in(30*24, 1)
		first := s.signUp(e, "a2")
		waits := s.signUp(e, "a3")
		s.ok(s.Signups.Withdraw(ctx, first.ID))
		s.ok(s.Events.Cancel(ctx, s.host, e.ID, e.Version, ""))
		if _, err := s.Signups.Accept(ctx, waits.ID); key(err) != "signup.closed" {
			t.Errorf("taking a place at a cancelled event: %v", err)
		}
		if _, err := s.Signups.Accept(ctx, first.ID); key(err) != "signup.lapsed" {
			t.Errorf("taking a place that nobody offered: %v", err)
		}
		s.Work()
		for _, m := range s.Mailed("a3@shores.example") {
			if strings.Contains(m.Subject, "place is free") {
				t.Errorf("a cancelled event offered a place: %s", m.Subject)
			}
		}
	})
}

func TestThePlaceOfSomebodyWhoLeavesGoesToTheNext(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.in(30*24, 1)
		s.signUp(e, "b2")
		s.signUp(e, "a3")
		_, err := s.People.Import(t.Context(), people.Files{Units: people.File{Name: "u.csv", Data: []byte(units)},
			People: people.File{Name: "p.csv", Data: []byte(strings.Replace(staff, "b2@shores.example,Berit Blom,B,sv,doctor\n", "", 1))}}, people.ImportOptions{})
		s.ok(err)
		s.Work()
		s.want(e, "a3 offered")
	})
}

func TestWithoutTimeToAnswerThePlaceIsGivenAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.in(3, 1)
		first := s.signUp(e, "a2")
		s.signUp(e, "a3")
		s.ok(s.Signups.Withdraw(t.Context(), first.ID))
		s.want(e, "a3 place")
		if n := s.mailed("a3@shores.example", "in after all"); n != 1 {
			t.Errorf("who moved up got %d mails, want 1", n)
		}
		s.Clock.Move(3*time.Hour + time.Minute)
		a3, err := s.Signups.SignUp(t.Context(), e.ID, s.id("a3"))
		s.ok(err)
		s.ok(s.Signups.Withdraw(t.Context(), a3.ID))
		s.want(e)
	})
}

func TestWhoMayNotSignUpIsToldWhy(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		nurses := s.in(48, 0, func(p *events.Plan) {
			p.Open, p.Target = events.ForTarget, events.Target{Professions: []string{"nurse"}}
		})
		soon := s.in(48, 0, func(p *events.Plan) { p.Until = s.Clock.Now().Add(time.Hour) })
		off := s.in(48, 0)
		s.signUp(nurses, "a2")
		s.ok(s.Events.Cancel(ctx, s.host, off.ID, off.Version, ""))
		s.Clock.Move(2 * time.Hour)
		draft, err := s.Events.Create(ctx, s.host, events.Plan{Kind: events.Webinar, Title: "x", Open: events.ForStaff,
			Sittings: []events.Sitting{{Start: s.Clock.Now().Add(time.Hour), End: s.Clock.Now().Add(2 * time.Hour)}}})
		s.ok(err)
		for name, x := range map[string]struct {
			event int64
			want  string
		}{"another group": {nurses.ID, "signup.not-for-you"}, "late": {soon.ID, "signup.closed"}, "cancelled": {off.ID, "signup.cancelled"}, "draft": {draft, "events.no-event"}, "none": {99, "events.no-event"}} {
			if _, err := s.Signups.SignUp(ctx, x.event, s.id("b2")); key(err) != x.want {
				t.Errorf("%s: %v, want %s", name, err, x.want)
			}
		}
	})
}

func TestTheReadsForOtherPartsTellWhoHasAPlaceAndWhoCame(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		e := s.in(1, 3)
		for _, who := range []string{"a2", "a3", "b1", "b2"} {
			s.signUp(e, who)
		}
		s.Clock.Move(time.Hour)
		all, err := s.Signups.List(ctx, e.ID)
		s.ok(err)
		s.ok(s.Signups.Tick(ctx, s.host, &e, []int64{all[0].ID, all[1].ID, all[2].ID}, []int64{all[0].ID, all[2].ID, all[3].ID}))
		names := func(to []events.Recipient, err error) string {
			s.ok(err)
			var out []string
			for _, x := range to {
				out = append(out, x.Name)
			}
			return strings.Join(out, ", ")
		}
		if got, want := names(s.Signups.Holders(ctx, d, e.ID)), "Anna Aro, Antti Asp, Bo Berg"; got != want {
			t.Errorf("holders %s, want %s", got, want)
		}
		if got, want := names(s.Signups.Attended(ctx, d, e.ID)), "Anna Aro, Bo Berg"; got != want {
			t.Errorf("came %s, want %s", got, want)
		}
		if got, want := names(s.Signups.Absent(ctx, d, e.ID)), "Antti Asp"; got != want {
			t.Errorf("absent %s, want %s", got, want)
		}
		if got := names(s.Signups.Concerned(ctx, d, e.ID)); !strings.HasSuffix(got, "Berit Blom") {
			t.Errorf("concerned %s", got)
		}
		by, err := s.Signups.CountByUnit(ctx, d, e.ID)
		s.ok(err)
		a, b := s.Person("a2@shores.example").UnitID, s.Person("b1@shores.example").UnitID
		if by[a] != 2 || by[b] != 1 || len(by) != 2 {
			t.Errorf("by unit %v, want 2 of %d and 1 of %d", by, a, b)
		}
		turnout, err := s.Signups.Turnout(ctx, d, []int64{e.ID, 99})
		s.ok(err)
		if turnout[e.ID] != (events.Turnout{Signed: 3, Came: 2}) {
			t.Errorf("turnout %v", turnout)
		}
		// A tick is taken back.
		s.ok(s.Signups.Tick(ctx, s.host, &e, []int64{all[0].ID}, nil))
		if got, want := names(s.Signups.Attended(ctx, d, e.ID)), "Bo Berg"; got != want {
			t.Errorf("after the tick was taken back came %s, want %s", got, want)
		}
	})
}

func TestRemindersGoOnceAndOnlyToThoseWhoCanHaveForgotten(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.in(48, 0)
		s.signUp(e, "a2")
		s.Clock.Move(24*time.Hour + time.Minute)
		s.signUp(e, "a3")
		s.Work()
		s.Clock.Move(2 * time.Minute)
		if a2, a3 := s.mailed("a2@shores.example", "Huomenna"), s.mailed("a3@shores.example", "Tomorrow"); a2 != 1 || a3 != 0 {
			t.Errorf("the day before came %d and %d mails, want 1, and none to who signed up today", a2, a3)
		}
		s.Clock.Move(22*time.Hour + 58*time.Minute)
		s.Work()
		s.Clock.Move(2 * time.Minute)
		if a2, a3 := s.mailed("a2@shores.example", "Kohta alkaa"), s.mailed("a3@shores.example", "Starting soon"); a2 != 1 || a3 != 1 {
			t.Errorf("the hour before came %d and %d mails, want 1 each", a2, a3)
		}
	})
}

func TestAReminderThatIsLateIsLeftOut(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	e := s.in(30, 0)
	s.signUp(e, "a2")
	s.Work()
	s.Clock.Move(29*time.Hour + 55*time.Minute) // nobody worked meanwhile
	if n := s.mailed("a2@shores.example", "Huomenna") + s.mailed("a2@shores.example", "Kohta alkaa"); n != 0 {
		t.Errorf("%d reminders came five minutes before the event", n)
	}
}

func TestAMailIsDroppedThatIsNotTrueAnyMore(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	e := s.in(48, 0)
	x := s.signUp(e, "a2")
	s.ok(s.Signups.Withdraw(t.Context(), x.ID))
	if n := s.mailed("a2@shores.example", "Olet mukana"); n != 0 {
		t.Errorf("%d mails told of a place that was given back", n)
	}
	if n := s.mailed("a2@shores.example", "peruttu"); n != 1 {
		t.Errorf("%d mails told of the withdrawal, want 1", n)
	}
}

func TestACalendarGetsEachSittingAndItsCancellation(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	s.Signups.Calendar = calendarOf
	e := s.in(48, 0, func(p *events.Plan) {
		p.Kind = events.Workshop
		x := p.Sittings[0]
		p.Sittings = append(p.Sittings, events.Sitting{Start: x.Start.AddDate(0, 0, 7), End: x.End.AddDate(0, 0, 7)})
	})
	x := s.signUp(e, "a2")
	s.Work()
	s.ok(s.Signups.Withdraw(t.Context(), x.ID))
	s.Work()
	var got []string
	for _, m := range s.Mailed("a2@shores.example") {
		got = append(got, m.CalendarMethod+" "+string(m.Calendar))
	}
	a, b := e.Sittings[0].UID, e.Sittings[1].UID
	if want := []string{"REQUEST " + a, "REQUEST " + b, "CANCEL " + a, "CANCEL " + b}; !slices.Equal(got, want) {
		t.Errorf("the calendar parts are %q, want %q", got, want)
	}
}
