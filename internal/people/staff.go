package people

import (
	"strings"

	"taitorinki/internal/i18n"
	"taitorinki/internal/sheet"
)

// Headers as county systems write them in Finnish, Swedish and English.
var (
	nameColumns = []sheet.Column{
		{Key: "name", Names: []string{"name", "nimi", "namn", "nimike", "benämning"}},
		{Key: "name_fi", Names: []string{"name_fi", "nimi_fi", "nimi suomeksi", "namn_fi", "namn på finska"}},
		{Key: "name_sv", Names: []string{"name_sv", "nimi_sv", "nimi ruotsiksi", "namn_sv", "namn på svenska"}},
		{Key: "name_en", Names: []string{"name_en", "nimi_en", "nimi englanniksi", "namn_en", "namn på engelska"}},
	}
	unitColumns = append([]sheet.Column{
		{Key: "code", Names: []string{"code", "unit code", "koodi", "tunnus", "yksikkökoodi", "yksikön koodi", "yksikkötunnus", "kod", "enhetskod"}, Required: true},
		{Key: "parent", Names: []string{"parent", "parent code", "parent unit", "ylempi", "ylempi yksikkö", "yläyksikkö", "emo", "emoyksikkö", "överordnad", "överordnad enhet", "överenhet"}},
		{Key: "headcount", Names: []string{"headcount", "staff", "henkilömäärä", "henkilöstömäärä", "henkilöstö", "antal", "antal anställda", "personalantal"}},
	}, nameColumns...)
	professionColumns = append([]sheet.Column{
		{Key: "code", Names: []string{"code", "profession code", "koodi", "tunnus", "ammattikoodi", "kod", "yrkeskod"}, Required: true},
	}, nameColumns...)
	peopleColumns = []sheet.Column{
		{Key: "email", Names: []string{"email", "e-mail", "mail", "email address", "sähköposti", "sähköpostiosoite", "e-post", "epost", "e-postadress"}, Required: true},
		{Key: "name", Names: []string{"name", "full name", "nimi", "koko nimi", "namn"}, Required: true},
		{Key: "unit", Names: []string{"unit", "unit code", "yksikkö", "yksikkökoodi", "yksikön koodi", "yksikön tunnus", "enhet", "enhetskod"}, Required: true},
		{Key: "profession", Names: []string{"profession", "profession code", "ammatti", "ammattikoodi", "ammattiryhmä", "yrke", "yrkeskod", "yrkesgrupp"}},
		{Key: "number", Names: []string{"staff number", "employee number", "employee id", "henkilönumero", "henkilöstönumero", "työntekijänumero", "anställningsnummer", "personalnummer"}},
		{Key: "lang", Names: []string{"language", "lang", "kieli", "asiointikieli", "språk"}},
		{Key: "role", Names: []string{"role", "rooli", "roll"}},
		{Key: "supervises", Names: []string{"supervisor of", "supervises", "esihenkilö yksiköissä", "esihenkilönä yksiköissä", "esihenkilö yksikössä", "esimies yksiköissä", "chef för", "chef för enheter", "förman för"}},
	}
)

func (l *List) readUnits(f File) Problems {
	t := openTable(named(f, "units"), f.Data, unitColumns)
	l.kept.unitFile = t
	if t.problems.Fatal() || !t.hasName(unitColumns) {
		return t.problems
	}
	l.kept.anyUnit = t.lost
	l.TellsHeadcount = t.index.Col("headcount") > 0
	l.Notes = append(l.Notes, t.notes()...)
	codes := map[string]int{} // to the line where a code stands first
	for _, r := range t.Rows {
		t.begin(r)
		if code := t.get("code"); code != "" && codes[code] == 0 {
			codes[code] = r.Line
		}
	}
	for _, r := range t.Rows {
		t.begin(r)
		u := t.unit(codes)
		if !t.bad {
			l.Units = append(l.Units, u)
		} else if u.Code == "" {
			l.kept.anyUnit = true
		} else if codes[u.Code] == r.Line {
			l.kept.units[u.Code] = true
		}
	}
	l.dropCircles(t)
	return t.problems
}

func (t *table) unit(codes map[string]int) UnitRow {
	u := UnitRow{Code: t.get("code"), Parent: t.get("parent"), line: t.row.Line}
	if u.Code == "" {
		t.fail("code", "people.row-no-code")
	} else if first := codes[u.Code]; first != t.row.Line {
		t.fail("code", "people.row-same-code", "value", u.Code, "line", lineNo(first))
	}
	u.NameFI, u.NameSV, u.NameEN = t.names()
	if u.Parent != "" && codes[u.Parent] == 0 && !t.lost {
		t.fail("parent", "people.row-no-parent", "value", u.Parent)
	}
	if s := t.get("headcount"); s != "" {
		n, ok := whole(s)
		if !ok {
			t.fail("headcount", "people.row-headcount", "value", s)
		}
		u.Headcount = n
	}
	return u
}

