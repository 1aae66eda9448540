package sdc

import (
	"math/rand/v2"
	"testing"
)

// tiny organisations are read with every count of people that agrees with what is published.
type enumeration struct {
	t          *testing.T
	g          *groups
	p          Publication
	categories int
	units      []int // children first
	n          []int // by cell, of the vector at hand
	low, high  []int // by cell
	ownLow     []int // by unit
	ownHigh    []int
	vectors    int
	told       []int // by cell: the published n, or -1
	placed     []bool
}

func enumerate(t *testing.T, g *groups, p Publication) *enumeration {
	e := &enumeration{t: t, g: g, p: p, units: g.order, n: make([]int, g.cells)}
	if len(g.c.Categories) > 0 {
		e.categories = 1
	}
	for _, categories := range g.c.Categories {
		e.categories *= categories
	}
	for i := range g.cells {
		e.low, e.high, e.told = append(e.low, 1<<30), append(e.high, -1), append(e.told, -1)
		f := p[g.cellAt(i)]
		if f.Shown == Published {
			e.told[i] = f.N
		}
		e.placed = append(e.placed, f.Shown == Placed)
	}
	for range g.c.Parent {
		e.ownLow, e.ownHigh = append(e.ownLow, 1<<30), append(e.ownHigh, -1)
	}
	e.next(0, make([]int, len(g.c.Parent)))
	return e
}

func (e *enumeration) next(at int, own []int) {
	if at == len(e.units) {
		e.vectors++
		for i, n := range e.n {
			e.low[i], e.high[i] = min(e.low[i], n), max(e.high[i], n)
		}
		for u, n := range own {
			e.ownLow[u], e.ownHigh[u] = min(e.ownLow[u], n), max(e.ownHigh[u], n)
		}
		return
	}
	u := e.units[at]
	e.spread(at, 0, e.g.c.Heads[u], own)
}

// spread gives the own people of a unit categories, and then goes on to the next unit.
func (e *enumeration) spread(at, v, left int, own []int) {
	u := e.units[at]
	if v == max(1, e.categories) {
		if e.fits(u) {
			e.next(at+1, own)
		}
		return
	}
	for x := 0; x <= left; x++ {
		e.addTo(u, v, x)
		own[u] += x
		e.spread(at, v+1, left-x, own)
		own[u] -= x
		e.addTo(u, v, -x)
	}
}

func (e *enumeration) addTo(u, v, x int) {
	for ; u != NoParent; u = e.g.c.Parent[u] {
		e.n[u] += x
		left := v
		for b, categories := range e.g.c.Categories {
			e.n[e.g.at(Cell{u, b, left % categories})] += x
			left /= categories
		}
	}
}

// value is the category of variable b in a combination of categories.
func (e *enumeration) value(v, b int) int {
	for _, categories := range e.g.c.Categories[:b] {
		v /= categories
	}
	return v % e.g.c.Categories[b]
}

// fits looks at a unit all of whose people are placed.
func (e *enumeration) fits(u int) bool {
	if !e.agrees(u) {
		return false
	}
	for b, categories := range e.g.c.Categories {
		for v := range categories {
			if !e.agrees(e.g.at(Cell{u, b, v})) {
				return false
			}
		}
	}
	return true
}

// agrees tells whether the number of a cell is what readers are told: n, or that it is placed, 5 to 9.
func (e *enumeration) agrees(i int) bool {
	if e.placed[i] {
		return e.n[i] >= e.g.k && e.n[i] < LeastFull
	}
	return e.told[i] < 0 || e.told[i] == e.n[i]
}

func (e *enumeration) check(cell any, low, high, heads int) {
	e.t.Helper()
	if high > 0 && low < e.g.k && high-low < min(e.g.k-1, heads) {
		e.t.Errorf("%v of %d people is known to have %d to %d; tree %v heads %v published %v", cell, heads, low, high, e.g.c.Parent, e.g.c.Heads, e.p)
	}
}

func (e *enumeration) checkAll() {
	e.t.Helper()
	for i := range e.n {
		if e.placed[i] {
			if e.g.n[i] < e.g.k || e.g.n[i] >= LeastFull {
				e.t.Errorf("%v with %d is placed", e.g.cellAt(i), e.g.n[i])
			}
		} else if e.told[i] < 0 {
			c := e.g.cellAt(i)
			e.check(c, e.low[i], e.high[i], int(e.g.heads[c.Unit]))
		} else if e.told[i] < e.g.k {
			e.t.Errorf("%v with %d is published", e.g.cellAt(i), e.told[i])
		}
	}
	for u := range e.g.c.Parent {
		if len(e.g.kids[u]) > 0 {
			e.check("own people", e.ownLow[u], e.ownHigh[u], e.g.c.Heads[u])
		}
	}
}

