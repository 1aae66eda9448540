package instrument

import (
	"embed"
	"fmt"
	"strings"
	"sync"
)

// Locales holds the sentence for every message key of this package in fi, sv and en.
//
//go:embed locales/*.txt
var Locales embed.FS

// Problem is one thing to put right, in a file or in an answer. The reader's sentence is looked up by Key and filled
// with Args; Where and Line are shown beside it, not inside it.
type Problem struct {
	Where string         // pages[2].items[3].text.sv; line:column when the file is not JSON; the item's id for an answer; "" for the whole file
	Line  int            // in the file, from 1; 0 when there is none
	Key   string         // of the message, such as instrument.bad-id
	Args  map[string]any // strings and whole numbers
}

// In says the problem in a reader's words.
func (p Problem) In(t func(key string, args ...any) string) string {
	var args []any
	for name, v := range p.Args {
		args = append(args, name, v)
	}
	return t(p.Key, args...)
}

// Error says the problem in English, for the command line and the log.
func (p Problem) Error() string {
	text := p.Key
	if t, ok := english()[p.Key]; ok {
		text = fill(t, p.Args)
	}
	switch {
	case p.Where != "" && p.Line > 0:
		return fmt.Sprintf("%s (line %d): %s", p.Where, p.Line, text)
	case p.Where != "":
		return p.Where + ": " + text
	}
	return text
}

// Problems is everything found wrong in one file, in the file's order.
type Problems []Problem

// Error says every problem, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

var english = sync.OnceValue(func() map[string]string {
	data, err := Locales.ReadFile("locales/en.txt")
	if err != nil {
		return nil // Error falls back on the keys
	}
	return messages(string(data))
})

// messages reads "key = text" lines; a line that begins with # is a comment.
func messages(data string) map[string]string {
	texts := map[string]string{}
	for line := range strings.Lines(data) {
		key, text, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		texts[strings.TrimSpace(key)] = strings.TrimSpace(text)
	}
	return texts
}

// fill replaces all placeholders in one pass, so that braces inside a value stay as they are.
func fill(text string, args map[string]any) string {
	pairs := make([]string, 0, 2*len(args))
	for name, value := range args {
		pairs = append(pairs, "{"+name+"}", fmt.Sprint(value))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func named(pairs []any) map[string]any {
	if len(pairs) == 0 {
		return nil
	}
	args := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return args
}

// clip shortens what a message quotes from a file: a message that repeats a megabyte helps nobody.
func clip(s string) string {
	const most = 60
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
