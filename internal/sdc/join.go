package sdc

import (
	"cmp"
	"fmt"
	"slices"
)

// Joined is the result of Join.
type Joined struct {
	Of     []int   // index in Groups of each newcomer
	Groups []Group // the old ones in their order, larger and perhaps coarser, then new ones
	Into   []int   // the unit as which each unit answers now
}

// Join gives people who come later a group among those that Coarsen made, so that nobody stands in a group of few. Into says
// as which unit each unit answers; a newcomer's Node may be NoParent. The result depends on nothing but the arguments.
//
// Newcomers of one unit and category who are at least k are a group of their own where there is none of theirs yet. Else a
// newcomer goes into the group of the own unit and category, else of the unit with categories pooled, else the same of the
// units above it, and last of the whole. Where no group stands on that way one is made coarser, as Coarsen would have done:
// in the nearest unit with groups the smallest category becomes the pool; a unit without groups of its own absorbs the
// smallest unit group below it first. No group ever becomes smaller or finer.
func Join(parents, into []int, groups []Group, late []Member, k int) (Joined, error) {
	if _, err := childrenFirst(parents); err != nil {
		return Joined{}, err
	}
	if len(into) != len(parents) || len(groups) == 0 {
		return Joined{}, fmt.Errorf("sdc: %d units, of which %d answer as another, in %d groups", len(parents), len(into), len(groups))
	}
	for i, m := range late {
		if m.Node < NoParent || m.Node >= len(parents) || m.Category < NoCategory {
			return Joined{}, fmt.Errorf("sdc: newcomer %d has node %d of %d, category %d", i, m.Node, len(parents), m.Category)
		}
	}
	j := joining{parents, Joined{Groups: slices.Clone(groups), Into: slices.Clone(into)}}
	j.found(late, k)
	for _, m := range late {
		g := j.find(m)
		if g < 0 {
			j.makeRoom(m)
			g = j.find(m)
		}
		j.Groups[g].Size++
		j.Of = append(j.Of, g)
	}
	return j.Joined, nil
}

type joining struct {
	parents []int
	Joined
}

// found makes a group, still empty, of newcomers who are enough for one of their own.
func (j *joining) found(late []Member, k int) {
	same := map[Group]int{}
	for _, m := range late {
		own := Group{Node: j.way(m.Node)[0], Category: m.Category}
		same[own]++
		if same[own] == k && !slices.ContainsFunc(j.Groups, func(g Group) bool { return g.Node == own.Node && g.Category == own.Category }) {
			j.Groups = append(j.Groups, own)
		}
	}
}

// way is the units as which somebody of a node could answer, from the finest to the whole.
func (j *joining) way(node int) (out []int) {
	for ; node != NoParent; node = j.parents[node] {
		if as := j.Into[node]; len(out) == 0 || out[len(out)-1] != as {
			out = append(out, as)
		}
	}
	if len(out) == 0 || out[len(out)-1] != NoParent {
		out = append(out, NoParent)
	}
	return out
}

// find is the finest group that a newcomer can go into, or -1.
func (j *joining) find(m Member) int {
	for _, node := range j.way(m.Node) {
		for _, category := range []int{m.Category, NoCategory} {
			if g := slices.IndexFunc(j.Groups, func(g Group) bool { return g.Node == node && g.Category == category }); g >= 0 {
				return g
			}
		}
	}
	return -1
}

// makeRoom makes groups on a newcomer's way coarser until there is one to go into.
func (j *joining) makeRoom(m Member) {
	way := j.way(m.Node)
	for _, node := range way {
		if j.pool(node) {
			return
		}
	}
	for _, node := range way {
		if j.absorb(node) {
			if j.find(m) < 0 {
				j.pool(node)
			}
			return
		}
	}
}

// pool makes the smallest category of a unit the one of those who have none, and reports whether the unit has groups.
func (j *joining) pool(node int) bool {
	smallest := -1
	for i, g := range j.Groups {
		if g.Node == node && (smallest < 0 || cmp.Or(g.Size-j.Groups[smallest].Size, g.Category-j.Groups[smallest].Category) < 0) {
			smallest = i
		}
	}
	if smallest >= 0 {
		j.Groups[smallest].Category = NoCategory
	}
	return smallest >= 0
}

// absorb lets a unit take over all groups of the smallest unit below it, and reports whether there was one.
func (j *joining) absorb(node int) bool {
	size := map[int]int{}
	for _, g := range j.Groups {
		if g.Node != node && j.below(g.Node, node) {
			size[g.Node] += g.Size
		}
	}
	taken, found := 0, false
	for unit, n := range size {
		if !found || cmp.Or(n-size[taken], unit-taken) < 0 {
			taken, found = unit, true
		}
	}
	if !found {
		return false
	}
	for i := range j.Groups {
		if j.Groups[i].Node == taken {
			j.Groups[i].Node = node
		}
	}
	for i := range j.Into {
		if j.Into[i] == taken {
			j.Into[i] = node
		}
	}
	return true
}

// below reports whether a unit lies under another, or under the whole.
func (j *joining) below(unit, top int) bool {
	for unit != NoParent && unit != top {
		unit = j.parents[unit]
	}
	return unit == top
}
