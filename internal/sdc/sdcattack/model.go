package sdcattack

import (
	"fmt"
	"math/bits"
	"slices"

	"taitorinki/internal/sdc"
)

// boundless is more people, or more points of a scale, than there are.
const boundless = 1 << 50

// set is a set of kinds of people, one bit a kind. The kinds are by when people first answered in each wave.
type set uint64

func (a set) within(b set) bool { return a&^b == 0 }

// model holds what is known: for every group a least and a greatest number, and the sums that tie groups together.
// A group is a unit with all below it (or its own staff alone), a column (0: everybody, then the categories of each
// variable one after the other), and a set of kinds of people.
type model struct {
	c       sdc.Catalogue
	k       int
	moments []Moment
	kids    [][]int
	upward  []int // units, those below before those above
	columns int
	first   []int // first column of each variable

	sets   []set // those whose number follows from the moments' numbers, small before large
	names  []string
	of     []int    // index in sets of each moment
	groups []bool   // of each set: people whom a rule speaks of
	splits [][3]int // sets[0] is sets[1] and sets[2] together

	lo, hi []int // by group
	sums   []sum
	in     [][]int // the sums in which a group stands

	waiting []bool // of each sum: settle has it in its queue
	queue   []int
}

// sum says that a group is its parts together.
type sum struct {
	whole int
	parts []int
}

func newModel(c sdc.Catalogue, k int, moments []Moment) *model {
	m := &model{c: c, k: k, moments: moments, kids: make([][]int, len(c.Parent)), columns: 1}
	for u, p := range c.Parent {
		if p != sdc.NoParent {
			m.kids[p] = append(m.kids[p], u)
		}
	}
	for u, p := range c.Parent {
		if p == sdc.NoParent {
			m.collect(u)
		}
	}
	for _, cats := range c.Categories {
		m.first = append(m.first, m.columns)
		m.columns += cats
	}
	m.findSets()
	m.lo, m.hi = make([]int, 2*len(m.sets)*m.columns*len(c.Parent)), make([]int, 2*len(m.sets)*m.columns*len(c.Parent))
	m.findSums()
	m.readFigures()
	return m
}

func (m *model) collect(u int) {
	for _, v := range m.kids[u] {
		m.collect(v)
	}
	m.upward = append(m.upward, u)
}

// below is the group of a unit with all below it.
func (m *model) below(s, column, unit int) int {
	return (2*s*m.columns+column)*len(m.kids) + unit
}

// own is the group of a unit's own staff.
func (m *model) own(s, column, unit int) int {
	return ((2*s+1)*m.columns+column)*len(m.kids) + unit
}

func (m *model) column(c sdc.Cell) int {
	if c.Variable == sdc.All {
		return 0
	}
	return m.first[c.Variable] + c.Category
}

func (m *model) cell(column, unit int) sdc.Cell {
	for b := len(m.first) - 1; b >= 0; b-- {
		if column >= m.first[b] {
			return sdc.Cell{Unit: unit, Variable: b, Category: column - m.first[b]}
		}
	}
	return sdc.Cell{Unit: unit, Variable: sdc.All, Category: sdc.All}
}

// findSets finds the kinds of people that the moments tell apart, and every set of kinds whose number follows.
func (m *model) findSets() {
	var byMoment []set
	byMoment, m.names = kinds(m.moments)
	m.of = make([]int, len(byMoment))
	var names []string
	add := func(s set, name string, isGroup bool) bool {
		if s == 0 {
			return false
		}
		if i := slices.Index(m.sets, s); i >= 0 {
			m.groups[i] = m.groups[i] || isGroup
			return false
		}
		m.sets, names, m.groups = append(m.sets, s), append(names, name), append(m.groups, isGroup)
		return true
	}
	for i, s := range byMoment {
		add(s, m.names[i], true)
	}
	published := len(m.sets)
	for grown := true; grown && len(m.sets) < 40; {
		grown = false
		n := len(m.sets)
		for a := range n {
			for b := range n {
				x, y := m.sets[a], m.sets[b]
				switch {
				case y.within(x):
					grown = add(x&^y, names[a]+" less "+names[b], max(a, b) < published) || grown
				case x&y == 0 || slices.Contains(m.sets, x&y):
					grown = add(x|y, names[a]+" and "+names[b], false) || grown
				}
			}
		}
	}
	m.sortSets(names)
	for i, s := range byMoment {
		m.of[i] = slices.Index(m.sets, s)
	}
}

func (m *model) sortSets(names []string) {
	order := make([]int, len(m.sets))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return bits.OnesCount64(uint64(m.sets[a])) - bits.OnesCount64(uint64(m.sets[b]))
	})
	sets, groups := m.sets, m.groups
	m.sets, m.groups, m.names = nil, nil, nil
	for _, i := range order {
		m.sets, m.groups, m.names = append(m.sets, sets[i]), append(m.groups, groups[i]), append(m.names, names[i])
	}
	for w, whole := range m.sets {
		for a, x := range m.sets {
			if b := slices.Index(m.sets, whole&^x); x.within(whole) && b > a {
				m.splits = append(m.splits, [3]int{w, a, b})
			}
		}
	}
}

