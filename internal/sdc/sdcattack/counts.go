package sdcattack

import (
	"fmt"
	"slices"

	"taitorinki/internal/sdc"
)

// settle tightens bounds by the sums that the changed groups (all when nil) stand in, until nothing changes. It returns
// false when the figures contradict each other. Each change is noted in trail, if there is one, so that it can be undone.
func (m *model) settle(changed []int, trail *[]undo) bool {
	if m.waiting == nil {
		m.waiting = make([]bool, len(m.sums))
	}
	queue := m.queue[:0]
	wait := func(group int) {
		for _, s := range m.in[group] {
			if !m.waiting[s] {
				m.waiting[s] = true
				queue = append(queue, s)
			}
		}
	}
	if changed == nil {
		for g := range m.in {
			wait(g)
		}
	}
	for _, g := range changed {
		wait(g)
	}
	ok := true
	for i := 0; i < len(queue); i++ {
		m.waiting[queue[i]] = false
		ok = ok && m.narrow(m.sums[queue[i]], trail, wait)
	}
	m.queue = queue
	return ok
}

type undo struct{ group, lo, hi int }

// narrow tightens the groups of one sum.
func (m *model) narrow(s sum, trail *[]undo, wait func(int)) bool {
	lo, hi := 0, 0
	for _, p := range s.parts {
		lo, hi = lo+m.lo[p], min(hi+m.hi[p], boundless)
	}
	if !m.bound(s.whole, lo, hi, trail, wait) {
		return false
	}
	for _, p := range s.parts {
		least, most := 0, boundless
		if hi < boundless {
			least = m.lo[s.whole] - (hi - m.hi[p])
		} else if m.hi[p] >= boundless {
			least = m.lo[s.whole] - m.others(s, p)
		}
		if m.hi[s.whole] < boundless {
			most = m.hi[s.whole] - (lo - m.lo[p])
		}
		oldLo, oldHi := m.lo[p], m.hi[p]
		if !m.bound(p, least, most, trail, wait) {
			return false
		}
		lo += m.lo[p] - oldLo
		if hi < boundless {
			hi += m.hi[p] - oldHi
		}
	}
	return true
}

// others is the most that the parts of a sum but one can be.
func (m *model) others(s sum, but int) int {
	n := 0
	for _, p := range s.parts {
		if p != but {
			n = min(n+m.hi[p], boundless)
		}
	}
	return n
}

func (m *model) bound(g, lo, hi int, trail *[]undo, wait func(int)) bool {
	lo, hi = max(lo, m.lo[g]), min(hi, m.hi[g])
	if lo > hi {
		return false
	}
	if lo != m.lo[g] || hi != m.hi[g] {
		if trail != nil {
			*trail = append(*trail, undo{g, m.lo[g], m.hi[g]})
		}
		m.lo[g], m.hi[g] = lo, hi
		wait(g)
	}
	return true
}

// single reports whether all is one table, whose circulation says everything.
func (m *model) single() bool { return len(m.sets) == 1 && len(m.c.Categories) <= 1 }

// counts finds for every group the least and the greatest number that the figures allow. It returns false when they
// contradict each other. One table is exact by its circulation. Several tables (variables, moments) tell each other their
// bounds until nothing changes, and then parts of them are searched (exact.go).
func (m *model) counts() bool {
	if !m.byTables() {
		return false
	}
	if !m.single() {
		m.searchAll()
	}
	return true
}

// byTables narrows all bounds by the sums and by the circulations of the tables.
func (m *model) byTables() bool {
	if !m.settle(nil, nil) {
		return false
	}
	if len(m.sets) == 0 {
		return true
	}
	for round := 0; round < 6; round++ {
		var changed []int
		for s := range m.sets {
			for _, b := range m.variables() {
				news, ok := m.tighten(s, b)
				if !ok {
					return false
				}
				changed = append(changed, news...)
			}
		}
		if len(changed) == 0 || m.single() {
			break
		}
		if !m.settle(changed, nil) {
			return false
		}
	}
	return true
}

func (m *model) variables() []int {
	if len(m.c.Categories) == 0 {
		return []int{sdc.All}
	}
	out := make([]int, len(m.c.Categories))
	for b := range out {
		out[b] = b
	}
	return out
}

