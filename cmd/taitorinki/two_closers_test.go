package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/survey"
)

func TestServersThatStartAtOnceFinishAnInterruptedClosingTogether(t *testing.T) {
	t.Parallel()
	c := opened(t, dbtest.PostgresURL(t), 24)
	for trial := range 3 {
		if trial > 0 {
			c.open(t)
		}
		sent := make([]bool, 10)
		s := c.serve(t)
		for i := range sent {
			_, sent[i] = c.respond(s, i)
		}
		c.heldUp(t, func(waiting func(n int)) {
			c.cut(t, s, func(*fixture, *testing.T, survey.State, int) bool { waiting(1); return true })
		})
		var servers pair
		c.heldUp(t, func(waiting func(n int)) {
			for i := range servers {
				servers[i] = starting(t, c.url, c.keys, c.smtp)
			}
			waiting(2)
		})
		for _, s := range servers {
			s.ready()
		}
		if n := len(c.countedAll(t, sent)); n != count(sent) {
			t.Errorf("%d answers are counted, %d were acknowledged", n, count(sent))
		}
		for _, s := range servers {
			s.end()
		}
	}
}

func TestARoundMayBeClosedThroughTwoServersAtOnce(t *testing.T) {
	t.Parallel()
	c := opened(t, dbtest.PostgresURL(t), 24)
	servers := c.servePair(t)
	boss := c.coordinator(t, servers[0])
	for trial := range 8 {
		if trial > 0 {
			c.open(t)
		}
		var wg sync.WaitGroup
		for _, s := range servers {
			wg.Go(func() { c.closedBy(t, boss.through(s)) })
		}
		wg.Wait()
		c.counted(t)
	}
	for _, s := range servers {
		s.end()
	}
}

func TestNoKeyComesBackThroughAServerThatNeedsItWhileAnotherDestroysIt(t *testing.T) {
	t.Parallel()
	c := opened(t, dbtest.PostgresURL(t), 24)
	servers := c.servePair(t)
	boss := c.coordinator(t, servers[0])
	for trial := range 12 {
		if trial > 0 {
			c.open(t)
		}
		closed := make(chan struct{})
		go func() { defer close(closed); c.closedBy(t, boss) }()
		for len(c.keyFiles(t)) == 2 && !t.Failed() { // until the first copy goes
		}
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				if p, err := servers[1].client().get(c.links[i]); err != nil || !p.over() {
					t.Errorf("a link while closing: %d %v\n%s", p.status, err, p.body)
				}
			})
		}
		wg.Wait()
		<-closed
		c.counted(t)
	}
	for _, s := range servers {
		s.end()
	}
}

func TestTheFeedbackIsShownThroughoutTheClosing(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		c := opened(t, url, 24)
		s := c.serve(t)
		boss := c.coordinator(t, s)
		for trial := range 4 {
			if trial > 0 {
				c.open(t)
			}
			readers := make([]*respondent, 6)
			for i := range readers {
				r, form := c.filledIn(t, s, i)
				if p, err := r.send(s, form); err != nil || !acknowledged(p) {
					t.Fatalf("sending: %d %v", p.status, err)
				}
				readers[i] = r
			}
			closed := make(chan struct{})
			var wg sync.WaitGroup
			for _, r := range readers {
				wg.Go(func() {
					for over := false; !over; {
						select {
						case <-closed:
							over = true // and one look more
						default:
						}
						if p, err := r.get(r.path("feedback")); err != nil || p.status != http.StatusOK || !strings.Contains(p.body, "Your own feedback") {
							t.Errorf("the feedback: %d %v\n%s", p.status, err, p.body)
							return
						}
					}
				})
			}
			c.closedBy(t, boss)
			close(closed)
			wg.Wait()
		}
		s.end()
	})
}