// kinds gives each moment the kinds of people in it. Without matched pairs nobody knows who of one wave is who in another,
// and each wave has kinds of its own.
func kinds(moments []Moment) (sets []set, names []string) {
	var waves []int
	snapshots := map[int]int{} // of each wave
	nth := make([]int, len(moments))
	matched := false
	for i, o := range moments {
		if !slices.Contains(waves, o.Wave) {
			waves = append(waves, o.Wave)
		}
		if o.Matched {
			matched = true
		} else {
			snapshots[o.Wave]++
			nth[i] = snapshots[o.Wave]
		}
	}
	if matched && len(waves) > 2 {
		panic("sdcattack: matched pairs of more than two waves")
	}
	type kind [2]int // the snapshot of each wave with which people came; one more than there are: never
	bit := map[[3]int]int{}
	at := func(group int, k kind) set {
		key := [3]int{group, k[0], k[1]}
		if _, ok := bit[key]; !ok {
			bit[key] = len(bit)
		}
		return 1 << bit[key]
	}
	for i, o := range moments {
		var s set
		w := slices.Index(waves, o.Wave)
		switch {
		case !matched:
			for n := 1; n <= nth[i]; n++ {
				s |= at(w, kind{n})
			}
		case o.Matched:
			for x := 1; x <= max(1, snapshots[waves[0]]); x++ {
				for y := 1; len(waves) > 1 && y <= max(1, snapshots[waves[1]]); y++ {
					s |= at(0, kind{x, y})
				}
			}
			if len(waves) == 1 {
				s = at(1, kind{})
			}
		default:
			other := 1
			if len(waves) > 1 {
				other = max(1, snapshots[waves[1-w]]) + 1
			}
			for x := 1; x <= nth[i]; x++ {
				for y := 1; y <= other; y++ {
					k := kind{x, y}
					if w == 1 {
						k = kind{y, x}
					}
					s |= at(0, k)
				}
			}
			// The matched of a wave whose other wave has not been published are some of its last snapshot.
			if len(waves) == 1 && nth[i] == snapshots[o.Wave] {
				s |= at(1, kind{})
			}
		}
		sets, names = append(sets, s), append(names, nameOf(o, nth[i], snapshots[o.Wave], len(waves)))
	}
	return sets, names
}

func nameOf(o Moment, nth, snapshots, waves int) string {
	name := ""
	if waves > 1 || o.Matched {
		name = fmt.Sprintf("wave %d", o.Wave)
	}
	switch {
	case o.Matched:
		return "matched"
	case snapshots > 1 && name != "":
		return fmt.Sprintf("%s snapshot %d", name, nth)
	case snapshots > 1:
		return fmt.Sprintf("snapshot %d", nth)
	case name == "":
		return "all"
	}
	return name
}

// findSums writes down how groups are made of groups: a unit of its own staff and the units below, everybody of the
// categories of a variable, a set of kinds of two smaller ones.
func (m *model) findSums() {
	for s := range m.sets {
		for u := range m.kids {
			for col := range m.columns {
				parts := []int{m.own(s, col, u)}
				for _, v := range m.kids[u] {
					parts = append(parts, m.below(s, col, v))
				}
				m.sums = append(m.sums, sum{m.below(s, col, u), parts})
			}
			for b, cats := range m.c.Categories {
				var all, own []int
				for c := range cats {
					all, own = append(all, m.below(s, m.first[b]+c, u)), append(own, m.own(s, m.first[b]+c, u))
				}
				m.sums = append(m.sums, sum{m.below(s, 0, u), all}, sum{m.own(s, 0, u), own})
			}
		}
	}
	for _, p := range m.splits {
		for u := range m.kids {
			for col := range m.columns {
				m.sums = append(m.sums,
					sum{m.below(p[0], col, u), []int{m.below(p[1], col, u), m.below(p[2], col, u)}},
					sum{m.own(p[0], col, u), []int{m.own(p[1], col, u), m.own(p[2], col, u)}})
			}
		}
	}
	m.in = make([][]int, len(m.lo))
	for i, s := range m.sums {
		m.in[s.whole] = append(m.in[s.whole], i)
		for _, p := range s.parts {
			m.in[p] = append(m.in[p], i)
		}
	}
}

// readFigures puts in what the figures and the public head counts say.
func (m *model) readFigures() {
	for i := range m.hi {
		m.hi[i] = boundless
	}
	for i, o := range m.moments {
		s := m.of[i]
		if heads := m.heads(o); heads != nil {
			for u, h := range heads {
				m.hi[m.own(s, 0, u)] = min(m.hi[m.own(s, 0, u)], h)
			}
		}
		for c, f := range o.Publication {
			g := m.below(s, m.column(c), c.Unit)
			switch f.Shown {
			case sdc.Published:
				m.lo[g], m.hi[g] = max(m.lo[g], f.N), min(m.hi[g], f.N)
			case sdc.Placed:
				m.lo[g], m.hi[g] = max(m.lo[g], m.placedFrom()), min(m.hi[g], placedTo)
			}
		}
	}
}

const placedTo = 9

// placedFrom is the least size of a group that is placed. A k over 9 leaves no room for placing.
func (m *model) placedFrom() int { return min(max(5, m.k), placedTo) }

func (m *model) heads(o Moment) []int {
	if o.Heads != nil {
		return o.Heads
	}
	return m.c.Heads
}
