package live

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// alphabet has no character that is taken for another when it is read aloud or from a screen.
const alphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"

const codeLength = 6

// newCode is a random code. Bytes that would make some characters likelier are drawn anew.
func newCode() string {
	var b [1]byte
	code := make([]byte, 0, codeLength)
	for len(code) < codeLength {
		rand.Read(b[:])
		if int(b[0]) < 256/len(alphabet)*len(alphabet) {
			code = append(code, alphabet[int(b[0])%len(alphabet)])
		}
	}
	return string(code)
}

// ParseCode reads a code as people type it: small letters, spaces and hyphens are forgiven, and so is the whole address.
func ParseCode(said string) (code string, ok bool) {
	if at := strings.LastIndexByte(strings.TrimRight(said, "/ "), '/'); at >= 0 {
		said = said[at+1:]
	}
	var b strings.Builder
	for _, r := range strings.ToUpper(said) {
		switch {
		case r == ' ' || r == '-' || r == '/' || r == '\u00a0':
		case b.Len() < codeLength && r < 128 && strings.IndexByte(alphabet, byte(r)) >= 0:
			b.WriteRune(r)
		default:
			return "", false
		}
	}
	return b.String(), b.Len() == codeLength
}

// Device is what a room's cookie holds: who has none cannot vote.
type Device [16]byte

// cookieText is the cookie of a device: its secret, and a proof that the room has given it.
func (d Device) cookieText(seal []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(d[:], d.proof(seal)...))
}

func (d Device) proof(seal []byte) []byte {
	m := hmac.New(sha256.New, seal)
	m.Write(d[:])
	return m.Sum(nil)[:16]
}

// parseDevice reads a cookie that a room has given.
func parseDevice(text string, seal []byte) (d Device, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != 32 {
		return d, false
	}
	copy(d[:], b)
	return d, hmac.Equal(b[16:], d.proof(seal))
}

// voter is the key under which a device's vote on one question or poll is kept.
func (d Device) voter(kind string, id int64) []byte {
	h := sha256.New()
	h.Write(d[:])
	h.Write([]byte(kind))
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(id))
	h.Write(n[:])
	return h.Sum(nil)
}

// The kinds in a voter's key.
const (
	ofQuestion = "question"
	ofPoll     = "poll"
)

// newSecret is the secret of a link, and the hash that is kept of it.
func newSecret() (text string, hash []byte) {
	var b [16]byte
	rand.Read(b[:])
	text = base64.RawURLEncoding.EncodeToString(b[:])
	return text, hashOf(text)
}

func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// opens reports whether a secret is the one whose hash is kept.
func opens(secret string, hash []byte) bool {
	return len(hash) > 0 && subtle.ConstantTimeCompare(hashOf(secret), hash) == 1
}

// versionLength is that of a state's version, in hexadecimal digits.
const versionLength = 16

// parseVersion reads the Last-Event-ID that a browser sends; "" when it is none of ours.
func parseVersion(text string) string {
	if len(text) != versionLength {
		return ""
	}
	if _, err := hex.DecodeString(text); err != nil {
		return ""
	}
	return strings.ToLower(text)
}

// NewDevice is a device that joins a room.
func NewDevice() (d Device) {
	rand.Read(d[:])
	return d
}
