package browsertest

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/insight"
	"taitorinki/internal/survey"
)

// filled is a site of the test's own with the demo's county.
func filled(t *testing.T) *Site {
	t.Helper()
	s, err := newSite(dbtest.SQLite(t), t.TempDir(), nil)
	must(t, err)
	t.Cleanup(func() { s.close() })
	must(t, s.Demo.Fill(t.Context()))
	s.work()
	return s
}

// findingsStops are the pages of findings, and those from which they are made, as the coordinator sees them.
func (s *Site) findingsStops(t *testing.T, closed survey.Round) []stop {
	t.Helper()
	all, err := s.App.Insight.Findings(t.Context(), insight.FindingFilter{States: []insight.FindingState{insight.FindingDone}})
	must(t, err)
	done := "/findings/" + strconv.FormatInt(all[0].ID, 10)
	return []stop{
		{"unit with findings", func(b *Browser) { b.Open("/results/" + closed.Code + "/units"); b.Go(".heat tbody th a") }},
		at("/findings"), at("/findings?state=dropped&under=1"), at(done),
		{"state with errors", func(b *Browser) {
			b.Go(`form[action$="/state"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"focus with errors", func(b *Browser) {
			b.Open(done)
			JS[bool](b, `(() => { document.getElementById("focus_to").value = ""; return true; })()`)
			b.Go(`form[action="/mentors/focus"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"aiming help", func(b *Browser) { b.Open("/results/" + closed.Code + "/units"); b.Go(".heat td a") }},
		{"aiming help with errors", func(b *Browser) {
			b.Go(`form[action="/findings"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"aiming help where an area is to be chosen", func(b *Browser) { b.Open("/results/" + closed.Code); b.Go(`.card a.btn[href^="/findings/new"]`) }},
	}
}

func TestACoordinatorAimsHelpAtAThinCellAndMarksItDone(t *testing.T) {
	s := filled(t)
	b := newBrowser(t, s.URL, Desktop)
	b.as(s.County.Cast.Coordinator)
	b.Open("/results")
	b.Go(`main .links a[href^="/results/"]`)
	b.Go(`.tabs a[href$="/units"]`)
	name := JS[string](b, `document.querySelector(".heat td.heat-2 a").getAttribute("aria-label")`)
	figure := b.Text(".heat td.heat-2 a")
	if !strings.Contains(name, figure) || !strings.Contains(name, "alle") || !strings.HasSuffix(name, "kohdista apua tähän") {
		t.Errorf("the cell of %s is called %q", figure, name)
	}
	unit, _, _ := strings.Cut(name, ", ")
	b.Go(".heat td.heat-2 a")
	if !strings.Contains(b.Text("main dl"), unit) || !strings.Contains(b.Text("main dl"), "Keskiarvo "+figure) {
		t.Fatalf("help is aimed from\n%s", b.Text("main"))
	}
	b.write("#note", "Harjoitellaan yhdessä.")
	b.Go(`form[action="/findings"] button`)
	own := b.Path()
	if !strings.Contains(b.Text("main"), "Harjoitellaan yhdessä.") || !strings.Contains(b.Text("main .tag"), "avoin") {
		t.Fatalf("the finding shows\n%s", b.Text("main"))
	}
	b.Open("/findings")
	if got := b.Text("tbody tr"); !strings.Contains(got, unit) || !strings.Contains(got, "avoin") {
		t.Errorf("the first of the list is %q, want %s", got, unit)
	}
	b.Go(`tbody a[href="` + own + `"]`)
	b.Click(`input[name="state"][value="done"]`)
	b.write("#why", "Harjoiteltu kaksi kertaa.")
	b.Go(`form[action$="/state"] button`)
	if got := b.Text("main"); !strings.Contains(got, "merkitsi havainnon tehdyksi") || !strings.Contains(got, "Harjoiteltu kaksi kertaa.") {
		t.Errorf("the story is\n%s", got)
	}
	b.Open("/findings?state=done")
	if !b.Has(`tbody a[href="` + own + `"]`) {
		t.Errorf("what is done shows\n%s", b.Text("main"))
	}
}
