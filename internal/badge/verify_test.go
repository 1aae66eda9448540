package badge

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestTheContextsAreTheOfficialOnes(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"credentials-v2":    {credentialsContextFile, "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"},
		"open-badges-3.0.3": {badgesContextFile, "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761"},
	} {
		if got := fmt.Sprintf("%x", sha256.Sum256(c.file)); got != c.want {
			t.Errorf("%s has the digest %s, want %s", name, got, c.want)
		}
	}
}

func TestNoOtherContextIsLoaded(t *testing.T) {
	for _, address := range []string{"https://www.w3.org/2018/credentials/v1", "https://schema.org/", "file:///etc/passwd"} {
		if q, err := canonical(map[string]any{"@context": address, "name": "x"}); err == nil || !strings.Contains(err.Error(), "bundled") {
			t.Errorf("%s: %q, %v", address, q, err)
		}
	}
}

func TestAWordThatNoContextKnowsIsNotSigned(t *testing.T) {
	if q, err := canonical(map[string]any{"@context": []any{credentialsContext, badgesContext}, "licenceToPractise": "yes"}); err == nil {
		t.Errorf("canonical form %q", q)
	}
}

// Servers check many badges at once, and all of them read the same parsed contexts.
func TestManyBadgesAreCheckedAtOnce(t *testing.T) {
	c := newCounty(t)
	out := issue(t, c, c.bare())
	v := c.verifier(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if r := v.Verify(out.JSON); !r.True() {
				t.Error(r.Reasons, r.Cause)
			}
		})
	}
	all.Wait()
}

// What the fuzzer changes is never true: it does not know the keys. Only the Ed25519 key is used, because RSA keys are drawn anew in
// each of its processes.
func FuzzVerify(f *testing.F) {
	c := newCounty(f)
	c.keys = c.keys[:1]
	v := c.verifier(f)
	true1, err := Issue(c.full(), c.keys, noon)
	must(f, err)
	true2, err := Issue(c.bare(), c.keys, noon)
	must(f, err)
	genuine := map[string]bool{}
	for _, b := range []string{true1.Token, string(true1.JSON), true2.Token, string(true2.JSON)} {
		genuine[b] = true
		f.Add([]byte(b))
		f.Add([]byte(b[:len(b)/2]))
	}
	status, err := v.List(listAddress)
	must(f, err)
	v.List = func(string) ([]byte, error) { return status, nil }
	f.Add(status)
	f.Add([]byte(`{"@context":[],"proof":{"type":"DataIntegrityProof"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := v.Verify(b)
		if r.True() && !said(genuine, b) {
			t.Fatalf("a badge that nobody issued is true: %s", b)
		}
		if !r.True() && r.Cause == nil {
			t.Fatalf("%v without a cause", r.Reasons)
		}
	})
}

// said tells whether a text is one of the genuine badges but for space and the order of names, which nobody sees.
func said(genuine map[string]bool, b []byte) bool {
	text := strings.TrimSpace(string(b))
	if genuine[text] {
		return true
	}
	doc, err := parse([]byte(text))
	if err != nil {
		return false
	}
	for g := range genuine {
		if strings.HasPrefix(g, "{") {
			ours, err := parse([]byte(g))
			if err == nil && fmt.Sprint(ours) == fmt.Sprint(doc) {
				return true
			}
		}
	}
	return false
}

func BenchmarkIssueSignBothAndBake(b *testing.B) {
	c := newCounty(b)
	credential := c.full()
	picture := drawnPNG(b)
	for b.Loop() {
		out, err := Issue(credential, c.keys, noon)
		must(b, err)
		_, err = BakePNG(picture, out.Token)
		must(b, err)
	}
}

func BenchmarkVerify(b *testing.B) {
	c := newCounty(b)
	out := issue(b, c, c.bare())
	v := c.verifier(b)
	for name, text := range map[string][]byte{"token": []byte(out.Token), "JSON": out.JSON} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if r := v.Verify(text); !r.True() {
					b.Fatal(r.Reasons)
				}
			}
		})
	}
}

func BenchmarkDrawPNG(b *testing.B) {
	for b.Loop() {
		_, err := drawn.PNG()
		must(b, err)
	}
}
