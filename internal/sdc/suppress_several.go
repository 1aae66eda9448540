package sdc

import "math"

// With several background variables the same people are sorted in several ways: a change of the people of the units must
// go with a change in the categories of each variable. Such a system is not one flow. What is sought is still only a
// proof that figures could be otherwise, and so it may be simpler than all that could be: units and the categories of one
// variable change together, and then each other variable is made to agree with how the units were changed. Where that
// finds no way, more is hidden than would have to be.

func (t *table) several() bool { return len(t.c.Categories) > 1 }

// elsewhere tells of an edge that it is looked at in the net of another variable.
func (t *table) elsewhere(n *net, e int32) bool { return n != t.nets[0] && n.ofUnit[e] }

// grow is push for any number of variables: with several it tells an amount that is certainly possible. The nets are left
// changed until restore.
func (t *table) grow(n *net, arc int32, want float64) float64 {
	if !t.several() {
		return n.push(arc, want)
	}
	for want = max(want, t.least); want >= t.least-tiny; want = t.less(want) {
		got := n.push(arc, want)
		if got < t.least-tiny {
			break
		}
		if other, _, _, _ := t.agree(n); other == nil {
			return got
		}
		t.restore()
		want = min(want, got)
	}
	t.restore()
	return 0
}

func (t *table) less(want float64) float64 {
	if t.least == 1 {
		return math.Floor(want) - 1
	}
	return want / 2
}

func (t *table) restore() {
	for _, n := range t.nets {
		n.restore()
	}
}

// agree changes the categories of all other variables so that they agree with the people of the units as they were changed
// in one net. If it finds no way it returns the net in which people are missing, where, how many, and where there are too
// many.
func (t *table) agree(changed *net) (n *net, missing int32, most float64, spare []int32) {
	off, total := map[int32]float64{}, 0.0
	var knots []int32
	for _, e := range changed.touched {
		knot, own := t.ownKnot(changed, e)
		if by := changed.flow[e] - changed.truth[e]; own && math.Abs(by) > tiny {
			off[knot] = by
			knots = append(knots, knot)
			total += by
		}
	}
	knots = append(knots, 0)
	off[0] = -total
	for _, n := range t.nets {
		if n == changed {
			continue
		}
		if knot, most, spare := agreeOne(n, knots, off); knot != none {
			return n, knot, most, spare
		}
	}
	return nil, none, 0, nil
}

// ownKnot is the knot of a unit's own people, if an edge tells how many of all categories they are.
func (t *table) ownKnot(n *net, e int32) (knot int32, own bool) {
	u := int(n.unit[e])
	if len(t.kids[u]) == 0 {
		return int32(1 + u), n.ofUnit[e]
	}
	return int32(1 + len(t.c.Parent) + u), n.ofUnit[e] && n.kind[e] == ofOwn
}

func agreeOne(n *net, knots []int32, by map[int32]float64) (missing int32, most float64, spare []int32) {
	n.locked = true
	defer func() { n.locked = false }()
	off := map[int32]float64{}
	for _, k := range knots {
		off[k] = by[k]
	}
	for _, to := range knots {
		for off[to] > tiny {
			moved := false
			for _, from := range knots {
				if off[from] < -tiny && off[to] > tiny {
					x := n.move(from, to, min(off[to], -off[from]))
					off[to] -= x
					off[from] += x
					moved = moved || x > tiny
				}
			}
			if moved {
				continue
			}
			for _, from := range knots {
				if off[from] < -tiny {
					spare = append(spare, from)
				}
			}
			return to, off[to], spare
		}
	}
	return none, 0, nil
}

// move lets up to want more flow from one knot to another.
func (n *net) move(from, to int32, want float64) float64 {
	if !n.reach(from, to, none) {
		return 0
	}
	for v := to; v != from; v = n.end(n.by[v] ^ 1) {
		want = min(want, n.room(n.by[v]))
	}
	for v := to; v != from; v = n.end(n.by[v] ^ 1) {
		n.change(n.by[v], want)
	}
	return want
}

// cheapestAgreement finds the cells to hide in the net of a variable so that the categories can agree with a change of the
// units that is possible without hiding any unit. There are none if the units cannot change, or all agree already.
func (t *table) cheapestAgreement(changed *net, arc int32, want float64) (best []int32, cost float64) {
	cost = math.Inf(1)
	defer t.restore()
	if changed.push(arc, want) < t.least-tiny {
		return nil, cost
	}
	n, missing, most, spare := t.agree(changed)
	if n == nil {
		return nil, cost
	}
	n.locked = true
	defer func() { n.locked = false }()
	return t.cheapestMove(n, spare, missing, most)
}

// cheapestMove finds the cells to hide so that something more can flow to a knot from one of some others.
func (t *table) cheapestMove(n *net, spare []int32, missing int32, most float64) (best []int32, cost float64) {
	cost = math.Inf(1)
	for ; most > t.least/2; most /= 2 {
		for _, from := range spare {
			if cells, c := n.way(from, missing, none, min(most, t.least), t.weight); len(cells) > 0 && c < cost {
				best, cost = cells, c
			}
		}
		if best != nil {
			break
		}
	}
	return best, cost
}
