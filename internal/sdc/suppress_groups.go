package sdc

import (
	"fmt"
	"math"
)

// Answer is one submitted answer set: the unit to which its person belongs, the category of each declared background
// variable, and the score of each area, NaN where there is none.
type Answer struct {
	Unit   int
	Values []int
	Scores []float64
}

// groups counts the people of every group of a catalogue. Cells are numbered: first the units alone, then for each
// variable and unit its categories. Own people of a unit, and those of a category, are numbered in the same way.
type groups struct {
	c        Catalogue
	k        int
	full     int  // groups under it are only placed; k or less: none are
	again    bool // another snapshot may follow
	progress *progress
	answers  []Answer
	kids     [][]int
	order    []int // units, children first
	base     []int // first cell of each variable
	cells    int
	n        []int     // people by cell
	own      []int     // by the same numbers: people of the unit itself
	heads    []float64 // people of a unit who could have answered, with all below it
	ownHeads []float64 // of the unit itself
	same     [][]int   // by cell: those of the very same people, known to everybody, itself too
}

func newGroups(c Catalogue, answers []Answer, k int) (*groups, error) {
	g := &groups{c: c, k: k, answers: answers, kids: make([][]int, len(c.Parent))}
	var err error
	if g.order, err = childrenFirst(c.Parent); err != nil {
		return nil, err
	}
	if err := g.check(); err != nil {
		return nil, err
	}
	for u, p := range c.Parent {
		if p != NoParent {
			g.kids[p] = append(g.kids[p], u)
		}
	}
	g.cells = len(c.Parent)
	for _, categories := range c.Categories {
		g.base = append(g.base, g.cells)
		g.cells += categories * len(c.Parent)
	}
	g.own = g.count(func(Answer) int { return 1 })
	g.n = g.total(g.own)
	g.countHeads(nil)
	g.findSame()
	for u := range c.Parent {
		if float64(g.own[u]) > g.ownHeads[u] {
			return nil, fmt.Errorf("sdc: unit %d has %d answers of %d people", u, g.own[u], c.Heads[u])
		}
	}
	return g, nil
}

func (g *groups) check() error {
	if g.k < LeastGroup {
		return fmt.Errorf("sdc: least group size %d", g.k)
	}
	if g.c.Heads != nil && len(g.c.Heads) != len(g.c.Parent) {
		return fmt.Errorf("sdc: %d units, head counts of %d", len(g.c.Parent), len(g.c.Heads))
	}
	for u, heads := range g.c.Heads {
		if heads < 0 {
			return fmt.Errorf("sdc: unit %d has %d people", u, heads)
		}
	}
	for _, a := range g.c.Areas {
		if !(a.Max > a.Min) || math.IsInf(a.Max-a.Min, 0) || a.Decimals < 0 || a.Decimals > 2 {
			return fmt.Errorf("sdc: an area from %g to %g with %d decimals", a.Min, a.Max, a.Decimals)
		}
	}
	for i, a := range g.answers {
		if a.Unit < 0 || a.Unit >= len(g.c.Parent) || len(a.Values) != len(g.c.Categories) || len(a.Scores) != len(g.c.Areas) {
			return fmt.Errorf("sdc: answer %d has unit %d, %d values and %d scores", i, a.Unit, len(a.Values), len(a.Scores))
		}
		for b, v := range a.Values {
			if v < 0 || v >= g.c.Categories[b] {
				return fmt.Errorf("sdc: answer %d has category %d of %d", i, v, g.c.Categories[b])
			}
		}
		for m, s := range a.Scores {
			if s < g.c.Areas[m].Min || s > g.c.Areas[m].Max {
				return fmt.Errorf("sdc: answer %d has a score of %g", i, s)
			}
		}
	}
	return nil
}

// at is the number of a cell.
func (g *groups) at(c Cell) int {
	if c.Variable == All {
		return c.Unit
	}
	return g.base[c.Variable] + c.Unit*g.c.Categories[c.Variable] + c.Category
}

// cellAt is the cell of a number.
func (g *groups) cellAt(i int) Cell {
	if i < len(g.c.Parent) {
		return Cell{i, All, All}
	}
	b := len(g.base) - 1
	for i < g.base[b] {
		b--
	}
	i -= g.base[b]
	return Cell{i / g.c.Categories[b], b, i % g.c.Categories[b]}
}

// count adds up something of the own people of each unit and of its categories.
func (g *groups) count(of func(Answer) int) []int {
	own := make([]int, g.cells)
	for _, a := range g.answers {
		x := of(a)
		own[a.Unit] += x
		for b, v := range a.Values {
			own[g.at(Cell{a.Unit, b, v})] += x
		}
	}
	return own
}

// total adds what the units below have to what a unit has itself.
func (g *groups) total(own []int) []int {
	all := append([]int(nil), own...)
	for _, u := range g.order {
		p := g.c.Parent[u]
		if p == NoParent {
			continue
		}
		all[p] += all[u]
		for b, categories := range g.c.Categories {
			for v := range categories {
				all[g.at(Cell{p, b, v})] += all[g.at(Cell{u, b, v})]
			}
		}
	}
	return all
}

// countHeads counts who could have answered: the others have answered at another moment.
func (g *groups) countHeads(others []int) {
	g.heads, g.ownHeads = make([]float64, len(g.c.Parent)), make([]float64, len(g.c.Parent))
	for _, u := range g.order {
		g.ownHeads[u] = math.Inf(1)
		if g.c.Heads != nil {
			g.ownHeads[u] = float64(g.c.Heads[u])
		}
		if others != nil {
			g.ownHeads[u] -= float64(others[u])
		}
		g.heads[u] += g.ownHeads[u]
		if p := g.c.Parent[u]; p != NoParent {
			g.heads[p] += g.heads[u]
		}
	}
}

// findSame finds the units that everybody knows to have the same people: one with nobody of its own and a single child
// that has any. What is told of one is told of the other.
func (g *groups) findSame() {
	g.same = make([][]int, g.cells)
	rep := make([]int, g.cells)
	for _, u := range g.order {
		like := u
		if child := g.onlyChild(u); child >= 0 {
			like = child
		}
		g.repeat(rep, u, like)
	}
	for i, r := range rep {
		g.same[r] = append(g.same[r], i)
	}
	for i, r := range rep {
		g.same[i] = g.same[r]
	}
}

func (g *groups) repeat(rep []int, u, like int) {
	rep[u] = u
	if like != u {
		rep[u] = rep[like]
	}
	for b, categories := range g.c.Categories {
		for v := range categories {
			i := g.at(Cell{u, b, v})
			switch {
			case categories == 1:
				rep[i] = rep[u]
			case like != u:
				rep[i] = rep[g.at(Cell{like, b, v})]
			default:
				rep[i] = i
			}
		}
	}
}

func (g *groups) onlyChild(u int) int {
	if g.ownHeads[u] > 0 {
		return none
	}
	child := none
	for _, v := range g.kids[u] {
		if g.heads[v] == 0 {
			continue
		}
		if child != none {
			return none
		}
		child = v
	}
	return child
}

// need is how wide the interval of a hidden group must be, of which at most heads are known to be.
func (g *groups) need(heads float64) float64 { return min(float64(g.k-1), heads) }
