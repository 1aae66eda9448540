package instrument

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A checker walks the tree and gathers problems instead of stopping: whoever writes a questionnaire wants the whole list.
// Its readers give a zero value for what is missing or wrong, once that has been reported.
type checker struct {
	problems  Problems
	more      int // problems beyond maxProblems
	languages []string

	responses []at // places of what link checks later, in file order
	scales    []at
	items     []at
}

const maxProblems = 500

// at is a value and its place in the file; node is nil when the file has nothing there.
type at struct {
	node *node
	path string
}

func (c *checker) report(v at, key string, args ...any) {
	if len(c.problems) >= maxProblems {
		c.more++
		return
	}
	line := 0
	if v.node != nil {
		line = v.node.line
	}
	c.problems = append(c.problems, Problem{Where: v.path, Line: line, Key: key, Args: named(args)})
}

func (c *checker) gathered() Problems {
	slices.SortStableFunc(c.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	if c.more > 0 {
		c.problems = append(c.problems, Problem{Key: "instrument.more", Args: map[string]any{"count": c.more}})
	}
	return c.problems
}

// object checks the keys of an object: all of required, perhaps some of optional, nothing else, nothing twice.
func (c *checker) object(v at, required, optional []string) at {
	if !c.is(v, '{', "instrument.want-object") {
		return at{path: v.path}
	}
	seen := map[string]bool{}
	for _, key := range v.node.keys {
		switch {
		case seen[key]:
			c.report(v.field(key), "instrument.duplicate-key", "key", clip(key))
		case !slices.Contains(required, key) && !slices.Contains(optional, key):
			known := strings.Join(slices.Concat(required, optional), ", ")
			c.report(v.field(key), "instrument.unknown-key", "key", clip(key), "known", known)
		}
		seen[key] = true
	}
	c.require(v, required...)
	return v
}

func (c *checker) require(v at, keys ...string) {
	for _, key := range keys {
		if v.node != nil && v.node.fields[key] == nil {
			c.report(at{v.node, join(v.path, key)}, "instrument.missing-key", "key", key)
		}
	}
}

func (v at) has(key string) bool { return v.node != nil && v.node.fields[key] != nil }

func (v at) field(key string) at {
	if v.node == nil {
		return at{path: join(v.path, key)}
	}
	return at{v.node.fields[key], join(v.path, key)}
}

var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

func join(path, key string) string {
	key = clip(key)
	switch {
	case !plainKey.MatchString(key):
		return path + "[" + strconv.Quote(key) + "]"
	case path == "":
		return key
	}
	return path + "." + key
}

func (c *checker) is(v at, kind byte, message string) bool {
	if v.node == nil {
		return false
	}
	if v.node.kind != kind {
		c.report(v, message)
	}
	return v.node.kind == kind
}

func (c *checker) list(v at, least, most int) []at {
	if !c.is(v, '[', "instrument.want-list") {
		return nil
	}
	if n := len(v.node.list); n < least || n > most {
		c.report(v, "instrument.bad-count", "got", n, "min", least, "max", most)
	}
	var places []at
	for i, n := range v.node.list[:min(len(v.node.list), most)] {
		places = append(places, at{n, fmt.Sprintf("%s[%d]", v.path, i)})
	}
	return places
}

func (c *checker) text(v at) Text {
	if !c.is(v, '{', "instrument.want-text") {
		return nil
	}
	t := Text{}
	seen := map[string]bool{}
	for _, lang := range v.node.keys {
		f := v.field(lang)
		if seen[lang] {
			c.report(f, "instrument.duplicate-key", "key", clip(lang))
			continue
		}
		seen[lang] = true
		if c.languages != nil && !slices.Contains(c.languages, lang) {
			c.report(f, "instrument.extra-language", "language", clip(lang), "languages", strings.Join(c.languages, ", "))
		}
		t[lang] = c.line(f, maxText)
	}
	for _, lang := range c.languages {
		if !seen[lang] {
			c.report(at{v.node, join(v.path, lang)}, "instrument.missing-language", "language", lang)
		}
	}
	return t
}

// line reads a string that people will see.
func (c *checker) line(v at, most int) string {
	if !c.is(v, 's', "instrument.want-string") {
		return ""
	}
	s := v.node.text
	switch {
	case strings.TrimSpace(s) == "":
		c.report(v, "instrument.empty-text")
	case utf8.RuneCountInString(s) > most:
		c.report(v, "instrument.long-text", "got", utf8.RuneCountInString(s), "max", most)
	case strings.ContainsFunc(s, unwanted):
		c.report(v, "instrument.control-character")
	}
	return s
}

// unwanted tells the characters that no text may hold: they are invisible and break exports and mail.
func unwanted(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

// word reads a string of a fixed shape.
func (c *checker) word(v at, shape *regexp.Regexp, most int, message string) string {
	if !c.is(v, 's', "instrument.want-string") {
		return ""
	}
	if s := v.node.text; len(s) <= most && shape.MatchString(s) {
		return s
	}
	c.report(v, message, "got", clip(v.node.text), "max", most)
	return ""
}

func (c *checker) oneOf(v at, allowed ...string) string {
	if !c.is(v, 's', "instrument.want-string") {
		return ""
	}
	if slices.Contains(allowed, v.node.text) {
		return v.node.text
	}
	c.report(v, "instrument.not-one-of", "got", clip(v.node.text), "allowed", strings.Join(allowed, ", "))
	return ""
}

// whole gives nil when there is no usable number.
func (c *checker) whole(v at, least, most int) *int {
	if !c.is(v, 'n', "instrument.want-whole") {
		return nil
	}
	n, err := strconv.Atoi(v.node.text)
	switch {
	case err != nil && strings.ContainsAny(v.node.text, ".eE"):
		c.report(v, "instrument.want-whole")
		return nil
	case err != nil || n < least || n > most:
		c.report(v, "instrument.out-of-range", "got", clip(v.node.text), "min", least, "max", most)
		return nil
	}
	return &n
}

func orZero(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

func (c *checker) number(v at) float64 {
	if !c.is(v, 'n', "instrument.want-number") {
		return math.NaN()
	}
	f, err := strconv.ParseFloat(v.node.text, 64)
	if err != nil {
		c.report(v, "instrument.want-number")
		return math.NaN()
	}
	return f
}

func (c *checker) boolean(v at) bool {
	return c.is(v, 'b', "instrument.want-true-false") && v.node.truth
}

// first reports a value that was met before. An empty one has been reported for its shape already.
func (c *checker) first(seen map[string]string, v at, value, message string) {
	if value == "" {
		return
	}
	if earlier, ok := seen[value]; ok {
		c.report(v, message, "got", value, "first", earlier)
		return
	}
	seen[value] = v.path
}
