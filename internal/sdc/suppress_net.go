package sdc

import (
	"container/heap"
	"math"
)

// A net is the figures of a catalogue as a flow: what flows along an edge is the figure of a group, and what comes into a
// knot goes out of it, as the parts of a group add up to it. People flow from the county's categories down to each unit's
// own people of a category, which flow into the unit and up to the county; outside the two ends meet in knot 0. So a
// set of figures that adds up is a flow, and another set that agrees in everything published differs from the true one by
// going round in circles along edges that are not published.
type net struct {
	from, to    []int32
	least, most []float64 // that can flow along an edge, whatever is published
	flow        []float64 // true figures, but for the time of a search
	cell        []int32   // whose figure flows along the edge, or none: then it is of a unit's own people
	key         []int32   // whose figure it is: index of a cell, of own people, of own people of a category
	kind        []edgeKind
	unit        []int32
	first, arcs []int32 // arcs[first[v]:first[v+1]] lead away from knot v
	seen        []int32 // the last search that came to a knot
	by          []int32 // the arc by which it came
	search      int32
	queue       []int32
	seenBack    []int32   // of the search from the other end: the last one that came to a knot,
	byBack      []int32   // the arc that leads on from there,
	back        []int32   // and where it goes on
	touched     []int32   // edges whose flow is not the true one
	truth       []float64 // their true flow
	isTouched   []bool
	cost        []float64
	steps       int // arcs looked at, a measure of work that does not depend on the machine
	heap        costHeap
	knots       int
	fixed       []bool // by edge: published
	ofUnit      []bool // by edge: of a unit, or its own people, of all categories
	locked      bool   // edges of units may not change in the search at hand
}

type edgeKind uint8

const (
	ofCell     edgeKind = iota // a group of the catalogue
	ofOwn                      // the people of an inner unit itself
	ofOwnValue                 // those of a category
)

const none = -1

const tiny = 1e-9

func newNet(knots int) *net {
	return &net{knots: knots}
}

func (n *net) add(from, to int, kind edgeKind, key, cell, unit int) {
	n.from, n.to = append(n.from, int32(from)), append(n.to, int32(to))
	n.kind, n.key, n.cell = append(n.kind, kind), append(n.key, int32(key)), append(n.cell, int32(cell))
	n.unit = append(n.unit, int32(unit))
}

// index is called when all edges are there.
func (n *net) index() {
	n.first = make([]int32, n.knots+1)
	for e := range n.from {
		n.first[n.from[e]+1]++
		n.first[n.to[e]+1]++
	}
	for v := range n.knots {
		n.first[v+1] += n.first[v]
	}
	next := append([]int32(nil), n.first...)
	n.arcs = make([]int32, 2*len(n.from))
	for e := range n.from {
		n.arcs[next[n.from[e]]] = int32(2 * e)
		next[n.from[e]]++
		n.arcs[next[n.to[e]]] = int32(2*e + 1)
		next[n.to[e]]++
	}
	edges := len(n.from)
	n.least, n.most, n.flow = make([]float64, edges), make([]float64, edges), make([]float64, edges)
	n.truth, n.isTouched, n.fixed = make([]float64, edges), make([]bool, edges), make([]bool, edges)
	n.ofUnit = make([]bool, edges)
	n.seen, n.by, n.cost = make([]int32, n.knots), make([]int32, n.knots), make([]float64, n.knots)
	n.seenBack, n.byBack = make([]int32, n.knots), make([]int32, n.knots)
}

// like is a net of the same edges with figures of its own.
func (n *net) like() *net {
	m := *n
	edges := len(n.from)
	m.least, m.most, m.flow = make([]float64, edges), make([]float64, edges), make([]float64, edges)
	m.truth, m.isTouched, m.fixed = make([]float64, edges), make([]bool, edges), make([]bool, edges)
	m.seen, m.by, m.cost = make([]int32, n.knots), make([]int32, n.knots), make([]float64, n.knots)
	m.seenBack, m.byBack = make([]int32, n.knots), make([]int32, n.knots)
	m.queue, m.back, m.touched, m.heap = nil, nil, nil, nil
	return &m
}

// end is the knot to which an arc leads. An even arc goes along its edge, an odd one against it.
func (n *net) end(arc int32) int32 {
	if arc&1 == 0 {
		return n.to[arc>>1]
	}
	return n.from[arc>>1]
}

// room is how much more can flow along an arc.
func (n *net) room(arc int32) float64 {
	e := arc >> 1
	if arc&1 == 0 {
		return n.most[e] - n.flow[e]
	}
	return n.flow[e] - n.least[e]
}

func (n *net) change(arc int32, by float64) {
	e := arc >> 1
	if !n.isTouched[e] {
		n.isTouched[e], n.truth[e] = true, n.flow[e]
		n.touched = append(n.touched, e)
	}
	if arc&1 == 0 {
		n.flow[e] += by
	} else {
		n.flow[e] -= by
	}
}

// restore brings the true figures back.
func (n *net) restore() {
	for _, e := range n.touched {
		n.flow[e], n.isTouched[e] = n.truth[e], false
	}
	n.touched = n.touched[:0]
}

