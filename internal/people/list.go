package people

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/sheet"
)

// Files are the files of a staff list as uploaded. The zero File was not given: what it would tell stays as it is.
type Files struct{ Units, People, Professions File }

// File is one uploaded file.
type File struct {
	Name string
	Data []byte
}

func (f File) given() bool { return f.Name != "" || len(f.Data) > 0 }

// List is a staff list as read: only rows without a fault, in the order of the file.
type List struct {
	HasUnits, HasPeople, HasProfessions bool

	ByNumber       bool // the people file has a column of staff numbers, which tell people apart
	TellsRoles     bool // the people file says who supervises what
	TellsJob       bool // it says the profession
	TellsHeadcount bool // the units file says the headcount

	Units       []UnitRow
	People      []PersonRow
	Professions []Profession
	Notes       []Note

	kept kept
}

// UnitRow is a row of the units file.
type UnitRow struct {
	Code, Parent           string
	NameFI, NameSV, NameEN string
	Headcount              int

	line int
}

// PersonRow is a row of the people file.
type PersonRow struct {
	Number, Email, Name, Unit, Profession, Lang string
	Supervises                                  []string // codes of units

	line int
}

// kept is what the rows with a fault were about. It stays as it is: a slip in a cell must not make anybody leave.
type kept struct {
	units    map[string]bool
	numbers  map[string]bool
	emails   map[string]bool // folded
	names    map[string]bool // folded, of rows that tell no more
	anybody  bool            // a row could not be read at all, so it may be anybody's
	anyUnit  bool
	unitFile *table // the files, for faults that are found later
	people   *table
}

// Note says something about a list that is no fault.
type Note struct {
	Key  string
	Args []any
}

// Problem is one fault of a staff list, with the place where a person finds it.
type Problem struct {
	File       string
	Line       int // 0: the whole file
	Column     int // from 1; 0: the whole row
	ColumnName string
	Key        string
	Args       []any

	Fatal bool // the file cannot be used at all, not even without the row
}

// Error tells the fault in English.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ", line %d", p.Line)
	}
	switch {
	case p.ColumnName != "":
		fmt.Fprintf(&b, ", column %s", p.ColumnName)
	case p.Column > 0:
		fmt.Fprintf(&b, ", column %d", p.Column)
	}
	return b.String() + ": " + english().T("en", p.Key, p.Args...)
}

var english = sync.OnceValue(func() i18n.Words {
	w, err := i18n.Load(Locales, sheet.Locales)
	if err != nil {
		panic(err) // embedded and tested
	}
	return w
})

// Problems are the faults of a staff list: units first, then people, then professions.
type Problems []Problem

// Error tells all faults in English, a line each.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes the faults an invalid input.
func (ps Problems) Unwrap() error { return errs.New(errs.Invalid, "people.has-problems", "n", len(ps)) }

// Fatal reports whether some file cannot be used at all.
func (ps Problems) Fatal() bool {
	for _, p := range ps {
		if p.Fatal {
			return true
		}
	}
	return false
}

// inOrder puts the faults as who mends a file meets them: line by line, those of the whole file last.
func (ps Problems) inOrder() Problems {
	files := map[string]int{}
	for _, p := range ps {
		if _, seen := files[p.File]; !seen {
			files[p.File] = len(files)
		}
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		// Line 0 less one is the largest there is.
		return cmp.Or(cmp.Compare(files[a.File], files[b.File]), cmp.Compare(uint(a.Line-1), uint(b.Line-1)), cmp.Compare(a.Column, b.Column))
	})
	return ps
}

// err is ps when there is a fault and nil otherwise.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Read reads a staff list and finds every fault that can be seen without knowing what is there already. The list is
// never nil; it holds the rows without a fault.
func Read(files Files) (*List, Problems) {
	l := &List{kept: kept{units: map[string]bool{}, numbers: map[string]bool{}, emails: map[string]bool{}, names: map[string]bool{}}}
	l.HasUnits, l.HasPeople, l.HasProfessions = files.Units.given(), files.People.given(), files.Professions.given()
	var ps Problems
	if !l.HasUnits && !l.HasPeople && !l.HasProfessions {
		return l, Problems{{File: named(files.People, "people"), Key: "people.no-files", Fatal: true}}
	}
	if l.HasUnits {
		ps = append(ps, l.readUnits(files.Units)...)
	}
	if l.HasPeople {
		ps = append(ps, l.readPeople(files.People)...)
	}
	if l.HasProfessions {
		ps = append(ps, l.readProfessions(files.Professions)...)
	}
	return l, ps
}

