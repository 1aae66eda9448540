package dataset

import (
	"bufio"
	"io"

	"taitorinki/internal/i18n"
)

// bookHeader is the columns of a codebook: one row for each labelled code, or one for a variable that has none.
var bookHeader = []string{"variable", "label_fi", "label_sv", "label_en", "type", "measure", "min", "max", "decimals", "width",
	"value", "value_label_fi", "value_label_sv", "value_label_en", "missing", "question_id", "scale", "reverse_coded"}

var kindNames = map[Kind]string{Number: "number", Whole: "whole", Text: "text"}

var measureNames = map[Measure]string{Nominal: "nominal", Ordinal: "ordinal", Scale: "scale"}

// Codebook writes the codebook as CSV; it does not go through the cases. The rows are those of the codebook.
func Codebook(w io.Writer, t Table, d Dialect) (rows int, err error) {
	if err := t.Check(); err != nil {
		return 0, err
	}
	c := csvWriter{w: bufio.NewWriter(w), Dialect: d}
	c.begin()
	for _, name := range bookHeader {
		c.text(name)
	}
	c.end()
	for i := range t.Variables {
		for _, row := range t.Variables[i].bookRows() {
			c.row(row)
			rows++
		}
	}
	return rows, c.w.Flush()
}

// bookRows are the variable's rows in a codebook.
func (v *Variable) bookRows() (rows [][]Cell) {
	for value, missing := range v.codes() {
		rows = append(rows, v.bookRow(value, yes(missing)))
	}
	if rows == nil {
		rows = append(rows, v.bookRow(Value{}, Cell{}))
	}
	return rows
}

func (v *Variable) bookRow(value Value, missing Cell) []Cell {
	row := []Cell{Str(v.Name)}
	row = append(row, inAll(v.Labels)...)
	row = append(row, Str(kindNames[v.Kind]), Str(measureNames[v.measure()]))
	row = append(row, v.limits()...)
	row = append(row, value.Code)
	row = append(row, inAll(value.Labels)...)
	return append(row, missing, Str(v.Question), Str(v.Scale), yes(v.Reversed))
}

// limits are min, max, decimals and width; empty where they do not apply.
func (v *Variable) limits() []Cell {
	limits := make([]Cell, 4)
	if v.ranged() {
		limits[0], limits[1] = Num(v.Min), Num(v.Max)
	}
	switch v.Kind {
	case Number:
		limits[2] = Int(v.Decimals)
	case Text:
		limits[3] = Int(v.Width)
	}
	return limits
}

// inAll are the words in each language as they are: a reader must see which translation is missing.
func inAll(w Words) []Cell {
	cells := make([]Cell, len(i18n.Langs))
	for i, lang := range i18n.Langs {
		cells[i] = Str(w[lang])
	}
	return cells
}

func yes(b bool) Cell {
	if b {
		return Str("yes")
	}
	return Str("no")
}