// tighten takes the exact bounds from the circulation of a table, as far as they matter: a group that can be 0 and as many
// as asked for needs no closer look when nothing else can learn from it.
func (m *model) tighten(s, variable int) (changed []int, ok bool) {
	t := m.table(s, variable)
	if !t.fill() {
		return nil, false
	}
	for g, a := range t.arcOf {
		if m.lo[g] == m.hi[g] {
			continue
		}
		enough := boundless
		if m.single() {
			enough = m.lo[g] + m.k
		}
		lo, hi := m.lo[g], m.hi[g]
		if t.least[a] > lo {
			m.lo[g] = t.fewest(a, lo)
		}
		if m.single() {
			enough = m.lo[g] + m.k
		}
		if t.greatest[a] < min(hi, enough) {
			if most := t.most(a, enough); most < enough {
				m.hi[g] = most
			}
		}
		if m.lo[g] != lo || m.hi[g] != hi {
			changed = append(changed, g)
			t.lo[a], t.hi[a] = m.lo[g], m.hi[g]
		}
	}
	return changed, true
}

// target is a hidden group that a rule speaks of.
type target struct {
	group, s, column, unit int
	direct                 bool
}

// targets calls f for every group that is not published: cells, units' own staff, and both for those who came between two
// snapshots or did not answer twice.
func (m *model) targets(f func(target)) {
	shown := map[int]bool{}
	for i, o := range m.moments {
		for c, fig := range o.Publication {
			if fig.Shown != sdc.Hidden {
				shown[m.below(m.of[i], m.column(c), c.Unit)] = true
			}
		}
	}
	for s := range m.sets {
		if !m.groups[s] {
			continue
		}
		for u := range m.kids {
			for col := range m.columns {
				if g := m.below(s, col, u); !shown[g] {
					f(target{g, s, col, u, false})
				}
				if len(m.kids[u]) > 0 {
					f(target{m.own(s, col, u), s, col, u, true})
				}
			}
		}
	}
}

// sensitive reports whether a group may have 1..k-1 persons, for all that is known.
func (m *model) sensitive(g int) bool { return m.lo[g] < m.k && m.hi[g] > 0 }

// asked is how wide the interval for n must be: k-1, or as wide as the head count if that is less. For those who came
// between two snapshots, or answered in one wave only, the head count is of those who are left.
func (m *model) asked(t target) int {
	heads := boundless
	for i, o := range m.moments {
		if h := m.heads(o); h != nil && m.sets[t.s].within(m.sets[m.of[i]]) {
			heads = min(heads, m.headsOf(t, h)-m.counted(t, i))
		}
	}
	return min(m.k-1, heads)
}

// counted is how many of a unit are known to be in another moment's set and so not in t's.
func (m *model) counted(t target, moment int) (n int) {
	if slices.Contains(m.of, t.s) {
		return 0
	}
	for _, s := range m.of {
		if m.sets[s]&m.sets[t.s] == 0 && m.sets[s].within(m.sets[m.of[moment]]) {
			if g := m.below(s, 0, t.unit); !t.direct {
				n = max(n, m.lo[g])
			} else {
				n = max(n, m.lo[m.own(s, 0, t.unit)])
			}
		}
	}
	return n
}

func (m *model) headsOf(t target, heads []int) int {
	n := heads[t.unit]
	if !t.direct {
		for _, v := range m.kids[t.unit] {
			n += m.headsOf(target{unit: v}, heads)
		}
	}
	return n
}

func (m *model) narrowCounts() (leaks []Leak) {
	m.targets(func(t target) {
		lo, hi := m.lo[t.group], m.hi[t.group]
		if m.sensitive(t.group) && hi-lo < m.asked(t) {
			l := m.leak(Count, t, fmt.Sprintf("n is %d to %d", lo, hi))
			l.Lo, l.Hi = lo, hi
			leaks = append(leaks, l)
		}
	})
	return leaks
}

func (m *model) leak(kind Kind, t target, text string) Leak {
	return Leak{Kind: kind, Cell: m.cell(t.column, t.unit), Group: m.names[t.s], Direct: t.direct, Text: text}
}
