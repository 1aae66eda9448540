package sdc

import (
	"math"
	"slices"
)

// A table is what is told of the groups of a catalogue: their numbers, or the means of one area. Cells are only ever
// taken away from what is shown until nothing few can be worked out, and then given back one by one where that stays so.
type table struct {
	*groups
	n, own              []int       // persons by cell, and own people
	may                 []bool      // by cell: could be shown if it stood alone
	shown               []bool      // by cell
	nets                []*net      // one for each variable; of the units alone where there is none
	edges               [][][]int32 // by net and cell
	least               float64     // the smallest change of a figure that is looked for
	wide                func(n *net, e int32) (ok bool, missing float64)
	pinned              []bool                // by cell: hidden, but everybody can work out how many they are: at least k
	pinnedOwn           []bool                // so are the own people
	strict              []bool                // by cell: may not be pinned
	settleMore          func() (changed bool) // what else has to hold, or nil
	safeFirst, safeMore func() bool           // what is looked at before and after all else, or nil
	seen                [][][2][]shift        // see witnesses
	work                share                 // how far it is
	frozen              []bool                // by cell: decided before and not to be changed; nil: none
	base                [][]float64           // by net and edge: how wide the interval is when all that can be hidden is; nil: not asked
	loose               *table                // of the reader who takes placed groups as placed, or nil: see saidToo
	even                func() (cells []int)  // cells of which one must be hidden, for they or what is left of them are too uniform
}

func (t *table) start() {
	t.shown = append([]bool(nil), t.may...)
	for i := range t.shown {
		for _, j := range t.same[i] {
			t.shown[i] = t.shown[i] && t.may[j]
		}
	}
	t.pinned, t.pinnedOwn, t.strict = make([]bool, t.cells), make([]bool, t.cells), make([]bool, t.cells)
	t.edges = make([][][]int32, len(t.nets))
	for x, n := range t.nets {
		t.edges[x] = make([][]int32, t.cells)
		for e, cell := range n.cell {
			if cell != none {
				t.edges[x][cell] = append(t.edges[x][cell], int32(e))
				n.fixed[e] = t.shown[cell]
				t.loosen(x, int32(e), t.shown[cell])
			}
		}
	}
}

// decide finds what is shown.
func (t *table) decide() {
	t.work.progress = t.progress
	t.start()
	t.settle()
	t.giveBack()
	t.work.reach(1, 1)
}

// set hides or shows a cell, and those of the same people.
func (t *table) set(cell int, shown bool) {
	for _, i := range t.same[cell] {
		t.shown[i] = shown
		for x, n := range t.nets {
			for _, e := range t.edges[x][i] {
				n.fixed[e] = shown
				t.loosen(x, e, shown)
			}
		}
	}
}

// settle hides cells until nothing few can be worked out.
func (t *table) settle() {
	for again := true; again; {
		again = t.settleRests()
		for x, n := range t.nets {
			for e := range n.flow {
				if t.widen(n, int32(e)) {
					again = true
				}
			}
			t.work.reach(settling*(x+1), 100*len(t.nets))
		}
		again = t.settlePinned() || again
		again = t.settleMore != nil && t.settleMore() || again
	}
}

// settlePinned sees to it that nothing few is left of a published group either when groups are taken away that are hidden
// but pinned: hides one that is published, or has the pinned ones made wide.
func (t *table) settlePinned() (changed bool) {
	cells := t.rests(true).few()
	if len(cells) == 0 {
		return false
	}
	for _, i := range cells {
		if !t.shown[i] && !t.strict[i] {
			t.strict[i], changed = true, true
		}
	}
	return t.hideSmallest(cells) || changed
}

// hideSmallest hides the smallest of some cells that is shown, and tells whether there was one.
func (t *table) hideSmallest(cells []int) bool {
	best := none
	for _, i := range cells {
		if t.shown[i] && !t.isFrozen(i) && (best == none || t.n[i] < t.n[best]) {
			best = i
		}
	}
	if best != none {
		t.set(best, false)
	}
	return best != none
}

func (t *table) isFrozen(cell int) bool { return t.frozen != nil && t.frozen[cell] }

// rests looks at what is left of published groups; of those that are pinned too, if they count as known.
func (t *table) rests(pinned bool) *rests {
	if !pinned {
		return newRests(t.groups, t.n, t.own, t.shown)
	}
	known := slices.Clone(t.shown)
	for i, is := range t.pinned {
		known[i] = known[i] || is
	}
	r := newRests(t.groups, t.n, t.own, known)
	r.ownKnown = t.pinnedOwn
	return r
}

func (t *table) settleRests() (changed bool) {
	r := t.rests(false)
	for {
		cells := r.few()
		if len(cells) == 0 && t.even != nil {
			cells = t.even()
		}
		if !t.hideSmallest(cells) {
			return changed
		}
		changed = true
	}
}

