// Package dataset writes a table of cases with its codebook in the formats that researchers open: CSV, XLSX, SPSS .sav,
// Parquet, and a description by DDI Codebook.
//
// The codebook is true of the data: every writer checks the codebook first, and each cell against it, and stops with an
// error rather than write something else than it says. Cases are streamed. The same table gives the same bytes, so that a
// file can be told by its checksum; times come in as a field.
package dataset

import (
	"embed"
	"iter"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"taitorinki/internal/i18n"
)

// Locales holds the texts of the message keys "dataset.*" in Finnish, Swedish and English.
//
//go:embed locales/*.txt
var Locales embed.FS

// Kind is what a variable's cells hold.
type Kind int

// The kinds.
const (
	Number Kind = iota // a real number
	Whole              // a whole number of at most 2^53 in size
	Text
)

// Measure is a variable's level of measurement, with the numbers that .sav files have for it.
type Measure int

// The levels.
const (
	Nominal Measure = iota + 1
	Ordinal
	Scale
)

// Words are a text in several languages: language code -> text.
type Words map[string]string

// In returns the text in a language, or in the first of i18n.Langs that has one; "" if none has.
func (w Words) In(lang string) string {
	if s := w[lang]; s != "" {
		return clean(s)
	}
	for _, l := range i18n.Langs {
		if s := w[l]; s != "" {
			return clean(s)
		}
	}
	return ""
}

// Value is a code with what it stands for.
type Value struct {
	Code   Cell
	Labels Words
}

// Variable is a column of the table.
type Variable struct {
	Name     string // at most 64 bytes, as SPSS wants names; upper and lower case are the same
	Labels   Words
	Kind     Kind
	Decimals int     // digits after the point as a Number is shown, 0..16; cells are kept as they are
	Width    int     // bytes that a Text has at most, 1..MaxWidth
	Min, Max float64 // least and greatest valid number; both 0: any number is valid
	Values   []Value // labelled valid codes; numbers or texts, as Kind is
	Missing  []Value // at most three numbers that stand for having no answer, apart from cells that are empty
	Measure  Measure // 0: Nominal for texts, Scale for numbers
	Question string  // id of the question in the instrument; "" for background variables
	Scale    string  // id of the scale to which the item belongs, or ""
	Reversed bool    // the item is turned round before the scale's mean is counted; the data are as answered
}

// MaxWidth is the most bytes that a text may have, in any format: XLSX ends there.
const MaxWidth = 32767

func (v *Variable) ranged() bool { return v.Min != 0 || v.Max != 0 }

func (v *Variable) measure() Measure {
	switch {
	case v.Measure != 0:
		return v.Measure
	case v.Kind == Text:
		return Nominal
	}
	return Scale
}

// codes are the labelled codes: valid ones first, then those that mean missing.
func (v *Variable) codes() iter.Seq2[Value, bool] {
	return func(yield func(Value, bool) bool) {
		for _, c := range v.Values {
			if !yield(c, false) {
				return
			}
		}
		for _, c := range v.Missing {
			if !yield(c, true) {
				return
			}
		}
	}
}

// isMissing reports whether a cell says nothing: it is empty, or a code of v.Missing.
func (v *Variable) isMissing(c Cell) bool {
	if c.kind == empty {
		return true
	}
	for i := range v.Missing {
		if v.Missing[i].Code == c {
			return true
		}
	}
	return false
}

// Table is the cases with their codebook.
type Table struct {
	Name      string    // for file names and identifiers: ASCII letters, digits, - and _
	Titles    Words     //
	Created   time.Time // written into the formats that hold a time
	Variables []Variable
	Cases     int // how many rows there will be, if that is known; else 0. Some readers of .sav files want it in the header
	// Rows gives the cases, each as long as Variables. It is gone through once by every writer, twice by none, and may use
	// one slice for all cases. An error ends the writing.
	Rows iter.Seq2[[]Cell, error]
}

// Cell is a number, a text, or nothing. The zero Cell is empty. Cells can be compared with ==.
type Cell struct {
	text   string
	number float64
	kind   cellKind
}

type cellKind uint8

const (
	empty cellKind = iota
	number
	text
)

// Num returns a cell with a number, or an empty one for NaN and infinities.
func Num(x float64) Cell {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Cell{}
	}
	return Cell{number: x + 0, kind: number} // + 0 turns -0 into 0
}

// Int returns a cell with a whole number.
func Int(n int) Cell { return Num(float64(n)) }

// Str returns a cell with a text, or an empty one for "": most formats cannot tell the two apart. What is not text is
// replaced, since each format would break on it in its own way: bytes that are not UTF-8 by U+FFFD, CR LF by LF, other control
// characters but tab and LF by a space. Spaces at the end are cut, which .sav does not keep.
func Str(s string) Cell {
	if s = strings.TrimRight(clean(s), " "); s == "" {
		return Cell{}
	}
	return Cell{text: s, kind: text}
}

// Empty reports whether there is nothing in the cell.
func (c Cell) Empty() bool { return c.kind == empty }

// Number returns the cell's number; false if it has none.
func (c Cell) Number() (float64, bool) { return c.number, c.kind == number }

// Text returns the cell's text; false if it has none.
func (c Cell) Text() (string, bool) { return c.text, c.kind == text }

// clean replaces what XML, spreadsheets or .sav files cannot hold.
func clean(s string) string {
	if plain(s) {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r >= 0x7F && r < 0xA0:
			return ' '
		case r == 0xFFFE || r == 0xFFFF:
			return utf8.RuneError
		}
		return r
	}, s)
}

// plain reports whether clean would leave s as it is, without making anything; it may be wrong for rare letters.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c >= 0x7F {
			return false
		}
	}
	return true
}
