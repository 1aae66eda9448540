package badge

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// DIDWeb is the did:web of an https address, and the path below which its document must be served (DID Method Web, read).
// "https://county.fi" gives "did:web:county.fi" and "/.well-known/did.json", "https://county.fi/badges" gives
// "did:web:county.fi:badges" and "/badges/did.json".
func DIDWeb(address string) (did, path string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "", fmt.Errorf("badge.DIDWeb: %w", err)
	}
	if u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", "", fmt.Errorf("badge.DIDWeb: %q is not a plain https address", address)
	}
	did = "did:web:" + strings.ReplaceAll(u.Host, ":", "%3A")
	folder := strings.Trim(u.EscapedPath(), "/")
	if folder == "" {
		return did, "/.well-known/did.json", nil
	}
	return did + ":" + strings.ReplaceAll(folder, "/", ":"), "/" + folder + "/did.json", nil
}

type verificationMethod struct {
	ID           string           `json:"id"`
	Type         string           `json:"type"`
	Controller   string           `json:"controller"`
	PublicKey    string           `json:"publicKeyMultibase,omitempty"`
	PublicKeyJwk *jose.JSONWebKey `json:"publicKeyJwk,omitempty"`
}

// IssuerDocument is what stands at the issuer's id: the DID document, or the profile with its keys when the id is an https address.
// Retired keys stay in it, also as assertion methods, because verifiers look there for the keys of old badges. The language chooses
// the name of a profile; a DID document has none.
func IssuerDocument(i Issuer, keys []Key, language string) ([]byte, error) {
	doc := struct {
		Context []string `json:"@context"`
		*wireProfile
		ID      string               `json:"id"`
		Methods []verificationMethod `json:"verificationMethod"`
		Asserts []string             `json:"assertionMethod"`
	}{
		Context: []string{"https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1", "https://w3id.org/security/jwk/v1"},
		ID:      i.ID,
		Methods: []verificationMethod{},
		Asserts: []string{},
	}
	if !strings.HasPrefix(i.ID, "did:") {
		profile := i.wire(language)
		doc.wireProfile = &profile
		doc.Context = []string{"https://www.w3.org/ns/cid/v1", badgesContext}
	}
	for _, k := range keys {
		m := verificationMethod{ID: i.method(k), Controller: i.ID}
		if k.Kind == Ed25519 {
			m.Type, m.PublicKey = "Multikey", k.ID
		} else {
			jwk := k.jwk(i.kid(k))
			m.Type, m.PublicKeyJwk = "JsonWebKey", &jwk
		}
		doc.Methods = append(doc.Methods, m)
		doc.Asserts = append(doc.Asserts, m.ID)
	}
	return encode(doc)
}

// JWKS is the list of public keys that stands at the issuer's Keys, retired ones among them.
func JWKS(i Issuer, keys []Key) ([]byte, error) {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, k := range keys {
		set.Keys = append(set.Keys, k.jwk(i.kid(k)))
	}
	return encode(set)
}

// JWK is one public key, as it stands at the issuer's Keys + "/" + its id.
func JWK(i Issuer, k Key) ([]byte, error) { return encode(k.jwk(i.kid(k))) }
