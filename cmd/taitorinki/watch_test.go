package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"taitorinki/internal/dbtest"
)

func TestAnAddressForMetricsThatOthersReachIsRefused(t *testing.T) {
	for _, flags := range [][]string{
		{"--admin", "0.0.0.0:9090"}, {"--admin", ":9090"}, {"--admin", "county.example:9090"}, {"--admin", "9090"},
		{"--proxy", "10.0.0.1"}, {"--drain", "-1s"}, {"--slow-query", "-1s"}, {"--log", "xml"},
	} {
		r := command(t, append([]string{"serve", "--db", t.TempDir() + "/t.db", "--smtp", "smtp://127.0.0.1:1", "--mail-from", "a@b.example"}, flags...)...)
		if r.code != 2 || strings.Count(r.errOut, "\n") != 1 {
			t.Errorf("%q: exit %d, want 2 and one line\n%s", flags, r.code, r.errOut)
		}
	}
}

// freePort is an address of this machine on which nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer ln.Close()
	return ln.Addr().String()
}

func TestAServerThatEndsTellsItsLoadBalancerFirst(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		c := opened(t, url, 8)
		admin := freePort(t)
		s := starting(t, c.url, c.keys, c.smtp, "--admin", admin, "--drain", "3s", "--log", "json", "--slow-query", "1ns")
		s.ready()
		who := s.client()
		if p, err := who.get("/readyz"); err != nil || p.status != 200 || p.body != "ready\n" {
			t.Fatalf("not ready: %d %q %v", p.status, p.body, err)
		}
		boss := c.coordinator(t, s)
		for i := range c.links {
			c.respond(s, i)
		}
		c.scraped(t, admin)
		must(t, s.cmd.Process.Signal(syscall.SIGTERM))
		waitUntil(t, "the server says that it ends", func() bool {
			p, err := who.get("/readyz")
			must(t, err)
			return p.status == http.StatusServiceUnavailable && strings.HasPrefix(p.body, "shutting down")
		})
		if p, err := boss.get("/rounds"); err != nil || p.status != 200 {
			t.Errorf("while it leaves, a page is answered with %d %v", p.status, err)
		}
		<-s.done
		if code := s.cmd.ProcessState.ExitCode(); code != 0 {
			t.Errorf("exit %d", code)
		}
		s.loggedOnlyStatements(t)
	})
}

// scraped checks what a scrape of a server tells whose people have answered.
func (c *fixture) scraped(t *testing.T, admin string) {
	t.Helper()
	res, err := (&http.Client{Timeout: 10 * time.Second}).Get("http://" + admin + "/metrics")
	must(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(t, err)
	text := string(b)
	for _, want := range []string{`taitorinki_db_answers 1`, `route="/readyz"`, `route="private"`, `taitorinki_mail_messages{state="waiting"}`, `go_memstats_heap_inuse_bytes`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
	for _, never := range []string{`route="/a/`, `route="/v/`, "shores.example", c.links[0]} {
		if strings.Contains(text, never) {
			t.Errorf("the metrics tell of %s", never)
		}
	}
}

// loggedOnlyStatements checks that an ended server has logged statements, each line in JSON, and nobody's address in them.
func (s *server) loggedOnlyStatements(t *testing.T) {
	t.Helper()
	n := 0
	for line := range strings.Lines(s.log.String()) {
		var x struct{ Msg, Statement, Route string }
		if err := json.Unmarshal([]byte(line), &x); err != nil || x.Msg != "slow query" || x.Statement == "" || strings.Contains(line, "shores.example") {
			t.Fatalf("it has logged %s (%v)", line, err)
		}
		if x.Route == "GET /rounds" {
			n++
		}
	}
	if n == 0 {
		t.Error("no statement is told of the page that asked for it")
	}
}
