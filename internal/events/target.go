package events

import (
	"context"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/people"
)

// Target is for whom an event is: of each kind anybody who is named, of kinds all. A kind that names nobody limits nothing.
type Target struct {
	Units       []int64 // with everything under them
	Professions []string
	Roles       []string
}

// Everybody reports whether an event is for the whole staff.
func (t *Target) Everybody() bool {
	return len(t.Units) == 0 && len(t.Professions) == 0 && len(t.Roles) == 0
}

// Group returns who belongs to a target group today, by id. Who has no unit belongs to none.
func (t *Target) Group(ctx context.Context, q db.Q) ([]people.Person, error) {
	all, err := people.Population(ctx, q, t.Units, t.Professions)
	if err != nil || len(t.Roles) == 0 {
		return all, err
	}
	hold, err := t.holders(ctx, q)
	return slices.DeleteFunc(all, func(p people.Person) bool { return !hold[p.ID] }), err
}

// Count is how many people belong to a target group today.
func (t *Target) Count(ctx context.Context, q db.Q) (int, error) {
	all, err := t.ids(ctx, q)
	return len(all), err
}

// ids are those of the people who belong to a target group today.
func (t *Target) ids(ctx context.Context, q db.Q) ([]int64, error) {
	all, err := people.PopulationIDs(ctx, q, t.Units, t.Professions)
	if err != nil || len(t.Roles) == 0 {
		return all, err
	}
	hold, err := t.holders(ctx, q)
	return slices.DeleteFunc(all, func(id int64) bool { return !hold[id] }), err
}

// holders are the people who hold one of the roles anywhere.
func (t *Target) holders(ctx context.Context, q db.Q) (map[int64]bool, error) {
	out := map[int64]bool{}
	for _, role := range t.Roles {
		all, err := people.Holders(ctx, q, role)
		if err != nil {
			return nil, err
		}
		for _, h := range all {
			out[h.Person.ID] = true
		}
	}
	return out, nil
}

// Has reports whether a person belongs to a target group today.
func (t *Target) Has(ctx context.Context, q db.Q, p *people.Person) (bool, error) {
	if len(t.Professions) > 0 && !slices.Contains(t.Professions, p.Profession) {
		return false, nil
	}
	if len(t.Units) > 0 {
		tree, err := people.LoadTree(ctx, q)
		if err != nil {
			return false, err
		}
		if !slices.ContainsFunc(tree.Path(p.UnitID), func(u people.Unit) bool { return slices.Contains(t.Units, u.ID) }) {
			return false, nil
		}
	}
	if len(t.Roles) == 0 {
		return true, nil
	}
	roles, err := people.RolesOf(ctx, q, p.ID)
	return slices.ContainsFunc(roles, func(r people.Role) bool { return slices.Contains(t.Roles, r.Role) }), err
}
