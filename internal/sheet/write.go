package sheet

import (
	"bufio"
	"io"
	"regexp"
	"strings"
)

// WriteCSV writes a table that a Finnish Excel opens with a double click: UTF-8 with a byte order mark, semicolons,
// CRLF. Cells go through Neutralise. Rows may be of any length. The error is that of w.
func WriteCSV(w io.Writer, header []string, rows [][]string) error {
	buf := bufio.NewWriter(w)
	buf.WriteString("\uFEFF")
	writeRow(buf, header)
	for _, row := range rows {
		writeRow(buf, row)
	}
	return buf.Flush() // a bufio.Writer keeps the first error until here
}

func writeRow(w *bufio.Writer, cells []string) {
	empty := strings.TrimSpace(strings.Join(cells, "")) == ""
	for i, cell := range cells {
		if i > 0 {
			w.WriteByte(';')
		}
		cell = Neutralise(cell)
		// A row of nothing is quoted, or Read would take it for a blank line.
		if strings.ContainsAny(cell, ";\"\r\n\t,") || cell != strings.TrimSpace(cell) || empty && i == 0 {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		w.WriteString(cell)
	}
	w.WriteString("\r\n")
}

// plainNumber is a number as people write it: it may begin with a sign and is no formula.
var plainNumber = regexp.MustCompile(`^[+-]?[0-9]+([.,][0-9]+)?$`)

// Neutralise returns the cell so that no spreadsheet takes it for a formula: one that begins with = + - @, tab, CR or LF
// gets an apostrophe in front. Plain numbers (-3,5) stay. Every export uses it, also those that are not CSV.
func Neutralise(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) || plainNumber.MatchString(cell) {
		return cell
	}
	return "'" + cell
}
