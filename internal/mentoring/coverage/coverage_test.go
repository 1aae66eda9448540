package coverage_test

import (
	"fmt"
	"math"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/coverage"
	"taitorinki/internal/people"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// county brings in units and people: as many in each unit as its number says. The parent of each unit stands before it.
func county(t testing.TB, s *apptest.Site, units [][3]string) {
	t.Helper()
	var org, staff strings.Builder
	org.WriteString("code,parent,name_fi,name_sv,name_en\n")
	staff.WriteString("email,name,unit,language\n")
	for _, u := range units {
		fmt.Fprintf(&org, "%s,%s,%s,%s,%s\n", u[0], u[1], "Yksikkö "+u[0], "Enhet "+u[0], "Unit "+u[0])
		for i := range len(u[2]) {
			fmt.Fprintf(&staff, "%s%d@shores.example,%s Nr %d,%s,en\n", strings.ToLower(u[0]), i, u[0], i, u[0])
		}
	}
	_, err := s.People.Import(t.Context(), people.Files{Units: people.File{Name: "u.csv", Data: []byte(org.String())}, People: people.File{Name: "p.csv", Data: []byte(staff.String())}}, people.ImportOptions{})
	must(t, err)
}

// active makes somebody an active mentor of units; a + after a code is everything under it too.
func active(t testing.TB, s *apptest.Site, who string, minutes int, areas []string, at ...string) {
	t.Helper()
	tree, err := people.LoadTree(t.Context(), s.DB)
	must(t, err)
	var places []mentoring.Place
	for _, a := range at {
		code, below := strings.CutSuffix(a, "+")
		u, ok := tree.ByCode(code)
		if !ok {
			t.Fatalf("no unit %s", code)
		}
		places = append(places, mentoring.Place{Unit: u.ID, Below: below})
	}
	p := s.Person(who + "@shores.example")
	id, err := s.Mentors.SignUp(t.Context(), p.ID, p.ID, mentoring.Profile{Langs: []string{"en"}, Areas: areas, Reach: "On Teams"}, places)
	must(t, err)
	must(t, s.Mentors.Confirm(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: minutes, From: "2020-01-01"}))
	for _, kind := range []mentoring.EventKind{mentoring.Appointment, mentoring.Activation} {
		must(t, s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, kind, ""))
	}
}

var shores = [][3]string{{"H", "", "."}, {"A", "H", ".."}, {"A1", "A", "...."}, {"A2", "A", "......"}, {"B", "H", "..."}, {"C", "H", ""}}

func rows(t *testing.T, s *apptest.Site) map[string]coverage.Row {
	t.Helper()
	n, err := s.Mentors.Network(t.Context())
	must(t, err)
	out := map[string]coverage.Row{}
	for _, r := range coverage.Count(n, "", nil) {
		out[r.Unit.Code] = r
	}
	return out
}

func TestAMentorsHoursAreSharedOutByTheStaffOfTheUnitsServed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		county(t, s, shores)
		active(t, s, "a10", 120, nil, "A+")
		active(t, s, "b0", 60, nil, "B", "A1")
		for code, want := range map[string]coverage.Row{
			"H":  {Staff: 16, Own: 1, Mentors: 2, Minutes: 180, Gaps: 1, Gap: true},
			"A":  {Staff: 12, Own: 2, Mentors: 2, Minutes: 120 + 60*4./7, Gaps: 0},
			"A1": {Staff: 4, Own: 4, Mentors: 2, Minutes: 120*4./12 + 60*4./7},
			"A2": {Staff: 6, Own: 6, Mentors: 1, Minutes: 60},
			"B":  {Staff: 3, Own: 3, Mentors: 1, Minutes: 60 * 3. / 7},
			"C":  {},
		} {
			got := rows(t, s)[code]
			got.Unit = people.Unit{}
			if math.Abs(got.Minutes-want.Minutes) > 1e-9 {
				t.Errorf("%s: %v minutes, want %v", code, got.Minutes, want.Minutes)
			}
			got.Minutes, want.Minutes = 0, 0
			if got != want {
				t.Errorf("%s: %+v, want %+v", code, got, want)
			}
		}
	})
}

