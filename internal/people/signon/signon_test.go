package signon_test

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
	"taitorinki/internal/people/signon/signontest"
)

// place is a platform whose staff sign in at a real provider.
type place struct {
	*apptest.Site
	*signontest.Provider
	t *testing.T
}

func newPlace(t *testing.T, d *db.DB) *place {
	t.Helper()
	return placeAt(t, d, signontest.Shared(t))
}

func placeAt(t *testing.T, d *db.DB, by *signontest.Provider) *place {
	t.Helper()
	p := &place{Provider: by, t: t}
	p.Site = apptest.New(t, d, func(c *app.Config) { c.Signon = p.Register(t, c.BaseURL) })
	p.Clock.Move(time.Since(apptest.Start).Truncate(time.Second)) // the provider dates its tokens by the machine's clock
	return p
}

// known makes somebody on the staff list with an account: its login is the address, verified, with app roles.
func (p *place) known(email string, more signontest.Claims) {
	p.t.Helper()
	p.Grant(email, "", "")
	p.account(email, more)
}

func (p *place) account(login string, more signontest.Claims) {
	p.t.Helper()
	c := signontest.Claims{"email": login, "email_verified": true}
	maps.Copy(c, more)
	p.Account(p.t, login, c)
}

const begin = "/sign-in/county"

// signIn goes through the provider's own page, from a path of ours.
func (p *place) signIn(r *apptest.Reader, from, login string) *apptest.Page {
	p.t.Helper()
	return r.Get(from).Want(p.t, 200).Form(p.t, "").Set("login", login).Set("password", "x").Send()
}

// in is a browser that has signed in.
func (p *place) in(login string) *apptest.Reader {
	p.t.Helper()
	r := p.Anonymous()
	if got := p.signIn(r, begin+"?next=/me", login); got.Path != "/me" {
		p.t.Fatalf("%s came to %s\n%s", login, got.Path, got.Text())
	}
	return r
}

// out reports that a browser is signed in no longer.
func (p *place) out(r *apptest.Reader) bool {
	p.t.Helper()
	return r.Get("/me").Path == "/sign-in"
}

// stopped is where the provider leads a browser back to, which does not go there.
func (p *place) stopped(r *apptest.Reader, login string) string {
	p.t.Helper()
	still := *r.HTTP
	var to string
	still.CheckRedirect = func(req *http.Request, _ []*http.Request) error {
		if req.URL.Path == begin+"/callback" {
			to = req.URL.RequestURI()
			return http.ErrUseLastResponse
		}
		return nil
	}
	p.signIn(&apptest.Reader{Site: r.Site, Lang: r.Lang, HTTP: &still}, begin, login)
	if to == "" {
		p.t.Fatal("the provider led nowhere")
	}
	return to
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *place) roles(email string) string {
	p.t.Helper()
	all, err := people.RolesOf(context.Background(), p.DB, p.Person(email).ID)
	must(p.t, err)
	var out []string
	for _, r := range all {
		word := r.Role
		if !r.Claimed.IsZero() {
			word += "*"
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}

func (p *place) audited(action string) (n int) {
	p.t.Helper()
	must(p.t, p.DB.QueryRowContext(context.Background(), `SELECT count(*) FROM audit_log WHERE action = $1`, action).Scan(&n))
	return n
}

func TestAnAccountLeadsToThePageThatWasWantedFirst(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.known("anna@hva.example", nil)
		r := p.Anonymous()
		asked := r.Get("/events").Want(t, 200, "Sign in with your organisation's account")
		if asked.Path != "/sign-in" || !strings.Contains(asked.Body, `href="/sign-in/county?next=/events"`) {
			t.Fatalf("%s leads not on to where the reader wanted\n%s", asked.Path, asked.Body)
		}
		if got := p.signIn(r, begin+"?next=/events", "anna@hva.example").Want(t, 200); got.Path != "/events" {
			t.Errorf("came to %s, want /events", got.Path)
		}
		// The account is known by what does not change. Another address makes it nobody else's.
		p.Grant("bo@hva.example", "", "")
		p.Account(t, "anna@hva.example", signontest.Claims{"email": "bo@hva.example", "email_verified": true})
		if got := p.signIn(p.Anonymous(), begin+"?next=/me", "anna@hva.example").Want(t, 200, "anna@hva.example"); got.Path != "/me" {
			t.Errorf("came to %s, want /me", got.Path)
		}
		if in, linked := p.audited("people.audit-signin-county"), p.audited("people.audit-signin-linked"); in != 2 || linked != 1 {
			t.Errorf("the log has %d sign-ins and %d links, want 2 and 1", in, linked)
		}
	})
}

func TestOnlyAPageOfOursIsComeBackTo(t *testing.T) {
	p := newPlace(t, dbtest.SQLite(t))
	p.known("anna@hva.example", nil)
	for _, next := range []string{"//evil.example", "https://evil.example", "/a/x/1", "/sign-in/county", "/%5Cevil.example"} {
		if got := p.signIn(p.Anonymous(), begin+"?next="+next, "anna@hva.example"); got.Status != 200 || got.Path != "/" {
			t.Errorf("%s led to %s (%d)", next, got.Path, got.Status)
		}
	}
}

