package faults

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/survey"
)

// later is how many there are in a later staff list, besides those who have left.
const later = 400

// connections is how many the outbox has to the mail server: each may leave one unclear message when the program is killed.
const connections = 4

// measured is how long things take on this machine, so that kills fall into them, and what an import leads to.
type measured struct {
	starts, closes, imports, migrates time.Duration
	after                             string // the staff list when the later one is in
	found                             tally
}

// tally counts by name.
type tally struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *tally) note(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	c.n[name]++
}

func (c *tally) String() string { return fmt.Sprint(c.n) }

func took(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

// calibrate does once without a kill what the moments interrupt.
func (e *engine) calibrate(t *testing.T) {
	t.Helper()
	m := &moment{T: t, world: e.copy(t), e: e}
	units, list := lists(t, later, 3)
	e.imports = took(func() { command(t, "people", "import", "--db", m.url, "--units", units, "--people", list) })
	e.after = staffList(t, m.world)
	address := e.empty(t)
	e.migrates = took(func() { command(t, "migrate", "--db", address) })
	var p *program
	e.starts = took(func() { p = m.serve(t) })
	e.closes = took(func() { m.closes(p.base) })
	m.counted()
	p.end()
	t.Logf("starting takes %v, closing %v, importing %v, migrating %v", e.starts, e.closes, e.imports, e.migrates)
}

func (m *moment) state() survey.State {
	m.Helper()
	d := m.database(m.T)
	defer d.Close()
	r, err := survey.RoundByID(m.Context(), d, m.round)
	must(m.T, err)
	return r.State
}

// findsAll looks at every ballot through its link.
func (m *moment) findsAll(base string) {
	m.Helper()
	for i, x := range m.people {
		if wrong := x.finds(base); wrong != "" {
			m.Errorf("the ballot of person %d %s", i, wrong)
		}
	}
}

// closes closes the round as a coordinator.
func (m *moment) closes(base string) {
	m.Helper()
	if a, err := m.coordinator(base).post(m.closingPath(), nil); err != nil || a.status != 303 {
		m.Errorf("closing: %d %v\n%s", a.status, err, a.body)
	}
}

// counted checks that the closed round holds every acknowledged answer once, nobody's else, and that its keys and ballots are gone.
func (m *moment) counted() {
	m.Helper()
	d := m.database(m.T)
	defer d.Close()
	r, err := survey.RoundByID(m.Context(), d, m.round)
	must(m.T, err)
	all, err := survey.Responses(m.Context(), d, m.round)
	must(m.T, err)
	if r.State != survey.Closed || r.Responses != len(all) {
		m.Errorf("the round is %s and says %d responses, there are %d", r.State, r.Responses, len(all))
	}
	times := make([]int, len(m.people))
	for _, x := range all {
		who := marked(x.Answers)
		if who < 0 || who >= len(times) || !m.people[who].asked {
			m.Errorf("a response is of somebody who handed nothing in: %v", x.Answers)
			continue
		}
		times[who]++
	}
	for i, n := range times {
		if n > 1 || n == 0 && m.people[i].sent {
			m.Errorf("person %d is counted %d times (acknowledged: %v)", i, n, m.people[i].sent)
		}
	}
	if left := m.keyFiles(); len(left) > 0 {
		m.Errorf("keys are left: %v", left)
	}
	for _, table := range []string{"survey_ballots", "survey_feedbacks"} {
		n := 0
		must(m.T, d.QueryRowContext(m.Context(), `SELECT count(*) FROM `+table+` WHERE round_id = $1`, m.round).Scan(&n))
		if want := map[string]int{"survey_ballots": 0, "survey_feedbacks": len(all)}[table]; n != want {
			m.Errorf("%d rows in %s, want %d", n, table, want)
		}
	}
}

func (w *world) keyFiles() (out []string) {
	for _, p := range []string{"round-*.key*", "copy/round-*.key*"} {
		files, _ := filepath.Glob(filepath.Join(w.keys, p))
		out = append(out, files...)
	}
	return out
}

// markHanded makes the time be over of messages that were at hand when the program died: on a database server others might be at
// work on them for minutes. It checks that they are no more than the connections of the programs that have died since it last looked.
func (m *moment) markHanded() {
	m.Helper()
	d := m.database(m.T)
	defer d.Close()
	var n int
	must(m.T, d.QueryRowContext(m.Context(), `SELECT count(*) FROM mail_messages WHERE state = 'handing' AND run_at > 0`).Scan(&n)) // not those of a program that died before
	if n > m.died*connections {
		m.Errorf("%d messages were at hand when %d programs died, want %d at most from each", n, m.died, connections)
	}
	m.died = 0
	_, err := d.ExecContext(m.Context(), `UPDATE mail_messages SET run_at = 0 WHERE state = 'handing'`)
	must(m.T, err)
}

// mailed waits until all mail is sent or listed, and checks that nobody is left out.
func (m *moment) mailed() {
	m.Helper()
	d := m.database(m.T)
	defer d.Close()
	eventually(m.T, "all mail is sent or listed", func() bool {
		n := 0
		must(m.T, d.QueryRowContext(m.Context(), `SELECT count(*) FROM mail_messages WHERE state IN ('waiting', 'handing')`).Scan(&n))
		return n == 0
	})
	got := m.once()
	unclear := texts(m.T, d, `SELECT address FROM mail_messages WHERE state = 'unclear'`)
	for i := range m.people {
		to := fmt.Sprintf("p%d@shores.example", i)
		if got[to] == 0 && !slices.Contains(unclear, to) {
			m.Errorf("%s got no message and is not listed", to)
		}
	}
	m.e.found.note(fmt.Sprintf("sending: %d unclear", len(unclear)))
	if bad := texts(m.T, d, `SELECT address || ' ' || state || ' ' || error FROM mail_messages WHERE state NOT IN ('sent', 'unclear')`); len(bad) > 0 {
		m.Errorf("messages: %v", bad)
	}
}

// once checks that nobody has got two messages, and returns who has how many.
func (m *moment) once() map[string]int {
	m.Helper()
	times := map[string]int{}
	for _, x := range m.mail.Taken() {
		if times[x.To]++; times[x.To] > 1 {
			m.Errorf("%s got %d messages", x.To, times[x.To])
		}
	}
	return times
}

// staffList is all that an import is about.
func staffList(t *testing.T, w *world) string {
	t.Helper()
	d := w.database(t)
	defer d.Close()
	all := texts(t, d, `SELECT p.email || '|' || p.name || '|' || coalesce(u.code, '') || '|' || CASE WHEN p.left_at IS NULL THEN '' ELSE 'left' END
		FROM persons p LEFT JOIN units u ON u.id = p.unit_id`)
	all = append(all, texts(t, d, `SELECT u.code || '|' || u.name_fi || '|' || coalesce(o.code, '') FROM units u LEFT JOIN units o ON o.id = u.parent_id`)...)
	all = append(all, texts(t, d, `SELECT p.email || '|' || r.role FROM roles r JOIN persons p ON p.id = r.person_id`)...)
	return strings.Join(all, "\n")
}

// keeps writes a row into a database that may be migrated halfway, if its table is there.
func (m *moment) keeps(n int) bool {
	m.Helper()
	d := m.database(m.T)
	defer d.Close()
	_, err := d.ExecContext(m.Context(), `INSERT INTO mail_topics (topic, paused) VALUES ($1, $2)`, fmt.Sprintf("kept%d", n), false)
	return err == nil
}
