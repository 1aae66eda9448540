// Package link writes and reads the codes in personal links: the round in clear, a secret of 128 bits, and check
// characters, so that a mistyped link is told from an unknown one without asking anybody.
//
// A code is 35 characters of Crockford's base 32 (no i, l, o, u): 5 for the round, 26 for the secret, 4 that check the
// rest. Reading forgives case, spaces, hyphens, and the letters that people mix up.
package link

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"
)

// Kind is what a code opens. The check characters differ by kind, so that one cannot be used for another.
type Kind string

// The kinds of link.
const (
	Invitation Kind = "v"
	Feedback   Kind = "f"
	Slip       Kind = "s"
)

// Secret is the part of a code that nobody can guess.
type Secret [16]byte

// RoundLen is the length of a round's code.
const RoundLen = 5

const (
	secretLen = 26
	checkLen  = 4
	alphabet  = "0123456789abcdefghjkmnpqrstvwxyz"
)

var enc = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// ErrMistyped tells that a code is not one that was ever given out: a character is missing, added or wrong.
var ErrMistyped = errors.New("link: mistyped")

// RoundCode turns random bytes into a round's code.
func RoundCode(random [4]byte) string { return enc.EncodeToString(random[:])[:RoundLen] }

// Format writes a code.
func Format(k Kind, round string, s Secret) string {
	body := round + enc.EncodeToString(s[:])
	return body + check(k, body)
}

// Parse reads a code as a person may have typed it.
func Parse(k Kind, code string) (round string, s Secret, err error) {
	c := tidy(code)
	if len(c) != RoundLen+secretLen+checkLen {
		return "", s, ErrMistyped
	}
	body := c[:RoundLen+secretLen]
	if check(k, body) != c[len(body):] {
		return "", s, ErrMistyped
	}
	b, err := enc.DecodeString(body[RoundLen:])
	if err != nil || len(b) != len(s) {
		return "", s, ErrMistyped
	}
	copy(s[:], b)
	if enc.EncodeToString(s[:]) != body[RoundLen:] {
		return "", s, ErrMistyped // the last character carries two bits that must be 0
	}
	return body[:RoundLen], s, nil
}

var mixedUp = strings.NewReplacer("o", "0", "i", "1", "l", "1", "-", "", " ", "", ".", "")

func tidy(code string) string {
	if len(code) > 200 {
		return ""
	}
	if strings.Trim(code, alphabet) == "" {
		return code // as we wrote it
	}
	return mixedUp.Replace(strings.ToLower(code))
}

func check(k Kind, body string) string {
	h := sha256.Sum256([]byte("taitorinki link " + string(k) + " " + body))
	return enc.EncodeToString(h[:3])[:checkLen]
}
