package mentoring

import (
	"cmp"
	"context"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/people"
)

// Network is who helps where, as it stands on a day. It is not changed after it was read.
type Network struct {
	Tree    *people.Tree
	Mentors []Mentor // everybody who is appointed and still here
	Day     string

	serve map[int64][]served // by unit: who names it
}

type served struct {
	mentor int // index
	below  bool
}

// Network reads who helps where today.
func (s *Service) Network(ctx context.Context) (*Network, error) {
	return ReadNetwork(ctx, s.DB, s.today())
}

// ReadNetwork reads who helps where on a day.
func ReadNetwork(ctx context.Context, q db.Q, day string) (*Network, error) {
	tree, err := people.LoadTree(ctx, q)
	if err != nil {
		return nil, err
	}
	all, err := readMentors(ctx, q, ` WHERE m.state IN ('training', 'active', 'resting') ORDER BY m.id`)
	if err != nil {
		return nil, err
	}
	return NewNetwork(tree, all, day), nil
}

// NewNetwork puts a network together from mentors who are appointed; those without a name have left and are passed over.
func NewNetwork(tree *people.Tree, all []Mentor, day string) *Network {
	n := &Network{Tree: tree, Day: day, serve: map[int64][]served{}}
	for _, m := range all {
		if m.Person.Name == "" { // has left
			continue
		}
		for _, p := range m.Units {
			n.serve[p.Unit] = append(n.serve[p.Unit], served{len(n.Mentors), p.Below})
		}
		n.Mentors = append(n.Mentors, m)
	}
	return n
}

// Helper is a mentor as seen from a unit.
type Helper struct {
	*Mentor
	Steps     int  // up the tree to the unit that the mentor serves; 0: this very unit
	Available bool // helps on the network's day
}

// Helpers are the mentors who serve a unit: who can help today first, then the nearest, then by name. Who serves only the unit
// above, without what is below it, does not serve this one.
func (n *Network) Helpers(unit int64) (out []Helper) {
	path := n.Tree.Path(unit)
	slices.Reverse(path)
	seen := map[int]bool{}
	for steps, u := range path {
		for _, x := range n.serve[u.ID] {
			if seen[x.mentor] || steps > 0 && !x.below {
				continue
			}
			seen[x.mentor] = true
			m := &n.Mentors[x.mentor]
			out = append(out, Helper{m, steps, m.Available(n.Day)})
		}
	}
	slices.SortStableFunc(out, func(a, b Helper) int {
		return cmp.Or(first(a.Available, b.Available), cmp.Compare(a.Steps, b.Steps), cmp.Compare(a.Person.Name, b.Person.Name), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// first puts true before false.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// Nearest are the mentors who can help a unit today with an area and a service ("" and 0: with anything), the best first: who has
// the strength, then the nearest, then who has the fewest requests open. load may be nil.
func (n *Network) Nearest(unit int64, area string, service int64, load map[int64]int) (out []Helper) {
	for _, h := range n.Helpers(unit) {
		if h.Available {
			out = append(out, h)
		}
	}
	slices.SortStableFunc(out, func(a, b Helper) int {
		return cmp.Or(first(a.Strong(area, service), b.Strong(area, service)), cmp.Compare(a.Steps, b.Steps), cmp.Compare(load[a.ID], load[b.ID]), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// ServiceArea is the unit right under the top that a unit belongs to: the service area. It is the unit itself at the top.
func (n *Network) ServiceArea(unit int64) int64 {
	path := n.Tree.Path(unit)
	switch len(path) {
	case 0:
		return 0
	case 1:
		return path[0].ID
	}
	return path[1].ID
}

// InArea are all mentors who can help today somewhere in the service area of a unit, the best for an area and a service first.
func (n *Network) InArea(unit int64, area string, service int64, load map[int64]int) (out []Helper) {
	under := map[int64]bool{}
	for _, u := range n.Tree.Subtree(n.ServiceArea(unit)) {
		under[u] = true
	}
	for i := range n.Mentors {
		m := &n.Mentors[i]
		if m.Available(n.Day) && slices.ContainsFunc(m.Units, func(p Place) bool { return under[p.Unit] }) {
			out = append(out, Helper{Mentor: m, Available: true})
		}
	}
	slices.SortStableFunc(out, func(a, b Helper) int {
		return cmp.Or(first(a.Strong(area, service), b.Strong(area, service)), cmp.Compare(load[a.ID], load[b.ID]), cmp.Compare(a.ID, b.ID))
	})
	return out
}
