package browsertest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
)

// signupStops are the pages of signing up: as a guest, as somebody with an account and as a host.
func (s *Site) signupStops(t *testing.T) []stop {
	t.Helper()
	all, err := events.Between(t.Context(), s.App.Config.DB, time.Now().AddDate(-2, 0, 0), time.Now().AddDate(1, 0, 0))
	must(t, err)
	var fair, full, held events.Event
	for _, e := range all {
		switch {
		case e.Elsewhere != "":
		case e.Over(time.Now()):
			held = e
		case e.Anonymous:
			fair = e
		case e.Capacity > 0:
			full = e
		}
	}
	guest := "stop@ngo.example"
	return []stop{
		at(fair.PublicPath("")), at(full.PublicPath("")),
		{"guest's form with errors", func(b *Browser) {
			b.Open(fair.PublicPath(""))
			b.Fill("#email", "x")
			b.Go(`form[action="` + fair.PublicPath("") + `"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"link sent to guest", func(b *Browser) {
			b.Fill("#email", guest)
			b.Go(`form[action="` + fair.PublicPath("") + `"] button`)
		}},
		{"guest confirms", func(b *Browser) { _, link := s.mailTo(b.t, guest, nil); b.Open(link) }},
		{"guest's place", func(b *Browser) { b.Press("Vahvista ilmoittautuminen"); b.unfoldAll() }},
		{"place by number", func(b *Browser) {
			b.tab(Desktop)
			b.Open(fair.PublicPath(""))
			if b.Has(`form[action$="/number"]`) {
				b.Go(`form[action$="/number"] button`)
			}
		}},
		{"sign-up as a professional", func(b *Browser) { b.as(s.County.Cast.MentorCandidate); b.Open(fair.Path("/sign-up")) }},
		{"own place", func(b *Browser) { b.Open(fair.Path("")); b.Go(`form[action$="/sign-up"] button`) }},
		{"needs with errors", func(b *Browser) {
			b.Open(fair.Path("/sign-up"))
			b.unfoldAll()
			b.write("#needs", "Soita 040 123 4567")
			b.Go(`form[action$="/needs"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"participants as a host", func(b *Browser) { b.as(s.County.Cast.Coordinator); b.Open(fair.Path("/participants")) }},
		{"participant with errors", func(b *Browser) {
			b.Fill("#email", "x")
			b.Go(`form[action$="/participants"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"who is taken off", func(b *Browser) { b.Open(fair.Path("/participants")); b.Go(`a[href$="/remove"]`) }},
		at(fair.Path("/participants/needs")), at(held.Path("/participants")), at(fair.Path("/here")),
		{"attendance link", func(b *Browser) { b.Go(`main a[href*="/here/"]`) }},
	}
}

// announced is a published event of the site three days from now.
func (s *Site) announced(t *testing.T, change func(p *events.Plan)) events.Event {
	t.Helper()
	host, err := people.PersonByEmail(t.Context(), s.App.Config.DB, s.County.Cast.Coordinator)
	must(t, err)
	at := time.Now().AddDate(0, 0, 10).Truncate(time.Hour)
	p := events.Plan{Kind: events.Webinar, Title: "Kuva ja ääni kuntoon", Lead: "Kolme asiaa, joista etäkäynti paranee heti.", Open: events.ForStaff, Place: "Teams",
		Link: "https://teams.example/kuva", Sittings: []events.Sitting{{Start: at, End: at.Add(45 * time.Minute)}}}
	change(&p)
	id, err := s.App.Events.Create(t.Context(), host.ID, p)
	must(t, err)
	must(t, s.App.Events.Publish(t.Context(), host.ID, id, 1))
	e, err := events.ByID(t.Context(), s.App.Config.DB, id)
	must(t, err)
	return e
}

func (b *Browser) says(text string) {
	b.t.Helper()
	if got := b.Text("main"); !strings.Contains(got, text) {
		b.t.Fatalf("%s does not say %q:\n%s", b.where(), text, got)
	}
}

func about(subject string) func(mail.Message) bool {
	return func(m mail.Message) bool { return strings.Contains(m.Subject, subject) }
}

func TestAColleagueSignsUpWithOneTapOnAPhone(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	e := s.announced(t, func(*events.Plan) {})
	nurse := s.County.Cast.MentorCandidate
	b := newBrowser(t, s.URL, Phone)
	b.as(nurse)
	b.Open("/events")
	b.Go(`a[href="` + e.Path("") + `"]`)
	b.Press("Ilmoittaudu")
	b.says("Sinulla on paikka")
	m, link := s.mailTo(t, nurse, about("Olet mukana: "+e.Title))
	if !strings.Contains(m.Text, e.Link) {
		t.Errorf("the mail does not tell where to join:\n%s", m.Text)
	}
	if !strings.Contains(m.Text, e.Path("/sign-up")) {
		t.Errorf("the mail leads to %s", link)
	}
	b.Press("Kerro mitä tarvitset, tai peru")
	b.Click("summary")
	b.write("#needs", "Tekstitys")
	b.Press("Tallenna")
	b.says("Tallennettu")
	b.Press("Peru ilmoittautuminen")
	b.says("Ilmoittautuminen on peruttu")
	b.says("Ilmoittaudu uudelleen")
}

func TestAPartnerSignsUpOnAPhoneThroughTheMailedLink(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	e := s.announced(t, func(p *events.Plan) { p.Open = events.ForAll })
	b := newBrowser(t, s.URL, Phone)
	b.Open(e.PublicPath(""))
	b.write("#email", "veera@ngo.example")
	b.write("#name", "Veera Vieras")
	b.Press("Lähetä linkki")
	b.says("Katso sähköpostiasi")
	_, link := s.mailTo(t, "veera@ngo.example", about("Vahvista"))
	b.Open(link)
	b.Press("Vahvista ilmoittautuminen")
	b.says("Sinulla on paikka")
	s.mailTo(t, "veera@ngo.example", about("Olet mukana"))
	b.Open(e.PublicPath(""))
	b.says("Tällä laitteella on jo paikka")
	b.Press("Kerro mitä tarvitset, tai peru")
	b.Press("Peru ilmoittautuminen")
	b.Press("Ilmoittaudu uudelleen")
	b.says("Sinulla on paikka")
}

func TestThePlaceThatOneGivesUpIsOfferedToWhoWaits(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	e := s.announced(t, func(p *events.Plan) { p.Capacity = 1 })
	cast := s.County.Cast
	first, second := newBrowser(t, s.URL, Phone), newBrowser(t, s.URL, Phone)
	first.as(cast.MentorCandidate)
	first.Open(e.Path(""))
	first.Press("Ilmoittaudu")
	second.as(cast.Mentor)
	second.Open(e.Path(""))
	second.says("Kaikki paikat on varattu")
	second.Press("Asetu jonotuslistalle")
	second.says("Olet jonossa ensimmäisenä")
	first.Open(e.Path("/sign-up"))
	first.Press("Peru ilmoittautuminen")
	_, link := s.mailTo(t, cast.Mentor, about("Paikka vapautui"))
	second.Open(link)
	second.Press("Otan paikan")
	second.says("Sinulla on paikka")
	first.Open(e.Path(""))
	first.says("Kaikki paikat on varattu")
}
