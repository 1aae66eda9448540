package badge

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// county is an issuer with its keys and a list of statuses.
type county struct {
	issuer Issuer
	keys   []Key
	list   StatusList
}

const listAddress = "https://merenranta.example/badges/status/1"

func random(seed uint64) io.Reader {
	var s [32]byte
	s[0] = byte(seed)
	return rand.NewChaCha8(s)
}

func newCounty(t testing.TB) county {
	t.Helper()
	keys, err := NewKeys(random(1), noon.AddDate(-1, 0, 0))
	must(t, err)
	list, err := NewStatusList(MinStatuses)
	must(t, err)
	return county{
		issuer: Issuer{
			ID:    "did:web:merenranta.example:badges",
			Names: map[string]string{"fi": "Merenrannan hyvinvointialue", "sv": "Havsstrandens välfärdsområde"},
			URL:   "https://merenranta.example/", Email: "digi@merenranta.example", Image: "https://merenranta.example/logo.png",
			Keys: "https://merenranta.example/badges/keys",
		},
		keys: keys, list: list,
	}
}

// full is a credential that uses every field.
func (c county) full() Credential {
	return Credential{
		ID:     "https://merenranta.example/badges/7f3a",
		Issuer: c.issuer,
		Achievement: Achievement{
			ID: "https://merenranta.example/badges/digimentor", Name: "Digimentori & \"tuki\"", Description: "Osaa auttaa työkaveria.\nTunnistaa \\ 😀 <b>.",
			Criteria: Criteria{ID: "https://merenranta.example/polku", Narrative: "Kävi **polun** loppuun."}, Type: "Badge",
			Image: "https://merenranta.example/badges/digimentor.png", Tags: []string{"digimentori", "å ä ö"}, Language: "fi",
			Alignments: []Alignment{{
				Name: "Communication", URL: "https://example.org/digcomp/2.1", Framework: "DigComp", Code: "2.1",
				Type: "ceasn:Competency", Description: "Working together by digital means",
			}, {Name: "Support", URL: "https://example.org/digcomp/5.2"}},
		},
		Subject:    Subject{ID: "urn:uuid:5d1c0e1a-3f39-4c0e-9df4-5b6d1c6f6f10", Hash: IdentityHash("maija@merenranta.example", "ab12"), Salt: "ab12"},
		ValidFrom:  noon.AddDate(0, -1, 0),
		ValidUntil: noon.AddDate(3, 0, 0),
		Evidence:   []Evidence{{ID: "https://merenranta.example/e/1", Name: "Tukipäiväkirja", Narrative: "Kaksikymmentä tukikertaa."}, {Name: "Työpaja"}},
		Status:     &Status{listAddress, 94_567},
	}
}

// bare is a credential with nothing that may be left out.
func (c county) bare() Credential {
	return Credential{
		ID: "https://merenranta.example/badges/1", Issuer: Issuer{ID: c.issuer.ID, Names: map[string]string{"": "Merenranta"}, Keys: c.issuer.Keys},
		Achievement: Achievement{ID: "urn:uuid:00000000-0000-4000-8000-000000000001", Name: "Digitaitaja", Description: "-", Criteria: Criteria{Narrative: "-"}},
		Subject:     Subject{ID: "urn:uuid:00000000-0000-4000-8000-000000000002", Hash: IdentityHash("a@b.fi", "")},
		ValidFrom:   noon,
	}
}

func (c county) verifier(t testing.TB) Verifier {
	t.Helper()
	return Verifier{Issuer: c.issuer, Keys: c.keys, Now: noon, List: func(address string) ([]byte, error) {
		s, err := IssueStatus(StatusCredential{ID: listAddress, Issuer: c.issuer, ValidFrom: noon, List: c.list}, c.keys, noon)
		return s.JSON, err
	}}
}

