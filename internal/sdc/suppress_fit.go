package sdc

import (
	"math"
	"slices"
)

// Means tell of numbers too: where a unit's mean is low and a category's high, few can be in both. So the numbers that
// are to be possible for a group must go with the means that are shown. With the units alone they always do: the people
// left over of a published unit have one sum, and however many of them are thought to be in a hidden unit, each may have
// the same part of it.

// shift is by how much the figure of an edge differs from the true one.
type shift struct {
	net  int
	edge int32
	by   float64
}

// witnesses finds, for each edge of each net of a table that is decided, the numbers by which its interval is proved wide:
// the highest and the lowest that are needed.
func (t *table) witnesses() [][][2][]shift {
	if t.seen != nil {
		return t.seen
	}
	t.seen = make([][][2][]shift, len(t.nets))
	for x, n := range t.nets {
		t.seen[x] = make([][2][]shift, len(n.flow))
		for e := range n.flow {
			want := t.atMostBase(n, int32(e), t.wanted(n, int32(e)))
			for i := range 2 {
				if want <= 0 || t.elsewhere(n, int32(e)) {
					break
				}
				want -= t.grow(n, int32(2*e+i), want)
				t.seen[x][e][i] = t.shifts()
				t.restore()
			}
		}
	}
	return t.seen
}

func (t *table) shifts() (all []shift) {
	for x, n := range t.nets {
		for _, e := range n.touched {
			if by := n.flow[e] - n.truth[e]; by != 0 {
				all = append(all, shift{x, e, by})
			}
		}
	}
	return all
}

// fit tells whether the numbers by which a group's interval is proved wide go with the shown means. If it finds no sums
// for them it returns, if it is asked what to do, the cells whose means to hide.
func (m *meanTable) fit(x int, e int32, ask bool) (ok bool, cells []int32) {
	for _, end := range m.counts.witnesses()[x][e] {
		if ok, cells = m.sumsFor(x, end, ask); !ok {
			return false, cells
		}
	}
	return true, nil
}

// sumsFor looks for sums that go with numbers changed in a net. Mostly it is enough to think that everybody who is elsewhere
// has one and the same score; else the sums are made to fit one by one: in that net first, and then those of the other
// variables, with the units as they were changed there.
func (m *meanTable) sumsFor(x int, end []shift, ask bool) (ok bool, cells []int32) {
	score, fits := m.oneScore(end)
	if fits {
		return true, nil
	}
	width := m.area.Max - m.area.Min
	for _, s := range end {
		n := m.nets[s.net]
		n.most[s.edge] = max(0, m.mostSum(n, s.edge)+width*s.by)
		n.change(2*s.edge, score*s.by)
	}
	ok, cells = m.repair(x, end, ask)
	knots, off := m.unitsOff(x, end, score)
	for y, n := range m.nets {
		if !ok || y == x {
			continue
		}
		if ok, cells = m.follow(n, knots, off, ask); ok {
			n.locked = true
			ok, cells = m.repair(y, end, ask)
			n.locked = false
		}
	}
	m.restore()
	for _, s := range end {
		n := m.nets[s.net]
		n.most[s.edge] = m.mostSum(n, s.edge)
	}
	return ok, cells
}

// repair brings the sums of a net between their bounds.
func (m *meanTable) repair(x int, end []shift, ask bool) (ok bool, cells []int32) {
	n := m.nets[x]
	for _, s := range end {
		if s.net != x {
			continue
		}
		for _, arc := range []int32{2*s.edge + 1, 2 * s.edge} {
			off := -n.room(arc ^ 1) // by how much too much flows along the edge, or against it
			if off <= tiny || n.push(arc, off) >= off-tiny {
				continue
			}
			if ask {
				cells = m.giveWay(n, arc)
			}
			return false, cells
		}
	}
	return true, nil
}

