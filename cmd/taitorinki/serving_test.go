package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/survey"
)

// server is the program, serving.
type server struct {
	t     *testing.T
	cmd   *exec.Cmd
	first chan string // the first line it prints
	base  string
	log   *bytes.Buffer // to be read when it has ended
	done  chan struct{}
}

func serving(t *testing.T, url, keys, smtp string) *server {
	t.Helper()
	s := starting(t, url, keys, smtp)
	s.ready()
	return s
}

// starting starts a server and does not wait until it serves.
func starting(t *testing.T, url, keys, smtp string, more ...string) *server {
	t.Helper()
	s := &server{t: t, first: make(chan string, 1), log: &bytes.Buffer{}, done: make(chan struct{})}
	s.cmd = exec.Command(binary, append([]string{"serve", "--db", url, "--keys", keys, "--addr", "127.0.0.1:0", "--smtp", smtp, "--mail-from", "survey@shores.example"}, more...)...)
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	must(t, err)
	must(t, s.cmd.Start())
	go func() {
		lines := bufio.NewReader(out)
		line, _ := lines.ReadString('\n')
		s.first <- line
		io.Copy(io.Discard, lines)
		s.cmd.Wait()
		close(s.done)
	}()
	t.Cleanup(s.kill)
	return s
}

func (s *server) ready() {
	s.t.Helper()
	line := <-s.first
	if s.base = regexp.MustCompile(`http://[0-9.:]+`).FindString(line); s.base == "" {
		s.kill()
		s.t.Fatalf("it does not serve: %q\n%s", line, s.log)
	}
}

// kill ends the server as a power cut does.
func (s *server) kill() {
	s.cmd.Process.Kill()
	<-s.done
}

