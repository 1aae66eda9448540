package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
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
	out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
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
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, binary, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	cmd.Env = []string{"HOME=" + t.TempDir(), "TZ=UTC"}
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

// server is the program, serving.
type server struct {
	t    *testing.T
	cmd  *exec.Cmd
	base string
	log  *bytes.Buffer
	done chan struct{}
}

func serving(t *testing.T, file, keys, smtp string) *server {
	t.Helper()
	s := &server{t: t, log: &bytes.Buffer{}, done: make(chan struct{})}
	s.cmd = exec.Command(binary, "serve", "--db", file, "--keys", keys, "--addr", "127.0.0.1:0", "--smtp", smtp, "--mail-from", "survey@shores.example")
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	must(t, err)
	must(t, s.cmd.Start())
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	go func() {
		io.Copy(io.Discard, lines)
		s.cmd.Wait()
		close(s.done)
	}()
	t.Cleanup(s.kill)
	if s.base = regexp.MustCompile(`http://[0-9.:]+`).FindString(first); err != nil || s.base == "" {
		s.kill()
		t.Fatalf("it does not serve: %q\n%s", first, s.log)
	}
	return s
}

// kill ends the server as a power cut does.
func (s *server) kill() {
	s.cmd.Process.Kill()
	<-s.done
}

// client is a browser that a server's death does not stop the test with.
type client struct {
	base string
	http *http.Client
}

