package sdc

import (
	"math"
	"slices"
)

// meanTable is the table of the means of one area. What flows is the sum of how far the scores are above the least. The
// sums of all groups whose means are shown are taken as known exactly, for rounding does not replace D2, and so are the
// numbers of all people: what can still be otherwise is a part of what a reader must think possible.
type meanTable struct {
	*table
	counts  *table
	area    Area
	index   int
	sum     []float64 // by cell: of the scores above Min
	ownSum  []float64
	spread  map[int][]int // by cell that may be shown: how many have each score
	doubted []edgeOf      // see doubt
	scores  []float64     // the scores that there are, in order
	gaps    bool          // somebody has no score
}

// meanWidth is how wide the interval of the mean of a few people must be, as a share of the scale (D2).
const meanWidth = 0.25

func (g *groups) meanTable(area int, counts *table) *meanTable {
	m := &meanTable{counts: counts, area: g.c.Areas[area], index: area}
	own := g.count(func(a Answer) int {
		if math.IsNaN(a.Scores[area]) {
			return 0
		}
		return 1
	})
	m.table = &table{groups: g, n: g.total(own), own: own, may: make([]bool, g.cells)}
	m.gaps = !slices.Equal(own, g.own)
	m.addSums()
	m.countScores(counts)
	for i, shown := range counts.shown {
		m.may[i] = shown && m.allowed(m.n[i], m.spread[i])
	}
	m.least = 1e-3 * (m.area.Max - m.area.Min)
	for _, n := range counts.nets {
		like := n.like()
		m.fill(like)
		m.nets = append(m.nets, like)
	}
	m.wide, m.even = m.wideMean, m.uneven
	m.settleMore, m.safeFirst, m.safeMore = m.settleFits, m.doubtsFit, m.allFit
	return m
}

func (m *meanTable) addSums() {
	m.ownSum = make([]float64, m.cells)
	for _, a := range m.answers {
		s := a.Scores[m.index]
		if math.IsNaN(s) {
			continue
		}
		m.ownSum[a.Unit] += s - m.area.Min
		for b, v := range a.Values {
			m.ownSum[m.at(Cell{a.Unit, b, v})] += s - m.area.Min
		}
	}
	m.sum = append([]float64(nil), m.ownSum...)
	for _, u := range m.order {
		p := m.c.Parent[u]
		if p == NoParent {
			continue
		}
		m.sum[p] += m.sum[u]
		for b, categories := range m.c.Categories {
			for v := range categories {
				m.sum[m.at(Cell{p, b, v})] += m.sum[m.at(Cell{u, b, v})]
			}
		}
	}
}

// countScores counts how many have each score, of the groups whose n is shown.
func (m *meanTable) countScores(counts *table) {
	for _, a := range m.answers {
		if s := a.Scores[m.index]; !math.IsNaN(s) {
			m.scores = append(m.scores, s)
		}
	}
	slices.Sort(m.scores)
	m.scores = slices.Compact(m.scores)
	m.spread = map[int][]int{}
	add := func(cell, score int) {
		if !counts.shown[cell] {
			return
		}
		if m.spread[cell] == nil {
			m.spread[cell] = make([]int, len(m.scores))
		}
		m.spread[cell][score]++
	}
	for _, a := range m.answers {
		score, found := slices.BinarySearch(m.scores, a.Scores[m.index])
		if !found {
			continue
		}
		for u := a.Unit; u != NoParent; u = m.c.Parent[u] {
			add(u, score)
			for b, v := range a.Values {
				add(m.at(Cell{u, b, v}), score)
			}
		}
	}
}

func (m *meanTable) fill(n *net) {
	width := m.area.Max - m.area.Min
	for e := range n.flow {
		n.least[e], n.most[e] = 0, math.Inf(1)
		if n.kind[e] == ofCell {
			n.flow[e] = m.sum[n.key[e]]
			n.most[e] = width * float64(m.n[n.key[e]])
		} else {
			n.flow[e] = m.ownSum[n.key[e]]
			n.most[e] = width * float64(m.own[n.key[e]])
		}
	}
}

func (m *meanTable) mean(cell int) float64 { return m.area.Min + m.sum[cell]/float64(m.n[cell]) }

// decimals is with how many decimals a mean of n persons is shown (D9).
func (m *meanTable) decimals(n int) int { return min(Decimals(n), m.area.Decimals) }

