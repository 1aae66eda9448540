package mentoring_test

import (
	"slices"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// candidate makes somebody a candidate who would serve a unit, by its code.
func candidate(t *testing.T, s *apptest.Site, who string, codes ...string) int64 {
	t.Helper()
	tree, err := people.LoadTree(t.Context(), s.DB)
	must(t, err)
	var units []mentoring.Place
	for _, c := range codes {
		u, _ := tree.ByCode(c)
		units = append(units, mentoring.Place{Unit: u.ID})
	}
	p := s.Person(who + "@shores.example")
	id, err := s.Mentors.SignUp(t.Context(), p.ID, p.ID, mentoring.Profile{Langs: []string{"fi"}}, units)
	must(t, err)
	return id
}

var twoHours = mentoring.Grant{Minutes: 120, From: "2026-01-01"}

// to brings a new candidate to a state.
func to(t *testing.T, s *apptest.Site, who string, state mentoring.State, codes ...string) int64 {
	t.Helper()
	id := candidate(t, s, who, codes...)
	for _, step := range []struct {
		state mentoring.State
		do    func() error
	}{
		{mentoring.Confirmed, func() error { return s.Mentors.Confirm(t.Context(), 0, id, mentoring.AnyVersion, twoHours) }},
		{mentoring.Training, func() error {
			return s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Appointment, "")
		}},
		{mentoring.Active, func() error {
			return s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Activation, "")
		}},
		{mentoring.Resting, func() error { return s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Rest, "") }},
		{mentoring.Ended, func() error { return s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, mentoring.End, "Moved") }},
	} {
		m, err := s.Mentors.MentorByID(t.Context(), id)
		must(t, err)
		if m.State == state {
			break
		}
		must(t, step.do())
	}
	return id
}

func TestEachStepIsTakenFromItsOwnStatesOnly(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		want := map[mentoring.EventKind]map[mentoring.State]mentoring.State{
			mentoring.WasDeclined: {mentoring.Candidate: mentoring.Ended},
			mentoring.Appointment: {mentoring.Confirmed: mentoring.Training},
			mentoring.Activation:  {mentoring.Training: mentoring.Active},
			mentoring.Rest:        {mentoring.Training: mentoring.Resting, mentoring.Active: mentoring.Resting},
			mentoring.Return:      {mentoring.Resting: mentoring.Active},
			mentoring.End: {mentoring.Candidate: mentoring.Ended, mentoring.Confirmed: mentoring.Ended, mentoring.Training: mentoring.Ended,
				mentoring.Active: mentoring.Ended, mentoring.Resting: mentoring.Ended},
		}
		s := newSite(t, d)
		for _, from := range mentoring.States {
			for kind, steps := range want {
				id := to(t, s, "a1", from, "A")
				before, err := s.Mentors.Events(t.Context(), id)
				must(t, err)
				err = s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, kind, "Because")
				m, readErr := s.Mentors.MentorByID(t.Context(), id)
				must(t, readErr)
				after, readErr := s.Mentors.Events(t.Context(), id)
				must(t, readErr)
				next, may := steps[from]
				switch {
				case may && (err != nil || m.State != next || len(after) != len(before)+1):
					t.Errorf("%s from %s: %v, now %s with %d events after %d, want %s", kind, from, err, m.State, len(after), len(before), next)
				case !may && (errs.KindOf(err) != errs.Conflict || m.State != from || len(after) != len(before)):
					t.Errorf("%s from %s: %v, now %s, want a conflict", kind, from, err, m.State)
				}
				clear(t, d)
			}
		}
	})
}

// clear forgets all mentors, so that the same person can begin anew.
func clear(t *testing.T, d *db.DB) {
	t.Helper()
	for _, table := range []string{"mentoring_asks", "mentoring_mentor_events", "mentoring_mentor_units", "mentoring_mentors"} {
		_, err := d.ExecContext(t.Context(), `DELETE FROM `+table)
		must(t, err)
	}
}

