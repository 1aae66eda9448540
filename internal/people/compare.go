package people

import (
	"maps"
	"slices"

	"taitorinki/internal/i18n"
)

// Current is the organisation as it is, with all who have left and all units that have ended.
type Current struct {
	Units       []Unit
	People      []Person
	Professions []Profession
	Roles       []Role
}

// staffed is a person as the list leaves them.
type staffed struct {
	old   *Person // nil for somebody new
	row   *PersonRow
	after Staff
}

// compare holds what Compare has at hand.
type compare struct {
	*Change
	now      *Current
	list     *List
	unitByID map[int64]*Unit
	unit     map[string]*Unit // by code
	byNumber map[string]*Person
	byEmail  map[string]*Person
	numbers  map[string]bool // all staff numbers of the list, also of rows with a fault
	emails   map[string]bool // all addresses of the list, folded
	claimed  map[int64]*staffed
}

// Compare tells what a list changes. It reads nothing and changes nothing; the list must have been settled.
//
// A person is found by staff number where the file has that column, else by e-mail. The same address with another number
// is the same person only under the same name: an address may go to somebody else after its holder has left.
func Compare(current *Current, list *List) *Change {
	c := &compare{Change: &Change{Notes: slices.Clone(list.Notes)}, now: current, list: list, claimed: map[int64]*staffed{}}
	c.indexCurrent()
	c.claim()
	for c.dropTaken() {
		c.claim()
	}
	c.comparePeople()
	c.compareUnits()
	c.compareProfessions()
	c.compareRoles()
	return c.Change
}

func (c *compare) indexCurrent() {
	c.unitByID, c.unit = map[int64]*Unit{}, map[string]*Unit{}
	for i := range c.now.Units {
		u := &c.now.Units[i]
		c.unitByID[u.ID], c.unit[u.Code] = u, u
	}
	c.byNumber, c.byEmail, c.numbers = map[string]*Person{}, map[string]*Person{}, maps.Clone(c.list.kept.numbers)
	if c.numbers == nil {
		c.numbers = map[string]bool{}
	}
	for i := range c.now.People {
		p := &c.now.People[i]
		c.byEmail[p.folded] = p
		if p.StaffNumber != "" {
			c.byNumber[p.StaffNumber] = p
		}
	}
	c.emails = map[string]bool{}
	for _, r := range c.list.People {
		if r.Number != "" {
			c.numbers[r.Number] = true
		}
		c.emails[i18n.Fold(r.Email)] = true
	}
}

// claim finds the person of each row.
func (c *compare) claim() {
	clear(c.claimed)
	c.people = c.people[:0]
	for i := range c.list.People {
		row := &c.list.People[i]
		s := &staffed{row: row, old: c.find(row)}
		if s.old != nil {
			c.claimed[s.old.ID] = s
		}
		s.after = c.after(s)
		c.people = append(c.people, s)
	}
}

func (c *compare) find(row *PersonRow) *Person {
	if c.list.ByNumber && row.Number != "" {
		if p := c.byNumber[row.Number]; p != nil {
			return p
		}
		p := c.byEmail[i18n.Fold(row.Email)]
		if p == nil || p.StaffNumber == "" {
			return p
		}
		if c.numbers[p.StaffNumber] || i18n.Fold(p.Name) != i18n.Fold(row.Name) {
			return nil
		}
		return p
	}
	p := c.byEmail[i18n.Fold(row.Email)]
	if p != nil && c.list.ByNumber && c.numbers[p.StaffNumber] {
		return nil // the row of that number is theirs
	}
	return p
}

func (c *compare) after(s *staffed) Staff {
	r := s.row
	a := Staff{Number: r.Number, Email: r.Email, Name: r.Name, Unit: r.Unit, Profession: r.Profession, Lang: r.Lang}
	if s.old == nil {
		a.Lang = firstOf(a.Lang, i18n.Langs[0])
		return a
	}
	if a.Number == "" {
		a.Number = s.old.StaffNumber
	}
	if a.Email == "" && !c.emails[s.old.folded] { // a list that tells no address does not take it away
		a.Email = s.old.Email
	}
	if !c.list.TellsJob {
		a.Profession = s.old.Profession
	}
	if a.Lang == "" || s.old.OwnLang {
		a.Lang = s.old.Lang
	}
	return a
}

