package faults

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/people"
)

func TestServersThatStartTogetherOnAnEmptyDatabaseAllServe(t *testing.T) {
	t.Parallel()
	e := onPostgres(t)
	w := *e.world
	w.url, w.keys = e.empty(t), t.TempDir()
	var all []*program
	for range 3 {
		all = append(all, w.begin(t))
	}
	for _, p := range all {
		p.ready()
		if a, err := newBrowser(p.base).get("/healthz"); err != nil || a.status != http.StatusOK {
			t.Errorf("its health is %d %v", a.status, err)
		}
	}
	d := w.database(t)
	defer d.Close()
	if got := schema(t, d); got != e.schema {
		t.Errorf("the schema is not whole:\n%s", got)
	}
	for _, p := range all {
		p.end()
	}
}

// rolling is several servers behind one address, of which one at a time is another.
type rolling struct {
	mu  sync.Mutex
	all []*program
}

func (r *rolling) base(i int) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all[i%len(r.all)].base
}

func (r *rolling) replace(i int, p *program) (old *program) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old, r.all[i] = r.all[i], p
	return old
}

func TestARollingRestartIsNotNoticedByWhoTriesOnceMore(t *testing.T) {
	t.Parallel()
	e := onPostgres(t)
	w := e.copy(t)
	r := &rolling{all: []*program{w.serve(t), w.serve(t)}}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var journeys atomic.Int64
	for lane := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				x := w.people[early+lane+4*(i%8)]
				b := newBrowser(r.base(lane))
				b.spare = func() string { return r.base(lane + 1) }
				if !x.answers(b, false) {
					t.Errorf("person %d met a fault: %s", x.number, x.refused)
					return
				}
				b.http.CloseIdleConnections()
				journeys.Add(1)
			}
		})
	}
	for i := range 4 {
		for before := journeys.Load(); journeys.Load() < before+4 && !t.Failed(); {
		}
		next := w.serve(t)
		r.replace(i%2, next).end()
	}
	close(stop)
	wg.Wait()
	t.Logf("%d journeys through 6 servers", journeys.Load())
	m := &moment{T: t, world: w, e: e}
	m.findsAll(r.base(0))
	m.mailed()
	if n := m.e.found.n["sending: 0 unclear"]; n != 1 {
		t.Errorf("an orderly end leaves no mail unclear: %v", &m.e.found)
	}
	m.closes(r.base(1))
	m.counted()
	for _, p := range r.all {
		p.end()
	}
}

func TestWhatOneServerChangesHoldsOnTheOtherAtOnce(t *testing.T) {
	t.Parallel()
	e := onPostgres(t)
	w := e.copy(t)
	a, b := w.serve(t), w.serve(t)
	boss := w.coordinator(a.base)
	elsewhere := w.coordinator(b.base)
	for _, x := range []*browser{boss, elsewhere} {
		if p, err := x.get(fmt.Sprintf("/rounds/%d", w.round)); err != nil || p.status != http.StatusOK {
			t.Fatalf("the round's page: %d %v", p.status, err)
		}
	}
	m := &moment{T: t, world: w, e: e}
	m.closes(a.base)
	for _, x := range w.people[early:] { // as soon as one says that it is closed
		if p, err := newBrowser(b.base).get(x.link); err != nil || p.status != http.StatusConflict {
			t.Errorf("a link after the closing: %d %v", p.status, err)
		}
	}
	m.counted()
	d := w.database(t)
	defer d.Close()
	var role int64
	must(t, d.QueryRowContext(t.Context(), `SELECT r.id FROM roles r JOIN persons p ON p.id = r.person_id WHERE p.email = 'boss@shores.example'`).Scan(&role))
	must(t, d.InTx(t.Context(), func(tx *db.Tx) error { return people.Revoke(t.Context(), tx, time.Now(), 0, role) })) // as a third server would
	for _, x := range []*browser{boss, elsewhere} {
		if p, err := x.get("/rounds"); err != nil || p.status == http.StatusOK {
			t.Errorf("without the role the rounds' page is still shown: %d %v", p.status, err)
		}
	}
	a.end()
	b.end()
}

func TestAnAnswerThatIsUnderWayWhenTheServerIsAskedToEndIsTaken(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, e *engine) {
		w := e.copy(t)
		p := w.serve(t)
		x := w.people[early]
		b := newBrowser(p.base)
		first, shown, ok := x.enter(b)
		if !ok {
			t.Fatal(x.refused)
		}
		body := fmt.Sprintf(`{"ballot":%q,"item":"q_%s","value":["3"]}`, shown.fields().Get("ballot"), firstPage[0])
		host := strings.TrimPrefix(p.base, "http://")
		c, err := net.Dial("tcp", host)
		must(t, err)
		defer c.Close()
		var cookies []string
		at, err := url.Parse(p.base + first)
		must(t, err)
		for _, k := range b.http.Jar.Cookies(at) {
			cookies = append(cookies, k.Name+"="+k.Value)
		}
		fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", strings.TrimSuffix(first, "1")+"save", host, strings.Join(cookies, "; "), len(body))
		in := bufio.NewReader(c)
		if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, "100") { // the handler reads the body
			t.Fatalf("%q %v", line, err)
		}
		in.ReadString('\n')
		fmt.Fprint(c, body[:10])
		must(t, p.cmd.Process.Signal(syscall.SIGTERM))
		eventually(t, "it takes nobody new", func() bool {
			c, err := net.Dial("tcp", host)
			if err == nil {
				c.Close()
			}
			return err != nil
		})
		fmt.Fprint(c, body[10:])
		if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, "204") {
			t.Errorf("the answer under way: %q %v", line, err)
		}
		<-p.done
		x.saved(firstPage[0], "3", true)
		p = w.serve(t)
		if wrong := x.finds(p.base); wrong != "" {
			t.Errorf("the ballot %s", wrong)
		}
		p.end()
	})
}
