package browsertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
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

// drawn are the ways of drawing a text (its colour and letters, and all grounds below it) that axe has approved on some page. Of a
// text drawn in such a way it would say the same again, and reading colours costs it more than all else together.
type drawn struct {
	mu sync.Mutex
	ok map[string]bool
}

func (d *drawn) add(all []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, x := range all {
		d.ok[x] = true
	}
}

// unknown are those of all that nobody has approved; never nil, for JSON.
func (d *drawn) unknown(all []string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(all, func(x string) bool { return d.ok[x] })
}

// axeRun looks at the page as it stands, with the rules of WCAG 2.0-2.2 A and AA and those of good practice that can say something
// new in this view.
func (b *Browser) axeRun(v View, d *drawn) []violation {
	b.t.Helper()
	colours := "light"
	if v.Dark {
		colours = "dark"
	}
	unknown, err := json.Marshal(d.unknown(JS[[]string](b, `look.drawn()`)))
	must(b.t, err)
	type told struct {
		Found []violation
		Told  []string
	}
	got := within(b, 2*patience, chromedp.Evaluate[told](fmt.Sprintf(`look.axe(%q, %s)`, colours, unknown), chromedp.EvalAwaitPromise))
	d.add(got.Told)
	return got.Found
}

// seen is every view in which a page is checked, in an order that changes one thing at a time.
var seen = []View{Narrow, Narrow.dark(), Phone.dark(), Phone, Desktop, Desktop.dark()}

// shape is what our own questions tell of a page in one width.
type shape struct {
	Title, Lang, Wide string
	H1, Main          int
	Covered           []string
}

// lookAt checks the page in every width and colour.
func (b *Browser) lookAt(name, source string, d *drawn) {
	b.t.Helper()
	for _, x := range b.faults(name, source, d) {
		b.t.Errorf("%s, %s", name, x)
	}
}

// faults are what is wrong with the page in some width and colour. It is loaded once: a page follows its window without a new one.
func (b *Browser) faults(name, source string, d *drawn) []string {
	b.t.Helper()
	b.put(source)
	bar := JS[bool](b, `look.unfold()`)
	var out []string
	for _, v := range seen {
		if bar {
			v = v.tall()
		}
		b.Look(v)
		for _, x := range b.axeRun(v, d) {
			for _, n := range x.Nodes {
				out = append(out, fmt.Sprintf("%s: %s: %s\n\t%s\n\t%s", v.Name, x.ID, x.Help, n.HTML, strings.ReplaceAll(n.Why, "\n", " ")))
			}
		}
		if !v.Dark {
			out = append(out, b.shape(name, v)...)
		}
	}
	for _, x := range JS[[]string](b, `look.untold()`) {
		out = append(out, "the contrast cannot be told in any width: "+x)
	}
	b.Look(Desktop)
	return out
}

func (b *Browser) shape(name string, v View) []string {
	b.t.Helper()
	var out []string
	s := JS[shape](b, `look.shape()`)
	if s.H1 != 1 && name != "/dev/ui" || s.Main != 1 || s.Title == "" || strings.HasPrefix(s.Title, "–") || s.Lang == "" {
		out = append(out, fmt.Sprintf("%s: %d h1, %d main, title %q, language %q", v.Name, s.H1, s.Main, s.Title, s.Lang))
	}
	if s.Wide != "" {
		out = append(out, fmt.Sprintf("%s: too wide: %s", v.Name, s.Wide))
	}
	for _, x := range s.Covered {
		out = append(out, fmt.Sprintf("%s: out of reach: %s", v.Name, x))
	}
	return out
}

// tall is a window that shows the whole page: in a lower one some texts lie under the bar that stays in sight.
func (v View) tall() View {
	v.Height = 8000
	return v
}

func TestTheWalkSeesAFaultOfOneWidthInOneColour(t *testing.T) {
	source, site := axe(t), shown(t)
	sound := &drawn{ok: map[string]bool{}}
	b := newBrowser(t, site.URL, Desktop)
	b.Open("/accessibility")
	if got := b.faults("sound", source, sound); len(got) > 0 {
		t.Fatalf("without a fault the page has %q", got)
	}
	css := func(rule string) string { return `document.styleSheets[0].insertRule(` + strconv.Quote(rule) + `)` }
	put := func(html string) string { return `document.querySelector("main").append(` + html + `)` }
	small := `...["a", "b"].map((x) => { const e = document.createElement("button"); e.textContent = x; e.className = "small"; return e; })`
	input := `Object.assign(document.createElement("input"), {className: "wide"})`
	for _, x := range []struct{ fault, seed, want string }{
		{"dark letters on one width's dark", css("@media (max-width: 330px) and (prefers-color-scheme: dark) { main p { color: #333 !important } }"), "narrow dark: color-contrast"},
		{"pale letters on a desktop", css("@media (min-width: 900px) and (prefers-color-scheme: light) { main p { color: #ddd !important } }"), "desktop: color-contrast"},
		{"a dark ground under dark letters", css("@media (prefers-color-scheme: dark) { main p { background: #eee } }"), "phone dark: color-contrast|narrow dark: color-contrast|desktop dark: color-contrast"},
		{"buttons too small on a phone", put(small) + "," + css("@media (min-width: 350px) and (max-width: 450px) { .small { all: unset !important; display: inline-block !important; inline-size: 9px !important; block-size: 9px !important; overflow: hidden !important; font-size: 8px !important } }"), "phone: target-size"},
		{"a field without a label on a desktop", put(input) + "," + css("@media (max-width: 899px) { .wide { display: none !important } }"), "desktop: label"},
		{"a page too wide at 320 px", css("@media (max-width: 330px) { main p { min-inline-size: 500px } }"), "narrow: too wide"},
		{"a cover over all at 320 px", css("@media (max-width: 330px) { main { position: fixed; inset: 0; z-index: 9 } }"), "narrow: out of reach"},
	} {
		t.Run(x.fault, func(t *testing.T) {
			b := b.in(t)
			b.Open("/accessibility")
			JS[bool](b, `(`+x.seed+`, true)`)
			var want []string
			got := b.faults("seeded", source, sound)
			for _, g := range got {
				if two := strings.SplitN(g, ":", 3); len(two) == 3 && !slices.Contains(want, two[0]+":"+two[1]) {
					want = append(want, two[0]+":"+two[1])
				}
			}
			t.Logf("%q", want)
			for _, w := range strings.Split(x.want, "|") {
				if !slices.Contains(want, w) {
					t.Errorf("%q is not seen; seen is %q", w, got)
				}
			}
		})
	}
}
