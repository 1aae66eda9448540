package sdc

import (
	"fmt"
	"math"
	"slices"
)

// Wave is one of two waves of which the same people's answers are compared: what was published of it, and of which answers.
type Wave struct {
	Catalogue
	Codes   []string // of each unit: a unit is the same in both waves if its code is the same
	Answers []Answer
	Pairs   []int // by answer: that of the same person in the other wave, or none (-1)
	Shown   Publication
}

// Pairs is what is told of the people of a unit who answered in both waves and were in the same unit each time.
type Pairs struct {
	N             int
	Before, After []*float64 // by area of the catalogue, rounded; both nil where they are hidden
}

// Matched decides of which units it is told how many answered in both waves, and their means in each, by code of the unit.
// What it needs of both waves must agree: Pairs name each other, and the areas are the same. Units that are not in the result
// are hidden.
//
// People who moved between two units count as two who answered once, in each unit and in all above: so the matched and the
// others of a wave are a background variable of two categories, and are looked at as one, with all that was published of
// the wave as it is. As the numbers of both are told by that of one, they are shown or hidden together. A number of matched
// people that has to be possible must be so in the other wave too, where they can only be people who answered there in the
// same unit: that bounds them. A unit is told only if it had the same units below it in both waves, of those that there
// were in both, and if its number is published in both; the matched and both remainders are nobody or as many as a group
// with full figures must be. What is told stands in both waves.
func Matched(one, two Wave, rules Rules) (map[string]Pairs, error) {
	var sides [2]*side
	for i, w := range [2][2]Wave{{one, two}, {two, one}} {
		if err := w[0].checkPairs(w[1]); err != nil {
			return nil, err
		}
		var err error
		if sides[i], err = newSide(w[0], w[1], rules); err != nil {
			return nil, err
		}
	}
	if !sides[0].agrees() || !sides[1].agrees() || !slices.Equal(one.Categories, two.Categories) {
		return nil, nil // a publication of other answers: nothing is known of what it leaves over
	}
	sides[0].cross(sides[1])
	sides[1].cross(sides[0])
	told := candidates(sides[0], sides[1])
	for before := none; before != len(told); {
		before = len(told)
		for _, s := range sides {
			told = s.decide(told)
		}
	}
	return figuresOfPairs(sides, told), nil
}

func (w Wave) checkPairs(other Wave) error {
	if len(w.Pairs) != len(w.Answers) || len(w.Codes) != len(w.Parent) || len(w.Areas) != len(other.Areas) {
		return fmt.Errorf("sdc: %d answers with %d pairs, %d units with %d codes, areas %d and %d", len(w.Answers), len(w.Pairs), len(w.Parent), len(w.Codes), len(w.Areas), len(other.Areas))
	}
	for i, j := range w.Pairs {
		if j != none && (j < 0 || j >= len(other.Pairs) || other.Pairs[j] != i) {
			return fmt.Errorf("sdc: answer %d is paired with %d, which is not with it", i, j)
		}
	}
	for i, a := range w.Answers {
		if a.Unit < 0 || a.Unit >= len(w.Parent) {
			return fmt.Errorf("sdc: answer %d has unit %d", i, a.Unit)
		}
	}
	return nil
}

func figuresOfPairs(sides [2]*side, told []string) map[string]Pairs {
	out := map[string]Pairs{}
	for _, code := range told {
		s := sides[0]
		out[code] = Pairs{N: s.g.n[s.g.at(Cell{s.unit[code], s.variable, 0})]}
	}
	if len(told) == 0 {
		return out
	}
	for area := range sides[0].Areas {
		before, after := sides[0].decideMeans(area), sides[1].decideMeans(area)
		for _, code := range told {
			i, j := sides[0].matched(code), sides[1].matched(code)
			f, b, a := out[code], before.figure(i), after.figure(j)
			if b == nil || a == nil {
				a, b = nil, nil
			}
			f.Before, f.After = append(f.Before, b), append(f.After, a)
			out[code] = f
		}
	}
	return out
}

func (s *side) matched(code string) int { return s.g.at(Cell{s.unit[code], s.variable, 0}) }

// findBase looks how wide every interval is when all that can still be hidden is: more can't be asked for.
func (t *table) findBase() {
	t.base = nil
	may := slices.Clone(t.may)
	for i := range t.may {
		t.may[i] = may[i] && t.frozen[i]
	}
	t.start()
	copy(t.may, may)
	base := make([][]float64, len(t.nets))
	for x, n := range t.nets {
		base[x] = make([]float64, len(n.flow))
		for e := range n.flow {
			if n.fixed[e] || t.elsewhere(n, int32(e)) {
				continue
			}
			for arc := 2 * e; arc < 2*e+2; arc++ {
				base[x][e] += t.grow(n, int32(arc), t.enough(n, int32(e)))
				t.restore()
			}
		}
	}
	t.base = base
}

// enough is more than any interval is asked to be wide.
func (t *table) enough(n *net, e int32) float64 {
	if t.least == 1 {
		return float64(t.k)
	}
	return n.most[e]
}

// atMostBase is how wide an interval must be of which no more is asked than it can be.
func (t *table) atMostBase(n *net, e int32, want float64) float64 {
	if t.base == nil {
		return want
	}
	base := t.base[slices.Index(t.nets, n)][e]
	if t.least != 1 {
		base = math.Max(0, base-t.least)
	}
	return min(want, base)
}
