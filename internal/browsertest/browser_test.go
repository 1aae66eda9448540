package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// patience is for one thing that the browser or the platform does. It is used up only by a test that fails, so it is long
// enough for the busiest machine.
const patience = time.Minute

// The one Chromium of the package; every Browser is a context of its own in it, as a fresh private window is, but without
// the window: its bars and buttons cost more time than our pages.
var chromium struct {
	once sync.Once
	ctx  context.Context
	stop func()
	err  error
}

func startChromium() {
	path := os.Getenv("TAITORINKI_CHROMIUM")
	for _, name := range []string{"chromium-headless-shell", "chromium"} {
		if path == "" {
			path, chromium.err = exec.LookPath(name)
		}
	}
	if path == "" {
		return
	}
	chromium.err = nil
	dir, err := os.MkdirTemp("", "browsertest")
	if err != nil {
		chromium.err = err
		return
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-back-forward-cache", true), // chromedp loses a page that comes out of it
		chromedp.Flag("accept-lang", "fi"), chromedp.UserDataDir(dir))
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, stop := chromedp.NewContext(alloc)
	chromium.ctx = ctx
	chromium.stop = func() { stop(); stopAlloc(); os.RemoveAll(dir) }
	_, chromium.err = chromedp.Run(ctx, chromedp.Navigate("about:blank"))
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.stop != nil {
		chromium.stop()
	}
	closeShown()
	os.Exit(code)
}

// missing skips a test for want of a tool, or fails it where the tools must be there.
func missing(t *testing.T, why error) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// View is how a page is looked at.
type View struct {
	Name          string
	Width, Height int64
	Phone         bool // touch, and a viewport as phones have it
	Dark, Forced  bool
	Painted       bool // in a window, where pages are not only laid out but painted
}

// The views.
var (
	Desktop = View{Name: "desktop", Width: 1280, Height: 900}
	Phone   = View{Name: "phone", Width: 390, Height: 844, Phone: true}
	Narrow  = View{Name: "narrow", Width: 320, Height: 700, Phone: true}
)

func (v View) dark() View {
	v.Name, v.Dark = v.Name+" dark", true
	return v
}

func (v View) painted() View {
	v.Painted = true
	return v
}

// Browser is one tab. Its methods fail the test; so does, at the end, whatever the page complained of.
type Browser struct {
	t      testing.TB
	ctx    context.Context
	device cdp.BrowserContextID
	base   string

	mu       sync.Mutex
	troubles []string
	loads    []load
}

// load is one answer of the server, as transferred.
type load struct {
	URL   string
	Bytes float64
	id    network.RequestID
}

// newBrowser opens a tab in a context of its own: another device, as far as the server can tell.
func newBrowser(t testing.TB, base string, v View) *Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("short")
	}
	chromium.once.Do(startChromium)
	if chromium.err != nil {
		if tt, ok := t.(*testing.T); ok {
			missing(tt, chromium.err)
		}
		t.Fatal(chromium.err)
	}
	device := inChromium(t, target.CreateBrowserContext, target.CreateBrowserContextParams{}).BrowserContextID
	t.Cleanup(func() {
		inChromium(t, target.DisposeBrowserContext, target.DisposeBrowserContextParams{BrowserContextID: device})
	})
	return open(t, base, v, device)
}

// tab opens another tab on the same device.
func (b *Browser) tab(v View) *Browser {
	b.t.Helper()
	return open(b.t, b.base, v, b.device)
}

// inChromium asks the browser, not a tab.
func inChromium[P, R any](t testing.TB, cmd cdp.Command[P, R], params P) R {
	t.Helper()
	ctx, stop := context.WithTimeout(chromium.ctx, patience)
	defer stop()
	v, err := cdp.Call(ctx, chromedp.FromContext(chromium.ctx).Browser, cmd, params)
	if err != nil {
		t.Fatalf("%v %v", cmd.Method, err)
	}
	return v
}

