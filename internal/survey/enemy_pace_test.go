package survey_test

import (
	"math/rand/v2"
	"sort"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

// The pace of people: some answer at a time, and each thinks before every step. The time that people spend is what no store
// can hide; here it says nothing of what they answer.
const (
	atOnce   = 4
	thinking = 3 * time.Second // in the middle
)

// atThePaceOfPeople lets people play on both engines, in a bubble whose clock goes on only when everybody in it waits for it;
// the attack on what is left of that comes afterwards.
func atThePaceOfPeople[T any](t *testing.T, play func(t *testing.T, d *db.DB) T, attack func(t *testing.T, played T)) {
	t.Helper()
	dbtest.RunURL(t, func(t *testing.T, url string) {
		var played T
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)))
			d, err := db.Open(url)
			must(t, err)
			t.Cleanup(func() { d.Close() })
			played = play(t, d)
		})
		attack(t, played)
	})
}

// answer lets people answer.
func (c *campaign) answer(who []*respondent) {
	next := make(chan *respondent)
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for r := range next {
				answer := func() {
					r.from = c.spy.length()
					for _, step := range c.steps(r) {
						time.Sleep(time.Duration(rand.Float64() * 2 * float64(thinking)))
						step()
					}
					r.to = c.spy.length()
				}
				if c.around == nil {
					answer()
				} else {
					c.around(r, answer)
				}
			}
		})
	}
	over := make(chan bool)
	go c.watch(over)
	for _, r := range who {
		next <- r
	}
	close(next)
	all.Wait()
	over <- true
}

// glance is how long the log was at a time.
type glance struct {
	length int64
	time   int64 // microseconds
}

// watch looks at the log again and again, so that the enemy knows when each row was written.
func (c *campaign) watch(over chan bool) {
	for {
		c.seen = append(c.seen, glance{c.spy.length(), time.Now().UnixMicro()})
		select {
		case <-time.After(thinking / 10):
		case <-over:
			return
		}
	}
}

// watched is the part of the round's log that was written while a respondent answered.
func (c *campaign) watched(r *respondent) watched {
	rows := func(length int64) int {
		return sort.Search(len(c.rows), func(i int) bool { return c.rows[i].at >= length })
	}
	return watched{rows(r.from), rows(r.to)}
}
