package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/i18n"
)

// Where somebody is led after signing in is a page of ours, whatever a link says.
func FuzzLocal(f *testing.F) {
	k := NewKit(i18n.Words{}, NewSessions(dbtest.SQLite(f), time.Now, false))
	page := func(http.ResponseWriter, *http.Request) error { return nil }
	k.Handle("GET /people/{id}", SignedIn, page)
	k.HandleOpen("GET /e/{code}", page)
	k.HandlePrivate("GET /v/{code}", page)
	for _, s := range []string{"", "/", "/people/1", "//evil.example", "/\\evil.example", "/people/1?x=1", "/people/../v/x", "/v/secret", "https://evil.example", "/people/%2f%2fevil", "/e/a\r\nSet-Cookie: x", "/e/\x00", "/people//", "/e/ä"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		got := k.Local(path)
		if got == "" {
			return
		}
		u, err := url.Parse(got)
		if got != path || err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n\x00 ") || strings.HasPrefix(u.Path, "/v/") {
			t.Fatalf("%q leads to %q (%v)", path, got, err)
		}
	})
}
