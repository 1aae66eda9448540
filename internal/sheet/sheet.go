// Package sheet reads and writes the tables that people make in a spreadsheet and save as CSV.
//
// Reading forgives what a spreadsheet decides for its user (encoding, delimiter, line ends, blank lines, the "sep=" line
// of Excel) and never guesses at content: a row that can't be read for certain becomes an Error with its line, and the
// reading goes on, so that a person sees all the faults of a file at once. Writing gives a file that Excel opens as it is
// and in which no cell can act as a formula.
package sheet

import (
	"fmt"
	"strings"
)

// The limits of one file.
const (
	MaxBytes   = 50 << 20  // size of the file as it came, in bytes
	MaxColumns = 200       // cells in the header
	MaxRows    = 1_000_000 // rows below the header; blank ones are not counted
	MaxErrors  = 1000      // errors listed one by one; the rest are told as a number
)

// Table is the content of a file: a header and the rows that could be read.
type Table struct {
	Name      string   // file name as given to Read
	Header    []string // first row, trimmed; a cell may be empty
	Rows      []Row    // good rows in file order, each with as many cells as the header
	Delimiter rune     // ',', ';', tab, or what a "sep=" line said
	Encoding  string   // "UTF-8", "UTF-16LE", "UTF-16BE" or "Windows-1252"

	headerLine int
}

// Limits of research data (ReadData): a data set may be far wider and larger than a list that somebody uploads.
const (
	MaxDataBytes   = 1 << 30
	MaxDataColumns = 10_000
)

// Row is one row below the header. Its cells stand as in the file, not trimmed.
type Row struct {
	Line  int // 1-based line of the file where the row starts
	Cells []string
}

// Read reads the file's bytes as a table. The name is only used in messages.
//
// The table is never nil. The error is nil or of type Errors: a fault in a row leaves that row out and does not stop the
// reading; a fault of the whole file (Line 0, or in the header) leaves no rows, but for too many rows, where those within
// the limit are kept. Rows in which nothing is written (no text, no quotes) are skipped without an error.
func Read(name string, data []byte) (*Table, error) {
	t := &Table{Name: name}
	r := reader{table: t}
	r.read(data)
	return t, r.result()
}

// ReadData is Read for research data. A row of empty cells is a person who answered nothing, and counts; only a line with
// nothing on it at all is skipped. The file may be larger, and a header of one cell is not taken for a list with commas in
// its text.
func ReadData(name string, data []byte) (*Table, error) {
	t := &Table{Name: name}
	r := reader{table: t, research: true}
	r.read(data)
	return t, r.result()
}

// reader gathers the table and its errors while the file is gone through.
type reader struct {
	table    *Table
	research bool
	errs     Errors
	unlisted int
}

// result is the errors, nil when there are none.
func (r *reader) result() error {
	if len(r.errs) == 0 {
		return nil
	}
	if r.unlisted > 0 {
		r.fail(0, 0, "sheet.more_errors", "n", r.unlisted)
	}
	return r.errs
}

// limits are the most bytes and columns.
func (r *reader) limits() (bytes, columns int) {
	if r.research {
		return MaxDataBytes, MaxDataColumns
	}
	return MaxBytes, MaxColumns
}

func (r *reader) read(data []byte) {
	most, _ := r.limits()
	switch {
	case len(data) > most:
		r.fail(0, 0, "sheet.too_big", "megabytes", most>>20)
		return
	case isWorkbook(data):
		r.fail(0, 0, "sheet.workbook")
		return
	}
	text, encoding := decode(data)
	r.table.Encoding = encoding
	delimiter, pos, line := sepLine(text)
	if delimiter == 0 {
		delimiter = r.delimiter(text)
	}
	r.table.Delimiter = rune(delimiter)
	s := &scanner{text: text, delimiter: delimiter, pos: pos, line: line, budget: 4*len(text) + 4096, keepEmpty: r.research}
	if r.readHeader(s) {
		r.readRows(s)
	}
}

func (r *reader) delimiter(text string) byte {
	if r.research {
		return findDelimiter(text, ',')
	}
	// In a list of one column, commas are common inside of text and Finnish numbers.
	return findDelimiter(text, ';')
}

// readHeader takes the first row with content as the header, and reports whether it can be used.
func (r *reader) readHeader(s *scanner) bool {
	_, most := r.limits()
	rec, ok := s.next()
	switch {
	case !ok:
		r.fail(0, 0, "sheet.empty")
		return false
	case len(rec.cells) > most:
		r.fail(rec.line, 0, "sheet.too_many_columns", "n", len(rec.cells), "max", most)
		return false
	}
	for _, cell := range rec.cells {
		r.table.Header = append(r.table.Header, strings.TrimSpace(cell))
	}
	r.table.headerLine = rec.line
	if rec.fault == "" {
		rec.findUnreadable()
	}
	if rec.fault != "" {
		r.fail(rec.line, rec.column, rec.fault)
		return false
	}
	return true
}

func (r *reader) readRows(s *scanner) {
	want := len(r.table.Header)
	for {
		rec, ok := s.next()
		if !ok {
			return
		}
		if len(r.table.Rows) == MaxRows {
			r.fail(rec.line, 0, "sheet.too_many_rows", "max", MaxRows)
			return
		}
		if rec.fault == "" {
			rec.findUnreadable()
		}
		switch {
		case rec.fault != "":
			r.fail(rec.line, rec.column, rec.fault)
		case len(rec.cells) != want:
			r.fail(rec.line, 0, "sheet.cell_count", "n", len(rec.cells), "want", want)
		default:
			r.table.Rows = append(r.table.Rows, Row{Line: rec.line, Cells: rec.cells})
		}
	}
}

func (r *reader) fail(line, column int, key string, args ...any) {
	if len(r.errs) >= MaxErrors && line > 0 {
		r.unlisted++
		return
	}
	e := Error{File: r.table.Name, Line: line, Column: column, Key: key, Args: args}
	if column > 0 && column <= len(r.table.Header) {
		e.ColumnName = r.table.Header[column-1]
	}
	r.errs = append(r.errs, e)
}

// findUnreadable marks a record in which a character is lost: a NUL, or the sign that stands for broken bytes.
func (rec *record) findUnreadable() {
	for i, cell := range rec.cells {
		switch {
		case strings.ContainsRune(cell, 0):
			rec.fault, rec.column = "sheet.nul", i+1
			return
		case strings.ContainsRune(cell, '\uFFFD'):
			rec.fault, rec.column = "sheet.unreadable", i+1
			return
		}
	}
}

// HeaderLine is the 1-based line of the file where the header stands.
func (t *Table) HeaderLine() int { return t.headerLine }

// String tells what was read, for logs and failing tests.
func (t *Table) String() string {
	return fmt.Sprintf("%s: %d columns, %d rows, %s, delimiter %q", t.Name, len(t.Header), len(t.Rows), t.Encoding, t.Delimiter)
}
