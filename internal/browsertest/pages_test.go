package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/link"
)

// stop is a page on the walk: how to come to it from wherever the browser is. wide pages are let off nothing.
type stop struct {
	name string
	goTo func(b *Browser)
}

func at(path string) stop { return stop{path, func(b *Browser) { b.Open(path) }} }

func axe(t testing.TB) string {
	t.Helper()
	name := os.Getenv("TAITORINKI_AXE")
	if name == "" {
		name = filepath.Join("..", "..", ".cache", "node_modules", "axe-core", "axe.min.js")
	}
	b, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		missing(t.(*testing.T), err)
	}
	must(t, err)
	return string(b)
}

type violation struct {
	ID, Help string
	Nodes    []struct {
		HTML           string `json:"html"`
		FailureSummary string `json:"failureSummary"`
	}
}

// axeRun looks at the page as it stands. rules limits it to some; empty is all of WCAG 2.0-2.2 A and AA.
func (b *Browser) axeRun(source string, rules ...string) []violation {
	b.t.Helper()
	if !JS[bool](b, `typeof axe !== "undefined"`) {
		do(b, chromedp.Evaluate[bool](source+";true"))
	}
	only := `{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}`
	if len(rules) > 0 {
		j, _ := json.Marshal(rules)
		only = `{type: "rule", values: ` + string(j) + `}`
	}
	text := do(b, chromedp.Evaluate[string](`axe.run(document, {runOnly: `+only+`, resultTypes: ["violations"], preload: false}).then((r) => JSON.stringify(r.violations))`,
		chromedp.EvalAwaitPromise))
	var out []violation
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		b.t.Fatal(err)
	}
	return out
}

// lookAt checks the page in every size and colour.
func (b *Browser) lookAt(name, source string, bare bool) {
	b.t.Helper()
	type shape struct {
		Title, Lang, Wide string
		H1, Main          int
	}
	report := func(v View, rules ...string) {
		b.Look(v)
		for _, x := range b.axeRun(source, rules...) {
			for _, n := range x.Nodes {
				b.t.Errorf("%s, %s: %s: %s\n\t%s\n\t%s", name, v.Name, x.ID, x.Help, n.HTML, strings.ReplaceAll(n.FailureSummary, "\n", " "))
			}
		}
	}
	for _, v := range []View{Narrow, Phone, Desktop} {
		b.Look(v)
		s := shapeOf[shape](b)
		if s.H1 != 1 && name != "/dev/ui" || s.Main != 1 || s.Title == "" || strings.HasPrefix(s.Title, "–") || s.Lang == "" {
			b.t.Errorf("%s: %d h1, %d main, title %q, language %q", name, s.H1, s.Main, s.Title, s.Lang)
		}
		if s.Wide != "" {
			b.t.Errorf("%s is wider than %d px: %s", name, v.Width, s.Wide)
		}
	}
	report(Narrow)
	// Most rules read the document, which is the same in every size and colour; these read how it looks.
	report(Desktop, "color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block")
	if bare {
		report(Phone.dark(), "color-contrast") // respondents' pages have the same parts in every width
	} else {
		report(Desktop.dark(), "color-contrast")
	}
	b.Look(Desktop)
}

func shapeOf[T any](b *Browser) T {
	b.t.Helper()
	return JS[T](b, `(() => {
		const room = document.documentElement.clientWidth;
		let wide = "";
		if (document.documentElement.scrollWidth > room) {
			const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > room + 1 && !e.closest(".vh, .skip"));
			wide = document.documentElement.scrollWidth + " px: " + out.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" | ");
		}
		return { Title: document.title, Lang: document.documentElement.lang, Wide: wide,
			H1: document.querySelectorAll("h1").length, Main: document.querySelectorAll("main").length };
	})()`)
}

func TestEveryPageIsAccessibleInEverySizeAndColour(t *testing.T) {
	source := axe(t)
	s := shown(t)
	began := time.Now()
	walks := s.walks(t)
	for name, w := range walks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, s.URL, Desktop)
			for _, x := range w {
				if !t.Run(x.name, func(t *testing.T) {
					b := b.in(t)
					x.goTo(b)
					b.lookAt(x.name, source, name == "respondent")
				}) && t.Context().Err() != nil {
					return
				}
			}
		})
	}
	t.Cleanup(func() { t.Logf("all pages in %s", time.Since(began).Round(time.Second)) })
}

// in is the same tab in a subtest.
func (b *Browser) in(t testing.TB) *Browser { c := &Browser{t: t, ctx: b.ctx, base: b.base}; return c }

