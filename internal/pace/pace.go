// Package pace holds back what comes faster than people do it: buckets that empty with each thing let through and fill with time.
//
// They are in memory: each process of several counts for itself, and a restart fills them. What must hold across processes belongs
// into the database.
package pace

import (
	"sync"
	"time"
)

// Bucket lets so much through: it holds at most most, and fills by perSecond. The zero value is full.
type Bucket struct {
	mu   sync.Mutex
	has  float64
	last time.Time
}

// Room reports whether there is something left, and takes it when take is set.
func (b *Bucket) Room(now time.Time, most, perSecond float64, take bool) bool {
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

// Each is a bucket for each of a few things by their number, such as the rooms that are open. The zero value is ready.
type Each struct {
	mu sync.Mutex
	of map[int64]*Bucket
}

// mostKept is how many buckets are kept at most; then all are forgotten, which fills them.
const mostKept = 1000

// Take reports whether the bucket of a thing lets one more through now, and counts it.
func (e *Each) Take(now time.Time, id int64, most, perSecond float64) bool {
	e.mu.Lock()
	b := e.of[id]
	if b == nil {
		if e.of == nil || len(e.of) >= mostKept {
			e.of = map[int64]*Bucket{}
		}
		b = &Bucket{}
		e.of[id] = b
	}
	e.mu.Unlock()
	return b.Room(now, most, perSecond, true)
}
