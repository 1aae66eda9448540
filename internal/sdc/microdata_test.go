package sdc

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// smallestCell counts who shares unit and values with whom, in the plainest way.
func smallestCell(people []Person) int {
	sizes := map[string]int{}
	for _, p := range people {
		sizes[fmt.Sprint(p.Unit, p.Values)]++
	}
	least := len(people)
	for _, n := range sizes {
		least = min(least, n)
	}
	return least
}

func drawPeople(t *rapid.T) (parents []int, variables []Background, people []Person) {
	parents = drawTree(t)
	variables = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Background {
		return Background{Categories: rapid.IntRange(1, 6).Draw(t, "categories"), Ordinal: rapid.Bool().Draw(t, "ordinal")}
	}), 0, 4).Draw(t, "variables")
	people = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Person {
		p := Person{Unit: rapid.IntRange(0, len(parents)-1).Draw(t, "unit"), Values: []int{}}
		for _, v := range variables {
			p.Values = append(p.Values, rapid.IntRange(-1, v.Categories-1).Draw(t, "value"))
		}
		return p
	}), 0, 200).Draw(t, "people")
	return parents, variables, people
}

func TestEveryCombinationInMicrodataIsThatOfAtLeastKPeople(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parents, variables, people := drawPeople(t)
		k := rapid.IntRange(1, 7).Draw(t, "k")
		before := fmt.Sprint(people)
		r, err := Microdata(parents, variables, people, k)
		if (err != nil) != (len(people) < k) {
			t.Fatalf("%d people, k %d: %v", len(people), k, err)
		}
		if err != nil {
			return
		}
		if n := smallestCell(r.People); n < k {
			t.Fatalf("got a combination of %d people, want at least %d\nbefore %v\nafter %v", n, k, people, r.People)
		}
		checkRelease(t, parents, variables, people, r)
		if fmt.Sprint(people) != before {
			t.Fatal("the people given were changed")
		}
		again, _ := Microdata(parents, variables, people, k)
		if diff := cmp.Diff(r, again); diff != "" {
			t.Fatal("the same people, told otherwise:", diff)
		}
	})
}

// checkRelease holds that a release says what was done: nobody is told otherwise than Units, Categories and the counts of
// blanks say, units are told as themselves or one above, and only neighbours of ordinal variables are merged.
func checkRelease(t *rapid.T, parents []int, variables []Background, people []Person, r Release) {
	noUnit, blanked := 0, make([]int, len(variables))
	for i, p := range people {
		got := r.People[i]
		switch {
		case got.Unit == r.Units[p.Unit]:
		case got.Unit == NoParent:
			noUnit++
		default:
			t.Fatalf("person %d of unit %d is told as of %d, want %d", i, p.Unit, got.Unit, r.Units[p.Unit])
		}
		for v, c := range p.Values {
			switch {
			case c == got.Values[v] && c == NoCategory || c != NoCategory && got.Values[v] == r.Categories[v][c]:
			case got.Values[v] == NoCategory:
				blanked[v]++
			default:
				t.Fatalf("person %d: variable %d of category %d is told as %d", i, v, c, got.Values[v])
			}
		}
	}
	if noUnit != r.NoUnit || !slices.Equal(blanked, r.Blanked) {
		t.Fatalf("blanked %d units and %v, told %d and %v", noUnit, blanked, r.NoUnit, r.Blanked)
	}
	for node, into := range r.Units {
		if into != NoParent && !isAncestor(parents, into, node) {
			t.Fatalf("unit %d is told as %d, which is not above it", node, into)
		}
	}
	checkMerges(t, variables, r)
	for _, lost := range r.Lost {
		if lost < 0 || lost > 1 {
			t.Fatalf("lost %v", r.Lost)
		}
	}
}

func checkMerges(t *rapid.T, variables []Background, r Release) {
	for v, groups := range r.Categories {
		several := map[int]bool{}
		for c, group := range groups {
			if group > c || groups[group] != group {
				t.Fatalf("variable %d: category %d is in group %d of %v", v, c, group, groups)
			}
			if variables[v].Ordinal && c > 0 && group != c && group != groups[c-1] {
				t.Fatalf("variable %d: %v merges what are no neighbours", v, groups)
			}
			if group != c {
				several[group] = true
			}
		}
		if !variables[v].Ordinal && len(several) > 1 {
			t.Fatalf("variable %d: %v has %d groups of several, want one at most", v, groups, len(several))
		}
	}
}

func isAncestor(parents []int, above, node int) bool {
	for ; node != NoParent; node = parents[node] {
		if node == above {
			return true
		}
	}
	return false
}

