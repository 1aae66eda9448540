package web

import (
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// alikeFor is how long a drawn page may be shown after another server has changed what it says.
const alikeFor = 2 * time.Second

// alike keeps the last drawing of pages that everybody without a session sees alike.
type alike struct {
	changes atomic.Int64 // how many requests of this process may have changed what the pages say
	drawn   sync.Map     // alikeKey to drawing
}

type alikeKey struct{ pattern, lang string }

type drawing struct {
	body    []byte
	length  []string
	at      time.Time
	changes int64
}

// HandleAlike adds an open page that is drawn alike, but for the language, for all who have no session and give no query. Its
// drawing is shown to them again until any signed-in or open request of this process has changed something, and for two
// seconds at most, because another server may have.
func (k *Kit) HandleAlike(pattern string, h Handler) {
	drawAnew := k.route(Route{Pattern: pattern}, h)
	k.mux.Handle(pattern, k.numbered(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie(k.Sessions.Cookie.Name); err == nil || r.URL.RawQuery != "" || r.ContentLength != 0 {
			drawAnew.ServeHTTP(w, r)
			return
		}
		key, changes, now := alikeKey{pattern, k.Lang(r)}, k.alike.changes.Load(), k.Now()
		if known, ok := k.alike.drawn.Load(key); ok {
			if d := known.(drawing); d.changes == changes && now.Sub(d.at).Abs() < alikeFor {
				d.show(w, r)
				return
			}
		}
		kept := &copied{ResponseWriter: w}
		drawAnew.ServeHTTP(kept, r)
		if kept.status == http.StatusOK && len(kept.body) > 0 && w.Header().Get("Set-Cookie") == "" {
			k.alike.drawn.Store(key, drawing{kept.body, []string{strconv.Itoa(len(kept.body))}, now, changes})
		}
	})))
}

var (
	htmlPage   = []string{"text/html; charset=utf-8"}
	notKept    = []string{noStore}
	varyCookie = []string{"Cookie"} // as the session's middleware says
)

func (d drawing) show(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["Vary"], h["Content-Length"] = htmlPage, notKept, varyCookie, d.length
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(d.body) // an error means that the reader went away
	}
}

// copied keeps what is written through it.
type copied struct {
	http.ResponseWriter
	status int
	body   []byte
}

func (c *copied) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *copied) Write(b []byte) (int, error) {
	c.body = append(c.body, b...)
	return c.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (c *copied) Unwrap() http.ResponseWriter { return c.ResponseWriter }
