package signon_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people/signon/signontest"
)

const again = "Please start signing in again"

func TestATokenThatIsNotForThisSignInIsRefused(t *testing.T) {
	p := newPlace(t, dbtest.SQLite(t))
	p.known("anna@hva.example", nil)
	p.known("victim@hva.example", nil)
	p.in("victim@hva.example")
	id := p.Config.Signon.ClientID
	past := time.Now().Add(-time.Hour).Unix()
	for name, x := range map[string]struct {
		how string
		set signontest.Claims
	}{
		"wrong nonce":      {"", signontest.Claims{"nonce": "another"}},
		"no nonce":         {"", signontest.Claims{"nonce": ""}},
		"another audience": {"", signontest.Claims{"aud": "another"}},
		"made for another": {"", signontest.Claims{"aud": []string{id, "another"}, "azp": "another"}},
		"made for whom":    {"", signontest.Claims{"aud": []string{id, "another"}}},
		"expired":          {"", signontest.Claims{"exp": past}},
		"not yet":          {"", signontest.Claims{"nbf": time.Now().Add(time.Hour).Unix()}},
		"another issuer":   {"", signontest.Claims{"iss": "https://login.example"}},
		"no subject":       {"", signontest.Claims{"sub": ""}},
		"another key":      {"stranger", signontest.Claims{"sub": "victim@hva.example"}},
		"no signature":     {"none", signontest.Claims{"sub": "victim@hva.example"}},
	} {
		p.Lie(t, x.how, x.set)
		r := p.Anonymous()
		if got := p.signIn(r, begin, "anna@hva.example"); got.Status != 400 || !strings.Contains(got.Body, again) {
			t.Errorf("%s: status %d\n%s", name, got.Status, got.Text())
		}
		if !p.out(r) {
			t.Errorf("%s came in", name)
		}
	}
	// The same way, told truly, leads in: so it was the lie that was refused.
	p.Lie(t, "", signontest.Claims{"sub": "victim@hva.example"})
	p.signIn(p.Anonymous(), begin+"?next=/me", "anna@hva.example").Want(t, 200, "victim@hva.example")
}

func TestAnAnswerIsGoodOnceAndInTheBrowserThatAsked(t *testing.T) {
	p := placeAt(t, dbtest.SQLite(t), signontest.Start(t)) // its requests are counted
	p.known("anna@hva.example", nil)
	thief, halfway, owner := p.Anonymous(), p.Anonymous(), p.Anonymous()
	to := p.stopped(owner, "anna@hva.example")
	halfway.NotFollowing().Get(begin) // has an attempt of its own
	before := p.Asked(t)
	for name, x := range map[string]struct {
		r  *apptest.Reader
		to string
	}{
		"a browser without an attempt":   {thief, to},
		"a browser with an attempt":      {halfway, to},
		"no state":                       {halfway, begin + "/callback?code=x"},
		"another state":                  {p.Anonymous(), strings.Replace(to, "state=", "state=x", 1)},
		"an answer in another's name":    {p.withCookies(owner), strings.Replace(to, "iss=http", "iss=https", 1)},
		"an error in nobody's name":      {thief, begin + "/callback?error=access_denied"},
		"a browser whose attempt is odd": {p.withCookie("signon", "e30"), to},
	} {
		x.r.Get(x.to).Want(t, 400, again)
		if !p.out(x.r) {
			t.Errorf("%s came in", name)
		}
	}
	if n := p.Asked(t) - before; n != 0 {
		t.Errorf("the provider was asked %d times for what could be refused at once", n)
	}
	twice := p.withCookies(owner)
	owner.Get(to).Want(t, 200)
	if p.out(owner) {
		t.Fatal("the browser that asked did not come in")
	}
	owner.Get(to).Want(t, 200) // loading the page again does no harm to who is in
	// With the attempt put back, the provider sees that the code has been used.
	twice.Get(to).Want(t, 400, again)
	if !p.out(twice) {
		t.Error("a code was good twice")
	}
}

// withCookies is a browser with the cookies that another has at this moment.
func (p *place) withCookies(of *apptest.Reader) *apptest.Reader {
	p.t.Helper()
	at, err := url.Parse(p.Site.URL)
	must(p.t, err)
	r := p.Anonymous()
	r.HTTP.Jar.SetCookies(at, of.HTTP.Jar.Cookies(at))
	return r
}

func (p *place) withCookie(name, value string) *apptest.Reader {
	p.t.Helper()
	at, err := url.Parse(p.Site.URL)
	must(p.t, err)
	r := p.Anonymous()
	r.HTTP.Jar.SetCookies(at, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
	return r
}

func TestTheRequestAsksForPKCEAndKeepsItsSecretsInACookie(t *testing.T) {
	p := newPlace(t, dbtest.SQLite(t))
	one, two := p.Anonymous().NotFollowing().Get(begin), p.Anonymous().NotFollowing().Get(begin)
	at, err := url.Parse(one.Header.Get("Location"))
	must(t, err)
	q := at.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || q.Get("response_type") != "code" ||
		len(q.Get("state")) < 26 || len(q.Get("nonce")) < 26 || q.Get("redirect_uri") != p.Site.URL+begin+"/callback" {
		t.Errorf("the request: %v", q)
	}
	other, _ := url.Parse(two.Header.Get("Location"))
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if q.Get(name) == other.Query().Get(name) {
			t.Errorf("two requests have the same %s", name)
		}
	}
	if c := one.Header.Get("Set-Cookie"); !strings.HasPrefix(c, "signon=") || !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") || !strings.Contains(c, "Max-Age=600") {
		t.Errorf("the cookie: %s", c)
	}
}