func issue(t testing.TB, c county, credential Credential) Issued {
	t.Helper()
	out, err := Issue(credential, c.keys, noon)
	must(t, err)
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestABadgeThatWasIssuedIsTrueInBothForms(t *testing.T) {
	c := newCounty(t)
	for name, credential := range map[string]Credential{"full": c.full(), "bare": c.bare()} {
		out := issue(t, c, credential)
		for form, text := range map[string][]byte{"token": []byte(out.Token), "JSON": out.JSON} {
			r := c.verifier(t).Verify(text)
			if !r.True() {
				t.Fatalf("%s, %s: %v %v\n%s", name, form, r.Reasons, r.Cause, text)
			}
			want := credential
			want.Issuer.Keys = ""
			want.Issuer.Names = map[string]string{want.Achievement.Language: credential.Issuer.Name(credential.Achievement.Language)}
			if d := cmp.Diff(want, r.Credential); d != "" {
				t.Errorf("%s, %s: read back another credential (-want +got)\n%s", name, form, d)
			}
		}
	}
}

func TestTheJSONIsWhatTheStandardAsksFor(t *testing.T) {
	c := newCounty(t)
	credential := c.bare()
	credential.Status = &Status{listAddress, 7}
	b, err := encode(credential.wire())
	must(t, err)
	want := `{"@context":["https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],` +
		`"id":"https://merenranta.example/badges/1","type":["VerifiableCredential","OpenBadgeCredential"],"name":"Digitaitaja",` +
		`"issuer":{"id":"did:web:merenranta.example:badges","type":["Profile"],"name":"Merenranta"},"validFrom":"2026-11-22T12:00:00Z",` +
		`"credentialSubject":{"id":"urn:uuid:00000000-0000-4000-8000-000000000002","type":["AchievementSubject"],"identifier":[{"type":"IdentityObject",` +
		`"hashed":true,"identityHash":"sha256$880f67d7374033399e3c81156eaaa55a0b2da936ca2ffe66311ae8ba108a2645","identityType":"emailAddress"}],` +
		`"achievement":{"id":"urn:uuid:00000000-0000-4000-8000-000000000001","type":["Achievement"],"name":"Digitaitaja","description":"-",` +
		`"criteria":{"narrative":"-"}}},"credentialStatus":{"id":"` + listAddress + `#7","type":"BitstringStatusListEntry",` +
		`"statusPurpose":"revocation","statusListIndex":"7","statusListCredential":"` + listAddress + `"}}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
}

func TestATokenHasTheHeaderAndClaimsOfTheStandard(t *testing.T) {
	c := newCounty(t)
	credential := c.full()
	parts := strings.Split(issue(t, c, credential).Token, ".")
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	must(t, err)
	want := fmt.Sprintf(`{"alg":"RS256","kid":"https://merenranta.example/badges/keys/%s","typ":"JWT"}`, c.keys[1].ID)
	if string(header) != want {
		t.Errorf("header %s, want %s", header, want)
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	must(t, err)
	var got map[string]any
	must(t, json.Unmarshal(body, &got))
	for name, want := range map[string]any{
		"iss": c.issuer.ID, "sub": credential.Subject.ID, "jti": credential.ID,
		"nbf": float64(credential.ValidFrom.Unix()), "exp": float64(credential.ValidUntil.Unix()), "id": credential.ID,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	if got["vc"] != nil || got["proof"] != nil {
		t.Error("the payload holds vc or proof; it is the credential itself")
	}
}

func TestWithoutAnRSAKeyTheTokenIsSignedWithEdDSA(t *testing.T) {
	c := newCounty(t)
	c.keys = c.keys[:1]
	c.issuer.Keys = ""
	out := issue(t, c, c.full())
	header, _, _ := strings.Cut(out.Token, ".")
	b, err := base64.RawURLEncoding.DecodeString(header)
	must(t, err)
	if want := fmt.Sprintf(`{"alg":"EdDSA","kid":"%s#%s","typ":"JWT"}`, c.issuer.ID, c.keys[0].ID); string(b) != want {
		t.Errorf("header %s, want %s", b, want)
	}
	if r := c.verifier(t).Verify([]byte(out.Token)); !r.True() {
		t.Error(r.Reasons, r.Cause)
	}
}

// TestAChangedByteIsRefused changes bytes all over a badge, in a way that keeps a letter a letter: each 5th, and each of the last 500,
// where the signatures stand.
func TestAChangedByteIsRefused(t *testing.T) {
	c := newCounty(t)
	v := c.verifier(t)
	status, err := v.List(listAddress)
	must(t, err)
	v.List = func(string) ([]byte, error) { return status, nil }
	out := issue(t, c, c.full())
	for form, text := range map[string][]byte{"token": []byte(out.Token), "JSON": out.JSON} {
		for i := 0; i < len(text); i++ {
			if i%5 != 0 && i < len(text)-500 {
				continue
			}
			changed := slices.Clone(text)
			changed[i] ^= 1
			if r := v.Verify(changed); r.True() {
				t.Errorf("%s: byte %d changed from %q to %q, and the badge is still true", form, i, text[i], changed[i])
			}
		}
	}
}

func TestEachFaultHasItsReason(t *testing.T) {
	c := newCounty(t)
	strangers, err := NewKeys(random(9), noon.AddDate(-1, 0, 0))
	must(t, err)
	other := c.full()
	other.Issuer.ID = "did:web:other.example"
	revoked, err := NewStatusList(MinStatuses)
	must(t, err)
	must(t, revoked.Revoke(94_567, true))
	unlisted := c.full()
	unlisted.Status.Index = MinStatuses
	for name, test := range map[string]struct {
		credential Credential
		change     func(*Verifier, *county)
		want       []Reason
	}{
		"true":               {c.full(), func(*Verifier, *county) {}, nil},
		"too early":          {c.full(), func(v *Verifier, _ *county) { v.Now = noon.AddDate(0, -2, 0) }, []Reason{NotYetValid, StatusUnread}},
		"too late":           {c.full(), func(v *Verifier, _ *county) { v.Now = noon.AddDate(3, 0, 0) }, []Reason{Expired}},
		"revoked":            {c.full(), func(_ *Verifier, c *county) { c.list = revoked }, []Reason{Revoked}},
		"late and revoked":   {c.full(), func(v *Verifier, c *county) { c.list = revoked; v.Now = noon.AddDate(3, 0, 0) }, []Reason{Expired, Revoked}},
		"not in the list":    {unlisted, func(*Verifier, *county) {}, []Reason{StatusUnread}},
		"no list":            {c.full(), func(v *Verifier, _ *county) { v.List = nil }, []Reason{StatusUnread}},
		"broken list":        {c.full(), func(v *Verifier, _ *county) { v.List = func(string) ([]byte, error) { return []byte("{}"), nil } }, []Reason{StatusUnread}},
		"a stranger's key":   {c.full(), func(v *Verifier, _ *county) { v.Keys = strangers }, []Reason{UnknownKey}},
		"another's key":      {c.full(), func(v *Verifier, c *county) { v.Keys = swapped(c.keys, strangers) }, []Reason{BadSignature}},
		"retired before":     {c.full(), func(v *Verifier, c *county) { v.Keys = retired(c.keys, noon.AddDate(0, -6, 0)) }, []Reason{RetiredKey, StatusUnread}},
		"signed then retire": {c.bare(), func(v *Verifier, c *county) { v.Keys = retired(c.keys, noon.Add(time.Hour)) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			out := issue(t, c, test.credential)
			mine := c
			v := c.verifier(t)
			test.change(&v, &mine)
			if v.List != nil && name != "broken list" {
				v.List = mine.verifier(t).List
			}
			for form, text := range map[string][]byte{"token": []byte(out.Token), "JSON": out.JSON} {
				if r := v.Verify(text); !slices.Equal(r.Reasons, test.want) {
					t.Errorf("%s: reasons %v, want %v (%v)", form, r.Reasons, test.want, r.Cause)
				}
			}
		})
	}
	if r := c.verifier(t).Verify(issue(t, county{issuer: other.Issuer, keys: c.keys}, other).JSON); !slices.Equal(r.Reasons, []Reason{UnknownKey}) {
		t.Errorf("another issuer's badge: %v", r.Reasons)
	}
	stolen, err := Issue(Credential{ID: other.ID, Issuer: Issuer{ID: other.Issuer.ID, Names: other.Issuer.Names, Keys: c.issuer.Keys}, Achievement: other.Achievement,
		Subject: other.Subject, ValidFrom: noon}, c.keys, noon)
	must(t, err)
	if r := c.verifier(t).Verify([]byte(stolen.Token)); !slices.Equal(r.Reasons, []Reason{OtherIssuer}) {
		t.Errorf("our key under another name: %v (%v)", r.Reasons, r.Cause)
	}
	for _, text := range []string{"", "{", "{}", "a.b.c", "..", `{"proof":1}`, strings.Repeat("{", 2<<20)} {
		if r := c.verifier(t).Verify([]byte(text)); !slices.Equal(r.Reasons, []Reason{Malformed}) {
			t.Errorf("%.20q: %v", text, r.Reasons)
		}
	}
}

// swapped are other keys under the ids of ours.
func swapped(ours, theirs []Key) (out []Key) {
	for i, k := range theirs {
		k.ID = ours[i].ID
		out = append(out, k)
	}
	return out
}

func retired(keys []Key, at time.Time) (out []Key) {
	for _, k := range keys {
		out = append(out, k.Retire(at))
	}
	return out
}

// TestNothingCanBeAddedToASignedBadge tries what canonical RDF would let through: words that no context knows, values that mean
// nothing, names that stand twice.
func TestNothingCanBeAddedToASignedBadge(t *testing.T) {
	c := newCounty(t)
	text := string(issue(t, c, c.full()).JSON)
	for _, change := range []struct{ old, with string }{
		{`"name":"Digimentori`, `"licenceToPractise":"yes","name":"Digimentori`},
		{`"name":"Digimentori`, `"narrative":null,"name":"Digimentori`},
		{`"name":"Digimentori`, `"Name":"Ylilääkäri","name":"Digimentori`},
		{`"credentialSubject":`, `"credentialSubject":{"id":"urn:x:y"},"credentialSubject":`},
		{`"proof":[{`, `"proof":[{"nonce":"relative",`},
		{`"proof":[{`, `"proof":[{"type":"DataIntegrityProof"},{`},
		{`"proof":[{`, `"proof":[{"proof":"x",`},
		{`"type":["Achievement"]`, `"type":["Achievement","relative"]`},
		{`"tag":[`, `"tag":["digimentori",`},
		{`"@context":[`, `"@context":["https://evil.example/context",`},
		{`"id":"https://merenranta.example/badges/digimentor"`, `"@id":"https://merenranta.example/badges/digimentor"`},
	} {
		changed := strings.Replace(text, change.old, change.with, 1)
		if changed == text {
			t.Fatalf("%s is not in the badge", change.old)
		}
		if r := c.verifier(t).Verify([]byte(changed)); r.True() {
			t.Errorf("with %s the badge is still true", change.with)
		}
	}
}

func TestACredentialThatCannotBeWrittenIsNotIssued(t *testing.T) {
	c := newCounty(t)
	for name, change := range map[string]func(*Credential){
		"no id":            func(c *Credential) { c.ID = "" },
		"relative id":      func(c *Credential) { c.ID = "badges/1" },
		"space in id":      func(c *Credential) { c.ID = "https://merenranta.example/a b" },
		"blank node":       func(c *Credential) { c.Achievement.ID = "_:b0" },
		"script address":   func(c *Credential) { c.Issuer.URL = "javascript:alert(1)" },
		"page in address":  func(c *Credential) { c.Issuer.URL = "data:text/html,x" },
		"no host":          func(c *Credential) { c.Evidence[0].ID = "https:///x" },
		"page as image":    func(c *Credential) { c.Achievement.Image = "data:text/html,x" },
		"no issuer name":   func(c *Credential) { c.Issuer.Names = nil },
		"no name":          func(c *Credential) { c.Achievement.Name = "" },
		"no criteria":      func(c *Credential) { c.Achievement.Criteria = Criteria{} },
		"tabs":             func(c *Credential) { c.Achievement.Name = "a\tb" },
		"broken letters":   func(c *Credential) { c.Achievement.Description = "\xff" },
		"no subject":       func(c *Credential) { c.Subject = Subject{} },
		"part of a second": func(c *Credential) { c.ValidFrom = c.ValidFrom.Add(time.Millisecond) },
		"no time":          func(c *Credential) { c.ValidFrom = time.Time{} },
		"until before":     func(c *Credential) { c.ValidUntil = c.ValidFrom },
		"to come":          func(c *Credential) { c.ValidFrom = noon.Add(time.Second) },
		"unknown type":     func(c *Credential) { c.Achievement.Type = "Medal" },
		"unknown target":   func(c *Credential) { c.Achievement.Alignments[0].Type = "skill" },
		"no language":      func(c *Credential) { c.Achievement.Language = "suomi" },
		"one id twice":     func(c *Credential) { c.Achievement.ID = c.ID },
		"one tag twice":    func(c *Credential) { c.Achievement.Tags = []string{"a", "a"} },
		"negative status":  func(c *Credential) { c.Status.Index = -1 },
		"many tags":        func(c *Credential) { c.Achievement.Tags = make([]string, 51) },
		"long text":        func(c *Credential) { c.Achievement.Description = strings.Repeat("ä", 10_001) },
	} {
		credential := c.full()
		change(&credential)
		if _, err := Issue(credential, c.keys, noon); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, want %v", name, err, ErrInvalid)
		}
	}
	if _, err := Issue(c.full(), retired(c.keys, noon), noon); !errors.Is(err, ErrNoKey) {
		t.Errorf("with retired keys: %v", err)
	}
}

func TestASubjectIsKnownByItsAddressAndByNothingElse(t *testing.T) {
	s, err := NewSubject(random(3), " Maija@Merenranta.example")
	must(t, err)
	if !s.Is("maija@merenranta.EXAMPLE") || s.Is("matti@merenranta.example") {
		t.Errorf("%+v is the wrong person", s)
	}
	again, err := NewSubject(random(4), "maija@merenranta.example")
	must(t, err)
	if s.Hash == again.Hash || s.ID == again.ID {
		t.Errorf("two badges of one person show the same %+v", s)
	}
	// The example in the JSON schema of Open Badges 3.0.
	if got, want := IdentityHash("a@example.com", "Kosher"), "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}

func TestAPictureIsDrawnForEveryTitle(t *testing.T) {
	for _, title := range []string{"", "Digimentori", strings.Repeat("Pitkä otsikko ", 30), strings.Repeat("x", 400), "Čáhppes <&> \"ŋŧđ\""} {
		p := Picture{Title: title, Issuer: "Lapin hyvinvointialue", Colour: color.RGBA{0x23, 0x64, 0x36, 0xff}}
		b, err := p.PNG()
		must(t, err)
		img, err := png.Decode(bytes.NewReader(b))
		must(t, err)
		if got := color.RGBAModel.Convert(img.At(256, 20)); got != p.Colour {
			t.Errorf("%.20q: the ring is %v, want %v", title, got, p.Colour)
		}
		if _, _, _, a := img.At(0, 0).RGBA(); a != 0 {
			t.Errorf("%.20q: the corner is not transparent", title)
		}
		svg, err := p.SVG()
		must(t, err)
		if _, err := scanSVG(svg); err != nil {
			t.Errorf("%.20q: %v\n%s", title, err, svg)
		}
		lines, err := p.lines()
		must(t, err)
		if len(lines) > 5 {
			t.Errorf("%.20q: %d lines", title, len(lines))
		}
	}
}
