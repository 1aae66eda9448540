package sdc

import (
	"cmp"
	"slices"
)

// merge returns the groups of a variable after one more merge, nil when all people are in one: of an ordinal variable the
// smallest group goes to its smaller neighbour, of another one the two smallest become "other", or the smallest goes to it.
// Ties go to the lower category. A category without people lies between its neighbours and costs nothing.
func (m *microdata) merge(v int, groups []int) []int {
	sizes := groupSizes(groups, m.sizes[v])
	var there []int // groups with people, in order
	for c, size := range sizes {
		if size > 0 {
			there = append(there, c)
		}
	}
	if len(there) < 2 {
		return nil
	}
	if m.variables[v].Ordinal {
		return mergeNeighbours(groups, there, sizes)
	}
	return mergeOther(groups, there, sizes)
}

func mergeNeighbours(groups, there, sizes []int) []int {
	at := smallest(there, sizes, NoCategory)
	low, high := at-1, at // places in there of the two that become one
	if low < 0 || at+1 < len(there) && sizes[there[at+1]] < sizes[there[low]] {
		low, high = at, at+1
	}
	out := make([]int, len(groups))
	for c, group := range groups {
		if out[c] = group; group > there[low] && group <= there[high] {
			out[c] = there[low]
		}
	}
	return out
}

func mergeOther(groups, there, sizes []int) []int {
	other := otherGroup(groups)
	first := there[smallest(there, sizes, other)]
	if other == NoCategory {
		other = there[smallest(there, sizes, first)]
	}
	to := min(first, other)
	out := make([]int, len(groups))
	for c, group := range groups {
		if out[c] = group; group == first || group == other {
			out[c] = to
		}
	}
	return out
}

// otherGroup is the group that has several categories, or NoCategory.
func otherGroup(groups []int) int {
	for c, group := range groups {
		if group != c {
			return group
		}
	}
	return NoCategory
}

// smallest is the place in there of the smallest group but one.
func smallest(there, sizes []int, but int) int {
	at := -1
	for i, c := range there {
		if c != but && (at < 0 || sizes[c] < sizes[there[at]]) {
			at = i
		}
	}
	return at
}

// combination is values of a number of people; lists of them are ordered by key.
type combination struct {
	key uint64
	n   int
}

// lift decides from the leaves up as which unit each node's people are told, and counts who is in combinations under k then.
// With one root there is nothing above it; above several their people are told without a unit. OwnPeople are the combinations
// of the people of each node itself; they are only read.
func (m *microdata) lift(ownPeople [][]combination, limit float64) (into []int, few int) {
	combinations := slices.Clone(ownPeople)
	var above []combination
	into = make([]int, len(m.parents))
	for _, node := range m.order {
		parent := m.parents[node]
		under, all := m.under(combinations[node])
		into[node] = node
		switch {
		case float64(under) <= limit*float64(all) || parent == NoParent && m.roots == 1:
			few += under
		case parent == NoParent:
			into[node] = NoParent
			above = together(above, combinations[node])
		default:
			into[node] = parent
			combinations[parent] = together(combinations[parent], combinations[node])
		}
	}
	for _, node := range slices.Backward(m.order) {
		if into[node] != node && into[node] != NoParent {
			into[node] = into[into[node]]
		}
	}
	under, _ := m.under(above)
	return into, few + under
}

// byUnit are the combinations of values in each node.
func (m *microdata) byUnit(groups [][]int) [][]combination {
	out := make([][]combination, len(m.parents))
	values := make([]int, len(m.variables))
	for _, a := range m.alike {
		told(values, a.Values, groups)
		out[a.Unit] = append(out[a.Unit], combination{m.key(NoParent, values, 0), a.n})
	}
	for unit, list := range out {
		slices.SortFunc(list, func(a, b combination) int { return cmp.Compare(a.key, b.key) })
		out[unit] = sum(list)
	}
	return out
}

// sum makes one of those next to each other that are the same; it works in the list itself.
func sum(list []combination) []combination {
	out := list[:0]
	for _, c := range list {
		if last := len(out) - 1; last >= 0 && out[last].key == c.key {
			out[last].n += c.n
		} else {
			out = append(out, c)
		}
	}
	return out
}

// together makes a new list of two.
func together(a, b []combination) []combination {
	out := make([]combination, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].key <= b[0].key {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return sum(append(append(out, a...), b...))
}

// told writes the merged categories of the values into to.
func told(to, values []int, groups [][]int) {
	for v, c := range values {
		if to[v] = c; c != NoCategory {
			to[v] = groups[v][c]
		}
	}
}

// under counts the people in combinations under k, and all.
func (m *microdata) under(combinations []combination) (under, all int) {
	for _, c := range combinations {
		if all += c.n; c.n < m.k {
			under += c.n
		}
	}
	return under, all
}
