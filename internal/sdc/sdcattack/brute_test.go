package sdcattack

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"taitorinki/internal/sdc"
)

// world is a small organisation with its true people and everything that a reader sees of it. An atom is the people of a
// unit, a kind (those of the first snapshot, those new in the second; or those of wave 1 only, of both, of wave 2 only) and
// one category of every variable.
type world struct {
	c       sdc.Catalogue
	k       int
	moments []Moment
	kinds   []set // of each moment, as bits
	nKinds  int
	groups  map[string]set // named sets of kinds that rules speak of
	atoms   []atom
	truth   []int
}

type atom struct {
	unit, kind int
	cats       []int
}

// group is a mask of atoms with the interval that brute force gives it.
type group struct {
	cell   sdc.Cell
	direct bool
	kinds  set
	name   string
	mask   uint64
	lo, hi int
}

func (w *world) inside(u, top int) bool {
	for ; u != sdc.NoParent; u = w.c.Parent[u] {
		if u == top {
			return true
		}
	}
	return false
}

func (w *world) mask(c sdc.Cell, direct bool, kinds set) (mask uint64) {
	for i, a := range w.atoms {
		in := a.unit == c.Unit || !direct && w.inside(a.unit, c.Unit)
		if in && kinds>>a.kind&1 == 1 && (c.Variable == sdc.All || a.cats[c.Variable] == c.Category) {
			mask |= 1 << i
		}
	}
	return mask
}

func sumOf(x []int, mask uint64) (n int) {
	for i, v := range x {
		if mask>>i&1 == 1 {
			n += v
		}
	}
	return n
}

func (w *world) cells() (out []sdc.Cell) {
	for u := range w.c.Parent {
		out = append(out, sdc.Cell{Unit: u, Variable: sdc.All, Category: sdc.All})
		for b, cats := range w.c.Categories {
			for i := range cats {
				out = append(out, sdc.Cell{Unit: u, Variable: b, Category: i})
			}
		}
	}
	return out
}

type shape struct {
	units, heads, variables, categories int
	time                                string // "", "snapshots", "waves"
}

func randomWorld(r *rand.Rand, s shape) *world {
	w := &world{k: 3 + r.IntN(2), nKinds: 1, groups: map[string]set{"all": 1}}
	units := 2 + r.IntN(s.units-1)
	for u := range units {
		p := sdc.NoParent
		if u > 0 {
			p = r.IntN(u)
		}
		w.c.Parent = append(w.c.Parent, p)
		w.c.Heads = append(w.c.Heads, r.IntN(s.heads+1))
	}
	for range s.variables {
		// A variable of one category beside another says of each category of the other what everybody does: the same leak,
		// which brute force would want to see twice.
		w.c.Categories = append(w.c.Categories, min(s.variables, 2)+r.IntN(s.categories+1-min(s.variables, 2)))
	}
	momentKinds := []set{1}
	w.moments = []Moment{{}}
	switch s.time {
	case "snapshots":
		w.nKinds, momentKinds, w.moments = 2, []set{1, 3}, []Moment{{}, {}}
		w.groups = map[string]set{"first": 1, "second": 3, "new": 2}
	case "waves":
		w.nKinds, momentKinds, w.moments = 3, []set{3, 6, 2}, []Moment{{Wave: 1}, {Wave: 2}, {Wave: 1, Matched: true}}
		w.groups = map[string]set{"one": 3, "two": 6, "matched": 2, "one only": 1, "two only": 4}
	}
	w.kinds = momentKinds
	w.makeAtoms()
	for _, a := range w.atoms {
		left := w.c.Heads[a.unit] - w.used(a)
		w.truth = append(w.truth, r.IntN(max(0, min(left, 4))+1))
	}
	hide := r.Float64() * 0.6
	for i := range w.moments {
		w.moments[i].Publication = sdc.Publication{}
		for _, c := range w.cells() {
			n := sumOf(w.truth, w.mask(c, false, momentKinds[i]))
			switch {
			case n < w.k || r.Float64() < hide:
			case n >= 5 && n <= 9 && r.Float64() < 0.3:
				w.moments[i].Publication[c] = sdc.Figure{Shown: sdc.Placed}
			default:
				w.moments[i].Publication[c] = sdc.Figure{Shown: sdc.Published, N: n}
			}
		}
	}
	return w
}

