package dataset

import (
	"bufio"
	"encoding/binary"
	"math"
)

// Codes of compressed data besides the small whole numbers.
const (
	codeEnd     = 252
	codeLiteral = 253 // 8 bytes follow after the codes
	codeBlank   = 254 // 8 spaces
	codeSysmis  = 255
)

// savData writes compressed data: 8 codes, then the bytes that they announce, and so on.
type savData struct {
	w        *bufio.Writer
	codes    [8]byte
	n        int
	literals [8 * segment]byte
	used     int
	err      error
}

func (d *savData) cell(c *Cell, parts []savPart) {
	if parts[0].width == 0 {
		d.number(c)
		return
	}
	rest := c.text
	for _, part := range parts {
		taken := rest[:min(len(rest), part.width)]
		rest = rest[len(taken):]
		d.text(taken, part.segments())
	}
}

func (d *savData) number(c *Cell) {
	if c.kind == empty {
		d.code(codeSysmis)
		return
	}
	// The codes 1 to 251 are the numbers from -99 to 151.
	if n := int(max(min(c.number, 1000), -1000)); float64(n) == c.number && n+bias >= 1 && n+bias < codeEnd {
		d.code(byte(n + bias))
		return
	}
	binary.LittleEndian.PutUint64(d.literals[d.used:], math.Float64bits(c.number))
	d.literal()
}

// text writes a text filled with spaces to n segments.
func (d *savData) text(s string, n int) {
	for range n {
		taken := s[:min(len(s), segment)]
		s = s[len(taken):]
		for len(taken) > 0 && taken[len(taken)-1] == ' ' {
			taken = taken[:len(taken)-1]
		}
		if taken == "" {
			d.code(codeBlank)
			continue
		}
		copy(d.literals[d.used:d.used+segment], "        ")
		copy(d.literals[d.used:], taken)
		d.literal()
	}
}

// literal announces the 8 bytes that have been put behind the others.
func (d *savData) literal() {
	d.used += segment
	d.code(codeLiteral)
}

func (d *savData) code(c byte) {
	d.codes[d.n] = c
	if d.n++; d.n == len(d.codes) {
		d.flush()
	}
}

func (d *savData) flush() {
	d.w.Write(d.codes[:])
	if _, err := d.w.Write(d.literals[:d.used]); err != nil {
		d.err = err
	}
	d.n, d.used = 0, 0
}

// end says that there are no more cases and fills the last eight codes with ones that mean nothing.
func (d *savData) end() {
	d.code(codeEnd)
	for d.n > 0 {
		d.code(0)
	}
}

func appendInt(b []byte, n int) []byte { return binary.LittleEndian.AppendUint32(b, uint32(int32(n))) }

func appendFloat(b []byte, x float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
}

// appendString puts the length before the text.
func appendString(b []byte, s string) []byte { return append(appendInt(b, len(s)), s...) }
