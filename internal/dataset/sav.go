package dataset

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// Sizes of the .sav format, in bytes.
const (
	segment      = 8   // unit of data
	shortText    = 255 // a text of at most this is one variable
	partOfText   = 252 // a longer one is a variable for each of these
	maxLabel     = 255 // of a variable
	maxValue     = 120 // of a value
	shortName    = 8
	formatA      = 1
	formatF      = 5
	sysmis       = -math.MaxFloat64
	bias         = 100 // the byte b of compressed data is the number b - bias
	codepageUTF8 = 65001
)

// lowest is the least number but sysmis; a header tells it.
var lowest = math.Nextafter(sysmis, 0)

// SAV writes an SPSS system file with labels in one language: compressed by bytes, in UTF-8. The layout is that of the PSPP
// developers' guide, "System File Format". An empty number is system-missing, an empty text is blanks, and the codes of
// Variable.Missing are user-missing. Labels of variables over 255 bytes and of values over 120 are cut.
func SAV(w io.Writer, t Table, lang string) (rows int, err error) {
	if err := t.Check(); err != nil {
		return 0, err
	}
	s := savWriter{w: bufio.NewWriterSize(w, 1<<16), t: &t, lang: lang}
	s.lay()
	s.header()
	s.variables()
	s.valueLabels()
	s.extensions()
	d := savData{w: s.w}
	rows, err = t.each(func(cells []Cell) error {
		for i := range cells {
			d.cell(&cells[i], s.columns[i].parts)
		}
		return d.err
	})
	if err != nil {
		return rows, err
	}
	d.end()
	return rows, s.w.Flush()
}

// savColumn is how a variable lies in the file: one part, or several for a long text.
type savColumn struct {
	v     *Variable
	index int // of the first part in the dictionary, from 1, counting segments
	parts []savPart
}

// savPart is a variable of the file. Width is 0 for a number, else the bytes of text it declares.
type savPart struct {
	name  string
	width int
}

// segments is how many 8-byte units a part takes.
func (p savPart) segments() int { return max(1, (p.width+segment-1)/segment) }

// savWriter writes the dictionary. A bufio.Writer keeps its first error until it is flushed.
type savWriter struct {
	w       *bufio.Writer
	t       *Table
	lang    string
	columns []savColumn
	size    int // segments of a case
}

// lay gives every part its short name and place.
func (s *savWriter) lay() {
	names := newShortNames(s.t.Variables)
	for i := range s.t.Variables {
		v := &s.t.Variables[i]
		column := savColumn{v: v, index: s.size + 1}
		for n, width := range widths(v) {
			part := savPart{width: width}
			if n == 0 {
				part.name = names.first(v.Name)
			} else {
				part.name = names.next()
			}
			column.parts = append(column.parts, part)
			s.size += part.segments()
		}
		s.columns = append(s.columns, column)
	}
}

// widths are those of a variable's parts. All but the last declare 255 bytes, though each stands for 252 of the text.
func widths(v *Variable) []int {
	if v.Kind != Text {
		return []int{0}
	}
	if v.Width <= shortText {
		return []int{v.Width}
	}
	n := (v.Width + partOfText - 1) / partOfText
	all := make([]int, n)
	for i := range all {
		all[i] = shortText
	}
	all[n-1] = v.Width - (n-1)*partOfText
	return all
}

func (s *savWriter) int(n int) {
	s.w.Write(binary.LittleEndian.AppendUint32(s.w.AvailableBuffer(), uint32(int32(n))))
}

func (s *savWriter) float(x float64) {
	s.w.Write(binary.LittleEndian.AppendUint64(s.w.AvailableBuffer(), math.Float64bits(x)))
}

// text writes a text cut or filled with spaces to n bytes.
func (s *savWriter) text(text string, n int) {
	text = cut(text, n)
	s.w.WriteString(text)
	s.spaces(n - len(text))
}

func (s *savWriter) spaces(n int) {
	for range n {
		s.w.WriteByte(' ')
	}
}