// end asks the server to end, and checks that it ends well and had nothing to complain of.
func (s *server) end() {
	s.t.Helper()
	must(s.t, s.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-s.done:
	case <-time.After(25 * time.Second):
		s.t.Fatal("it does not end")
	}
	said := slices.DeleteFunc(strings.SplitAfter(s.log.String(), "\n"), func(line string) bool { return line == "" || strings.Contains(line, `msg="request slow"`) }) // this machine may be busy
	if code := s.cmd.ProcessState.ExitCode(); code != 0 || len(said) > 0 {
		s.t.Errorf("exit %d\n%s", code, said)
	}
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

// through is the same browser, led to another server: its cookies go with it, as behind one address.
func (c *client) through(s *server) *client { return &client{s.base, c.http} }

// page is an answer.
type page struct {
	status int
	path   string // where redirects have led to
	body   string
}

func (c *client) get(path string) (page, error) { return c.do(http.MethodGet, path, "", nil) }

func (c *client) post(path string, v url.Values) (page, error) {
	return c.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
}

func (c *client) do(method, path, kind string, body io.Reader) (page, error) {
	req, err := http.NewRequest(method, c.base+path, body)
	if err != nil {
		return page{}, err
	}
	req.Header.Set("Accept-Language", "en")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return page{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return page{res.StatusCode, res.Request.URL.Path, string(b)}, err
}

// chose reports whether a page of questions shows a choice as made.
func (p page) chose(item, value string) bool {
	return regexp.MustCompile(`name="q_` + item + `"[^>]*value="` + value + `"[^>]*checked`).MatchString(p.body)
}

var hidden = regexp.MustCompile(`name="(ballot|nonce|revisions)" value="([^"]*)"`)

// fields are what a form of the page sends along.
func (p page) fields() url.Values {
	v := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(p.body, -1) {
		v.Set(m[1], m[2])
	}
	return v
}

// fixture is a database with staff and an open round, and its personal links.
type fixture struct {
	url, keys, smtp string
	round           int64
	links           []string
}

func opened(t *testing.T, url string, people int) *fixture {
	t.Helper()
	c := &fixture{url: url, keys: filepath.Join(t.TempDir(), "keys"), smtp: apptest.NewSMTP(t).URL}
	units, staff := lists(t, people)
	ok(t, "people", "import", "--db", c.url, "--units", units, "--people", staff)
	c.open(t)
	if len(c.links) != people {
		t.Fatalf("%d links, want %d", len(c.links), people)
	}
	return c
}

// open opens a round, the first or one more.
func (c *fixture) open(t *testing.T) {
	t.Helper()
	said := ok(t, "round", "open", "--db", c.url, "--keys", c.keys, "--instrument", "taitorinki-pulse", "--name", "Spring")
	_, err := fmt.Sscanf(said, "Round %d", &c.round)
	must(t, err)
	list := ok(t, "round", "links", "--db", c.url, "--keys", c.keys, "--base-url", "http://x", strconv.FormatInt(c.round, 10))
	table := csv.NewReader(strings.NewReader(strings.TrimPrefix(list, "\ufeff")))
	table.Comma = ';'
	rows, err := table.ReadAll()
	must(t, err)
	c.links = nil
	for _, row := range rows[1:] {
		c.links = append(c.links, strings.TrimPrefix(row[2], "http://x"))
	}
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
	return serving(t, c.url, c.keys, c.smtp)
}

// coordinator is a browser of somebody who may close the round.
func (c *fixture) coordinator(t *testing.T, s *server) *client {
	t.Helper()
	said := ok(t, "user", "grant", "--db", c.url, "--link", "--base-url", s.base, "boss@shores.example", "coordinator")
	_, link, _ := strings.Cut(said, s.base)
	boss := s.client()
	if p, err := boss.post(strings.TrimSpace(link), nil); err != nil || p.status != 200 {
		t.Fatalf("signing in: %d %v", p.status, err)
	}
	return boss
}

func (c *fixture) closing() string { return fmt.Sprintf("/rounds/%d/close", c.round) }

var firstPage = []string{"remote_5", "remote_4", "digital_2", "digital_5"}

// mark is a person's answers on the first page: by them a response is known again when the round has closed.
func mark(person int) map[string]string {
	m := map[string]string{}
	for _, item := range firstPage {
		m[item] = strconv.Itoa(person%5 + 1)
		person /= 5
	}
	return m
}

// marked is whose mark the answers hold, -1 for nobody's.
func marked(answers map[string]string) int {
	person, place := 0, 1
	for _, item := range firstPage {
		n, err := strconv.Atoi(answers[item])
		if err != nil {
			return -1
		}
		person += (n - 1) * place
		place *= 5
	}
	return person
}

// respond answers the first page and sends; it reports what the server has acknowledged.
func (c *fixture) respond(s *server, person int) (saved, sent bool) {
	b := s.client()
	p, err := b.get(c.links[person])
	if err != nil || !strings.HasPrefix(p.path, "/a/") {
		return false, false
	}
	v := p.fields()
	for item, value := range mark(person) {
		v.Set("q_"+item, value)
	}
	v.Set("go", "next")
	first := p.path
	p, err = b.post(first, v)
	if err != nil || p.status != 200 || !strings.HasSuffix(p.path, "/2") {
		return false, false
	}
	send := strings.TrimSuffix(first, "1") + "send"
	p, err = b.get(send)
	if err != nil {
		return true, false
	}
	p, err = b.post(send, p.fields())
	return true, err == nil && p.status == 200 && strings.HasSuffix(p.path, "/feedback")
}

// state reads how far the round is from the database.
func (c *fixture) state(t *testing.T) survey.State {
	t.Helper()
	d, err := db.Open(c.url)
	must(t, err)
	defer d.Close()
	r, err := survey.RoundByID(t.Context(), d, c.round)
	must(t, err)
	return r.State
}

// counted are the answers of the closed round by person. Nobody may be counted twice, and no answer be nobody's.
func (c *fixture) counted(t *testing.T) map[int]map[string]string {
	t.Helper()
	d, err := db.Open(c.url)
	must(t, err)
	defer d.Close()
	r, err := survey.RoundByID(t.Context(), d, c.round)
	must(t, err)
	all, err := survey.Responses(t.Context(), d, c.round)
	must(t, err)
	if r.State != survey.Closed || r.Responses != len(all) {
		t.Errorf("the round is %s and says %d responses, there are %d", r.State, r.Responses, len(all))
	}
	by := map[int]map[string]string{}
	for _, x := range all {
		who := marked(x.Answers)
		if who < 0 || who >= len(c.links) || by[who] != nil {
			t.Errorf("a response is nobody's or there twice: %v", x.Answers)
		}
		by[who] = x.Answers
	}
	if left := c.keyFiles(t); len(left) > 0 {
		t.Errorf("keys are left: %v", left)
	}
	return by
}

// countedAll checks that the closed round holds every acknowledged answer. An answer whose acknowledgement was cut off may
// be there too.
func (c *fixture) countedAll(t *testing.T, sent []bool) map[int]map[string]string {
	t.Helper()
	by := c.counted(t)
	for i, acknowledged := range sent {
		if acknowledged && by[i] == nil {
			t.Errorf("the answer of person %d was acknowledged and is not counted", i)
		}
	}
	return by
}

// close closes the round by the command.
func (c *fixture) close(t *testing.T) {
	t.Helper()
	ok(t, "round", "close", "--db", c.url, "--keys", c.keys, strconv.FormatInt(c.round, 10))
}

// heldUp lets nobody change a ballot while f runs; waiting in it returns when n statements wait for that.
func (c *fixture) heldUp(t *testing.T, f func(waiting func(n int))) {
	t.Helper()
	d, err := db.Open(c.url)
	must(t, err)
	defer d.Close()
	must(t, d.InTx(t.Context(), func(tx *db.Tx) error {
		if _, err := tx.ExecContext(t.Context(), `LOCK TABLE survey_ballots IN SHARE MODE`); err != nil {
			return err
		}
		f(func(n int) {
			for deadline, have := time.Now().Add(20*time.Second), 0; have < n; {
				must(t, d.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&have))
				if time.Now().After(deadline) {
					t.Fatalf("%d statements wait, want %d", have, n)
				}
			}
		})
		return nil
	}))
}

func (c *fixture) keyFiles(t *testing.T) (out []string) {
	t.Helper()
	for _, p := range []string{"round-*.key*", "copy/round-*.key*"} {
		files, err := filepath.Glob(filepath.Join(c.keys, p))
		must(t, err)
		out = append(out, files...)
	}
	return out
}

func count(all []bool) (n int) {
	for _, x := range all {
		if x {
			n++
		}
	}
	return n
}