func (w *world) makeAtoms() {
	combos := [][]int{nil}
	for _, cats := range w.c.Categories {
		var next [][]int
		for _, c := range combos {
			for i := range cats {
				next = append(next, append(slices.Clone(c), i))
			}
		}
		combos = next
	}
	for u, h := range w.c.Heads {
		for kind := range w.nKinds {
			for _, c := range combos {
				if h > 0 {
					w.atoms = append(w.atoms, atom{u, kind, c})
				}
			}
		}
	}
}

// used is how many of the head count of an atom's unit are taken by the atoms before it. In waves one person may be counted
// in both, but a person of wave 1 only and one of wave 2 only may not be told apart by head counts; to keep the truth
// simple all kinds share the head count, which every reader's model allows.
func (w *world) used(a atom) (n int) {
	for i, v := range w.truth {
		if w.atoms[i].unit == a.unit {
			n += v
		}
	}
	return n
}

// each calls f for every vector of whole numbers that agrees with all that a reader sees. It gives up after limit steps.
func (w *world) each(limit int, f func(x []int)) bool {
	type rule struct {
		mask   uint64
		lo, hi int
	}
	var rules []rule
	for i, o := range w.moments {
		for u, h := range w.c.Heads {
			rules = append(rules, rule{w.mask(sdc.Cell{Unit: u, Variable: sdc.All, Category: sdc.All}, true, w.kinds[i]), 0, h})
		}
		for c, fig := range o.Publication {
			r := rule{w.mask(c, false, w.kinds[i]), fig.N, fig.N}
			if fig.Shown == sdc.Placed {
				r.lo, r.hi = 5, 9
			}
			rules = append(rules, r)
		}
	}
	x := make([]int, len(w.atoms))
	steps := 0
	var walk func(i int) bool
	walk = func(i int) bool {
		if steps++; steps > limit {
			return false
		}
		if i == len(x) {
			f(x)
			return true
		}
		for v := 0; v <= w.c.Heads[w.atoms[i].unit]; v++ {
			x[i] = v
			fits := true
			for _, r := range rules {
				if r.mask>>i&1 == 0 {
					continue
				}
				n, rest := sumOf(x[:i+1], r.mask), 0
				for j := i + 1; j < len(x); j++ {
					if r.mask>>j&1 == 1 {
						rest += w.c.Heads[w.atoms[j].unit]
					}
				}
				fits = fits && n <= r.hi && n+rest >= r.lo
			}
			if fits && !walk(i+1) {
				return false
			}
		}
		return true
	}
	return walk(0)
}

// natural are all groups that rules speak of, with the intervals of brute force.
func (w *world) natural(limit int) (groups []group, ok bool) {
	for _, c := range w.cells() {
		for name, kinds := range w.groups {
			for _, direct := range []bool{false, true} {
				groups = append(groups, group{c, direct, kinds, name, w.mask(c, direct, kinds), boundless, -1})
			}
		}
	}
	ok = w.each(limit, func(x []int) {
		for i := range groups {
			g := &groups[i]
			n := sumOf(x, g.mask)
			g.lo, g.hi = min(g.lo, n), max(g.hi, n)
		}
	})
	return groups, ok
}

func (w *world) published(g group) bool {
	for i, o := range w.moments {
		if _, ok := o.Publication[g.cell]; ok && w.kinds[i] == g.kinds && !g.direct {
			return true
		}
	}
	return false
}

func (w *world) hasKids(u int) bool { return slices.Contains(w.c.Parent, u) }

