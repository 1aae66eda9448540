package browsertest

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/events/feedback"
	"taitorinki/internal/mail"
)

// planned goes through the form of a new event as a host does, and returns the event that is published.
func (s *Site) planned(host *Browser, title string) events.Event {
	host.t.Helper()
	host.Open("/events/new?kind=webinar")
	host.write("#title", title)
	host.setValue("#area", "remote")
	host.Go(`button[value="suggest"]`)
	host.Go(`button[value^="use:"]`)
	host.write("#place", "Teams")
	host.Go("main form .btn:not(.quiet)")
	host.Go(`form[action$="/publish"] button`)
	return s.eventAt(host)
}

// eventAt is the event whose page the browser shows.
func (s *Site) eventAt(b *Browser) events.Event {
	b.t.Helper()
	id, err := strconv.ParseInt(strings.Split(b.Path(), "/")[2], 10, 64)
	must(b.t, err)
	e, err := events.ByID(b.t.Context(), s.App.Config.DB, id)
	must(b.t, err)
	return e
}

// pathOf is where a link of ours leads on the site.
func pathOf(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	must(t, err)
	return u.RequestURI()
}

func TestAnEventGoesFromPlanToFeedbackAndIntoItsNextRun(t *testing.T) {
	s := longAgo(t, dbtest.SQLite(t), 60*24*time.Hour)
	c := s.County.Cast
	host, phone := newBrowser(t, s.URL, Desktop), newBrowser(t, s.URL, Phone)
	host.as(c.Coordinator)
	e := s.planned(host, "Etävastaanoton ensimmäiset viisi minuuttia")

	host.Open(e.Path("/host"))
	host.Press("Kutsu osallistujat")
	host.Go(`form[action$="/invitations/supervisors"] button`)
	letter, _ := s.mailTo(t, c.Supervisor, func(m mail.Message) bool { return strings.Contains(m.Subject, e.Title) })
	if !strings.Contains(letter.Text, "?u=") {
		t.Fatalf("the supervisor's letter has no link for the unit:\n%s", letter.Text)
	}

	phone.as(c.MentorCandidate)
	phone.Open(e.Path(""))
	phone.Press("Ilmoittaudu")
	phone.says("Sinulla on paikka")
	s.mailTo(t, c.MentorCandidate, about("Olet mukana: "+e.Title))

	s.await(e.Start.Add(-10 * time.Minute))
	host.as(c.Coordinator)
	host.Open(e.Path("/here"))
	here := JS[string](host, `document.querySelector('main a[href*="/here/"]').href`)
	phone.as(c.MentorCandidate)
	phone.Open(pathOf(t, here))
	phone.Press("Olen paikalla")
	host.Open(e.Path("/participants"))
	if !JS[bool](host, `document.querySelector("main input[type=checkbox]:checked") !== null`) {
		t.Errorf("the list does not know who came:\n%s", host.Text("main"))
	}

	s.await(e.End.Add(2 * time.Hour))
	_, ask := s.mailTo(t, c.MentorCandidate, about("Oliko hyötyä"))
	for i := range 4 {
		must(t, s.App.Feedback.Give(t.Context(), &e, feedback.NewDevice(), feedback.Answer{Useful: 6 + i, Keep: fmt.Sprintf("Esimerkki %d", i)}))
	}
	phone.Open(pathOf(t, ask))
	phone.Click(`input[name="useful"][value="9"]`)
	phone.write("#change", "Lisää aikaa kysymyksille")
	phone.Go("main form .btn")
	phone.says("Kiitos palautteestasi")

	host.as(c.Coordinator)
	host.Open(e.Path("/feedback"))
	host.says("Lisää aikaa kysymyksille")
	host.write("#changes", "Puolet ajasta kysymyksille")
	host.Go(`form[action$="/changes"] button[value="publish"]`)
	host.Open(e.Path("/host"))
	host.Press("Järjestä uudelleen")
	host.says("Puolet ajasta kysymyksille")
	host.Go(`button[value="suggest"]`)
	host.Go(`button[value^="use:"]`)
	host.Go("main form .btn:not(.quiet)")
	host.Go(`form[action$="/publish"] button`)
	again := s.eventAt(host)
	if again.CopiedFrom != e.ID || again.Title != e.Title || !again.Start.After(e.End) {
		t.Errorf("the next run is %+v", again)
	}
	phone.as(c.MentorCandidate)
	phone.Open(again.Path(""))
	phone.says("Puolet ajasta kysymyksille")
}
