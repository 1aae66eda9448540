package survey

import (
	"sync"
	"time"

	"taitorinki/internal/survey/seal"
)

// slotMemory remembers for a second what slots held, sealed as they are, so that the page that follows a saved one is
// shown without asking the database again. It is used where this server is alone on its database. A write replaces a
// slot only if the slot still holds what was read, so an old memory costs a second look and never an answer.
type slotMemory struct {
	mu    sync.Mutex
	slots map[slotKey]remembrance
}

type slotKey struct {
	round string
	id    seal.BallotID
}

type remembrance struct {
	slot slot
	at   time.Time
}

const (
	slotMemoryTime = time.Second // an operator's command may close the round meanwhile
	slotMemoryMost = 20_000
)

func (m *slotMemory) get(k slotKey, now time.Time) (slot, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.slots[k]
	age := now.Sub(r.at)
	return r.slot, ok && age >= 0 && age < slotMemoryTime
}

func (m *slotMemory) put(k slotKey, x slot, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.slots == nil || len(m.slots) >= slotMemoryMost {
		m.slots = map[slotKey]remembrance{}
	}
	m.slots[k] = remembrance{x, now}
}

func (m *slotMemory) forget(k slotKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.slots, k)
}

func (m *slotMemory) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.slots = nil
}
