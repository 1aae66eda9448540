package live

import (
	"net/http"
	"time"

	"taitorinki/internal/errs"
)

const (
	heartbeat  = 15 * time.Second
	slowWriter = 20 * time.Second // who takes longer to take a message is gone
)

// stream sends a room's state whenever it changes. Each message is the whole state, so that nothing is lost or doubled by a
// connection that breaks; Last-Event-ID spares who has the newest already.
func (s *Service) stream(w http.ResponseWriter, r *http.Request) error {
	room, err := s.roomOf(r)
	if err != nil {
		return err
	}
	l, ok := s.listen(room.ID)
	if !ok {
		return errs.New(errs.Conflict, "live.not-open")
	}
	defer s.leave(l)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform") // compressed, messages would wait for each other
	h.Set("X-Accel-Buffering", "no")
	out := sender{w: w, to: http.NewResponseController(w)}
	// The server's own limits are for pages. A stream's reader says nothing, and each write has a limit of its own.
	out.to.SetReadDeadline(time.Time{})
	out.to.SetWriteDeadline(time.Time{})
	if out.send([]byte("retry: 2000\n\n")) != nil {
		return nil
	}
	return out.follow(r, l, parseVersion(r.Header.Get("Last-Event-ID")))
}

// follow sends until the reader goes away, or the program ends.
func (o sender) follow(r *http.Request, l *listener, has string) error {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		var message []byte
		select {
		case <-r.Context().Done():
			return nil
		case <-beat.C:
			message = []byte(":\n\n")
		case _, ok := <-l.wake:
			if !ok {
				return nil
			}
			f := l.room.now.Load()
			if f == nil || f.version == has {
				continue
			}
			has, message = f.version, f.bytes
		}
		if o.send(message) != nil {
			return nil // gone, which is nobody's fault
		}
	}
}

// sender writes to a stream.
type sender struct {
	w  http.ResponseWriter
	to *http.ResponseController
}

func (o sender) send(b []byte) error {
	late := time.AfterFunc(slowWriter, func() { o.to.SetWriteDeadline(time.Unix(1, 0)) })
	defer late.Stop()
	if _, err := o.w.Write(b); err != nil {
		return err
	}
	return o.to.Flush()
}
