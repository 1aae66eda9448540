package mentoring

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"taitorinki/internal/db"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/sheet"
	"taitorinki/internal/web"
)

// listFault is something wrong with a list, with the place where a person finds it.
type listFault struct {
	Line   int    // of the file; 0: the whole file
	Column string // header, "" for the whole row
	Key    string
	Args   []any
}

// rowChange is what a list would do to one mentor.
type rowChange struct {
	Before *Mentor // nil for somebody who is none yet
	After  Mentor
	Why    string
}

// listChange is what a list would do.
type listChange struct {
	Rows   []rowChange
	Same   int
	Faults []listFault
}

// listReader reads a list against what is there.
type listReader struct {
	*naming
	*sheet.Table
	index  sheet.Index
	may    scope
	units  map[string]people.Unit
	emails map[string]people.Person
	number map[string]people.Person
	now    map[int64]Mentor // by person
	seen   map[int64]int    // by person: the line
	out    *listChange
	row    sheet.Row
	bad    bool
}

// readList reads a list and says what it would do; whoever brings it in looks after the part of the county that may covers.
func readList(ctx context.Context, q db.Q, name string, data []byte, v web.Visitor) (*listChange, error) {
	t, err := sheet.Read(name, data)
	k := &listReader{Table: t, out: &listChange{}, seen: map[int64]int{}}
	if !k.open(err) {
		return k.out, nil
	}
	if err := k.load(ctx, q, v); err != nil {
		return nil, err
	}
	for _, r := range t.Rows {
		k.row, k.bad = r, false
		k.readRow()
	}
	slices.SortStableFunc(k.out.Faults, func(a, b listFault) int { return a.Line - b.Line })
	return k.out, nil
}

// open finds the columns, and reports whether there are rows to read.
func (k *listReader) open(err error) bool {
	index, missing := k.Columns(listColumns)
	k.index = index
	all, _ := err.(sheet.Errors)
	if len(k.Header) > 0 {
		all = append(all, missing...)
	}
	for _, e := range all {
		k.out.Faults = append(k.out.Faults, listFault{e.Line, e.ColumnName, e.Key, e.Args})
	}
	if len(all) == 0 && len(k.Rows) == 0 {
		k.out.Faults = append(k.out.Faults, listFault{Key: "people.file-no-rows"})
	}
	return len(k.Header) > 0 && len(missing) == 0
}

func (k *listReader) load(ctx context.Context, q db.Q, v web.Visitor) (err error) {
	if k.naming, err = readNaming(ctx, q); err != nil {
		return err
	}
	k.may, k.units = scopeOf(k.tree, v, people.ManageMentors), unitsByCode(k.tree)
	current, err := people.LoadCurrent(ctx, q)
	if err != nil {
		return err
	}
	k.emails, k.number = map[string]people.Person{}, map[string]people.Person{}
	for _, p := range current.People {
		if p.Left.IsZero() && k.may.has(p.UnitID) {
			k.emails[i18n.Fold(p.Email)] = p
			k.number[p.StaffNumber] = p
		}
	}
	all, err := Mentors(ctx, q)
	k.now = make(map[int64]Mentor, len(all))
	for _, m := range all {
		k.now[m.Person.ID] = m
	}
	return err
}

func (k *listReader) fail(column, key string, args ...any) {
	k.bad = true
	f := listFault{Line: k.row.Line, Key: key, Args: args}
	if c := k.index.Col(column); c > 0 {
		f.Column = k.Header[c-1]
	}
	k.out.Faults = append(k.out.Faults, f)
}

// get is a cell without the apostrophe that exports put before what looks like a formula.
func (k *listReader) get(column string) string {
	cell := k.index.Get(k.row, column)
	if rest, ok := strings.CutPrefix(cell, "'"); ok && sheet.Neutralise(rest) == cell {
		return rest
	}
	return cell
}

func (k *listReader) has(column string) bool { return k.index.Col(column) > 0 }