// weight is what is lost when a cell is hidden: every cell counts, a large group a little more. It is infinite where the
// cell can't be hidden.
func (t *table) weight(cell int32) float64 {
	if t.isFrozen(int(cell)) {
		return math.Inf(1)
	}
	return 1 + float64(min(t.n[cell], 500))/500
}

// widen hides what has to be hidden so that the interval of a group is wide enough.
func (t *table) widen(n *net, e int32) (changed bool) {
	for {
		ok, missing := t.wide(n, e)
		if ok {
			return changed
		}
		cells, cost := t.cheapest(n, 2*e, missing)
		if other, c := t.cheapest(n, 2*e+1, missing); c < cost {
			cells, cost = other, c
		}
		if t.several() {
			for _, arc := range []int32{2 * e, 2*e + 1} {
				for _, want := range []float64{missing, 2 * missing, 4 * missing} {
					if other, c := t.cheapestAgreement(n, arc, want); c < cost {
						cells, cost = other, c
					}
				}
			}
		}
		if math.IsInf(cost, 1) {
			if cells = t.nearest(n, e); cells == nil {
				return changed // nothing is shown that tells of it
			}
		}
		for _, cell := range cells {
			t.set(int(cell), false)
		}
		changed = true
	}
}

// cheapest finds the cells to hide so that more can flow along an arc than without: as much as is missing, or half of it,
// and so on. With several variables it may be that nothing is in the way here, but the others do not agree: the cost is
// infinite then, and the way is looked for there.
func (t *table) cheapest(n *net, arc int32, missing float64) (cells []int32, cost float64) {
	defer n.restore()
	if all := n.most[arc>>1]; math.IsInf(all, 1) {
		n.push(arc, float64(t.k)) // a number that can grow so much is wide enough, and not asked about
	} else {
		n.push(arc, all)
	}
	for missing = max(missing, t.least); missing >= t.least; missing = t.half(missing) {
		if cells, cost = n.cheapest(arc, missing, t.weight); len(cells) > 0 {
			return cells, cost
		}
	}
	return nil, math.Inf(1)
}

func (t *table) half(x float64) float64 {
	if t.least == 1 {
		return math.Floor(x / 2)
	}
	return x / 2
}

// nearest is the nearest shown cell around the group of an edge, or any, for when no way is found.
func (t *table) nearest(n *net, e int32) []int32 {
	canHide := func(i int) bool { return t.shown[i] && !t.isFrozen(i) }
	c := t.cellAt(int(n.key[e]))
	for u := int(n.unit[e]); u != NoParent; u = t.c.Parent[u] {
		if i := t.at(Cell{u, c.Variable, c.Category}); canHide(i) {
			return []int32{int32(i)}
		}
		if canHide(u) {
			return []int32{int32(u)}
		}
	}
	for i := range t.shown {
		if canHide(i) {
			return []int32{int32(i)}
		}
	}
	return nil
}

// safe tells whether nothing few can be worked out. What is near a cell is looked at first, for there it shows.
func (t *table) safe(near int) bool {
	if t.safeFirst != nil && !t.safeFirst() {
		return false
	}
	if len(t.rests(false).few()) > 0 || t.even != nil && len(t.even()) > 0 {
		return false
	}
	for x, n := range t.nets {
		for _, i := range t.same[near] {
			for _, e := range t.edges[x][i] {
				if !t.safeAround(n, n.from[e]) || !t.safeAround(n, n.to[e]) {
					return false
				}
			}
		}
	}
	for _, n := range t.nets {
		for e := range n.flow {
			if ok, _ := t.wide(n, int32(e)); !ok {
				return false
			}
		}
	}
	return len(t.rests(true).few()) == 0 && (t.safeMore == nil || t.safeMore())
}

func (t *table) safeAround(n *net, knot int32) bool {
	for _, arc := range n.arcs[n.first[knot]:n.first[knot+1]] {
		if ok, _ := t.wide(n, arc>>1); !ok {
			return false
		}
	}
	return true
}

// giveBack shows again what need not be hidden, the largest groups first.
func (t *table) giveBack() {
	var hidden []int
	for i, shown := range t.shown {
		if !shown && t.may[i] && t.same[i][0] == i && t.allMay(i) {
			hidden = append(hidden, i)
		}
	}
	slices.SortStableFunc(hidden, func(a, b int) int { return t.n[b] - t.n[a] })
	for at, i := range hidden {
		t.set(i, true)
		if !t.safe(i) {
			t.set(i, false)
		}
		t.work.reach(settling*len(hidden)+(100-settling)*(at+1), 100*len(hidden))
	}
}

// settling is about how many percent of the work it is to hide what has to be hidden; the rest is giving back.
const settling = 20

func (t *table) allMay(cell int) bool {
	for _, i := range t.same[cell] {
		if !t.may[i] {
			return false
		}
	}
	return true
}
