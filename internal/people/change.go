package people

import (
	"fmt"

	"taitorinki/internal/i18n"
)

// Change is what a staff list changes, or has changed.
type Change struct {
	New     []PersonChange // nobody has known them before
	Back    []PersonChange // had left earlier
	Moved   []PersonChange
	Renamed []PersonChange // another name, address or staff number
	Updated []PersonChange // another profession or language, or on the list for the first time
	Left    []PersonChange

	UnitsNew     []UnitChange // also those that had ended earlier
	UnitsMoved   []UnitChange
	UnitsRenamed []UnitChange
	UnitsUpdated []UnitChange // another headcount
	UnitsEnded   []UnitChange

	RolesGiven, RolesTaken []RoleChange
	ProfessionsNew         []Profession
	ProfessionsRenamed     []Profession

	Notes    []Note
	Problems Problems // rows that were left out

	people []*staffed // everybody the list names, and those who leave
	free   []int64    // persons who have left and whose address goes to somebody else
}

// ManyLeave reports whether so many of the staff would leave that the list may be a part of it taken for the whole: more
// than ten, and more than a tenth.
func (c *Change) ManyLeave(staff int) bool { return len(c.Left) > 10 && len(c.Left)*10 > staff }

// PersonChange is a person before and after; before is empty for somebody new, after for somebody who leaves.
type PersonChange struct {
	ID            int64 // 0 for somebody new in a dry run
	Before, After Staff
}

// Name is the person's name, the new one where it changes.
func (c PersonChange) Name() string { return firstOf(c.After.Name, c.Before.Name) }

// Staff is what a staff list says of a person.
type Staff struct{ Number, Email, Name, Unit, Profession, Lang string }

// folded is the address as it is compared and kept: for somebody without one, something that is no address.
func (s Staff) folded() string {
	if s.Email == "" {
		return "#=" + s.Number
	}
	return i18n.Fold(s.Email)
}

// UnitChange is a unit before and after; before is empty for a new one, after for one that ends.
type UnitChange struct{ Before, After UnitRow }

// Code is the unit's code.
func (c UnitChange) Code() string { return firstOf(c.After.Code, c.Before.Code) }

// Name is the unit's name in a language, the new one where it changes.
func (c UnitChange) Name(lang string) string {
	u := c.After
	if u.Code == "" {
		u = c.Before
	}
	return pick(lang, u.NameFI, u.NameSV, u.NameEN)
}

// RoleChange is a role that the list gives or takes.
type RoleChange struct {
	Name, Email, Role string
	Unit              string // its code, "" for the whole organisation

	person *staffed // to whom it is given
	id     int64    // the role that is taken
}

// Summary is a Change in numbers.
type Summary struct {
	New, Back, Moved, Renamed, Updated, Left                     int
	UnitsNew, UnitsMoved, UnitsRenamed, UnitsUpdated, UnitsEnded int
	RolesGiven, RolesTaken                                       int
	ProfessionsNew, ProfessionsRenamed                           int
	Problems                                                     int
}

// Summary counts.
func (c *Change) Summary() Summary {
	return Summary{
		New: len(c.New), Back: len(c.Back), Moved: len(c.Moved), Renamed: len(c.Renamed), Updated: len(c.Updated), Left: len(c.Left),
		UnitsNew: len(c.UnitsNew), UnitsMoved: len(c.UnitsMoved), UnitsRenamed: len(c.UnitsRenamed),
		UnitsUpdated: len(c.UnitsUpdated), UnitsEnded: len(c.UnitsEnded),
		RolesGiven: len(c.RolesGiven), RolesTaken: len(c.RolesTaken),
		ProfessionsNew: len(c.ProfessionsNew), ProfessionsRenamed: len(c.ProfessionsRenamed), Problems: len(c.Problems),
	}
}

// Empty reports whether the list changes nothing at all.
func (c *Change) Empty() bool {
	s := c.Summary()
	s.Problems = 0
	return s == Summary{}
}

// Line counts persons. Somebody who comes back counts as new.
func (c *Change) Line() string {
	return fmt.Sprintf("%d new, %d moved, %d renamed, %d left", len(c.New)+len(c.Back), len(c.Moved), len(c.Renamed), len(c.Left))
}

// UnitLine counts units.
func (c *Change) UnitLine() string {
	return fmt.Sprintf("%d new, %d moved, %d renamed, %d left", len(c.UnitsNew), len(c.UnitsMoved), len(c.UnitsRenamed), len(c.UnitsEnded))
}

// RoleLine counts roles.
func (c *Change) RoleLine() string {
	return fmt.Sprintf("%d given, %d taken", len(c.RolesGiven), len(c.RolesTaken))
}

// OtherLine counts what the other lines leave out.
func (c *Change) OtherLine() string {
	return fmt.Sprintf("%d with another profession or language, %d units with another headcount, %d new professions, %d renamed professions",
		len(c.Updated), len(c.UnitsUpdated), len(c.ProfessionsNew), len(c.ProfessionsRenamed))
}

// NoteLines are the notes in English.
func (c *Change) NoteLines() []string {
	out := make([]string, len(c.Notes))
	for i, n := range c.Notes {
		out[i] = english().T("en", n.Key, n.Args...)
	}
	return out
}

func (c *Change) note(key string, args ...any) { c.Notes = append(c.Notes, Note{key, args}) }
