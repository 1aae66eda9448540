package browsertest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/events"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
)

// webinar is a published event for the units that the supervisor of the demo leads, and the units around them.
func (s *Site) webinar(t *testing.T, title string) events.Event {
	t.Helper()
	ctx, d := t.Context(), s.App.Config.DB
	tree, err := people.LoadTree(ctx, d)
	must(t, err)
	boss, leader := s.personOf(t, s.County.Cast.Coordinator), s.personOf(t, s.County.Cast.Supervisor)
	path := tree.Path(leader.UnitID)
	at := s.Demo.Clock.Now().AddDate(0, 0, 14).Truncate(time.Hour)
	id, err := s.App.Events.Create(ctx, boss.ID, events.Plan{Kind: events.Webinar, Title: title, Lead: "Uskallat avata keskustelun heti seuraavana päivänä.", Open: events.ForTarget,
		Link: "https://meet.example/chat", Target: events.Target{Units: []int64{path[max(0, len(path)-2)].ID}}, Sittings: []events.Sitting{{Start: at, End: at.Add(45 * time.Minute)}}})
	must(t, err)
	must(t, s.App.Events.Publish(ctx, boss.ID, id, 1))
	e, err := events.ByID(ctx, d, id)
	must(t, err)
	return e
}

func (s *Site) personOf(t *testing.T, email string) people.Person {
	t.Helper()
	p, err := people.PersonByEmail(t.Context(), s.App.Config.DB, email)
	must(t, err)
	return p
}

// inviteStops are the pages of invitations and calendars as the host and a supervisor see them.
func (s *Site) inviteStops(t *testing.T) []stop {
	t.Helper()
	e, c := s.webinar(t, "Chat arjessa"), s.County.Cast
	return []stop{
		{"invitations as the host", func(b *Browser) { b.as(c.Coordinator); b.Open(e.Path("/invitations")) }},
		{"direct invitation with errors", func(b *Browser) {
			b.Go(`form[action$="/invitations/direct"] button`)
			b.status(http.StatusUnprocessableEntity)
			b.mustHave("[data-error-summary]")
		}},
		{"text with errors", func(b *Browser) {
			b.Open(e.Path("/invitations"))
			b.write("#text-fi", "Kysy 010190-123A")
			b.Go(`form[action$="/invitations/texts"] button`)
			b.mustHave("[data-error-summary]")
		}},
		{"invitations sent", func(b *Browser) {
			b.Open(e.Path("/invitations"))
			b.Go(`form[action$="/invitations/supervisors"] button`)
			b.mustHave(`form[action$="/invitations/nudge"]`)
		}},
		{"calendar before there is a link", func(b *Browser) { b.Open("/calendar") }},
		{"what a supervisor passes on", func(b *Browser) { b.as(c.Supervisor); b.Open(e.Path("/invite")); b.mustHave("textarea") }},
		{"code and link", func(b *Browser) { b.unfoldAll() }},
		{"calendar with a new link", func(b *Browser) { b.Open("/calendar"); b.Go(`button[value="make"]`); b.mustHave("#link") }},
		{"calendar with a link", func(b *Browser) { b.Open("/calendar"); b.mustHave(`button[value="revoke"]`) }},
	}
}

func TestAHostInvitesThroughSupervisorsAndOnePassesTheTextOn(t *testing.T) {
	s := shown(t)
	c := s.County.Cast
	e := s.webinar(t, "Etävastaanoton alku")
	host := newBrowser(t, s.URL, Desktop)
	host.as(c.Coordinator)
	host.Open(e.Path("/invitations"))
	host.write("#text-fi", "Tule sellaisena kuin olet.")
	host.Go(`form[action$="/invitations/texts"] button`)
	host.Go(`form[action$="/invitations/supervisors"] button`)
	if got := host.Text("main"); !strings.Contains(got, "Kutsu lähetetty (") {
		t.Fatalf("after sending the page says\n%s", got)
	}
	letter, _ := s.mailTo(t, c.Supervisor, func(m mail.Message) bool { return strings.Contains(m.Subject, e.Title) })
	if n := strings.Count(letter.Text, "?u="); n == 0 || !strings.Contains(letter.Text, "Tule sellaisena kuin olet.") {
		t.Errorf("the letter has %d links:\n%s", n, letter.Text)
	}

	boss := newBrowser(t, s.URL, Phone)
	boss.as(c.Supervisor)
	boss.Open(e.Path("/invite"))
	text := JS[string](boss, `document.querySelector("textarea").value`)
	for _, want := range []string{e.Title, "Tule sellaisena kuin olet.", s.URL + e.PublicPath("?u=")} {
		if !strings.Contains(text, want) {
			t.Errorf("the text does not hold %q:\n%s", want, text)
		}
	}
	JS[bool](boss, `(() => { window.copied = ""; navigator.clipboard.writeText = async (t) => { window.copied = t; }; return true; })()`)
	boss.Click("[data-copy]")
	if !boss.within(5*time.Second, `document.querySelector("[data-copy]").textContent.trim() === "Kopioitu"`) || JS[string](boss, `window.copied`) != text {
		t.Errorf("copied is %q", JS[string](boss, `window.copied`))
	}
	boss.unfoldAll()
	if !JS[bool](boss, `(() => { const q = document.querySelector("svg.qr").getBoundingClientRect(); return q.width > 100 && q.height > 100; })()`) {
		t.Error("the square code is not to be seen")
	}
	if slices.Contains([]string{"", "0"}, JS[string](boss, `String(document.querySelectorAll('a[href$="/qr.png"]').length)`)) {
		t.Error("no picture of the code to take along")
	}
}