func open(t testing.TB, base string, v View, device cdp.BrowserContextID) *Browser {
	t.Helper()
	b := &Browser{t: t, base: base, device: device}
	as, yes := target.CreateTargetParams{URL: "about:blank", BrowserContextID: device}, true
	if v.Painted {
		as.NewWindow = &yes
	} else {
		as.Hidden = &yes
	}
	tab := inChromium(t, target.CreateTarget, as).TargetID
	ctx, stop := chromedp.NewContext(chromium.ctx, chromedp.WithTargetID(tab), chromedp.WithListener(b.hear))
	b.ctx = ctx
	t.Cleanup(func() {
		stop()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, x := range b.troubles {
			t.Errorf("the page complained: %s", x)
		}
	})
	if _, err := chromedp.Run(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	send(b, network.Enable, network.EnableParams{})
	send(b, log.Enable, cdp.Empty{})
	b.Look(v)
	return b
}

// hear collects complaints and transfers. It runs on the tab's reading loop and must be quick.
func (b *Browser) hear(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *log.EventEntryAdded:
		e := ev.Entry
		// A page that answers 404 or 422 is logged as an error too: only our own files must always be there.
		if e.Level != log.EntryLevelError || e.Source == log.EntrySourceNetwork && !strings.Contains(e.URL, "/static/") {
			return
		}
		b.troubles = append(b.troubles, fmt.Sprintf("%s: %s %s", e.Source, e.Text, e.URL))
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeAssert || ev.Type == runtime.ConsoleAPICalledTypeWarning {
			b.troubles = append(b.troubles, fmt.Sprintf("console: %s", said(ev.Args)))
		}
	case *runtime.EventExceptionThrown:
		d := ev.ExceptionDetails
		text := d.Text
		if d.Exception != nil {
			text += " " + d.Exception.Description
		}
		b.troubles = append(b.troubles, fmt.Sprintf("exception: %s %s:%d", text, d.URL, d.LineNumber))
	case *network.EventResponseReceived:
		b.loads = append(b.loads, load{URL: ev.Response.URL, id: ev.RequestID})
	case *network.EventLoadingFinished:
		for i := range b.loads {
			if b.loads[i].id == ev.RequestID {
				b.loads[i].Bytes = ev.EncodedDataLength
			}
		}
	}
}

func said(args []*runtime.RemoteObject) string {
	var out []string
	for _, a := range args {
		if a.Description != "" {
			out = append(out, a.Description)
		} else {
			out = append(out, string(a.Value))
		}
	}
	return strings.Join(out, " ")
}

// complaints takes what the page complained of, for a test that wants it.
func (b *Browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.troubles
	b.troubles = nil
	return out
}

func do[T any](b *Browser, a chromedp.Action[T]) T { b.t.Helper(); return within(b, patience, a) }

func within[T any](b *Browser, d time.Duration, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, d)
	defer stop()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		b.t.Fatalf("%v (at %s)", err, b.where())
	}
	return v
}

func send[P, R any](b *Browser, cmd cdp.Command[P, R], params P) R {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	v, err := chromedp.Call(ctx, cmd, params)
	if err != nil {
		b.t.Fatalf("%v %v", cmd.Method, err)
	}
	return v
}

