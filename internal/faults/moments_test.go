package faults

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/survey"
)

var (
	moments = flag.Int("moments", 50, "how many moments to kill the program at, on both engines together")
	seed    = flag.Uint64("seed", 0, "what the moments are drawn from; 0: another each time")
	only    = flag.Int("moment", -1, "run this moment alone")
)

// moment is one kill and what is looked at after it. All that is random in it comes from the seed and its number; what the machine makes
// of it does not.
type moment struct {
	*testing.T
	*world
	e    *engine
	rng  *rand.Rand
	died int // programs that were killed since markHanded last looked
}

func (m *moment) upTo(d time.Duration) time.Duration { return time.Duration(m.rng.Int64N(int64(d))) }

func (m *moment) either() bool { return m.rng.IntN(2) == 0 }

// kinds are what the program is at when it is killed, some oftener than others.
var kinds = []struct {
	name string
	run  func(*moment)
}{
	{"answering and sending", (*moment).answering}, {"closing", (*moment).closing}, {"importing", (*moment).importing},
	{"answering and sending", (*moment).answering}, {"closing", (*moment).closing}, {"migrating", (*moment).migrating},
}

func TestWhateverTheMomentOfAKillNothingAcknowledgedIsLostOrDoubled(t *testing.T) {
	from := *seed
	if from == 0 {
		from = rand.Uint64()
	}
	t.Logf("seed %d", from)
	engines(t, func(t *testing.T, e *engine) {
		e.calibrate(t)
		ran := map[string]int{}
		for i := range *moments {
			onServer := e.server != ""
			if onServer != (i%2 == 1) || *only >= 0 && i != *only {
				continue
			}
			kind := kinds[i/2%len(kinds)]
			t.Run(fmt.Sprintf("%d %s", i, kind.name), func(t *testing.T) {
				t.Logf("to see it again: make faults SEED=%d MOMENT=%d MOMENTS=%d", from, i, *moments)
				kind.run(&moment{T: t, e: e, rng: rand.New(rand.NewPCG(from, uint64(i)))})
			})
			ran[kind.name]++
		}
		t.Logf("moments: %v; where the kill came: %v", ran, &e.found)
	})
}

// answering kills while people answer and mail is sent: after some time, or at a step of the talk with the mail server.
func (m *moment) answering() {
	m.world = m.e.copy(m.T)
	p := m.serve(m.T)
	dead := make(chan struct{})
	kill := sync.OnceFunc(func() { p.cmd.Process.Kill(); close(dead) })
	after := m.upTo(400 * time.Millisecond)
	if m.either() {
		after = 2 * time.Second
		m.mail.Feel(atStep(1+m.rng.IntN(5*staff), kill))
	}
	var wg sync.WaitGroup
	m.crowd(&wg, p.base, dead)
	select {
	case <-dead:
	case <-time.After(after):
		kill()
	}
	<-p.done
	m.died++
	wg.Wait()
	m.mail.Feel(nil)
	m.e.settled(m.T, m.url)
	m.markHanded()
	p = m.again()
	m.findsAll(p.base)
	m.mailed()
	m.closes(p.base)
	m.counted()
	p.end()
}

// atStep kills at the n-th thing that the mail server is asked.
func atStep(n int, kill func()) func(step, to string) string {
	return func(string, string) string {
		if n--; n == 0 {
			kill()
		}
		return ""
	}
}

// crowd lets those answer who have not, four at a time, until the program is dead.
func (m *moment) crowd(wg *sync.WaitGroup, base string, dead <-chan struct{}) {
	handIn := make([]bool, len(m.people))
	for i := range handIn {
		handIn[i] = m.rng.IntN(3) > 0
	}
	for lane := range 4 {
		wg.Go(func() {
			for i := early + lane; i < len(m.people); i += 4 {
				select {
				case <-dead:
					return
				default:
				}
				b := newBrowser(base)
				if x := m.people[i]; !x.answers(b, handIn[i]) && x.refused != "" && !strings.Contains(x.refused, "no longer possible") {
					m.Errorf("person %d was refused: %s", i, x.refused)
				}
				b.http.CloseIdleConnections()
			}
		})
	}
}

