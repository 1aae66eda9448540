package browsertest

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/mail"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// mentorIn is the page of some mentor in a state, who is none of the cast.
func (s *Site) mentorIn(t *testing.T, state mentoring.State) string {
	t.Helper()
	all, err := mentoring.Mentors(t.Context(), s.App.Config.DB)
	must(t, err)
	for _, m := range all {
		if m.State == state && m.Person.Email != s.County.Cast.Mentor {
			return fmt.Sprintf("/mentors/%d", m.ID)
		}
	}
	t.Fatalf("no mentor is %s", state)
	return ""
}

// listFile writes a list of mentors to a file.
func listFile(t *testing.T, lines ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "mentors.csv")
	must(t, os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	return name
}

// mentorStops are the pages of recruiting: as the coordinator, a supervisor, a mentor and a volunteer see them.
func (s *Site) mentorStops(t *testing.T) []stop {
	t.Helper()
	c := s.County.Cast
	candidate, active := s.mentorIn(t, mentoring.Candidate), s.mentorIn(t, mentoring.Active)
	good := listFile(t, "email;tila;yksiköt;tunnit;alkaa", c.MentorCandidate+";aktiivinen;"+s.County.People[0].Unit+";2;2026-01-01")
	bad := listFile(t, "email;tila;yksiköt;tunnit", "x@y.example;nukkuu;ZZ;paljon", c.MentorCandidate+";aktiivinen;ZZ;2")
	check := func(file string) func(b *Browser) {
		return func(b *Browser) { b.Open("/mentors/import"); b.upload("#list", file); b.Go("main form button") }
	}
	wrong := func(open, form string) func(b *Browser) {
		return func(b *Browser) {
			b.Open(open)
			b.unfoldAll()
			b.Go(`form[action$="` + form + `"] button`)
			b.status(http.StatusUnprocessableEntity)
			b.mustHave("[data-error-summary]")
		}
	}
	return []stop{
		{"start with mentors", func(b *Browser) { b.as(c.Coordinator) }},
		at("/mentors"), at("/mentors?state=resting&strength=ethics"), at("/mentors?q=zzzz"),
		at(candidate), {"confirming with errors", wrong(candidate, "/confirm")}, {"declining with errors", wrong(candidate, "/decline")},
		{"confirming what another has answered", func(b *Browser) {
			b.Open(candidate)
			b.write("#hours", "2")
			JS[bool](b, `(() => { document.querySelector('form[action$="/confirm"] input[name=version]').value = "99"; return true; })()`)
			b.Go(`form[action$="/confirm"] button`)
			b.status(http.StatusConflict)
		}},
		at(active), {"ending with errors", func(b *Browser) {
			b.Open(active)
			b.Go(`button[value="end"]`)
			b.status(http.StatusUnprocessableEntity)
		}},
		at("/mentors/import"), {"mentors' list not chosen", wrong("/mentors/import", "/import")},
		{"mentors' list with faults", check(bad)}, {"mentors' list", check(good)},
		{"candidates of the county", func(b *Browser) { b.Open("/mentors/confirm") }},
		{"candidates of a supervisor", func(b *Browser) { b.as(c.Supervisor); b.Open("/mentors/confirm") }},
		{"own mentoring", func(b *Browser) { b.as(c.Mentor); b.Open("/mentors/me") }},
		{"absence with errors", func(b *Browser) {
			JS[bool](b, `(() => { document.getElementById("away_from").value = "2026-07-01"; return true; })()`)
			b.Go(`form[action$="/absence"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"a mentor comes forward", func(b *Browser) { b.Open("/mentors/join") }},
		{"coming forward", func(b *Browser) { b.as(c.Researcher); b.Open("/mentors/join"); b.unfoldAll() }},
		{"coming forward with errors", func(b *Browser) {
			JS[bool](b, `(() => { document.querySelectorAll("main input[type=checkbox]").forEach((x) => { x.checked = false; }); return true; })()`)
			b.Go(`form[action="/mentors/join"] .btn:not(.small)`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"come forward", func(b *Browser) {
			b.Open("/mentors/join")
			JS[bool](b, `(() => { document.querySelector("input[name=units]").checked = true; return true; })()`)
			b.Go(`form[action="/mentors/join"] .btn:not(.small)`)
			b.mustHave(`form[action$="/withdraw"]`)
		}},
	}
}

func TestAVolunteerBecomesAnActiveDigimentor(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	c := s.County.Cast
	who, err := people.PersonByEmail(t.Context(), s.App.Config.DB, c.MentorCandidate)
	must(t, err)

	// On a phone: from the wish to coming forward.
	b := newBrowser(t, s.URL, Phone)
	b.as(c.MentorCandidate)
	b.tellWish("yes", "hands-on")
	b.Go(`main a[href="/mentors/join"]`)
	if !JS[bool](b, `document.querySelector("input[name=units]").checked`) || !strings.Contains(b.Text("main"), "oma yksikkösi") {
		t.Fatalf("the own unit is not chosen:\n%s", b.Text("main"))
	}
	b.Click(`input[name="areas"][value="remote"]`)
	b.write("#reach", "Teamsissa arkisin")
	b.Go(`form[action="/mentors/join"] .btn:not(.small)`)
	if text := b.Text("main"); !strings.Contains(text, "odottaa esihenkilösi vahvistusta") {
		t.Fatalf("after coming forward:\n%s", text)
	}

	// A supervisor hears of it by mail; one further up may answer too.
	holders, err := people.Holders(t.Context(), s.App.Config.DB, people.Supervisor)
	must(t, err)
	tree, err := people.LoadTree(t.Context(), s.App.Config.DB)
	must(t, err)
	path := tree.Path(who.UnitID)
	asked := ""
	for i := len(path) - 1; i >= 0 && asked == ""; i-- {
		for _, h := range holders {
			if h.Role.UnitID == path[i].ID && h.Person.ID != who.ID {
				asked = h.Person.Email
			}
		}
	}
	s.mailTo(t, asked, func(m mail.Message) bool { return strings.Contains(m.Subject, who.Name+" haluaisi digimentoriksi") })
	boss := newBrowser(t, s.URL, Desktop)
	boss.as(c.Supervisor)
	boss.Go(`main a[href="/mentors/confirm"]`)
	boss.Go(`main a[aria-label$="` + who.Name + `"]`)
	boss.write("#hours", "1,5")
	boss.Go(`form[action$="/confirm"] button`)
	if text := boss.Text("main"); !strings.Contains(text, "1,5 h viikossa") || !strings.Contains(text, "Vahvistettu") {
		t.Fatalf("after confirming:\n%s", text)
	}

	coordinator := newBrowser(t, s.URL, Desktop)
	coordinator.as(c.Coordinator)
	coordinator.Go(`main a[href="/mentors?state=confirmed"]`)
	coordinator.Go(`tbody th a`)
	coordinator.Go(`button[value="appoint"]`)
	b.Open("/mentors/me")
	if text := b.Text("main"); !strings.Contains(text, "Koulutuksessa") {
		t.Fatalf("after being appointed:\n%s", text)
	}
	coordinator.Go(`button[value="activate"]`)
	if text := coordinator.Text("main"); !strings.Contains(text, "Aktiivinen") || !strings.Contains(text, "Nimettiin digimentoriksi") {
		t.Fatalf("the coordinator sees:\n%s", text)
	}
	s.mailTo(t, c.MentorCandidate, func(m mail.Message) bool { return m.Subject == "Voit aloittaa digimentorina" })
	b.Open("/mentors/me")
	if text := b.Text("main"); !strings.Contains(text, "Aktiivinen") || JS[string](b, `document.querySelector("#reach").value`) != "Teamsissa arkisin" {
		t.Fatalf("the mentor sees:\n%s", text)
	}
}
