package signon_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people/signon/signontest"
)

// leave ends a browser's session at the provider, by the provider's own page.
func (p *place) leave(r *apptest.Reader, at string) *apptest.Page {
	p.t.Helper()
	return r.Get(at).Want(p.t, 200).Form(p.t, "/session/end/confirm").Set("logout", "yes").Send()
}

func TestSigningOutAtTheProviderEndsThatSession(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.known("anna@hva.example", nil)
		desk, phone, link := p.in("anna@hva.example"), p.in("anna@hva.example"), p.As("anna@hva.example")
		p.leave(desk, p.Issuer+"/session/end")
		if !p.out(desk) || p.out(phone) || p.out(link) {
			t.Errorf("signed out: desk %v, phone %v, link %v; want the desk alone", p.out(desk), p.out(phone), p.out(link))
		}
		if n := p.audited("people.audit-signout-county"); n != 1 {
			t.Errorf("the log has %d entries, want 1", n)
		}
	})
}

func TestSigningOutHereOffersToSignOutThereToo(t *testing.T) {
	p := newPlace(t, dbtest.SQLite(t))
	p.known("anna@hva.example", nil)
	r, phone := p.in("anna@hva.example"), p.in("anna@hva.example")
	page := r.Post("/sign-out", nil).Want(t, 200, "You are signed out of Taitorinki")
	if page.Path != "/sign-out/county" || !p.out(r) {
		t.Fatalf("signing out led to %s", page.Path)
	}
	_, to, ok := strings.Cut(page.Body, `href="`+p.Issuer+`/session/end`)
	if !ok {
		t.Fatalf("no way to sign out there: %s", page.Body)
	}
	to, _, _ = strings.Cut(to, `"`)
	if got := p.leave(r, p.Issuer+"/session/end"+strings.ReplaceAll(to, "&amp;", "&")); got.Path != "/" || got.Status != 200 {
		t.Errorf("the provider led back to %s (%d)", got.Path, got.Status)
	}
	// Now the provider asks who it is, and does not lead straight in.
	r.Get(begin).Want(t, 200).Form(t, "")
	if p.out(phone) {
		t.Error("another browser was signed out too")
	}
	// Who came in by the link has nothing to sign out of there.
	if got := p.As("anna@hva.example").Post("/sign-out", nil); got.Path != "/" {
		t.Errorf("signing out led to %s, want /", got.Path)
	}
}

const event = "http://schemas.openid.net/event/backchannel-logout"

// logout are the claims of a good logout token.
func (p *place) logout(id string, change signontest.Claims) signontest.Claims {
	now := time.Now().Unix()
	c := signontest.Claims{"aud": p.Config.Signon.ClientID, "iat": now, "exp": now + 120, "jti": id, "sub": "anna@hva.example",
		"events": map[string]any{event: map[string]any{}}}
	for k, v := range change {
		if c[k] = v; v == nil {
			delete(c, k)
		}
	}
	return c
}

func TestALogoutTokenThatIsNotGoodEndsNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := placeAt(t, d, signontest.Start(t)) // its requests are counted: nobody else's are among them
		p.known("anna@hva.example", nil)
		r, link := p.in("anna@hva.example"), p.As("anna@hva.example")
		send := func(token string) *apptest.Page {
			return p.Anonymous().Post(begin+"/logout", url.Values{"logout_token": {token}})
		}
		old := time.Now().Add(-time.Hour).Unix()
		for name, x := range map[string]struct {
			how string
			set signontest.Claims
		}{
			"a nonce":            {"", signontest.Claims{"nonce": "x"}},
			"no event":           {"", signontest.Claims{"events": nil}},
			"another event":      {"", signontest.Claims{"events": map[string]any{"http://x.example": map[string]any{}}}},
			"another audience":   {"", signontest.Claims{"aud": "another"}},
			"another issuer":     {"", signontest.Claims{"iss": "https://login.example"}},
			"expired":            {"", signontest.Claims{"exp": old}},
			"no end":             {"", signontest.Claims{"exp": nil}},
			"made long ago":      {"", signontest.Claims{"iat": old}},
			"made when":          {"", signontest.Claims{"iat": nil}},
			"made in the future": {"", signontest.Claims{"iat": time.Now().Add(time.Hour).Unix()}},
			"no name":            {"", signontest.Claims{"jti": nil}},
			"nobody's":           {"", signontest.Claims{"sub": nil}},
			"another key":        {"stranger", nil},
			"no signature":       {"none", nil},
		} {
			if got := send(p.Sign(t, x.how, p.logout(name, x.set))); got.Status != 400 || got.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: status %d", name, got.Status)
			}
		}
		for _, raw := range []string{"", "x", "a.b.c"} {
			send(raw).Want(t, 400)
		}
		// A session that is not there is no fault, and neither is somebody who never was.
		send(p.Sign(t, "", p.logout("1", signontest.Claims{"sid": "another"}))).Want(t, 200)
		send(p.Sign(t, "", p.logout("2", signontest.Claims{"sub": "nobody"}))).Want(t, 200)
		if p.out(r) || p.out(link) {
			t.Fatal("somebody was signed out")
		}
		before := p.Asked(t)
		for range 20 {
			send(p.Sign(t, "stranger", p.logout("x", nil))).Want(t, 400)
		}
		if n := p.Asked(t) - before; n != 0 {
			t.Errorf("twenty forged tokens made us ask the provider %d times within a moment", n)
		}
		good := p.Sign(t, "", p.logout("3", nil))
		send(good).Want(t, 200)
		if !p.out(r) || !p.out(link) {
			t.Error("a good token did not end everything that the person had open")
		}
		r = p.in("anna@hva.example")
		send(good).Want(t, 400)
		if p.out(r) {
			t.Error("a token was good twice")
		}
	})
}