func (b *Browser) where() string {
	ctx, stop := context.WithTimeout(b.ctx, time.Second)
	defer stop()
	s, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname + " · " + document.title`))
	if err != nil {
		return err.Error()
	}
	return s
}

// Look changes the size, the colours and the device, without loading the page again. Nothing moves.
func (b *Browser) Look(v View) {
	b.t.Helper()
	var opts []chromedp.EmulateViewportOption
	if v.Phone {
		opts = append(opts, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	do(b, chromedp.EmulateViewport(v.Width, v.Height, opts...))
	features := []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}, {Name: "prefers-color-scheme", Value: "light"}, {Name: "forced-colors", Value: "none"}}
	if v.Dark {
		features[1].Value = "dark"
	}
	if v.Forced {
		features[2].Value = "active"
	}
	send(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
}

// NoScript turns JavaScript off for the pages that follow, or on again.
func (b *Browser) NoScript(off bool) {
	b.t.Helper()
	send(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off})
}

// Offline cuts the connection, or mends it.
func (b *Browser) Offline(off bool) {
	b.t.Helper()
	send(b, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: conditions(off)})
	send(b, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1})
}

// Open goes to a path of the site, or to a whole address.
func (b *Browser) Open(url string) {
	b.t.Helper()
	if strings.HasPrefix(url, "/") {
		url = b.base + url
	}
	do(b, chromedp.Navigate(url))
}

// JS is the value of an expression on the page.
func JS[T any](b *Browser, expr string) T {
	b.t.Helper()
	return do(b, chromedp.Evaluate[T](expr))
}

// Text is the text that an element shows.
func (b *Browser) Text(sel string) string {
	b.t.Helper()
	return JS[string](b, fmt.Sprintf(`(document.querySelector(%q)?.innerText ?? "")`, sel))
}

// Path is where the browser is.
func (b *Browser) Path() string { b.t.Helper(); return JS[string](b, `location.pathname`) }

// Has reports whether an element is on the page.
func (b *Browser) Has(sel string) bool {
	b.t.Helper()
	return JS[bool](b, fmt.Sprintf(`document.querySelector(%q) !== null`, sel))
}

// Until waits until an expression holds. It survives the page being replaced meanwhile.
func (b *Browser) Until(expr string) {
	b.t.Helper()
	if !b.within(patience, expr) {
		b.t.Fatalf("never came true: %s (at %s)\n%s", expr, b.where(), b.Text("main"))
	}
}

func (b *Browser) within(d time.Duration, expr string) bool {
	b.t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		ctx, stop := context.WithTimeout(b.ctx, d)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expr+")"))
		stop()
		if err == nil && ok {
			return true
		}
		if b.ctx.Err() != nil {
			b.t.Fatal(b.ctx.Err())
		}
	}
	return false
}

// Click clicks with the mouse, on what is there.
func (b *Browser) Click(sel string) { b.t.Helper(); do(b, chromedp.Click(chromedp.CSS(sel))) }

// Go clicks and waits for the page that follows.
func (b *Browser) Go(sel string) {
	b.t.Helper()
	JS[bool](b, `window.before = true`)
	b.Click(sel)
	b.Until(`!window.before && document.readyState === "complete"`)
}

// Press clicks the button or the link with this text and waits for the page that follows.
func (b *Browser) Press(text string) {
	b.t.Helper()
	if n := JS[int](b, fmt.Sprintf(`(() => {
		document.querySelector("[data-press]")?.removeAttribute("data-press");
		const all = [...document.querySelectorAll("button, a")].filter((e) => e.innerText.trim() === %q && e.checkVisibility());
		all.at(0)?.setAttribute("data-press", "");
		return all.length;
	})()`, text)); n == 0 {
		b.t.Fatalf("no button or link %q at %s:\n%s", text, b.where(), b.Text("main"))
	}
	b.Go("[data-press]")
}

// Fill types into a field.
func (b *Browser) Fill(sel, text string) {
	b.t.Helper()
	do(b, chromedp.Clear(chromedp.CSS(sel)))
	do(b, chromedp.SendKeys(chromedp.CSS(sel), text))
}

// Keys presses keys.
func (b *Browser) Keys(keys string) { b.t.Helper(); do(b, chromedp.KeyEvent(keys)) }

// Back presses the browser's back button.
func (b *Browser) Back() {
	b.t.Helper()
	at := b.Path()
	// From the back-forward cache a page comes without the event that chromedp waits for.
	ctx, stop := context.WithTimeout(b.ctx, time.Second)
	defer stop()
	if _, err := chromedp.Run(ctx, chromedp.NavigateBack()); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		b.t.Fatal(err)
	}
	b.Until(fmt.Sprintf(`location.pathname !== %q && document.readyState === "complete"`, at))
}

// History is every address that the back button knows.
func (b *Browser) History() []string {
	b.t.Helper()
	var out []string
	for _, e := range send(b, page.GetNavigationHistory, cdp.Empty{}).Entries {
		out = append(out, e.URL)
	}
	return out
}

// Choose answers an item on a scale or among options, as with a finger: on its label.
func (b *Browser) Choose(item, value string) {
	b.t.Helper()
	sel := fmt.Sprintf(`input[name="q_%s"][value="%s"]`, item, value)
	b.Click(sel)
	if !b.Chosen(item, value) {
		b.t.Fatalf("%s=%s did not take the click at %s", item, value, b.where())
	}
}

// Chosen reports whether an item has this answer on the page.
func (b *Browser) Chosen(item, value string) bool {
	b.t.Helper()
	return JS[bool](b, fmt.Sprintf(`document.querySelector('input[name="q_%s"][value="%s"]')?.checked ?? false`, item, value))
}

// Saved waits for the line that says so.
func (b *Browser) Saved() {
	b.t.Helper()
	b.Until(`document.getElementById("survey-saved")?.dataset.state === "saved" && /\d/.test(document.getElementById("survey-saved").innerText)`)
}

func conditions(off bool) []*network.Conditions {
	if !off {
		return []*network.Conditions{}
	}
	return []*network.Conditions{{Offline: true, DownloadThroughput: -1, UploadThroughput: -1}}
}
