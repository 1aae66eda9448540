package training_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/badge"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring/training"
	"taitorinki/internal/people"
)

// reasons are why a badge is not true; none: it is.
func reasons(t *testing.T, s *apptest.Site, text string) []badge.Reason {
	t.Helper()
	found, err := s.Training.Verify(t.Context(), []byte(text))
	must(t, err)
	return found.Reasons
}

func wantTrue(t *testing.T, s *apptest.Site, b training.Badge) {
	t.Helper()
	for _, text := range []string{b.Token, b.Document} {
		if got := reasons(t, s, text); len(got) > 0 {
			t.Fatalf("the badge is refused: %v", got)
		}
	}
}

func TestARevokedBadgeIsRefusedAndOnlyACoordinatorGivesAnother(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s, ctx := site(t, d), t.Context()
		id, other := appointed(t, s, "a1"), appointed(t, s, "a2")
		walk(t, s, id)
		walk(t, s, other)
		b, theirs := wantBadges(t, s, id, 1), wantBadges(t, s, other, 1)
		wantTrue(t, s, b)
		wantKind(t, s.Training.Revoke(ctx, boss(s), id, b.Serial, " "), errs.Invalid)
		wantKind(t, s.Training.Revoke(ctx, boss(s), other, b.Serial, "Not theirs."), errs.NotFound)
		must(t, s.Training.Revoke(ctx, boss(s), id, b.Serial, "Given by mistake."))
		wantKind(t, s.Training.Revoke(ctx, boss(s), id, b.Serial, "Again."), errs.Conflict)
		for _, text := range []string{b.Token, b.Document} {
			if got := reasons(t, s, text); !slices.Equal(got, []badge.Reason{badge.Revoked}) {
				t.Errorf("a revoked badge: %v", got)
			}
		}
		wantTrue(t, s, theirs)
		must(t, s.Training.Settle(ctx, id))
		s.Work()
		wantBadges(t, s, id, 1) // nothing gives another by itself
		wantKind(t, s.Training.Issue(ctx, boss(s), other, "One more."), errs.Conflict)
		must(t, s.Training.Issue(ctx, boss(s), id, "Has learnt it now."))
		wantTrue(t, s, wantBadges(t, s, id, 2))
	})
}

func TestABadgeStaysTrueWhenKeysAreRotatedAndOldOnesSignNothingMore(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := site(t, d)
		first, second := appointed(t, s, "a1"), appointed(t, s, "a2")
		walk(t, s, first)
		old := wantBadges(t, s, first, 1)
		s.Clock.Move(time.Hour)
		// The command of another process: it shares the folder and nothing else.
		made, err := (&training.Keyring{Dir: s.Keys}).Rotate(s.Clock.Now())
		must(t, err)
		s.Clock.Move(time.Hour)
		wantTrue(t, s, old)
		walk(t, s, second)
		fresh := wantBadges(t, s, second, 1)
		wantTrue(t, s, fresh)
		found, err := s.Training.Verify(t.Context(), []byte(fresh.Document))
		must(t, err)
		if !slices.ContainsFunc(made, func(k badge.Key) bool { return k.ID == found.Key }) {
			t.Errorf("the badge after the rotation is signed with %s", found.Key)
		}
		var set struct{ Keys []json.RawMessage }
		must(t, json.Unmarshal([]byte(s.Anonymous().Get("/badges/keys").Want(t, 200).Body), &set))
		if len(set.Keys) != 4 {
			t.Errorf("%d keys are published, want the 2 retired and the 2 in use", len(set.Keys))
		}
	})
}

func TestKeysLieInFilesOnlyAndARetiredOneLosesItsPrivateHalf(t *testing.T) {
	dir := t.TempDir()
	k := &training.Keyring{Dir: dir}
	now := time.Now()
	made, err := k.Need(now)
	must(t, err)
	files, err := filepath.Glob(filepath.Join(dir, "badge-*.key"))
	must(t, err)
	copies, err := filepath.Glob(filepath.Join(dir, "copy", "badge-*.key"))
	must(t, err)
	if len(made) != 2 || len(files) != 2 || len(copies) != 2 {
		t.Fatalf("%d keys are in %v and %v", len(made), files, copies)
	}
	for _, f := range append(files, copies...) {
		info, err := os.Stat(f)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s is readable as %v", f, info.Mode())
		}
	}
	// One copy lost, one damaged: the other makes it good, as another process sees it.
	must(t, os.Remove(files[0]))
	must(t, os.WriteFile(copies[1], []byte(`{"private":"AAAA"}`), 0o600))
	again, err := (&training.Keyring{Dir: dir}).Need(now)
	if err != nil || len(again) != 2 || again[0].ID != made[0].ID && again[0].ID != made[1].ID {
		t.Fatalf("after a loss there are %v, %v", again, err)
	}
	if b, err := os.ReadFile(files[0]); err != nil || !bytes.Contains(b, []byte(`"private"`)) {
		t.Errorf("the lost copy was not written anew: %v", err)
	}
	_, err = k.Rotate(now.Add(time.Hour))
	must(t, err)
	for _, f := range append(files, copies...) {
		if b, err := os.ReadFile(f); err != nil || bytes.Contains(b, []byte(`"private"`)) {
			t.Errorf("%s still holds a private key: %v", f, err)
		}
	}
	// A backup of the keys, brought into an empty folder.
	out, err := k.Export()
	must(t, err)
	restored := &training.Keyring{Dir: t.TempDir()}
	for name, data := range out {
		must(t, restored.Import(name, data))
	}
	got, err := restored.Keys()
	if err != nil || len(got) != 4 {
		t.Fatalf("restored are %d keys, %v; want 4", len(got), err)
	}
	if err := restored.Import("badge-../../x.key", nil); err == nil {
		t.Error("a file with a path in its name was taken")
	}
	if _, err := (&training.Keyring{}).Need(now); err == nil {
		t.Error("keys were made without a folder")
	}
}

