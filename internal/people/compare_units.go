package people

import (
	"slices"

	"taitorinki/internal/i18n"
)

func (c *compare) compareUnits() {
	if !c.list.HasUnits {
		return
	}
	named := map[string]bool{}
	for _, r := range c.list.Units {
		named[r.Code] = true
		c.compareUnit(r)
	}
	stays := c.unitsInUse(named)
	for i := range c.now.Units {
		u := &c.now.Units[i]
		if u.Ended.IsZero() && !named[u.Code] && !stays[u.ID] {
			c.UnitsEnded = append(c.UnitsEnded, UnitChange{Before: c.rowOf(u)})
		}
	}
}

func (c *compare) rowOf(u *Unit) UnitRow {
	r := UnitRow{Code: u.Code, NameFI: u.NameFI, NameSV: u.NameSV, NameEN: u.NameEN, Headcount: u.Headcount}
	if p := c.unitByID[u.ParentID]; p != nil {
		r.Parent = p.Code
	}
	return r
}

func (c *compare) compareUnit(r UnitRow) {
	u := c.unit[r.Code]
	r.line = 0
	if u == nil {
		c.UnitsNew = append(c.UnitsNew, UnitChange{After: r})
		return
	}
	d := UnitChange{Before: c.rowOf(u), After: r}
	if !c.list.TellsHeadcount {
		d.After.Headcount = u.Headcount
	}
	if !u.Ended.IsZero() {
		c.UnitsNew = append(c.UnitsNew, d)
		return
	}
	if d.Before.Parent != d.After.Parent {
		c.UnitsMoved = append(c.UnitsMoved, d)
	}
	if d.Before.NameFI != d.After.NameFI || d.Before.NameSV != d.After.NameSV || d.Before.NameEN != d.After.NameEN {
		c.UnitsRenamed = append(c.UnitsRenamed, d)
	}
	if d.Before.Headcount != d.After.Headcount {
		c.UnitsUpdated = append(c.UnitsUpdated, d)
	}
}

// unitsInUse finds the units that the list does not name and that do not end all the same: those whose row has a fault,
// those in which people stay whom the list says nothing of, and everything above them.
func (c *compare) unitsInUse(named map[string]bool) map[int64]bool {
	people := map[int64]int{}
	for i := range c.now.People {
		p := &c.now.People[i]
		if p.Left.IsZero() && p.UnitID != 0 && c.claimed[p.ID] == nil && !c.leaves(p) {
			people[p.UnitID]++
		}
	}
	stays := map[int64]bool{}
	for i := range c.now.Units {
		u := &c.now.Units[i]
		if !u.Ended.IsZero() || named[u.Code] {
			continue
		}
		n := people[u.ID]
		if n == 0 && !c.list.kept.units[u.Code] && !c.list.kept.anyUnit {
			continue
		}
		if n > 0 {
			c.note("people.note-unit-stays", "unit", u.Code, "n", n)
		}
		for at := u; at != nil && !stays[at.ID]; at = c.unitByID[at.ParentID] {
			stays[at.ID] = true
		}
	}
	return stays
}

// compareRoles finds the roles that the list gives and takes. Roles given by hand are never taken, but for somebody who
// comes back under another name: an address that was free may have gone to another person.
func (c *compare) compareRoles() {
	held := map[int64][]*Role{}
	for i := range c.now.Roles {
		r := &c.now.Roles[i]
		held[r.PersonID] = append(held[r.PersonID], r)
	}
	for i := range c.now.People {
		p := &c.now.People[i]
		if c.claimed[p.ID] == nil && c.leaves(p) {
			c.take(p, held[p.ID], func(r *Role) bool { return r.Listed })
		}
	}
	for _, s := range c.people {
		has := []*Role(nil)
		if s.old != nil {
			has = held[s.old.ID]
			if !s.old.Left.IsZero() && i18n.Fold(s.old.Name) != i18n.Fold(s.after.Name) && len(has) > 0 {
				c.take(s.old, has, func(*Role) bool { return true })
				c.note("people.note-roles-end", "name", s.after.Name, "was", s.old.Name)
				has = nil
			}
		}
		if c.list.TellsRoles {
			c.compareSupervised(s, has)
		}
	}
}

func (c *compare) compareSupervised(s *staffed, has []*Role) {
	code := func(r *Role) string {
		if u := c.unitByID[r.UnitID]; u != nil {
			return u.Code
		}
		return ""
	}
	if s.old != nil {
		c.take(s.old, has, func(r *Role) bool {
			return r.Listed && r.Role == Supervisor && !slices.Contains(s.row.Supervises, code(r))
		})
	}
	for _, unit := range s.row.Supervises {
		if !slices.ContainsFunc(has, func(r *Role) bool { return r.Role == Supervisor && r.UnitID != 0 && code(r) == unit }) {
			c.RolesGiven = append(c.RolesGiven, RoleChange{Name: s.after.Name, Email: s.after.Email, Role: Supervisor, Unit: unit, person: s})
		}
	}
}

func (c *compare) take(p *Person, has []*Role, which func(*Role) bool) {
	for _, r := range has {
		if !which(r) {
			continue
		}
		d := RoleChange{Name: p.Name, Email: p.Email, Role: r.Role, id: r.ID}
		if u := c.unitByID[r.UnitID]; u != nil {
			d.Unit = u.Code
		}
		c.RolesTaken = append(c.RolesTaken, d)
	}
}
