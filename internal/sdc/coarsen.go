package sdc

import (
	"cmp"
	"fmt"
	"slices"
)

// NoParent is the parent of a root, and the Node of a group that answers as the whole above several roots.
const NoParent = -1

// NoCategory is the category of a member when no category is used, and of a group whose categories are pooled.
const NoCategory = -1

// Member is a person to be placed: a unit node and a category (>= 0, or NoCategory).
type Member struct{ Node, Category int }

// Group is a set of members who can't be told apart: the unit and the category they answer as.
type Group struct {
	Node     int // unit, or NoParent
	Category int // category, or NoCategory
	Size     int // members, at least k
}

// Merge tells what became of a unit, for the list that is checked before the round opens.
type Merge struct {
	Members int // persons placed directly in the unit
	Into    int // unit as which they answer: itself, an ancestor, or NoParent
	Merged  bool
}

// Coarsening is the result of Coarsen.
type Coarsening struct {
	Groups []Group // ordered by Node, then Category
	Of     []int   // index in Groups of each member
	Units  []Merge // of each unit node
}

// Coarsen gives every member a group of at least k members, by unit and category, keeping units and categories where they
// are large enough. Parents holds the parent of each unit node 0..n-1, NoParent for roots. The result depends on nothing
// but the arguments.
//
// Units, from the leaves up: the people of a unit are its own and those passed up from children. With at least k they stay
// and answer as the unit; under k all pass to the parent. A root that is left with some, but under k, absorbs the smallest
// unit group below it (ties: the lower node) until there are k. A tree that has under k members as a whole passes them
// above the roots, where in the same way the smallest groups of all trees are absorbed; these answer as NoParent.
// Categories, within each unit group: those with at least k stay, the others are pooled; a pool under k absorbs the
// smallest category that stayed (ties: the lower category) until there are k.
//
// It is an error if k < 1, if there are fewer than k members in all, if a node or category is out of range, or if the
// parents form a circle.
func Coarsen(parents []int, members []Member, k int) (Coarsening, error) {
	order, err := childrenFirst(parents)
	if err != nil {
		return Coarsening{}, err
	}
	if err := checkMembers(parents, members, k); err != nil {
		return Coarsening{}, err
	}
	own := make([]int, len(parents))
	for _, m := range members {
		own[m.Node]++
	}
	into := coarsenUnits(parents, order, own, k)
	c := Coarsening{Units: make([]Merge, len(parents))}
	for node := range parents {
		c.Units[node] = Merge{Members: own[node], Into: node}
		if own[node] > 0 {
			c.Units[node].Into, c.Units[node].Merged = into[node], into[node] != node
		}
	}
	c.Groups, c.Of = splitByCategory(members, into, k)
	return c, nil
}

func checkMembers(parents []int, members []Member, k int) error {
	if k < 1 {
		return fmt.Errorf("sdc: least group size %d", k)
	}
	if len(members) < k {
		return fmt.Errorf("sdc: %d members are fewer than the least group size %d", len(members), k)
	}
	for i, m := range members {
		if m.Node < 0 || m.Node >= len(parents) || m.Category < NoCategory {
			return fmt.Errorf("sdc: member %d has node %d of %d, category %d", i, m.Node, len(parents), m.Category)
		}
	}
	return nil
}

// childrenFirst orders the nodes so that each comes before its parent.
func childrenFirst(parents []int) ([]int, error) {
	waiting := make([]int, len(parents)) // children that are not in the order yet
	for node, p := range parents {
		if p < NoParent || p >= len(parents) {
			return nil, fmt.Errorf("sdc: node %d has parent %d of %d", node, p, len(parents))
		}
		if p != NoParent {
			waiting[p]++
		}
	}
	order := make([]int, 0, len(parents))
	for node, n := range waiting {
		if n == 0 {
			order = append(order, node)
		}
	}
	for i := 0; i < len(order); i++ {
		if p := parents[order[i]]; p != NoParent {
			if waiting[p]--; waiting[p] == 0 {
				order = append(order, p)
			}
		}
	}
	if len(order) < len(parents) {
		return nil, fmt.Errorf("sdc: the parents of the units form a circle")
	}
	return order, nil
}

// unitGroup is the people who stay in a node.
type unitGroup struct{ node, size int }

