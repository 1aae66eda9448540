package analyse

import (
	"fmt"
	"slices"
	"strings"

	"taitorinki/internal/sheet"
)

// bookColumns are the columns of a codebook; all must be there, in any order.
var bookColumns = []string{"file", "column", "role", "scale", "reversed", "min", "max", "missing_code", "label"}

// variable is one row of the codebook: what the codebook says of one column of a data file.
type variable struct {
	line     int
	file     string
	column   string
	role     string
	scale    string
	reversed bool
	min, max *float64 // nil = no limit
	missing  string   // this value means missing; "" = there is none

	missingNumber *float64 // missing as a number, nil when it is none
}

func (v *variable) item() bool { return v.role == "item" }

// codebook is what is known of the columns of each file, in the order of the codebook.
type codebook struct {
	name   string
	places map[string]int // column of the codebook -> 1-based place, for faults
	files  map[string][]*variable
}

// scale returns the items of a scale of a file.
func (b *codebook) scale(file, scale string) (items []*variable) {
	for _, v := range b.files[file] {
		if v.item() && v.scale == scale {
			items = append(items, v)
		}
	}
	return items
}

// parseCodebook reads a codebook.
func parseCodebook(name string, data []byte) (*codebook, error) {
	t, err := sheet.Read(name, data)
	if err != nil {
		return nil, readFault(err)
	}
	b := &codebook{name: name, places: map[string]int{}, files: map[string][]*variable{}}
	if err := b.findColumns(t.HeaderLine(), t.Header); err != nil {
		return nil, err
	}
	lines := map[[2]string]int{} // file and column -> where they stood first
	for _, row := range t.Rows {
		v, err := b.variable(row)
		if err != nil {
			return nil, err
		}
		key := [2]string{v.file, v.column}
		if first, twice := lines[key]; twice {
			return nil, b.fault(row.Line, "column", "the column %s of %s stands on line %d already", v.column, v.file, first)
		}
		lines[key] = row.Line
		b.files[v.file] = append(b.files[v.file], v)
	}
	return b, nil
}

func (b *codebook) findColumns(line int, header []string) error {
	for i, name := range header {
		if !slices.Contains(bookColumns, name) {
			return &Fault{File: b.name, Line: line, Column: i + 1, Name: name, Text: "not a column of a codebook; those are " + strings.Join(bookColumns, ", ")}
		}
		if b.places[name] > 0 {
			return &Fault{File: b.name, Line: line, Column: i + 1, Name: name, Text: "the column stands twice"}
		}
		b.places[name] = i + 1
	}
	for _, name := range bookColumns {
		if b.places[name] == 0 {
			return &Fault{File: b.name, Line: line, Text: "the column " + name + " is missing"}
		}
	}
	return nil
}

// fault is something wrong in a cell of the codebook.
func (b *codebook) fault(line int, column, format string, args ...any) *Fault {
	return &Fault{File: b.name, Line: line, Column: b.places[column], Name: column, Text: fmt.Sprintf(format, args...)}
}

func (b *codebook) cell(row sheet.Row, column string) string {
	return strings.TrimSpace(row.Cells[b.places[column]-1])
}

// variable reads one row.
func (b *codebook) variable(row sheet.Row) (*variable, error) {
	v := &variable{line: row.Line, file: b.cell(row, "file"), column: b.cell(row, "column"), role: b.cell(row, "role"),
		scale: b.cell(row, "scale"), missing: b.cell(row, "missing_code")}
	if code, ok := parseNumber(v.missing); ok {
		v.missingNumber = &code
	}
	for _, column := range []string{"file", "column"} {
		if b.cell(row, column) == "" {
			return nil, b.fault(row.Line, column, "the cell is empty")
		}
	}
	if v.item() && v.scale == "" {
		return nil, b.fault(row.Line, "scale", "an item belongs to a scale, but the cell is empty")
	}
	switch said := b.cell(row, "reversed"); said {
	case "", "0":
	case "1":
		v.reversed = true
	default:
		return nil, b.fault(row.Line, "reversed", "%q is neither 0 nor 1", said)
	}
	var err error
	if v.min, err = b.limit(row, "min"); err != nil {
		return nil, err
	}
	if v.max, err = b.limit(row, "max"); err != nil {
		return nil, err
	}
	return v, b.checkLimits(v)
}

// limit reads a number that may be left out.
func (b *codebook) limit(row sheet.Row, column string) (*float64, error) {
	cell := b.cell(row, column)
	if cell == "" {
		return nil, nil
	}
	v, ok := parseNumber(cell)
	if !ok {
		return nil, b.fault(row.Line, column, "%s", notNumber(cell))
	}
	return &v, nil
}

func (b *codebook) checkLimits(v *variable) error {
	switch {
	case v.min != nil && v.max != nil && *v.min > *v.max:
		return b.fault(v.line, "min", "the smallest value %s is above the largest, %s", showNumber(*v.min), showNumber(*v.max))
	case v.reversed && v.min == nil:
		return b.fault(v.line, "min", "a reversed column needs its smallest value")
	case v.reversed && v.max == nil:
		return b.fault(v.line, "max", "a reversed column needs its largest value")
	}
	return nil
}
