package dataset

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"taitorinki/internal/sheet"
)

// Dialect is a way to write CSV.
type Dialect struct {
	mark      bool // a byte order mark first
	delimiter byte
	comma     bool // decimals are written with a comma
}

// The two dialects; both are UTF-8 with CRLF.
var (
	ForExcel    = Dialect{mark: true, delimiter: ';', comma: true} // a Finnish or Swedish Excel opens it with a double click
	ForPrograms = Dialect{delimiter: ','}                          // RFC 4180 with decimal points, as R, Python and taitorinki analyse read it
)

// CSV writes the cases, names of variables first. An empty cell is empty. Texts go through sheet.Neutralise; numbers stay
// numbers.
func CSV(w io.Writer, t Table, d Dialect) (rows int, err error) {
	if err := t.Check(); err != nil {
		return 0, err
	}
	c := csvWriter{w: bufio.NewWriter(w), Dialect: d}
	c.begin()
	for _, v := range t.Variables {
		c.text(v.Name)
	}
	c.end()
	rows, err = t.each(c.row)
	if err != nil {
		return rows, err
	}
	return rows, c.w.Flush()
}

// csvWriter writes one row after the other. A bufio.Writer keeps its first error, so that only the end of a row looks.
type csvWriter struct {
	Dialect
	w       *bufio.Writer
	cells   int // written in this row
	written bool
	digits  []byte
}

func (c *csvWriter) begin() {
	if c.mark {
		c.w.WriteString("\uFEFF")
	}
}

func (c *csvWriter) row(cells []Cell) error {
	for i := range cells {
		switch cells[i].kind {
		case number:
			c.number(cells[i].number)
		case text:
			c.text(cells[i].text)
		default:
			c.next()
		}
	}
	return c.end()
}

// next goes to the next cell.
func (c *csvWriter) next() {
	if c.cells > 0 {
		c.w.WriteByte(c.delimiter)
	}
	c.cells++
}

func (c *csvWriter) number(x float64) {
	c.next()
	c.written = true
	c.digits = appendNumber(c.digits[:0], x)
	if c.comma {
		for i, b := range c.digits {
			if b == '.' {
				c.digits[i] = ','
			}
		}
	}
	c.w.Write(c.digits)
}

func (c *csvWriter) text(s string) {
	c.next()
	if s == "" {
		return
	}
	c.written = true
	s = sheet.Neutralise(s)
	if strings.ContainsAny(s, ";,\"\r\n\t") || s != strings.TrimSpace(s) {
		s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	c.w.WriteString(s)
}

// end ends the row. One cell with nothing in it would be a blank line, which readers skip: it is quoted.
func (c *csvWriter) end() error {
	if c.cells == 1 && !c.written {
		c.w.WriteString(`""`)
	}
	c.cells, c.written = 0, false
	_, err := c.w.WriteString("\r\n")
	return err
}

// appendNumber writes whole numbers without strconv's search for the shortest form, which most cells do not need.
func appendNumber(b []byte, x float64) []byte {
	if n := int64(x); float64(n) == x && n > -maxWhole && n < maxWhole {
		return strconv.AppendInt(b, n, 10)
	}
	return strconv.AppendFloat(b, x, 'f', -1, 64)
}