// dropCircles leaves out units that are above themselves.
func (l *List) dropCircles(t *table) {
	parents := map[string]string{}
	for _, u := range l.Units {
		parents[u.Code] = u.Parent
	}
	round := circles(parents)
	if len(round) == 0 {
		return
	}
	good := l.Units[:0]
	for _, u := range l.Units {
		if !round[u.Code] {
			good = append(good, u)
			continue
		}
		l.kept.units[u.Code] = true
		t.failAt(u.line, "parent", "people.row-circle", "value", u.Code)
	}
	l.Units = good
}

// circles finds the codes that are above themselves.
func circles(parents map[string]string) map[string]bool {
	const walking, walked = 1, 2
	state, round := map[string]int{}, map[string]bool{}
	for start := range parents {
		var way []string
		at := start
		for at != "" && state[at] == 0 {
			if _, known := parents[at]; !known {
				break
			}
			state[at] = walking
			way = append(way, at)
			at = parents[at]
		}
		if state[at] == walking {
			for i := len(way) - 1; i >= 0; i-- {
				round[way[i]] = true
				if way[i] == at {
					break
				}
			}
		}
		for _, code := range way {
			state[code] = walked
		}
	}
	return round
}

func (l *List) readProfessions(f File) Problems {
	t := openTable(named(f, "professions"), f.Data, professionColumns)
	if t.problems.Fatal() || !t.hasName(professionColumns) {
		return t.problems
	}
	l.Notes = append(l.Notes, t.notes()...)
	lines := map[string]int{}
	for _, r := range t.Rows {
		t.begin(r)
		p := Profession{Code: t.get("code")}
		if p.Code == "" {
			t.fail("code", "people.row-no-code")
		} else if lines[p.Code] > 0 {
			t.fail("code", "people.row-same-code", "value", p.Code, "line", lineNo(lines[p.Code]))
		} else {
			lines[p.Code] = r.Line
		}
		p.NameFI, p.NameSV, p.NameEN = t.names()
		if !t.bad {
			l.Professions = append(l.Professions, p)
		}
	}
	return t.problems
}

func (l *List) readPeople(f File) Problems {
	t := openTable(named(f, "people"), f.Data, peopleColumns)
	l.kept.people = t
	if t.problems.Fatal() {
		return t.problems
	}
	l.kept.anybody = t.lost
	l.ByNumber = t.index.Col("number") > 0
	l.TellsRoles = t.index.Col("role") > 0 || t.index.Col("supervises") > 0
	l.TellsJob = t.index.Col("profession") > 0
	l.Notes = append(l.Notes, t.notes()...)
	c := peopleCheck{table: t, emails: map[string]int{}, numbers: map[string]int{}, words: map[string]int{}}
	if l.HasUnits {
		c.units = map[string]bool{}
		for _, u := range l.Units {
			c.units[u.Code] = true
		}
		for code := range l.kept.units {
			c.units[code] = true
		}
		c.anyUnit = l.kept.anyUnit
	}
	for _, r := range t.Rows {
		t.begin(r)
		p := c.person()
		if t.bad {
			l.keep(p)
			continue
		}
		l.People = append(l.People, p)
	}
	l.Notes = append(l.Notes, c.roleNotes()...)
	return t.problems
}

// keep remembers whom a row with a fault is about.
func (l *List) keep(p PersonRow) {
	known := false
	if l.ByNumber && p.Number != "" {
		l.kept.numbers[p.Number], known = true, true
	}
	if GoodEmail(p.Email) {
		l.kept.emails[i18n.Fold(p.Email)], known = true, true
	}
	switch {
	case known:
	case p.Name != "":
		l.kept.names[i18n.Fold(p.Name)] = true
	default:
		l.kept.anybody = true
	}
}

// langs are the words for languages that staff lists hold.
var langs = map[string]string{
	"fi": "fi", "fin": "fi", "fi-fi": "fi", "suomi": "fi", "finska": "fi", "finnish": "fi",
	"sv": "sv", "swe": "sv", "sv-fi": "sv", "sv-se": "sv", "ruotsi": "sv", "svenska": "sv", "swedish": "sv",
	"en": "en", "eng": "en", "en-gb": "en", "en-us": "en", "englanti": "en", "engelska": "en", "english": "en",
}

// codesIn cuts a cell that lists codes.
func codesIn(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '|' })
}
