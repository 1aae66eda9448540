package badge

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// claims are what a token says besides the credential itself: the same facts under the names of RFC 7519 (Open Badges 3.0, JSON Web
// Token Proof Format).
type claims struct {
	Issuer  string `json:"iss"`
	Subject string `json:"sub"`
	ID      string `json:"jti"`
	From    int64  `json:"nbf"`           // seconds since 1970
	Until   int64  `json:"exp,omitempty"` // seconds since 1970
}

func newClaims(issuer, subject, id string, from, until time.Time) claims {
	c := claims{Issuer: issuer, Subject: subject, ID: id, From: from.Unix()}
	if !until.IsZero() {
		c.Until = until.Unix()
	}
	return c
}

// signToken makes a compact JWS of a payload. The standard allows no other header than alg, kid and typ.
func signToken(i Issuer, k Key, payload any) (string, error) {
	body, err := encode(payload)
	if err != nil {
		return "", err
	}
	s, err := jose.NewSigner(
		jose.SigningKey{Algorithm: k.algorithm(), Key: jose.JSONWebKey{Key: k.private, KeyID: i.kid(k)}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	jws, err := s.Sign(body)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}

var errSignature = errors.New("badge: the signature is not that of the text")

// token is a parsed token whose signature has not been looked at yet.
type token struct {
	kid string
	jws *jose.JSONWebSignature
}

func parseToken(s string) (token, error) {
	if err := canonicalBase64(s); err != nil {
		return token{}, err
	}
	jws, err := jose.ParseSignedCompact(s, []jose.SignatureAlgorithm{jose.RS256, jose.EdDSA})
	if err != nil {
		return token{}, fmt.Errorf("badge: %w", err)
	}
	return token{jws.Signatures[0].Header.KeyID, jws}, nil
}

// canonicalBase64 refuses a token whose parts could be written in another way: the last letter of a part may hold bits that most
// readers ignore, and then a changed letter would go unnoticed.
func canonicalBase64(s string) error {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return errors.New("badge: a token has three parts")
	}
	for _, p := range parts {
		if strings.ContainsAny(p, "\r\n") {
			return errors.New("badge: a token has no line breaks")
		}
		if _, err := base64.RawURLEncoding.Strict().DecodeString(p); err != nil {
			return fmt.Errorf("badge: %w", err)
		}
	}
	return nil
}

// verify gives the payload when the key has signed it. go-jose refuses an algorithm that is not the key's own.
func (t token) verify(k Key) (map[string]any, error) {
	body, err := t.jws.Verify(k.public)
	if err != nil {
		return nil, errSignature
	}
	return parse(body)
}

// splitClaims takes the claims out of a payload, so that the credential remains.
func splitClaims(doc map[string]any) (claims, error) {
	var c claims
	if err := again(doc, &c); err != nil {
		return c, err
	}
	ours, err := object(c)
	if err != nil {
		return c, err
	}
	for name := range ours {
		delete(doc, name)
	}
	return c, nil
}
