package browsertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"

	"taitorinki/internal/survey"
)

// openRound is the round of the shown site that is being answered.
func (s *Site) openRound(t *testing.T) survey.Round {
	t.Helper()
	all, err := survey.Rounds(t.Context(), s.App.Config.DB)
	must(t, err)
	for _, r := range all {
		if r.State == survey.Open && r.OpensAt.IsZero() {
			return r
		}
	}
	t.Fatal("no open round")
	return survey.Round{}
}

// focus describes what has the focus, and whether a frame is seen around it.
type focus struct {
	What string
	Seen bool
}

const focused = `(() => {
	const e = document.activeElement;
	// A scale's radio button is drawn by the box beside it.
	const drawn = e.matches(".point input") ? e.nextElementSibling : e;
	const style = getComputedStyle(drawn), r = drawn.getBoundingClientRect();
	const what = e.tagName + (e.name ? "[" + e.name + "]" : "") + (e.className ? "." + [...e.classList].join(".") : "");
	return { What: what, Seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && r.width > 0 && r.bottom > 0 && r.top < innerHeight };
})()`

func TestTheSurveyIsAnsweredWithTheKeyboardAlone(t *testing.T) {
	s := shown(t)
	b := newBrowser(t, s.URL, Desktop)
	b.Open(s.blank(t, s.openRound(t).ID, 6)[5])
	var path []string
	tab := func() focus {
		b.Keys(kb.Tab)
		f := JS[focus](b, focused)
		path = append(path, f.What)
		if !f.Seen {
			t.Errorf("the focus is not seen on %s", f.What)
		}
		return f
	}
	if f := tab(); !strings.Contains(f.What, ".skip") {
		t.Errorf("the first stop is %s, want the skip link", f.What)
	}
	b.Keys(kb.Enter)
	b.Until(`document.activeElement.id === "main"`)
	first := pageItems(b)[0]
	for range 10 {
		if f := tab(); strings.Contains(f.What, "q_"+first) {
			break
		}
	}
	if got := path[len(path)-1]; !strings.Contains(got, "q_"+first) {
		t.Fatalf("the scale is not reached: %s", strings.Join(path, " > "))
	}
	b.Keys(" ")
	b.Keys(kb.ArrowRight)
	b.Keys(kb.ArrowRight)
	if !b.Chosen(first, "3") {
		t.Errorf("space and two arrows choose %q, want 3", JS[string](b, fmt.Sprintf(`document.querySelector('[name="q_%s"]:checked')?.value ?? ""`, first)))
	}
	b.Saved()
	if f := JS[focus](b, focused); !f.Seen {
		t.Errorf("the focus is not seen on %s after the arrows", f.What)
	}
	if f := tab(); strings.Contains(f.What, "q_"+first) {
		t.Errorf("tab stays in the scale: %s", f.What)
	}
	// A bar that stays in sight must not hide what has the focus.
	for range 8 {
		tab()
		if JS[bool](b, `(() => {
			const e = document.activeElement, bar = document.querySelector(".bar");
			if (!bar || bar.contains(e) || !e.closest("form")) return false;
			const r = e.getBoundingClientRect(), top = bar.getBoundingClientRect().top;
			return r.top >= top;
		})()`) {
			t.Errorf("the bar hides %s", path[len(path)-1])
		}
	}
}

// enter presses Enter as a keyboard does: chromedp sends the character by itself, and it reaches what has the focus by then.
func (b *Browser) enter() {
	b.t.Helper()
	key := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", UnmodifiedText: "\r", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
	send(b, input.DispatchKeyEvent, key)
	key.Type, key.Text, key.UnmodifiedText = input.DispatchKeyEventTypeKeyUp, "", ""
	send(b, input.DispatchKeyEvent, key)
}

