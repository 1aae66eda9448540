package live

import (
	"sync"
	"time"
)

// Guesses of codes, for the whole program: 50 a second find one of ten open rooms among 31^6 codes once in three weeks. Joining, for
// each room: two halls of 1,500 that take out their phones at once pass, and who makes up devices to vote more than once gets 600 a
// minute after that, whatever their addresses.
const (
	mostGuesses, guessesPerSecond = 500, 50
	mostJoins, joinsPerSecond     = 3000, 10
)

// paces limits how much one device, and one room, does a minute. It is in memory only, and the minute's end wipes it.
type paces struct {
	mu     sync.Mutex
	minute int64
	n      map[paceKey]int
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
