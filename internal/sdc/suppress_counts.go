package sdc

// countTable is the table of the numbers of people.
func (g *groups) countTable() *table {
	t := &table{groups: g, n: g.n, own: g.own, may: make([]bool, g.cells), least: 1}
	for i, n := range g.n {
		t.may[i] = n >= g.k
	}
	t.fillNets()
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
	case n.fixed[e] || t.elsewhere(n, e):
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
	t.pin(n, e, false)
	want := t.wanted(n, e)
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
	if up+down >= want || high == 0 {
		return true, 0
	}
	if low >= float64(t.k) && t.mayBeNarrow(n, e, up+down) {
		t.pin(n, e, up+down == 0)
		return true, 0
	}
	return false, want - up - down
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