// few tries all sets of published groups inside a published group that share nobody.
func (e *enumeration) few() {
	e.t.Helper()
	people := func(i int) (set uint64) { // bits of unit and category
		c := e.g.cellAt(i)
		for u := range e.g.c.Parent {
			above := u
			for above != c.Unit && above != NoParent {
				above = e.g.c.Parent[above]
			}
			for v := range max(1, e.categories) {
				if above == c.Unit && (c.Variable == All || e.value(v, c.Variable) == c.Category) {
					set |= 1 << (u*max(1, e.categories) + v)
				}
			}
		}
		return set
	}
	var shown []int
	known := append([]int(nil), e.told...)
	for i, n := range known {
		if n < 0 && e.low[i] == e.high[i] && e.low[i] > 0 { // hidden, and worked out
			known[i] = e.low[i]
		}
		if known[i] >= 0 {
			shown = append(shown, i)
		}
	}
	for _, whole := range shown {
		all := people(whole)
		var try func(at int, left uint64, n int)
		try = func(at int, left uint64, n int) {
			if n > 0 && n < e.g.k {
				e.t.Errorf("of %v %d are left; tree %v heads %v published %v", e.g.cellAt(whole), n, e.g.c.Parent, e.g.c.Heads, e.p)
				return
			}
			for ; at < len(shown); at++ {
				if s := people(shown[at]); shown[at] != whole && s&^left == 0 {
					try(at+1, left&^s, n-known[shown[at]])
				}
			}
		}
		try(0, all, known[whole])
	}
}

func tinyOrg(r *rand.Rand, units, heads int, categories ...int) Organisation {
	var o Organisation
	for u := range units {
		o.Parent = append(o.Parent, r.IntN(max(u, 1)))
		o.Heads = append(o.Heads, max(0, r.IntN(heads+2)-1))
	}
	o.Parent[0] = NoParent
	if r.IntN(3) == 0 && units > 2 {
		o.Heads[0] = 0
	}
	o.Catalogue.Categories = categories
	for u, heads := range o.Heads {
		for range heads {
			if r.IntN(6) == 0 {
				continue
			}
			a := Answer{Unit: u}
			for _, n := range categories {
				a.Values = append(a.Values, r.IntN(n))
			}
			o.Answers = append(o.Answers, a)
		}
	}
	return o
}

func TestNothingFewCanBeWorkedOutOfAnyTinyOrganisation(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	shown, may, bare := 0, 0, 0
	for i := range 1500 {
		o := tinyOrg(r, 1+r.IntN(6), 7)
		if i%3 == 0 {
			o = tinyOrg(r, 1+r.IntN(4), 8, 2)
		}
		if i%30 == 0 {
			o = tinyOrg(r, 1+r.IntN(3), 7, 3)
		}
		if i%10 == 1 {
			o = tinyOrg(r, 1+r.IntN(3), 6, 2, 2)
		}
		rules := Rules{Least: 5, Full: []int{LeastGroup, LeastFull}[i/2%2]}
		p, err := Suppress(o.Catalogue, o.Answers, rules)
		if err != nil {
			t.Fatal(err)
		}
		g, err := newGroups(o.Catalogue, o.Answers, 5)
		if err != nil {
			t.Fatal(err)
		}
		e := enumerate(t, g, p)
		e.checkAll()
		e.few()
		if t.Failed() {
			return
		}
		if e.vectors == 0 {
			t.Fatal("not even the true numbers are possible")
		}
		bare += onlyFewHidden(g)
		hidden, of := o.Hidden(t, p, 5)
		shown, may = shown+of-hidden, may+of
	}
	t.Logf("%d of %d groups of five and more are published", shown, may)
	if shown*5 < may*2 {
		t.Error("less than two of five")
	}
	if bare < 500 {
		t.Errorf("hiding only groups of few would have been enough in all but %d", bare)
	}
}

// onlyFewHidden is 1 where groups of few can be worked out when nothing else is hidden, as this enumeration sees it.
func onlyFewHidden(g *groups) int {
	p := Publication{}
	for i, n := range g.n {
		if n >= g.k {
			p[g.cellAt(i)] = Figure{Shown: Published, N: n}
		}
	}
	quiet := &testing.T{}
	e := enumerate(quiet, g, p)
	for i := range e.n {
		heads := int(g.heads[g.cellAt(i).Unit])
		if e.told[i] < 0 && e.high[i] > 0 && e.low[i] < g.k && e.high[i]-e.low[i] < min(g.k-1, heads) {
			return 1
		}
	}
	return 0
}