// push makes the flow along an arc larger by up to want, in circles that change no fixed edge, and tells by how much.
// What it tells is the most that is possible, unless it is want.
func (n *net) push(arc int32, want float64) float64 {
	done := 0.0
	for want-done > tiny {
		more := min(want-done, n.room(arc))
		if more <= tiny || !n.reach(n.end(arc), n.end(arc^1), arc>>1) {
			break
		}
		for v := n.end(arc ^ 1); v != n.end(arc); v = n.end(n.by[v] ^ 1) {
			more = min(more, n.room(n.by[v]))
		}
		for v := n.end(arc ^ 1); v != n.end(arc); v = n.end(n.by[v] ^ 1) {
			n.change(n.by[v], more)
		}
		n.change(arc, more)
		done += more
	}
	return done
}

// reach looks for a way from one knot to another along arcs with room, and leaves it in by. It looks from both ends in turn, so
// that it is over as soon as one of them leads nowhere.
func (n *net) reach(from, to, without int32) bool {
	if from == to {
		return true
	}
	n.search++
	n.seen[from], n.seenBack[to] = n.search, n.search
	n.queue, n.back = append(n.queue[:0], from), append(n.back[:0], to)
	for i, j := 0, 0; i < len(n.queue) && j < len(n.back); {
		if len(n.queue)-i <= len(n.back)-j {
			if at := n.onward(n.queue[i], without); at != none {
				return n.joined(at, to)
			}
			i++
		} else {
			if at := n.backward(n.back[j], without); at != none {
				return n.joined(at, to)
			}
			j++
		}
	}
	return false
}

// onward goes on from a knot; it tells a knot that was come to from the other end, too.
func (n *net) onward(v, without int32) int32 {
	n.steps += int(n.first[v+1] - n.first[v])
	for _, arc := range n.arcs[n.first[v]:n.first[v+1]] {
		w := n.end(arc)
		if n.seen[w] == n.search || n.shut(arc>>1, without) || n.room(arc) <= tiny {
			continue
		}
		n.seen[w], n.by[w] = n.search, arc
		if n.seenBack[w] == n.search {
			return w
		}
		n.queue = append(n.queue, w)
	}
	return none
}

// backward looks from where a knot can be come to.
func (n *net) backward(v, without int32) int32 {
	n.steps += int(n.first[v+1] - n.first[v])
	for _, arc := range n.arcs[n.first[v]:n.first[v+1]] {
		w := n.end(arc)
		if n.seenBack[w] == n.search || n.shut(arc>>1, without) || n.room(arc^1) <= tiny {
			continue
		}
		n.seenBack[w], n.byBack[w] = n.search, arc^1
		if n.seen[w] == n.search {
			return w
		}
		n.back = append(n.back, w)
	}
	return none
}

// shut reports whether an edge may not change.
func (n *net) shut(e, without int32) bool {
	return n.fixed[e] || n.locked && n.ofUnit[e] || e == without
}

// joined writes the way on from where both ends met into by.
func (n *net) joined(at, to int32) bool {
	for at != to {
		arc := n.byBack[at]
		at = n.end(arc)
		n.by[at] = arc
	}
	return true
}

// cheapest finds the cells that have to be hidden so that at least room can flow more along an arc: those whose weights
// add up to the least. Without a way the cost is infinite.
func (n *net) cheapest(arc int32, room float64, weight func(cell int32) float64) (cells []int32, cost float64) {
	if n.room(arc) < room-tiny {
		return nil, math.Inf(1)
	}
	return n.way(n.end(arc), n.end(arc^1), arc>>1, room, weight)
}

// way finds the cells that have to be hidden so that at least room can flow from one knot to another.
func (n *net) way(from, to, without int32, room float64, weight func(cell int32) float64) (cells []int32, cost float64) {
	n.search++
	n.heap = append(n.heap[:0], costed{from, 0})
	n.seen[from], n.cost[from], n.by[from] = n.search, 0, none
	for len(n.heap) > 0 {
		top := heap.Pop(&n.heap).(costed)
		if top.cost > n.cost[top.knot] {
			continue
		}
		if top.knot == to {
			break
		}
		n.steps += int(n.first[top.knot+1] - n.first[top.knot])
		for _, arc := range n.arcs[n.first[top.knot]:n.first[top.knot+1]] {
			w, e := n.end(arc), arc>>1
			if e == without || n.locked && n.ofUnit[e] || n.room(arc) < room-tiny {
				continue
			}
			c := top.cost + 1e-4 // a shorter way, where all else is the same
			if n.fixed[e] {
				if n.cell[e] == none {
					continue
				}
				c += weight(n.cell[e])
			}
			if math.IsInf(c, 1) {
				continue
			}
			if n.seen[w] != n.search || c < n.cost[w] {
				n.seen[w], n.cost[w], n.by[w] = n.search, c, arc
				heap.Push(&n.heap, costed{w, c})
			}
		}
	}
	if n.seen[to] != n.search {
		return nil, math.Inf(1)
	}
	for v := to; v != from; v = n.end(n.by[v] ^ 1) {
		if e := n.by[v] >> 1; n.fixed[e] {
			cells = append(cells, n.cell[e])
		}
	}
	return cells, n.cost[to]
}

type costed struct {
	knot int32
	cost float64
}

type costHeap []costed

func (h costHeap) Len() int { return len(h) }
func (h costHeap) Less(i, j int) bool {
	return h[i].cost < h[j].cost || h[i].cost == h[j].cost && h[i].knot < h[j].knot
}
func (h costHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *costHeap) Push(x any)   { *h = append(*h, x.(costed)) }
func (h *costHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
