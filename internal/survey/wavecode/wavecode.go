// Package wavecode makes and reads the codes by which respondents pair their own answers of several waves.
//
// A code is 8 characters of Crockford's base 32 (no i, l, o, u): 7 that are random and one that checks them. It is made for a
// respondent, kept by the respondent, and stands for nothing but the wish to be paired. The check character tells every
// single wrong character and every two that have changed places; of other slips it lets one in 32 pass.
package wavecode

import (
	"encoding/binary"
	"errors"
	"strings"
)

// Code is a code without its check character: a number below 2^35. The zero Code is none.
type Code uint64

const (
	digits   = 7
	most     = 1<<(5*digits) - 1
	alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// ErrMistyped tells that a text is no code that was ever given out.
var ErrMistyped = errors.New("wavecode: mistyped")

// New turns random bytes into a code.
func New(random [8]byte) Code {
	c := Code(binary.BigEndian.Uint64(random[:]) & most)
	if c == 0 {
		c = 1
	}
	return c
}

// String writes a code as it is shown, "K7QM-2XRT". The zero Code is "".
func (c Code) String() string {
	if c == 0 {
		return ""
	}
	s := c.values()
	out := make([]byte, 0, digits+2)
	for i, v := range s {
		if i == 4 {
			out = append(out, '-')
		}
		out = append(out, alphabet[v])
	}
	return string(append(out, alphabet[check(s)]))
}

func (c Code) values() (v [digits]byte) {
	for i := range v {
		v[i] = byte(c>>(5*(digits-1-i))) & 31
	}
	return v
}

// check is the sum of the characters, each times another power of x, in the field of 32 elements (x^5 = x^2 + 1). All powers
// differ from each other and from 1, so neither a wrong character nor two exchanged ones leave the sum as it was.
func check(v [digits]byte) byte {
	var sum byte
	for _, x := range v { // Horner's rule
		sum = timesX(sum ^ x)
	}
	return sum
}

func timesX(v byte) byte {
	v <<= 1
	if v&32 != 0 {
		v ^= 32 | 4 | 1
	}
	return v
}

var mixedUp = strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "", " ", "", ".", "", "\u2013", "")

// Parse reads a code as a person may have typed it: it forgives case, spaces, hyphens, and the letters that people mix up.
func Parse(text string) (Code, error) {
	if len(text) > 100 {
		return 0, ErrMistyped
	}
	t := mixedUp.Replace(strings.ToUpper(text))
	if len(t) != digits+1 {
		return 0, ErrMistyped
	}
	var v [digits]byte
	var c Code
	for i := range v {
		at := strings.IndexByte(alphabet, t[i])
		if at < 0 {
			return 0, ErrMistyped
		}
		v[i] = byte(at)
		c = c<<5 | Code(at)
	}
	if alphabet[check(v)] != t[digits] || c == 0 {
		return 0, ErrMistyped
	}
	return c, nil
}

// Valid reports whether c is a code or none.
func (c Code) Valid() bool { return c <= most }
