package people

import (
	"strings"

	"taitorinki/internal/i18n"
	"taitorinki/internal/web"
)

// shown is how many lines of a long list a page shows.
const shown = 200

// section is one kind of change on the page, with its first lines.
type section struct {
	Key   string // of the heading, which takes n
	N     int
	Lines []string
}

// unitNames are the names of units by code, of today and of the list.
type unitNames map[string]string

func namesOf(t *Tree, c *Change, lang string) unitNames {
	m := unitNames{}
	for _, u := range t.byID {
		m[u.Code] = u.Name(lang)
	}
	for _, list := range [][]UnitChange{c.UnitsEnded, c.UnitsNew, c.UnitsRenamed} {
		for _, d := range list {
			m[d.Code()] = d.Name(lang)
		}
	}
	return m
}

// of is a unit's name and code; names alone are often alike.
func (m unitNames) of(code string) string {
	if code == "" {
		return "–"
	}
	if name := m[code]; name != "" {
		return name + " (" + code + ")"
	}
	return code
}

func (p differencePage) sections() []section {
	c, m := p.Change, p.Names
	all := []section{
		lines("people.diff-new", c.New, func(d PersonChange) string { return told(d.After, m.of(d.After.Unit)) }),
		lines("people.diff-back", c.Back, func(d PersonChange) string { return told(d.After, m.of(d.After.Unit)) }),
		lines("people.diff-moved", c.Moved, func(d PersonChange) string {
			return d.Name() + ": " + m.of(d.Before.Unit) + " → " + m.of(d.After.Unit)
		}),
		lines("people.diff-renamed", c.Renamed, func(d PersonChange) string { return renamed(d) }),
		lines("people.diff-updated", c.Updated, p.updated),
		lines("people.diff-left", c.Left, func(d PersonChange) string { return told(d.Before, m.of(d.Before.Unit)) }),
		lines("people.diff-units-new", c.UnitsNew, func(d UnitChange) string { return m.of(d.Code()) }),
		lines("people.diff-units-moved", c.UnitsMoved, func(d UnitChange) string {
			return m.of(d.Code()) + ": " + m.of(d.Before.Parent) + " → " + m.of(d.After.Parent)
		}),
		lines("people.diff-units-renamed", c.UnitsRenamed, renamedUnit),
		lines("people.diff-units-updated", c.UnitsUpdated, func(d UnitChange) string {
			return m.of(d.Code()) + ": " + i18n.Int(p.Lang, d.Before.Headcount) + " → " + i18n.Int(p.Lang, d.After.Headcount)
		}),
		lines("people.diff-units-ended", c.UnitsEnded, func(d UnitChange) string { return m.of(d.Code()) }),
		lines("people.diff-roles-given", c.RolesGiven, func(d RoleChange) string { return d.line(p.Page, m) }),
		lines("people.diff-roles-taken", c.RolesTaken, func(d RoleChange) string { return d.line(p.Page, m) }),
		lines("people.diff-professions-new", c.ProfessionsNew, func(d Profession) string { return d.Name(p.Lang) + " (" + d.Code + ")" }),
		lines("people.diff-professions-renamed", c.ProfessionsRenamed, func(d Profession) string { return d.Name(p.Lang) + " (" + d.Code + ")" }),
	}
	var out []section
	for _, s := range all {
		if s.N > 0 {
			out = append(out, s)
		}
	}
	return out
}

// lines sums a change up: a line for people, one for units and so on, and in each only what there is. Somebody who comes
// back counts as new. Without any change there is no line.
func (s Summary) lines(t func(key string, args ...any) string) []string {
	type count struct {
		key string
		n   int
	}
	var out []string
	add := func(key string, all ...count) {
		var parts []string
		for _, c := range all {
			if c.n > 0 {
				parts = append(parts, t(c.key, "n", c.n))
			}
		}
		if len(parts) > 0 {
			out = append(out, t(key, "list", strings.Join(parts, ", ")))
		}
	}
	add("people.diff-people", count{"people.count-new", s.New + s.Back}, count{"people.count-moved", s.Moved},
		count{"people.count-renamed", s.Renamed}, count{"people.count-updated", s.Updated}, count{"people.count-left", s.Left})
	add("people.diff-units", count{"people.count-new", s.UnitsNew}, count{"people.count-moved", s.UnitsMoved},
		count{"people.count-names", s.UnitsRenamed}, count{"people.count-headcounts", s.UnitsUpdated}, count{"people.count-ended", s.UnitsEnded})
	add("people.diff-roles", count{"people.count-new", s.RolesGiven}, count{"people.count-ended", s.RolesTaken})
	add("people.diff-professions", count{"people.count-new", s.ProfessionsNew}, count{"people.count-names", s.ProfessionsRenamed})
	return out
}

func lines[T any](key string, all []T, line func(T) string) section {
	s := section{Key: key, N: len(all)}
	for _, x := range all[:min(shown, len(all))] {
		s.Lines = append(s.Lines, line(x))
	}
	return s
}

func told(s Staff, unit string) string {
	return s.Name + ", " + firstOf(s.Email, s.Number) + ", " + unit
}

// renamed says what is other than before: name, address, number.
func renamed(d PersonChange) string {
	parts := []string{}
	add := func(was, is string) {
		if was != is {
			parts = append(parts, firstOf(was, "–")+" → "+firstOf(is, "–"))
		}
	}
	add(d.Before.Name, d.After.Name)
	add(d.Before.Email, d.After.Email)
	add(d.Before.Number, d.After.Number)
	line := strings.Join(parts, "; ")
	if d.Before.Name == d.After.Name {
		line = d.After.Name + ": " + line
	}
	return line
}

func renamedUnit(d UnitChange) string {
	var parts []string
	for _, lang := range i18n.Langs {
		b := pick(lang, d.Before.NameFI, d.Before.NameSV, d.Before.NameEN)
		a := pick(lang, d.After.NameFI, d.After.NameSV, d.After.NameEN)
		if part := b + " → " + a; a != b && (len(parts) == 0 || parts[len(parts)-1] != part) {
			parts = append(parts, part)
		}
	}
	return d.Code() + ": " + strings.Join(parts, "; ")
}

func (p differencePage) updated(d PersonChange) string {
	var parts []string
	if d.Before.Profession != d.After.Profession {
		parts = append(parts, firstOf(d.Before.Profession, "–")+" → "+firstOf(d.After.Profession, "–"))
	}
	if d.Before.Lang != d.After.Lang {
		parts = append(parts, p.T("people.lang-"+d.Before.Lang)+" → "+p.T("people.lang-"+d.After.Lang))
	}
	if len(parts) == 0 {
		parts = append(parts, p.T("people.diff-now-listed"))
	}
	return d.Name() + ": " + strings.Join(parts, "; ")
}

// line is a role as a list shows it.
func (d RoleChange) line(p web.Page, names unitNames) string {
	where := p.T("people.whole")
	if d.Unit != "" {
		where = names.of(d.Unit)
	}
	return d.Name + ", " + firstOf(d.Email, "–") + ": " + p.T("people.role-"+d.Role) + ", " + where
}

// place says where in a file a fault is.
func (x Problem) place(p web.Page) string {
	switch {
	case x.Line == 0:
		return x.File
	case x.ColumnName != "":
		return p.T("people.place-column", "file", x.File, "line", lineNo(x.Line), "column", x.ColumnName)
	}
	return p.T("people.place", "file", x.File, "line", lineNo(x.Line))
}
