package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/survey"
)

// binary is the real program, built once.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "taitorinki")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "taitorinki")
	out, err := exec.Command("go", "build", "-ldflags=-w", "-o", binary, ".").CombinedOutput()
	if err != nil {
		fmt.Fprintf(os.Stderr, "building: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ran is what came of a command.
type ran struct {
	code        int
	out, errOut string
}

func command(t *testing.T, args ...string) ran {
	t.Helper()
	return commandIn(t, nil, args...)
}

// commandIn runs a command with more in its environment.
func commandIn(t *testing.T, env []string, args ...string) ran {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, binary, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	cmd.Env = append([]string{"HOME=" + t.TempDir(), "TZ=UTC"}, env...)
	cmd.Dir = t.TempDir()
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatalf("%v: %v", args, err)
	}
	return ran{cmd.ProcessState.ExitCode(), out.String(), errOut.String()}
}

// ok runs a command that must succeed and returns what it printed.
func ok(t *testing.T, args ...string) string {
	t.Helper()
	r := command(t, args...)
	if r.code != 0 || r.errOut != "" {
		t.Fatalf("%v: exit %d\n%s%s", args, r.code, r.out, r.errOut)
	}
	return r.out
}

func TestAListThatLooksLikeAPartOfTheStaffIsRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "t.db")
	list := func(n int) string {
		var b strings.Builder
		b.WriteString("email,name,unit\n")
		for i := range n {
			fmt.Fprintf(&b, "p%d@a.example,P %[1]d,U\n", i)
		}
		path := filepath.Join(dir, fmt.Sprint(n, ".csv"))
		must(t, os.WriteFile(path, []byte(b.String()), 0o600))
		return path
	}
	units := filepath.Join(dir, "units.csv")
	must(t, os.WriteFile(units, []byte("code,parent,name_fi\nU,,U\n"), 0o600))
	ok(t, "migrate", "--db", file)
	ok(t, "people", "import", "--db", file, "--units", units, "--people", list(100))
	r := command(t, "people", "import", "--db", file, "--people", list(60))
	if r.code != 2 || !strings.Contains(r.errOut, "40 of 100 people are not in the list") {
		t.Errorf("exit %d: %s", r.code, r.errOut)
	}
	ok(t, "people", "import", "--db", file, "--people", list(60), "--dry-run")
	ok(t, "people", "import", "--db", file, "--people", list(100)) // nobody had left
	ok(t, "people", "import", "--db", file, "--people", list(60), "--many-leave")
}

func TestAMistakeOfWhoTypesIsToldInOneLine(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "t.db")
	ok(t, "migrate", "--db", file)
	newer := filepath.Join(dir, "newer.db")
	ok(t, "migrate", "--db", newer)
	d, err := db.Open(newer)
	must(t, err)
	_, err = d.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	must(t, err)
	must(t, d.Close())
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer busy.Close()
	text := filepath.Join(dir, "text.db")
	must(t, os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 500)), 0o600))
	serve := func(more ...string) []string {
		return append([]string{"serve", "--smtp", "smtp://127.0.0.1:1", "--mail-from", "a@b.example", "--keys", filepath.Join(dir, "keys"), "--addr", "127.0.0.1:0"}, more...)
	}
	for name, args := range map[string][]string{
		"a wrong flag":                {"serve", "--frob"},
		"a wrong command":             {"frob"},
		"no command":                  {},
		"no mail server":              {"serve"},
		"a bad mail server":           {"serve", "--smtp", "nonsense", "--mail-from", "a@b.example"},
		"a bad sender":                {"serve", "--smtp", "smtp://127.0.0.1:1", "--mail-from", "nobody"},
		"a bad base URL":              serve("--db", file, "--base-url", "example"),
		"a busy port":                 serve("--db", file, "--addr", busy.Addr().String()),
		"a newer database":            serve("--db", newer),
		"a file that is no database":  serve("--db", text),
		"a folder as database":        serve("--db", dir),
		"a server that is not there":  serve("--db", "postgres://u@127.0.0.1:1/x"),
		"a server of another kind":    serve("--db", "mysql://u:secret@127.0.0.1/x"),
		"a mail server at no port":    serve("--db", file, "--smtp", "smtp://127.0.0.1:99999"),
		"a list that is not there":    {"people", "import", "--db", file, "--units", filepath.Join(dir, "none.csv")},
		"a list that is a folder":     {"people", "import", "--db", file, "--units", dir},
		"no list":                     {"people", "import", "--db", file},
		"a list without columns":      {"people", "import", "--db", file, "--units", text},
		"an instrument that is text":  {"instrument", "import", "--db", file, text},
		"a round that is not there":   {"round", "close", "--db", file, "--keys", dir, "7"},
		"a role that is not there":    {"user", "grant", "--db", file, "a@b.example", "king"},
		"a bad address":               {"user", "grant", "--db", file, "nobody", "coordinator"},
		"a unit that is not there":    {"user", "grant", "--db", file, "a@b.example", "coordinator", "X"},
		"a backup that is not there":  {"restore", "--db", filepath.Join(dir, "n.db"), filepath.Join(dir, "none")},
		"a backup that is no backup":  {"restore", "--db", filepath.Join(dir, "n.db"), text},
		"a folder to write backup to": {"backup", "--db", file, filepath.Join(dir, "none", "b")},
	} {
		r := command(t, args...)
		if r.code != 2 || strings.Count(r.errOut, "\n") != 1 || !strings.HasPrefix(r.errOut, "taitorinki: ") {
			t.Errorf("%s: exit %d, want 2 and one line\n%s", name, r.code, r.errOut)
		}
	}
}

