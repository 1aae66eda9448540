package sdc

import (
	"cmp"
	"fmt"
)

// While a round is open response rates are all that is told of it (D6): of groups of LeastRate invited people and more, in
// steps of RateStep, once a day.
const (
	LeastRate = 20 // people invited
	RateStep  = 5  // percentage points
)

// RateUnits decides whose response rates are told while a round is open. Parents is the tree of the units, NoParent for
// roots; invited counts the people invited in each unit itself. A unit's rate is that of the unit and all below it.
//
// A rate that is told can be taken away from the rate of a unit above. So the people of a unit that is told, less those of
// the units below it that are told, are none or at least LeastRate (D2); whatever else can be worked out is then of as many.
// Where they are some but too few, the smallest unit below that makes them enough is not told, else the smallest; units
// of one size are taken by their number. The result depends on nothing but the arguments.
func RateUnits(parents, invited []int) ([]bool, error) {
	order, err := childrenFirst(parents)
	if err != nil {
		return nil, err
	}
	if len(invited) != len(parents) {
		return nil, fmt.Errorf("sdc: %d units, invited in %d", len(parents), len(invited))
	}
	t := rateTree{parents: parents, all: make([]int, len(parents)), told: make([]bool, len(parents))}
	for _, u := range order {
		if invited[u] < 0 {
			return nil, fmt.Errorf("sdc: unit %d has %d invited", u, invited[u])
		}
		t.all[u] += invited[u]
		if p := parents[u]; p != NoParent {
			t.all[p] += t.all[u]
		}
		t.told[u] = t.all[u] >= LeastRate
	}
	for changed := true; changed; {
		changed = false
		for u := range parents {
			if t.told[u] && t.tooFew(t.rest(u)) {
				t.told[t.dispensable(u)] = false
				changed = true
			}
		}
	}
	return t.told, nil
}

type rateTree struct {
	parents []int
	all     []int // people of a unit and of those below it
	told    []bool
}

func (t *rateTree) tooFew(n int) bool { return n > 0 && n < LeastRate }

// above is the nearest unit above that is told, or NoParent.
func (t *rateTree) above(u int) int {
	for u = t.parents[u]; u != NoParent && !t.told[u]; {
		u = t.parents[u]
	}
	return u
}

// under are the units whose nearest told unit above is u.
func (t *rateTree) under(u int) (out []int) {
	for v, told := range t.told {
		if told && t.above(v) == u {
			out = append(out, v)
		}
	}
	return out
}

// rest is how many people of a unit are in none of the units below it that are told.
func (t *rateTree) rest(u int) int {
	n := t.all[u]
	for _, v := range t.under(u) {
		n -= t.all[v]
	}
	return n
}

// dispensable is the unit below u whose rate is given up, so that the people left over are enough.
func (t *rateTree) dispensable(u int) int {
	left, best, bestEnough := t.rest(u), -1, false
	for _, v := range t.under(u) {
		enough := !t.tooFew(left + t.rest(v))
		if best < 0 || enough && !bestEnough || enough == bestEnough && cmp.Compare(t.all[v], t.all[best]) < 0 {
			best, bestEnough = v, enough
		}
	}
	return best
}

// Bound says whether a rate is about what it says, or may be lower or higher still.
type Bound int

// The bounds. A rate near an end is not told more exactly, so that it never says that none, one, all or all but one of a
// group have answered (D8).
const (
	OrLess Bound = iota - 1
	About
	OrMore
)

// Rate is a response rate as it may be told: percent in steps of RateStep.
type Rate struct {
	Percent int
	Bound   Bound
}

// RateOf rounds a response rate. Fewer than LeastRate invited have none.
func RateOf(answered, invited int) (Rate, bool) {
	if invited < LeastRate || answered < 0 || answered > invited {
		return Rate{}, false
	}
	const steps = 100 / RateStep
	lowest := 1 // the lowest step that stands for two people at least
	for lowest*invited < 2*steps {
		lowest++
	}
	switch step := (2*steps*answered + invited) / (2 * invited); {
	case step <= lowest:
		return Rate{lowest * RateStep, OrLess}, true
	case step >= steps-lowest:
		return Rate{(steps - lowest) * RateStep, OrMore}, true
	default:
		return Rate{step * RateStep, About}, true
	}
}
