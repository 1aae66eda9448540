package sdc

import "slices"

// countTable is the table of the numbers of people.
func (g *groups) countTable() *table {
	t := &table{groups: g, n: g.n, own: g.own, may: make([]bool, g.cells), least: 1}
	for i, n := range g.n {
		t.may[i] = n >= g.k
	}
	t.fillNets()
	if g.full > g.k {
		t.loose = &table{groups: g, n: g.n, own: g.own, least: 1}
		t.loose.fillNets()
	}
	return t
}

func (t *table) fillNets() {
	g := t.groups
	t.nets = g.buildAll()
	for _, n := range t.nets {
		g.fillCounts(n)
	}
	t.wide = t.wideCount
}

// wanted is how wide the interval of the group of an edge must be: 0 where it is published.
func (t *table) wanted(n *net, e int32) float64 {
	switch {
	case n.fixed[e]:
		return 0
	case n.kind[e] == ofCell:
		return t.need(t.heads[n.unit[e]])
	case len(t.kids[n.unit[e]]) == 0:
		return 0 // the unit's own people are all it has, and the unit is a cell
	}
	return t.need(t.ownHeads[n.unit[e]])
}

// wideCount tells whether the interval of the number of a group is wide enough, or says of itself that they are nobody or
// at least k; else what is missing.
func (t *table) wideCount(n *net, e int32) (ok bool, missing float64) {
	if t.elsewhere(n, e) {
		return true, 0 // and what is said there of the group must not be forgotten here
	}
	t.pin(n, e, false)
	want := t.atMostBase(n, e, t.wanted(n, e))
	if want == 0 {
		return true, 0
	}
	up := t.grow(n, 2*e, want)
	t.restore()
	if up >= want {
		return true, 0
	}
	down := t.grow(n, 2*e+1, want-up)
	t.restore()
	flow := n.flow[e]
	low, high := t.bounds(n, e, flow-down, flow+up)
	if up+down >= want {
		return true, 0
	}
	if high == 0 && t.mayBecomeFew(n, e) || high > 0 && (low < float64(t.k) || !t.mayBeNarrow(n, e, up+down)) {
		return false, want - up - down
	}
	if missing := t.saidToo(n, e, want); missing > 0 {
		return false, missing
	}
	t.pin(n, e, high > 0 && up+down == 0)
	return true, 0
}

// mayBecomeFew tells of a group of which everybody knows that it is nobody whether with those who have not answered yet it
// would be known to be a few at most, should another snapshot follow.
func (t *table) mayBecomeFew(n *net, e int32) bool {
	u := n.unit[e]
	left, heads := t.ownHeads[u]-float64(t.own[u]), t.ownHeads[u]
	if n.kind[e] == ofCell {
		left, heads = t.heads[u]-float64(t.n[u]), t.heads[u]
	}
	return t.again && left > 0 && left < t.need(heads)
}

// saidToo looks at a hidden group of which the exact numbers say that it is nobody, or at least k, with the eyes of a reader
// who knows of placed groups only that they are 5 to 9 persons: for him it may be a few, and then what he takes for possible
// must be as wide as for any other group. It tells what is missing, or 0.
func (t *table) saidToo(n *net, e int32, want float64) (missing float64) {
	if t.loose == nil {
		return 0
	}
	l := t.loose
	n = l.nets[slices.Index(t.nets, n)]
	up := l.grow(n, 2*e, want)
	l.restore()
	if up >= want {
		return 0
	}
	down := l.grow(n, 2*e+1, want-up)
	l.restore()
	low, high := l.bounds(n, e, n.flow[e]-down, n.flow[e]+up)
	if up+down >= want || high == 0 || low >= float64(t.k) {
		return 0
	}
	return want - up - down
}

// loosen tells the reader of placed groups whether the group of an edge is shown: exactly, or as placed.
func (t *table) loosen(x int, e int32, shown bool) {
	if t.loose == nil {
		return
	}
	n, cell := t.loose.nets[x], t.nets[x].cell[e]
	placed := shown && t.n[cell] > 0 && t.n[cell] < t.full
	n.fixed[e] = shown && !placed
	n.least[e], n.most[e] = 0, t.nets[x].most[e]
	if placed {
		n.least[e], n.most[e] = float64(t.k), min(n.most[e], float64(t.full-1))
	}
}

// mayBeNarrow tells of a hidden group of at least k whether its narrow interval is no harm: what is left of the published
// group around it has the same interval, and may be few.
func (t *table) mayBeNarrow(n *net, e int32, width float64) bool {
	if n.kind[e] != ofCell {
		return true
	}
	if t.strict[n.key[e]] {
		return false
	}
	c := t.cellAt(int(n.key[e]))
	if c.Variable != All && t.shown[c.Unit] {
		left := t.n[c.Unit] - t.n[n.key[e]]
		for v := range t.c.Categories[c.Variable] {
			if i := t.at(Cell{c.Unit, c.Variable, v}); t.shown[i] {
				left -= t.n[i]
			}
		}
		if t.harm(left, t.heads[c.Unit], width) {
			return false
		}
	}
	for u := t.c.Parent[c.Unit]; u != NoParent; u = t.c.Parent[u] {
		if t.shown[t.at(Cell{u, c.Variable, c.Category})] {
			left, heads := t.beside(Cell{u, c.Variable, c.Category}, c.Unit)
			return !t.harm(left, heads, width)
		}
	}
	return true
}

func (t *table) harm(left int, heads, width float64) bool {
	return left > 0 && left < t.k && width < t.need(heads)
}

// beside counts the people and heads of a group without those of a unit below and of published groups.
func (t *table) beside(c Cell, without int) (left int, heads float64) {
	left, heads = t.own[t.at(c)], t.ownHeads[c.Unit]
	for _, kid := range t.kids[c.Unit] {
		i := Cell{kid, c.Variable, c.Category}
		if kid == without || t.shown[t.at(i)] {
			continue
		}
		l, h := t.beside(i, without)
		left, heads = left+l, heads+h
	}
	return left, heads
}

// bounds are limits between which the number of a group certainly is: with several variables, as one of them says.
func (t *table) bounds(n *net, e int32, low, high float64) (float64, float64) {
	if !t.several() {
		return low, high
	}
	low = n.flow[e] - n.push(2*e+1, n.flow[e])
	n.restore()
	high = n.flow[e] + n.push(2*e, float64(t.k))
	n.restore()
	return low, high
}

func (t *table) pin(n *net, e int32, is bool) {
	if n.kind[e] == ofCell {
		t.pinned[n.key[e]] = is
	} else {
		t.pinnedOwn[n.key[e]] = is
	}
}
