package survey

import (
	"context"
	"crypto/rand"
	"log/slog"
	mrand "math/rand/v2"
	"sync"
	"time"

	"taitorinki/internal/survey/seal"
)

// cover hides how many questions a respondent skipped from whoever watches the database's log. Answers saved one by one
// are rows one by one, so a skipped question would be a row too few. For each question that is passed over, a row that
// stands for nothing follows: not at once, which would tell just what it hides, but at the pace at which people have
// answered of late, while the respondent goes on.
type cover struct {
	mu      sync.Mutex
	pace    [64]time.Duration // between two saves of one respondent, the latest of them
	seen    int
	waiting map[*time.Timer]debt
	writing int        // rows that are being written
	written *sync.Cond // one of them is; nil before the first
}

// started makes what the first row needs. It is called under the lock.
func (c *cover) started() {
	if c.waiting == nil {
		c.waiting = map[*time.Timer]debt{}
	}
	if c.written == nil {
		c.written = sync.NewCond(&c.mu)
	}
}

func (c *cover) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing--
	c.written.Broadcast()
}

const (
	usualPace = 3 * time.Second // until the first respondents have shown theirs
	longPause = 30 * time.Second
)

// observe takes note of the time between two saves of one respondent.
func (c *cover) observe(since time.Duration) {
	if since <= 0 || since > longPause {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pace[c.seen%len(c.pace)] = since
	c.seen++
}

func (c *cover) gap() time.Duration {
	if n := min(c.seen, len(c.pace)); n > 0 {
		return c.pace[mrand.IntN(n)]
	}
	return time.Duration(mrand.Float64() * 2 * float64(usualPace))
}

// debt is rows that still have to follow in a round, one after the other as a respondent's own do.
type debt struct {
	round   int64
	size, n int
}

// owe lets n rows follow in a round whose sealed states have the given size.
func (s *Service) owe(round int64, size, n int) {
	if n > 0 {
		s.follow(debt{round, size, n})
	}
}

func (s *Service) follow(d debt) {
	c := &s.cover
	c.mu.Lock()
	defer c.mu.Unlock()
	c.started()
	var t *time.Timer
	// A little faster than the respondent, so that little follows the end.
	t = time.AfterFunc(c.gap()*3/4, func() {
		c.mu.Lock()
		_, mine := c.waiting[t]
		delete(c.waiting, t)
		if mine {
			c.writing++
		}
		c.mu.Unlock()
		if !mine {
			return
		}
		defer c.done()
		// The next one is due from now, as the respondent goes on while this one is written.
		if next := (debt{d.round, d.size, d.n - 1}); next.n > 0 {
			s.follow(next)
		}
		s.writeCover(d)
	})
	c.waiting[t] = d
}

// writeCover adds a row that stands for nothing. When the round has closed meanwhile it adds none.
func (s *Service) writeCover(d debt) {
	var id seal.StateID
	sealed := make([]byte, d.size)
	rand.Read(id[:])
	rand.Read(sealed)
	if _, err := s.writeState(context.Background(), d.round, id, sealed); err != nil {
		slog.Error("a covering row was not written", "err", err)
	}
}

// Settle writes at once the covering rows that are still to come. It is called before the process ends.
func (s *Service) Settle() {
	c := &s.cover
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.started(); ; {
		for c.writing > 0 {
			c.written.Wait()
		}
		all := c.waiting
		c.waiting = map[*time.Timer]debt{}
		if len(all) == 0 {
			return
		}
		c.mu.Unlock()
		for t, d := range all {
			t.Stop()
			for range d.n {
				s.writeCover(d)
			}
		}
		c.mu.Lock()
	}
}
