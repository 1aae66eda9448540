package browsertest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/page"

	"taitorinki/internal/survey"
)

// shot draws the page, at most so many screens of it.
func (b *Browser) shot(dir, name string, v View, screens float64) {
	b.t.Helper()
	b.Look(v)
	JS[bool](b, `(() => { document.activeElement?.blur(); scrollTo(0, 0); return true; })()`)
	height := min(JS[float64](b, `document.documentElement.scrollHeight`), screens*float64(v.Height))
	tall := v
	tall.Height = int64(height)
	b.Look(tall)
	b.within(3e8, `false`)
	png := send(b, page.CaptureScreenshot, page.CaptureScreenshotParams{Clip: &page.Viewport{Width: float64(v.Width), Height: height, Scale: 1}}).Data
	if len(png) > 200_000 {
		b.t.Errorf("%s.png has %d bytes, want 200,000 at most", name, len(png))
	}
	must(b.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}

func TestScreenshots(t *testing.T) {
	dir := os.Getenv("TAITORINKI_SHOTS")
	if dir == "" {
		t.Skip("TAITORINKI_SHOTS names no folder")
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("..", "..", dir)
	}
	must(t, os.MkdirAll(dir, 0o755))
	s := shown(t)
	c := s.County.Cast
	r := s.openRound(t)
	links := s.blank(t, r.ID, 3)

	b := newBrowser(t, s.URL, Desktop.painted())
	b.as(c.Coordinator)
	b.shot(dir, "start", Desktop, 1)
	b.Open("/units")
	b.shot(dir, "units", Desktop, 1)
	b.Open("/people/import")
	b.upload("#people", newStaffList(t, s))
	b.Go("main form button")
	JS[bool](b, `(() => { document.querySelectorAll("details").forEach((d) => d.open = true); return true; })()`)
	b.shot(dir, "import", Desktop, 1)
	draft := s.draft(t, pulse, nil)
	b.Open(fmt.Sprintf("/rounds/%d/open", draft.ID))
	b.shot(dir, "preflight", Desktop, 1.3)
	all, err := survey.Rounds(t.Context(), s.App.Config.DB)
	must(t, err)
	newest := all[slices.IndexFunc(all, func(x survey.Round) bool { return x.State == survey.Closed })]
	b.Open("/results/" + newest.Code)
	b.shot(dir, "county", Desktop, 1.3)
	b.shot(dir, "county-dark", Desktop.dark(), 1.3)
	b.Open("/results/" + newest.Code + "/units?told=1")
	b.shot(dir, "heatmap", Desktop, 1.3)

	p := newBrowser(t, s.URL, Phone.painted())
	p.Open(links[0])
	items := pageItems(p)
	p.Choose(items[0], "4")
	p.Choose(items[1], "2")
	p.Saved()
	p.shot(dir, "survey-phone", Phone, 2)
	p.Go(`.lang [lang="sv"]`)
	p.shot(dir, "survey-phone-sv-dark", Phone.dark(), 2)
	p.Go(`.lang [lang="fi"]`)
	s.answerAll(t, links[1], 3)
	p.Open(links[1])
	p.Open("/a/" + r.Code + "/send")
	p.Go("#send button")
	p.shot(dir, "feedback-phone", Phone, 2.4)
	p.shot(dir, "feedback", Desktop, 1.3)
}
