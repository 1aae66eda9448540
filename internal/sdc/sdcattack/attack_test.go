package sdcattack

import (
	"testing"

	"taitorinki/internal/sdc"
)

func all(u int) sdc.Cell           { return sdc.Cell{Unit: u, Variable: sdc.All, Category: sdc.All} }
func in(u, category int) sdc.Cell  { return sdc.Cell{Unit: u, Category: category} }
func shown(n int) sdc.Figure       { return sdc.Figure{Shown: sdc.Published, N: n} }
func placed(band int) sdc.Figure   { return sdc.Figure{Shown: sdc.Placed, Bands: []int{band}} }
func one(p sdc.Publication) Moment { return Moment{Publication: p} }
func mean(n int, m float64) sdc.Figure {
	return sdc.Figure{Shown: sdc.Published, N: n, Means: []*float64{&m}}
}
func noMean(n int) sdc.Figure {
	return sdc.Figure{Shown: sdc.Published, N: n, Means: []*float64{nil}}
}

// Trees of the examples.
var (
	scale   = []sdc.Area{{Min: 1, Max: 5, Decimals: 2, Near: 0.25}}
	star    = sdc.Catalogue{Parent: []int{-1, 0, 0, 0}, Heads: []int{0, 40, 40, 40}, Areas: scale}
	staffed = sdc.Catalogue{Parent: []int{-1, 0, 0, 0}, Heads: []int{8, 40, 40, 40}, Areas: scale}
	chain   = sdc.Catalogue{Parent: []int{-1, 0, 1, 0}, Heads: []int{0, 0, 40, 40}, Areas: scale}
	deep    = sdc.Catalogue{Parent: []int{-1, 0, 0, 1, 1}, Heads: []int{0, 0, 40, 40, 40}, Areas: scale}
	byJob   = sdc.Catalogue{Parent: []int{-1, 0, 0}, Heads: []int{0, 40, 40}, Categories: []int{3}, Areas: scale}
	square  = sdc.Catalogue{Parent: []int{-1, 0, 0, 0}, Heads: []int{0, 40, 40, 40}, Categories: []int{3}, Areas: scale}
	byTwo   = sdc.Catalogue{Parent: []int{-1, 0, 0}, Heads: []int{0, 40, 40}, Categories: []int{2, 2}, Areas: scale}
)