func TestACommandSpeaksToTheOperatorAndNotToARespondent(t *testing.T) {
	c := opened(t, dbtest.SQLiteFile(t), 7)
	for _, x := range []struct {
		want string
		args []string
	}{
		{"there is no such round in this database", []string{"round", "links", "--db", c.url, "--keys", c.keys, "7"}},
		{"there is no such round in this database", []string{"round", "close", "--db", c.url, "--keys", c.keys, "abcde"}},
		{"This round has no results", []string{"ledger", "export", "--db", c.url, "--round", "1"}},
		{"there is no such round in this database", []string{"ledger", "check", "--db", c.url, "--round", "7"}},
		{"check --keys", []string{"round", "close", "--db", c.url, "--keys", t.TempDir(), "1"}},
		{"check --keys", []string{"round", "links", "--db", c.url, "--keys", t.TempDir(), "1"}},
	} {
		r := command(t, x.args...)
		if r.code != 2 || !strings.Contains(r.errOut, x.want) || strings.Count(r.errOut, "\n") != 1 {
			t.Errorf("%v: exit %d, want 2 and %q\n%s", x.args, r.code, x.want, r.errOut)
		}
	}
	if state := c.state(t); state != survey.Open {
		t.Errorf("the round is %s, want open", state)
	}
}

func TestHelpAndVersionArePrintedAndAreNoMistake(t *testing.T) {
	if out := ok(t, "--help"); !strings.Contains(out, "serve") || !strings.Contains(out, "restore") {
		t.Errorf("help: %s", out)
	}
	out := strings.Join(strings.Fields(ok(t, "serve", "--help")), " ")
	for _, want := range []string{"--smtp", "(127.0.0.1:8080)", "(taitorinki.db)", "(keys)", "$TAITORINKI_ADDR"} {
		if !strings.Contains(out, want) {
			t.Errorf("the help of serve lacks %q: %s", want, out)
		}
	}
	if out := ok(t, "version"); !regexp.MustCompile(`^taitorinki \S+\n$`).MatchString(out) {
		t.Errorf("version: %q", out)
	}
}

func TestTheSameStaffListTwiceChangesNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "t.db")
	units, staff := lists(t, 7)
	args := []string{"people", "import", "--db", file, "--units", units, "--people", staff}
	if out := ok(t, append(args, "--dry-run")...); !strings.Contains(out, "A dry run") || !strings.Contains(out, "People: 7 new") {
		t.Errorf("dry run: %s", out)
	}
	if got, want := ok(t, args...), "Units: 1 new\nPeople: 7 new, 0 moved, 0 renamed, 0 left\n"; got != want {
		t.Errorf("first: got %q, want %q", got, want)
	}
	if got, want := ok(t, args...), "The list is the same as before: nothing changes.\nPeople: 0 new, 0 moved, 0 renamed, 0 left\n"; got != want {
		t.Errorf("second: got %q, want %q", got, want)
	}
}

func TestABadRowIsToldByItsPlaceAndNothingIsChanged(t *testing.T) {
	dir := t.TempDir()
	file, staff := filepath.Join(dir, "t.db"), filepath.Join(dir, "staff.csv")
	units, _ := lists(t, 7)
	must(t, os.WriteFile(staff, []byte("email;nimi;yksikkö\na@b.fi;\"Matti\nMeikäläinen\";H\nb@b.fi;;H\nc@b.fi;C\nd@b.fi;D;H\n"), 0o600))
	args := []string{"people", "import", "--db", file, "--units", units, "--people", staff}
	r := command(t, args...)
	if r.code != 2 || strings.Count(r.errOut, "\n") != 1 || !strings.Contains(r.errOut, "staff.csv, line 4, column nimi: The name is missing.") || !strings.Contains(r.errOut, "--skip-bad") {
		t.Errorf("exit %d\n%s", r.code, r.errOut)
	}
	first, second := strings.Index(r.out, "bad row: staff.csv, line 4"), strings.Index(r.out, "bad row: staff.csv, line 5")
	if first < 0 || second < first || strings.Contains(r.out, "left out") || !strings.Contains(r.out, "Nothing was changed") {
		t.Errorf("the rows are not told in their order: %s", r.out)
	}
	if out := ok(t, append(args, "--skip-bad")...); !strings.Contains(out, "left out: staff.csv, line 4") || !strings.HasSuffix(out, "People: 2 new, 0 moved, 0 renamed, 0 left\n") {
		t.Errorf("without the bad rows: %s", out)
	}
	if out := ok(t, append(args, "--skip-bad")...); !strings.HasSuffix(out, "0 new, 0 moved, 0 renamed, 0 left\n") {
		t.Errorf("again: %s", out)
	}
}

