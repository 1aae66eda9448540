package sheet

import (
	"slices"
	"strings"
)

// record is one row as scanned. When fault is set, it is a message key, and column (1-based, 0 = whole row) tells where.
type record struct {
	line   int
	cells  []string
	quoted bool // some cell stood in quotes
	fault  string
	column int
}

// blank reports whether nothing was written into the row.
func (rec *record) blank() bool {
	if rec.quoted || rec.fault != "" {
		return false
	}
	for _, cell := range rec.cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

// scanner cuts decoded text into records. All delimiters are ASCII, so it goes byte by byte.
//
// A broken quote can swallow the rest of a file, so after one the scanner goes back to the line after the row's first
// line. Going back costs budget (bytes); when it is used up, reading goes on from where the fault was seen, which keeps
// the time linear for files made to be slow.
type scanner struct {
	text      string
	delimiter byte
	pos       int
	line      int // 1-based line of pos
	budget    int
	keepEmpty bool // rows of several empty cells are records
}

// next returns the next record that is not blank, or false at the end.
func (s *scanner) next() (record, bool) {
	for s.pos < len(s.text) {
		rec := s.scan()
		if !rec.blank() || s.keepEmpty && len(rec.cells) > 1 {
			return rec, true
		}
	}
	return record{}, false
}

func (s *scanner) scan() record {
	start, rec := s.pos, record{line: s.line}
	for {
		var more bool
		if s.pos < len(s.text) && s.text[s.pos] == '"' {
			more = s.quotedCell(&rec)
		} else {
			more = s.plainCell(&rec)
		}
		if rec.fault != "" {
			s.recover(start, rec.line)
			return rec
		}
		if !more {
			return rec
		}
	}
}

// plainCell reads a cell without quotes and reports whether another cell follows in the row.
func (s *scanner) plainCell(rec *record) bool {
	from := s.pos
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; c {
		case s.delimiter, '\n', '\r':
			rec.cells = append(rec.cells, s.text[from:s.pos])
			return s.endCell(rec)
		case '"':
			rec.fault, rec.column = "sheet.quote", len(rec.cells)+1
			return false
		default:
			s.pos++
		}
	}
	rec.cells = append(rec.cells, s.text[from:])
	return false
}

// quotedCell reads a cell in quotes, in which a doubled quote is a quote and line ends are text.
func (s *scanner) quotedCell(rec *record) bool {
	rec.quoted = true
	s.pos++
	from, doubled := s.pos, false
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case '\n', '\r':
			s.skipNewline()
		case '"':
			if s.pos+1 < len(s.text) && s.text[s.pos+1] == '"' {
				doubled = true
				s.pos += 2
				continue
			}
			cell := s.text[from:s.pos]
			if doubled {
				cell = strings.ReplaceAll(cell, `""`, `"`)
			}
			rec.cells = append(rec.cells, cell)
			s.pos++
			return s.endCell(rec)
		default:
			s.pos++
		}
	}
	rec.fault, rec.column = "sheet.quote_open", len(rec.cells)+1
	return false
}

// endCell stands right after a cell: at a delimiter, a line end, the end of the file, or (a fault) anything else.
func (s *scanner) endCell(rec *record) bool {
	if s.pos >= len(s.text) {
		return false
	}
	switch s.text[s.pos] {
	case s.delimiter:
		s.pos++
		return true
	case '\n', '\r':
		s.skipNewline()
		return false
	}
	rec.fault, rec.column = "sheet.quote", len(rec.cells)
	return false
}

// skipNewline goes over one CRLF, LF or CR.
func (s *scanner) skipNewline() {
	if strings.HasPrefix(s.text[s.pos:], "\r\n") {
		s.pos++
	}
	s.pos++
	s.line++
}

// recover moves to the line after the one where the broken row starts.
func (s *scanner) recover(start, line int) {
	if back := s.pos - start; back <= s.budget {
		s.budget -= back
		s.pos, s.line = start, line
	}
	if i := strings.IndexAny(s.text[s.pos:], "\r\n"); i >= 0 {
		s.pos += i
		s.skipNewline()
		return
	}
	s.pos = len(s.text)
}

// sepLine reads the first line "sep=;" that Excel writes and understands. It returns the delimiter, 0 if there is no
// such line, and where the table begins.
func sepLine(text string) (delimiter byte, pos, line int) {
	first, _, _ := strings.Cut(text[:min(len(text), 16)], "\n")
	first, _, _ = strings.Cut(first, "\r")
	said := strings.Trim(first, `"`)
	if len(said) != 5 || !strings.EqualFold(said[:4], "sep=") || !strings.ContainsRune(",;\t|", rune(said[4])) {
		return 0, 0, 1
	}
	s := scanner{text: text, pos: len(first), line: 1}
	if s.pos < len(text) {
		s.skipNewline()
	}
	return said[4], s.pos, s.line
}

// sampled is how many rows below the header are asked when the header could be cut in several ways.
const sampled = 20

// findDelimiter chooses the delimiter by the header. Where it holds several ("Last name, first name;Email"), the one
// that cuts most of the following rows into as many cells wins, then the one that gives most cells, then semicolon, tab,
// comma. A header of one cell gives the one that is named for it.
func findDelimiter(text string, forOneCell byte) byte {
	type score struct{ agreeing, cells int }
	best, bestScore := forOneCell, score{}
	for _, delimiter := range []byte{';', '\t', ','} {
		s := &scanner{text: text, delimiter: delimiter, line: 1}
		header, ok := s.next()
		if !ok || header.fault != "" || len(header.cells) < 2 {
			continue
		}
		now := score{cells: len(header.cells)}
		for range sampled {
			if rec, ok := s.next(); ok && rec.fault == "" && len(rec.cells) == now.cells {
				now.agreeing++
			}
		}
		if now.agreeing > bestScore.agreeing || now.agreeing == bestScore.agreeing && now.cells > bestScore.cells {
			best, bestScore = delimiter, now
		}
	}
	return best
}

// isWorkbook reports whether the bytes are an .xlsx or .ods (zip) or an old .xls file: the commonest wrong upload.
func isWorkbook(data []byte) bool {
	starts := []string{"PK\x03\x04", "\xD0\xCF\x11\xE0"}
	return slices.ContainsFunc(starts, func(s string) bool { return strings.HasPrefix(string(data[:min(len(data), 8)]), s) })
}
