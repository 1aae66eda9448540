package browsertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/mail"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/link"
)

// stop is a page, or a state of one, and how to come to it from wherever the browser is.
type stop struct {
	name string
	goTo func(b *Browser)
}

func at(path string) stop { return stop{path, func(b *Browser) { b.Open(path) }} }

// walk is what one visitor of a site sees.
type walk struct {
	name  string
	site  *Site
	stops []stop
}

func TestEveryPageIsAccessibleInEverySizeAndColour(t *testing.T) {
	source := axe(t)
	s, troubled := shown(t), newTroubled(t)
	began := time.Now()
	walks := append(s.walks(t), troubled.walks(t)...)
	var been sync.Map
	approved := &drawn{ok: map[string]bool{}}
	t.Run("walks", func(t *testing.T) {
		for _, w := range walks {
			t.Run(w.name, func(t *testing.T) {
				t.Parallel()
				b := newBrowser(t, w.site.URL, Desktop)
				for _, x := range w.stops {
					t.Run(x.name, func(t *testing.T) {
						b := b.in(t)
						x.goTo(b)
						b.lookAt(x.name, source, approved)
						been.Store(w.site.route(b.Path()), true)
					})
				}
			})
		}
	})
	t.Logf("all pages in %s", time.Since(began).Round(time.Second))
	for _, r := range s.App.Kit.Routes() {
		if _, ok := been.Load(r.Pattern); !ok && strings.HasPrefix(r.Pattern, "GET ") && !noPage[r.Pattern] {
			t.Errorf("nobody walked to %s", r.Pattern)
		}
	}
}

// noPage are the routes that answer with a file or lead on to a page.
var noPage = map[string]bool{
	"GET /healthz": true, "GET /readyz": true, "GET /robots.txt": true, "GET /me/data.json": true, "GET /rounds/{id}/refused.csv": true,
	"GET /audit/log.csv": true, "GET /mentors/willing/list.csv": true, "GET /instruments/{id}/file": true, "GET /results/{code}/table.csv": true, "GET /results/{code}/units.csv": true, "GET /results/{code}/texts.csv": true, "GET /results/{code}/ledger.csv": true, "GET /results/{code}/microdata/{file}": true, "GET /f/{code}": true,
	"GET /findings/list.csv": true, "GET /mentors/coverage/list.csv": true, "GET /mentors/list.csv": true,
	"GET /events/reach": true, "GET /log/worker.js": true, "GET /meetings/{id}/meeting.ics": true, "GET /events/{id}/participants.csv": true,
	"GET /events/{id}/event.ics": true, "GET /e/{code}/event.ics": true, "GET /events/{id}/invite/{unit}/qr.png": true, "GET /calendar/feed/{file}": true,
	"GET /live/{code}/events": true, "GET /live/{code}/qr.svg": true,
	"GET /events/trend.csv":                 true,
	"GET /events/{id}/materials/{material}": true, "GET /e/{code}/materials/{material}": true, "GET /e/{code}/fair/x/{exhibitor}/picture": true,
	"GET /training/badge/{file}": true, "GET /badges/did.json": true, "GET /badges/issuer": true, "GET /badges/keys": true, "GET /badges/keys/{id}": true, "GET /badges/status/1": true, "GET /badges/digimentor/{lang}/picture.png": true,
}

// route is the pattern that a page's path belongs to.
func (s *Site) route(path string) string {
	mux := http.NewServeMux()
	for _, r := range s.App.Kit.Routes() {
		mux.Handle(r.Pattern, http.NotFoundHandler())
	}
	_, pattern := mux.Handler(httptest.NewRequest(http.MethodGet, path, nil))
	return pattern
}

// in is the same tab in a subtest.
func (b *Browser) in(t testing.TB) *Browser {
	c := &Browser{t: t, ctx: b.ctx, device: b.device, base: b.base}
	return c
}

