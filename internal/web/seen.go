package web

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// Seen is what is told of a request once it has been answered, for counting. There is no path, no query, no address and no person
// in it, and of respondents' requests not even the route.
type Seen struct {
	Route  string // the pattern's path; PrivateRoute for all respondents' routes together, NoRoute where none fits
	Method string // that of the pattern, "any" where it names none, as it does not for respondents' routes
	Status int
	Took   time.Duration
}

// PrivateRoute stands for all routes of respondents, and NoRoute for requests that no route takes.
const (
	PrivateRoute = "private"
	NoRoute      = "none"
)

// InFlight is how many requests are being answered, streams of live rooms among them.
func (k *Kit) InFlight() int64 { return k.busy.Load() }

// answer is what a request is answered with, and what went wrong.
type answer struct {
	http.ResponseWriter
	body   io.Reader // of the request, whatever bounds it
	status int
	err    error
	key    string // the message of a request that was refused
	stack  []byte
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) id() string { return a.Header().Get(numberHeader) }

// stream reports whether the answer lasts as long as somebody listens.
func (a *answer) stream() bool {
	return strings.HasPrefix(a.Header().Get("Content-Type"), "text/event-stream")
}

// answerOf finds the answer below what others have wrapped around it, nil when there is none.
func answerOf(w http.ResponseWriter) *answer {
	for {
		switch x := w.(type) {
		case *answer:
			return x
		case interface{ Unwrap() http.ResponseWriter }:
			w = x.Unwrap()
		default:
			return nil
		}
	}
}

// tell counts a request and logs it when it failed, was refused or was slow.
func (k *Kit) tell(r *http.Request, a *answer, took time.Duration) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	s := k.seen(r.Pattern, a.status, took)
	if k.Seen != nil && !a.stream() {
		k.Seen(s)
	}
	if errors.Is(a.err, context.Canceled) && r.Context().Err() != nil {
		return // whoever asked has gone away
	}
	if s.Route == PrivateRoute {
		if a.status >= 500 {
			slog.ErrorContext(r.Context(), "request failed", "route", PrivateRoute, "err", a.err)
		}
		return
	}
	k.log(r.Context(), r.Pattern, a, s)
}

func (k *Kit) seen(pattern string, status int, took time.Duration) Seen {
	s := Seen{Route: NoRoute, Method: "any", Status: status, Took: took}
	switch method, path, has := strings.Cut(pattern, " "); {
	case k.private[pattern]:
		s.Route = PrivateRoute
	case has:
		s.Route, s.Method = path, method
	}
	return s
}

// log writes down a request that failed, was refused or was slow, by its route's pattern and not by its path: that may hold a token.
func (k *Kit) log(ctx context.Context, pattern string, a *answer, s Seen) {
	slow := k.Slow > 0 && s.Took >= k.Slow && !a.stream()
	level, text := slog.LevelInfo, "request refused"
	switch {
	case a.err != nil && a.status >= 500 || a.stack != nil: // not /readyz, which says itself what is wrong
		level, text = slog.LevelError, "request failed"
	case slow:
		level, text = slog.LevelWarn, "request slow"
	case a.status < 400 || a.key == "":
		return
	case s.Route == NoRoute:
		level = slog.LevelDebug // anybody can ask for what there is not, and many do
	}
	with := []any{"route", pattern, "status", a.status, "took", s.Took.Round(100 * time.Microsecond), "request", a.id()}
	switch {
	case level == slog.LevelError:
		with = append(with, "err", a.err)
	case a.key != "":
		with = append(with, "reason", a.key)
	}
	if a.stack != nil {
		with = append(with, "stack", string(a.stack))
	}
	slog.Log(ctx, level, text, with...)
}

const numberHeader = "X-Request-Id"

// looksLikeNumber is what a proxy's number may look like: nothing that names a person, such as an address, and nothing long.
var looksLikeNumber = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// numbered gives each request a number, which stands in the log beside its failure and can be told by whoever saw the error's page.
// Respondents' requests have none: it would say which of them belong together, here or in a proxy's log.
func (k *Kit) numbered(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(numberHeader, k.number(r))
		h.ServeHTTP(w, r)
	})
}

func (k *Kit) number(r *http.Request) string {
	if given := r.Header.Get(numberHeader); given != "" && k.TrustedProxy != nil && looksLikeNumber.MatchString(given) {
		if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil && k.TrustedProxy(host) {
			return given
		}
	}
	var b [8]byte
	rand.Read(b[:])                                                    // never fails
	return fmt.Sprintf("%010d", binary.NativeEndian.Uint64(b[:])%1e10) // ten digits can be read out on the telephone
}