func (k *listReader) parts(column string) (out []string) {
	for _, x := range strings.Split(k.get(column), between) {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}

func (k *listReader) readRow() {
	who, ok := k.person()
	if !ok {
		return
	}
	before, has := k.now[who.ID]
	after := Mentor{Person: who, State: Candidate, Langs: []string{who.Lang}}
	if has {
		after = before
		after.Person = who
	}
	k.state(&after)
	k.places(&after)
	k.grant(&after)
	k.strengths(&after)
	k.absence(&after)
	why := k.get("reason")
	if utf8.RuneCountInString(why) > MostReason {
		k.fail("reason", "mentoring.too-long", "most", MostReason)
	}
	if after.State == Ended && (!has || before.State != Ended) && why == "" {
		k.fail("reason", "mentoring.row-no-reason")
	}
	switch {
	case k.bad:
	case has && same(&before, &after):
		k.out.Same++
	case has:
		k.out.Rows = append(k.out.Rows, rowChange{&before, after, why})
	default:
		k.out.Rows = append(k.out.Rows, rowChange{nil, after, why})
	}
}

func (k *listReader) person() (p people.Person, ok bool) {
	email, number := k.get("email"), k.get("number")
	if email != "" {
		p, ok = k.emails[i18n.Fold(email)]
	} else if number != "" {
		p, ok = k.number[number]
	}
	if !ok {
		k.fail("email", "mentoring.row-stranger", "value", email)
		return p, false
	}
	if first := k.seen[p.ID]; first > 0 {
		k.fail("email", "mentoring.row-twice", "line", itoa(first))
		return p, false
	}
	k.seen[p.ID] = k.row.Line
	return p, true
}

// stateWords are the states as people write them.
var stateWords = map[string]State{
	"candidate": Candidate, "ehdokas": Candidate, "kandidat": Candidate,
	"confirmed": Confirmed, "vahvistettu": Confirmed, "bekräftad": Confirmed,
	"in training": Training, "training": Training, "koulutuksessa": Training, "i utbildning": Training,
	"active": Active, "aktiivinen": Active, "toimii": Active, "aktiv": Active,
	"resting": Resting, "tauolla": Resting, "på paus": Resting, "vilar": Resting,
	"ended": Ended, "päättynyt": Ended, "avslutad": Ended, "avslutat": Ended,
}

func (k *listReader) state(m *Mentor) {
	said := k.get("state")
	st, known := stateWords[i18n.Fold(said)]
	if !known {
		k.fail("state", "mentoring.row-state", "value", said)
		return
	}
	m.State = st
}

// places reads the units. Who has been given a unit elsewhere keeps it; a new one must be in the coordinator's part.
func (k *listReader) places(m *Mentor) {
	var out []Place
	for _, x := range k.parts("units") {
		code, below := strings.CutSuffix(x, "+")
		u, ok := k.units[code]
		if !ok || !k.may.has(u.ID) && !slices.ContainsFunc(m.Units, func(p Place) bool { return p.Unit == u.ID }) {
			k.fail("units", "mentoring.row-unit", "value", code)
			continue
		}
		if !slices.ContainsFunc(out, func(p Place) bool { return p.Unit == u.ID }) {
			out = append(out, Place{u.ID, below})
		}
	}
	if len(out) == 0 && !k.bad && m.State != Ended {
		k.fail("units", "mentoring.row-no-units")
	}
	slices.SortFunc(out, func(a, b Place) int { return int(a.Unit - b.Unit) })
	if m.State == Ended {
		for _, p := range m.Units { // what has ended since cannot be written, and is not lost
			if _, there := k.tree.Unit(p.Unit); !there {
				out = append(out, p)
			}
		}
		slices.SortFunc(out, func(a, b Place) int { return int(a.Unit - b.Unit) })
	}
	m.Units = out
}

// grant reads hours and days. A candidate has none yet.
func (k *listReader) grant(m *Mentor) {
	if k.has("hours") {
		said, minutes := k.get("hours"), 0
		if said != "" {
			var ok bool
			if minutes, ok = ParseHours(said); !ok {
				k.fail("hours", "mentoring.bad-hours", "most", MostMinutes/60)
				return
			}
		}
		m.Minutes = minutes
	}
	for column, to := range map[string]*string{"from": &m.Starts, "to": &m.Ends} {
		if k.has(column) {
			*to = k.day(column)
		}
	}
	switch {
	case k.bad:
	case m.Minutes == 0 && m.State != Candidate && m.State != Ended:
		k.fail("hours", "mentoring.row-no-hours")
	case m.Minutes > 0 && m.Starts == "":
		k.fail("from", "mentoring.row-no-from")
	case m.Ends != "" && m.Ends < m.Starts:
		k.fail("to", "mentoring.days-swapped")
	}
}

// absence reads the days of an absence and whether the monthly note is wanted; a column that is not there changes nothing.
func (k *listReader) absence(m *Mentor) {
	for column, to := range map[string]*string{"away-from": &m.AwayFrom, "away-to": &m.AwayTo} {
		if k.has(column) {
			*to = k.day(column)
		}
	}
	switch {
	case k.bad:
	case m.AwayFrom == "" && m.AwayTo != "":
		k.fail("away-from", "mentoring.bad-day")
	case m.AwayTo != "" && m.AwayTo < m.AwayFrom:
		k.fail("away-to", "mentoring.days-swapped")
	}
	if said := k.get("note"); said != "" {
		off, known := noteWords[i18n.Fold(said)]
		if !known {
			k.fail("note", "mentoring.row-note", "value", said)
		}
		m.NoteOff = off
	}
}

// noteWords are whether the monthly note is switched off, as people write it.
var noteWords = map[string]bool{"on": false, "off": true, "yes": false, "no": true, "kyllä": false, "ei": true, "ja": false, "nej": true}

// day reads a day as 2026-11-22, or as a spreadsheet in Finland writes it.
func (k *listReader) day(column string) string {
	said := k.get(column)
	if said == "" {
		return ""
	}
	for _, form := range []string{time.DateOnly, "2.1.2006"} {
		if t, err := time.Parse(form, said); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	k.fail(column, "mentoring.bad-day")
	return ""
}

// strengths reads what a mentor tells; a column that is not there changes nothing.
func (k *listReader) strengths(m *Mentor) {
	if k.has("areas") {
		m.Areas = valuesOf(k, "areas", "mentoring.row-area", k.areaCalled)
	}
	if k.has("services") {
		m.Services = valuesOf(k, "services", "mentoring.row-service", k.serviceCalled)
	}
	if k.has("languages") {
		m.Langs = valuesOf(k, "languages", "mentoring.row-lang", func(said string) (string, bool) { l := i18n.Fold(said); return l, i18n.Known(l) })
		if len(m.Langs) == 0 && !k.bad && m.State != Ended {
			k.fail("languages", "mentoring.choose-langs")
		}
	}
	if k.has("reach") && k.index.Get(k.row, "reach") != m.Reach {
		m.Reach = k.get("reach")
		if utf8.RuneCountInString(m.Reach) > MostReason {
			k.fail("reach", "mentoring.too-long", "most", MostReason)
		}
	}
}

// valuesOf reads the values of a cell by what each is called, each once.
func valuesOf[T comparable](k *listReader, column, fault string, called func(string) (T, bool)) (out []T) {
	for _, said := range k.parts(column) {
		v, ok := called(said)
		if !ok {
			k.fail(column, fault, "value", said)
		} else if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// same reports whether a row says what is there.
func same(a, b *Mentor) bool {
	return a.State == b.State && a.Minutes == b.Minutes && a.Starts == b.Starts && a.Ends == b.Ends && a.Reach == b.Reach &&
		a.AwayFrom == b.AwayFrom && a.AwayTo == b.AwayTo && a.NoteOff == b.NoteOff &&
		slices.Equal(a.Areas, b.Areas) && slices.Equal(a.Services, b.Services) && slices.Equal(a.Langs, b.Langs) && slices.Equal(a.Units, b.Units)
}
