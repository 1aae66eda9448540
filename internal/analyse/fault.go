package analyse

import (
	"fmt"
	"strings"

	"taitorinki/internal/sheet"
)

// Fault is something wrong in the plan, the codebook or the data, with the place where a person finds it.
type Fault struct {
	File   string
	Line   int    // 1-based; 0 = the whole file
	Column int    // 1-based: a cell of a CSV file, a character of a JSON line; 0 = the whole line
	Name   string // header of the column, or the analysis of the plan; may be empty
	Text   string
}

// Error tells the fault in one line.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ", line %d", f.Line)
	}
	if f.Column > 0 {
		fmt.Fprintf(&b, ", column %d", f.Column)
	}
	if f.Name != "" {
		fmt.Fprintf(&b, " (%s)", f.Name)
	}
	return b.String() + ": " + f.Text
}

// readFault makes one line of what the reading of a CSV file found.
func readFault(err error) error {
	found, ok := err.(sheet.Errors)
	if !ok || len(found) < 2 {
		return err
	}
	return fmt.Errorf("%w (and %d more)", found[0], len(found)-1)
}