func TestNoPrivateKeyIsInTheDatabase(t *testing.T) {
	s := site(t, dbtest.SQLite(t))
	walk(t, s, appointed(t, s, "a1"))
	var b bytes.Buffer
	must(t, s.DB.Backup(t.Context(), &b))
	files, err := filepath.Glob(filepath.Join(s.Keys, "badge-*.key"))
	must(t, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		must(t, err)
		var key struct{ Private string }
		must(t, json.Unmarshal(text, &key))
		if key.Private == "" || strings.Contains(b.String(), key.Private) {
			t.Errorf("%s has no private half, or it is in the database", f)
		}
	}
}

// question is a badge for the verifiers of others, as internal/badge/testdata/verify.mjs reads it.
type question struct {
	Badge  string          `json:"badge"`
	Status bool            `json:"status"`
	JWKS   json.RawMessage `json:"jwks,omitempty"`
	Issuer string          `json:"issuer"`

	name string
	want bool
}

func TestTheVerifiersOfOthersBelieveABadgeOfTheRunningProgram(t *testing.T) {
	modules, err := filepath.Abs(filepath.Join("..", "..", "..", ".cache", "badges"))
	must(t, err)
	if _, err := os.Stat(filepath.Join(modules, "node_modules", "jose", "package.json")); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%v: run .ci/need badges", err)
		}
		t.Skipf("%v: run .ci/need badges", err)
	}
	s := site(t, dbtest.SQLite(t))
	const base = "https://merenranta.example" // others follow https addresses only
	s.Training.BaseURL = base
	id, gone := appointed(t, s, "a1"), appointed(t, s, "a2")
	walk(t, s, id)
	walk(t, s, gone)
	b, revoked := wantBadges(t, s, id, 1), wantBadges(t, s, gone, 1)
	must(t, s.Training.Revoke(t.Context(), boss(s), gone, revoked.Serial, "Given by mistake."))
	_, err = (&training.Keyring{Dir: s.Keys}).Rotate(s.Clock.Now())
	must(t, err)

	documents := map[string]string{}
	for _, path := range []string{"/badges/did.json", "/badges/keys", "/badges/status/1"} {
		documents[base+path] = s.Anonymous().Get(path).Want(t, 200).Body
	}
	jwks := json.RawMessage(documents[base+"/badges/keys"])
	const did = "did:web:merenranta.example:badges"
	questions := []question{
		{Badge: b.Document, Status: true, name: "JSON", want: true},
		{Badge: b.Token, JWKS: jwks, Issuer: did, name: "token", want: true},
		{Badge: revoked.Document, Status: true, name: "revoked", want: false},
		{Badge: strings.Replace(b.Document, "Digimentor", "Digimentar", 1), Status: true, name: "JSON with another letter", want: false},
		{Badge: b.Token[:len(b.Token)/2] + "A" + b.Token[len(b.Token)/2+1:], JWKS: jwks, Issuer: did, name: "token with another letter", want: false},
	}
	in, err := json.Marshal(map[string]any{"modules": modules, "documents": documents, "cases": questions})
	must(t, err)
	node := exec.Command("node", filepath.Join("..", "..", "badge", "testdata", "verify.mjs"))
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
	for i, q := range questions {
		if answers[i].OK != q.want {
			t.Errorf("%s: the verifier says %v (%s), want %v", q.name, answers[i].OK, answers[i].Why, q.want)
		}
	}
}

// BenchmarkBadge is a badge from the wish to the file: sign both forms, keep it, bake it into the picture.
func BenchmarkBadge(b *testing.B) {
	s := site(b, dbtest.SQLite(b))
	s.Grant("all@shores.example", people.Coordinator, "")
	id := appointed(b, s, "a1")
	download := func() {
		all, err := s.Training.Badges(b.Context(), id)
		must(b, err)
		_, err = s.Training.Baked(&all[0], "png")
		must(b, err)
	}
	must(b, s.Training.Issue(b.Context(), boss(s), id, "First.")) // makes the keys, draws the picture
	download()
	for b.Loop() {
		b.StopTimer()
		all, err := s.Training.Badges(b.Context(), id)
		must(b, err)
		must(b, s.Training.Revoke(b.Context(), boss(s), id, all[0].Serial, "Next."))
		b.StartTimer()
		must(b, s.Training.Issue(b.Context(), boss(s), id, "Next."))
		download()
	}
}
