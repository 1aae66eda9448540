package faults

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestADatabaseThatGoesAndComesBackLosesNothingAndNeedsNoHand(t *testing.T) {
	t.Parallel()
	s := newPostgres(t)
	s.says("postgres", "CREATE DATABASE county")
	w := made(t, s.address("county"))
	p := w.serve(t)
	l := w.answering(t, one(p))
	l.passes(3)
	for range 3 { // all connections at once
		s.says("postgres", `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'county'`)
		l.passes(2)
	}
	for _, how := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		s.stop(how)
		a, err := newBrowser(p.base).get(w.people[0].link)
		if err != nil || a.status != 503 || !strings.Contains(a.body, "What you had saved is safe") {
			t.Errorf("without its database the page says %d %v\n%s", a.status, err, a.body)
		}
		if a, err := newBrowser(p.base).get("/healthz"); err != nil || a.status != 503 {
			t.Errorf("without its database its health is %d %v", a.status, err)
		}
		s.start()
		l.passes(3)
	}
	l.ends()
	w.whole(t, p.base)
	if said := p.log.String(); !strings.Contains(said, "connect") {
		t.Errorf("the log does not tell of it:\n%s", said)
	}
	p.end()
}

// The standby is told of every commit before its acknowledgement, so nothing acknowledged is lost with the primary.
func TestAPrimaryThatDiesUnderLoadAndAStandbyInItsPlaceLoseNothingAcknowledged(t *testing.T) {
	t.Parallel()
	first := newPostgres(t)
	first.says("postgres", "CREATE DATABASE county")
	second := first.standby("second")
	first.says("postgres", `ALTER SYSTEM SET synchronous_standby_names = 'second'`)
	first.says("postgres", `SELECT pg_reload_conf()`)
	w := made(t, both(first, second, "county"))
	a, b := w.serve(t), w.serve(t) // two servers of ours
	l := w.answering(t, func() []string { return []string{a.base, b.base} })
	l.passes(8)
	first.stop(syscall.SIGKILL)
	began := time.Now()
	l.failsOnce()
	second.promote()
	promoted := time.Now()
	l.passes(1)
	t.Logf("the standby was promoted after %v; answers came in again %v later", promoted.Sub(began), time.Since(promoted))
	l.ends()
	for _, p := range []*program{a, b} { // the line on which servers tell each other is there again
		eventually(t, "the server listens to the new primary", func() bool { return second.listeners("county") >= 2 })
		m := &moment{T: t, world: w}
		m.findsAll(p.base)
	}
	w.whole(t, b.base)
	a.end()
	b.end()
}

// failsOnce waits until somebody has noticed.
func (l *load) failsOnce() {
	before := l.trouble.Load()
	eventually(l.t, "somebody notices", func() bool { return l.trouble.Load() > before })
}

// listeners is how many connections wait for notices.
func (s *postgres) listeners(database string) (n int) {
	s.t.Helper()
	w := &world{url: s.address(database)}
	d := w.database(s.t)
	defer d.Close()
	must(s.t, d.QueryRowContext(s.t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND query LIKE 'LISTEN%'`, database).Scan(&n))
	return n
}