// coarsenUnits returns for each node the node as which its people answer.
func coarsenUnits(parents, order, own []int, k int) (into []int) {
	pending := slices.Clone(own)
	stays := make([]bool, len(parents))
	byRoot := make([][]unitGroup, len(parents)) // groups in the tree of each root
	root := rootOf(parents, order)
	var left int // people above the roots
	for _, node := range order {
		p := parents[node]
		switch {
		case pending[node] >= k:
			stays[node] = true
			byRoot[root[node]] = append(byRoot[root[node]], unitGroup{node, pending[node]})
		case p != NoParent:
			pending[p] += pending[node]
		}
	}
	absorbedBy := make(map[int]int) // group node -> root or NoParent that took it
	var groups []unitGroup
	for node, p := range parents {
		if p != NoParent {
			continue
		}
		tree := byRoot[node]
		if n := pending[node]; n > 0 && n < k {
			if len(tree) == 0 {
				left += n
				continue
			}
			stays[node] = true
			tree = absorb(tree, unitGroup{node, n}, k, absorbedBy)
		}
		groups = append(groups, tree...)
	}
	if left > 0 && left < k {
		absorb(groups, unitGroup{NoParent, left}, k, absorbedBy)
	}
	return resolve(parents, order, stays, absorbedBy)
}

// rootOf returns the root of each node.
func rootOf(parents, order []int) []int {
	root := make([]int, len(parents))
	for _, node := range slices.Backward(order) {
		root[node] = node
		if p := parents[node]; p != NoParent {
			root[node] = root[p]
		}
	}
	return root
}

// absorb lets the taker, who has too few, take the smallest groups until it has k, and returns the groups there are then.
func absorb(groups []unitGroup, taker unitGroup, k int, absorbedBy map[int]int) []unitGroup {
	slices.SortFunc(groups, func(a, b unitGroup) int { return cmp.Or(a.size-b.size, a.node-b.node) })
	for len(groups) > 0 && taker.size < k {
		absorbedBy[groups[0].node] = taker.node
		taker.size += groups[0].size
		groups = groups[1:]
	}
	return append(groups, taker)
}

// resolve follows passing up and absorption to the end, from the roots down.
func resolve(parents, order []int, stays []bool, absorbedBy map[int]int) []int {
	into := make([]int, len(parents))
	for _, node := range slices.Backward(order) {
		taker, taken := absorbedBy[node]
		switch {
		case taken && taker == NoParent:
			into[node] = NoParent
		case taken:
			into[node] = into[taker] // a root, so done before
		case stays[node]:
			into[node] = node
		case parents[node] == NoParent:
			into[node] = NoParent
		default:
			into[node] = into[parents[node]]
		}
	}
	return into
}

// splitByCategory makes the groups of each unit and returns them with the group of each member.
func splitByCategory(members []Member, into []int, k int) ([]Group, []int) {
	sizes := map[Member]int{} // by unit answered as and category
	for _, m := range members {
		sizes[Member{into[m.Node], m.Category}]++
	}
	cells := make([]Group, 0, len(sizes))
	for m, n := range sizes {
		cells = append(cells, Group{m.Node, m.Category, n})
	}
	slices.SortFunc(cells, func(a, b Group) int { return cmp.Or(a.Node-b.Node, a.Category-b.Category) })
	var groups []Group
	index := make(map[Member]int, len(cells)) // unit and category -> group
	for len(cells) > 0 {
		end := slices.IndexFunc(cells, func(g Group) bool { return g.Node != cells[0].Node })
		if end < 0 {
			end = len(cells)
		}
		groups = poolCategories(groups, cells[:end], k, index)
		cells = cells[end:]
	}
	of := make([]int, len(members))
	for i, m := range members {
		of[i] = index[Member{into[m.Node], m.Category}]
	}
	return groups, of
}

// poolCategories appends the groups of one unit, whose categories come in order, and fills the index.
func poolCategories(groups, categories []Group, k int, index map[Member]int) []Group {
	pool := Group{Node: categories[0].Node, Category: NoCategory}
	var kept []Group
	for _, c := range categories {
		if c.Category == NoCategory || c.Size < k {
			pool.Size += c.Size
		} else {
			kept = append(kept, c)
		}
	}
	for pool.Size > 0 && pool.Size < k && len(kept) > 0 {
		smallest := 0
		for i, c := range kept {
			if c.Size < kept[smallest].Size {
				smallest = i
			}
		}
		pool.Size += kept[smallest].Size
		kept = slices.Delete(kept, smallest, smallest+1)
	}
	poolIndex := len(groups)
	if pool.Size > 0 {
		groups = append(groups, pool)
	}
	for _, c := range categories {
		index[Member{c.Node, c.Category}] = poolIndex
	}
	for _, c := range kept {
		index[Member{c.Node, c.Category}] = len(groups)
		groups = append(groups, c)
	}
	return groups
}
