package sdc

import "math"

// buildAll makes the net of each background variable, or of the units alone where there is none.
func (g *groups) buildAll() (nets []*net) {
	if len(g.c.Categories) == 0 {
		return []*net{g.build(All)}
	}
	for b := range g.c.Categories {
		n := g.build(b)
		for e := range n.ofUnit {
			n.ofUnit[e] = n.key[e] == n.unit[e] && n.kind[e] != ofOwnValue && n.key[e] < int32(len(g.c.Parent))
		}
		nets = append(nets, n)
	}
	return nets
}

// build makes the net of the units and one background variable, or of the units alone (All). Knots: 0 is outside, then
// one of each unit, one of each unit's own people, and one of each unit and category.
func (g *groups) build(variable int) *net {
	units, categories := len(g.c.Parent), 0
	if variable != All {
		categories = g.c.Categories[variable]
	}
	n := newNet(1 + 2*units + units*categories)
	for u, p := range g.c.Parent {
		unit, own := 1+u, 1+units+u
		n.add(unit, 1+p, ofCell, u, u, u) // from a root, whose parent is -1, to outside
		inner := len(g.kids[u]) > 0
		if inner && g.ownHeads[u] > 0 {
			n.add(own, unit, ofOwn, u, none, u)
		}
		if !inner {
			own = unit
		}
		if variable == All {
			if !inner || g.ownHeads[u] > 0 {
				n.add(0, own, ofOwnValue, u, none, u)
			}
			continue
		}
		for v := range categories {
			from, at := 0, 1+2*units+u*categories+v
			if p != NoParent {
				from = 1 + 2*units + p*categories + v
			}
			i := g.at(Cell{u, variable, v})
			if !inner { // its own people of the category are all it has
				n.add(from, unit, ofCell, i, i, u)
				continue
			}
			n.add(from, at, ofCell, i, i, u)
			if g.ownHeads[u] > 0 {
				n.add(at, own, ofOwnValue, i, none, u)
			}
		}
	}
	n.index()
	return n
}

// fillCounts lets the numbers of people flow. A unit's own people are no more than its head count.
func (g *groups) fillCounts(n *net) {
	for e := range n.flow {
		u := n.unit[e]
		n.least[e], n.most[e] = 0, math.Inf(1)
		switch n.kind[e] {
		case ofCell:
			n.flow[e] = float64(g.n[n.key[e]])
			if n.key[e] == u && len(g.kids[u]) == 0 {
				n.most[e] = g.ownHeads[u]
			}
		default:
			n.flow[e] = float64(g.own[n.key[e]])
			if n.key[e] == u {
				n.most[e] = g.ownHeads[u]
			}
		}
	}
}
