package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/dbtest"
)

// logged is all that the program logs, at any level, with nothing covered.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func logging(t *testing.T) *logged {
	t.Helper()
	l, before := &logged{}, slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	return l
}

// everyRequestIsSlow has every request take a second, so that all that may be logged are.
func everyRequestIsSlow(s *apptest.Site) {
	var n atomic.Int64
	s.Kit.Slow, s.Kit.Now = time.Millisecond, func() time.Time { return s.Clock.Now().Add(time.Duration(n.Add(1)) * time.Second) }
}

func TestTheLogOfACountysDayNamesNobody(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	everyRequestIsSlow(s)
	log := logging(t)
	round := openRound(t, s, "taitorinki-pulse").Code
	never := []string{"shores.example", "apptest.example", "Mozilla", "127.0.0.1", "lang=", "q=Aino"}
	for _, role := range apptest.Roles() {
		r := s.Role(role).NotFollowing()
		for _, rt := range s.Kit.Routes() {
			if method, path := pathOf(rt.Pattern, round); method == http.MethodGet && !rt.Private {
				r.Get(path + "?q=Aino")
			}
		}
		r.Post("/nowhere/aino@shores.example", url.Values{"email": {"a1@shores.example"}})
		u, _ := url.Parse(s.URL)
		for _, c := range r.HTTP.Jar.Cookies(u) {
			never = append(never, c.Value)
		}
	}
	person := s.Anonymous()
	for _, l := range links(s)[:3] {
		person.Get(l).Want(t, 200)
		never = append(never, strings.TrimPrefix(l, "/v/"))
	}
	person.Post("/a/"+round+"/1", url.Values{"q_remote_5": {"4"}})
	never = append(never, staffNames(t, s)...)
	text := log.String()
	lines := strings.Count(text, "request slow")
	if lines < 500 {
		t.Errorf("only %d requests are logged", lines)
	}
	for _, x := range never {
		if x != "" && x != "en" && strings.Contains(text, x) {
			at := strings.Index(text, x)
			t.Errorf("%q stands in the log: ...%s...", x, text[max(0, at-200):min(len(text), at+100)])
		}
	}
	onlyKnown(t, text)
}

// staffNames are the names of all people.
func staffNames(t *testing.T, s *apptest.Site) []string {
	t.Helper()
	rows, err := s.DB.QueryContext(t.Context(), `SELECT name FROM persons WHERE name <> ''`)
	must(t, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var n string
		must(t, rows.Scan(&n))
		out = append(out, n)
	}
	must(t, rows.Err())
	if len(out) < 5 {
		t.Fatalf("only %d names", len(out))
	}
	return out
}

// onlyKnown checks that a request's line has no more than what a line may have, and nothing of a respondent's but a fault.
func onlyKnown(t *testing.T, text string) {
	t.Helper()
	known := regexp.MustCompile(`^(time|level|msg|route|status|took|request|reason|err|stack)$`)
	for line := range strings.Lines(text) {
		var x map[string]any
		must(t, json.Unmarshal([]byte(line), &x))
		if msg, _ := x["msg"].(string); !strings.HasPrefix(msg, "request ") {
			continue
		}
		for key := range x {
			if !known.MatchString(key) {
				t.Errorf("a line tells %s: %s", key, line)
			}
		}
		route, _ := x["route"].(string)
		if strings.Contains(route, "/a/{") || strings.Contains(route, "/v/{") || route == "private" && x["err"] == nil {
			t.Errorf("a respondent's request is logged: %s", line)
		}
	}
}

