package mentoring_test

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// keepUp lets several servers do the upkeep at once.
func keepUp(t *testing.T, s *apptest.Site) {
	t.Helper()
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := s.Mentors.Upkeep(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	must(t, s.Mentors.Upkeep(t.Context()))
}

// last are a mentor, and the kinds of what was done to them.
func last(t *testing.T, s *apptest.Site, id int64) (m mentoring.Mentor, kinds []mentoring.EventKind) {
	t.Helper()
	m, err := s.Mentors.MentorByID(t.Context(), id)
	must(t, err)
	events, err := s.Mentors.Events(t.Context(), id)
	must(t, err)
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return m, kinds
}

// tail are the kinds after those of an active mentor's way.
func tail(kinds []mentoring.EventKind) []mentoring.EventKind {
	return kinds[slices.Index(kinds, mentoring.Activation)+1:]
}

func TestWhoLeavesByAStaffListIsAMentorNoMore(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		id, stays := to(t, s, "a2", mentoring.Active, "A1"), to(t, s, "a3", mentoring.Active, "A")
		who := s.Person(email("a2")).ID
		staffed(t, s, units, strings.ReplaceAll(staff, "a2@shores.example,Anna Aro,A1,fi\n", ""))
		keepUp(t, s)
		m, kinds := last(t, s, id)
		if m.State != mentoring.Ended || !slices.Equal(tail(kinds), []mentoring.EventKind{mentoring.LeftCounty}) {
			t.Errorf("who left is %s after %v", m.State, kinds)
		}
		if roles, err := people.RolesOf(t.Context(), d, who); err != nil || len(roles) != 0 {
			t.Errorf("who left has the roles %v, %v", roles, err)
		}
		if m, kinds := last(t, s, stays); m.State != mentoring.Active || len(tail(kinds)) != 0 {
			t.Errorf("who stays is %s after %v", m.State, kinds)
		}
		r := s.Role(people.Coordinator)
		r.Get("/mentors").Want(t, 200, "Has left the county")
		r.Get(page(id)).Want(t, 200, "Left the staff list")
		r.Get("/mentors/list.csv").Want(t, 200, "Antti Asp").Without(t, "a2@shores.example")
	})
}

func TestAUnitThatIsMergedByAStaffListIsReplaced(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		moved, other, both := to(t, s, "a2", mentoring.Active, "A1"), to(t, s, "b1", mentoring.Active, "A1", "B"), candidate(t, s, "a1", "A1")
		// The northern team becomes part of home care.
		staffed(t, s, strings.ReplaceAll(units, "A1,A,Pohjoinen tiimi,Norra teamet,Northern team\n", ""), strings.ReplaceAll(staff, "Anna Aro,A1", "Anna Aro,A"))
		keepUp(t, s)
		for id, want := range map[int64]string{moved: unitID(t, s, "A"), other: unitID(t, s, "B"), both: unitID(t, s, "A")} {
			m, kinds := last(t, s, id)
			if len(m.Units) != 1 || want != unitOf(m) || kinds[len(kinds)-1] != mentoring.UnitEnded || slices.Index(kinds, mentoring.UnitEnded) != len(kinds)-1 {
				t.Errorf("%s serves %v after %v, want unit %s", m.Person.Name, m.Units, kinds, want)
			}
			roles, err := people.RolesOf(t.Context(), d, m.Person.ID)
			must(t, err)
			if id != both && (len(roles) != 1 || fmt64(roles[0].UnitID) != want) {
				t.Errorf("%s has the roles %v", m.Person.Name, roles)
			}
		}
	})
}

func TestWhoseGrantIsOverRests(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		id := to(t, s, "a2", mentoring.Active, "A1")
		today := mentoring.Day(s.Clock.Now())
		must(t, s.Mentors.Regrant(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 60, From: "2026-01-01", To: today}))
		keepUp(t, s)
		if m, _ := last(t, s, id); m.State != mentoring.Active {
			t.Fatalf("on the last day the mentor is %s", m.State)
		}
		must(t, s.Mentors.Regrant(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 60, From: "2026-01-01", To: mentoring.Day(s.Clock.Now().Add(-day))}))
		keepUp(t, s)
		m, kinds := last(t, s, id)
		if m.State != mentoring.Resting || !slices.Equal(tail(kinds), []mentoring.EventKind{mentoring.GrantMoved, mentoring.GrantMoved, mentoring.GrantOver}) {
			t.Fatalf("the day after the mentor is %s after %v", m.State, kinds)
		}
		if subject, _ := lastMail(t, s, "a2"); subject != "Työaikasi digimentorina on päättynyt" {
			t.Errorf("the last mail says %q", subject)
		}
		me := as(s, email("a2"))
		me.Get("/mentors/me").Form(t, "/state").Send("do", "return").Want(t, 422, "Ask your supervisor")
		must(t, s.Mentors.Regrant(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 60, From: today}))
		me.Get("/mentors/me").Want(t, 200, "Active")
	})
}

func TestWhatAMentorToldIsForgottenAYearAfterTheEnd(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		id, active := to(t, s, "a2", mentoring.Ended, "A1"), to(t, s, "a3", mentoring.Active, "A")
		for _, m := range []int64{id, active} {
			must(t, s.Mentors.Tell(t.Context(), m, mentoring.Profile{Langs: []string{"fi"}, Areas: []string{"ethics"}, Reach: "Ring me"}))
		}
		told := func(id int64) (what string) {
			m, _ := last(t, s, id)
			events, err := s.Mentors.Events(t.Context(), id)
			must(t, err)
			for _, e := range events {
				what += e.Why
			}
			return what + m.Reach + strings.Join(m.Areas, "") + strings.Join(m.Langs, "")
		}
		s.Clock.Move(364 * day)
		keepUp(t, s)
		if got := told(id); got != "MovedRing meethicsfi" {
			t.Errorf("within the year %q is kept", got)
		}
		s.Clock.Move(2 * day)
		keepUp(t, s)
		if got := told(id); got != "" {
			t.Errorf("after the year %q is kept", got)
		}
		if m, kinds := last(t, s, id); m.State != mentoring.Ended || len(kinds) == 0 {
			t.Errorf("after the year the mentor is %s after %v", m.State, kinds)
		}
		if got := told(active); got != "Ring meethicsfi" {
			t.Errorf("of an active mentor %q is kept", got)
		}
	})
}

func unitOf(m mentoring.Mentor) string { return fmt64(m.Units[0].Unit) }

func fmt64(n int64) string { return strconv.FormatInt(n, 10) }
