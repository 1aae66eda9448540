package main

import (
	"net/http"
	"sync"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/survey"
)

func TestAServerThatIsAskedToEndFinishesAndEndsWell(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		c := opened(t, url, 12)
		s := c.serve(t)
		sent := make([]bool, len(c.links))
		var wg sync.WaitGroup
		var once sync.Once
		begun := make(chan struct{})
		for i := range c.links {
			wg.Go(func() {
				_, sent[i] = c.respond(s, i)
				once.Do(func() { close(begun) })
			})
		}
		<-begun // the others are at it
		s.end()
		wg.Wait()
		c.close(t)
		c.countedAll(t, sent)
	})
}

func TestWhatWasAcknowledgedIsThereAfterThePowerWasCut(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		c := opened(t, url, 120)
		saved, sent := make([]bool, len(c.links)), make([]bool, len(c.links))
		for from := 0; from < len(c.links); from += 40 {
			c.answeredUntilCut(t, from, from+40, saved, sent)
		}
		if n := count(sent); n == 0 || n == len(sent) {
			t.Fatalf("%d of %d were acknowledged: the cut came at the wrong time", n, len(sent))
		}
		s := c.serve(t)
		for i, l := range c.links {
			p, err := s.client().get(l)
			must(t, err)
			switch {
			case p.status != http.StatusOK && p.status != http.StatusConflict:
				t.Errorf("link %d shows status %d", i, p.status)
			case sent[i] && p.status != http.StatusConflict:
				t.Errorf("link %d was sent and acknowledged, and shows status %d", i, p.status)
			case saved[i] && p.status == http.StatusOK:
				for item, value := range mark(i) {
					if !p.chose(item, value) {
						t.Errorf("link %d: the saved answer %s is lost", i, item)
					}
				}
			}
		}
		s.kill()
		c.close(t)
		c.countedAll(t, sent)
	})
}

// answeredUntilCut lets people answer, and cuts the power when most of them have begun.
func (c *fixture) answeredUntilCut(t *testing.T, from, to int, saved, sent []bool) {
	s := c.serve(t)
	next := make(chan int)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range next {
				saved[i], sent[i] = c.respond(s, i)
			}
		})
	}
	for i := from; i < to; i++ {
		if i == from+25 {
			go s.kill() // while the clients are at it
		}
		next <- i
	}
	close(next)
	wg.Wait()
	<-s.done
}

// moment reports whether the power is to be cut now, from how the round stands and how often it has been looked at since
// its closing was asked for.
type moment func(c *fixture, t *testing.T, stands survey.State, looks int) bool

var moments = []struct {
	name string
	come moment
}{
	{"as soon as it is asked for", func(*fixture, *testing.T, survey.State, int) bool { return true }},
	{"a little later", func(_ *fixture, _ *testing.T, _ survey.State, looks int) bool { return looks > 4 }},
	{"when answering has ended", func(_ *fixture, _ *testing.T, stands survey.State, _ int) bool { return stands != survey.Open }},
	{"when the responses stand", func(_ *fixture, _ *testing.T, stands survey.State, _ int) bool { return stands == survey.Closed }},
	{"when one key file is gone", func(c *fixture, t *testing.T, _ survey.State, _ int) bool { return len(c.keyFiles(t)) < 2 }},
}

func TestAClosingThatThePowerCutInterruptedIsFinished(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		c := opened(t, url, 500)
		for i, m := range moments {
			if i > 0 {
				c.open(t)
			}
			t.Run(m.name, func(t *testing.T) {
				sent := make([]bool, 20)
				s := c.serve(t)
				for i := range sent {
					_, sent[i] = c.respond(s, i)
				}
				found := c.cut(t, s, m.come)
				t.Logf("the cut found the round %s, with %d key files", found, len(c.keyFiles(t)))
				c.finished(t, found, sent)
			})
		}
	})
}

// cut asks for the closing, cuts the power at a moment of it, and returns how the round then stands.
func (c *fixture) cut(t *testing.T, s *server, come moment) survey.State {
	t.Helper()
	d, err := db.Open(c.url)
	must(t, err)
	defer d.Close()
	stands := func() survey.State {
		r, err := survey.RoundByID(t.Context(), d, c.round)
		must(t, err)
		return r.State
	}
	boss := c.coordinator(t, s)
	answered := make(chan struct{})
	go func() { defer close(answered); boss.post(c.closing(), nil) }()
	for looks, over := 0, false; !over && !come(c, t, stands(), looks); looks++ {
		select {
		case <-answered:
			over = true // it was faster than the looks
		default:
		}
	}
	s.kill()
	<-answered
	return stands()
}

// finished starts a server again, which finishes a closing that had begun, and checks that everything acknowledged is counted.
func (c *fixture) finished(t *testing.T, found survey.State, sent []bool) {
	t.Helper()
	again := c.serve(t)
	if c.state(t) == survey.Open {
		if found != survey.Open {
			t.Fatalf("the round was %s and is open again", found)
		}
		c.close(t)
	}
	if n := len(c.countedAll(t, sent)); n != count(sent) || n == 0 {
		t.Errorf("%d answers are counted, want the %d that were sent", n, count(sent))
	}
	again.end()
}

// On a server of its own the database goes on by itself for a moment when the program that speaks to it is dead.
func TestAClosingThatIsCutWhileItCountsIsFinishedOnPostgreSQL(t *testing.T) {
	t.Parallel()
	c := opened(t, dbtest.PostgresURL(t), 50)
	s := c.serve(t)
	sent := make([]bool, 20)
	for i := range sent {
		_, sent[i] = c.respond(s, i)
	}
	c.heldUp(t, func(waiting func(n int)) { // the closing comes to a stop in the middle of its transaction
		found := c.cut(t, s, func(*fixture, *testing.T, survey.State, int) bool { waiting(1); return true })
		if found != survey.Closing {
			t.Errorf("the cut found the round %s, want closing", found)
		}
	})
	c.finished(t, survey.Closing, sent)
}
