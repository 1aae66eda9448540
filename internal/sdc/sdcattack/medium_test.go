package sdcattack

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"taitorinki/internal/sdc"
)

// county is a made-up organisation with the people of every unit by category, and for each of two waves who answered from
// which snapshot on.
type county struct {
	c      sdc.Catalogue
	people [][]person // of each unit
}

type person struct {
	category int
	answer   float64
	late     bool // answered after the first snapshot
}

// newCounty makes units in four levels, many of 1 to 4 people, and own staff on inner units.
func newCounty(units, categories int) *county {
	r := rand.New(rand.NewPCG(uint64(units), 9))
	o := &county{}
	o.c.Areas = []sdc.Area{{Min: 1, Max: 5, Decimals: 2, Near: 0.25}}
	if categories > 0 {
		o.c.Categories = []int{categories}
	}
	areas := max(2, units/12)
	for u := range units {
		p := sdc.NoParent
		switch {
		case u > 5+areas:
			p = 6 + r.IntN(areas)
		case u > 5:
			p = 1 + r.IntN(5)
		case u > 0:
			p = 0
		}
		size := 1 + int(math.Round(6*math.Exp(1.1*r.NormFloat64())))
		if u <= 5+areas {
			size = r.IntN(4)
		}
		var staff []person
		for range size {
			skew := r.IntN(max(categories, 1)) * r.IntN(max(categories, 1)) / max(categories, 1)
			if r.IntN(10) < 8 {
				staff = append(staff, person{skew, min(5, max(1, math.Round(4*(3+0.9*r.NormFloat64()))/4)), r.IntN(20) == 0})
			}
		}
		o.c.Parent, o.c.Heads, o.people = append(o.c.Parent, p), append(o.c.Heads, size), append(o.people, staff)
	}
	return o
}

// publish shows every cell of k and more persons that is not in hide, with means, and places those under 10 if asked.
func (o *county) publish(k int, hide map[sdc.Cell]bool, late, place bool) sdc.Publication {
	type total struct {
		n   int
		sum float64
	}
	of := map[sdc.Cell]total{}
	for unit, staff := range o.people {
		for _, p := range staff {
			if p.late && !late {
				continue
			}
			for u := unit; u != sdc.NoParent; u = o.c.Parent[u] {
				cells := []sdc.Cell{{Unit: u, Variable: sdc.All, Category: sdc.All}}
				if len(o.c.Categories) > 0 {
					cells = append(cells, sdc.Cell{Unit: u, Variable: 0, Category: p.category})
				}
				for _, c := range cells {
					t := of[c]
					of[c] = total{t.n + 1, t.sum + p.answer}
				}
			}
		}
	}
	out := sdc.Publication{}
	top := of[sdc.Cell{Unit: 0, Variable: sdc.All, Category: sdc.All}]
	for c, t := range of {
		mean := t.sum / float64(t.n)
		switch {
		case t.n < k || hide[c]:
		case t.n < 10 && place:
			band := 0
			if d := mean - top.sum/float64(top.n); math.Abs(d) > 0.25 {
				band = int(math.Copysign(1, d))
			}
			out[c] = sdc.Figure{Shown: sdc.Placed, Bands: []int{band}}
		default:
			f := sdc.Figure{Shown: sdc.Published, N: t.n, Means: []*float64{nil}}
			decimals := min(sdc.Decimals(t.n), o.c.Areas[0].Decimals)
			shown := sdc.Round(mean, decimals)
			if half := math.Pow10(-decimals) / 2; float64(t.n)*(5-shown-half) >= 2 && float64(t.n)*(shown-half-1) >= 2 {
				f.Means[0] = &shown
			}
			out[c] = f
		}
	}
	return out
}

// hideUntilSafe hides a neighbour of every leak until the attack finds nothing. It hides far too much, which is good
// enough to have a safe publication.
func (o *county) hideUntilSafe(t *testing.T, k int, place bool) (hide map[sdc.Cell]bool) {
	hide = map[sdc.Cell]bool{}
	for round := range 60 {
		pub := o.publish(k, hide, true, place)
		start := time.Now()
		leaks := Attack(o.c, k, Moment{Publication: pub})
		kinds := map[Kind]int{}
		for _, l := range leaks {
			kinds[l.Kind]++
		}
		t.Logf("round %d: %v of %d figures, %d hidden, %v", round, kinds, len(pub), len(hide), time.Since(start).Round(time.Millisecond))
		if len(leaks) == 0 {
			return hide
		}
		for _, l := range leaks {
			o.hideBeside(l, pub, hide)
		}
	}
	t.Fatal("no safe publication found")
	return nil
}

