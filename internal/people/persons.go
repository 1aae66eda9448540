package people

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"taitorinki/internal/i18n"
)

// peopleCheck reads the rows of the people file.
type peopleCheck struct {
	*table
	units   map[string]bool // codes of the units file; nil without one
	anyUnit bool            // a row of that file could not be read, so a unit that is missing may be its
	emails  map[string]int  // to the line where an address stands first
	numbers map[string]int
	words   map[string]int // role words that give no role
}

func (c *peopleCheck) person() PersonRow {
	p := PersonRow{Number: c.get("number"), Email: c.get("email"), Name: c.get("name"), Unit: c.get("unit"),
		Profession: c.get("profession"), line: c.row.Line}
	c.email(p.Email, p.Number)
	if p.Name == "" {
		c.fail("name", "people.row-no-name")
	}
	if p.Number != "" && once(c.numbers, p.Number, c.row.Line) > 0 {
		c.fail("number", "people.row-same-number", "value", p.Number, "line", lineNo(c.numbers[p.Number]))
	}
	if p.Unit == "" {
		c.fail("unit", "people.row-no-unit")
	} else {
		c.unit("unit", p.Unit)
	}
	if said := c.get("lang"); said != "" {
		if p.Lang = langs[i18n.Fold(said)]; p.Lang == "" {
			c.fail("lang", "people.row-lang", "value", said)
		}
	}
	p.Supervises = c.supervises(p.Unit)
	return p
}

// email checks an address. Whom a staff number tells apart may have none: no mail reaches them, and the coordinator sees so
// before a round opens.
func (c *peopleCheck) email(email, number string) {
	switch {
	case email == "" && number != "":
	case email == "":
		c.fail("email", "people.row-no-email")
	case !GoodEmail(email):
		c.fail("email", "people.bad-email", "value", email)
	case once(c.emails, i18n.Fold(email), c.row.Line) > 0:
		c.fail("email", "people.row-same-email", "value", email, "line", lineNo(c.emails[i18n.Fold(email)]))
	}
}

// once remembers where a value stands first and returns that line when it is an earlier one.
func once(lines map[string]int, value string, line int) int {
	if first := lines[value]; first > 0 {
		return first
	}
	lines[value] = line
	return 0
}

// lineNo is a line as it is told: a number without grouping, which an editor's "go to line" takes.
func lineNo(n int) string { return strconv.Itoa(n) }

func (c *peopleCheck) unit(column, code string) {
	if c.units != nil && !c.anyUnit && !c.units[code] {
		c.fail(column, "people.row-unit", "value", code)
	}
}

// supervises are the units that a row makes its person the supervisor of: those it names, and the person's own when the
// role says so.
func (c *peopleCheck) supervises(own string) []string {
	var units []string
	for _, code := range codesIn(c.get("supervises")) {
		c.unit("supervises", code)
		units = append(units, code)
	}
	for _, word := range strings.FieldsFunc(c.get("role"), func(r rune) bool { return r == ',' || r == ';' || r == '/' || r == '|' }) {
		word = strings.Join(strings.FieldsFunc(i18n.Fold(word), func(r rune) bool { return r == ' ' || r == '_' || r == '-' }), "_")
		switch {
		case word == "" || slices.Contains(employeeWords, word):
		case slices.Contains(supervisorWords, word):
			units = append(units, own)
		default:
			c.words[word]++
		}
	}
	slices.Sort(units)
	return slices.DeleteFunc(slices.Compact(units), func(u string) bool { return u == "" })
}

var (
	employeeWords   = []string{"employee", "staff", "työntekijä", "medarbetare", "anställd", "arbetstagare"}
	supervisorWords = []string{"supervisor", "area_manager", "sector_director", "esihenkilö", "lähiesihenkilö", "esimies", "lähiesimies", "chef", "närchef", "förman"}
)

// roleNotes tells which role words give nothing: such roles are given by a person.
func (c *peopleCheck) roleNotes() []Note {
	var out []Note
	for _, word := range slices.Sorted(maps.Keys(c.words)) {
		out = append(out, Note{"people.note-role", []any{"role", word, "n", c.words[word]}})
	}
	return out
}

// Settle finds the faults that only show beside what is there already, such as a unit that neither the list nor the
// database knows, and leaves those rows out of the list.
func (l *List) Settle(current *Current) Problems {
	var ps Problems
	live := map[string]Unit{}
	for _, u := range current.Units {
		if u.Ended.IsZero() {
			live[u.Code] = u
		}
	}
	there := map[string]bool{}
	for _, u := range l.Units {
		there[u.Code] = true
	}
	for code := range live {
		if !l.HasUnits || l.kept.units[code] || l.kept.anyUnit {
			there[code] = true
		}
	}
	ps = append(ps, l.settleUnits(current, there)...)
	people := l.People[:0:0]
	for _, p := range l.People {
		if missing := firstMissing(there, append([]string{p.Unit}, p.Supervises...)); missing != "" {
			key, column := "people.row-unit", "unit"
			if missing != p.Unit {
				column = "supervises"
			}
			if l.kept.units[missing] {
				key = "people.row-unit-bad"
			}
			ps = append(ps, l.kept.people.problem(p.line, column, key, "value", missing))
			l.keep(p)
			continue
		}
		people = append(people, p)
	}
	l.People = people
	return ps
}

func firstMissing(there map[string]bool, codes []string) string {
	for _, c := range codes {
		if !there[c] {
			return c
		}
	}
	return ""
}

// settleUnits drops units whose parent is not there, again until all have one: a dropped unit is somebody's parent.
func (l *List) settleUnits(current *Current, there map[string]bool) (ps Problems) {
	known := map[string]bool{}
	parents := map[string]string{}
	code := map[int64]string{}
	for _, u := range current.Units {
		known[u.Code], code[u.ID] = u.Ended.IsZero(), u.Code
	}
	for _, u := range current.Units {
		parents[u.Code] = code[u.ParentID]
	}
	was := maps.Clone(parents)
	for again := true; again; {
		again = false
		for _, u := range l.Units {
			parents[u.Code] = u.Parent
		}
		round := circles(parents)
		good := l.Units[:0:0]
		for _, u := range l.Units {
			key := ""
			switch {
			case u.Parent != "" && !there[u.Parent]:
				key = "people.row-unit-bad"
			case round[u.Code]:
				key = "people.row-circle"
			default:
				good = append(good, u)
				continue
			}
			again = true
			l.kept.units[u.Code] = true
			there[u.Code] = known[u.Code]
			parents[u.Code] = was[u.Code]
			ps = append(ps, l.kept.unitFile.problem(u.line, "parent", key, "value", u.Parent))
		}
		l.Units = good
	}
	return ps
}