// allowed tells whether the mean of n persons may be shown (D8): not all or all but one alike, and two persons' worth off
// either end of the scale, for every mean that would be shown as the same figure.
func (m *meanTable) allowed(n int, spread []int) bool {
	if n < m.k || !DistributionAllowed(n, spread) {
		return false
	}
	sum := 0.0
	for i, x := range spread {
		sum += float64(x) * m.scores[i]
	}
	shown, half := Round(sum/float64(n), m.decimals(n)), math.Pow10(-m.decimals(n))/2
	need := 2/float64(n) - tiny
	return m.area.Max-(shown+half) >= need && shown-half-m.area.Min >= need
}

// wideMean tells whether the interval of the mean of a group of 1 to k-1 persons, or of one that is too uniform to be
// shown, is wide enough. The numbers of people stay as they are.
func (m *meanTable) wideMean(n *net, e int32) (ok bool, missing float64) {
	persons := m.own[n.key[e]]
	if n.kind[e] == ofCell {
		persons = m.n[n.key[e]]
	}
	if m.elsewhere(n, e) {
		return true, 0
	}
	m.pin(n, e, false)
	if n.fixed[e] || persons == 0 {
		return true, 0
	}
	if persons >= m.k && !m.tooUniform(n, e) {
		return m.wideRest(n, e)
	}
	missing = m.missing(n, e, persons)
	return missing <= tiny, missing
}

// missing is how much wider the interval of the sum of a group should be for the mean of some persons to be free.
func (m *meanTable) missing(n *net, e int32, persons int) float64 {
	want := m.atMostBase(n, e, meanWidth*(m.area.Max-m.area.Min)*float64(persons))
	up := m.grow(n, 2*e, want)
	m.restore()
	if up >= want-tiny {
		return 0
	}
	down := m.grow(n, 2*e+1, want-up)
	m.restore()
	return want - up - down
}

// wideRest looks at a hidden mean of k and more where some have no score: of a larger group, which has k others, few may be
// left who have one, and their mean is known as well as this. It says so (see pin), or, where few are left indeed, asks
// for an interval in which theirs is free. Where everybody has a score, few others are a matter of numbers of people.
func (m *meanTable) wideRest(n *net, e int32) (ok bool, missing float64) {
	if !m.gaps {
		return true, 0
	}
	missing = m.missing(n, e, m.k-1)
	if missing <= tiny || n.kind[e] == ofCell && m.strict[n.key[e]] {
		return missing <= tiny, missing
	}
	m.pin(n, e, true)
	return true, 0
}

func (m *meanTable) tooUniform(n *net, e int32) bool {
	if n.kind[e] != ofCell || m.spread[int(n.key[e])] == nil {
		return false
	}
	return !m.may[n.key[e]]
}

// uneven finds a shown mean from which, with those of groups inside it, the mean of a group can be worked out that is too
// uniform to be shown (D8), and returns the cells it is worked out from.
func (m *meanTable) uneven() []int {
	for i, shown := range m.shown {
		if !shown {
			continue
		}
		c := m.cellAt(i)
		if cells := m.tooEven(i, m.partsBelow(c, c.Unit)); cells != nil {
			return cells
		}
		if c.Variable != All {
			continue
		}
		for b, categories := range m.c.Categories {
			var parts []int
			for v := range categories {
				if j := m.at(Cell{c.Unit, b, v}); m.shown[j] {
					parts = append(parts, j)
				}
			}
			if cells := m.tooEven(i, parts); cells != nil {
				return cells
			}
		}
	}
	return nil
}

// partsBelow are the largest groups of units below a unit whose means are shown, of the same category.
func (m *meanTable) partsBelow(c Cell, unit int) (parts []int) {
	for _, kid := range m.kids[unit] {
		if i := m.at(Cell{kid, c.Variable, c.Category}); m.shown[i] {
			parts = append(parts, i)
		} else {
			parts = append(parts, m.partsBelow(c, kid)...)
		}
	}
	return parts
}

func (m *meanTable) tooEven(whole int, parts []int) []int {
	if len(parts) == 0 {
		return nil
	}
	n, rest := m.n[whole], slices.Clone(m.spread[whole])
	for _, p := range parts {
		n -= m.n[p]
		for i, x := range m.spread[p] {
			rest[i] -= x
		}
	}
	if n == 0 || m.allowed(n, rest) {
		return nil
	}
	return append(parts, whole)
}
