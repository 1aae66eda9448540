// Package settings reads the program's configuration file, and hides what is secret in a setting before it is shown.
//
// A line is "name = value", where the name is that of a flag without its dashes. A line that begins with # is a comment, and so
// is nothing else: a password may hold a #. Quotes around a whole value are taken off, so that a value can begin or end with
// a space.
package settings

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Setting is one line of a file.
type Setting struct {
	Line        int // from 1
	Name, Value string
}

// longest is how many bytes a line may have.
const longest = 64 << 10

// Parse reads a file. Its errors begin with the number of the line and a colon.
func Parse(r io.Reader) ([]Setting, error) {
	var all []Setting
	in := bufio.NewScanner(r)
	in.Buffer(nil, longest)
	n := 0
	for in.Scan() {
		n++
		text := in.Text()
		if n == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		s, ok, err := line(text)
		if err != nil {
			return nil, fmt.Errorf("%d: %w", n, err)
		}
		if !ok {
			continue
		}
		if i := slices.IndexFunc(all, func(o Setting) bool { return o.Name == s.Name }); i >= 0 {
			return nil, fmt.Errorf("%d: %q stands in line %d already", n, s.Name, all[i].Line)
		}
		s.Line = n
		all = append(all, s)
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("%d: %w", n+1, err)
	}
	return all, nil
}

func line(text string) (s Setting, ok bool, err error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return s, false, fmt.Errorf("not text in UTF-8")
	}
	text = strings.TrimSpace(text)
	if text == "" || text[0] == '#' {
		return s, false, nil
	}
	name, value, found := strings.Cut(text, "=")
	s.Name, s.Value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !found || !wellNamed(s.Name) {
		return s, false, fmt.Errorf("want a line such as: addr = 127.0.0.1:8080") // without the line, which may hold a password
	}
	if n := len(s.Value); n > 1 && s.Value[0] == s.Value[n-1] && (s.Value[0] == '"' || s.Value[0] == '\'') && strings.Count(s.Value, s.Value[:1]) == 2 {
		s.Value = s.Value[1 : n-1]
	}
	return s, true, nil
}

func wellNamed(name string) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return name != "" && name[0] != '-'
}

// Hidden stands in the place of a secret.
const Hidden = "(hidden)"

var (
	// Greedy: more is hidden rather than less when a name or a password is not written as it should be, such as one with an @.
	inAddress   = regexp.MustCompile(`(?s)(:/*[^:]*:).*@`)
	inParameter = regexp.MustCompile(`(?i)((?:^|[?&;\s])[a-z_-]*(?:pass|passwd|pwd|password|secret|token|key)\s*=\s*)(?:'(?:\\.|[^'\\])*'?|[^&;\s]*)`)
)

// Hide returns a setting's value as it may be shown: not at all when the name says that it is a secret, and without the
// passwords in an address.
func Hide(name, value string) string {
	if value == "" {
		return value
	}
	words := strings.Split(name, "-")
	if last := words[len(words)-1]; last != "file" && last != "dir" { // where a secret lies is none
		for _, w := range words {
			if slices.Contains([]string{"secret", "key", "token", "password", "passphrase"}, w) {
				return Hidden
			}
		}
	}
	value = inAddress.ReplaceAllString(value, "${1}"+Hidden+"@")
	return inParameter.ReplaceAllString(value, "${1}"+Hidden)
}
