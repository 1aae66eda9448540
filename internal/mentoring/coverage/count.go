package coverage

import (
	"cmp"
	"slices"

	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// Row is how a unit and everything under it are covered on a day.
type Row struct {
	Unit  people.Unit
	Staff int // people in the unit and under it
	Own   int // of them: in the unit itself
	// Mentors is how many different mentors help here or under it.
	Mentors int
	// Minutes is what they are granted a week. A mentor's minutes are shared out over the units that they serve, by the number of
	// people in each, so that the minutes of the units under a unit and its own add up to its minutes.
	Minutes float64
	Gaps    int  // units with people of their own, here or under it, which nobody helps
	Gap     bool // this is such a unit
	Ending  int  // of the mentors: whose grant ends within EndsSoon days
}

// EndsSoon is how many days before the end of a grant pages tell of it.
const EndsSoon = 60

// Per100 is a figure for each 100 people of the row's staff; 0 without staff.
func (r *Row) Per100(x float64) float64 {
	if r.Staff == 0 {
		return 0
	}
	return x * 100 / float64(r.Staff)
}

// Count counts how each unit is covered, parents before their children. Those count who are active and have hours on the network's
// day; a short absence makes no gap. keep limits it to some mentors, such as those with a strength; nil keeps all. endBy is the last
// day that is soon.
func Count(n *mentoring.Network, endBy string, keep func(*mentoring.Mentor) bool) []Row {
	c := counter{n: n, at: map[int64]int{}}
	for _, root := range n.Tree.Roots() {
		for _, id := range n.Tree.Subtree(root.ID) {
			u, _ := n.Tree.Unit(id)
			c.at[id] = len(c.rows)
			c.rows = append(c.rows, Row{Unit: u, Staff: n.Tree.Total(id), Own: n.Tree.Direct(id)})
		}
	}
	c.helped = make([]bool, len(c.rows))
	for i := range n.Mentors {
		m := &n.Mentors[i]
		if m.State == mentoring.Active && m.Granted(n.Day) && (keep == nil || keep(m)) {
			c.add(m, m.Ends != "" && m.Ends <= endBy)
		}
	}
	c.sum()
	return c.rows
}

type counter struct {
	n      *mentoring.Network
	rows   []Row
	at     map[int64]int // row of a unit
	helped []bool        // whether somebody serves the unit itself
}

// add shares a mentor out over the units that they serve.
func (c *counter) add(m *mentoring.Mentor, ending bool) {
	serves := map[int64]bool{}
	staff := 0
	for _, p := range m.Units {
		units := []int64{p.Unit}
		if p.Below {
			units = c.n.Tree.Subtree(p.Unit)
		}
		for _, u := range units {
			if _, known := c.at[u]; known && !serves[u] {
				serves[u] = true
				staff += c.n.Tree.Direct(u)
			}
		}
	}
	near := map[int64]bool{} // the units served and those above them, for each counts the mentor once
	for u := range serves {
		row := c.at[u]
		c.helped[row] = true
		share := 1 / float64(len(serves))
		if staff > 0 {
			share = float64(c.n.Tree.Direct(u)) / float64(staff)
		}
		c.rows[row].Minutes += share * float64(m.Minutes)
		for up := u; up != 0 && !near[up]; up = c.parent(up) {
			near[up] = true
		}
	}
	for u := range near {
		c.rows[c.at[u]].Mentors++
		if ending {
			c.rows[c.at[u]].Ending++
		}
	}
}

// parent is the unit above; 0 at the top.
func (c *counter) parent(unit int64) int64 {
	u, _ := c.n.Tree.Unit(unit)
	if _, known := c.at[u.ParentID]; !known {
		return 0
	}
	return u.ParentID
}

// sum adds gaps and minutes up, children before their parents.
func (c *counter) sum() {
	for i := len(c.rows) - 1; i >= 0; i-- {
		r := &c.rows[i]
		if r.Gap = !c.helped[i] && r.Own > 0; r.Gap {
			r.Gaps++
		}
		if up := c.parent(r.Unit.ID); up != 0 {
			above := &c.rows[c.at[up]]
			above.Gaps += r.Gaps
			above.Minutes += r.Minutes
		}
	}
}

// gapsFirst puts the units without a mentor first, those with most people of their own before the others; the rest keep their order.
func gapsFirst(rows []Row) {
	slices.SortStableFunc(rows, func(a, b Row) int {
		switch {
		case a.Gap && b.Gap:
			return cmp.Compare(b.Own, a.Own)
		case a.Gap:
			return -1
		case b.Gap:
			return 1
		}
		return 0
	})
}
