package faults

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// load is people who answer one after the other, and try again what was not acknowledged, on any of the servers.
type load struct {
	t       *testing.T
	w       *world
	bases   func() []string
	done    atomic.Int64 // journeys that were acknowledged to the end
	trouble atomic.Int64 // tries that were not
	mu      sync.Mutex
	kinds   map[string]int // of what was not
	wg      sync.WaitGroup
	stop    chan struct{}
}

// answering lets everybody who has not handed in do so, a few at a time; each tries until it is done.
func (w *world) answering(t *testing.T, bases func() []string) *load {
	return w.handingIn(t, w.people[early:], bases)
}

// handingIn lets these people hand in.
func (w *world) handingIn(t *testing.T, people []*person, bases func() []string) *load {
	l := &load{t: t, w: w, bases: bases, kinds: map[string]int{}, stop: make(chan struct{})}
	for lane := range 4 {
		l.wg.Go(func() {
			for i := lane; i < len(people); i += 4 {
				if !l.untilDone(people[i]) {
					return
				}
			}
		})
	}
	return l
}

// untilDone lets one person try until all is acknowledged.
func (l *load) untilDone(x *person) bool {
	for try := 0; ; try++ {
		select {
		case <-l.stop:
			return false
		default:
		}
		bases := l.bases()
		b := newBrowser(bases[(x.number+try)%len(bases)])
		x.refused = ""
		if x.sent || x.answers(b, true) {
			l.done.Add(1)
			b.http.CloseIdleConnections()
			return true
		}
		if x.asked && strings.HasPrefix(x.refused, "409") && strings.Contains(x.refused, "Your answers are in") {
			x.sent = true // it was handed in, and the word of it was lost
			continue
		}
		l.trouble.Add(1)
		l.mu.Lock()
		l.kinds[x.refused[:min(3, len(x.refused))]]++
		l.mu.Unlock()
		time.Sleep(20 * time.Millisecond)
	}
}

// passes waits until so many more journeys are done.
func (l *load) passes(n int64) {
	l.t.Helper()
	want := l.done.Load() + n
	eventually(l.t, "people get their answers in", func() bool { return l.done.Load() >= want })
}

// ends waits until everybody has handed in, and checks that trouble was told as such: 503, or no answer at all.
func (l *load) ends() {
	l.t.Helper()
	ended := make(chan struct{})
	go func() { l.wg.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		close(l.stop)
		l.t.Fatalf("only %d people were done in a minute; %d tries failed: %v", l.done.Load(), l.trouble.Load(), l.kinds)
	}
	for kind, n := range l.kinds {
		if kind != "" && kind != "503" {
			l.t.Errorf("%d times status %s was the answer", n, kind)
		}
	}
	l.t.Logf("%d journeys, %d tries failed: %v", l.done.Load(), l.trouble.Load(), l.kinds)
}

// whole checks that all is there in the end, through a server.
func (w *world) whole(t *testing.T, base string) {
	t.Helper()
	m := &moment{T: t, world: w}
	m.findsAll(base)
	m.closes(base)
	m.counted()
}

func one(p *program) func() []string { return func() []string { return []string{p.base} } }
