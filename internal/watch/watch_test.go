package watch

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func watching(t *testing.T) *Watch {
	t.Helper()
	return New("v1", Sources{
		InFlight: func() int64 { return 3 }, Listeners: func() int { return 40 },
		Pools: func() map[string]sql.DBStats {
			return map[string]sql.DBStats{"write": {MaxOpenConnections: 1, InUse: 1, WaitCount: 7, WaitDuration: 2 * time.Second}}
		},
		Jobs: func(context.Context) ([]Jobs, error) {
			return []Jobs{{Kind: "insight.snapshot", Waiting: 2, Dead: 1, Oldest: time.Minute}}, nil
		},
		Mail: func(context.Context) (Mail, error) {
			return Mail{States: map[string]int{"waiting": 9}, Oldest: time.Hour, Down: true}, nil
		},
	})
}

// metrics are those that a scrape reads.
func (w *Watch) scraped(t *testing.T) string {
	t.Helper()
	rec := httptest.NewRecorder()
	w.Admin().ServeHTTP(rec, httptest.NewRequest("GET", "http://127.0.0.1:9090/metrics", nil))
	if rec.Code != 200 {
		t.Fatalf("status %d\n%s", rec.Code, rec.Body)
	}
	return rec.Body.String()
}

func want(t *testing.T, metrics string, lines ...string) {
	t.Helper()
	for _, l := range lines {
		if !strings.Contains(metrics, l) {
			t.Errorf("no %s in\n%s", l, metrics)
		}
	}
}

func TestAScrapeTellsWhatTheProgramDoes(t *testing.T) {
	w := watching(t)
	w.Request("/units/{id}", "GET", 200, 30*time.Millisecond)
	w.Request("/units/{id}", "GET", 404, time.Millisecond)
	for range crowd {
		w.Committed(5)
	}
	want(t, w.scraped(t),
		`taitorinki_request_seconds_bucket{class="2xx",method="GET",route="/units/{id}",le="0.02"} 0`,
		`taitorinki_request_seconds_bucket{class="2xx",method="GET",route="/units/{id}",le="0.05"} 1`,
		`taitorinki_request_seconds_count{class="4xx",method="GET",route="/units/{id}"} 1`,
		`taitorinki_group_commit_statements_bucket{le="8"} 50`,
		`taitorinki_requests_in_flight 3`, `taitorinki_live_listeners 40`,
		`taitorinki_jobs{kind="insight.snapshot",state="dead"} 1`, `taitorinki_jobs_oldest_due_seconds{kind="insight.snapshot"} 60`,
		`taitorinki_mail_messages{state="waiting"} 9`, `taitorinki_mail_oldest_due_seconds 3600`, `taitorinki_mail_server_down 1`,
		`taitorinki_db_connections{pool="write",state="used"} 1`, `taitorinki_db_waits_total{pool="write"} 7`,
		`taitorinki_db_answers 1`, `version="v1"`, `go_goroutines`)
}

func TestOneRespondentMovesNoNumber(t *testing.T) {
	w := watching(t)
	before := w.requestLines(t)
	for range crowd - 1 {
		w.PrivateRequest(200, time.Millisecond)
		w.Committed(1)
	}
	if after := w.requestLines(t); after != before {
		t.Errorf("numbers have moved:\n%s", after)
	}
	w.PrivateRequest(303, time.Millisecond)
	want(t, w.requestLines(t), `taitorinki_request_seconds_count{class="2xx",method="any",route="private"} 50`)
}

func TestAFaultOfOursIsCountedAtOnceAlsoForRespondents(t *testing.T) {
	w := watching(t)
	w.PrivateRequest(500, time.Millisecond)
	want(t, w.requestLines(t), `taitorinki_request_seconds_count{class="5xx",method="any",route="private"} 1`)
}

func (w *Watch) requestLines(t *testing.T) string {
	t.Helper()
	var out []string
	for l := range strings.Lines(w.scraped(t)) {
		if strings.HasPrefix(l, prefix+"request_seconds") || strings.HasPrefix(l, prefix+"group_commit") {
			out = append(out, l)
		}
	}
	return strings.Join(out, "")
}

