package mentoring

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
)

const today = "2026-11-22"

// tree is a county: H over the service areas A and B, A over A1 and A2, A1 over A11, B over B1.
func tree(t *testing.T, d *db.DB) (*people.Tree, map[string]int64) {
	t.Helper()
	s := &people.Service{DB: d, Now: time.Now}
	_, err := s.Import(t.Context(), people.Files{Units: people.File{Name: "units.csv",
		Data: []byte("code,parent,name\nH,,County\nA,H,Home care\nA1,A,North\nA11,A1,Shore\nA2,A,South\nB,H,Health\nB1,B,Ward\n")}}, people.ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	out, err := people.LoadTree(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int64{}
	for _, c := range []string{"H", "A", "A1", "A11", "A2", "B", "B1"} {
		u, _ := out.ByCode(c)
		at[c] = u.ID
	}
	return out, at
}

// helping is an active mentor with two hours of today, who serves units.
func helping(id int64, places ...Place) Mentor {
	return Mentor{ID: id, Person: people.Person{ID: id, Name: fmt.Sprintf("Mentor %d", id)}, State: Active, Minutes: 120, Starts: "2026-01-01", Units: places}
}

func named(all []Helper) (out []string) {
	for _, h := range all {
		text := fmt.Sprintf("%d+%d", h.ID, h.Steps)
		if !h.Available {
			text += " away"
		}
		out = append(out, text)
	}
	return out
}

func TestWhoHelpsAUnitIsTheNearestWhoIsHere(t *testing.T) {
	tr, at := tree(t, dbtest.SQLite(t))
	alone, below := func(c string) Place { return Place{Unit: at[c]} }, func(c string) Place { return Place{Unit: at[c], Below: true} }
	away, over, trainee, gone := helping(4, alone("A1")), helping(5, alone("A1")), helping(6, alone("A1")), helping(7, alone("A1"))
	away.AwayFrom, away.AwayTo = "2026-11-20", today
	over.Ends = "2026-11-21"
	trainee.State = Training
	gone.Person.Name = ""
	back := helping(8, alone("A1"))
	back.AwayFrom, back.AwayTo = "2026-11-01", "2026-11-21"
	last := helping(9, alone("A1"))
	last.Ends = today
	twice := helping(10, alone("A1"), below("A"))
	n := NewNetwork(tr, []Mentor{helping(1, below("H")), helping(2, below("A")), helping(3, alone("A")), away, over, trainee, gone, back, last, twice}, today)
	for unit, want := range map[string][]string{
		"A1":  {"10+0", "8+0", "9+0", "2+1", "1+2", "4+0 away", "5+0 away", "6+0 away"},
		"A11": {"10+2", "2+2", "1+3"},
		"A":   {"10+0", "2+0", "3+0", "1+1"},
		"B1":  {"1+2"},
	} {
		if got := named(n.Helpers(at[unit])); !slices.Equal(got, want) {
			t.Errorf("%s is helped by %v, want %v", unit, got, want)
		}
	}
	if got := n.Helpers(99999); got != nil {
		t.Errorf("a unit that is not there is helped by %v", named(got))
	}
}

func TestTheStrengthGoesBeforeNearnessAndNearnessBeforeLoad(t *testing.T) {
	tr, at := tree(t, dbtest.SQLite(t))
	strong, far, busy, free, away := helping(1, Place{at["H"], true}), helping(2, Place{at["A"], true}), helping(3, Place{at["A1"], false}), helping(4, Place{at["A1"], false}), helping(5, Place{at["A1"], false})
	strong.Areas, strong.Services = []string{"remote"}, []int64{7}
	far.Areas = []string{"remote"}
	away.Areas, away.AwayFrom = []string{"remote"}, today
	n := NewNetwork(tr, []Mentor{strong, far, busy, free, away}, today)
	load := map[int64]int{3: 2, 4: 1}
	for _, x := range []struct {
		area    string
		service int64
		load    map[int64]int
		want    []string
	}{
		{"", 0, load, []string{"4+0", "3+0", "2+1", "1+2"}},
		{"", 0, nil, []string{"3+0", "4+0", "2+1", "1+2"}},
		{"remote", 0, load, []string{"2+1", "1+2", "4+0", "3+0"}},
		{"remote", 7, load, []string{"1+2", "4+0", "3+0", "2+1"}},
	} {
		if got := named(n.Nearest(at["A1"], x.area, x.service, x.load)); !slices.Equal(got, x.want) {
			t.Errorf("nearest with %q and %d, load %v: %v, want %v", x.area, x.service, x.load, got, x.want)
		}
	}
}

func TestTheServiceAreaHelpsWithAllWhoServeSomethingInIt(t *testing.T) {
	tr, at := tree(t, dbtest.SQLite(t))
	south, ward, resting := helping(2, Place{at["A2"], false}), helping(3, Place{at["B1"], false}), helping(4, Place{at["A2"], false})
	south.Areas = []string{"ethics"}
	resting.State = Resting
	n := NewNetwork(tr, []Mentor{helping(1, Place{at["A11"], false}), south, ward, resting}, today)
	for _, x := range []struct {
		unit, area string
		want       []string
	}{{"A1", "", []string{"1+0", "2+0"}}, {"A1", "ethics", []string{"2+0", "1+0"}}, {"B", "", []string{"3+0"}}, {"H", "", []string{"1+0", "2+0", "3+0"}}} {
		if got := named(n.InArea(at[x.unit], x.area, 0, nil)); !slices.Equal(got, x.want) {
			t.Errorf("in the area of %s with %q: %v, want %v", x.unit, x.area, got, x.want)
		}
	}
	if n.ServiceArea(at["A11"]) != at["A"] || n.ServiceArea(at["H"]) != at["H"] || n.ServiceArea(0) != 0 {
		t.Errorf("the service area of A11 is %d, of H %d", n.ServiceArea(at["A11"]), n.ServiceArea(at["H"]))
	}
}