// unitsOff tells by how much the sums of the units' own people were changed in a net beside the one score.
func (m *meanTable) unitsOff(x int, end []shift, score float64) (knots []int32, off map[int32]float64) {
	off = map[int32]float64{}
	if !m.several() {
		return nil, off
	}
	n := m.nets[x]
	by, total := map[int32]float64{}, 0.0
	for _, s := range end {
		if s.net == x {
			by[s.edge] = score * s.by
		}
	}
	for _, e := range n.touched {
		knot, own := m.ownKnot(n, e)
		if change := n.flow[e] - n.truth[e] - by[e]; own && math.Abs(change) > tiny {
			knots, off[knot] = append(knots, knot), change
			total += change
		}
	}
	off[0] = -total
	return append(knots, 0), off
}

// follow changes the sums of another variable's categories as those of the units were changed.
func (m *meanTable) follow(n *net, knots []int32, off map[int32]float64, ask bool) (ok bool, cells []int32) {
	missing, most, spare := agreeOne(n, knots, off)
	if missing == none {
		return true, nil
	}
	if ask {
		n.locked = true
		cells, _ = m.cheapestMove(n, spare, missing, most)
		n.locked = false
	}
	return false, cells
}

// oneScore looks for a score that all who are elsewhere could have, above the least.
func (m *meanTable) oneScore(end []shift) (score float64, fits bool) {
	width := m.area.Max - m.area.Min
	low, high := 0.0, width
	for _, s := range end {
		if s.by < 0 { // what is left must be the sum of those who are left
			n := m.nets[s.net]
			high = min(high, n.flow[s.edge]/-s.by)
			low = max(low, (n.flow[s.edge]-max(0, m.mostSum(n, s.edge)+width*s.by))/-s.by)
		}
	}
	return min(max((low+high)/2, 0), width), low <= high+tiny
}

type edgeOf struct {
	net  int
	edge int32
}

// mostSum is the largest sum that the true number of a group can have.
func (m *meanTable) mostSum(n *net, e int32) float64 {
	number := m.own[n.key[e]]
	if n.kind[e] == ofCell {
		number = m.n[n.key[e]]
	}
	return (m.area.Max - m.area.Min) * float64(number)
}

// giveWay is which means to hide so that more can flow along an arc.
func (m *meanTable) giveWay(sums *net, arc int32) []int32 {
	e := arc >> 1
	if sums.fixed[e] && !m.isFrozen(int(sums.cell[e])) {
		return []int32{sums.cell[e]}
	}
	for room := m.area.Max - m.area.Min; room >= m.least; room /= 2 {
		cells, cost := sums.cheapest(arc, room, m.weight)
		if len(cells) > 0 {
			return cells
		}
		if !math.IsInf(cost, 1) {
			break // nothing is in the way here, for less neither
		}
	}
	return m.nearest(sums, e)
}

// settleFits hides means until all numbers that have to be possible are.
func (m *meanTable) settleFits() (changed bool) {
	if len(m.c.Categories) == 0 {
		return false
	}
	for x, n := range m.nets {
		for e := range n.flow {
			for {
				ok, cells := m.fit(x, int32(e), true)
				if ok || len(cells) == 0 {
					break
				}
				for _, cell := range cells {
					m.set(int(cell), false)
				}
				m.doubt(x, int32(e))
				changed = true
			}
		}
	}
	return changed
}

// doubt notes an edge for which it did not fit: it is looked at first from then on.
func (m *meanTable) doubt(x int, e int32) {
	if at := (edgeOf{x, e}); !slices.Contains(m.doubted, at) {
		m.doubted = append(m.doubted, at)
	}
}

func (m *meanTable) doubtsFit() bool {
	for _, at := range m.doubted {
		if ok, _ := m.fit(at.net, at.edge, false); !ok {
			return false
		}
	}
	return true
}

func (m *meanTable) allFit() bool {
	if len(m.c.Categories) == 0 {
		return true
	}
	for x, n := range m.nets {
		for e := range n.flow {
			if ok, _ := m.fit(x, int32(e), false); !ok {
				m.doubt(x, int32(e))
				return false
			}
		}
	}
	return true
}