func TestADatabaseThatIsGoneCostsItsOwnMetricsOnly(t *testing.T) {
	w := New("v1", Sources{InFlight: func() int64 { return 3 }, Listeners: func() int { return 0 }, Pools: func() map[string]sql.DBStats { return nil },
		Jobs: func(context.Context) ([]Jobs, error) { return nil, errors.New("gone") }})
	got := w.scraped(t)
	want(t, got, "taitorinki_db_answers 0", "taitorinki_requests_in_flight 3")
	if strings.Contains(got, "taitorinki_jobs{") {
		t.Errorf("jobs are told of:\n%s", got)
	}
}

func TestTheAdminAddressIsOfThisMachineOnly(t *testing.T) {
	for addr, good := range map[string]bool{
		"127.0.0.1:9090": true, "127.8.8.8:1": true, "[::1]:9090": true, "localhost:9090": true, "[::ffff:127.0.0.1]:1": true,
		"0.0.0.0:9090": false, ":9090": false, "[::]:9090": false, "10.0.0.1:9090": false, "county.example:9090": false, "127.0.0.1": false, "localhost.evil.example:1": false,
	} {
		if err := Loopback(addr); (err == nil) != good {
			t.Errorf("%s: %v, want good %v", addr, err, good)
		}
	}
}

func TestAPageOfAnotherSiteReadsNoMetrics(t *testing.T) {
	w := watching(t)
	for url, status := range map[string]int{
		"http://evil.example:9090/metrics": 403, "http://evil.example/debug/pprof/": 403, "http://localhost:9090/debug/pprof/": 200,
		"http://[::1]:9090/debug/pprof/heap": 200, "http://127.0.0.1:9090/debug/pprof/cmdline": 404, "http://127.0.0.1:9090/": 404,
	} {
		rec := httptest.NewRecorder()
		w.Admin().ServeHTTP(rec, httptest.NewRequest("GET", url, nil))
		if rec.Code != status {
			t.Errorf("%s: status %d, want %d", url, rec.Code, status)
		}
	}
}

func TestALogCoversWhoAndWhatItShouldNotName(t *testing.T) {
	for _, c := range []struct{ in, out string }{
		{"mailbox <aino.koski@county.example> unknown", "mailbox <[address]> unknown"},
		{"no ABCDEFGHIJKLMNOPQRSTUVWXYZ here", "no [secret] here"},
		{"dGhpcyBpcyBub3QgYSBzZWNyZXQ1", "[secret]"},
		{"pq: relation event_participant_invitations is gone", "pq: relation event_participant_invitations is gone"},
		{"survey.save(17): disk full", "survey.save(17): disk full"},
	} {
		for _, asJSON := range []bool{false, true} {
			var b bytes.Buffer
			l := NewLog(&b, asJSON)
			l.Error("it failed", "err", errors.New(c.in))
			l.Error("it failed", "text", c.in)
			l.Error(c.in)
			plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(b.String())
			if n := strings.Count(plain, c.out); n != 3 {
				t.Errorf("%q is logged as %s", c.in, plain)
			}
		}
	}
	var b bytes.Buffer
	NewLog(&b, false).Warn("slow", "statement", "SELECT a_very_long_name_of_a_column_1", "request", "abcdef0123456789abcdef01234567")
	if strings.Contains(b.String(), "[secret]") {
		t.Errorf("too much is covered: %s", b.String())
	}
}

func BenchmarkCounting(b *testing.B) {
	w := New("v1", Sources{})
	b.Run("a request", func(b *testing.B) {
		for b.Loop() {
			w.Request("/units/{id}", "GET", 200, time.Millisecond)
		}
	})
	b.Run("a respondent's request", func(b *testing.B) {
		for b.Loop() {
			w.PrivateRequest(200, time.Millisecond)
		}
	})
}
