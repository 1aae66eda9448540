package analyse

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// ref is a word of the plan that names something in the data or the codebook: a column, a scale, a level.
type ref struct {
	name   string
	offset int // where the plan says it
}

// reader takes the values of one analysis out of the plan. It keeps the first fault and goes on with zero values, so that
// the code that reads an argument need not ask each time.
type reader struct {
	doc     *document
	who     string // the analysis, for faults
	err     error
	scores  []placed // every score that is read from a row, for checkPlaces
	columns []ref    // every column that an argument names outside of scores
}

func (r *reader) fail(offset int, format string, args ...any) {
	if r.err == nil {
		r.err = r.doc.fault(offset, r.who, format, args...)
	}
}

// is reports whether the value is of the kind, and notes the fault if not.
func (r *reader) is(n *node, want kind, what string) bool {
	if n.kind != want && n.kind != nothing {
		r.fail(n.offset, "%s must be %s, not %s", what, want, n.kind)
	}
	return n.kind == want
}

// object checks that the value is an object with no other keys than these.
func (r *reader) object(n *node, what string, keys ...string) bool {
	if !r.is(n, object, what) {
		return false
	}
	for _, m := range n.members {
		if !slices.Contains(keys, m.name) {
			r.fail(m.offset, "unknown key %q: %s has %s", m.name, what, strings.Join(keys, ", "))
		}
	}
	return true
}

// need returns the value of a key that must be there.
func (r *reader) need(n *node, key, what string) *node {
	if found := n.member(key); found != nil {
		return found
	}
	if n.kind == object {
		r.fail(n.offset, "%s lacks the key %q", what, key)
	}
	return &node{offset: n.offset}
}

func (r *reader) text(n *node, what string) string {
	if r.is(n, text, what) {
		return n.text
	}
	return ""
}

// word is a text that names something, so it is not empty.
func (r *reader) word(n *node, what string) ref {
	name := r.text(n, what)
	if name == "" {
		r.fail(n.offset, "%s is empty", what)
	}
	return ref{name, n.offset}
}

func (r *reader) number(n *node, what string) float64 {
	if !r.is(n, number, what) {
		return 0
	}
	v, err := strconv.ParseFloat(n.text, 64)
	if err != nil {
		r.fail(n.offset, "%s is too large: %s", what, n.text)
	}
	return v
}

// whole reads a whole number that is at least a smallest one.
func (r *reader) whole(n *node, what string, least int) int {
	v := r.number(n, what)
	if v != math.Trunc(v) || math.Abs(v) > math.MaxInt32 {
		r.fail(n.offset, "%s must be a whole number, not %s", what, n.text)
		return least
	}
	if v < float64(least) && n.kind == number {
		r.fail(n.offset, "%s is %s, but must be at least %d", what, n.text, least)
	}
	return int(v)
}

func (r *reader) truth(n *node, what string) bool {
	return r.is(n, truth, what) && n.yes
}

// list returns the items of a list that is not empty.
func (r *reader) list(n *node, what string) []*node {
	if r.is(n, list, what) && len(n.items) == 0 {
		r.fail(n.offset, "%s is empty", what)
	}
	return n.items
}

// words reads a list of different names.
func (r *reader) words(n *node, what string) (names []ref) {
	seen := map[string]bool{}
	for _, item := range r.list(n, what) {
		w := r.word(item, "a name in "+what)
		if seen[w.name] {
			r.fail(item.offset, "%q stands twice in %s", w.name, what)
		}
		seen[w.name] = true
		names = append(names, w)
	}
	return names
}

// column reads the name of a column that stands beside the scores of the analysis.
func (r *reader) column(n *node, what string) ref {
	c := r.word(n, what)
	r.columns = append(r.columns, c)
	return c
}

// oneForm checks that exactly one of these keys is there and returns it.
func (r *reader) oneForm(n *node, what string, forms ...string) string {
	found := ""
	for _, m := range n.members {
		if !slices.Contains(forms, m.name) {
			continue
		}
		if found != "" {
			r.fail(m.offset, "%s has either %q or %q, not both", what, found, m.name)
		}
		found = m.name
	}
	if found == "" && n.kind == object {
		r.fail(n.offset, "%s needs one of the keys %s", what, strings.Join(forms, ", "))
	}
	return found
}