func TestARoleOverTheOnlyTopUnitIsOneOverTheWhole(t *testing.T) {
	file := filepath.Join(t.TempDir(), "t.db")
	units, staff := lists(t, 7)
	ok(t, "people", "import", "--db", file, "--units", units, "--people", staff)
	ok(t, "user", "grant", "--db", file, "a@shores.example", "coordinator")
	ok(t, "user", "grant", "--db", file, "b@shores.example", "coordinator", "H")
	d, err := db.Open(file)
	must(t, err)
	defer d.Close()
	var n int
	must(t, d.QueryRowContext(t.Context(), `SELECT count(*) FROM roles WHERE unit_id IS NULL`).Scan(&n))
	if n != 2 {
		t.Errorf("%d roles over the whole, want 2", n)
	}
}

func TestOneFileIsServedOnce(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "t.db")
	first := serving(t, file, filepath.Join(dir, "keys"), "smtp://127.0.0.1:1")
	r := command(t, "serve", "--db", file, "--keys", filepath.Join(dir, "keys"), "--addr", "127.0.0.1:0", "--smtp", "smtp://127.0.0.1:1", "--mail-from", "a@b.example")
	if r.code != 2 || strings.Count(r.errOut, "\n") != 1 {
		t.Errorf("exit %d\n%s", r.code, r.errOut)
	}
	if p, err := first.client().get("/healthz"); err != nil || p.status != 200 {
		t.Errorf("the first: %d %v", p.status, err)
	}
	first.kill()
	serving(t, file, filepath.Join(dir, "keys"), "smtp://127.0.0.1:1") // a lock ends with its process
}

func TestTheLinkOfTheCommandLineSignsIn(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "t.db")
	s := serving(t, file, filepath.Join(dir, "keys"), "smtp://127.0.0.1:1")
	out := ok(t, "user", "grant", "--db", file, "--link", "--base-url", s.base, "boss@shores.example", "administrator")
	_, link, found := strings.Cut(out, s.base)
	if !found {
		t.Fatalf("no link in %q", out)
	}
	link = strings.TrimSpace(link)
	c := s.client()
	if p, err := c.get(link); err != nil || p.status != 200 {
		t.Fatalf("the link: %d %v", p.status, err)
	}
	if p, err := c.post(link, nil); err != nil || p.status != 200 || p.path != "/" {
		t.Fatalf("signing in: %d %s %v", p.status, p.path, err)
	}
	if p, _ := c.get("/people"); p.status != 200 || p.path != "/people" {
		t.Errorf("after signing in: %d %s", p.status, p.path)
	}
	if p, _ := s.client().post(link, nil); p.status != 404 {
		t.Errorf("the link a second time: %d, want 404", p.status)
	}
}

func TestABackupByCommandIsRestoredByCommand(t *testing.T) {
	c := opened(t, dbtest.SQLiteFile(t), 12)
	s := c.serve(t)
	sent := make([]bool, len(c.links))
	for i := range sent[1:] {
		_, sent[i] = c.respond(s, i)
	}
	dir := t.TempDir()
	file, keys := filepath.Join(dir, "b.gz"), filepath.Join(dir, "k.zip")
	ok(t, "backup", "--db", c.url, "--keys", c.keys, "--keys-out", keys, file) // while it serves
	s.kill()
	into := &fixture{url: filepath.Join(dir, "new.db"), keys: filepath.Join(dir, "newkeys"), smtp: c.smtp, round: c.round, links: c.links}
	ok(t, "restore", "--db", into.url, "--keys", into.keys, "--keys-in", keys, file)
	if r := command(t, "restore", "--db", into.url, "--keys", into.keys, file); r.code != 2 || strings.Count(r.errOut, "\n") != 1 {
		t.Errorf("restoring over data: exit %d\n%s", r.code, r.errOut)
	}
	if _, sent[11] = into.respond(into.serve(t), 11); count(sent) != 12 {
		t.Errorf("sent: %v", sent)
	}
	into.close(t)
	into.countedAll(t, sent)
}

func TestADemoWhoseMakingWasInterruptedIsNotShownAsWhole(t *testing.T) {
	dir := t.TempDir()
	units, staff := lists(t, 7)
	ok(t, "people", "import", "--db", filepath.Join(dir, "demo.db"), "--units", units, "--people", staff)
	if r := command(t, "demo", "--data", dir, "--addr", "127.0.0.1:0"); r.code != 2 || !strings.Contains(r.errOut, "interrupted") {
		t.Errorf("exit %d: %s", r.code, r.errOut)
	}
}
