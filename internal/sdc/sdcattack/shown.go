package sdcattack

import (
	"fmt"
	"math"

	"taitorinki/internal/sdc"
)

// figures calls f for every figure that is not hidden.
func (m *model) figures(f func(moment int, c sdc.Cell, fig sdc.Figure)) {
	for i, o := range m.moments {
		for c, fig := range o.Publication {
			if fig.Shown != sdc.Hidden {
				f(i, c, fig)
			}
		}
	}
}

func (m *model) about(kind Kind, moment int, c sdc.Cell, format string, args ...any) Leak {
	return Leak{Kind: kind, Cell: c, Group: m.names[m.of[moment]], Text: fmt.Sprintf(format, args...)}
}

// shownSmall finds figures of groups under k (D1). A published 0 is one: 0 and 1 must look the same.
func (m *model) shownSmall() (leaks []Leak) {
	m.figures(func(i int, c sdc.Cell, f sdc.Figure) {
		switch {
		case f.Shown == sdc.Published && f.N < m.k:
			leaks = append(leaks, m.about(Small, i, c, "n is %d", f.N))
		case f.Shown == sdc.Placed && m.k > placedTo:
			leaks = append(leaks, m.about(Small, i, c, "n is under %d", m.k))
		}
	})
	return leaks
}

// digits is with how many decimals a mean of n persons is shown (D9).
func digits(a sdc.Area, n int) int {
	if n < 20 {
		return min(a.Decimals, 1)
	}
	return min(a.Decimals, 2)
}

// between is the range of means of n persons that are shown as the same figure.
func between(a sdc.Area, n int, mean float64) (lo, hi float64) {
	half := math.Pow10(-digits(a, n)) / 2
	return max(a.Min, mean-half), min(a.Max, mean+half)
}

func whole(v float64) bool { return math.Abs(v-math.Round(v)) <= 1e-6 }

// tooExact finds means with more decimals than their n allows (D9).
func (m *model) tooExact() (leaks []Leak) {
	m.figures(func(i int, c sdc.Cell, f sdc.Figure) {
		for a, mean := range f.Means {
			if mean == nil || f.Shown != sdc.Published {
				continue
			}
			if _, n := m.scoredIn(i, c, f, a); !whole(*mean * math.Pow10(digits(m.c.Areas[a], n))) {
				l := m.about(Precision, i, c, "%v of %d persons", *mean, n)
				l.Area = a
				leaks = append(leaks, l)
			}
		}
	})
	return leaks
}

// atTheEnd finds means that leave fewer than two persons off an end of the scale, the worst of the means that are shown
// as the same figure being taken (D8).
func (m *model) atTheEnd() (leaks []Leak) {
	m.figures(func(i int, c sdc.Cell, f sdc.Figure) {
		for a, mean := range f.Means {
			if mean == nil || f.Shown != sdc.Published {
				continue
			}
			_, most := m.scoredIn(i, c, f, a) // were they fewer, fewer still would be off the end
			area, n := m.c.Areas[a], float64(most)
			half := math.Pow10(-digits(area, most)) / 2
			if n*(area.Max-*mean-half) < 2-1e-6 || n*(*mean-half-area.Min) < 2-1e-6 {
				l := m.about(End, i, c, "mean %v of %d persons", *mean, most)
				l.Area = a
				leaks = append(leaks, l)
			}
		}
	})
	return leaks
}

// sameGroups finds cells of the very same people with different figures: a unit and its only unit below, when the head
// counts show nobody else; a variable with one category; a snapshot with nobody new.
func (m *model) sameGroups() (leaks []Leak) {
	for i, o := range m.moments {
		heads := m.heads(o)
		for u, kids := range m.kids {
			for b, cats := range m.c.Categories {
				if cats == 1 {
					leaks = m.compare(leaks, i, sdc.Cell{Unit: u, Variable: sdc.All, Category: sdc.All}, sdc.Cell{Unit: u, Variable: b, Category: 0})
				}
			}
			only := -1
			if heads != nil {
				only = m.onlyChild(kids, heads, u)
			}
			for col := range m.columns {
				if only >= 0 {
					leaks = m.compare(leaks, i, m.cell(col, u), m.cell(col, only))
				}
			}
		}
	}
	return append(leaks, m.nobodyNew()...)
}

// onlyChild is the unit below u in which all people of u are, or -1.
func (m *model) onlyChild(kids, heads []int, u int) int {
	only := -1
	if heads[u] > 0 {
		return -1
	}
	for _, v := range kids {
		switch {
		case m.headsOf(target{unit: v}, heads) == 0:
		case only >= 0:
			return -1
		default:
			only = v
		}
	}
	return only
}

func (m *model) compare(leaks []Leak, moment int, a, b sdc.Cell) []Leak {
	x, y := m.moments[moment].Publication[a], m.moments[moment].Publication[b]
	if x.Shown != y.Shown || x.Shown == sdc.Published && (x.N != y.N || differ(x, y)) {
		leaks = append(leaks, m.about(SameGroup, moment, a, "the same people as %v, with another figure", b))
	}
	return leaks
}

func differ(x, y sdc.Figure) bool {
	for a := range min(len(x.Means), len(y.Means)) {
		p, q := x.Means[a], y.Means[a]
		if (p == nil) != (q == nil) || p != nil && math.Abs(*p-*q) > 1e-9 {
			return true
		}
	}
	return false
}

// nobodyNew compares each cell with the last snapshot that showed it: as many people means the same people, and another
// mean then is what few of them have changed (D6).
func (m *model) nobodyNew() (leaks []Leak) {
	for i, later := range m.moments {
		for c, f := range later.Publication {
			for j := i - 1; j >= 0; j-- {
				earlier := m.moments[j]
				if earlier.Wave != later.Wave || earlier.Matched || later.Matched {
					continue
				}
				g := earlier.Publication[c]
				if f.Shown == sdc.Published && g.Shown == sdc.Published && f.N == g.N && differ(f, g) {
					leaks = append(leaks, m.about(SameGroup, i, c, "the same %d people as before, with another mean", f.N))
				}
				if g.Shown == sdc.Published {
					break
				}
			}
		}
	}
	return leaks
}