// again starts the program after a kill: sometimes it is killed once more while it starts.
func (m *moment) again() *program {
	m.Helper()
	for m.rng.IntN(4) == 0 {
		p := m.begin(m.T)
		select {
		case <-p.done:
			m.Fatalf("it does not start\n%s", p.log)
		case <-time.After(m.upTo(m.e.starts)):
		}
		p.kill()
		m.died++
		m.e.settled(m.T, m.url)
		if m.mail != nil {
			m.markHanded()
		}
	}
	return m.serve(m.T)
}

// closing kills while a round is closed and people still answer.
func (m *moment) closing() {
	m.world = m.e.copy(m.T)
	p := m.serve(m.T)
	var wg sync.WaitGroup
	dead := make(chan struct{})
	m.crowd(&wg, p.base, dead)
	time.Sleep(m.upTo(200 * time.Millisecond)) // people come along
	boss := m.coordinator(p.base)
	answered := make(chan bool, 1)
	go func() {
		a, err := boss.post(m.closingPath(), nil)
		answered <- err == nil && a.status == 303
	}()
	time.Sleep(m.upTo(m.e.closes * 3 / 2))
	p.cmd.Process.Kill()
	m.died++
	close(dead)
	<-p.done
	wg.Wait()
	acknowledged := <-answered
	if m.either() {
		m.e.settled(m.T, m.url)
	}
	found := m.state()
	m.e.found.note("closing: " + string(found))
	p = m.again()
	now := m.state()
	switch {
	case now == survey.Closing, found != survey.Open && now != survey.Closed, acknowledged && now != survey.Closed:
		m.Errorf("the round was %s when the program died (closing acknowledged: %v), and is %s", found, acknowledged, now)
	case now == survey.Open:
		m.findsAll(p.base)
		m.closes(p.base)
	}
	m.once()
	m.counted()
	p.end()
}

func (m *moment) closingPath() string { return fmt.Sprintf("/rounds/%d/close", m.round) }

// importing kills the command that brings a staff list in.
func (m *moment) importing() {
	m.world = m.e.copy(m.T)
	before := staffList(m.T, m.world)
	units, list := lists(m.T, later, 3)
	args := []string{"people", "import", "--db", m.url, "--units", units, "--people", list}
	ended := cut(m.T, m.e.imports/4+m.upTo(m.e.imports), args...)
	m.e.settled(m.T, m.url)
	now := staffList(m.T, m.world)
	switch {
	case now == before && !ended:
		m.e.found.note("importing: nothing in")
	case now == m.e.after:
		m.e.found.note("importing: all in")
	default:
		m.Errorf("the staff list is neither as before nor as after the import (acknowledged: %v):\n%s", ended, now)
	}
	command(m.T, args...)
	if now := staffList(m.T, m.world); now != m.e.after {
		m.Errorf("after the same import once more:\n%s\nwant\n%s", now, m.e.after)
	}
	p := m.serve(m.T)
	m.findsAll(p.base)
	p.end()
}

// migrating kills the program while it makes its tables, perhaps several times, and starts it.
func (m *moment) migrating() {
	w := *m.e.world
	m.world = &w
	m.keys, m.url = m.TempDir(), m.e.empty(m.T)
	kept := 0
	for n := 1 + m.rng.IntN(3); n > 0; n-- {
		cut(m.T, m.e.migrates/4+m.upTo(m.e.migrates), "migrate", "--db", m.url)
		m.e.settled(m.T, m.url)
		if m.keeps(kept) {
			kept++
		}
	}
	p := m.again()
	d := m.database(m.T)
	defer d.Close()
	if got := schema(m.T, d); got != m.schema {
		m.Errorf("the schema is not whole:\n%s", got)
	}
	if got := len(texts(m.T, d, `SELECT topic FROM mail_topics WHERE topic LIKE 'kept%'`)); got != kept {
		m.Errorf("%d of %d rows are there that stood in a half-migrated database", got, kept)
	}
	p.end()
}
