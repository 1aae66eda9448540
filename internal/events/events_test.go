package events_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

const units = `code,parent,name_fi,name_sv,name_en
H,,Rannat,Stränderna,The Shores
A,H,Kotihoito,Hemvård,Home care
A1,A,Pohjoinen tiimi,Norra teamet,Northern team
B,H,Terveysasema,Hälsostation,Health centre
`

const staff = `email,name,unit,language,profession
a1@shores.example,Aino Aalto,A,fi,nurse
a2@shores.example,Anna Aro,A1,fi,nurse
a3@shores.example,Antti Asp,A1,fi,doctor
b1@shores.example,Bo Berg,B,sv,nurse
b2@shores.example,Berit Blom,B,sv,doctor
`

// site is a platform with a small county and a host of its events.
type site struct {
	*apptest.Site
	t    *testing.T
	host int64
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &site{Site: apptest.New(t, d), t: t}
	_, err := s.People.Import(t.Context(), people.Files{
		Units:  people.File{Name: "u.csv", Data: []byte(units)},
		People: people.File{Name: "p.csv", Data: []byte(staff)},
	}, people.ImportOptions{})
	s.ok(err)
	s.host = s.Person("a1@shores.example").ID
	s.Grant("a1@shores.example", people.Coordinator, "")
	return s
}

func (s *site) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) unit(code string) int64 {
	s.t.Helper()
	all, err := people.Units(s.t.Context(), s.DB)
	s.ok(err)
	i := slices.IndexFunc(all, func(u people.Unit) bool { return u.Code == code })
	return all[i].ID
}

// webinar is a plan of an event so many hours from now.
func (s *site) webinar(hours int) events.Plan {
	at := s.Clock.Now().Add(time.Duration(hours) * time.Hour)
	return events.Plan{Kind: events.Webinar, Title: "Etävastaanoton alku", Open: events.ForStaff, Link: "https://meet.example/1",
		Sittings: []events.Sitting{{Start: at, End: at.Add(45 * time.Minute)}}}
}

func (s *site) create(p events.Plan) events.Event {
	s.t.Helper()
	id, err := s.Events.Create(s.t.Context(), s.host, p)
	s.ok(err)
	return s.event(id)
}

func (s *site) event(id int64) events.Event {
	s.t.Helper()
	e, err := events.ByID(s.t.Context(), s.DB, id)
	s.ok(err)
	return e
}

// told is the key of what is wrong with a field, or "".
func told(err error, field string) string {
	if bad := web.FieldsOf(err); bad != nil {
		for _, x := range bad.List {
			if x.Name == field {
				return x.Key
			}
		}
	}
	return ""
}

func TestAnEventIsPlannedPublishedMovedAndCalledOff(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		p := s.webinar(24 * 30)
		p.Target = events.Target{Units: []int64{s.unit("A")}, Professions: []string{"nurse"}}
		e := s.create(p)
		if e.State != events.Draft || e.Version != 1 || len(e.Sittings) != 1 || !slices.Equal(e.Target.Units, p.Target.Units) {
			t.Fatalf("the draft is %+v", e)
		}
		if n, err := e.Target.Count(ctx, d); err != nil || n != 2 {
			t.Errorf("it is for %d people (%v), want the 2 nurses of A and A1", n, err)
		}
		tasks, err := events.Tasks(ctx, d, &e)
		s.ok(err)
		if len(tasks) != len(events.Webinar.Template().Tasks) || tasks[0].Due > tasks[len(tasks)-1].Due {
			t.Errorf("its tasks are %+v", tasks)
		}
		s.ok(s.Events.Publish(ctx, s.host, e.ID, e.Version))
		e = s.event(e.ID)
		uid := e.Sittings[0].UID

		p = e.Plan
		p.Sittings = []events.Sitting{{ID: e.Sittings[0].ID, Start: e.Start.Add(time.Hour), End: e.End.Add(time.Hour)}}
		s.ok(s.Events.Change(ctx, s.host, e.ID, e.Version, p))
		if now := s.event(e.ID); now.Sequence != 1 || now.Sittings[0].UID != uid || !now.Start.Equal(e.Start.Add(time.Hour)) {
			t.Errorf("the moved event is %+v", now)
		}
		if err := s.Events.Change(ctx, s.host, e.ID, e.Version, p); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a change of what somebody else changed gave %v", err)
		}
		e = s.event(e.ID)
		s.ok(s.Events.Cancel(ctx, s.host, e.ID, e.Version, "Asiantuntija on sairaana"))
		if now := s.event(e.ID); now.State != events.Cancelled || now.Sequence != 2 {
			t.Errorf("the cancelled event is %+v", now)
		}
	})
}