// walks are all pages, in the order of three visitors.
func (s *Site) walks(t *testing.T) map[string][]stop {
	t.Helper()
	ctx := context.Background()
	rounds, err := survey.Rounds(ctx, s.App.Config.DB)
	must(t, err)
	var openRound, closedRound survey.Round
	for _, r := range rounds {
		switch r.State {
		case survey.Open:
			openRound = r
		case survey.Closed:
			closedRound = r
		}
	}
	draft := s.draft(t, whole, nil)
	later := s.opened(t, pulse, func(r *survey.Round) { r.OpensAt = time.Now().Add(24 * time.Hour) })
	links := s.blank(t, openRound.ID, 4)
	notYet, err := s.App.Survey.Links(ctx, later.ID)
	must(t, err)
	s.answerAll(t, links[1], 3)
	c := s.County.Cast
	unit, err := people.Units(ctx, s.App.Config.DB)
	must(t, err)
	who, err := people.PersonByEmail(ctx, s.App.Config.DB, c.Supervisor)
	must(t, err)
	all, err := survey.Instruments(ctx, s.App.Config.DB)
	must(t, err)
	list := newStaffList(t, s)
	wrong := filepath.Join(t.TempDir(), "wrong.csv")
	must(t, os.WriteFile(wrong, []byte("email,name,unit\nei-osoite,Aino,TUNTEMATON\nb@kaislaranta.example,,X\n"), 0o600))
	rd := func(r int64, more string) string { return fmt.Sprintf("/rounds/%d%s", r, more) }

	visitor := []stop{at("/"), at("/sign-in"),
		{"sign-in with an error", func(b *Browser) { b.Open("/sign-in"); b.Fill("#email", "x"); b.Go("main form button") }},
		{"link sent", func(b *Browser) { b.Open("/sign-in"); b.Fill("#email", c.Expert); b.Go("main form button") }},
		at("/sign-in/wrong"), at("/accessibility"), at("/privacy"), at("/nothing-here"), at("/demo"), at("/demo/mail"), at("/demo/mail/0"), at("/dev/ui"), at("/units")}
	coordinator := []stop{
		{"start of the coordinator", func(b *Browser) { b.as(c.Coordinator) }},
		at("/units"), at(fmt.Sprintf("/units/%d", unit[0].ID)), at(fmt.Sprintf("/units/%d", who.UnitID)),
		at("/people"), at("/people?q=zzzz"), at(fmt.Sprintf("/people/%d", who.ID)), at("/people/import"),
		{"import without files", func(b *Browser) { b.Open("/people/import"); b.Go("main form button") }},
		{"import with problems", func(b *Browser) { b.Open("/people/import"); b.upload("#people", wrong); b.Go("main form button") }},
		{"import difference", func(b *Browser) { b.Open("/people/import"); b.upload("#people", list); b.Go("main form button") }},
		at("/roles/import"),
		at("/rounds"), at("/rounds/new"), at(rd(draft.ID, "/edit")),
		{"round with errors", func(b *Browser) {
			b.Open(rd(draft.ID, "/edit"))
			JS[bool](b, `(() => { document.getElementById("name_fi").value = ""; return true; })()`)
			b.Go(`button[value="check"]`)
		}},
		at(rd(draft.ID, "/open")), at(rd(openRound.ID, "")), at(rd(openRound.ID, "/close")), at(rd(closedRound.ID, "")),
		at("/results"), at("/results/" + closedRound.Code), at("/instruments"), at(fmt.Sprintf("/instruments/%d", all[0].ID)),
		at("/audit"), at("/me"),
		{"a page that is not the supervisor's", func(b *Browser) { b.as(c.Supervisor); b.Open("/audit") }},
		{"start of the supervisor", func(b *Browser) { b.Open("/") }},
	}
	page := func(n int) string { return fmt.Sprintf("/a/%s/%d", openRound.Code, n) }
	var secret link.Secret
	respondent := []stop{
		{"link mistyped", func(b *Browser) { b.Open("/v/abc") }},
		{"link unknown", func(b *Browser) { b.Open("/v/" + link.Format(link.Invitation, openRound.Code, secret)) }},
		{"link of a closed round", func(b *Browser) { b.Open("/v/" + link.Format(link.Invitation, closedRound.Code, secret)) }},
		{"link of another day", func(b *Browser) { b.Open(notYet[0].URL) }},
		{"no cookie", func(b *Browser) { b.Open(page(1)) }},
		{"no feedback", func(b *Browser) { b.Open("/f/" + link.Format(link.Feedback, openRound.Code, secret)) }},
		{"first page", func(b *Browser) { b.Open(links[0]) }},
		{"first page in words", func(b *Browser) { b.Go(`button[name="plain"]`) }},
		{"first page in Swedish", func(b *Browser) { b.Go(`button[name="plain"]`); b.Go(`.lang [lang="sv"]`) }},
		{"send page with nothing answered", func(b *Browser) { b.Open("/a/" + openRound.Code + "/send") }},
	}
	for n := 1; n <= 9; n++ {
		respondent = append(respondent, stop{fmt.Sprintf("page %d", n), func(b *Browser) {
			if n == 1 {
				b.Open(links[1])
			} else {
				b.Open(page(n))
			}
		}})
	}
	respondent = append(respondent, at("/a/"+openRound.Code+"/send"),
		stop{"feedback", func(b *Browser) { b.Open("/a/" + openRound.Code + "/send"); b.Go("#send button") }},
		stop{"used link", func(b *Browser) { b.Open(links[1]) }},
		stop{"withdrawn", func(b *Browser) { b.Click("summary"); b.Go(`form[action$="/withdraw"] button`) }},
		stop{"left", func(b *Browser) {
			s.answerAll(t, links[2], 1)
			b.Open(links[2])
			b.Open("/a/" + openRound.Code + "/send")
			b.Go("#send button")
			b.Go(`form[action$="/leave"] button`)
		}},
	)
	return map[string][]stop{"visitor": visitor, "coordinator": coordinator, "respondent": respondent}
}
