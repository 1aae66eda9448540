package badge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// question is a badge for the verifiers of others: a token goes with the keys that it may be signed with.
type question struct {
	Badge  string          `json:"badge"`
	Status bool            `json:"status"` // the badge names a status list, which must have been read
	JWKS   json.RawMessage `json:"jwks,omitempty"`
	Issuer string          `json:"issuer"`

	name string
	want bool
}

// ask runs testdata/verify.mjs. Without the packages the test is skipped, and fails when CI is set, so that no run passes by leaving
// the verifiers out.
func ask(t *testing.T, documents map[string]string, questions []question) {
	t.Helper()
	modules, err := filepath.Abs(filepath.Join("..", "..", ".cache", "badges"))
	must(t, err)
	if _, err := os.Stat(filepath.Join(modules, "node_modules", "jose", "package.json")); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%v: run .ci/need badges", err)
		}
		t.Skipf("%v: run .ci/need badges", err)
	}
	in, err := json.Marshal(map[string]any{"modules": modules, "documents": documents, "cases": questions})
	must(t, err)
	node := exec.Command("node", filepath.Join("testdata", "verify.mjs"))
	var stderr bytes.Buffer
	node.Stdin, node.Stderr = bytes.NewReader(in), &stderr
	out, err := node.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, stderr.String())
	}
	var answers []struct {
		OK  bool
		Why string
	}
	must(t, json.Unmarshal(out, &answers))
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(answers), len(questions))
	}
	for i, q := range questions {
		if answers[i].OK != q.want {
			t.Errorf("%s: the verifier says %v (%s), want %v\n%s", q.name, answers[i].OK, answers[i].Why, q.want, q.Badge)
		}
	}
}

// Verifiers of others read the real clock, so what they are shown holds from 2020 for a century.
var (
	long  = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	later = long.AddDate(100, 0, 0)
)

// published is a county whose documents stand at their addresses.
func published(t *testing.T) (county, map[string]string) {
	t.Helper()
	c := newCounty(t)
	keys, err := NewKeys(random(1), long.AddDate(-1, 0, 0))
	must(t, err)
	c.keys = keys
	must(t, c.list.Revoke(7, true))
	did, err := IssuerDocument(c.issuer, c.keys, "fi")
	must(t, err)
	list, err := IssueStatus(StatusCredential{ID: listAddress, Issuer: c.issuer, ValidFrom: long, ValidUntil: later, List: c.list}, c.keys, long)
	must(t, err)
	return c, map[string]string{"https://merenranta.example/badges/did.json": string(did), listAddress: string(list.JSON)}
}

// lasting changes a credential so that it holds on the real clock.
func lasting(c Credential) Credential {
	c.ValidFrom, c.ValidUntil = long, later
	return c
}

// plain has no status and no language, which verifiers with a context of 2024 would refuse.
func (c county) plain() Credential {
	credential := lasting(c.full())
	credential.Status, credential.Achievement.Language = nil, ""
	return credential
}

func TestTheVerifiersOfOthersBelieveOurBadges(t *testing.T) {
	c, documents := published(t)
	key := county{issuer: c.issuer, keys: c.keys}
	key.issuer.ID = "did:key:" + c.keys[0].ID
	revoked, ended, odd := lasting(c.full()), lasting(c.full()), lasting(c.full())
	revoked.Status = &Status{listAddress, 7}
	ended.ValidUntil = long.AddDate(1, 0, 0)
	odd.Achievement.Description = "\u007e\u00a0\u2028\ufeff\ufffd😀 \\n \\u00e4 \" ' ` ^^<x> @fi\n\nÄÖÅ ẞ \u0301"
	var questions []question
	for _, b := range []struct {
		name       string
		issuer     county
		credential Credential
		json, jwt  bool
	}{
		{"did:key", key, key.plain(), true, true},
		{"did:web", c, c.plain(), true, true},
		{"with status and language", c, lasting(c.full()), true, true},
		{"with little", c, lasting(c.bare()), true, true},
		{"with odd letters", c, odd, true, true},
		{"revoked", c, revoked, false, true}, // a token's signature says nothing of the list
		{"ended", c, ended, false, false},
	} {
		out, err := Issue(b.credential, b.issuer.keys, long)
		must(t, err)
		jwks, err := JWKS(b.issuer.issuer, b.issuer.keys)
		must(t, err)
		questions = append(questions,
			question{Badge: string(out.JSON), Status: b.credential.Status != nil, name: b.name + ", JSON", want: b.json},
			question{Badge: out.Token, JWKS: jwks, Issuer: b.issuer.issuer.ID, name: b.name + ", token", want: b.jwt})
	}
	ask(t, documents, questions)
}

func TestTheVerifiersOfOthersRefuseAChangedByte(t *testing.T) {
	c, documents := published(t)
	out, err := Issue(lasting(c.full()), c.keys, long)
	must(t, err)
	jwks, err := JWKS(c.issuer, c.keys)
	must(t, err)
	var questions []question
	value := strings.Index(string(out.JSON), `"proofValue":"`)
	for i := range out.JSON {
		if i%41 == 0 || i > value && i%7 == 0 {
			questions = append(questions, question{Badge: flipped(string(out.JSON), i), Status: true, name: fmt.Sprintf("JSON, byte %d", i)})
		}
	}
	// The lowest bit of a token's last letter means nothing; jose does not look at it, and Verify refuses it.
	for i := range len(out.Token) - 1 {
		if i%31 == 0 || i > len(out.Token)-50 {
			questions = append(questions, question{Badge: flipped(out.Token, i), JWKS: jwks, Issuer: c.issuer.ID, name: fmt.Sprintf("token, byte %d", i)})
		}
	}
	if len(questions) < 200 {
		t.Fatalf("only %d changes", len(questions))
	}
	ask(t, documents, questions)
}

func flipped(s string, i int) string { return s[:i] + string(s[i]^1) + s[i+1:] }
