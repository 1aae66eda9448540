package browsertest

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe is what looks at a page: axe-core, and our own questions.
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
	own, err := os.ReadFile(filepath.Join("testdata", "look.js"))
	must(t, err)
	return "(() => {" + string(b) + "\n" + string(own) + "\nglobalThis.look = look; return true; })()"
}

type violation struct {
	ID, Help string
	Nodes    []struct{ HTML, Why string }
}

// put gives the page what looks at it.
func (b *Browser) put(source string) {
	b.t.Helper()
	if !JS[bool](b, `typeof look !== "undefined"`) {
		JS[bool](b, source)
	}
}

// axeRun looks at the page as it stands, with every rule of WCAG 2.0-2.2 A and AA and every one of good practice; in the dark
// with those that read colours.
func (b *Browser) axeRun(v View) []violation {
	b.t.Helper()
	colours := "light"
	if v.Dark {
		colours = "dark"
	}
	return within(b, 2*patience, chromedp.Evaluate[[]violation](`look.axe("`+colours+`")`, chromedp.EvalAwaitPromise))
}

// seen is every view in which a page is checked, in an order that changes one thing at a time.
var seen = []View{Narrow, Narrow.dark(), Phone.dark(), Phone, Desktop, Desktop.dark()}

// shape is what our own questions tell of a page in one width.
type shape struct {
	Title, Lang, Wide string
	H1, Main          int
	Covered           []string
}

// lookAt checks the page in every width and colour. It is loaded once: a page follows its window without a new one.
func (b *Browser) lookAt(name, source string) {
	b.t.Helper()
	b.put(source)
	bar := JS[bool](b, `look.unfold()`)
	for _, v := range seen {
		if bar {
			v = v.tall()
		}
		b.Look(v)
		for _, x := range b.axeRun(v) {
			for _, n := range x.Nodes {
				b.t.Errorf("%s, %s: %s: %s\n\t%s\n\t%s", name, v.Name, x.ID, x.Help, n.HTML, strings.ReplaceAll(n.Why, "\n", " "))
			}
		}
		if !v.Dark {
			b.shape(name, v)
		}
	}
	for _, x := range JS[[]string](b, `look.untold()`) {
		b.t.Errorf("%s: the contrast cannot be told in any width: %s", name, x)
	}
	b.Look(Desktop)
}

func (b *Browser) shape(name string, v View) {
	b.t.Helper()
	s := JS[shape](b, `look.shape()`)
	if s.H1 != 1 && name != "/dev/ui" || s.Main != 1 || s.Title == "" || strings.HasPrefix(s.Title, "–") || s.Lang == "" {
		b.t.Errorf("%s: %d h1, %d main, title %q, language %q", name, s.H1, s.Main, s.Title, s.Lang)
	}
	if s.Wide != "" {
		b.t.Errorf("%s is wider than %d px: %s", name, v.Width, s.Wide)
	}
	for _, x := range s.Covered {
		b.t.Errorf("%s, %s: out of reach: %s", name, v.Name, x)
	}
}

// tall is a window that shows the whole page: in a lower one some texts lie under the bar that stays in sight.
func (v View) tall() View {
	v.Height = 8000
	return v
}

func TestTheWalkSeesAFaultOfOneWidthInOneColour(t *testing.T) {
	source := axe(t)
	b := newBrowser(t, shown(t).URL, Desktop)
	b.Open("/accessibility")
	b.put(source)
	rule := func(css string) { JS[int](b, `document.styleSheets[0].insertRule(`+strconv.Quote(css)+`)`) }
	rule("@media (max-width: 330px) and (prefers-color-scheme: dark) { main p { color: #333 !important } }")
	for _, v := range []View{Narrow, Narrow.dark(), Desktop.dark()} {
		b.Look(v)
		got := len(b.axeRun(v)) > 0
		if want := v.Name == "narrow dark"; got != want {
			t.Errorf("%s: a fault is seen: %v, want %v", v.Name, got, want)
		}
	}
	rule("main { position: fixed; inset: 0; z-index: 9 }")
	if got := JS[[]string](b, `look.covered()`); len(got) == 0 {
		t.Error("main lies over the whole page, and nothing is said to be out of reach")
	}
}