func (s *server) client() *client {
	jar, _ := cookiejar.New(nil)
	return &client{s.base, &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

func (c *client) get(path string) (int, string, string, error) {
	return read(c.http.Get(c.base + path))
}

func (c *client) post(path string, v url.Values) (int, string, string, error) {
	return read(c.http.PostForm(c.base+path, v))
}

func read(res *http.Response, err error) (int, string, string, error) {
	if err != nil {
		return 0, "", "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, res.Request.URL.Path, string(b), err
}

// fixture is a database with staff and an open round, and its personal links.
type fixture struct {
	file, keys, smtp string
	links            []string
}

func opened(t *testing.T, people int) *fixture {
	t.Helper()
	dir := t.TempDir()
	c := &fixture{file: filepath.Join(dir, "t.db"), keys: filepath.Join(dir, "keys"), smtp: apptest.NewSMTP(t).URL}
	units, staff := lists(t, people)
	ok(t, "people", "import", "--db", c.file, "--units", units, "--people", staff)
	ok(t, "round", "open", "--db", c.file, "--keys", c.keys, "--instrument", "taitorinki-pulse", "--name", "Spring")
	list := ok(t, "round", "links", "--db", c.file, "--keys", c.keys, "--base-url", "http://x", "1")
	table := csv.NewReader(strings.NewReader(strings.TrimPrefix(list, "\ufeff")))
	table.Comma = ';'
	rows, err := table.ReadAll()
	must(t, err)
	for _, row := range rows[1:] {
		c.links = append(c.links, strings.TrimPrefix(row[2], "http://x"))
	}
	if len(c.links) != people {
		t.Fatalf("%d links, want %d", len(c.links), people)
	}
	return c
}

// lists writes a staff list.
func lists(t *testing.T, people int) (units, staff string) {
	t.Helper()
	dir := t.TempDir()
	units, staff = filepath.Join(dir, "units.csv"), filepath.Join(dir, "people.csv")
	must(t, os.WriteFile(units, []byte("code,parent,name_fi,name_sv,name_en\nH,,Alue,Området,County\n"), 0o600))
	var b strings.Builder
	b.WriteString("email,name,unit\n")
	for i := range people {
		fmt.Fprintf(&b, "p%d@shores.example,Aino Å%d,H\n", i, i)
	}
	must(t, os.WriteFile(staff, []byte(b.String()), 0o600))
	return units, staff
}

func (c *fixture) serve(t *testing.T) *server {
	t.Helper()
	return serving(t, c.file, c.keys, c.smtp)
}

var hidden = regexp.MustCompile(`name="(ballot|nonce)" value="([^"]*)"`)

func fields(body string) url.Values {
	v := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(body, -1) {
		v.Set(m[1], m[2])
	}
	return v
}

// respond answers the first page and sends; it reports what the server has acknowledged.
func (s *server) respond(link string) (saved, sent bool) {
	c := s.client()
	_, path, body, err := c.get(link)
	if err != nil || !strings.HasPrefix(path, "/a/") {
		return false, false
	}
	v := fields(body)
	v.Set("q_remote_5", "3")
	v.Set("go", "next")
	status, at, _, err := c.post(path, v)
	if err != nil || status != 200 || !strings.HasSuffix(at, "/2") {
		return false, false
	}
	send := strings.TrimSuffix(path, "1") + "send"
	_, _, body, err = c.get(send)
	if err != nil {
		return true, false
	}
	status, at, _, err = c.post(send, fields(body))
	return true, err == nil && status == 200 && strings.HasSuffix(at, "/feedback")
}

// round reads the round as it stands in the file.
func (c *fixture) round(t *testing.T) survey.Round {
	t.Helper()
	d, err := db.Open(c.file)
	must(t, err)
	defer d.Close()
	r, err := survey.RoundByID(t.Context(), d, 1)
	must(t, err)
	return r
}

func (c *fixture) keyFiles(t *testing.T) (out []string) {
	t.Helper()
	for _, p := range []string{"*.key*", "copy/*.key*"} {
		files, err := filepath.Glob(filepath.Join(c.keys, p))
		must(t, err)
		out = append(out, files...)
	}
	return out
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
	c := opened(t, 7)
	for _, x := range []struct {
		want string
		args []string
	}{
		{"there is no such round in this database", []string{"round", "links", "--db", c.file, "--keys", c.keys, "7"}},
		{"there is no such round in this database", []string{"round", "close", "--db", c.file, "--keys", c.keys, "abcde"}},
		{"check --keys", []string{"round", "close", "--db", c.file, "--keys", t.TempDir(), "1"}},
		{"check --keys", []string{"round", "links", "--db", c.file, "--keys", t.TempDir(), "1"}},
	} {
		r := command(t, x.args...)
		if r.code != 2 || !strings.Contains(r.errOut, x.want) || strings.Count(r.errOut, "\n") != 1 {
			t.Errorf("%v: exit %d, want 2 and %q\n%s", x.args, r.code, x.want, r.errOut)
		}
	}
	if r := c.round(t); r.State != survey.Open {
		t.Errorf("the round is %s, want open", r.State)
	}
}

func TestHelpAndVersionArePrintedAndAreNoMistake(t *testing.T) {
	if out := ok(t, "--help"); !strings.Contains(out, "serve") || !strings.Contains(out, "restore") {
		t.Errorf("help: %s", out)
	}
	if out := ok(t, "serve", "--help"); !strings.Contains(out, "--smtp") {
		t.Errorf("help of serve: %s", out)
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

func TestOneFileIsServedOnce(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "t.db")
	first := serving(t, file, filepath.Join(dir, "keys"), "smtp://127.0.0.1:1")
	r := command(t, "serve", "--db", file, "--keys", filepath.Join(dir, "keys"), "--addr", "127.0.0.1:0", "--smtp", "smtp://127.0.0.1:1", "--mail-from", "a@b.example")
	if r.code != 2 || strings.Count(r.errOut, "\n") != 1 {
		t.Errorf("exit %d\n%s", r.code, r.errOut)
	}
	if status, _, _, err := first.client().get("/healthz"); err != nil || status != 200 {
		t.Errorf("the first: %d %v", status, err)
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
	if status, _, _, err := c.get(link); err != nil || status != 200 {
		t.Fatalf("the link: %d %v", status, err)
	}
	if status, path, _, err := c.post(link, nil); err != nil || status != 200 || path != "/" {
		t.Fatalf("signing in: %d %s %v", status, path, err)
	}
	if status, path, _, _ := c.get("/people"); status != 200 || path != "/people" {
		t.Errorf("after signing in: %d %s", status, path)
	}
	if status, _, _, _ := s.client().post(link, nil); status != 404 {
		t.Errorf("the link a second time: %d, want 404", status)
	}
}

func TestAServerThatIsAskedToEndFinishesAndEndsWell(t *testing.T) {
	c := opened(t, 7)
	s := c.serve(t)
	var wg sync.WaitGroup
	sent := make([]bool, len(c.links))
	for i, l := range c.links {
		wg.Go(func() { _, sent[i] = s.respond(l) })
	}
	time.Sleep(30 * time.Millisecond)
	must(t, s.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-s.done:
	case <-time.After(25 * time.Second):
		t.Fatal("it does not end")
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 || s.log.Len() > 0 {
		t.Errorf("exit %d\n%s", code, s.log)
	}
	wg.Wait()
	c.closesWith(t, count(sent))
}

func count(all []bool) (n int) {
	for _, x := range all {
		if x {
			n++
		}
	}
	return n
}

// closesWith closes the round by the command and checks that what was acknowledged is counted. An answer whose
// acknowledgement was cut off may be there too.
func (c *fixture) closesWith(t *testing.T, acknowledged int) {
	t.Helper()
	ok(t, "round", "close", "--db", c.file, "--keys", c.keys, "1")
	r := c.round(t)
	if r.State != survey.Closed || r.Responses < acknowledged || r.Responses > len(c.links) {
		t.Errorf("the round is %s with %d responses, %d were acknowledged", r.State, r.Responses, acknowledged)
	}
	if left := c.keyFiles(t); len(left) > 0 {
		t.Errorf("keys are left: %v", left)
	}
}

func TestWhatWasAcknowledgedIsThereAfterThePowerWasCut(t *testing.T) {
	c := opened(t, 120)
	saved, sent := make([]bool, len(c.links)), make([]bool, len(c.links))
	for cut := range 3 {
		s := c.serve(t)
		next := make(chan int)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for i := range next {
					a, b := s.respond(c.links[i])
					saved[i], sent[i] = saved[i] || a, sent[i] || b
				}
			})
		}
		for i := cut * 40; i < (cut+1)*40; i++ {
			if i == cut*40+25 {
				go s.kill() // while the clients are at it
			}
			next <- i
		}
		close(next)
		wg.Wait()
		<-s.done
	}
	n := count(sent)
	if n == 0 || n == len(sent) {
		t.Fatalf("%d of %d were acknowledged: the cut came at the wrong time", n, len(sent))
	}
	s := c.serve(t)
	for i, l := range c.links {
		status, _, body, err := s.client().get(l)
		switch {
		case err != nil:
			t.Fatal(err)
		case sent[i] && status != http.StatusConflict:
			t.Errorf("link %d was sent and acknowledged, and shows status %d", i, status)
		case saved[i] && !sent[i] && status == 200 && !regexp.MustCompile(`name="q_remote_5"[^>]*value="3"[^>]*checked`).MatchString(body):
			t.Errorf("link %d: the saved answer is lost", i)
		}
	}
	s.kill()
	c.closesWith(t, n)
}

func TestAClosingThatThePowerCutInterruptedIsFinished(t *testing.T) {
	for n, delay := range []time.Duration{500, 1500, 3000, 5000, 8000, 12000, 20000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			c := opened(t, 600)
			s := c.serve(t)
			acknowledged := 0
			for _, l := range c.links[:20] {
				if _, sent := s.respond(l); sent {
					acknowledged++
				}
			}
			link := strings.TrimSpace(lastLine(ok(t, "user", "grant", "--db", c.file, "--link", "--base-url", s.base, "boss@shores.example", "coordinator")))
			boss := s.client()
			if status, _, _, err := boss.post(strings.TrimPrefix(link, s.base), nil); err != nil || status != 200 {
				t.Fatalf("signing in: %d %v", status, err)
			}
			asked := make(chan struct{})
			go func() { defer close(asked); boss.post("/rounds/1/close", nil) }()
			time.Sleep(delay * time.Microsecond) // the cut comes at different moments of the closing
			s.kill()
			<-asked
			before := c.round(t).State
			again := c.serve(t) // finishes a closing that had begun
			if before == survey.Open {
				again.kill()
				c.closesWith(t, acknowledged)
				return
			}
			r := c.round(t)
			if r.State != survey.Closed || r.Responses != acknowledged {
				t.Errorf("after %s the round is %s with %d responses, want closed with %d", before, r.State, r.Responses, acknowledged)
			}
			if left := c.keyFiles(t); len(left) > 0 {
				t.Errorf("keys are left: %v", left)
			}
			t.Logf("the cut found the round %s", before)
		})
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

func TestABackupByCommandIsRestoredByCommand(t *testing.T) {
	c := opened(t, 12)
	s := c.serve(t)
	for _, l := range c.links[:11] {
		if _, sent := s.respond(l); !sent {
			t.Fatal("not sent")
		}
	}
	dir := t.TempDir()
	file, keys := filepath.Join(dir, "b.gz"), filepath.Join(dir, "k.zip")
	ok(t, "backup", "--db", c.file, "--keys", c.keys, "--keys-out", keys, file) // while it serves
	s.kill()
	into := &fixture{file: filepath.Join(dir, "new.db"), keys: filepath.Join(dir, "newkeys"), smtp: c.smtp, links: c.links}
	ok(t, "restore", "--db", into.file, "--keys", into.keys, "--keys-in", keys, file)
	if r := command(t, "restore", "--db", into.file, "--keys", into.keys, file); r.code != 2 || strings.Count(r.errOut, "\n") != 1 {
		t.Errorf("restoring over data: exit %d\n%s", r.code, r.errOut)
	}
	if _, sent := into.serve(t).respond(c.links[11]); !sent {
		t.Error("answering does not go on")
	}
	into.closesWith(t, 12)
}