func TestKnownLeaksAreFoundAndSafePublicationsAreNot(t *testing.T) {
	few := star
	few.Heads = []int{0, 40, 40, 3}
	narrow := star
	narrow.Heads = []int{0, 40, 12, 7}
	noHeads := star
	noHeads.Heads = nil
	for _, x := range []struct {
		name    string
		c       sdc.Catalogue
		moments []Moment
		want    []Kind // "" alone: nothing at all
	}{
		{"nothing is published", star, []Moment{one(nil)}, nil},
		{"only the whole", star, []Moment{one(sdc.Publication{all(0): shown(30)})}, nil},
		{"n under k", star, []Moment{one(sdc.Publication{all(0): shown(30), all(1): shown(4)})}, []Kind{Small, Difference}},
		{"n of 0", star, []Moment{one(sdc.Publication{all(0): shown(30), all(1): shown(0)})}, []Kind{Small}},
		{"one hidden unit", star, []Moment{one(sdc.Publication{all(0): shown(23), all(1): shown(10), all(2): shown(10)})}, []Kind{Count, Difference}},
		{"one hidden unit, head counts unknown", noHeads, []Moment{one(sdc.Publication{all(0): shown(23), all(1): shown(10), all(2): shown(10)})}, []Kind{Difference, Count}},
		{"one hidden unit of 5 opens nothing", star, []Moment{one(sdc.Publication{all(0): shown(25), all(1): shown(10), all(2): shown(10)})}, nil},
		{"two hidden units that are 3 together", star, []Moment{one(sdc.Publication{all(0): shown(23), all(1): shown(20)})}, []Kind{Difference, Count}},
		{"two hidden units that are 9 together", star, []Moment{one(sdc.Publication{all(0): shown(29), all(1): shown(20)})}, nil},
		{"own staff of 2", staffed, []Moment{one(sdc.Publication{all(0): shown(32), all(1): shown(10), all(2): shown(10), all(3): shown(10)})}, []Kind{Difference, Count}},
		{"own staff and a hidden unit", staffed, []Moment{one(sdc.Publication{all(0): shown(32), all(1): shown(10), all(2): shown(10)})}, nil},
		{"a remainder over two levels", deep, []Moment{one(sdc.Publication{all(0): shown(33), all(2): shown(20), all(3): shown(10)})}, []Kind{Difference, Count}},
		{"a head count of 3 and an interval of 0 to 3", few, []Moment{one(sdc.Publication{all(0): shown(33), all(1): shown(10)})}, nil},
		{"head counts press a unit to 3 to 7", narrow, []Moment{one(sdc.Publication{all(0): shown(25), all(1): shown(10)})}, nil},
		{"head counts press a unit to 4 to 7", narrow, []Moment{one(sdc.Publication{all(0): shown(26), all(1): shown(10)})}, []Kind{Count}},
		{"a placed group presses its neighbour to 0 to 4", star, []Moment{one(sdc.Publication{all(0): shown(19), all(1): shown(10), all(2): placed(0)})}, nil},
		{"two placed groups and one hidden of at most 1", star, []Moment{one(sdc.Publication{all(0): shown(11), all(1): placed(0), all(2): placed(0)})}, []Kind{Count}},
		{"the same people under another name", chain, []Moment{one(sdc.Publication{all(0): shown(40), all(1): shown(20), all(3): shown(20)})}, []Kind{SameGroup}},
		{"three categories of which one is 2", byJob, []Moment{one(sdc.Publication{all(0): shown(22), in(0, 0): shown(10), in(0, 1): shown(10)})}, []Kind{Difference, Count}},
		{"two units by category, a hidden square", byJob, []Moment{one(sdc.Publication{all(0): shown(60), all(1): shown(30), all(2): shown(30),
			in(0, 0): shown(20), in(0, 1): shown(20), in(0, 2): shown(20), in(1, 0): shown(10), in(2, 0): shown(10)})}, nil},
		{"two units by category, a square that is pressed", byJob, []Moment{one(sdc.Publication{all(0): shown(33), all(1): shown(12), all(2): shown(21),
			in(0, 0): shown(20), in(0, 1): shown(11), in(1, 0): shown(10), in(2, 0): shown(10)})}, []Kind{Count, Difference}},
		{"a hidden cell that follows from two rows and two columns", square, []Moment{one(sdc.Publication{all(1): shown(30), in(1, 2): shown(10), all(2): shown(30), in(2, 2): shown(10),
			in(0, 0): shown(30), in(3, 0): shown(10), in(0, 1): shown(23)})}, []Kind{Count, Difference}},
		{"the same with 6 people in it", square, []Moment{one(sdc.Publication{all(1): shown(30), in(1, 2): shown(10), all(2): shown(30), in(2, 2): shown(10),
			in(0, 0): shown(30), in(3, 0): shown(10), in(0, 1): shown(26)})}, nil},
		{"two variables, both alone safe", byTwo, []Moment{one(sdc.Publication{all(0): shown(40), in(0, 0): shown(20), in(0, 1): shown(20),
			{Unit: 0, Variable: 1, Category: 0}: shown(25), {Unit: 0, Variable: 1, Category: 1}: shown(15)})}, nil},
		{"two variables, of which the second tells what the first hides", byTwo, []Moment{one(sdc.Publication{all(0): shown(40),
			{Unit: 1, Variable: 1, Category: 0}: shown(20), {Unit: 1, Variable: 1, Category: 1}: shown(17)})}, []Kind{Difference, Count}},
		{"two snapshots with 2 new", star, []Moment{one(sdc.Publication{all(1): shown(20)}), one(sdc.Publication{all(1): shown(22)})}, []Kind{Difference, Count}},
		{"two snapshots with 5 new", star, []Moment{one(sdc.Publication{all(1): shown(20)}), one(sdc.Publication{all(1): shown(25)})}, nil},
		{"new ones in a remainder", star, []Moment{one(sdc.Publication{all(0): shown(30), all(1): shown(20)}), one(sdc.Publication{all(0): shown(38), all(1): shown(26)})}, []Kind{Difference, Count}},
		{"nobody new and another mean", star, []Moment{one(sdc.Publication{all(1): mean(20, 3.1)}), one(sdc.Publication{all(1): mean(20, 3.15)})}, []Kind{SameGroup, Conflict}},
		{"matched but 3", star, []Moment{{Publication: sdc.Publication{all(1): shown(20)}, Wave: 1}, {Publication: sdc.Publication{all(1): shown(30)}, Wave: 2},
			{Publication: sdc.Publication{all(1): shown(17)}, Wave: 1, Matched: true}}, []Kind{Difference, Count}},
		{"matched but 10", star, []Moment{{Publication: sdc.Publication{all(1): shown(20)}, Wave: 1}, {Publication: sdc.Publication{all(1): shown(20)}, Wave: 2},
			{Publication: sdc.Publication{all(1): shown(10)}, Wave: 1, Matched: true}}, nil},
		{"two waves tell nothing of one another", star, []Moment{{Publication: sdc.Publication{all(1): shown(20)}, Wave: 1}, {Publication: sdc.Publication{all(1): shown(22)}, Wave: 2}}, nil},
		{"a mean near the end confines hidden units", star, []Moment{one(sdc.Publication{all(0): mean(60, 4.96), all(1): mean(30, 4.92)})}, []Kind{Mean}},
		{"means in the middle confine nobody", star, []Moment{one(sdc.Publication{all(0): mean(60, 3.2), all(1): mean(30, 3.1)})}, nil},
		{"all at the end but one", star, []Moment{one(sdc.Publication{all(1): mean(10, 4.9)})}, []Kind{End}},
		{"two persons off the end, but not with rounding", star, []Moment{one(sdc.Publication{all(1): mean(10, 4.8)})}, []Kind{End}},
		{"two persons off the end with rounding", star, []Moment{one(sdc.Publication{all(1): mean(10, 4.7)})}, nil},
		{"a hidden mean that follows and is at the end", star, []Moment{one(sdc.Publication{all(0): mean(40, 3.48), all(1): mean(20, 2), all(2): noMean(20)})}, []Kind{End}},
		{"a hidden mean that does not follow", staffed, []Moment{one(sdc.Publication{all(0): mean(60, 3.5), all(1): mean(20, 2), all(2): noMean(20), all(3): noMean(20)})}, nil},
		{"two decimals for 19", star, []Moment{one(sdc.Publication{all(1): mean(19, 3.25)})}, []Kind{Precision}},
		{"two decimals for 20", star, []Moment{one(sdc.Publication{all(1): mean(20, 3.25)})}, nil},
		{"numbers that contradict each other", star, []Moment{one(sdc.Publication{all(0): shown(10), all(1): shown(20)})}, []Kind{Conflict}},
		{"means that contradict each other", star, []Moment{one(sdc.Publication{all(0): mean(20, 1.5), all(1): mean(20, 4.5)})}, []Kind{Conflict}},
	} {
		t.Run(x.name, func(t *testing.T) {
			leaks := Attack(x.c, 5, x.moments...)
			got := map[Kind]bool{}
			for _, l := range leaks {
				got[l.Kind] = true
			}
			for _, k := range x.want {
				if !got[k] {
					t.Errorf("no leak %q in %v", k, leaks)
				}
				delete(got, k)
			}
			if len(got) > 0 {
				t.Errorf("false alarm: %v", leaks)
			}
		})
	}
}

func TestAHiddenSmallCellThatIsPutBackIsFound(t *testing.T) {
	o := newCounty(60, 4)
	hide := o.hideUntilSafe(t, 5, false)
	all, safe := o.publish(1, nil, true, false), o.publish(5, hide, true, false)
	tried := 0
	for c, f := range all {
		if f.N > 4 {
			continue
		}
		if tried++; tried > 100 {
			break
		}
		// A reader is told the number by some other way than the pages: only what follows from it can give it away.
		safe[c] = f
		leaks := Attack(o.c, 5, Moment{Publication: safe})
		delete(safe, c)
		if len(leaks) == 0 {
			t.Errorf("%v with %d persons is published, and nothing is found", c, f.N)
		}
	}
}
