package live

import (
	"sync"
	"time"
)

// bucket lets so much through: it holds at most most, and fills by perSecond.
type bucket struct {
	mu   sync.Mutex
	has  float64
	last time.Time
}

// room reports whether there is something left, and takes it when take is set.
func (b *bucket) room(now time.Time, most, perSecond float64, take bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.last.IsZero() {
		b.has = most
	} else if d := now.Sub(b.last).Seconds(); d > 0 {
		b.has = min(most, b.has+d*perSecond)
	}
	b.last = now
	if b.has < 1 {
		return false
	}
	if take {
		b.has--
	}
	return true
}

// Guesses of codes, for the whole program: 50 a second find one of ten open rooms among 31^6 codes once in three weeks. Joining:
// a hall of 1,500 that takes out its phones at once passes, and who makes up devices to vote twice is held up.
const (
	mostGuesses, guessesPerSecond = 500, 50
	mostJoins, joinsPerSecond     = 3000, 100
)

// paces limits how much one device, and one room, does a minute. It is in memory only, and the minute's end wipes it.
type paces struct {
	mu     sync.Mutex
	minute int64
	n      map[paceKey]int
	joins  map[int64]*bucket
}

type paceKey struct {
	room   int64
	device Device // zero: the room as a whole
	what   string
}

// What a minute may bring, by what it is: from one device, and to one room.
var most = map[string]struct{ device, room int }{
	"ask":    {6, 600},
	"vote":   {120, 1_000_000},
	"answer": {60, 1_000_000},
}

// let reports whether a device may do something once more in this minute.
func (p *paces) let(now time.Time, room int64, d Device, what string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m := now.Unix() / 60; m != p.minute || p.n == nil {
		p.minute, p.n = m, map[paceKey]int{}
	}
	own, all := paceKey{room, d, what}, paceKey{room, Device{}, what}
	if p.n[own] >= most[what].device || p.n[all] >= most[what].room {
		return false
	}
	p.n[own]++
	p.n[all]++
	return true
}

// join reports whether one more device may join a room now.
func (p *paces) join(now time.Time, room int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.joins == nil || len(p.joins) > 1000 {
		p.joins = map[int64]*bucket{}
	}
	b := p.joins[room]
	if b == nil {
		b = &bucket{}
		p.joins[room] = b
	}
	return b.room(now, mostJoins, joinsPerSecond, true)
}
