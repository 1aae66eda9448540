package analyse

import (
	"fmt"

	"taitorinki/internal/sheet"
)

// state is what a cell holds for somebody who needs a number.
type state byte

const (
	missing state = iota
	isNumber
	isText
)

// dataFile is one file of data with what the codebook says of it.
type dataFile struct {
	name      string
	header    []string
	rows      []sheet.Row
	columns   map[string]int // header -> place in Cells
	book      *codebook
	variables map[int]*variable // place -> its row of the codebook
	parsed    map[int]numbers   // columns that have been read as numbers
}

// numbers is a column read as numbers; a value counts where its state is isNumber.
type numbers struct {
	values []float64
	states []state
}

// parseData reads a file of data and holds it against the codebook.
func parseData(name string, data []byte, book *codebook) (*dataFile, error) {
	t, err := sheet.ReadData(name, data)
	if err != nil {
		return nil, readFault(err)
	}
	d := &dataFile{name: name, header: t.Header, rows: t.Rows, columns: map[string]int{}, book: book,
		variables: map[int]*variable{}, parsed: map[int]numbers{}}
	for i, column := range t.Header {
		if first, twice := d.columns[column]; twice {
			return nil, &Fault{File: name, Line: t.HeaderLine(), Column: i + 1, Name: column, Text: fmt.Sprintf("the column stands twice, first as column %d", first+1)}
		}
		if column != "" { // such as the row numbers that R writes: nobody can name that column
			d.columns[column] = i
		}
	}
	for _, v := range book.files[name] {
		place, known := d.columns[v.column]
		if !known {
			return nil, book.fault(v.line, "column", "%s has no column %s", name, v.column)
		}
		d.variables[place] = v
	}
	return d, d.checkValues()
}

// fault is something wrong in a cell.
func (d *dataFile) fault(row, place int, text string) *Fault {
	return &Fault{File: d.name, Line: d.rows[row].Line, Column: place + 1, Name: d.header[place], Text: text}
}

// checkValues returns the first fault, in the order of the file, among the columns whose values the codebook describes.
func (d *dataFile) checkValues() error {
	firstRow := len(d.rows)
	var found error
	for place := range d.header {
		v := d.variables[place]
		if v == nil || !v.item() && v.min == nil && v.max == nil {
			continue
		}
		if row, text := d.firstFault(place, v, firstRow); text != "" {
			firstRow, found = row, d.fault(row, place, text)
		}
	}
	return found
}

// firstFault is the first fault of a column above a row.
func (d *dataFile) firstFault(place int, v *variable, end int) (int, string) {
	n := d.numbers(place)
	for row := range end {
		value := n.values[row]
		switch {
		case n.states[row] == isText:
			return row, notNumber(d.rows[row].Cells[place])
		case n.states[row] == missing:
		case v.min != nil && value < *v.min:
			return row, fmt.Sprintf("%s is under %s, the smallest value of the codebook (line %d of %s)", showNumber(value), showNumber(*v.min), v.line, d.book.name)
		case v.max != nil && value > *v.max:
			return row, fmt.Sprintf("%s is above %s, the largest value of the codebook (line %d of %s)", showNumber(value), showNumber(*v.max), v.line, d.book.name)
		}
	}
	return 0, ""
}

// numbers reads a column as numbers, once.
func (d *dataFile) numbers(place int) numbers {
	if n, done := d.parsed[place]; done {
		return n
	}
	n, v := numbers{make([]float64, len(d.rows)), make([]state, len(d.rows))}, d.variables[place]
	for i := range d.rows {
		cell := d.rows[i].Cells[place]
		if cell == "" || v != nil && cell == v.missing {
			continue
		}
		value, ok := parseNumber(cell)
		switch {
		case !ok:
			n.states[i] = isText
		case v == nil || v.missingNumber == nil || value != *v.missingNumber:
			n.values[i], n.states[i] = value, isNumber
		}
	}
	d.parsed[place] = n
	return n
}

// cell is the text of a cell, false when it is missing: empty, or the missing code.
func (d *dataFile) cell(row, place int) (string, bool) {
	cell, v := d.rows[row].Cells[place], d.variables[place]
	return cell, cell != "" && (v == nil || !v.isMissing(cell))
}

// isMissing reports whether a cell is the missing code, as a text or as a number: a program may write 99 as 99.0.
func (v *variable) isMissing(cell string) bool {
	if cell == v.missing || v.missingNumber == nil {
		return cell == v.missing
	}
	value, ok := parseNumber(cell)
	return ok && value == *v.missingNumber
}
