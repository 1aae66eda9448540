package sheet

import (
	"embed"
	"fmt"
	"strings"
	"sync"
)

// Locales holds the texts of the message keys "sheet.*" in Finnish, Swedish and English.
//
//go:embed locales/*.txt
var Locales embed.FS

// Error is one fault in a file, with the place where a person finds it.
type Error struct {
	File       string // file name as given to Read
	Line       int    // 1-based line of the file where the row starts; 0 = the whole file
	Column     int    // 1-based column; 0 = the whole row or file
	ColumnName string // header of the column, "" if there is none
	Key        string // message key for the reader: "sheet.*", or a key of the package that checks the content
	Args       []any  // arguments of the message: name, value, name, value ...
}

// Error tells the fault in English, for logs.
func (e Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ", line %d", e.Line)
	}
	if e.Column > 0 {
		fmt.Fprintf(&b, ", column %d", e.Column)
	}
	if e.ColumnName != "" {
		fmt.Fprintf(&b, " (%s)", e.ColumnName)
	}
	return b.String() + ": " + e.english()
}

func (e Error) english() string {
	text, ok := english()[e.Key]
	if !ok {
		return strings.TrimSpace(e.Key + " " + fmt.Sprintln(e.Args...))
	}
	for i := 0; i+1 < len(e.Args); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%v}", e.Args[i]), fmt.Sprint(e.Args[i+1]))
	}
	return text
}

// Errors are the faults of a file in the order of its lines, faults of the whole file after those found before them.
type Errors []Error

// Error tells all faults, a line each.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// english holds the English texts by key.
var english = sync.OnceValue(func() map[string]string {
	data, err := Locales.ReadFile("locales/en.txt")
	if err != nil {
		panic(err) // embedded: a missing file does not compile
	}
	texts := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if key, text, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			texts[strings.TrimSpace(key)] = strings.TrimSpace(text)
		}
	}
	return texts
})
