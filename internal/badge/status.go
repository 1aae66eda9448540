package badge

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"
)

// revocation is the purpose of our lists: a set bit says that the credential has been taken back for good.
const revocation = "revocation"

// A list is long so that who fetches it does not tell whose badge they look at (Bitstring Status List 1.0, minimum length).
const (
	MinStatuses = 131_072
	maxStatuses = 128 * MinStatuses
)

// StatusList holds one bit for each credential: set when it has been revoked.
type StatusList struct{ bits []byte }

// NewStatusList is a list of n statuses, none of them set: MinStatuses or more, a multiple of 8.
func NewStatusList(n int) (StatusList, error) {
	if n < MinStatuses || n > maxStatuses || n%8 != 0 {
		return StatusList{}, fmt.Errorf("badge.NewStatusList: %d statuses, want %d to %d, a multiple of 8", n, MinStatuses, maxStatuses)
	}
	return StatusList{make([]byte, n/8)}, nil
}

// Len is how many statuses there are.
func (l StatusList) Len() int { return len(l.bits) * 8 }

// Revoked tells whether the status at an index is set. There is none outside the list.
func (l StatusList) Revoked(index int) (bool, error) {
	if index < 0 || index >= l.Len() {
		return false, fmt.Errorf("badge: no status %d in a list of %d", index, l.Len())
	}
	return l.bits[index/8]&bit(index) != 0, nil
}

// Revoke sets the status at an index, or clears it.
func (l StatusList) Revoke(index int, revoked bool) error {
	if _, err := l.Revoked(index); err != nil {
		return err
	}
	if revoked {
		l.bits[index/8] |= bit(index)
	} else {
		l.bits[index/8] &^= bit(index)
	}
	return nil
}

// bit counts from the left: index 0 is the highest bit of the first byte.
func bit(index int) byte { return 0x80 >> (index % 8) }

// Encode is the list compressed with gzip, in base64url with Multibase's "u" before it.
func (l StatusList) Encode() (string, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(l.bits); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return "u" + base64.RawURLEncoding.EncodeToString(b.Bytes()), nil
}

// ParseStatusList reads what Encode wrote. It unpacks no more than the longest list takes.
func ParseStatusList(s string) (l StatusList, err error) {
	if len(s) == 0 || s[0] != 'u' {
		return l, errors.New("badge: a status list begins with u")
	}
	packed, err := base64.RawURLEncoding.DecodeString(s[1:])
	if err != nil {
		return l, fmt.Errorf("badge: status list: %w", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return l, fmt.Errorf("badge: status list: %w", err)
	}
	bits, err := io.ReadAll(io.LimitReader(z, maxStatuses/8+1))
	if err != nil {
		return l, fmt.Errorf("badge: status list: %w", err)
	}
	if n := len(bits) * 8; n < MinStatuses || n > maxStatuses {
		return l, fmt.Errorf("badge: a status list of %d, want %d to %d", n, MinStatuses, maxStatuses)
	}
	return StatusList{bits}, nil
}

// FreeIndex draws an index below n that is not used. Indexes are drawn and not counted up, so that a place in the list does not tell
// in which order badges were given. It fails when half the list is used: time for a new list.
func FreeIndex(random io.Reader, n int, used map[int]bool) (int, error) {
	if len(used)*2 >= n {
		return 0, fmt.Errorf("badge.FreeIndex: %d of %d are used", len(used), n)
	}
	for {
		i, err := rand.Int(random, big.NewInt(int64(n)))
		if err != nil {
			return 0, fmt.Errorf("badge.FreeIndex: %w", err)
		}
		if index := int(i.Int64()); !used[index] {
			return index, nil
		}
	}
}

// StatusCredential publishes a status list at an address.
type StatusCredential struct {
	ID         string // the address
	Issuer     Issuer
	ValidFrom  time.Time // whole seconds
	ValidUntil time.Time // zero: for good
	List       StatusList
}

type wireList struct {
	Context    []string        `json:"@context"`
	ID         string          `json:"id"`
	Type       []string        `json:"type"`
	Issuer     string          `json:"issuer"`
	ValidFrom  string          `json:"validFrom"`
	ValidUntil string          `json:"validUntil,omitempty"`
	Subject    wireListSubject `json:"credentialSubject"`
	Proof      []wireProof     `json:"proof,omitempty"`
}

type wireListSubject struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Purpose string `json:"statusPurpose"`
	Encoded string `json:"encodedList"`
}

func (s StatusCredential) wire(encoded string) wireList {
	return wireList{
		Context: []string{credentialsContext}, ID: s.ID, Type: []string{"VerifiableCredential", "BitstringStatusListCredential"},
		Issuer: s.Issuer.ID, ValidFrom: stamp(s.ValidFrom), ValidUntil: stamp(s.ValidUntil),
		Subject: wireListSubject{s.ID + "#list", "BitstringStatusList", revocation, encoded},
	}
}

// IssueStatus signs a status list in both forms, with the newest keys in use.
func IssueStatus(s StatusCredential, keys []Key, now time.Time) (out Issued, err error) {
	var k checker
	k.address("id", s.ID, true)
	k.address("issuer id", s.Issuer.ID, true)
	k.times(s.ValidFrom, s.ValidUntil)
	k.that(s.List.Len() >= MinStatuses, "list")
	if err := k.err(); err != nil {
		return out, err
	}
	encoded, err := s.List.Encode()
	if err != nil {
		return out, err
	}
	w := s.wire(encoded)
	out.Token, err = issueToken(s.Issuer, keys, struct {
		wireList
		claims
	}{w, newClaims(s.Issuer.ID, w.Subject.ID, s.ID, s.ValidFrom, s.ValidUntil)}, now)
	if err != nil {
		return out, err
	}
	if w.Proof, err = issueProof(s.Issuer, keys, w, now); err != nil {
		return out, err
	}
	out.JSON, err = encode(w)
	return out, err
}

// readList reads the credential of a status list, as read does that of a badge.
func readList(doc map[string]any) (s StatusCredential, err error) {
	var w wireList
	if err := again(doc, &w); err != nil {
		return s, err
	}
	s = StatusCredential{ID: w.ID, Issuer: Issuer{ID: w.Issuer}}
	if s.ValidFrom, err = parseStamp(w.ValidFrom); err != nil {
		return s, err
	}
	if s.ValidUntil, err = parseStamp(w.ValidUntil); err != nil {
		return s, err
	}
	if s.List, err = ParseStatusList(w.Subject.Encoded); err != nil {
		return s, err
	}
	return s, same(bare(doc), s.wire(w.Subject.Encoded))
}