// walks are all pages of a county where everything goes well, in the order of four visitors.
func (s *Site) walks(t *testing.T) []walk {
	t.Helper()
	var open, closed survey.Round
	rounds, err := survey.Rounds(t.Context(), s.App.Config.DB)
	must(t, err)
	for _, r := range rounds {
		switch r.State {
		case survey.Open:
			open = r
		case survey.Closed:
			if closed.ID == 0 { // the newest, which has a wave before it
				closed = r
			}
		}
	}
	return []walk{
		{"rounds", s, s.roundsStops(t, open, closed)},
		{"texts", s, s.textStops(t)},
		{"help", s, s.helpStops(t)},
		{"log", s, s.logStops(t)},
		{"meetings", s, s.meetingStops(t)},
		{"invitations", s, s.inviteStops(t)},
		{"training", s, s.trainingStops(t)},
		{"sign-up", s, s.signupStops(t)},
		{"live", s, s.liveStops(t)},
		{"fair", s, s.fairStops(t)},
		{"people", s, s.peopleStops(t)},
		{"respondent", s, s.respondentsStops(t, open, closed)},
		{"visitor", s, s.visitorsStops()},
		{"mentors", s, s.mentorStops(t)},
		{"events", s, s.eventStops(t)},
		{"feedback on events", s, s.feedbackStops(t)},
	}
}

func (s *Site) visitorsStops() []stop {
	return []stop{at("/"), at("/sign-in"),
		{"sign-in with an error", func(b *Browser) { b.Open("/sign-in"); b.Fill("#email", "x"); b.Go("main form button") }},
		{"link sent", func(b *Browser) { b.Open("/sign-in"); b.Fill("#email", s.County.Cast.Expert); b.Go("main form button") }},
		{"sign-in link", func(b *Browser) {
			_, link := s.mailTo(b.t, s.County.Cast.Expert, func(m mail.Message) bool { return strings.Contains(m.Text, "/sign-in/") })
			b.Open(link)
		}},
		at("/wishes"), at("/sign-in/wrong"), at("/accessibility"),
		{"feedback on accessibility with errors", func(b *Browser) {
			b.Go(`form[action="/accessibility"] button`)
			b.status(http.StatusUnprocessableEntity)
			b.mustHave("[data-error-summary]")
		}},
		{"thanks for feedback on accessibility", func(b *Browser) {
			b.write("#text", "Nappi ei puhu")
			b.Go(`form[action="/accessibility"] button`)
			b.mustHave("#feedback .notice")
		}},
		at("/privacy"), at("/nothing-here"), at("/demo"), at("/demo/mail"), at("/demo/mail/0"), at("/dev/ui"), at("/units")}
}

