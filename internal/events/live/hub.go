package live

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// How often a room is read and told: at most every quarter of a second, and with many listeners and long questions more seldom,
// so that a process sends 25 MB a second at most. Without any notice it is read every 5 seconds while somebody listens: a notice
// of another process may have been lost with that process.
const (
	tellPause  = 250 * time.Millisecond
	tellBytes  = 25 << 20
	lookAnyway = 5 * time.Second
)

// hub knows, in this process, which rooms are listened to. Its zero value is ready.
type hub struct {
	mu     sync.Mutex
	rooms  map[int64]*roomHub
	closed bool
	work   sync.WaitGroup // those who read rooms
}

// roomHub reads one room for all who listen to it here.
type roomHub struct {
	id        int64
	dirty     chan struct{} // the database has changed
	tell      atomic.Bool   // it was this process that changed it
	listeners map[*listener]bool
	now       atomic.Pointer[frame]
}

// listener is one stream. It is woken when there is a newer state, and takes the newest: a slow one skips those between.
type listener struct {
	room *roomHub
	wake chan struct{}
}

// at is a room's hub; the caller holds mu.
func (s *Service) at(room int64) *roomHub {
	h := &s.hub
	if h.rooms == nil {
		h.rooms = map[int64]*roomHub{}
	}
	x := h.rooms[room]
	if x == nil {
		x = &roomHub{id: room, dirty: make(chan struct{}, 1), listeners: map[*listener]bool{}}
		h.rooms[room] = x
		h.work.Go(func() { s.serve(x) })
	}
	return x
}

// listen begins a stream; ok is false when the program is about to end.
func (s *Service) listen(room int64) (l *listener, ok bool) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if s.hub.closed {
		return nil, false
	}
	l = &listener{room: s.at(room), wake: make(chan struct{}, 1)}
	l.room.listeners[l] = true
	if l.room.now.Load() != nil {
		l.wake <- struct{}{}
	}
	l.room.stir()
	return l, true
}

// Listeners is how many streams this process sends.
func (s *Service) Listeners() (n int) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for _, x := range s.hub.rooms {
		n += len(x.listeners)
	}
	return n
}

func (s *Service) leave(l *listener) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	delete(l.room.listeners, l)
	l.room.stir()
}

// close ends all streams, and waits until nobody reads the database any more.
func (h *hub) close() {
	h.endStreams()
	h.work.Wait()
}

func (h *hub) endStreams() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, x := range h.rooms {
		for l := range x.listeners {
			close(l.wake)
			delete(x.listeners, l)
		}
		x.stir()
	}
}

func (x *roomHub) stir() {
	select {
	case x.dirty <- struct{}{}:
	default:
	}
}

// changed notes that this process has changed a room. The others learn of it with the next look.
func (s *Service) changed(room int64) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if s.hub.closed {
		return // the others look every few seconds anyway
	}
	x := s.at(room)
	x.tell.Store(true)
	x.stir()
}

// heard is told what the database says of changes: a room's number, or "" when notices may have been lost.
func (s *Service) heard(payload string) {
	room, _ := strconv.ParseInt(payload, 10, 64)
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for id, x := range s.hub.rooms {
		if payload == "" || id == room {
			x.stir()
		}
	}
}

// serve reads a room when it has changed and tells the listeners, until there are none.
func (s *Service) serve(x *roomHub) {
	ctx := context.Background()
	for {
		if x.tell.Swap(false) {
			if err := db.Notify(ctx, s.DB, channel, strconv.FormatInt(x.id, 10)); err != nil {
				slog.Warn("other processes are not told of a live room's change", "err", err)
			}
		}
		n := s.listening(x)
		if n > 0 {
			s.lookAt(ctx, x)
		} else if s.drop(x) {
			return
		}
		time.Sleep(pauseFor(n, x.now.Load()))
		select {
		case <-x.dirty:
		case <-time.After(lookAnyway):
		}
	}
}

// pauseFor is how long a room rests after it was told.
func pauseFor(listeners int, f *frame) time.Duration {
	if f == nil {
		return tellPause
	}
	return max(tellPause, time.Duration(listeners*len(f.bytes))*time.Second/tellBytes)
}

func (s *Service) listening(x *roomHub) int {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return len(x.listeners)
}

// drop forgets a room that nobody listens to and that nobody has changed meanwhile.
func (s *Service) drop(x *roomHub) bool {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if !s.hub.closed && (len(x.listeners) > 0 || x.tell.Load()) {
		return false
	}
	delete(s.hub.rooms, x.id)
	return true
}

// lookAt reads a room and wakes the listeners if its state is another. A database that does not answer is asked again.
func (s *Service) lookAt(ctx context.Context, x *roomHub) {
	f, err := s.look(ctx, x.id)
	if err != nil {
		if errs.KindOf(err) == errs.Internal {
			slog.Error("a live room cannot be read", "err", err)
		}
		return
	}
	if old := x.now.Load(); old != nil && old.version == f.version {
		return
	}
	x.now.Store(f)
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for l := range x.listeners {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}
