package browsertest

import (
	"net/http"
	"strings"
	"testing"

	"taitorinki/internal/app"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people/signon/signontest"
)

// withAccounts is a site whose staff sign in at a real provider. Its pages look as a county's do: nothing says that it is a demonstration.
func withAccounts(t *testing.T) (*Site, *signontest.Provider) {
	t.Helper()
	p := signontest.Shared(t)
	s, err := newSite(dbtest.SQLite(t), t.TempDir(), nil, func(c *app.Config) { c.Signon = p.Register(t, c.BaseURL) })
	must(t, err)
	s.App.Kit.Demo = false
	s.begin(t)
	return s, p
}

// atProvider fills in the provider's own page.
func (b *Browser) atProvider(login string) {
	b.t.Helper()
	b.Until(`location.hostname === "localhost" && document.querySelector("input[name=login]") !== null`)
	b.Fill("input[name=login]", login)
	b.Fill("input[name=password]", "x")
	b.Go("button[type=submit]")
}

// signOut uses the menu under the visitor's name, on a wide page.
func (b *Browser) signOut() {
	b.t.Helper()
	b.Click(".user-button")
	b.Go(`#user-menu [data-sign-out] button`)
}

func TestSigningInWithTheCountysAccountLeadsToTheWantedPageAndOutAgain(t *testing.T) {
	s, p := withAccounts(t)
	who := s.County.Cast.Supervisor
	p.Account(t, "anna", signontest.Claims{"email": who, "email_verified": true, "roles": []string{"Taitorinki.DPO"}})
	b := newBrowser(t, s.URL, Phone)
	b.Open("/audit")
	if b.Path() != "/sign-in" {
		t.Fatalf("came to %s", b.where())
	}
	b.Press("Kirjaudu organisaatiosi tunnuksella")
	b.atProvider("anna")
	if b.Path() != "/audit" || !strings.Contains(b.Text("main"), "Kirjautui organisaation tunnuksella") {
		t.Fatalf("came to %s\n%s", b.where(), b.Text("main"))
	}
	b.Open("/me")
	b.says(p.Issuer)
	b.Look(Desktop)
	b.signOut()
	if b.Path() != "/sign-out/county" {
		t.Fatalf("signing out led to %s", b.where())
	}
	b.Press("Kirjaudu ulos myös tunnukselta")
	b.Until(`document.querySelector("button[name=logout]") !== null`)
	b.Go("button[name=logout]")
	if at := JS[string](b, `location.href`); at != s.URL+"/" {
		t.Errorf("the provider led back to %s", at)
	}
	// The provider asks again who it is: nobody is signed in on this device any more.
	b.Open("/sign-in/county")
	b.Until(`document.querySelector("input[name=login]") !== null`)
}

func TestThePagesOfTheCountysSignInAreAccessible(t *testing.T) {
	source := axe(t)
	s, p := withAccounts(t)
	p.Account(t, "nobody", signontest.Claims{"email": "nobody@merenranta.example", "email_verified": true})
	p.Account(t, "anna", signontest.Claims{"email": s.County.Cast.Supervisor, "email_verified": true, "roles": []string{"Taitorinki.Coordinator"}})
	b, approved := newBrowser(t, s.URL, Desktop), &drawn{ok: map[string]bool{}}
	for _, x := range []stop{
		{"offer", func(b *Browser) { b.Open("/sign-in?next=/events") }},
		{"away", func(b *Browser) { b.Open("/sign-in?signon=away") }},
		{"stopped", func(b *Browser) { b.Open("/sign-in?signon=stopped") }},
		{"again", func(b *Browser) { b.Open("/sign-in/county/callback?state=x"); b.status(http.StatusBadRequest) }},
		{"stranger", func(b *Browser) {
			b.Open("/sign-in/county?other=1")
			b.atProvider("nobody")
			b.status(http.StatusForbidden)
		}},
		{"out", func(b *Browser) { b.Open("/sign-out/county") }},
		{"account", func(b *Browser) {
			b.Open("/sign-in/county?other=1&next=/me")
			b.atProvider("anna")
			b.Open("/me/county-account")
		}},
	} {
		x.goTo(b)
		b.lookAt(x.name, source, approved)
	}
}