func TestAnErrorSummaryTakesTheFocusAndLeadsToTheField(t *testing.T) {
	s := shown(t)
	b := newBrowser(t, s.URL, Phone)
	b.Open("/sign-in")
	b.Fill("#email", "ei osoite")
	b.Keys(kb.Enter)
	b.Until(`document.activeElement?.hasAttribute("data-error-summary")`)
	if got := JS[string](b, `document.title`); !strings.HasPrefix(got, "Virhe") {
		t.Errorf("title %q does not begin with the error", got)
	}
	b.Keys(kb.Tab)
	b.enter()
	b.Until(`document.activeElement?.id === "email"`)
	if !JS[bool](b, `document.activeElement?.getAttribute("aria-invalid") === "true"`) {
		t.Error("the field is not marked as wrong")
	}
}

func TestAChoiceIsSeenInForcedColours(t *testing.T) {
	s := shown(t)
	v := Desktop
	v.Forced = true
	b := newBrowser(t, s.URL, v)
	b.Open(s.blank(t, s.openRound(t).ID, 6)[4])
	item := pageItems(b)[0]
	b.Choose(item, "4")
	look := func(value string) string {
		return JS[string](b, fmt.Sprintf(`(() => { const s = getComputedStyle(document.querySelector('input[name="q_%s"][value="%s"] + .box')); return [s.backgroundColor, s.color, s.borderTopColor, s.borderTopWidth, s.borderTopStyle, s.outlineStyle].join(); })()`, item, value))
	}
	JS[bool](b, `(() => { document.activeElement.blur(); return true; })()`)
	if look("4") == look("2") {
		t.Errorf("a chosen box looks as one that is not: %s", look("4"))
	}
}

func TestTheBrowserNoticesABrokenPolicyAndAnError(t *testing.T) {
	source := axe(t)
	s := shown(t)
	b := newBrowser(t, s.URL, Desktop)
	b.Open("/")
	JS[bool](b, `(() => { const i = document.createElement("input"); document.querySelector("main").append(i); return true; })()`)
	b.put(source)
	if v := b.axeRun(Desktop, &drawn{ok: map[string]bool{}}); len(v) != 1 || v[0].ID != "label" {
		t.Errorf("axe says of a field without a label: %v", v)
	}
	JS[bool](b, `(() => { const p = document.createElement("p"); document.body.append(p); p.setAttribute("style", "color: red");
		setTimeout(() => { throw new Error("on purpose"); }); console.error("said"); return true; })()`)
	var got []string
	for end := time.Now().Add(patience); len(got) < 3 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		got = append(got, b.complaints()...)
	}
	if len(got) < 3 {
		t.Errorf("complaints %q, want a policy, an exception and a console error", got)
	}
}

// whole waits until all that the page has asked for is there in full, and returns it.
func (b *Browser) whole() []load {
	b.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		b.mu.Lock()
		loads := slices.Clone(b.loads)
		b.mu.Unlock()
		asked := JS[int](b, `performance.getEntriesByType("resource").length`) + 1 // the page itself
		there := 0
		for _, l := range loads {
			if l.Bytes > 0 && strings.HasPrefix(l.URL, b.base) {
				there++
			}
		}
		if there >= asked {
			return loads
		}
		if time.Now().After(end) {
			b.t.Fatalf("%d files were asked for, and %d came: %v", asked, there, loads)
		}
	}
}

func TestTheFirstVisitToASurveyWeighsAtMost50Kilobytes(t *testing.T) {
	s := shown(t)
	b := newBrowser(t, s.URL, Phone)
	b.Open(s.blank(t, s.openRound(t).ID, 6)[3])
	b.Until(`performance.getEntriesByType("resource").some((r) => r.name.endsWith("survey.js"))`)
	loads := b.whole()
	var all float64
	seen := map[string]bool{}
	for _, l := range loads {
		if l.URL == "about:blank" || seen[l.URL] {
			continue
		}
		seen[l.URL] = true
		all += l.Bytes
		t.Logf("%7.1f kB  %s", l.Bytes/1000, l.URL[strings.LastIndex(l.URL, "/")+1:])
	}
	t.Logf("%7.1f kB in all", all/1000)
	if all > 50_000 || len(seen) < 5 {
		t.Errorf("%d files weigh %.0f bytes, want 50,000 at most", len(seen), all)
	}
}