func TestOneWhoIsAppointedHasTheRoleOverTheUnitsServedAndNobodyElse(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		roles := func() (out []int64) {
			all, err := people.RolesOf(t.Context(), d, s.Person("a1@shores.example").ID)
			must(t, err)
			for _, r := range all {
				if r.Role == people.Mentor {
					out = append(out, r.UnitID)
				}
			}
			slices.Sort(out)
			return out
		}
		tree, err := people.LoadTree(t.Context(), d)
		must(t, err)
		unit := func(code string) int64 { u, _ := tree.ByCode(code); return u.ID }
		move := func(id int64, kind mentoring.EventKind) {
			t.Helper()
			must(t, s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, kind, "Because"))
		}
		id := to(t, s, "a1", mentoring.Confirmed, "A", "B")
		if got := roles(); len(got) != 0 {
			t.Errorf("confirmed: the role over %v", got)
		}
		move(id, mentoring.Appointment)
		if got, want := roles(), []int64{unit("A"), unit("B")}; !slices.Equal(got, want) {
			t.Errorf("appointed: the role over %v, want %v", got, want)
		}
		must(t, s.Mentors.Serve(t.Context(), 0, id, mentoring.AnyVersion, []mentoring.Place{{Unit: unit("A1")}}))
		if got, want := roles(), []int64{unit("A1")}; !slices.Equal(got, want) {
			t.Errorf("serving another unit: the role over %v, want %v", got, want)
		}
		move(id, mentoring.Rest)
		if got := roles(); len(got) != 1 {
			t.Errorf("resting: the role over %v", got)
		}
		move(id, mentoring.End)
		if got := roles(); len(got) != 0 {
			t.Errorf("ended: the role over %v", got)
		}
	})
}

func TestOfTwoAnswersAtOnceTheSecondIsAConflict(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		id := candidate(t, s, "a1", "A")
		m, err := s.Mentors.MentorByID(t.Context(), id)
		must(t, err)
		answers := make(chan error)
		for i := range 2 {
			go func() {
				g := twoHours
				g.Minutes += i
				answers <- s.Mentors.Confirm(t.Context(), 0, id, m.Version, g)
			}()
		}
		a, b := <-answers, <-answers
		if (a == nil) == (b == nil) || errs.KindOf(a) != errs.Conflict && errs.KindOf(b) != errs.Conflict {
			t.Errorf("two confirmed at once: %v and %v, want one and a conflict", a, b)
		}
		if all, err := s.Mentors.Events(t.Context(), id); err != nil || len(all) != 2 {
			t.Errorf("events: %v, %v", all, err)
		}
	})
}

func TestWhoRestedBeforeHelpingComesBackToTheTraining(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		for who, x := range map[string]struct{ from, back mentoring.State }{"a1": {mentoring.Training, mentoring.Training}, "a2": {mentoring.Active, mentoring.Active}} {
			id := to(t, s, who, x.from, "A")
			for _, kind := range []mentoring.EventKind{mentoring.Rest, mentoring.Return} {
				must(t, s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, kind, ""))
			}
			if m, err := s.Mentors.MentorByID(t.Context(), id); err != nil || m.State != x.back {
				t.Errorf("after a rest from %s: %s, %v", x.from, m.State, err)
			}
		}
	})
}

func TestWhoHasEndedMayComeForwardAgain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		id := to(t, s, "a1", mentoring.Active, "A")
		p := s.Person("a1@shores.example")
		again := func() error {
			_, err := s.Mentors.SignUp(t.Context(), p.ID, p.ID, mentoring.Profile{Langs: []string{"sv"}}, []mentoring.Place{{Unit: p.UnitID}})
			return err
		}
		if err := again(); errs.KindOf(err) != errs.Conflict {
			t.Errorf("an active mentor signs up: %v, want a conflict", err)
		}
		must(t, s.Mentors.Move(t.Context(), p.ID, id, mentoring.AnyVersion, mentoring.End, "A year abroad"))
		must(t, again())
		m, has, err := s.Mentors.MentorOf(t.Context(), p.ID)
		must(t, err)
		if !has || m.ID != id || m.State != mentoring.Candidate || m.Minutes != 0 || !slices.Equal(m.Langs, []string{"sv"}) {
			t.Errorf("forward again: %+v", m)
		}
	})
}