func (s *Site) peopleStops(t *testing.T) []stop {
	c := s.County.Cast
	units, err := people.Units(t.Context(), s.App.Config.DB)
	must(t, err)
	who, err := people.PersonByEmail(t.Context(), s.App.Config.DB, c.Supervisor)
	must(t, err)
	list := newStaffList(t, s)
	person := fmt.Sprintf("/people/%d", who.ID)
	out := []stop{
		{"start of the coordinator", func(b *Browser) { b.as(c.Coordinator) }},
		{"menu", func(b *Browser) { b.Look(Phone); b.Open("/me"); b.Click(".menu-button") }},
		{"own menu", func(b *Browser) { b.Open("/me"); b.Click(".user-button") }},
		at("/me/county-account"),
		at("/units"), at(fmt.Sprintf("/units/%d", units[0].ID)), at(fmt.Sprintf("/units/%d", who.UnitID)),
		at("/people?page=2"), at("/people?q=zzzz"), at(person),
		{"role without a choice", func(b *Browser) {
			b.Open(person)
			JS[bool](b, `(() => { document.querySelectorAll("main select").forEach((s) => { s.selectedIndex = -1; }); return true; })()`)
			b.Go(`form[action$="/roles"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		at("/people/import"),
		{"import without files", func(b *Browser) { b.Open("/people/import"); b.Go("main form button") }},
		{"import difference", func(b *Browser) { b.Open("/people/import"); b.upload("#people", list); b.Go("main form button") }},
		at("/roles/import"), at("/audit"), at("/audit?kind=viewed"), at("/mentors/willing"), at("/mentors/coverage"), {"picture of the network", func(b *Browser) { b.unfoldAll() }}, at("/mentors/coverage?gaps=1&thin=1&area=evaluate"), at("/mentors/coverage/about"),
		at("/mentors/mine"), at("/mentors/find"), at("/mentors/find?q=zzzz"), at(fmt.Sprintf("/mentors/find?unit=%d", who.UnitID)), at("/mentors/alive"), at("/services"), at("/services/new"),
		{"service with errors", func(b *Browser) { b.Go(`form[action="/services"] button`); b.mustHave("[data-error-summary]") }},
		at("/services/1"), at("/wishes"),
		{"wish with errors", func(b *Browser) { b.Go(`form[action="/wishes"] button`); b.mustHave("[data-error-summary]") }},
		{"wish told", func(b *Browser) { b.tellWish("yes", "video") }},
		{"list of the willing", func(b *Browser) { b.Open("/mentors/willing"); b.mustHave("tbody th[scope=rowgroup]") }},
		at("/me"), at("/accessibility/feedback"), at("/accessibility/feedback/1"), at("/accessibility/feedback/2"),
		{"answer with errors", func(b *Browser) {
			b.Go(`form[action^="/accessibility/feedback/"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"settings of the county", func(b *Browser) { b.as(c.Administrator); b.Open("/settings") }},
		{"settings with errors", func(b *Browser) {
			b.Fill("#months", "x")
			b.Go(`form[action="/settings"] button`)
			b.mustHave("[data-error-summary]")
		}},
		{"text of the statement", func(b *Browser) { b.Open("/settings/texts/accessibility"); b.unfoldAll() }},
		at("/settings/texts/privacy"),
		{"text with errors", func(b *Browser) {
			b.write("#en", "{nobody}")
			b.Go(`form[action^="/settings/texts/"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
	}
	for _, email := range []string{c.Administrator, c.DataProtectionOfficer, c.Researcher, c.Supervisor, c.MentorCandidate} {
		out = append(out, stop{"start of " + email, func(b *Browser) { b.as(email) }})
	}
	out = append(out, stop{"round as its supervisor", func(b *Browser) { b.as(c.Supervisor); b.Open("/rounds"); b.Go(".links a, tbody a") }})
	return append(out, stop{"a page that is not the reader's", func(b *Browser) { b.Open("/people/import"); b.status(http.StatusForbidden) }})
}

func (s *Site) roundsStops(t *testing.T, open, closed survey.Round) []stop {
	draft := s.draft(t, whole, nil)
	return append([]stop{
		{"rounds", func(b *Browser) { b.as(s.County.Cast.Coordinator); b.Open("/rounds") }},
		at("/rounds/new"),
		{"round with errors", func(b *Browser) {
			b.Open(rd(draft, "/edit"))
			JS[bool](b, `(() => { document.getElementById("name_fi").value = ""; return true; })()`)
			b.Go(`button[value="check"]`)
		}},
		at(rd(draft, "/open")), at(rd(&open, "")), at(rd(&open, "/rates")), at(rd(&open, "/tell")), at(rd(&open, "/pace")),
		{"pace with errors", func(b *Browser) { b.Open(rd(&open, "/pace")); b.Fill("#rate", "0"); b.Go("main form button") }},
		at(rd(&open, "/close")), at(rd(&closed, "")), at(rd(&closed, "/end-series")),
		{"slips with errors", func(b *Browser) { b.Open(rd(&open, "/slips")); b.Go("main form button") }},
		{"sheet of slips", func(b *Browser) { b.slips(&open, 6) }},
		at(rd(&open, "/slips")),
		at(rd(draft, "/reminders")),
		{"reminder with errors", func(b *Browser) {
			b.Open(rd(draft, "/reminders/new"))
			b.Fill("#days", "999")
			JS[bool](b, `(() => { document.getElementById("text_sv").value = ""; return true; })()`)
			b.Go(`button[value="save"]`)
			b.status(http.StatusUnprocessableEntity)
		}},
		at(rd(draft, "/reminders/new")), at(rd(&open, "/reminders")), at(rd(&open, "/reminders/2")), at(rd(&open, "/extend")),
		{"another end with an error", func(b *Browser) {
			JS[bool](b, `(() => { document.getElementById("closes_at").value = ""; return true; })()`)
			b.Go("main form button")
			b.status(http.StatusUnprocessableEntity)
		}},
		at("/results"), at("/results/" + closed.Code), at("/instruments"),
		at("/results/" + closed.Code + "/quality"), at("/results/" + closed.Code + "/factors"), at("/results/" + closed.Code + "/methods"),
		{"tables of quality", func(b *Browser) { b.Open("/results/" + closed.Code + "/quality"); b.unfoldAll() }},
		{"tables of connections", func(b *Browser) { b.Open("/results/" + closed.Code + "/factors"); b.unfoldAll() }},
		at("/results/" + closed.Code + "/profiles"), at("/results/" + closed.Code + "/profiles?k=6"),
		at("/results/" + closed.Code + "/units"), at("/results/" + closed.Code + "/units?told=1&sort=remote"), at("/results/" + closed.Code + "/waves"), at("/results/" + closed.Code + "/take"),
	}, s.findingsStops(t, closed)...)
}

// unfoldAll opens all that can be opened.
func (b *Browser) unfoldAll() {
	b.t.Helper()
	JS[bool](b, `(() => { document.querySelectorAll("details").forEach((d) => { d.open = true; }); return true; })()`)
}

func rd(r *survey.Round, more string) string { return fmt.Sprintf("/rounds/%d%s", r.ID, more) }

func (s *Site) respondentsStops(t *testing.T, open, closed survey.Round) []stop {
	later := s.opened(t, pulse, func(r *survey.Round) { r.OpensAt = time.Now().Add(24 * time.Hour) })
	notYet, err := s.App.Survey.Links(t.Context(), later.ID)
	must(t, err)
	links, slips := s.blank(t, open.ID, 5), s.slips(t, &open, 6)
	s.answerAll(t, links[1], 3)
	page := func(n int) string { return fmt.Sprintf("/a/%s/%d", open.Code, n) }
	send := "/a/" + open.Code + "/send"
	var secret link.Secret
	out := []stop{
		{"link mistyped", func(b *Browser) { b.Open("/v/abc") }},
		{"link unknown", func(b *Browser) { b.Open("/v/" + link.Format(link.Invitation, open.Code, secret)) }},
		{"link of a closed round", func(b *Browser) { b.Open("/v/" + link.Format(link.Invitation, closed.Code, secret)) }},
		{"link of another day", func(b *Browser) { b.Open(notYet[0].URL) }},
		{"no cookie", func(b *Browser) { b.Open(page(1)) }},
		{"feedback link mistyped", func(b *Browser) { b.Open("/f/abc") }},
		{"no feedback", func(b *Browser) { b.Open("/f/" + link.Format(link.Feedback, open.Code, secret)) }},
		at("/s"),
		{"slip mistyped", func(b *Browser) { b.Fill("#code", "abc"); b.Go("main form button") }},
		{"slip", func(b *Browser) { b.Open("/s/" + slips[0]) }},
		{"first page of a slip", func(b *Browser) { b.Go("main form button") }},
		{"slip in use", func(b *Browser) { b.Open("/s/" + slips[0]) }},
		at("/privacy/" + open.Code),
		{"first page", func(b *Browser) { b.Open(links[0]) }},
		{"no such page", func(b *Browser) { b.Open(page(99)); b.status(http.StatusNotFound) }},
		{"first page in words", func(b *Browser) { b.Open(page(1)); b.Go(`button[name="plain"]`) }},
		{"first page in Swedish", func(b *Browser) { b.Go(`button[name="plain"]`); b.Go(`.lang [lang="sv"]`) }},
		{"send page with nothing answered", func(b *Browser) { b.Open(send) }},
		{"another link in the same browser", func(b *Browser) {
			b.Open(page(1))
			b.tab(Desktop).Open(links[3])
			b.Go(`button[value="next"]`)
			b.status(http.StatusConflict)
		}},
	}
	for n := 1; n <= 9; n++ {
		out = append(out, stop{fmt.Sprintf("page %d", n), func(b *Browser) {
			if n == 1 {
				b.Open(links[1])
			} else {
				b.Open(page(n))
			}
		}})
	}
	return append(out, at(send),
		stop{"feedback", func(b *Browser) { b.Open(send); b.Go("#send button") }},
		stop{"used link", func(b *Browser) { b.Open(links[1]) }},
		stop{"withdrawn", func(b *Browser) { b.Go(`form[action$="/withdraw"] button`) }},
		stop{"left", func(b *Browser) {
			s.answerAll(t, links[2], 1)
			b.Open(links[2])
			b.Open(send)
			b.Go("#send button")
			b.Go(`form[action$="/leave"] button`)
		}},
		stop{"on a shared device", func(b *Browser) {
			s.answerAll(t, links[4], 1)
			b.Open(links[4])
			b.Go(`button[name="shared"]`)
		}},
		stop{"stopped on a shared device", func(b *Browser) { b.Go(`button[value="leave"]`) }},
		stop{"feedback on a shared device", func(b *Browser) {
			b.Open(links[4])
			b.Go(`button[name="shared"]`)
			b.Open(send)
			b.Go("#send button")
		}},
	)
}