func TestWhatIsWrongWithAPlanIsSaidAtItsField(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	for name, x := range map[string]struct {
		field, key string
		change     func(p *events.Plan)
	}{
		"past": {"sitting-1", "events.past-time", func(p *events.Plan) {
			p.Sittings[0].Start = s.Clock.Now()
			p.Sittings[0].End = s.Clock.Now().Add(time.Hour)
		}},
		"end first":   {"sitting-1", "events.ends-first", func(p *events.Plan) { p.Sittings[0].End = p.Sittings[0].Start }},
		"long":        {"title", "events.too-long", func(p *events.Plan) { p.Title = strings.Repeat("ä", events.MostTitle+1) }},
		"no title":    {"title", "events.no-title", func(p *events.Plan) { p.Title = " " }},
		"identity":    {"text", "events.identity", func(p *events.Plan) { p.Text = "Puhuja 131052-308T" }},
		"script link": {"link", "events.bad-link", func(p *events.Plan) { p.Link = "javascript:alert(1)" }},
		"places":      {"capacity", "events.bad-capacity", func(p *events.Plan) { p.Capacity = -1 }},
		"numbers":     {"anonymous", "events.numbers-need-all", func(p *events.Plan) { p.Anonymous, p.Open = true, events.ForStaff }},
		"no sitting":  {"sitting-1", "events.no-sitting", func(p *events.Plan) { p.Sittings = nil }},
		"far": {"sitting-1", "events.too-far", func(p *events.Plan) {
			p.Sittings[0].Start = s.Clock.Now().AddDate(4, 0, 0)
			p.Sittings[0].End = p.Sittings[0].Start.Add(time.Hour)
		}},
		"until":        {"until", "events.until-late", func(p *events.Plan) { p.Until = p.Sittings[0].End.Add(time.Hour) }},
		"overlap":      {"sitting-1", "events.sittings-overlap", func(p *events.Plan) { p.Sittings = append(p.Sittings, p.Sittings[0]) }},
		"unknown kind": {"kind", "events.no-kind", func(p *events.Plan) { p.Kind = "party" }},
	} {
		p := s.webinar(24)
		x.change(&p)
		_, err := s.Events.Create(t.Context(), s.host, p)
		if got := told(err, x.field); got != x.key {
			t.Errorf("%s: %s says %q (%v), want %q", name, x.field, got, err, x.key)
		}
	}
}

func TestASittingTakenOffASeriesStaysForTheCalendarsThatHaveIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		p := s.webinar(24)
		for i := range 2 {
			x := p.Sittings[0]
			x.Start, x.End = x.Start.AddDate(0, 0, 7*(i+1)), x.End.AddDate(0, 0, 7*(i+1))
			p.Sittings = append(p.Sittings, x)
		}
		p.Kind = events.Workshop
		e := s.create(p)
		s.ok(s.Events.Publish(t.Context(), s.host, e.ID, e.Version))
		e = s.event(e.ID)
		p = e.Plan
		p.Sittings = p.Sittings[1:]
		s.ok(s.Events.Change(t.Context(), s.host, e.ID, e.Version, p))
		now := s.event(e.ID)
		if len(now.Sittings) != 3 || !now.Sittings[0].Cancelled || len(now.Held()) != 2 || !now.Start.Equal(now.Sittings[1].Start) || now.Sequence != 1 {
			t.Errorf("the series is %+v", now)
		}
	})
}

func TestASpeakerWithAnAccountDecidesAloneWhetherTheyAreShown(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		e := s.create(s.webinar(24))
		b := s.Person("b1@shores.example").ID
		s.ok(s.Events.AddSpeaker(ctx, s.host, events.Speaker{Event: e.ID, Person: b, Name: "Bo Berg", Role: events.Practitioner, Consent: events.Shown}))
		s.ok(s.Events.AddSpeaker(ctx, s.host, events.Speaker{Event: e.ID, Name: "Veera Vieras", Title: "Kunta", Role: events.Expert, Consent: events.Shown}))
		all, err := events.SpeakersOf(ctx, d, e.ID)
		s.ok(err)
		if len(all) != 2 || all[0].Consent != events.NotAsked || all[1].Consent != events.Shown {
			t.Fatalf("the speakers are %+v", all)
		}
		if err := s.Events.Agree(ctx, s.host, e.ID, all[0].ID, true); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("the host agreed for a speaker with an account: %v", err)
		}
		s.ok(s.Events.Agree(ctx, b, e.ID, all[0].ID, true))
	})
}

func TestTasksMoveWithTheEventAndOffDaysOff(t *testing.T) {
	monday := time.Date(2027, 1, 11, 10, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		days int
		want string
	}{{-1, "2027-01-08"}, {-5, "2027-01-05"}, {1, "2027-01-12"}, {5, "2027-01-18"}, {0, "2027-01-11"}} {
		if got := events.Due(monday, x.days); got != x.want {
			t.Errorf("%d days from %s is due on %s, want %s", x.days, monday.Format(time.DateOnly), got, x.want)
		}
	}
}
