package browsertest

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring/asking"
	"taitorinki/internal/people"
)

// helpStops are the pages of requests for help, as the asker, a mentor and the coordinator see them.
func (s *Site) helpStops(t *testing.T) []stop {
	t.Helper()
	waits := s.waiting(t)
	turn, led := fmt.Sprintf("/help/inbox/%d", waits.ID), fmt.Sprintf("/help/%d", waits.ID)
	return []stop{
		{"asking for help", func(b *Browser) { b.as(s.County.Cast.MentorCandidate); b.Open("/help/new") }},
		{"asking with everything open", func(b *Browser) { b.Open("/help/new?pick=1&area=remote"); b.unfoldAll() }},
		{"asking with errors", func(b *Browser) {
			b.Open("/help/new")
			b.Go(`form[action="/help/new"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"asking with a phone number", func(b *Browser) {
			b.Open("/help/new")
			b.write("#text", "Soita 040 123 4567")
			b.mustHave("#text-found")
		}},
		at("/help/mine"),
		{"inbox", func(b *Browser) { b.as(s.County.Cast.Mentor); b.Open("/help/inbox") }},
		{"request of a mentor", func(b *Browser) { b.Open(turn); b.unfoldAll() }},
		{"request passed on without a reason", func(b *Browser) {
			b.Go(`form[action$="/pass"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"list of requests", func(b *Browser) { b.as(s.County.Cast.Coordinator); b.Open("/help"); b.mustHave("tbody tr") }},
		at(led),
		{"answer without an answer", func(b *Browser) {
			b.Go(`form[action$="/answer"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
	}
}

// waiting is a request that the cast's mentor may take.
func (s *Site) waiting(t *testing.T) asking.Request {
	t.Helper()
	who, err := people.PersonByEmail(t.Context(), s.App.Config.DB, s.County.Cast.Mentor)
	must(t, err)
	m, _, err := s.App.Mentors.MentorOf(t.Context(), who.ID)
	must(t, err)
	all, err := s.App.Asking.OpenFor(t.Context(), m.ID)
	must(t, err)
	for _, r := range all {
		if r.State == asking.Open && r.By != 0 {
			return r
		}
	}
	t.Fatalf("nothing waits for the cast's mentor: %v", all)
	return asking.Request{}
}

func TestAColleagueAsksForHelpInTwoTapsAndSeesTheRequestClimb(t *testing.T) {
	s, err := newSite(dbtest.SQLite(t), t.TempDir(), nil)
	must(t, err)
	t.Cleanup(func() { s.close() })
	var ahead atomic.Int64 // of the clock, for requests alone: the browser's session lives by the machine's
	now := s.App.Asking.Now
	s.App.Asking.Now = func() time.Time { return now().Add(time.Duration(ahead.Load())) }
	must(t, s.Demo.Fill(t.Context()))
	s.work()
	overTheHolidays := func() {
		ahead.Add(int64(8 * 24 * time.Hour))
		must(t, s.App.Asking.Climb(t.Context()))
	}

	b := newBrowser(t, s.URL, Phone)
	b.as(s.County.Cast.MentorCandidate)
	b.Open("/help/new")
	b.write("#text", "Hetu on 131052-308T")
	b.Until(`document.querySelector("#text-found").textContent.includes("henkilötunnus")`)
	b.Click(`input[name="area"][value="remote"]`)
	b.Click(`form[action="/help/new"] button`) // is not sent
	b.Until(`document.activeElement.id === "text" && location.pathname === "/help/new"`)

	b.Open("/help/new")
	b.Click(`input[name="area"][value="remote"]`) // one
	b.Go(`form[action="/help/new"] button`)       // two
	card := `main .card`                          // the newest request
	if got := b.Text(card); b.Path() != "/help/mine" || !strings.Contains(got, " sai pyynnön tänään") || !strings.Contains(got, "siirtyy palvelualueen digimentoreille") {
		t.Fatalf("sent, the asker reads at %s\n%s", b.Path(), b.Text("main"))
	}
	overTheHolidays()
	b.Open("/help/mine")
	if got := b.Text(card); !strings.Contains(got, "se siirtyy koordinaattorille") {
		t.Fatalf("unanswered, the asker reads\n%s", got)
	}
	overTheHolidays()
	b.Open("/help/mine")
	if got := b.Text(card); !strings.Contains(got, "Pyyntö tuli koordinaattorille") {
		t.Fatalf("still unanswered, the asker reads\n%s", got)
	}

	c := newBrowser(t, s.URL, Desktop)
	c.as(s.County.Cast.Coordinator)
	c.Open("/")
	if got := c.Text("main"); !strings.Contains(got, "tullut sinulle: kukaan ei ole ottanut") {
		t.Errorf("the coordinator's start page is\n%s", got)
	}
	c.Open("/help")
	id := JS[string](c, `[...document.querySelectorAll("tbody tr a")].map((a) => a.getAttribute("href")).sort((x, y) => y.slice(6) - x.slice(6))[0]`)
	c.Go(`tbody a[href="` + id + `"]`)
	c.write("#answer", "Tulen huomenna käymään.")
	c.Go(`form[action$="/answer"] button`)
	b.Open("/help/mine")
	if got := b.Text(card); !strings.Contains(got, "Tulen huomenna käymään.") {
		t.Errorf("answered, the asker reads\n%s", got)
	}
}
