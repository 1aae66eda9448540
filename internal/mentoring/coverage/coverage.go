// Package coverage shows where the county has digimentors and where it has none: the table and picture of all units, the helpers of
// one unit, and the findings that mentors are asked to look at first.
//
// A mentor covers a unit when the mentor is active, has hours granted today and has named the unit, or a unit above it with all that
// is below. A short absence does not make a gap: the mentor comes back. A mentor's granted minutes are split over all units that the
// mentor serves in proportion to the staff in each unit itself, so that the hours of all units add up to what is granted. Where
// nobody works in any of them the minutes are split evenly.
package coverage

import (
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// EndsSoon is within how many days a grant ends soon.
const EndsSoon = 60

// Figure is how one unit, with everything below it, is covered.
type Figure struct {
	Direct  int     // people in the unit itself
	Staff   int     // people in the unit and everything below it
	Mentors int     // who serve the unit or something below it, each once
	Minutes float64 // granted a week, the unit's share of each mentor
	Gaps    int     // units in which people work and which no mentor covers, the unit itself among them
	Ending  int     // of the mentors: whose grant ends within EndsSoon days
	Covered bool    // somebody serves the unit itself
}

// Gap reports whether people work in the unit itself and no mentor serves it.
func (f *Figure) Gap() bool { return f.Direct > 0 && !f.Covered }

// Hours are the granted hours a week.
func (f *Figure) Hours() float64 { return f.Minutes / 60 }

// Per100 is a figure for each 100 people of the staff; ok is false where nobody works.
func (f *Figure) Per100(x float64) (per float64, ok bool) {
	if f.Staff == 0 {
		return 0, false
	}
	return 100 * x / float64(f.Staff), true
}

// Count works out how every unit is covered on the network's day. With an area only the mentors with that strength count.
func Count(n *mentoring.Network, area string) map[int64]*Figure {
	c := &counter{tree: n.Tree, day: n.Day, soon: mentoring.DaysFrom(n.Day, EndsSoon), out: make(map[int64]*Figure, n.Tree.Len())}
	for _, u := range n.Tree.Roots() {
		c.begin(u.ID)
	}
	for i := range n.Mentors {
		if m := &n.Mentors[i]; Counts(m, n.Day) && m.Strong(area, 0) {
			c.mentor(m)
		}
	}
	for _, u := range n.Tree.Roots() {
		c.sum(u.ID)
	}
	return c.out
}

// Counts reports whether a mentor covers what they serve: active, with hours that are granted on the day, here or away.
func Counts(m *mentoring.Mentor, day string) bool {
	return m.State == mentoring.Active && m.Granted(day)
}

type counter struct {
	tree *people.Tree
	day  string
	soon string
	out  map[int64]*Figure
}

func (c *counter) begin(id int64) {
	c.out[id] = &Figure{Direct: c.tree.Direct(id), Staff: c.tree.Total(id)}
	for _, u := range c.tree.Children(id) {
		c.begin(u.ID)
	}
}

// mentor adds one mentor to the units served, each once, and to those above them.
func (c *counter) mentor(m *mentoring.Mentor) {
	var served []int64
	seen, staff := map[int64]bool{}, 0
	add := func(id int64) {
		f := c.out[id]
		if f == nil || seen[id] {
			return // a unit that has ended, or is named twice
		}
		seen[id], f.Covered = true, true
		served, staff = append(served, id), staff+f.Direct
	}
	for _, p := range m.Units {
		add(p.Unit)
		if p.Below {
			for _, id := range c.tree.Subtree(p.Unit) {
				add(id)
			}
		}
	}
	counted := map[int64]bool{}
	for _, id := range served {
		share := 1 / float64(len(served))
		if staff > 0 {
			share = float64(c.out[id].Direct) / float64(staff)
		}
		c.out[id].Minutes += share * float64(m.Minutes)
		c.above(m, id, counted)
	}
}

// above counts a mentor in a unit and in all above it, each once.
func (c *counter) above(m *mentoring.Mentor, id int64, counted map[int64]bool) {
	for !counted[id] {
		f := c.out[id]
		if f == nil {
			return
		}
		counted[id] = true
		f.Mentors++
		if m.Ends != "" && m.Ends <= c.soon {
			f.Ending++
		}
		u, _ := c.tree.Unit(id)
		id = u.ParentID
	}
}

// sum adds what is below each unit.
func (c *counter) sum(id int64) {
	f := c.out[id]
	if f.Gap() {
		f.Gaps = 1
	}
	for _, u := range c.tree.Children(id) {
		c.sum(u.ID)
		f.Minutes += c.out[u.ID].Minutes
		f.Gaps += c.out[u.ID].Gaps
	}
}
