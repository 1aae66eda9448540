package badge

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAKeyComesBackFromItsRecord(t *testing.T) {
	c := newCounty(t)
	for _, k := range c.keys {
		private, err := k.Private()
		must(t, err)
		again, err := ParsePrivate(private, k.Created)
		must(t, err)
		public, err := k.Public()
		must(t, err)
		half, err := ParsePublic(public)
		must(t, err)
		if again.ID != k.ID || again.Kind != k.Kind || !again.Created.Equal(k.Created) || half.ID != k.ID || half.Kind != k.Kind {
			t.Errorf("key %s %s came back as %s %s and %s %s", k.Kind, k.ID, again.Kind, again.ID, half.Kind, half.ID)
		}
		if _, err := half.Private(); !errors.Is(err, ErrNoKey) {
			t.Errorf("a public half gives a private one: %v", err)
		}
		if bytes.Contains(public, []byte(`"d"`)) {
			t.Errorf("the public half holds the private one: %s", public)
		}
	}
	if c.keys[0].ID[:4] != "z6Mk" {
		t.Errorf("the Ed25519 key is named %s, want z6Mk...", c.keys[0].ID)
	}
	for _, b := range []string{"", "{}", `{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}`, `{"kty":"oct","k":"AAAA"}`} {
		if k, err := ParsePublic([]byte(b)); err == nil {
			t.Errorf("%s is the key %+v", b, k)
		}
		if k, err := ParsePrivate([]byte(b), noon); err == nil {
			t.Errorf("%s is the key %+v", b, k)
		}
	}
}

// The Multikey of the test vector in W3C, Data Integrity EdDSA Cryptosuites 1.0, B.1.
func TestAMultikeyIsWrittenAsTheStandardWritesIt(t *testing.T) {
	const want = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
	b, err := parseBase58(want)
	must(t, err)
	if len(b) != 34 || b[0] != 0xed || b[1] != 0x01 {
		t.Fatalf("read as %x", b)
	}
	if got := multikey(b[2:]); got != want {
		t.Errorf("written %s, want %s", got, want)
	}
	for _, b := range [][]byte{nil, {0}, {0, 0, 1}, {0xff, 0}} {
		if got, err := parseBase58(base58(b)); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%x came back as %x, %v", b, got, err)
		}
	}
	for _, s := range []string{"", "6Mk", "zO", "zl", "z" + strings.Repeat("2", 101)} {
		if b, err := parseBase58(s); err == nil {
			t.Errorf("%.20q is %x", s, b)
		}
	}
}

func TestOldBadgesStayTrueWhenKeysChange(t *testing.T) {
	c := newCounty(t)
	old := c.bare()
	old.ValidFrom = noon.AddDate(0, -1, 0)
	out := issue(t, c, old)

	rotation := noon.Add(-time.Hour)
	fresh, err := NewKeys(random(2), rotation)
	must(t, err)
	c.keys = append(retired(c.keys, rotation), fresh...)
	later := issue(t, c, c.bare())

	for name, text := range map[string][]byte{"old token": []byte(out.Token), "new token": []byte(later.Token), "old JSON": out.JSON, "new JSON": later.JSON} {
		r := c.verifier(t).Verify(text)
		want := strings.HasPrefix(name, "new") == slices.ContainsFunc(fresh, func(k Key) bool { return k.ID == r.Key })
		switch {
		case name == "old JSON" && !slices.Equal(r.Reasons, []Reason{RetiredKey}):
			t.Errorf("%s, which was signed after its key was retired: %v", name, r.Reasons) // issue signs at noon
		case name != "old JSON" && !r.True():
			t.Errorf("%s: %v %v", name, r.Reasons, r.Cause)
		case !want:
			t.Errorf("%s is signed with the key %s", name, r.Key)
		}
	}
}

func TestThePublishedKeysHoldTheRetiredOnes(t *testing.T) {
	c := newCounty(t)
	fresh, err := NewKeys(random(2), noon)
	must(t, err)
	c.keys = append(retired(c.keys, noon), fresh...)
	b, err := IssuerDocument(c.issuer, c.keys, "fi")
	must(t, err)
	var did struct {
		ID      string
		Name    string
		Methods []map[string]any `json:"verificationMethod"`
		Asserts []string         `json:"assertionMethod"`
	}
	must(t, json.Unmarshal(b, &did))
	if did.ID != c.issuer.ID || did.Name != "" || len(did.Methods) != 4 || len(did.Asserts) != 4 {
		t.Errorf("DID document %s", b)
	}
	for i, k := range c.keys {
		if id := c.issuer.ID + "#" + k.ID; did.Methods[i]["id"] != id || did.Asserts[i] != id {
			t.Errorf("method %v, assertion %s, want %s", did.Methods[i]["id"], did.Asserts[i], id)
		}
	}
	b, err = JWKS(c.issuer, c.keys)
	must(t, err)
	one, err := JWK(c.issuer, c.keys[1])
	must(t, err)
	if !bytes.Contains(b, one) || bytes.Count(b, []byte(`"kid":"https://merenranta.example/badges/keys/`)) != 4 || bytes.Contains(b, []byte(`"d"`)) {
		t.Errorf("JWKS %s\nJWK %s", b, one)
	}
	c.issuer.ID = "https://merenranta.example/badges/issuer"
	b, err = IssuerDocument(c.issuer, c.keys, "sv")
	must(t, err)
	did.Name = ""
	must(t, json.Unmarshal(b, &did))
	if did.ID != c.issuer.ID || did.Name != "Havsstrandens välfärdsområde" || did.Methods[0]["controller"] != c.issuer.ID {
		t.Errorf("profile %s", b)
	}
}

func TestADIDWebTellsWhereItsDocumentIs(t *testing.T) {
	for address, want := range map[string][2]string{
		"https://county.fi":                {"did:web:county.fi", "/.well-known/did.json"},
		"https://county.fi/":               {"did:web:county.fi", "/.well-known/did.json"},
		"https://county.fi:8443/badges/a/": {"did:web:county.fi%3A8443:badges:a", "/badges/a/did.json"},
	} {
		did, path, err := DIDWeb(address)
		if err != nil || did != want[0] || path != want[1] {
			t.Errorf("%s: %s %s %v, want %v", address, did, path, err, want)
		}
	}
	for _, address := range []string{"http://county.fi", "county.fi", "https://", "https://a@county.fi", "https://county.fi?x", "https://county.fi#x", ":"} {
		if did, _, err := DIDWeb(address); err == nil {
			t.Errorf("%s: %s, want an error", address, did)
		}
	}
}
