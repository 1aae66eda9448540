package app_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/apptest"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// cached are the routes whose answers may be kept: they hold nothing of anybody.
var cached = []string{"GET /robots.txt", "GET /log/worker.js"}

// another is a platform that starts now on the same database, at an address of its own.
func another(t *testing.T, s *apptest.Site, base string) *app.App {
	t.Helper()
	a, err := app.New(app.Config{DB: s.DB, Mail: &mail.Recorder{}, Now: s.Clock.Now, BaseURL: base, Keys: s.Keys})
	must(t, err)
	return a
}

func TestEveryRouteSendsTheHeadersThatKeepABrowserSafe(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	round := openRound(t, s, "taitorinki-pulse").Code
	a, session := another(t, s, "https://county.example"), sessionOf(t, s)
	for _, rt := range append(s.Kit.Routes(), routeOf("GET /nowhere"), routeOf("GET /static/css/base.css")) {
		method, path := pathOf(rt.Pattern, round)
		for name, cookie := range map[string]string{"nobody": "", "an administrator": session} {
			r := httptest.NewRequest(method, path, nil)
			r.Header.Set("Cookie", cookie)
			if strings.HasSuffix(path, "/close") || strings.HasSuffix(path, "/sign-out") || strings.HasSuffix(path, "/everywhere") || strings.HasSuffix(path, "/events") && rt.Private {
				continue // they end what this test walks with, or do not end
			}
			w := httptest.NewRecorder()
			a.Handler().ServeHTTP(w, r)
			checkHeaders(t, fmt.Sprintf("%s as %s (%d)", rt.Pattern, name, w.Code), rt.Pattern, w.Result())
		}
	}
}

func checkHeaders(t *testing.T, what, pattern string, res *http.Response) {
	t.Helper()
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; ", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Permissions-Policy": "camera=(), microphone=(), geolocation=()", "Cross-Origin-Opener-Policy": "same-origin",
		"Strict-Transport-Security": "max-age=31536000", "Cache-Control": "no-store",
	}
	if slices.Contains(cached, pattern) || strings.HasPrefix(pattern, "GET /static/") {
		delete(want, "Cache-Control")
	}
	for name, begin := range want {
		if got := res.Header.Get(name); !strings.HasPrefix(got, begin) {
			t.Errorf("%s: %s is %q, want %q", what, name, got, begin)
		}
	}
	policy := res.Header.Get("Content-Security-Policy")
	for _, part := range []string{"frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("%s: the policy lacks %s", what, part)
		}
	}
	for _, c := range res.Header.Values("Set-Cookie") {
		if !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "Secure") || !strings.Contains(c, "SameSite=") {
			t.Errorf("%s sets %s", what, c)
		}
	}
}

// sessionOf is the cookie of a session of somebody with every role.
func sessionOf(t *testing.T, s *apptest.Site) string {
	t.Helper()
	for _, role := range people.Roles {
		s.Grant("all@shores.example", role, "")
	}
	r := s.As("all@shores.example")
	u, err := url.Parse(s.URL)
	must(t, err)
	for _, c := range r.HTTP.Jar.Cookies(u) {
		if c.Name == "session" {
			return c.Name + "=" + c.Value
		}
	}
	t.Fatal("no session")
	return ""
}

// endless is a body of so many bytes, of which it counts those that are read.
type endless struct{ left, read int64 }

func (e *endless) Read(b []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(b)), e.left)
	clear(b[:n])
	e.left, e.read = e.left-n, e.read+n
	return int(n), nil
}

const enough = 100 << 20 // more than any route takes, in bytes

func TestEveryRouteThatTakesSomethingRefusesTooMuchOfIt(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	round := openRound(t, s, "taitorinki-pulse").Code
	cookie, walked := sessionOf(t, s), 0
	for _, rt := range s.Kit.Routes() {
		method, path := pathOf(rt.Pattern, round)
		if method == http.MethodGet {
			continue
		}
		walked++
		for _, kind := range []string{"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"} {
			body := &endless{left: enough}
			r := httptest.NewRequest(method, path, body)
			r.ContentLength = enough
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Cookie", cookie)
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, r)
			if w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), "<h1") {
				t.Errorf("%s with %d MB of %s: status %d\n%.300s", rt.Pattern, enough>>20, kind, w.Code, w.Body)
			}
			if body.read > 40<<20 {
				t.Errorf("%s reads %d MB of %s", rt.Pattern, body.read>>20, kind)
			}
		}
	}
	if walked < 50 {
		t.Errorf("only %d routes take something", walked)
	}
}

func TestABodyThatDoesNotTellItsSizeIsNotReadToTheEnd(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	round := openRound(t, s, "taitorinki-pulse").Code
	cookie := sessionOf(t, s)
	for _, rt := range s.Kit.Routes() {
		method, path := pathOf(rt.Pattern, round)
		if method == http.MethodGet || strings.HasSuffix(path, "/close") || strings.Contains(path, "/sign-out") {
			continue // they end what this test walks with
		}
		for _, kind := range []string{"application/x-www-form-urlencoded", "application/json"} {
			body := &endless{left: enough}
			r := httptest.NewRequest(method, path, body)
			r.ContentLength = -1
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Cookie", cookie)
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, r)
			if body.read > 40<<20 {
				t.Errorf("%s reads %d MB of %s", rt.Pattern, body.read>>20, kind)
			}
			if kind != "application/json" && w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusRequestEntityTooLarge {
				t.Errorf("%s takes a form without end: status %d", rt.Pattern, w.Code)
			}
		}
	}
}

func TestWhoSendsAFileThatIsTooLargeReadsWhyItWasRefused(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	boss := s.Role(people.Administrator)
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	f, err := w.CreateFormFile("people", "people.csv")
	must(t, err)
	_, err = f.Write(make([]byte, 70<<20))
	must(t, err)
	must(t, w.Close())
	for name, body := range map[string]io.Reader{"a size": &form, "no size": io.MultiReader(bytes.NewReader(form.Bytes()))} {
		req, err := http.NewRequest(http.MethodPost, s.URL+"/people/import", body)
		must(t, err)
		req.Header.Set("Content-Type", w.FormDataContentType())
		start := time.Now()
		boss.Do(req).Want(t, 422, "too large")
		t.Logf("told with %s after %v", name, time.Since(start).Round(time.Millisecond))
	}
}

func routeOf(pattern string) web.Route { return web.Route{Pattern: pattern} }
