package mentoring_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// active makes somebody an active mentor with strengths, who serves a unit; a + after its code is everything under it too.
func active(t *testing.T, s *apptest.Site, who, at string, areas ...string) int64 {
	t.Helper()
	tree, err := people.LoadTree(t.Context(), s.DB)
	must(t, err)
	code, below := strings.CutSuffix(at, "+")
	u, _ := tree.ByCode(code)
	p := s.Person(who + "@shores.example")
	id, err := s.Mentors.SignUp(t.Context(), p.ID, p.ID, mentoring.Profile{Langs: []string{"fi"}, Areas: areas}, []mentoring.Place{{Unit: u.ID, Below: below}})
	must(t, err)
	must(t, s.Mentors.Confirm(t.Context(), 0, id, mentoring.AnyVersion, twoHours))
	for _, kind := range []mentoring.EventKind{mentoring.Appointment, mentoring.Activation} {
		must(t, s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, kind, ""))
	}
	return id
}

// names are who helps, in order, by the first letters of their names.
func names(all []mentoring.Helper) string {
	var out []string
	for _, h := range all {
		first, _, _ := strings.Cut(h.Person.Name, " ")
		if !h.Available {
			first = "(" + first + ")"
		}
		out = append(out, first)
	}
	return strings.Join(out, " ")
}

func TestTheNearestWithTheStrengthComesFirst(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		aino := active(t, s, "a1", "A+", "ethics")
		anna := active(t, s, "a2", "A1", "remote")
		active(t, s, "b1", "H+", "remote")
		active(t, s, "b2", "B", "remote")
		n, err := s.Mentors.Network(t.Context())
		must(t, err)
		unit := func(code string) int64 { u, _ := n.Tree.ByCode(code); return u.ID }
		for _, x := range []struct {
			unit, area string
			load       map[int64]int
			want       string
		}{
			{"A1", "", nil, "Anna Aino Bo"},
			{"A1", "remote", nil, "Anna Bo Aino"},
			{"A1", "ethics", nil, "Aino Anna Bo"},
			{"A", "", nil, "Aino Bo"}, // Anna serves the team under it alone
			{"B", "remote", nil, "Berit Bo"},
			{"H", "", nil, "Bo"},
		} {
			if got := names(n.Nearest(unit(x.unit), x.area, 0, x.load)); got != x.want {
				t.Errorf("nearest to %s for %q: %s, want %s", x.unit, x.area, got, x.want)
			}
		}
		if got := names(n.InArea(unit("A1"), "", 0, map[int64]int{aino: 2})); got != "Anna Aino" {
			t.Errorf("in the service area: %s", got)
		}
		must(t, s.Mentors.Absent(t.Context(), anna, mentoring.Day(s.Clock.Now()), mentoring.Day(s.Clock.Now().AddDate(0, 0, 3))))
		n, err = s.Mentors.Network(t.Context())
		must(t, err)
		if got := names(n.Helpers(unit("A1"))); got != "Aino Bo (Anna)" {
			t.Errorf("while the nearest is away: %s", got)
		}
		if got := names(n.Nearest(unit("A1"), "remote", 0, nil)); got != "Bo Aino" {
			t.Errorf("nearest while one is away: %s", got)
		}
	})
}

func TestWhoHasNoHoursTodayOrHasLeftHelpsNobody(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		over, early := active(t, s, "a1", "A"), active(t, s, "a2", "A")
		active(t, s, "a3", "A")
		day := func(days int) string { return mentoring.Day(s.Clock.Now().Add(time.Duration(days) * 24 * time.Hour)) }
		must(t, s.Mentors.Regrant(t.Context(), 0, over, mentoring.AnyVersion, mentoring.Grant{Minutes: 60, From: day(-9), To: day(-1)}))
		must(t, s.Mentors.Regrant(t.Context(), 0, early, mentoring.AnyVersion, mentoring.Grant{Minutes: 60, From: day(1)}))
		_, err := s.People.Import(t.Context(), people.Files{People: people.File{Name: "people.csv",
			Data: []byte(strings.Join(slices.DeleteFunc(strings.SplitAfter(staff, "\n"), func(l string) bool { return strings.HasPrefix(l, "a3@") }), ""))}}, people.ImportOptions{})
		must(t, err)
		n, err := s.Mentors.Network(t.Context())
		must(t, err)
		u, _ := n.Tree.ByCode("A")
		if got := names(n.Helpers(u.ID)); got != "(Aino) (Anna)" {
			t.Errorf("helpers: %q", got)
		}
		if got := n.Nearest(u.ID, "", 0, nil); len(got) != 0 {
			t.Errorf("nearest: %s", names(got))
		}
	})
}

func TestAFocusIsForThoseWhoServeAPartOfItsUnits(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		for who, at := range map[string]string{"a1": "A", "a2": "A1", "b1": "H+", "b2": "B"} {
			active(t, s, who, at)
		}
		n, err := s.Mentors.Network(t.Context())
		must(t, err)
		u, _ := n.Tree.ByCode("A")
		boss := s.Person("a3@shores.example").ID
		id, err := s.Mentors.SetFocus(t.Context(), boss, mentoring.Focus{Finding: 7, Unit: u.ID, Area: "ethics", From: n.Day, To: n.Day})
		must(t, err)
		all, err := mentoring.FocusesOn(t.Context(), d, n.Day)
		must(t, err)
		var got []string
		for i := range n.Mentors {
			if len(mentoring.For(n.Tree, &n.Mentors[i], all)) > 0 {
				got = append(got, n.Mentors[i].Person.Name)
			}
		}
		slices.Sort(got)
		if want := []string{"Aino Aalto", "Anna Aro", "Bo Berg"}; !slices.Equal(got, want) {
			t.Errorf("the focus is for %v, want %v", got, want)
		}
		must(t, s.Mentors.EndFocus(t.Context(), boss, id))
		if all, err := mentoring.FocusesOn(t.Context(), d, n.Day); err != nil || len(all) != 0 {
			t.Errorf("after its end there are %v, %v", all, err)
		}
		if _, err := s.Mentors.SetFocus(t.Context(), boss, mentoring.Focus{Finding: 7, Unit: u.ID, Area: "ethics", From: "2026-02-01", To: "2026-01-01"}); err == nil {
			t.Error("a focus that ends before it begins is made")
		}
	})
}
