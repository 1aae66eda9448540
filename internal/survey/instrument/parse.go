package instrument

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Parse reads an instrument file. The error is always a Problems with everything that is wrong, unless the file is not
// JSON at all: then it holds the one place where reading stopped.
func Parse(data []byte) (*Instrument, error) {
	if len(data) > MaxBytes {
		return nil, Problems{{Key: "instrument.too-large", Args: map[string]any{"max": MaxBytes >> 20}}}
	}
	root, problem := tree(bytes.TrimPrefix(data, []byte("\ufeff")))
	if problem != nil {
		return nil, Problems{*problem}
	}
	c := &checker{}
	in := c.instrument(at{node: root})
	c.link(in)
	if ps := c.gathered(); len(ps) > 0 {
		return nil, ps
	}
	sum := sha256.Sum256(data)
	in.fingerprint = hex.EncodeToString(sum[:])
	return in, nil
}

// A node is one value of the file. The standard decoder is not used on structs directly because it stops at the first
// mistake, matches keys whatever their case and lets a repeated key win silently.
type node struct {
	kind   byte // '{' '[' or s(tring) n(umber) b(oolean) 0 (null)
	truth  bool
	line   int
	text   string // a string, or a number as written
	fields map[string]*node
	keys   []string // as written, repeated ones too
	list   []*node
}

// The format itself nests nine deep and a long questionnaire has some ten thousand values.
const (
	maxDepth = 32
	maxNodes = 200_000
)

var errTooComplex = errors.New("too complex")

func tree(body []byte) (*node, *Problem) {
	if i := invalidUTF8(body); i >= 0 {
		return nil, stopped(body, i, "instrument.not-utf8")
	}
	if len(trimSpace(body)) == 0 {
		return nil, &Problem{Key: "instrument.empty-file"}
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return nil, stopped(body, syntaxOffset(body, err), "instrument.syntax")
	}
	if rest := trimSpace(body[dec.InputOffset():]); len(rest) > 0 {
		return nil, stopped(body, len(body)-len(rest), "instrument.trailing")
	}
	b := &builder{body: body, dec: json.NewDecoder(bytes.NewReader(body)), line: 1}
	b.dec.UseNumber()
	root, err := b.value(0)
	if err != nil {
		return nil, stopped(body, int(b.dec.InputOffset()), "instrument.too-complex")
	}
	return root, nil
}

func trimSpace(body []byte) []byte { return bytes.TrimLeft(body, " \t\r\n") }

func invalidUTF8(body []byte) int {
	if utf8.Valid(body) {
		return -1
	}
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// syntaxOffset finds the offending byte; a file that ends too early offends at its end.
func syntaxOffset(body []byte, err error) int {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return len(body)
	}
	return min(max(int(syntax.Offset)-1, 0), len(body))
}

func stopped(body []byte, offset int, key string) *Problem {
	before := body[:min(offset, len(body))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return &Problem{Where: fmt.Sprintf("%d:%d", line, column), Key: key}
}

type builder struct {
	body  []byte
	dec   *json.Decoder
	read  int // bytes whose lines are counted
	line  int
	nodes int
}

func (b *builder) token() (json.Token, error) {
	tok, err := b.dec.Token()
	end := int(b.dec.InputOffset())
	b.line += bytes.Count(b.body[b.read:end], []byte("\n"))
	b.read = end
	return tok, err
}

func (b *builder) value(depth int) (*node, error) {
	tok, err := b.token()
	if err != nil {
		return nil, err
	}
	if b.nodes++; b.nodes > maxNodes || depth > maxDepth {
		return nil, errTooComplex
	}
	n := &node{line: b.line}
	switch t := tok.(type) {
	case json.Delim:
		n.kind = byte(t)
		err = b.inside(n, depth)
	case string:
		n.kind, n.text = 's', t
	case json.Number:
		n.kind, n.text = 'n', t.String()
	case bool:
		n.kind, n.truth = 'b', t
	}
	return n, err
}

func (b *builder) inside(n *node, depth int) error {
	if n.kind == '{' {
		n.fields = map[string]*node{}
	}
	for b.dec.More() {
		key := ""
		if n.kind == '{' {
			tok, err := b.token()
			if err != nil {
				return err
			}
			key = tok.(string)
		}
		v, err := b.value(depth + 1)
		if err != nil {
			return err
		}
		if n.kind == '[' {
			n.list = append(n.list, v)
			continue
		}
		n.keys = append(n.keys, key)
		n.fields[key] = v
	}
	_, err := b.token()
	return err
}
