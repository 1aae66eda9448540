package coverage_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/coverage"
	"taitorinki/internal/people"
)

const today = "2026-11-22"

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// organised is a tree of units with staff, and the units' ids by code.
func organised(t testing.TB, d *db.DB, units, staff string) (*people.Tree, map[string]int64) {
	t.Helper()
	_, err := (&people.Service{DB: d, Now: time.Now}).Import(t.Context(), people.Files{Units: people.File{Name: "u.csv", Data: []byte(units)}, People: people.File{Name: "p.csv", Data: []byte(staff)}}, people.ImportOptions{})
	must(t, err)
	tree, err := people.LoadTree(t.Context(), d)
	must(t, err)
	at := map[string]int64{}
	for _, r := range tree.Roots() {
		for _, id := range tree.Subtree(r.ID) {
			u, _ := tree.Unit(id)
			at[u.Code] = id
		}
	}
	return tree, at
}

// list is a staff list with so many people in each unit.
func list(in map[string]int) string {
	out := "email,name,unit\n"
	for code, n := range in {
		for i := range n {
			out += fmt.Sprintf("%s%d@shores.example,Aino %s,%s\n", strings.ToLower(code), i, code, code)
		}
	}
	return out
}

const units = "code,parent,name\nH,,County\nA,H,Home care\nA1,A,North\nA2,A,South\nB,H,Health\nB1,B,Ward\nB2,B,Empty\n"

func helping(id int64, minutes int, places ...mentoring.Place) mentoring.Mentor {
	return mentoring.Mentor{ID: id, State: mentoring.Active, Minutes: minutes, Starts: "2026-01-01", Units: places}
}

func TestHoursAreSplitByStaffAndGapsAreUnitsWithPeopleAlone(t *testing.T) {
	tree, at := organised(t, dbtest.SQLite(t), units, list(map[string]int{"A": 1, "A1": 3, "A2": 6, "B1": 5}))
	whole, soon, off := helping(1, 120, mentoring.Place{Unit: at["A"], Below: true}), helping(2, 60, mentoring.Place{Unit: at["A1"]}), helping(3, 600, mentoring.Place{Unit: at["B1"]})
	soon.Ends, soon.Areas = "2027-01-21", []string{"remote"} // 60 days on
	soon.AwayFrom = today
	off.State = mentoring.Resting
	n := &mentoring.Network{Tree: tree, Day: today, Mentors: []mentoring.Mentor{whole, soon, off}}
	for name, want := range map[string]struct {
		area string
		unit string
		f    coverage.Figure
	}{
		"county":             {"", "H", coverage.Figure{Staff: 15, Mentors: 2, Minutes: 180, Gaps: 1, Ending: 1}},
		"home care":          {"", "A", coverage.Figure{Direct: 1, Staff: 10, Mentors: 2, Minutes: 180, Ending: 1, Covered: true}},
		"north":              {"", "A1", coverage.Figure{Direct: 3, Staff: 3, Mentors: 2, Minutes: 96, Ending: 1, Covered: true}},
		"south":              {"", "A2", coverage.Figure{Direct: 6, Staff: 6, Mentors: 1, Minutes: 72, Covered: true}},
		"ward":               {"", "B1", coverage.Figure{Direct: 5, Staff: 5, Gaps: 1}},
		"nobody works there": {"", "B2", coverage.Figure{}},
		"by a strength":      {"remote", "H", coverage.Figure{Staff: 15, Mentors: 1, Minutes: 60, Gaps: 3, Ending: 1}},
	} {
		got := *coverage.Count(n, want.area)[at[want.unit]]
		got.Minutes = math.Round(got.Minutes*1e6) / 1e6
		if got != want.f {
			t.Errorf("%s: %+v, want %+v", name, got, want.f)
		}
	}
}

// A grant that ends a day later than soon, and one that is over.
func TestAGrantEndsSoonWithinSixtyDays(t *testing.T) {
	tree, at := organised(t, dbtest.SQLite(t), units, list(map[string]int{"A1": 1}))
	for ends, want := range map[string][2]int{"": {1, 0}, today: {1, 1}, "2027-01-21": {1, 1}, "2027-01-22": {1, 0}, "2026-11-21": {0, 0}} {
		m := helping(1, 60, mentoring.Place{Unit: at["A1"]})
		m.Ends = ends
		f := coverage.Count(&mentoring.Network{Tree: tree, Day: today, Mentors: []mentoring.Mentor{m}}, "")[at["H"]]
		if got := [2]int{f.Mentors, f.Ending}; got != want {
			t.Errorf("a grant to %q: mentors and ending %v, want %v", ends, got, want)
		}
	}
}

func TestTheHoursOfTheTreeAreWhatIsGranted(t *testing.T) {
	tree, at := organised(t, dbtest.SQLite(t), units, list(map[string]int{"A": 1, "A1": 3, "A2": 6, "B1": 5}))
	codes := []string{"H", "A", "A1", "A2", "B", "B1", "B2"}
	rapid.Check(t, func(t *rapid.T) {
		n := &mentoring.Network{Tree: tree, Day: today}
		granted := 0
		for i := range rapid.IntRange(0, 8).Draw(t, "mentors") {
			m := helping(int64(i), rapid.IntRange(1, 2400).Draw(t, "minutes"))
			for range rapid.IntRange(1, 4).Draw(t, "places") {
				m.Units = append(m.Units, mentoring.Place{Unit: at[rapid.SampledFrom(codes).Draw(t, "unit")], Below: rapid.Bool().Draw(t, "below")})
			}
			if rapid.Bool().Draw(t, "rests") {
				m.State = mentoring.Resting
			} else {
				granted += m.Minutes
			}
			n.Mentors = append(n.Mentors, m)
		}
		all := coverage.Count(n, "")
		if got := all[at["H"]].Minutes; math.Abs(got-float64(granted)) > 1e-6 {
			t.Fatalf("the county has %v minutes, want %d", got, granted)
		}
		for _, id := range tree.Subtree(at["H"]) {
			below, gaps := 0.0, 0
			for _, u := range tree.Children(id) {
				below, gaps = below+all[u.ID].Minutes, gaps+all[u.ID].Gaps
			}
			f := all[id]
			if f.Minutes < below-1e-6 || f.Gap() && f.Gaps != gaps+1 || !f.Gap() && f.Gaps != gaps || f.Ending > f.Mentors {
				t.Fatalf("unit %d has %+v over %v minutes and %d gaps below it", id, f, below, gaps)
			}
		}
	})
}

// BenchmarkCoverage is 2,000 units and 900 mentors.
func BenchmarkCoverage(b *testing.B) {
	var text strings.Builder
	text.WriteString("code,parent,name\nH,,County\n")
	staff := map[string]int{}
	var codes []string
	for i := range 1999 {
		parent := "H"
		if i >= 10 {
			parent = fmt.Sprint("U", (i-10)/10)
		}
		code := fmt.Sprint("U", i)
		fmt.Fprintf(&text, "%s,%s,Unit %d\n", code, parent, i)
		codes = append(codes, code)
		staff[code] = 1 + i%3
	}
	tree, at := organised(b, dbtest.SQLite(b), text.String(), list(staff))
	n := &mentoring.Network{Tree: tree, Day: today}
	for i := range 900 {
		n.Mentors = append(n.Mentors, helping(int64(i), 120, mentoring.Place{Unit: at[codes[i*7%len(codes)]], Below: i%2 == 0}))
	}
	for b.Loop() {
		coverage.Count(n, "")
	}
}
