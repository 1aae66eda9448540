package analyse

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// kind is what stands at a place of the plan.
type kind int

const (
	nothing kind = iota // a place that is not there; the fault has been told
	null
	truth
	number
	text
	list
	object
)

var kindNames = [...]string{"nothing", "null", "true or false", "a number", "a text in quotation marks", "a list in [ ]", "an object in { }"}

func (k kind) String() string { return kindNames[k] }

// node is one value of a JSON file with its place. We read the plan into nodes and not into structs, so that every fault
// can be shown where it stands and a key that stands twice is not lost.
type node struct {
	kind    kind
	offset  int    // bytes before it
	text    string // of a text; the digits of a number
	yes     bool
	items   []*node  // of a list
	members []member // of an object, in the order of the file
}

type member struct {
	name   string
	offset int
	value  *node
}

// member returns the value of a key, nil when the object has none.
func (n *node) member(name string) *node {
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// document is a JSON file: its text, from which an offset becomes a line and a column.
type document struct {
	name string
	data []byte
}

// fault is something wrong at a place of the document.
func (d *document) fault(offset int, who, format string, args ...any) *Fault {
	offset = max(0, min(offset, len(d.data)))
	before := d.data[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return &Fault{File: d.name, Line: line, Column: column, Name: who, Text: fmt.Sprintf(format, args...)}
}

// tree reads the whole document.
func (d *document) tree() (*node, error) {
	d.data = bytes.TrimPrefix(d.data, []byte("\uFEFF")) // some editors write it
	for i := 0; i < len(d.data); {
		r, size := utf8.DecodeRune(d.data[i:])
		if r == utf8.RuneError && size == 1 {
			return nil, d.fault(i, "", "the file is not UTF-8")
		}
		i += size
	}
	if err := d.wellFormed(); err != nil {
		return nil, err
	}
	r := treeReader{doc: d, dec: json.NewDecoder(bytes.NewReader(d.data))}
	r.dec.UseNumber()
	return r.value()
}

// wellFormed lets the standard library judge the grammar, so that the tree reader need not.
func (d *document) wellFormed() error {
	var any json.RawMessage
	err := json.Unmarshal(d.data, &any)
	if err == nil {
		return nil
	}
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return d.fault(0, "", "not JSON: %v", err)
	}
	return d.fault(int(syntax.Offset)-1, "", "not JSON: %v", err)
}

type treeReader struct {
	doc *document
	dec *json.Decoder
}

// next is where the next token begins.
func (r *treeReader) next() int {
	at := int(r.dec.InputOffset())
	for at < len(r.doc.data) && strings.IndexByte(" \t\r\n,:", r.doc.data[at]) >= 0 {
		at++
	}
	return at
}

func (r *treeReader) value() (*node, error) {
	n := &node{offset: r.next()}
	token, err := r.dec.Token()
	if err != nil {
		return nil, r.doc.fault(n.offset, "", "not JSON: %v", err)
	}
	switch v := token.(type) {
	case nil:
		n.kind = null
	case bool:
		n.kind, n.yes = truth, v
	case json.Number:
		n.kind, n.text = number, v.String()
	case string:
		n.kind, n.text = text, v
	case json.Delim:
		if v == '[' {
			return n, r.list(n)
		}
		return n, r.object(n)
	}
	return n, nil
}

func (r *treeReader) list(n *node) error {
	n.kind = list
	for r.dec.More() {
		item, err := r.value()
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := r.dec.Token()
	return err
}

func (r *treeReader) object(n *node) error {
	n.kind = object
	seen := map[string]bool{}
	for r.dec.More() {
		key, err := r.value()
		if err != nil {
			return err
		}
		if seen[key.text] {
			return r.doc.fault(key.offset, "", "the key %q stands twice in the same { }", key.text)
		}
		seen[key.text] = true
		value, err := r.value()
		if err != nil {
			return err
		}
		n.members = append(n.members, member{key.text, key.offset, value})
	}
	_, err := r.dec.Token()
	return err
}
