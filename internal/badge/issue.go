package badge

import (
	"errors"
	"fmt"
	"time"
)

// Issued is a credential in both forms of the standard. They say the same.
type Issued struct {
	Token string // VC-JWT; this one is baked into pictures
	JSON  []byte // with a Data Integrity proof, eddsa-rdfc-2022
}

// Issue signs a credential with the newest keys in use: the token with RS256, or with EdDSA when there is no RSA key. It is given when it is earned: one that begins after now is refused, so that
// the time on a badge tells whether its key was still in use.
func Issue(c Credential, keys []Key, now time.Time) (out Issued, err error) {
	if err := c.check(); err != nil {
		return out, err
	}
	if c.ValidFrom.After(now) {
		return out, fmt.Errorf("%w: valid from a time to come", ErrInvalid)
	}
	w := c.wire()
	out.Token, err = issueToken(c.Issuer, keys, struct {
		wireCredential
		claims
	}{w, newClaims(c.Issuer.ID, c.Subject.ID, c.ID, c.ValidFrom, c.ValidUntil)}, now)
	if err != nil {
		return out, err
	}
	if w.Proof, err = issueProof(c.Issuer, keys, w, now); err != nil {
		return out, err
	}
	out.JSON, err = encode(w)
	return out, err
}

func issueToken(i Issuer, keys []Key, payload any, now time.Time) (string, error) {
	k, err := signer(keys, RSA, now)
	if errors.Is(err, ErrNoKey) {
		k, err = signer(keys, Ed25519, now)
	}
	if err != nil {
		return "", err
	}
	return signToken(i, k, payload)
}

func issueProof(i Issuer, keys []Key, document any, now time.Time) ([]wireProof, error) {
	k, err := signer(keys, Ed25519, now)
	if err != nil {
		return nil, err
	}
	return signIntegrity(i, k, document, now)
}
