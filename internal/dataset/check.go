package dataset

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"taitorinki/internal/errs"
)

// reserved are the words that SPSS does not take as names.
var reserved = []string{"ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"}

// maxMissing is how many single missing codes a .sav file can hold for a variable.
const maxMissing = 3

// maxWhole is the greatest whole number to which all smaller ones can be told apart in a float64.
const maxWhole = 1 << 53

// Check says everything that is wrong in the codebook: an *errs.Fields whose fields are named by their variables, or nil.
func (t *Table) Check() error {
	var f errs.Fields
	if len(t.Variables) == 0 {
		f.Add("", "dataset.no-variables")
	}
	seen := map[string]string{} // name in upper case -> name
	for i := range t.Variables {
		v := &t.Variables[i]
		if first, twice := seen[strings.ToUpper(v.Name)]; twice {
			f.Add(v.Name, "dataset.name-twice", "name", v.Name, "first", first)
		}
		seen[strings.ToUpper(v.Name)] = v.Name
		v.check(&f)
	}
	return f.Err()
}

func (v *Variable) check(f *errs.Fields) {
	if !legalName(v.Name) {
		f.Add(v.Name, "dataset.bad-name", "name", v.Name)
	}
	if v.Kind == Number && (v.Decimals < 0 || v.Decimals > 16) {
		f.Add(v.Name, "dataset.bad-decimals", "name", v.Name, "decimals", v.Decimals)
	}
	if v.Kind == Text && (v.Width < 1 || v.Width > MaxWidth) {
		f.Add(v.Name, "dataset.bad-width", "name", v.Name, "width", v.Width, "max", MaxWidth)
	}
	if v.Kind == Text && (v.ranged() || len(v.Missing) > 0) {
		f.Add(v.Name, "dataset.text-range", "name", v.Name)
		return
	}
	if math.IsNaN(v.Min) || math.IsNaN(v.Max) || v.Min > v.Max {
		f.Add(v.Name, "dataset.bad-range", "name", v.Name, "min", figure(v.Min), "max", figure(v.Max))
	}
	if len(v.Missing) > maxMissing {
		f.Add(v.Name, "dataset.many-missing", "name", v.Name, "n", len(v.Missing), "max", maxMissing)
	}
	v.checkCodes(f)
}

// checkCodes looks at the labelled codes. Each is wrong in one way at most, so that one slip is told once.
func (v *Variable) checkCodes(f *errs.Fields) {
	seen := map[Cell]bool{} // code -> it is a valid one
	for value, missing := range v.codes() {
		code := value.Code
		valid, again := seen[code]
		seen[code] = !missing
		switch {
		case !v.fits(code):
			f.Add(v.Name, "dataset.bad-code", "name", v.Name, "code", code.String())
		case again && missing && valid:
			f.Add(v.Name, "dataset.missing-valid", "name", v.Name, "code", code.String())
		case again:
			f.Add(v.Name, "dataset.code-twice", "name", v.Name, "code", code.String())
		case missing && v.ranged() && v.inRange(code.number):
			f.Add(v.Name, "dataset.missing-valid", "name", v.Name, "code", code.String())
		case !missing && !v.inRange(code.number):
			f.Add(v.Name, "dataset.code-outside", "name", v.Name, "code", code.String(), "min", figure(v.Min), "max", figure(v.Max))
		}
	}
}

func (v *Variable) inRange(x float64) bool {
	return v.Kind == Text || !v.ranged() || x >= v.Min && x <= v.Max
}

// fits reports whether a cell is of the variable's kind and within its width.
func (v *Variable) fits(c Cell) bool {
	switch v.Kind {
	case Text:
		return c.kind == text && len(c.text) <= v.Width
	case Whole:
		return c.kind == number && c.number == math.Trunc(c.number) && math.Abs(c.number) <= maxWhole
	}
	return c.kind == number
}

// checkCell says what is wrong with a cell in the row of that number, from 1. It does not repeat what the cell holds: that is
// somebody's answer, and errors end in logs.
func (v *Variable) checkCell(c Cell, row int) error {
	switch {
	case c.kind == empty:
		return nil
	case !v.fits(c):
		return errs.New(errs.Invalid, "dataset.bad-cell", "name", v.Name, "row", row)
	case v.Kind == Text || v.inRange(c.number) || v.isMissing(c):
		return nil
	}
	return errs.New(errs.Invalid, "dataset.cell-outside", "name", v.Name, "row", row, "min", figure(v.Min), "max", figure(v.Max))
}

// each gives the rows to f, checked, and counts them.
func (t *Table) each(f func(cells []Cell) error) (rows int, err error) {
	for cells, err := range t.Rows {
		if err != nil {
			return rows, err
		}
		if len(cells) != len(t.Variables) {
			return rows, errs.New(errs.Invalid, "dataset.bad-row", "row", rows+1, "n", len(cells), "want", len(t.Variables))
		}
		for i := range cells {
			if err := t.Variables[i].checkCell(cells[i], rows+1); err != nil {
				return rows, err
			}
		}
		if err := f(cells); err != nil {
			return rows, err
		}
		rows++
	}
	if t.Cases > 0 && rows != t.Cases {
		return rows, fmt.Errorf("dataset %s has %d rows, told were %d", t.Name, rows, t.Cases)
	}
	return rows, nil
}

// legalName: a letter first; then letters, digits, points and underscores; no point at the end. SPSS takes underscores at the
// end only with a grumble, and @ # $ have meanings there, so they are left out.
func legalName(name string) bool {
	if name == "" || len(name) > 64 || !utf8.ValidString(name) || slices.Contains(reserved, strings.ToUpper(name)) {
		return false
	}
	for i, r := range name {
		switch {
		case unicode.IsLetter(r):
		case i > 0 && (unicode.IsDigit(r) || r == '.' || r == '_'):
		default:
			return false
		}
	}
	return !strings.HasSuffix(name, ".") && !strings.HasSuffix(name, "_")
}

// String returns the number in its shortest form, or at most 40 letters of the text, for a message.
func (c Cell) String() string {
	if c.kind == number {
		return figure(c.number)
	}
	if r := []rune(c.text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return c.text
}

func figure(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