// crowd makes n people of a unit with the same values.
func crowd(n, unit int, values ...int) []Person {
	return slices.Repeat([]Person{{unit, values}}, n)
}

func TestMicrodataThatAreSafeStayAsTheyAre(t *testing.T) {
	people := slices.Concat(crowd(5, 0, 0), crowd(5, 1, 0), crowd(6, 1, 1), crowd(7, 2, NoCategory))
	r, err := Microdata([]int{-1, 0, 0}, []Background{{Categories: 2}}, people, 5)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(people, r.People); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Release{People: r.People, Units: []int{0, 1, 2}, Categories: [][]int{{0, 1}}, Blanked: []int{0}, Lost: []float64{0, 0}}, r); diff != "" {
		t.Error(diff)
	}
}

func TestAFewSmallUnitsAreLiftedRatherThanAllCoarsened(t *testing.T) {
	// Units 1 to 4 are large; 5 and 6 are small, and their six people fill a cell of the root.
	people := slices.Concat(crowd(3, 5, 0), crowd(3, 6, 0))
	for unit := 1; unit <= 4; unit++ {
		people = slices.Concat(people, crowd(20, unit, 0), crowd(20, unit, 1), crowd(20, unit, 2))
	}
	r, err := Microdata([]int{-1, 0, 0, 0, 0, 0, 0}, []Background{{Categories: 3, Ordinal: true}}, people, 5)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{0, 1, 2, 3, 4, 0, 0}, r.Units); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]int{{0, 1, 2}}, r.Categories); diff != "" || r.NoUnit+r.Blanked[0] != 0 {
		t.Errorf("%s blanked %d, %v", diff, r.NoUnit, r.Blanked)
	}
}

func TestNeighbouringAgeGroupsAreMergedWhereUnitsWouldBeLost(t *testing.T) {
	var people []Person
	for unit := 1; unit <= 8; unit++ { // under 25 and 25 to 34: 3 people each in every unit
		people = slices.Concat(people, crowd(3, unit, 0), crowd(3, unit, 1), crowd(20, unit, 2), crowd(20, unit, 3))
	}
	r, err := Microdata([]int{-1, 0, 0, 0, 0, 0, 0, 0, 0}, []Background{{Categories: 4, Ordinal: true}}, people, 5)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]int{{0, 0, 2, 3}}, r.Categories); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{0, 1, 2, 3, 4, 5, 6, 7, 8}, r.Units); diff != "" || r.NoUnit+r.Blanked[0] != 0 {
		t.Errorf("%s blanked %d, %v", diff, r.NoUnit, r.Blanked)
	}
}

func TestRareProfessionsBecomeOther(t *testing.T) {
	var people []Person
	for unit := 1; unit <= 8; unit++ {
		people = slices.Concat(people, crowd(20, unit, 0), crowd(3, unit, 1), crowd(20, unit, 2), crowd(3, unit, 3))
	}
	r, err := Microdata([]int{-1, 0, 0, 0, 0, 0, 0, 0, 0}, []Background{{Categories: 4}}, people, 5)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]int{{0, 1, 2, 1}}, r.Categories); diff != "" {
		t.Error(diff)
	}
}

func TestAFewOddPeopleHaveOneValueBlanked(t *testing.T) {
	// Five nurses of whom each has a sex and age of their own among a thousand others: what they share stays.
	var people []Person
	for c := range 5 {
		people = slices.Concat(people, crowd(200, 0, 0, c), crowd(1, 0, 1, c))
	}
	r, err := Microdata([]int{-1}, []Background{{Categories: 2}, {Categories: 5, Ordinal: true}}, people, 5)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{0, 5}, r.Blanked); diff != "" || r.NoUnit != 0 {
		t.Errorf("%s and %d units blanked", diff, r.NoUnit)
	}
}

func TestWhoCannotBeHiddenAloneIsHiddenAmongOthers(t *testing.T) {
	for name, people := range map[string][]Person{
		"from a large cell": slices.Concat(crowd(1, 1, 1), crowd(30, 0, 0)),
		"of a whole cell":   slices.Concat(crowd(1, 1, 1), crowd(5, 0, 0)),
	} {
		r, err := Microdata([]int{-1, -1}, []Background{{Categories: 2}}, people, 5)
		if err != nil {
			t.Fatal(err)
		}
		if n := smallestCell(r.People); n < 5 {
			t.Errorf("%s: got a combination of %d: %v", name, n, r)
		}
	}
}

