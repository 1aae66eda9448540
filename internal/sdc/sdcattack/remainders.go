package sdcattack

import "fmt"

// cover tells which numbers of people of a group can be covered by disjoint published groups: most, and most less i for
// each bit i of less. Only what leaves fewer than k is of interest.
type cover struct {
	most int
	less uint64
}

func nothing() cover { return cover{0, 1} }

// plus covers two disjoint groups together.
func (a cover) plus(b cover, k int) cover {
	var less uint64
	for i := range k {
		if a.less>>i&1 == 1 {
			less |= b.less << i
		}
	}
	return cover{a.most + b.most, less & (1<<k - 1)}
}

// or covers one way or the other.
func (a cover) or(b cover, k int) cover {
	if a.most < b.most {
		a, b = b, a
	}
	if d := a.most - b.most; d < k {
		a.less |= b.less << d
	}
	a.less &= 1<<k - 1
	return a
}

// remainders finds every group whose number is known and from which disjoint groups inside, whose numbers are known too,
// leave 1..k-1 (D2). Known is what is published and what follows from it. The groups inside may be units below, categories
// of a variable, other moments, and any mixture that can be told to be disjoint: within a unit, all categories that are
// used are of one variable unless they are in different units below.
func (m *model) remainders() (leaks []Leak) {
	covers := make([]cover, len(m.lo))
	told := map[string]bool{}
	for s := range m.sets {
		for _, u := range m.upward {
			for i := range m.columns {
				col := m.columns - 1 - i // categories before everybody
				g := m.below(s, col, u)
				c := m.inside(covers, s, col, u)
				if n := m.lo[g]; n == m.hi[g] && n > 0 {
					if left := m.smallest(n, c); left > 0 {
						l := m.leak(Difference, target{g, s, col, u, false}, fmt.Sprintf("of %d, published parts leave %d", n, left))
						l.Lo, l.Hi = left, left
						if key := fmt.Sprint(l.Cell, left); !told[key] {
							told[key] = true
							leaks = append(leaks, l)
						}
					}
					if n >= m.k {
						c = c.or(cover{n, 1}, m.k)
					}
				}
				covers[g] = c
			}
		}
	}
	return leaks
}

// smallest is the smallest remainder of 1..k-1 that a cover leaves of n, or 0.
func (m *model) smallest(n int, c cover) int {
	for i := range m.k {
		if left := n - c.most + i; c.less>>i&1 == 1 && left > 0 && left < m.k {
			return left
		}
	}
	return 0
}

// inside covers a group by known groups that are smaller.
func (m *model) inside(covers []cover, s, col, u int) cover {
	c := m.staff(s, col, u)
	for _, v := range m.kids[u] {
		c = c.plus(covers[m.below(s, col, v)], m.k)
	}
	if col == 0 {
		for b, cats := range m.c.Categories {
			by := nothing()
			for i := range cats {
				by = by.plus(covers[m.below(s, m.first[b]+i, u)], m.k)
			}
			c = c.or(by, m.k)
		}
	}
	for _, p := range m.splits {
		if p[0] == s {
			c = c.or(covers[m.below(p[1], col, u)].plus(covers[m.below(p[2], col, u)], m.k), m.k)
		}
	}
	return c
}

// staff covers the own staff of a unit, whose number may follow from other figures.
func (m *model) staff(s, col, u int) cover {
	if g := m.own(s, col, u); m.lo[g] == m.hi[g] && m.lo[g] >= m.k {
		return nothing().or(cover{m.lo[g], 1}, m.k)
	}
	return nothing()
}
