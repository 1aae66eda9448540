package app_test

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
)

var href = regexp.MustCompile(`href="(/[^"#]*)`)

// Links that end or change something, or whose place is shown elsewhere.
var notFollowed = regexp.MustCompile(`^/static/|[?&]lang=|^/sign-in`)

func TestEveryLinkOnAPageLeadsSomewhere(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	closed := openRound(t, s, "taitorinki-pulse")
	for i, l := range links(s)[:12] {
		answer(t, s, l, i)
	}
	must(t, s.Survey.CloseRound(t.Context(), closed.ID, 0))
	open := openRound(t, s, "taitorinki-pulse")
	for _, role := range apptest.Roles() {
		t.Run(role, func(t *testing.T) {
			seen := follow(t, s.Role(role), "/")
			if role == people.Coordinator {
				for _, want := range []string{"", "/slips", "/reminders", "/tell", "/extend", "/close", "/pace"} {
					if path := fmt.Sprintf("/rounds/%d%s", open.ID, want); !seen[path] {
						t.Errorf("no link leads to %s", path)
					}
				}
			}
		})
	}
}

// follow walks every link that can be reached from a page, and returns where it came.
func follow(t *testing.T, r *apptest.Reader, from string) map[string]bool {
	t.Helper()
	seen, next := map[string]bool{from: true}, []string{from}
	for len(next) > 0 && len(seen) < 500 {
		path := next[0]
		next = next[1:]
		p := r.Get(path)
		if p.Status != 200 {
			t.Errorf("%s: status %d", path, p.Status)
		}
		if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			continue
		}
		for _, m := range href.FindAllStringSubmatch(p.Body, -1) {
			to := html.UnescapeString(m[1])
			if !seen[to] && !notFollowed.MatchString(to) {
				seen[to] = true
				next = append(next, to)
			}
		}
	}
	return seen
}
