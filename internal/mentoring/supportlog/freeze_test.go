package supportlog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/supportlog"
	"taitorinki/internal/people"
)

// ago lets something happen so many days ago.
func (s site) ago(days int, do func()) {
	s.Clock.Move(-time.Duration(days) * 24 * time.Hour)
	do()
	s.Clock.Move(time.Duration(days) * 24 * time.Hour)
}

// aQuarter is so long ago that the figures of that day's quarter are due.
const aQuarter = 115

// helped lets mentors x and y, as many as are said, help their units with two themes in a quarter that is over.
func (s site) helped(x, y int) (mentors []*mentoring.Mentor) {
	s.t.Helper()
	for i := range x {
		mentors = append(mentors, s.mentor(fmt.Sprint("x", i)))
	}
	for i := range y {
		mentors = append(mentors, s.mentor(fmt.Sprint("y", i)))
	}
	s.ago(aQuarter, func() {
		var all []supportlog.Entry
		for i, m := range mentors {
			for j, area := range []string{"skills", "remote"} {
				e := s.entry(m, fmt.Sprint(i, "-", j), 600-300*j)
				e.Mentor, e.Area = m.ID, area
				all = append(all, e)
			}
		}
		must(s.t, s.Log.AddAll(s.t.Context(), all))
	})
	return mentors
}

// unit is the id of a unit.
func (s site) unit(code string) int64 {
	s.t.Helper()
	tree, err := people.LoadTree(s.t.Context(), s.DB)
	must(s.t, err)
	u, ok := tree.ByCode(code)
	if !ok {
		s.t.Fatalf("no unit %s", code)
	}
	return u.ID
}

func TestAQuarterIsToldOnceAndNeverChanges(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		m := s.helped(6, 6)
		ctx := t.Context()
		since := func(unit string) supportlog.Support {
			x, err := s.Log.CountSince(ctx, "skills", s.unit(unit), s.day(400), s.day(0))
			must(t, err)
			return x
		}
		if got := since("H"); got != (supportlog.Support{}) {
			t.Errorf("before the figures are made %+v", got)
		}
		must(t, s.Log.Freeze(ctx))
		// 12 mentors with 10 hours of skills of 15 hours.
		for unit, want := range map[string]supportlog.Support{"H": {Hours: 120, Quarters: 1}, "A": {Hours: 60, Quarters: 1}, "A1": {Hours: 60, Quarters: 1}, "B": {Hours: 60, Quarters: 1}} {
			if got := since(unit); got != want {
				t.Errorf("of %s: %+v, want %+v", unit, got, want)
			}
		}
		s.ago(aQuarter, func() {
			late := s.entry(m[0], "late", 600)
			late.Mentor = m[0].ID
			must(t, s.Log.AddAll(ctx, []supportlog.Entry{late}))
		})
		must(t, s.Log.Freeze(ctx))
		if got := since("H"); got.Hours != 120 {
			t.Errorf("after a late entry it tells %+v, want what it told before", got)
		}
	})
}

func TestWhatOneOrAFewDidIsNotShownAnywhere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.helped(6, 4) // of the county the six alone would leave the four
		must(t, s.Log.Freeze(t.Context()))
		s.Grant("lead@shores.example", people.Supervisor, "B")
		r := s.As("lead@shores.example")
		r.Get("/log/themes").Want(t, 200, "150 h", "67 %", "33 %", "Health centre", "not shown").Without(t, "Home care", "90 h", "60 h")
		own := r.Get("/log/themes?unit="+fmt.Sprint(s.unit("B"))).Want(t, 200, "not shown").Without(t, "60 h", "%")
		// A unit in which nobody did anything looks the same.
		other := s.As("x0@shores.example")
		empty := other.Get("/log/themes?unit="+fmt.Sprint(s.unit("A1"))).Want(t, 200, "ei näytetä")
		if a, b := strings.Count(own.Text(), "not shown"), strings.Count(empty.Text(), "ei näytetä"); a != b {
			t.Errorf("one hidden unit says so %d times, another %d", a, b)
		}
		r.Get("/log/themes?unit="+fmt.Sprint(s.unit("A"))).Want(t, 403)
		r.Get("/log/themes?unit=99999").Want(t, 404)
		r.Get("/log/themes?unit=x").Want(t, 404)
		s.Role("").Get("/log/themes").Want(t, 200, "No figures yet").Without(t, "150 h")
	})
}

func TestWhatWasDoneForAUnitThatEndedCountsForTheOneAbove(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.helped(6, 6)
		s.bring(strings.Replace(units, "A1,A,Pohjoinen tiimi,Norra teamet,Northern team\n", "", 1), strings.ReplaceAll(staff(), ",A1,", ",A,"))
		must(t, s.Log.Freeze(t.Context()))
		got, err := s.Log.CountSince(t.Context(), "remote", s.unit("A"), s.day(400), s.day(0))
		if want := (supportlog.Support{Hours: 30, Quarters: 1}); err != nil || got != want {
			t.Errorf("of the unit above: %+v, %v; want %+v", got, err, want)
		}
	})
}

func TestAQuarterIsNotToldWhileItsEntriesCanChange(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	s.helped(6, 6)
	first := time.Date(s.Clock.Now().AddDate(0, 0, -aQuarter).Year(), s.Clock.Now().AddDate(0, 0, -aQuarter).Month(), 1, 12, 0, 0, 0, time.UTC)
	for (int(first.Month())-1)%3 != 0 {
		first = first.AddDate(0, -1, 0)
	}
	next := first.AddDate(0, 3, 0)
	for _, x := range []struct{ days, quarters int }{{14, 0}, {15, 1}} {
		s.Clock.Move(next.AddDate(0, 0, x.days).Sub(s.Clock.Now()))
		must(t, s.Log.Freeze(t.Context()))
		got, err := s.Log.CountSince(t.Context(), "skills", s.unit("H"), mentoring.Day(first), mentoring.Day(next))
		if err != nil || got.Quarters != x.quarters {
			t.Errorf("%d days after the quarter: %+v, %v; want %d quarters", x.days, got, err, x.quarters)
		}
	}
}

func TestEntriesAreForgottenAfterTwoYearsAndTheirFiguresStay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.helped(6, 6)
		s.Clock.Move(600 * 24 * time.Hour)
		s.Work()
		if got := s.stored("x0"); len(got) != 2 {
			t.Errorf("after less than two years %v are left, want two", got)
		}
		s.Clock.Move(60 * 24 * time.Hour)
		s.Work()
		if got := s.stored("x0"); got != nil {
			t.Errorf("after two years there is %v", got)
		}
		got, err := s.Log.CountSince(t.Context(), "skills", s.unit("H"), s.day(1000), s.day(0))
		if err != nil || got.Hours != 120 {
			t.Errorf("the figures are %+v, %v; want 120 hours", got, err)
		}
	})
}