func named(f File, otherwise string) string {
	if f.Name == "" {
		return otherwise
	}
	return f.Name
}

// table reads one file of a list and gathers its faults.
type table struct {
	*sheet.Table
	index    sheet.Index
	name     string
	problems Problems
	row      sheet.Row
	bad      bool // the row has a fault
	lost     bool // a row could not be read at all
}

func openTable(name string, data []byte, want []sheet.Column) *table {
	read, err := sheet.Read(name, data)
	t := &table{Table: read, name: name}
	if es, ok := err.(sheet.Errors); ok {
		for _, e := range es {
			p := problemOf(e)
			p.Fatal = e.Line == 0 && e.Key != "sheet.more_errors" || len(read.Header) == 0
			t.lost = true
			t.problems = append(t.problems, p)
		}
	}
	if t.problems.Fatal() {
		return t
	}
	index, missing := read.Columns(want)
	t.index = index
	for _, e := range missing {
		p := problemOf(e)
		p.Fatal = true
		t.problems = append(t.problems, p)
	}
	if len(missing) == 0 && len(read.Rows) == 0 && !t.lost {
		t.problems = append(t.problems, Problem{File: name, Key: "people.file-no-rows", Fatal: true})
	}
	return t
}

func problemOf(e sheet.Error) Problem {
	return Problem{File: e.File, Line: e.Line, Column: e.Column, ColumnName: e.ColumnName, Key: e.Key, Args: e.Args}
}

func (t *table) begin(r sheet.Row) { t.row, t.bad = r, false }

func (t *table) get(key string) string { return tidy(t.index.Get(t.row, key)) }

// fail notes a fault of the row in a column.
func (t *table) fail(column, key string, args ...any) {
	t.bad = true
	t.failAt(t.row.Line, column, key, args...)
}

func (t *table) failAt(line int, column, key string, args ...any) {
	t.problems = append(t.problems, t.problem(line, column, key, args...))
}

func (t *table) problem(line int, column, key string, args ...any) Problem {
	p := Problem{File: t.name, Line: line, Column: t.index.Col(column), Key: key, Args: args}
	if p.Column > 0 {
		p.ColumnName = t.Header[p.Column-1]
	}
	return p
}

// names gives the three names of a row: a plain name serves every language, and a language without a name of its own
// takes the first there is.
func (t *table) names() (fi, sv, en string) {
	plain, fi, sv, en := t.get("name"), t.get("name_fi"), t.get("name_sv"), t.get("name_en")
	first := firstOf(plain, fi, sv, en)
	if first == "" {
		column := "name"
		if t.index.Col(column) == 0 {
			column = "name_fi"
		}
		t.fail(column, "people.row-no-name")
	}
	return firstOf(fi, first), firstOf(sv, first), firstOf(en, first)
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// tidy makes one space of any and one letter of a letter and its dots.
func tidy(s string) string { return norm.NFC.String(strings.Join(strings.Fields(s), " ")) }

func (t *table) notes() []Note {
	var out []Note
	for _, h := range t.index.Unknown {
		out = append(out, Note{"people.note-column", []any{"file", t.name, "column", h}})
	}
	return out
}

// hasName reports whether a table has any column of names, and notes the fault otherwise.
func (t *table) hasName(wanted []sheet.Column) bool {
	var accepted []string
	for _, c := range wanted {
		if !strings.HasPrefix(c.Key, "name") {
			continue
		}
		if t.index.Col(c.Key) > 0 {
			return true
		}
		accepted = append(accepted, c.Names...)
	}
	t.problems = append(t.problems, Problem{File: t.name, Line: 1, Key: "sheet.missing_column", Args: []any{"names", strings.Join(accepted, ", ")}, Fatal: true})
	return false
}

func whole(s string) (int, bool) {
	n, err := strconv.Atoi(strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), "\u00a0", ""))
	return n, err == nil && n >= 0
}

var emailShape = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)

// GoodEmail reports whether mail can be sent to an address.
func GoodEmail(a string) bool {
	return len(a) <= 254 && emailShape.MatchString(a) && mail.CheckAddress(a) == nil
}
