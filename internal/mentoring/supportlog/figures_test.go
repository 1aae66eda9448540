package supportlog

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// A small attacker: it knows who is a mentor where, is one of them, adds and subtracts told figures (exact ones, before they are
// rounded) in every way, and looks for a sum that tells what one other mentor did.

// organisation is a made-up one for the attacker.
type organisation struct {
	parent []int
	areas  int
	parts  []part
	reach  [][]int
}

func invented(rng *rand.Rand) organisation {
	o := organisation{parent: []int{-1}, areas: 1 + rng.IntN(4)}
	for u := 1; u < 3+rng.IntN(5); u++ {
		o.parent = append(o.parent, rng.IntN(u))
	}
	for m := range 6 + rng.IntN(30) {
		home := rng.IntN(len(o.parent))
		o.reach = append(o.reach, []int{home})
		if rng.IntN(6) == 0 {
			continue // did nothing
		}
		for range 1 + rng.IntN(3) {
			unit := home
			if rng.IntN(4) == 0 {
				unit = rng.IntN(len(o.parent))
			}
			minutes := 5 + rng.IntN(60)
			if rng.IntN(5) == 0 {
				minutes *= 20
			}
			o.parts = append(o.parts, part{m, unit, rng.IntN(o.areas), minutes})
		}
	}
	return o
}

// under reports whether a unit is another or below it.
func (o organisation) under(u, top int) bool {
	for ; u >= 0; u = o.parent[u] {
		if u == top {
			return true
		}
	}
	return false
}

// figures are the told sums, each as the units and areas that are in it: a bit each.
func (o organisation) figures(t told) (out [][]int8) {
	add := func(top int, areas []int) {
		cells := make([]int8, len(o.parent)*o.areas)
		for u := range o.parent {
			for a := range o.areas {
				if o.under(u, top) && (areas == nil || slices.Contains(areas, a)) {
					cells[u*o.areas+a] = 1
				}
			}
		}
		out = append(out, cells)
	}
	for u := range t.hours {
		add(u, nil)
	}
	for u := range t.shares {
		for i := range len(t.themes) - 1 { // the last is the rest
			add(u, t.themes[i])
		}
	}
	return out
}

// tells describes a sum that gives a mentor away, "" when there is none.
func (o organisation) tells(figures [][]int8) string {
	sum := make([]int8, len(o.parent)*o.areas)
	var try func(i int) string
	try = func(i int) string {
		if i == len(figures) {
			return o.givesAway(sum)
		}
		for _, sign := range []int8{0, 1, -1} {
			for c, x := range figures[i] {
				sum[c] += sign * x
			}
			found := try(i + 1)
			for c, x := range figures[i] {
				sum[c] -= sign * x
			}
			if found != "" {
				return found
			}
		}
		return ""
	}
	return try(0)
}

// givesAway looks at one sum. What is taken away that was not in it makes it no upper limit of anybody, and it is passed over.
func (o organisation) givesAway(cells []int8) string {
	some := false
	for _, x := range cells {
		if x < 0 {
			return ""
		}
		some = some || x > 0
	}
	if !some {
		return ""
	}
	total, by := 0, make([]int, len(o.reach))
	for _, p := range o.parts {
		if x := int(cells[p.unit*o.areas+p.area]); x > 0 {
			total += x * p.minutes
			by[p.mentor] += x * p.minutes
		}
	}
	if total == 0 {
		return o.nothing(cells)
	}
	for i, mine := range by {
		for j, theirs := range by {
			if i != j && theirs > 0 && (total-mine-theirs)*10 < theirs {
				return fmt.Sprintf("mentor %d knows of %d that the %d minutes are at most %d: cells %v", i, j, theirs, total-mine, cells)
			}
		}
	}
	return ""
}

// nothing tells whose whole work is known to be none.
func (o organisation) nothing(cells []int8) string {
	for m, units := range o.reach {
		all := true
		for _, u := range units {
			for a := range o.areas {
				all = all && cells[u*o.areas+a] > 0
			}
		}
		if all {
			return fmt.Sprintf("all know that mentor %d did nothing", m)
		}
	}
	return ""
}

func TestNobodysMinutesCanBeToldFromWhatIsPublished(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	told, byTheme := 0, 0
	for range 3000 {
		o := invented(rng)
		p := publish(o.parent, o.parts, o.reach)
		figures := o.figures(p)
		if len(figures) > 10 {
			continue // too many ways to add and subtract
		}
		told += len(p.hours)
		byTheme += len(p.shares)
		if found := o.tells(figures); found != "" {
			t.Fatalf("%+v\ntold %+v\n%s", o, p, found)
		}
	}
	if told < 2000 || byTheme < 300 {
		t.Errorf("%d units were told, %d by theme: the attacker had little to read", told, byTheme)
	}
}

func TestTheAttackerFindsWhatIsLeftOverOfAUnit(t *testing.T) {
	o := organisation{parent: []int{-1, 0, 0}, areas: 1}
	for m := range 12 {
		unit := 1
		if m == 0 {
			unit = 2
		}
		o.parts = append(o.parts, part{m, unit, 0, 60})
		o.reach = append(o.reach, []int{unit})
	}
	good := publish(o.parent, o.parts, o.reach)
	if _, shown := good.hours[1]; shown || len(good.hours) != 1 {
		t.Errorf("told are %v, want the whole only", good.hours)
	}
	if o.tells(o.figures(told{hours: map[int]int{0: 10, 1: 10}})) == "" {
		t.Error("the attacker does not see the one who is left over")
	}
}

func TestFiguresAreOfFiveMentorsOfWhomNoneIsNearlyAll(t *testing.T) {
	five := func(minutes ...int) map[int]int {
		by := map[int]int{}
		for i, m := range minutes {
			by[i] = m
		}
		return by
	}
	for _, x := range []struct {
		by   map[int]int
		want bool
	}{
		{five(60, 60, 60, 60), false},
		{five(60, 60, 60, 60, 60), true},
		{five(6000, 60, 60, 60, 60), false},
		{five(6000, 6000, 200, 200, 200), true},
		{five(6000, 6000, 199, 199, 199), false},
		{nil, false},
	} {
		if got := safe(x.by); got != x.want {
			t.Errorf("safe(%v) = %v", x.by, got)
		}
	}
}

func TestThemesOfFewAreToldTogether(t *testing.T) {
	var parts []part
	var reach [][]int
	for m := range 20 {
		parts = append(parts, part{m, 0, 0, 60}, part{m, 0, 1, 30})
		if m < 3 {
			parts = append(parts, part{m, 0, 2, 20})
		}
		if m > 15 {
			parts = append(parts, part{m, 0, 3, 20})
		}
		reach = append(reach, []int{0})
	}
	p := publish([]int{-1}, parts, reach)
	if got, want := fmt.Sprint(p.themes, p.shares[0], p.hours[0]), "[[0] [1] [3 2]] [62 31 7] 30"; got != want {
		t.Errorf("told is %s, want %s", got, want)
	}
}