func TestAFaultIsFoundByTheNumberThatItsPageShows(t *testing.T) {
	s := apptest.New(t, dbtest.SQLite(t))
	log := logging(t)
	s.Kit.HandleOpen("GET /test/broken", func(http.ResponseWriter, *http.Request) error { return errors.New("the disk is full") })
	s.Kit.HandleOpen("GET /test/panics", func(http.ResponseWriter, *http.Request) error { panic("out of range") })
	for lang, words := range map[string]string{"fi": "kerro numero ", "sv": "uppge numret ", "en": "tell us the number "} {
		for path, cause := range map[string]string{"/test/broken": "the disk is full", "/test/panics": "out of range"} {
			r := s.Anonymous()
			r.Lang = lang
			p := r.Get(path).Want(t, 500, words)
			number := p.Header.Get("X-Request-Id")
			if !regexp.MustCompile(`^[0-9]{10}$`).MatchString(number) || !strings.Contains(p.Text(), words+number) {
				t.Errorf("%s in %s: the number is %q\n%s", path, lang, number, p.Text())
			}
			p.Without(t, cause)
			if !regexp.MustCompile(`"route":"GET ` + path + `".*"request":"` + number + `".*` + cause).MatchString(log.String()) {
				t.Errorf("%s is not logged with %s:\n%s", path, number, log)
			}
		}
	}
	s.Anonymous().Get("/nowhere").Want(t, 404).Without(t, "number")
}

func TestARespondentsRequestHasNoNumber(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	log := logging(t)
	everyRequestIsSlow(s)
	s.Kit.TrustedProxy = func(string) bool { return true }
	round := openRound(t, s, "taitorinki-pulse").Code
	s.Kit.HandlePrivate("GET /test/broken", func(http.ResponseWriter, *http.Request) error { return errors.New("the disk is full") })
	n := 0
	for _, rt := range s.Kit.Routes() {
		method, path := pathOf(rt.Pattern, round)
		if !rt.Private || strings.HasSuffix(path, "/events") {
			continue // a stream does not end by itself
		}
		n++
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set("X-Request-Id", "given-by-the-proxy")
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if id := w.Header().Get("X-Request-Id"); id != "" || strings.Contains(w.Body.String(), "tell us the number") {
			t.Errorf("%s has the number %q", rt.Pattern, id)
		}
	}
	if n < 20 {
		t.Errorf("only %d private routes", n)
	}
	text := log.String()
	if strings.Contains(text, "given-by-the-proxy") || strings.Contains(text, "request slow") || strings.Contains(text, "request refused") {
		t.Errorf("respondents' requests are logged:\n%s", text)
	}
	if strings.Count(text, "request failed") != 1 || !strings.Contains(text, `"route":"private","err":"the disk is full"}`) {
		t.Errorf("a fault of ours is logged as\n%s", text)
	}
}

func TestOnlyATrustedProxysNumberIsTaken(t *testing.T) {
	s := apptest.New(t, dbtest.SQLite(t))
	s.Kit.TrustedProxy = func(remote string) bool { return remote == "10.0.0.1" }
	for _, c := range []struct {
		from, given string
		taken       bool
	}{
		{"10.0.0.1:5555", "0f8a-11ee_b962", true}, {"10.0.0.2:5555", "0f8a-11ee_b962", false},
		{"10.0.0.1:5555", "short", false}, {"10.0.0.1:5555", strings.Repeat("a", 65), false}, {"10.0.0.1:5555", "aino@shores.example", false},
		{"10.0.0.1:5555", "12345678\nlevel=ERROR", false}, {"10.0.0.1:5555", "", false},
	} {
		r := httptest.NewRequest("GET", "/privacy", nil)
		r.RemoteAddr = c.from
		r.Header["X-Request-Id"] = []string{c.given}
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		got := w.Header().Get("X-Request-Id")
		if (got == c.given && got != "") != c.taken || got == "" {
			t.Errorf("%q from %s: the number is %q, want it taken %v", c.given, c.from, got, c.taken)
		}
	}
}

func BenchmarkARequest(b *testing.B) {
	for _, watched := range []bool{false, true} {
		name := "unwatched"
		if watched {
			name = "watched"
		}
		b.Run(name, func(b *testing.B) {
			s := apptest.New(b, dbtest.SQLite(b))
			s.Kit.Now = time.Now
			if watched {
				s.App.Watch()
			}
			h := s.Handler()
			for b.Loop() {
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/privacy", nil))
			}
		})
	}
}
