package sdc

import "math/bits"

// rests finds what is left of a published group when published groups inside it, which share nobody, are taken away: it
// has to be nobody or at least k persons (D2). What can be left over is a set of numbers under k, kept as the bits of a
// mask; k is at most 64.
type rests struct {
	g     *groups
	n     []int  // people by cell
	own   []int  // own people
	shown []bool // by cell: its n is told
	all   uint64 // k bits
	// by number of own people: how many they are is known, though no cell tells it; nil for none
	ownKnown []bool
	unit     []uint64
	by       [][]uint64 // by variable, unit*categories+category
}

func newRests(g *groups, n, own []int, shown []bool) *rests {
	r := &rests{g: g, n: n, own: own, shown: shown, all: 1<<g.k - 1, unit: make([]uint64, len(g.c.Parent))}
	for _, categories := range g.c.Categories {
		r.by = append(r.by, make([]uint64, categories*len(g.c.Parent)))
	}
	return r
}

// plus is all sums of a number of one set and one of the other.
func (r *rests) plus(a, b uint64) uint64 {
	sum := uint64(0)
	for ; a != 0; a &= a - 1 {
		sum |= b << bits.TrailingZeros64(a)
	}
	return sum & r.all
}

func (r *rests) number(n int) uint64 {
	if n >= r.g.k {
		return 0
	}
	return 1 << n
}

// ownLeft is what can be left of the own people of a unit, or of a category of them.
func (r *rests) ownLeft(i int) uint64 {
	left := r.number(r.own[i])
	if r.ownKnown != nil && r.ownKnown[i] {
		left |= 1
	}
	return left
}

// insideValue is what can be left of a unit's category, itself not taken away.
func (r *rests) insideValue(u, b, v int) uint64 {
	left, categories := r.ownLeft(r.g.at(Cell{u, b, v})), r.g.c.Categories[b]
	for _, kid := range r.g.kids[u] {
		if left == 0 {
			break
		}
		left = r.plus(left, r.by[b][kid*categories+v])
	}
	return left
}

// split is what can be left of a unit when only groups of its categories are taken away.
func (r *rests) split(u, b int) uint64 {
	left, categories := uint64(1), r.g.c.Categories[b]
	for v := range categories {
		left = r.plus(left, r.by[b][u*categories+v])
	}
	return left
}

// below is what can be left of a unit when only groups of units below it are taken away, and of their categories.
func (r *rests) below(u int) uint64 {
	left := r.ownLeft(u)
	for _, kid := range r.g.kids[u] {
		if left == 0 {
			break
		}
		left = r.plus(left, r.unit[kid])
	}
	return left
}

func (r *rests) insideUnit(u int) uint64 {
	left := r.below(u)
	for b := range r.g.c.Categories {
		left |= r.split(u, b)
	}
	return left
}

// look computes all units from the leaves up and returns the first published cell of which few can be left, with a
// number of them, or none.
func (r *rests) look() (cell, few int) {
	few = none
	found := func(i int, left uint64) uint64 {
		if !r.shown[i] {
			return left
		}
		if left &^= 1; left != 0 && few == none {
			cell, few = i, bits.TrailingZeros64(left)
		}
		return 1
	}
	for _, u := range r.g.order {
		for b, categories := range r.g.c.Categories {
			for v := range categories {
				i := r.g.at(Cell{u, b, v})
				r.by[b][u*categories+v] = found(i, r.insideValue(u, b, v))
				if !r.shown[i] {
					r.by[b][u*categories+v] |= r.number(r.n[i])
				}
			}
		}
		r.unit[u] = found(u, r.insideUnit(u))
		if !r.shown[u] {
			r.unit[u] |= r.number(r.n[u])
		}
		if few != none {
			return cell, few
		}
	}
	return none, none
}

// few returns the cells from which the number of a few people can be worked out, one of which must be hidden; none
// where there are no such.
func (r *rests) few() []int {
	cell, few := r.look()
	if few == none {
		return nil
	}
	return append(r.taken(cell, few), cell)
}

// taken lists the published groups that were taken away from a cell so that few are left, after look.
func (r *rests) taken(cell, few int) []int {
	c := r.g.cellAt(cell)
	if c.Variable != All {
		return r.takenOfValue(c, few)
	}
	u := c.Unit
	if r.below(u)>>few&1 == 1 {
		parts := make([]part, 0, len(r.g.kids[u]))
		for _, kid := range r.g.kids[u] {
			parts = append(parts, part{kid, r.unit[kid]})
		}
		return r.share(parts, r.withoutOwn(parts, u, few))
	}
	for b, categories := range r.g.c.Categories {
		if r.split(u, b)>>few&1 == 0 {
			continue
		}
		var parts []part
		for v := range categories {
			parts = append(parts, part{r.g.at(Cell{u, b, v}), r.by[b][u*categories+v]})
		}
		return r.share(parts, few)
	}
	return nil // nothing was taken away: the group itself is few
}

func (r *rests) takenOfValue(c Cell, few int) []int {
	if r.insideValue(c.Unit, c.Variable, c.Category)>>few&1 == 0 {
		return nil
	}
	var parts []part
	for _, kid := range r.g.kids[c.Unit] {
		i := r.g.at(Cell{kid, c.Variable, c.Category})
		parts = append(parts, part{i, r.by[c.Variable][kid*r.g.c.Categories[c.Variable]+c.Category]})
	}
	return r.share(parts, r.withoutOwn(parts, r.g.at(c), few))
}

// withoutOwn is how many of the few are left of the parts, the own people not counted.
func (r *rests) withoutOwn(parts []part, own, few int) int {
	left := uint64(1)
	for _, p := range parts {
		left = r.plus(left, p.left)
	}
	if n := r.own[own]; n <= few && left>>(few-n)&1 == 1 {
		return few - n
	}
	return few // the own people were taken away too
}

// part is a cell and what can be left of it.
type part struct {
	cell int
	left uint64
}

// share divides what is left among parts and lists what was taken away of each.
func (r *rests) share(parts []part, few int) []int {
	rest := make([]uint64, len(parts)+1) // what can be left of the parts from i on
	rest[len(parts)] = 1
	for i := len(parts) - 1; i >= 0; i-- {
		rest[i] = r.plus(parts[i].left, rest[i+1])
	}
	var taken []int
	for i, p := range parts {
		for x := 0; x <= few; x++ {
			if p.left>>x&1 == 0 || rest[i+1]>>(few-x)&1 == 0 {
				continue
			}
			if r.shown[p.cell] {
				taken = append(taken, p.cell)
			} else {
				taken = append(taken, r.taken(p.cell, x)...)
			}
			few -= x
			break
		}
	}
	return taken
}
