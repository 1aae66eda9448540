package badge

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Kind is what sort of key signs.
type Kind string

const (
	Ed25519 Kind = "ed25519" // Data Integrity proofs; tokens with EdDSA
	RSA     Kind = "rsa"     // 2048 bits; tokens with RS256, which every verifier of Open Badges 3.0 must know
)

// Key is a signing key of the issuer. A retired one signs nothing more, but what it signed before stays true, so its public half
// must be published for as long as badges are to be checked. A key that a stranger may have got must be left out altogether: a
// stranger writes any date.
type Key struct {
	ID      string // the fragment of its DID URL: made from the key itself, so that two keys never share one
	Kind    Kind
	Created time.Time
	Retired time.Time // zero: in use

	public  crypto.PublicKey
	private crypto.Signer // nil when only the public half is known
}

// ErrNoKey says that no key in use can make the wanted signature.
var ErrNoKey = errors.New("badge: no signing key of that kind")

// NewKeys makes the two keys that an issuer needs, one of each kind. crypto/rsa draws its own random bytes since Go 1.26 and does not
// read from random.
func NewKeys(random io.Reader, created time.Time) ([]Key, error) {
	var out []Key
	for _, kind := range []Kind{Ed25519, RSA} {
		k, err := NewKey(random, kind, created)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

// NewKey makes one key, to take the place of one that is retired.
func NewKey(random io.Reader, kind Kind, created time.Time) (Key, error) {
	switch kind {
	case Ed25519:
		seed := make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(random, seed); err != nil {
			return Key{}, fmt.Errorf("badge.NewKey: %w", err)
		}
		return newKey(ed25519.NewKeyFromSeed(seed), created)
	case RSA:
		private, err := rsa.GenerateKey(random, 2048)
		if err != nil {
			return Key{}, fmt.Errorf("badge.NewKey: %w", err)
		}
		return newKey(private, created)
	}
	return Key{}, fmt.Errorf("badge.NewKey: no kind %q", kind)
}

func newKey(private crypto.Signer, created time.Time) (Key, error) {
	k, err := publicKey(private.Public())
	k.private, k.Created = private, created
	return k, err
}

// publicKey names a key after itself: an Ed25519 key by its Multikey, as did:key does, an RSA key by its JWK thumbprint (RFC 7638).
func publicKey(public crypto.PublicKey) (Key, error) {
	switch p := public.(type) {
	case ed25519.PublicKey:
		if len(p) != ed25519.PublicKeySize {
			return Key{}, errors.New("badge: an Ed25519 key has 32 bytes")
		}
		return Key{ID: multikey(p), Kind: Ed25519, public: p}, nil
	case *rsa.PublicKey:
		if p.N.BitLen() < 2048 {
			return Key{}, errors.New("badge: an RSA key needs 2048 bits")
		}
		sum, err := (&jose.JSONWebKey{Key: p}).Thumbprint(crypto.SHA256)
		return Key{ID: base64.RawURLEncoding.EncodeToString(sum), Kind: RSA, public: p}, err
	}
	return Key{}, fmt.Errorf("badge: keys of type %T are not used", public)
}

// Retire returns the key as one that signs nothing after a time.
func (k Key) Retire(at time.Time) Key {
	k.Retired = at
	return k
}

// Private is the private key as PKCS #8 in DER, to be kept sealed.
func (k Key) Private() ([]byte, error) {
	if k.private == nil {
		return nil, ErrNoKey
	}
	return x509.MarshalPKCS8PrivateKey(k.private)
}

// ParsePrivate reads what Private wrote; the caller sets when the key was retired.
func ParsePrivate(pkcs8 []byte, created time.Time) (Key, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(pkcs8)
	if err != nil {
		return Key{}, fmt.Errorf("badge.ParsePrivate: %w", err)
	}
	private, ok := parsed.(crypto.Signer)
	if !ok {
		return Key{}, fmt.Errorf("badge.ParsePrivate: keys of type %T are not used", parsed)
	}
	return newKey(private, created)
}

// Public is the public key as a JWK, enough to check old badges when the private half has been destroyed.
func (k Key) Public() ([]byte, error) { return json.Marshal(k.jwk(k.ID)) }

// ParsePublic reads what Public wrote; the caller sets when the key was made and retired.
func ParsePublic(jwk []byte) (Key, error) {
	var parsed jose.JSONWebKey
	if err := json.Unmarshal(jwk, &parsed); err != nil {
		return Key{}, fmt.Errorf("badge.ParsePublic: %w", err)
	}
	return publicKey(parsed.Public().Key)
}

func (k Key) jwk(kid string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.public, KeyID: kid, Algorithm: string(k.algorithm()), Use: "sig"}
}

func (k Key) algorithm() jose.SignatureAlgorithm {
	if k.Kind == RSA {
		return jose.RS256
	}
	return jose.EdDSA
}

// usable tells whether the key may have signed something at a time.
func (k Key) usable(at time.Time) bool { return k.Retired.IsZero() || at.Before(k.Retired) }

// signer is the newest key of a kind that may sign now.
func signer(keys []Key, kind Kind, now time.Time) (Key, error) {
	var best Key
	for _, k := range keys {
		if k.Kind == kind && k.private != nil && k.usable(now) && !k.Created.After(now) && (best.private == nil || k.Created.After(best.Created)) {
			best = k
		}
	}
	if best.private == nil {
		return Key{}, fmt.Errorf("%w (%s)", ErrNoKey, kind)
	}
	return best, nil
}

// method is the key's DID URL.
func (i Issuer) method(k Key) string { return i.ID + "#" + k.ID }

// kid is how a token names its key.
func (i Issuer) kid(k Key) string {
	if i.Keys != "" {
		return i.Keys + "/" + k.ID
	}
	return i.method(k)
}