func TestNobodyIsBelievedWithoutAVerifiedAddressOfTheStaffList(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.Grant("anna@hva.example", "", "")
		p.Grant("gone@hva.example", "", "")
		_, err := d.ExecContext(t.Context(), `UPDATE persons SET left_at = 1 WHERE email = 'gone@hva.example'`)
		must(t, err)
		for name, x := range map[string]struct {
			claims signontest.Claims
			want   string
		}{
			"unverified":        {signontest.Claims{"email": "anna@hva.example"}, "that it has verified"},
			"verified as false": {signontest.Claims{"email": "anna@hva.example", "email_verified": false}, "that it has verified"},
			"verified in words": {signontest.Claims{"email": "anna@hva.example", "email_verified": "yes"}, "that it has verified"},
			"no address":        {signontest.Claims{"preferred_username": "anna@hva.example", "email_verified": true}, "that it has verified"},
			"unlisted":          {signontest.Claims{"email": "nobody@hva.example", "email_verified": true}, "nobody on the staff list"},
			"gone":              {signontest.Claims{"email": "gone@hva.example", "email_verified": true}, "no longer work there"},
		} {
			p.Account(t, "x "+name, x.claims)
			r := p.Anonymous()
			p.signIn(r, begin, "x "+name).Want(t, 403, x.want, "Sign in with a link by e-mail", "Use another account")
			if !p.out(r) {
				t.Errorf("%s came in", name)
			}
		}
		var n int
		must(t, d.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM persons) * 10 + (SELECT count(*) FROM person_identities)`).Scan(&n))
		if n != 20 {
			t.Errorf("persons and accounts: %d, want 2 and none", n)
		}
	})
}

func TestAPersonHasOneAccountUntilTheyRemoveIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.known("anna@hva.example", signontest.Claims{"roles": []string{"Taitorinki.DPO"}})
		p.in("anna@hva.example")
		p.Account(t, "second of anna", signontest.Claims{"email": "anna@hva.example", "email_verified": true})
		p.signIn(p.Anonymous(), begin, "second of anna").Want(t, 403, "another of its accounts is already in use")
		r := p.As("anna@hva.example")
		r.Get("/me").Want(t, 200, p.Issuer, "Look at the account or remove it")
		r.Get("/me/data.json").Want(t, 200, `"county_accounts"`, `"subject": "anna@hva.example"`)
		r.Get("/me/county-account").Want(t, 200, p.Issuer).Form(t, "/forget").Send().Want(t, 200, "The account was removed")
		if got := p.roles("anna@hva.example"); got != "" {
			t.Errorf("roles that came with the account: %q, want none", got)
		}
		r.Get("/me").Want(t, 200).Without(t, p.Issuer)
		if got := p.signIn(p.Anonymous(), begin+"?next=/me", "second of anna"); got.Path != "/me" {
			t.Errorf("the other account came to %s, want /me", got.Path)
		}
	})
}

func TestAnAccountIsForgottenWhenItsPersonLeaves(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.known("anna@hva.example", nil)
		r := p.in("anna@hva.example")
		_, err := d.ExecContext(t.Context(), `UPDATE persons SET left_at = 1`)
		must(t, err)
		if !p.out(r) {
			t.Error("who has left is signed in still")
		}
		p.Clock.Move(2 * time.Hour)
		p.Work()
		var n int
		must(t, d.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM person_identities) + (SELECT count(*) FROM identity_sessions)`).Scan(&n))
		if n != 0 {
			t.Errorf("%d rows are kept of the account", n)
		}
	})
}

func TestRolesComeAndGoWithTheAccount(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.known("anna@hva.example", signontest.Claims{"roles": []string{"Taitorinki.Coordinator", "Taitorinki.DPO", "Something.Else"}})
		p.Grant("anna@hva.example", people.Researcher, "")
		p.Grant("anna@hva.example", people.DPO, "") // by hand, so the account takes it never
		r := p.in("anna@hva.example")
		if got, want := p.roles("anna@hva.example"), "researcher dpo coordinator*"; got != want {
			t.Errorf("roles: %s, want %s", got, want)
		}
		r.Get("/rounds").Want(t, 200)
		link := p.As("anna@hva.example")

		p.account("anna@hva.example", nil)
		now := p.in("anna@hva.example")
		if got, want := p.roles("anna@hva.example"), "researcher dpo"; got != want {
			t.Errorf("roles: %s, want %s", got, want)
		}
		if !p.out(r) || !p.out(link) || p.out(now) {
			t.Error("the sessions from before are open, or the new one is not")
		}
		if given, gone := p.audited("people.audit-signin-role"), p.audited("people.audit-signin-role-gone"); given != 1 || gone != 1 {
			t.Errorf("the log has %d given and %d taken, want 1 and 1", given, gone)
		}
	})
}