func (c *compare) before(p *Person) Staff {
	b := Staff{Number: p.StaffNumber, Email: p.Email, Name: p.Name, Profession: p.Profession, Lang: p.Lang}
	if u := c.unitByID[p.UnitID]; u != nil {
		b.Unit = u.Code
	}
	return b
}

// leaves reports whether the list says that somebody it does not name has left.
func (c *compare) leaves(p *Person) bool {
	k := &c.list.kept
	return c.list.HasPeople && !k.anybody && p.Listed && p.Left.IsZero() && c.claimed[p.ID] == nil && !c.isKept(p)
}

// isKept reports whether a row with a fault may be this person's.
func (c *compare) isKept(p *Person) bool {
	k := &c.list.kept
	return k.numbers[p.StaffNumber] || k.emails[p.folded] || k.names[i18n.Fold(p.Name)]
}

// dropTaken leaves out the rows whose address belongs to somebody who stays under it, and reports whether there were any.
func (c *compare) dropTaken() bool {
	drop := map[*PersonRow]bool{}
	for _, s := range c.people {
		p := c.byEmail[i18n.Fold(s.row.Email)]
		if p == nil || p == s.old {
			continue
		}
		// Its holder gives it up when another row renames them, when they leave, and when they have left.
		if c.claimed[p.ID] == nil && p.Left.IsZero() && !c.leaves(p) {
			drop[s.row] = true
			c.note("people.note-address", "line", lineNo(s.row.line), "email", s.row.Email)
			if s.old != nil {
				c.list.kept.emails[s.old.folded] = true
			}
		}
	}
	if len(drop) == 0 {
		return false
	}
	good := make([]PersonRow, 0, len(c.list.People))
	for i := range c.list.People {
		if !drop[&c.list.People[i]] {
			good = append(good, c.list.People[i])
		}
	}
	c.list.People = good
	return true
}

func (c *compare) comparePeople() {
	for _, s := range c.people {
		c.comparePerson(s)
	}
	if !c.list.HasPeople {
		return
	}
	staying := 0
	for i := range c.now.People {
		p := &c.now.People[i]
		switch {
		case c.leaves(p):
			c.Left = append(c.Left, PersonChange{ID: p.ID, Before: c.before(p)})
		case p.Listed && p.Left.IsZero() && c.claimed[p.ID] == nil:
			staying++
		}
	}
	if c.list.kept.anybody && staying > 0 {
		c.note("people.note-nobody-leaves", "n", staying)
	}
}

func (c *compare) comparePerson(s *staffed) {
	if p := c.byEmail[i18n.Fold(s.row.Email)]; p != nil && p != s.old && c.claimed[p.ID] == nil {
		c.free = append(c.free, p.ID)
	}
	if s.old == nil {
		c.New = append(c.New, PersonChange{After: s.after})
		return
	}
	d := PersonChange{ID: s.old.ID, Before: c.before(s.old), After: s.after}
	if !s.old.Left.IsZero() {
		c.Back = append(c.Back, d)
		return
	}
	moved := d.Before.Unit != d.After.Unit
	renamed := d.Before.Name != d.After.Name || d.Before.Email != d.After.Email || d.Before.Number != d.After.Number
	if moved {
		c.Moved = append(c.Moved, d)
	}
	if renamed {
		c.Renamed = append(c.Renamed, d)
	}
	other := d.Before.Profession != d.After.Profession || d.Before.Lang != d.After.Lang
	if other || !s.old.Listed && !moved && !renamed {
		c.Updated = append(c.Updated, d)
	}
}

func (c *compare) compareProfessions() {
	known := map[string]Profession{}
	for _, p := range c.now.Professions {
		known[p.Code] = p
	}
	for _, p := range c.list.Professions {
		if old, ok := known[p.Code]; !ok {
			c.ProfessionsNew = append(c.ProfessionsNew, p)
		} else if old != p {
			c.ProfessionsRenamed = append(c.ProfessionsRenamed, p)
		}
		known[p.Code] = p
	}
	for _, s := range c.people {
		code := s.after.Profession
		if _, ok := known[code]; ok || code == "" {
			continue
		}
		known[code] = Profession{code, code, code, code}
		c.ProfessionsNew = append(c.ProfessionsNew, known[code])
	}
}