// However mentors serve units, the hours of a unit are those granted for it and for what is under it, and gaps add up.
func TestHoursAndGapsAddUpOverTheTree(t *testing.T) {
	s := apptest.New(t, dbtest.SQLite(t))
	county(t, s, shores)
	tree, err := people.LoadTree(t.Context(), s.DB)
	must(t, err)
	codes := []string{"H", "A", "A1", "A2", "B", "C"}
	id := func(code string) int64 { u, _ := tree.ByCode(code); return u.ID }
	rapid.Check(t, func(t *rapid.T) {
		n := mentoring.NewNetwork(tree, drawn(t, codes, id), "2026-06-01")
		total := 0.0
		for _, m := range n.Mentors {
			total += float64(m.Minutes)
		}
		sum, gaps := map[int64]float64{}, map[int64]int{}
		all := coverage.Count(n, "", nil)
		for i := len(all) - 1; i >= 0; i-- {
			r := all[i]
			sum[r.Unit.ParentID] += r.Minutes
			gaps[r.Unit.ParentID] += r.Gaps
			if own := r.Minutes - sum[r.Unit.ID]; own < -1e-9 {
				t.Fatalf("%s has %v minutes, those under it %v", r.Unit.Code, r.Minutes, sum[r.Unit.ID])
			}
			if own := r.Gaps - gaps[r.Unit.ID]; own != 0 && own != 1 {
				t.Fatalf("%s has %d gaps, those under it %d", r.Unit.Code, r.Gaps, gaps[r.Unit.ID])
			}
		}
		if math.Abs(sum[0]-total) > 1e-6 {
			t.Fatalf("%v minutes were granted, %v are told", total, sum[0])
		}
	})
}

func drawn(t *rapid.T, codes []string, id func(string) int64) (out []mentoring.Mentor) {
	for i := range rapid.IntRange(0, 6).Draw(t, "mentors") {
		m := mentoring.Mentor{ID: int64(i + 1), Person: people.Person{ID: int64(i + 1), Name: "M"}, State: mentoring.Active, Starts: "2026-01-01",
			Minutes: rapid.IntRange(1, 600).Draw(t, "minutes")}
		for _, c := range rapid.SliceOfNDistinct(rapid.SampledFrom(codes), 1, 3, rapid.ID[string]).Draw(t, "units") {
			m.Units = append(m.Units, mentoring.Place{Unit: id(c), Below: rapid.Bool().Draw(t, "below")})
		}
		out = append(out, m)
	}
	return out
}

func TestASupervisorSeesTheCoverageOfTheirOwnUnits(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		county(t, s, shores)
		active(t, s, "b0", 60, []string{"ethics"}, "B")
		s.Grant("lead@shores.example", people.Supervisor, "A")
		lead := s.As("lead@shores.example")
		lead.Get("/mentors/coverage").Want(t, 200, "3 of 3 units have no digimentor", "Unit A1", "Unit A2").Without(t, ">Unit B</a>")
		lead.Get("/mentors/coverage/list.csv").Want(t, 200, "A1;Unit A1").Without(t, "Unit B")
		boss := s.Role(people.Coordinator)
		boss.Get("/mentors/coverage").Want(t, 200, "4 of 5 units have no digimentor", ">Unit B</a>")
		boss.Get("/mentors/coverage?gaps=1").Want(t, 200).Without(t, ">Unit B</a>")
		boss.Get("/mentors/coverage?area=remote").Want(t, 200, "5 of 5 units have no digimentor")
		b, _ := mustTree(t, s).ByCode("B")
		boss.Get(fmt.Sprintf("/mentors/coverage?under=%d", b.ID)).Want(t, 200, "All 1 units have a digimentor").Without(t, "Unit A1</a>")
	})
}

func mustTree(t *testing.T, s *apptest.Site) *people.Tree {
	t.Helper()
	tree, err := people.LoadTree(t.Context(), s.DB)
	must(t, err)
	return tree
}

func TestEverybodySeesWhoHelpsInTheirUnitAndInOthers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		county(t, s, shores)
		active(t, s, "b0", 60, []string{"ethics"}, "B")
		s.As("b1@shores.example").Get("/mentors/mine").Want(t, 200, "B Nr 0", "On Teams", "Ethics in digital work", "English")
		reader := s.As("a10@shores.example")
		reader.Get("/mentors/mine").Want(t, 200, "no digimentor of its own").Without(t, "B Nr 0")
		b, _ := mustTree(t, s).ByCode("B")
		reader.Get("/mentors/mine?"+url.Values{"unit": {fmt.Sprint(b.ID)}}.Encode()).Want(t, 200, "B Nr 0")
		reader.Get("/mentors/mine?unit=x").Want(t, 404)
		s.Role(people.Coordinator).Get(fmt.Sprintf("/units/%d", b.ID)).Want(t, 200, "B Nr 0", "On Teams")
	})
}
