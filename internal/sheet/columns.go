package sheet

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Column is a column that an importer knows.
type Column struct {
	Key      string   // name in code, as given to Index.Get
	Names    []string // accepted headers in any language; upper and lower case, spaces, underscores and hyphens are alike, å ä ö are letters of their own
	Required bool     // without it the file can't be used
}

// Index tells where the known columns of a table stand. The zero Index has no columns.
type Index struct {
	Unknown []string // headers that no Column accepts, in file order; empty headers are left out

	columns map[string]int // Column.Key -> 1-based column
}

// Columns finds the wanted columns in the header. The Errors are nil when all is well; else they name required columns
// that are missing (with the accepted names) and headers that stand twice or mean the same column, the first of which
// is the one that Index uses.
func (t *Table) Columns(want []Column) (Index, Errors) {
	index := Index{columns: map[string]int{}}
	byName := map[string]string{}
	for _, c := range want {
		for _, name := range c.Names {
			byName[fold(name)] = c.Key
		}
	}
	var errs Errors
	seen := map[string]int{} // key of a known column, or "?" + folded unknown header -> 1-based column
	for i, header := range t.Header {
		folded := fold(header)
		if folded == "" {
			continue
		}
		key, known := byName[folded]
		if !known {
			key = "?" + folded
		}
		if first := seen[key]; first > 0 {
			errs = append(errs, t.headerError(i+1, "sheet.duplicate_column", "name", header, "first", t.Header[first-1]))
			continue
		}
		seen[key] = i + 1
		if known {
			index.columns[key] = i + 1
		} else {
			index.Unknown = append(index.Unknown, header)
		}
	}
	for _, c := range want {
		if c.Required && index.columns[c.Key] == 0 {
			errs = append(errs, t.headerError(0, "sheet.missing_column", "names", strings.Join(c.Names, ", ")))
		}
	}
	return index, errs
}

func (t *Table) headerError(column int, key string, args ...any) Error {
	e := Error{File: t.Name, Line: t.headerLine, Column: column, Key: key, Args: args}
	if column > 0 {
		e.ColumnName = t.Header[column-1]
	}
	return e
}

// Get returns the row's cell in the column with the given key, trimmed; "" when the table has no such column.
func (i Index) Get(r Row, key string) string {
	column := i.columns[key]
	if column == 0 || column > len(r.Cells) {
		return ""
	}
	return strings.TrimSpace(r.Cells[column-1])
}

// Col returns the 1-based column of the given key, 0 when the table has no such column.
func (i Index) Col(key string) int { return i.columns[key] }

// fold makes headers comparable. A Mac may write ä as a and two dots: NFC makes one letter of them.
func fold(header string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '_' || r == '-' || r == '\u2010' || r == '\u2011' || r == '\u2013' || r == '\u00AD' {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFC.String(header))
}
