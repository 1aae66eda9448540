package mentoring

import (
	"context"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/people"
)

// Supervisors know who answers for whom, as things stood when they were read.
type Supervisors struct {
	tree *people.Tree
	lead map[int64][]people.Person // by unit
}

// ReadSupervisors reads who leads which unit.
func ReadSupervisors(ctx context.Context, q db.Q, tree *people.Tree) (s Supervisors, err error) {
	holders, err := people.Holders(ctx, q, people.Supervisor)
	if err != nil {
		return s, err
	}
	s = Supervisors{tree, map[int64][]people.Person{}}
	for _, h := range holders {
		s.lead[h.Role.UnitID] = append(s.lead[h.Role.UnitID], h.Person)
	}
	return s, nil
}

// Of are the supervisors of the nearest unit that has any, from a person's own unit upwards, by id. Nobody is asked about themself: who
// leads a unit is confirmed from above.
func (s Supervisors) Of(p people.Person) []people.Person {
	path := s.tree.Path(p.UnitID)
	slices.Reverse(path)
	for _, u := range path {
		here := slices.DeleteFunc(slices.Clone(s.lead[u.ID]), func(x people.Person) bool { return x.ID == p.ID })
		if len(here) > 0 {
			return here
		}
	}
	return nil
}

func (s *Service) supervisors(ctx context.Context) (out Supervisors, err error) {
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return out, err
	}
	return ReadSupervisors(ctx, s.DB, tree)
}

// Coordinators are the people whose role of a coordinator reaches a unit, each once.
func Coordinators(ctx context.Context, q db.Q, tree *people.Tree, unit int64) (out []people.Person, err error) {
	all, err := people.Holders(ctx, q, people.Coordinator)
	if err != nil {
		return nil, err
	}
	path := tree.Path(unit)
	for _, h := range all {
		over := h.Role.UnitID == 0 || slices.ContainsFunc(path, func(u people.Unit) bool { return u.ID == h.Role.UnitID })
		if over && !slices.ContainsFunc(out, func(p people.Person) bool { return p.ID == h.Person.ID }) {
			out = append(out, h.Person)
		}
	}
	return out, nil
}