func (s *savWriter) header() {
	s.text("$FL2", 4)
	s.text("@(#) SPSS DATA FILE Taitorinki", 60) // readers look for the beginning
	s.int(2)                                     // layout
	s.int(s.size)
	s.int(1) // compressed by bytes
	s.int(0) // no weights
	s.int(s.cases())
	s.float(bias)
	s.text(s.t.Created.UTC().Format("02 Jan 06"), 9)
	s.text(s.t.Created.UTC().Format("15:04:05"), 8)
	s.text(s.t.Titles.In(s.lang), 64)
	s.w.WriteString("\x00\x00\x00")
}

// cases is their number for the header, -1 where it is not known beforehand.
func (s *savWriter) cases() int {
	if s.t.Cases == 0 {
		return -1
	}
	return s.t.Cases
}

func (s *savWriter) variables() {
	for i := range s.columns {
		c := &s.columns[i]
		for n, part := range c.parts {
			s.variable(c.v, part, n == 0)
			for range part.segments() - 1 {
				s.continuation()
			}
		}
	}
}

func (s *savWriter) variable(v *Variable, part savPart, first bool) {
	label := cut(v.Labels.In(s.lang), maxLabel)
	if !first {
		label = ""
	}
	s.int(2)
	s.int(part.width)
	s.int(flag(label != ""))
	s.int(len(v.Missing))
	format := v.format(part.width)
	s.int(format)
	s.int(format)
	s.text(part.name, shortName)
	if label != "" {
		s.int(len(label))
		s.text(label, (len(label)+3)/4*4)
	}
	for _, missing := range v.Missing {
		s.float(missing.Code.number)
	}
}

// continuation stands for each further segment of a text.
func (s *savWriter) continuation() {
	s.int(2)
	s.int(-1)
	for range 4 {
		s.int(0)
	}
	s.spaces(shortName)
}

// format is how a number or text is shown: type, width and decimals in a byte each.
func (v *Variable) format(width int) int {
	switch v.Kind {
	case Text:
		return formatA<<16 | width<<8
	case Whole:
		return formatF<<16 | v.digits()<<8
	}
	return formatF<<16 | min(40, v.digits()+1+v.Decimals)<<8 | v.Decimals
}

// digits is how many letters the whole part of the variable's numbers takes, with its sign: 8, as SPSS does, where no range tells.
func (v *Variable) digits() int {
	n := 8
	if v.ranged() {
		n = max(len(figure(math.Trunc(v.Min))), len(figure(math.Trunc(v.Max))))
	}
	for _, m := range v.Missing {
		n = max(n, len(figure(math.Trunc(m.Code.number))))
	}
	return min(n, 20)
}

// valueLabels writes the labels of numbers and of texts of at most 8 bytes; longer ones have an extension of their own.
func (s *savWriter) valueLabels() {
	for i := range s.columns {
		c := &s.columns[i]
		labelled := c.labelled(s.lang)
		if len(labelled) == 0 || c.long() {
			continue
		}
		s.int(3)
		s.int(len(labelled))
		for _, value := range labelled {
			if c.v.Kind == Text {
				s.text(value.Code.text, segment)
			} else {
				s.float(value.Code.number)
			}
			label := cut(value.Labels.In(s.lang), maxValue)
			s.w.WriteByte(byte(len(label)))
			s.text(label, (len(label)+1+segment-1)/segment*segment-1)
		}
		s.int(4)
		s.int(1)
		s.int(c.index)
	}
}

// labelled are the codes that have a label in the language, or in one that stands in for it.
func (c *savColumn) labelled(lang string) (out []Value) {
	for value := range c.v.codes() {
		if value.Labels.In(lang) != "" {
			out = append(out, value)
		}
	}
	return out
}

func (c *savColumn) long() bool { return c.v.Kind == Text && c.v.Width > segment }

// cut shortens a text to n bytes, between letters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimRight(s[:n], " ")
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