func TestMicrodataRefusesWhatCannotBe(t *testing.T) {
	two := []Background{{Categories: 2}}
	for name, run := range map[string]func() error{
		"too few":          func() error { _, err := Microdata([]int{-1}, two, crowd(4, 0, 0), 5); return err },
		"k 0":              func() error { _, err := Microdata([]int{-1}, two, crowd(4, 0, 0), 0); return err },
		"circle":           func() error { _, err := Microdata([]int{1, 0}, two, crowd(9, 0, 0), 5); return err },
		"unknown unit":     func() error { _, err := Microdata([]int{-1}, two, crowd(9, 1, 0), 5); return err },
		"unknown category": func() error { _, err := Microdata([]int{-1}, two, crowd(9, 0, 2), 5); return err },
		"less than none": func() error {
			_, err := Microdata([]int{-1}, []Background{{Categories: -1}}, crowd(9, 0, -1), 5)
			return err
		},
		"no value":       func() error { _, err := Microdata([]int{-1}, two, crowd(9, 0), 5); return err },
		"many variables": func() error { _, err := Microdata([]int{-1}, make([]Background, 11), nil, 0); return err },
		"too many combinations": func() error {
			_, err := Microdata([]int{-1}, []Background{{Categories: 1 << 40}, {Categories: 1 << 40}}, crowd(9, 0, 0, 0), 5)
			return err
		},
	} {
		if run() == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

// respondents makes people as a wellbeing services county has them: a root, five sectors, and below each areas and units of quite
// different sizes; profession (which hangs together with the sector), age group, sex and years of service.
func respondents(n int) (parents []int, variables []Background, people []Person) {
	random := rand.New(rand.NewPCG(7, 7))
	parents = []int{-1}
	var leaves [][]int // of each sector
	for range 5 {
		sector := len(parents)
		parents = append(parents, 0)
		leaves = append(leaves, nil)
		for range 5 {
			area := len(parents)
			parents = append(parents, sector)
			for range 2 + n/1000 {
				leaves[len(leaves)-1] = append(leaves[len(leaves)-1], len(parents))
				parents = append(parents, area)
			}
		}
	}
	variables = []Background{{Categories: 10}, {Categories: 6, Ordinal: true}, {Categories: 3}, {Categories: 4, Ordinal: true}}
	skewed := func(n int) int { return min(n-1, int(random.ExpFloat64()*float64(n)/4)) }
	for range n {
		sector := skewed(5)
		in := leaves[sector]
		p := Person{in[skewed(len(in))], []int{(sector*2 + skewed(10)) % 10, min(5, max(0, int(random.NormFloat64()*1.4+3))), 0, skewed(4)}}
		switch x := random.Float64(); {
		case x < 0.01:
			p.Values[2] = 2
		case x < 0.15:
			p.Values[2] = 1
		}
		people = append(people, p)
	}
	return parents, variables, people
}

func TestMicrodataOfACountyKeepWhatIsUseful(t *testing.T) {
	for _, test := range []struct {
		n       int
		deeper  float64   // least share of people who are told as of a unit below the root
		mostOff []float64 // most information lost, of the unit and each variable
	}{
		{500, 0, []float64{1, 0.5, 0.2, 0.1, 0.4}},
		{2000, 0, []float64{1, 0.25, 0.15, 0.05, 0.15}},
		{18000, 0.75, []float64{0.75, 0.12, 0.02, 0.01, 0.01}},
	} {
		parents, variables, people := respondents(test.n)
		r, err := Microdata(parents, variables, people, 5)
		if err != nil {
			t.Fatal(err)
		}
		if least := smallestCell(r.People); least < 5 {
			t.Errorf("%d people: got a combination of %d", test.n, least)
		}
		deeper, blanked := 0, 0
		for _, p := range r.People {
			if p.Unit > 0 {
				deeper++
			}
			if p.Unit == NoParent || slices.Contains(p.Values, NoCategory) {
				blanked++
			}
		}
		if share := float64(deeper) / float64(test.n); share < test.deeper {
			t.Errorf("%d people: %.2f are told as of a unit below the root, want %.2f", test.n, share, test.deeper)
		}
		if float64(blanked) > 0.12*float64(test.n) {
			t.Errorf("%d people: %d have a blank", test.n, blanked)
		}
		for i, most := range test.mostOff {
			if r.Lost[i] > most {
				t.Errorf("%d people: lost %.2f, want at most %.2f", test.n, r.Lost, test.mostOff)
				break
			}
		}
	}
}

func BenchmarkMicrodata(b *testing.B) {
	for _, n := range []int{18_000, 250_000} {
		parents, variables, people := respondents(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Microdata(parents, variables, people, 5); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