func (o *county) hideBeside(l Leak, pub sdc.Publication, hide map[sdc.Cell]bool) {
	best, size := sdc.Cell{}, math.MaxInt
	try := func(c sdc.Cell) {
		if f, ok := pub[c]; ok && !hide[c] && f.N < size {
			best, size = c, f.N
		}
	}
	if l.Kind == Difference || l.Direct {
		for u, p := range o.c.Parent {
			if p == l.Cell.Unit {
				try(sdc.Cell{Unit: u, Variable: l.Cell.Variable, Category: l.Cell.Category})
			}
		}
		if l.Cell.Variable == sdc.All && len(o.c.Categories) > 0 {
			for i := range o.c.Categories[0] {
				try(sdc.Cell{Unit: l.Cell.Unit, Variable: 0, Category: i})
			}
		}
	} else {
		for u, p := range o.c.Parent {
			if p == o.c.Parent[l.Cell.Unit] {
				try(sdc.Cell{Unit: u, Variable: l.Cell.Variable, Category: l.Cell.Category})
			}
		}
	}
	if l.Cell.Variable != sdc.All && l.Kind == Count && (size == math.MaxInt || l.Cell.Unit%2 == 0) {
		size = math.MaxInt
		for i := range o.c.Categories[0] {
			try(sdc.Cell{Unit: l.Cell.Unit, Variable: 0, Category: i})
		}
	}
	for u := l.Cell.Unit; size == math.MaxInt && u != sdc.NoParent; u = o.c.Parent[u] {
		try(sdc.Cell{Unit: u, Variable: l.Cell.Variable, Category: l.Cell.Category})
	}
	for u := l.Cell.Unit; size == math.MaxInt && u != sdc.NoParent; u = o.c.Parent[u] {
		try(sdc.Cell{Unit: u, Variable: sdc.All, Category: sdc.All})
	}
	hide[best] = true
}

func TestAMediumCountyIsAttackedInSeconds(t *testing.T) {
	shapes := [][2]int{{600, 0}}
	if os.Getenv("SDC_LONG") != "" {
		shapes = append(shapes, [2]int{600, 12})
	}
	for _, s := range shapes {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			start := time.Now()
			defer func() { t.Logf("%v", time.Since(start).Round(time.Millisecond)) }()
			o := newCounty(s[0], s[1])
			n := 0
			for _, p := range o.people {
				n += len(p)
			}
			t.Logf("%d answers", n)
			for _, place := range []bool{false, true} {
				o.hideUntilSafe(t, 5, place)
			}
		})
	}
}

// Those who had answered by the first snapshot, and all: together they are not safe, for some units have one or two new people.
func TestTwoSnapshotsOfAMediumCountyAreReadTogether(t *testing.T) {
	o := newCounty(600, 0)
	first, second := o.publish(5, nil, false, false), o.publish(5, nil, true, false)
	start := time.Now()
	kinds := map[string]int{}
	for _, l := range Attack(o.c, 5, Moment{Publication: first}, Moment{Publication: second}) {
		kinds[string(l.Kind)+" "+l.Group]++
	}
	t.Logf("%v in %v", kinds, time.Since(start).Round(time.Millisecond))
	if kinds["difference snapshot 2 less snapshot 1"] == 0 && kinds["count snapshot 2 less snapshot 1"] == 0 {
		t.Errorf("the people who came between two snapshots are not found: %v", kinds)
	}
	// The same figures again tell nothing new.
	hide := o.hideUntilSafe(t, 5, false)
	pub := o.publish(5, hide, true, false)
	if leaks := Attack(o.c, 5, Moment{Publication: pub}, Moment{Publication: pub}); len(leaks) > 0 {
		t.Errorf("a snapshot that repeats the one before: %d leaks, such as %v", len(leaks), leaks[0])
	}
}
