package monthly_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/monthly"
	"taitorinki/internal/people"
)

const units = "code,parent,name_fi,name_sv,name_en\nH,,Rannat,Stränderna,The Shores\nA,H,Kotihoito,Hemvård,Home care\nB,H,Terveysasema,Hälsostation,Health centre\n"

const staff = "email,name,unit,language,supervises\nboss@shores.example,Bea Boss,A,en,A\na1@shores.example,Aino Aalto,A,en,\na2@shores.example,Anna Aro,A,sv,\nb1@shores.example,Bo Berg,B,en,\n"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// site is a county with three digimentors; its clock stands at a time.
func site(t *testing.T, d *db.DB) *apptest.Site {
	t.Helper()
	s := apptest.New(t, d)
	_, err := s.People.Import(t.Context(), people.Files{Units: people.File{Name: "u.csv", Data: []byte(units)}, People: people.File{Name: "p.csv", Data: []byte(staff)}}, people.ImportOptions{})
	must(t, err)
	return s
}

// forward makes somebody a candidate, and goes the whole way when they are to be active.
func forward(t *testing.T, s *apptest.Site, who string, active bool, ends string) int64 {
	t.Helper()
	p := s.Person(who + "@shores.example")
	id, err := s.Mentors.SignUp(t.Context(), p.ID, p.ID, mentoring.Profile{Langs: []string{"fi"}}, []mentoring.Place{{Unit: p.UnitID}})
	must(t, err)
	if active {
		must(t, s.Mentors.Confirm(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 120, From: "2026-01-01", To: ends}))
		must(t, s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Appointment, ""))
		must(t, s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Activation, ""))
	}
	return id
}

// january moves the clock to noon of a day of the next January: the first is a holiday, and the second or third may be a Sunday.
func january(s *apptest.Site, day int) {
	now := s.Clock.Now()
	s.Clock.Move(time.Date(now.Year()+1, 1, day, 10, 0, 0, 0, time.UTC).Sub(now))
}

func TestEachMentorGetsOneNoteAMonthFromTheFirstWorkingDayOn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := site(t, d)
		for _, who := range []string{"a1", "a2", "b1"} {
			forward(t, s, who, true, "")
		}
		off, _, err := s.Mentors.MentorOf(t.Context(), s.Person("b1@shores.example").ID)
		must(t, err)
		must(t, s.Mentors.WantNote(t.Context(), off.ID, false))
		got := func(who string) int { s.Work(); return len(s.Mailed(who + "@shores.example")) }
		before := map[string]int{"a1": got("a1"), "a2": got("a2"), "b1": got("b1")}
		january(s, 1)
		must(t, s.Monthly.Ask(t.Context()))
		if n := got("a1") - before["a1"]; n != 0 {
			t.Errorf("on New Year's Day %d notes went to a mentor", n)
		}
		s.Clock.Move(5 * 24 * time.Hour)
		for range 3 {
			must(t, s.Monthly.Ask(t.Context()))
		}
		for who, want := range map[string]int{"a1": 1, "a2": 1, "b1": 0} {
			if n := got(who) - before[who]; n != want {
				t.Errorf("%s has got %d notes, want %d", who, n, want)
			}
		}
		s.Clock.Move(31 * 24 * time.Hour)
		must(t, s.Monthly.Ask(t.Context()))
		if n := got("a1") - before["a1"]; n != 2 {
			t.Errorf("a month later there are %d notes, want 2", n)
		}
	})
}

func TestTheNoteTellsAMentorWhatIsTheirs(t *testing.T) {
	s := site(t, dbtest.SQLite(t))
	id := forward(t, s, "a1", true, "")
	thanks := 2
	s.Monthly.Open = func(_ context.Context, m int64) (int, error) { return map[int64]int{id: 3}[m], nil }
	s.Monthly.Minutes = func(context.Context, int64, string, string) (int, error) { return 90, nil }
	s.Monthly.Thanks = func(context.Context, int64) (int, error) { return thanks, nil }
	s.Monthly.Meeting = func(context.Context, int64, string) (monthly.Meeting, bool, error) {
		return monthly.Meeting{Title: "Chat in practice", Start: s.Clock.Now(), URL: "/meetings/1"}, true, nil
	}
	note := func() string {
		t.Helper()
		must(t, s.Monthly.Ask(t.Context()))
		s.Work()
		all := s.Mailed("a1@shores.example")
		return all[len(all)-1].Text
	}
	january(s, 12)
	_, err := s.Catalog.Save(t.Context(), 1, catalog.DigitalService{Name: catalog.Words{"en": "Chat"}})
	must(t, err)
	must(t, s.Catalog.Tell(t.Context(), s.Person("boss@shores.example").ID, 1, catalog.Words{"en": "A new greeting."}))
	u := s.Person("a1@shores.example").UnitID
	_, err = s.Mentors.SetFocus(t.Context(), s.Person("boss@shores.example").ID, mentoring.Focus{Finding: 1, Unit: u, Area: "ethics", From: mentoring.Day(s.Clock.Now()), To: "2099-12-31"})
	must(t, err)
	text := note()
	for _, want := range []string{"Hello Aino", "3 requests for help wait", "Ethics in digital work (Home care)", "Chat: A new greeting.", "Chat in practice", "/meetings/1", "1.5 hours", "about 8.9 hours", "/mentors/me"} {
		if !strings.Contains(text, want) {
			t.Errorf("the note lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "Thank you") {
		t.Errorf("two thanks are told, which could be guessed:\n%s", text)
	}
	thanks = 3
	s.Clock.Move(31 * 24 * time.Hour)
	if text := note(); !strings.Contains(text, "3 colleagues have told") {
		t.Errorf("three thanks are not told:\n%s", text)
	}
}

func TestTheCoordinatorSeesWhatToSeeToInTheirOwnUnits(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := site(t, d)
		s.Clock.Move(-61 * 24 * time.Hour) // and back below: a browser's session is as old as the day
		forward(t, s, "a1", true, "")
		forward(t, s, "a2", false, "")
		forward(t, s, "b1", true, mentoring.Day(s.Clock.Now().AddDate(0, 0, 70)))
		s.Monthly.Helped = func(context.Context, string) (map[int64]bool, error) { return nil, nil }
		s.Clock.Move(61 * 24 * time.Hour)
		s.Grant("all@shores.example", people.Coordinator, "")
		s.Grant("part@shores.example", people.Coordinator, "B")
		s.As("all@shores.example").Get("/mentors/alive").Want(t, 200, "Aino Aalto", "Anna Aro", "Bea Boss", "Bo Berg")
		s.As("part@shores.example").Get("/mentors/alive").Want(t, 200, "Bo Berg").Without(t, "Aino Aalto", "Anna Aro")
	})
}