// expected are the leaks of counts, written down from the definitions: what, cell, direct, kinds.
func (w *world) expected(groups []group) map[string]bool {
	out := map[string]bool{}
	for _, g := range groups {
		heads := 0
		for u, h := range w.c.Heads {
			if u == g.cell.Unit || !g.direct && w.inside(u, g.cell.Unit) {
				heads += h
			}
		}
		if w.published(g) || g.direct && !w.hasKids(g.cell.Unit) || g.lo >= w.k || g.hi < 1 {
			continue
		}
		if g.hi-g.lo < min(w.k-1, heads-w.counted(g, groups)) {
			out[fmt.Sprint(Count, g.cell, g.direct, g.name)] = true
		}
	}
	known := slices.DeleteFunc(slices.Clone(groups), func(g group) bool { return g.lo != g.hi || g.lo < w.k })
	for _, a := range groups {
		if !a.direct && a.lo == a.hi && a.lo > 0 && w.leaves(a.mask, a.lo, known) {
			out[fmt.Sprint(Difference, a.cell)] = true
		}
	}
	return out
}

// counted is how many of the head count are known not to be in a group of new people, or of people of one wave only.
func (w *world) counted(g group, groups []group) int {
	rest := map[string]string{"new": "first", "one only": "matched", "two only": "matched"}
	for _, h := range groups {
		if h.name == rest[g.name] && h.cell.Unit == g.cell.Unit && h.cell.Variable == sdc.All && h.direct == g.direct {
			return h.lo
		}
	}
	return 0
}

// leaves reports whether disjoint known groups leave 1..k-1 of n people.
func (w *world) leaves(mask uint64, n int, known []group) bool {
	if n > 0 && n < w.k {
		return true
	}
	for i, g := range known {
		if g.mask != 0 && g.mask&^mask == 0 && g.lo <= n && w.leaves(mask&^g.mask, n-g.lo, known[i+1:]) {
			return true
		}
	}
	return false
}

// alias is what the worlds of these tests call a group.
func (w *world) alias(name string) string {
	known := map[string]string{
		"snapshot 1": "first", "snapshot 2": "second", "snapshot 2 less snapshot 1": "new",
		"wave 1": "one", "wave 2": "two", "wave 1 less matched": "one only", "wave 2 less matched": "two only",
	}
	if a, ok := known[name]; ok {
		return a
	}
	return name
}

func (w *world) found(leaks []Leak) map[string]bool {
	out := map[string]bool{}
	for _, l := range leaks {
		switch l.Kind {
		case Count:
			out[fmt.Sprint(Count, l.Cell, l.Direct, w.alias(l.Group))] = true
		case Difference:
			out[fmt.Sprint(Difference, l.Cell)] = true
		case Conflict:
			out["conflict"] = true
		}
	}
	return out
}

func TestBruteForceFindsTheSameLeaksOfCounts(t *testing.T) {
	shapes := []shape{
		{5, 6, 0, 0, ""}, {6, 4, 0, 0, ""}, {3, 5, 1, 3, ""}, {4, 4, 1, 2, ""},
		{2, 4, 2, 2, ""}, {3, 3, 2, 2, ""}, {4, 5, 0, 0, "snapshots"}, {2, 4, 1, 2, "snapshots"}, {3, 5, 0, 0, "waves"},
	}
	for i, s := range shapes {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(i), 4))
			done, leaky, skipped := 0, 0, 0
			for done < 150 && skipped < 2000 {
				w := randomWorld(r, s)
				if len(w.atoms) > 60 {
					continue
				}
				groups, ok := w.natural(300_000)
				if !ok {
					skipped++
					continue
				}
				done++
				want, got := w.expected(groups), w.found(Attack(w.c, w.k, w.moments...))
				if len(want) > 0 {
					leaky++
				}
				if !maps.Equal(want, got) {
					t.Errorf("k %d parents %v heads %v categories %v moments %+v\nmissed %v\nfalse %v", w.k, w.c.Parent, w.c.Heads, w.c.Categories, w.moments, less(want, got), less(got, want))
					return
				}
			}
			t.Logf("%d worlds, %d with leaks, %d too large", done, leaky, skipped)
		})
	}
}

func less(a, b map[string]bool) (out []string) {
	for k := range a {
		if !b[k] {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}
