package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

var parameter = regexp.MustCompile(`\{[a-z]+\.*\$?\}`)

// pathOf fills a pattern with what exists, so that a route is refused for the role and not for the thing.
func pathOf(pattern, round string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	path = strings.ReplaceAll(path, "{$}", "")
	path = strings.ReplaceAll(path, "{code}", round)
	path = strings.ReplaceAll(path, "{round}", round)
	return method, parameter.ReplaceAllString(path, "1")
}

func TestEveryRouteIsOpenToExactlyTheRolesThatTheTableNames(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		round := openRound(t, s, "taitorinki-pulse").Code
		readers := map[string]*apptest.Reader{"nobody": s.Anonymous().NotFollowing()}
		for _, role := range apptest.Roles() {
			readers[role] = s.Role(role).NotFollowing()
		}
		walked := 0
		for _, rt := range s.Kit.Routes() {
			method, path := pathOf(rt.Pattern, round)
			if rt.Private || path == "/sign-out" || path == "/sign-out/everywhere" || strings.HasSuffix(path, "/close") && method == "POST" {
				continue // they end what this test walks with; their guard is tested by its own
			}
			for role, r := range readers {
				walked++
				p := visit(r, method, path)
				if p.Status >= 500 {
					t.Errorf("%s as %q: status %d\n%s", rt.Pattern, role, p.Status, p.Text())
				}
				if got, want := refusal(p), expected(rt, method, role); got != want {
					t.Errorf("%s as %q: status %d to %q: %s, want %s", rt.Pattern, role, p.Status, p.Header.Get("Location"), word[got], word[want])
				}
			}
		}
		if walked < 300 {
			t.Errorf("only %d visits", walked)
		}
	})
}

func TestWhatEndsSomethingIsRefusedToEverybodyWhoMayNot(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		r := openRound(t, s, "taitorinki-pulse")
		path := fmt.Sprintf("/rounds/%d/close", r.ID)
		s.Anonymous().Post(path, nil).Want(t, 403)
		s.Anonymous().Post("/sign-out/everywhere", nil).Want(t, 403)
		for _, role := range apptest.Roles() {
			if !slices.Contains(people.Actions(role), people.ManageRounds) {
				s.Role(role).Post(path, nil).Want(t, 403)
			}
		}
		s.Anonymous().Get(links(s)[0]).Want(t, 200)
	})
}

const (
	let = iota
	toSignIn
	refused
)

var word = []string{"let in", "led to the sign-in", "refused"}

func visit(r *apptest.Reader, method, path string) *apptest.Page {
	if method == http.MethodPost {
		return r.Post(path, url.Values{})
	}
	return r.Get(path)
}

func refusal(p *apptest.Page) int {
	switch {
	case p.Status == http.StatusSeeOther && strings.HasPrefix(p.Header.Get("Location"), "/sign-in"):
		return toSignIn
	case p.Status == http.StatusForbidden:
		return refused
	}
	return let
}

func expected(rt web.Route, method, role string) int {
	switch {
	case rt.Action == "":
		return let
	case role == "nobody" && method == http.MethodGet:
		return toSignIn
	case role == "nobody":
		return refused
	case rt.Action != web.SignedIn && !slices.Contains(people.Actions(role), rt.Action):
		return refused
	}
	return let
}

func TestAnAnswerIsSafeToShow(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	r := openRound(t, s, "taitorinki-pulse")
	boss := s.Role(people.Coordinator)
	respondent := s.Anonymous()
	respondent.Get(links(s)[0]).Want(t, 200)
	for _, x := range []struct {
		who  *apptest.Reader
		path string
	}{
		{s.Anonymous(), "/"}, {s.Anonymous(), "/sign-in"}, {s.Anonymous(), "/nowhere"}, {s.Anonymous(), "/people"},
		{boss, "/"}, {boss, "/people"}, {boss, "/rounds/999"}, {boss, "/me/data.json"}, {boss, "/rounds/1/refused.csv"},
		{respondent, "/a/" + r.Code + "/1"}, {respondent, "/a/" + r.Code + "/send"}, {s.Anonymous(), "/a/" + r.Code + "/1"}, {s.Anonymous(), "/v/xxxxx"},
	} {
		p := x.who.Get(x.path)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';",
		} {
			if got := p.Header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s (%d): %s is %q, want %q", x.path, p.Status, name, got, want)
			}
		}
		for _, bad := range []string{"unsafe-inline", "unsafe-eval", "*"} {
			if strings.Contains(p.Header.Get("Content-Security-Policy"), bad) {
				t.Errorf("%s: the policy has %s", x.path, bad)
			}
		}
	}
}

func TestEveryCookieIsOutOfReachOfScripts(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	r := openRound(t, s, "taitorinki-pulse")
	s.Grant("boss@shores.example", people.Coordinator, "")
	link, err := s.People.SigninLink(t.Context(), s.Person("boss@shores.example").ID)
	must(t, err)
	n := 0
	check := func(p *apptest.Page) {
		for _, c := range p.Header.Values("Set-Cookie") {
			n++
			if !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") {
				t.Errorf("%s sets %s", p.Path, c)
			}
			if strings.HasPrefix(c, "ballot=") && !strings.Contains(c, "Path=/a/"+r.Code) {
				t.Errorf("the ballot's cookie goes further than the round: %s", c)
			}
		}
	}
	who := s.Anonymous().NotFollowing()
	check(who.Post(s.LinkIn(link), nil))
	check(who.Get("/?lang=sv"))
	check(who.Get(links(s)[0]))
	check(who.Post("/a/"+r.Code+"/1", url.Values{"plain": {"1"}}))
	check(who.Post("/a/"+r.Code+"/send", url.Values{"nonce": {"1"}}))
	if n < 5 {
		t.Errorf("only %d cookies were set", n)
	}
}

func TestAFormOfAnotherSiteIsRefused(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	openRound(t, s, "taitorinki-pulse")
	boss := s.Role(people.Coordinator)
	for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		req, err := http.NewRequest(http.MethodPost, s.URL+"/rounds/1/close", nil)
		must(t, err)
		req.Header.Set(name, value)
		boss.Do(req).Want(t, 403)
	}
	s.Anonymous().Get(links(s)[0]).Want(t, 200)
}

func TestAskingForALinkTellsNothingOfTheAddress(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	known := s.Anonymous().Post("/sign-in", url.Values{"email": {"a1@shores.example"}})
	unknown := s.Anonymous().Post("/sign-in", url.Values{"email": {"z1@shores.example"}})
	if known.Status != unknown.Status || strings.ReplaceAll(known.Body, "a1@", "z1@") != unknown.Body {
		t.Errorf("the answers differ:\n%s\n%s", known.Text(), unknown.Text())
	}
}

func TestALinkThatAScannerFollowsIsStillGood(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	link, err := s.People.SigninLink(t.Context(), s.Person("a1@shores.example").ID)
	must(t, err)
	path := s.LinkIn(link)
	for range 3 {
		s.Anonymous().Get(path).Want(t, 200)
	}
	reader := s.Anonymous()
	reader.Get(path).Form(t, path).Send().Want(t, 200)
	s.Anonymous().Get(path).Want(t, 404)
	s.Anonymous().Post(path, nil).Want(t, 404)
	if p := reader.Get("/me"); p.Path != "/me" {
		t.Errorf("not signed in: %s", p.Path)
	}
}