func TestARoleThatTheAccountNoLongerConfirmsLapses(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.known("anna@hva.example", signontest.Claims{"roles": []string{"Taitorinki.Coordinator"}})
		p.in("anna@hva.example")
		p.Clock.Move(29 * 24 * time.Hour)
		p.Work()
		if got, want := p.roles("anna@hva.example"), "coordinator*"; got != want {
			t.Errorf("after 29 days: %q, want %q", got, want)
		}
		p.Clock.Move(2 * 24 * time.Hour)
		p.Work()
		if got := p.roles("anna@hva.example"); got != "" {
			t.Errorf("after 31 days: %q, want none", got)
		}
	})
}

func TestEntraAccountsAreKnownByTenantAndObject(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.Grant("anna@hva.example", "", "")
		entra := func(more signontest.Claims) signontest.Claims {
			c := signontest.Claims{"tid": signontest.Tenant, "oid": "anna's", "email": "anna@hva.example"}
			maps.Copy(c, more)
			return c
		}
		for _, no := range []any{nil, false, 0, "0", "false"} {
			p.Account(t, "unverified", entra(signontest.Claims{"xms_edov": no, "email_verified": true}))
			p.signIn(p.Anonymous(), begin, "unverified").Want(t, 403, "that it has verified")
		}
		for i, yes := range []any{true, 1, "1", "true"} {
			_, err := d.ExecContext(t.Context(), `DELETE FROM person_identities`)
			must(t, err)
			p.Account(t, "verified", entra(signontest.Claims{"xms_edov": yes}))
			if got := p.signIn(p.Anonymous(), begin+"?next=/me", "verified"); got.Path != "/me" {
				t.Errorf("%d. xms_edov %v came to %s", i, yes, got.Path)
			}
		}
		// Another sub and no address at all: tenant and object say who it is.
		p.Account(t, "another sub", signontest.Claims{"tid": signontest.Tenant, "oid": "anna's"})
		p.signIn(p.Anonymous(), begin+"?next=/me", "another sub").Want(t, 200, "anna@hva.example", signontest.Tenant+"/anna's")
		// The same object of a tenant that the issuer is not of is somebody else.
		p.Account(t, "another tenant", signontest.Claims{"tid": "other", "oid": "anna's"})
		p.signIn(p.Anonymous(), begin, "another tenant").Want(t, 403)
	})
}

func TestTheStrangersPageSpeaksEachLanguage(t *testing.T) {
	p := newPlace(t, dbtest.SQLite(t))
	must(t, p.People.SetCounty(t.Context(), 0, people.County{Contact: "tuki@hva.example"}))
	p.account("nobody@hva.example", nil)
	for lang, want := range map[string]string{"fi": "Pyydä esihenkilöäsi", "sv": "Be din chef", "en": "Ask your supervisor"} {
		r := p.Anonymous()
		r.Lang = lang
		p.signIn(r, begin, "nobody@hva.example").Want(t, 403, want, "tuki@hva.example", "nobody@hva.example")
	}
}

func TestWhoTurnsBackAtTheProviderCanGoOnAnotherWay(t *testing.T) {
	p := newPlace(t, dbtest.SQLite(t))
	r := p.Anonymous()
	page := r.Get(begin+"?next=/me").Want(t, 200)
	_, abort, _ := strings.Cut(page.Body, `<a href="http`)
	abort, _, _ = strings.Cut(abort, `"`)
	got := r.Get("http"+abort).Want(t, 200, "The sign-in was not finished")
	if got.Path != "/sign-in" || got.Form(t, "/sign-in").Values.Get("next") != "/me" {
		t.Errorf("turning back led to %s", got.Path)
	}
}

func TestThePlatformDoesNotNeedTheProvider(t *testing.T) {
	own := signontest.Start(t)
	s := apptest.New(t, dbtest.SQLite(t), func(c *app.Config) {
		c.Signon = own.Register(t, c.BaseURL)
		own.Stop()
	})
	s.Grant("anna@hva.example", "", "")
	r := s.Anonymous()
	for range 2 {
		got := r.Get(begin+"?next=/events").Want(t, 200, "does not answer right now")
		if got.Path != "/sign-in" || got.Form(t, "/sign-in").Values.Get("next") != "/events" {
			t.Errorf("the visitor was led to %s", got.Path)
		}
	}
	s.Anonymous().Post(begin+"/logout", url.Values{"logout_token": {"x"}}).Want(t, 400)
	s.Anonymous().Get("/sign-out/county").Want(t, 200)
	s.As("anna@hva.example").Get("/me").Want(t, 200)

	own.Again(t)
	r = r.NotFollowing()
	if to := r.Get(begin).Header.Get("Location"); !strings.HasPrefix(to, "/sign-in?") {
		t.Errorf("within five seconds of a failure the provider was asked again: %s", to)
	}
	s.Clock.Move(6 * time.Second)
	if to := r.Get(begin).Header.Get("Location"); !strings.HasPrefix(to, own.Issuer) {
		t.Errorf("the provider is back, but the visitor is led to %s", to)
	}
}
