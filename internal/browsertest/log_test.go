package browsertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"taitorinki/internal/catalog"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/supportlog"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
)

// logStops are the pages of the support log, as a digimentor and then as a coordinator.
func (s *Site) logStops(t *testing.T) []stop {
	t.Helper()
	return []stop{
		{"support log", func(b *Browser) { b.as(s.County.Cast.Mentor); b.Open("/log") }},
		at("/log/new"),
		{"entry with errors", func(b *Browser) {
			b.NoScript(true)
			b.Open("/log")
			b.Fill(`#minutes_other`, "x")
			b.Go(".log-form .bar button")
			b.NoScript(false)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"entry with a note that tells too much", func(b *Browser) {
			b.Open("/log")
			b.unfoldAll()
			b.Fill("#note", "soita 040 123 4567")
			JS[bool](b, `(() => { document.querySelectorAll(".tiles fieldset").forEach((f) => f.querySelector("input").checked = true); return true; })()`)
			b.save("15")
			b.Until(`document.getElementById("log-saved").dataset.state === "failed"`)
		}},
		{"entry", func(b *Browser) {
			b.Open("/log")
			JS[bool](b, `(() => { document.querySelectorAll(".tiles fieldset").forEach((f) => f.querySelector("input").checked = true); return true; })()`)
			b.save("15")
			b.Until(`document.getElementById("log-saved").textContent.trim() !== ""`)
			b.Open("/log")
			b.Go("#log-own .links a")
		}},
		at("/log/offline"), at("/log/hours"), at("/log/themes"),
		{"themes as the coordinator", func(b *Browser) { b.as(s.County.Cast.Coordinator); b.Open("/log/themes") }},
	}
}

// gate stands before a site and can be shut, so that nobody reaches it: the tab, nor a worker beside it.
func gate(t *testing.T, s *Site) (url string, shut *atomic.Bool) {
	t.Helper()
	shut = &atomic.Bool{}
	h := s.App.Handler()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if shut.Load() {
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, shut
}

// mentor makes somebody of a fresh site an active digimentor of their own unit.
func (s *Site) mentor(t *testing.T, email string) *mentoring.Mentor {
	t.Helper()
	ctx, m := t.Context(), s.App.Mentors
	p, err := people.PersonByEmail(ctx, s.App.Config.DB, email)
	must(t, err)
	id, err := m.SignUp(ctx, p.ID, p.ID, mentoring.Profile{Langs: []string{"fi"}}, []mentoring.Place{{Unit: p.UnitID}})
	must(t, err)
	must(t, m.Confirm(ctx, 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 120, From: "2026-01-01"}))
	must(t, m.Move(ctx, 0, id, mentoring.AnyVersion, mentoring.Appointment, ""))
	out, err := m.MentorByID(ctx, id)
	must(t, err)
	return &out
}

// minutes is what a mentor has written down in all.
func (s *Site) minutes(t *testing.T, m *mentoring.Mentor) int {
	t.Helper()
	n, err := s.App.Log.MinutesOf(t.Context(), m.ID, "2000-01-01", "2100-01-01")
	must(t, err)
	return n
}

// tap chooses a tile.
func (b *Browser) tap(name, value string) {
	b.t.Helper()
	b.Click(fmt.Sprintf(`label:has(input[name="%s"][value="%s"])`, name, value))
}

// untilDone waits until a promise brings true.
func (b *Browser) untilDone(expr string) {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if do(b, chromedp.Evaluate[bool](expr, chromedp.EvalAwaitPromise)) {
			return
		}
	}
	b.t.Fatalf("never came true: %s (at %s)", expr, b.where())
}

// waits is whether so many entries wait on the device.
func waits(n int) string {
	return fmt.Sprintf(`document.querySelector("#log-waiting:not([hidden]) h2")?.textContent.includes("(%d)")`, n)
}

// save saves an entry with so many minutes.
func (b *Browser) save(minutes string) {
	b.t.Helper()
	b.Click(fmt.Sprintf(`.log-form button[name="minutes_now"][value="%s"]`, minutes))
}

// keeps is whether the page opens without a connection from now on.
const keeps = `(async () => !!(await navigator.serviceWorker.getRegistration("/log"))?.active && !!(await (await caches.open("log")).match("/log/offline")))()`

func TestThreeEntriesWrittenOfflineOnAPhoneArriveOnceEach(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	m := s.mentor(t, s.County.Cast.Mentor)
	url, shut := gate(t, s)
	b := newBrowser(t, url, Phone)
	b.as(s.County.Cast.Mentor)
	b.Open("/log")
	b.untilDone(keeps)

	shut.Store(true)
	b.Offline(true)
	b.tap("area", "skills")
	b.tap("way", "phone")
	b.save("10")
	b.Until(waits(1))
	b.Until(`document.getElementById("log-saved").textContent.includes("tällä laitteella")`)
	b.Open("/log") // opened anew without a connection
	b.mustHave("[data-log-offline]")
	b.Until(waits(1))
	if got := JS[string](b, `document.documentElement.outerHTML`); strings.Contains(got, s.County.Cast.Mentor) || b.Has("#log-own") {
		t.Error("the page that the device keeps holds more than the form")
	}
	for _, minutes := range []string{"15", "30"} {
		b.tap("area", "ethics")
		b.tap("way", "side")
		b.save(minutes)
	}
	b.Until(waits(3))
	b.Open("/log")
	b.Until(waits(3))
	kept := stored(b)
	if n := s.minutes(t, m); n != 0 {
		t.Fatalf("%d minutes came through without a connection", n)
	}

	shut.Store(false)
	b.Offline(false)
	b.Until(`!document.querySelector("[data-log-offline]") && document.querySelectorAll("#log-own .links li").length === 3`)
	if n := s.minutes(t, m); n != 55 {
		t.Errorf("%d minutes arrived, want 10, 15 and 30", n)
	}
	// The device has not heard that they arrived, and sends them again.
	JS[bool](b, fmt.Sprintf(`(() => { for (const [k, v] of Object.entries(%s)) localStorage.setItem(k, v); return true; })()`, kept))
	b.Open("/log")
	b.Until(`document.getElementById("log-waiting").hidden && !Object.keys(localStorage).length`)
	if n := s.minutes(t, m); n != 55 {
		t.Errorf("after sending again there are %d minutes, want 55", n)
	}

	// One tap for the same again, and signing out leaves nothing on the device.
	b.Open("/log")
	b.save("30")
	b.Until(`document.querySelectorAll("#log-own .links li").length === 4`)
	if n := s.minutes(t, m); n != 85 {
		t.Errorf("after one tap there are %d minutes, want 30 more", n)
	}
	b.Open("/log")
	b.untilDone(keeps)
	b.Offline(true)
	b.save("30")
	b.Until(waits(1))
	b.Offline(false)
	b.Click(".menu-button")
	b.Go(`.nav [data-sign-out] button`)
	b.Open("/accessibility")
	b.untilDone(`(async () => !(await caches.has("log")) && !(await navigator.serviceWorker.getRegistration("/log")) && !Object.keys(localStorage).length)()`)
}

func TestAnEntryThatIsRefusedStaysOnTheDeviceToBeCorrected(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	m := s.mentor(t, s.County.Cast.Mentor)
	b := newBrowser(t, s.URL, Phone)
	b.as(s.County.Cast.Mentor)
	b.Open("/log")
	b.Offline(true)
	b.tap("area", "skills")
	b.tap("way", "phone")
	b.Click(".log-form summary")
	for _, note := range []string{"soita 0401234567", "010594Y9032", "x@y.example"} {
		b.write("#note", note)
		b.save("10")
		b.Until(`document.getElementById("log-saved").textContent.includes(` + fmt.Sprintf("%q", note[len(note)-7:]) + `)`)
	}
	if b.Has("#log-waiting:not([hidden])") {
		t.Error("an entry whose note tells too much waits to be sent")
	}
	name := s.County.People[0].Name
	b.write("#note", "kiitos "+name)
	b.save("10")
	b.Until(waits(1))
	b.Offline(false)
	b.Until(`document.querySelector("#log-waiting .error")?.textContent.includes("nimi")`)
	b.Open("/log") // it is still there
	b.Until(`document.querySelector("#log-waiting .error")`)
	b.Click(`#log-waiting li button`)
	b.write("#note", "kiitos")
	b.save("10")
	b.Until(`document.getElementById("log-waiting").hidden && document.querySelectorAll("#log-own .links li").length === 1`)
	if n := s.minutes(t, m); n != 10 {
		t.Errorf("%d minutes, want 10", n)
	}
}

func TestASharedDeviceKeepsNothingOfTheSupportLog(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	m := s.mentor(t, s.County.Cast.Mentor)
	b := newBrowser(t, s.URL, Desktop)
	b.as(s.County.Cast.Mentor)
	b.Open("/log")
	b.untilDone(keeps)
	b.unfoldAll()
	b.Go(`form[action="/log/shared"] button`)
	b.untilDone(`(async () => !(await caches.has("log")) && !(await navigator.serviceWorker.getRegistration("/log")))()`)
	b.Offline(true)
	b.tap("area", "skills")
	b.tap("way", "phone")
	b.save("10")
	b.Until(waits(1))
	if got := stored(b); got != "{}" {
		t.Errorf("the device keeps %s", got)
	}
	b.Offline(false)
	b.Until(`document.getElementById("log-waiting").hidden`)
	if n := s.minutes(t, m); n != 10 {
		t.Errorf("%d minutes, want 10", n)
	}
}

func TestWhoIsSignedOutIsLedToTheSignInAndKeepsWhatWaits(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	m := s.mentor(t, s.County.Cast.Mentor)
	b := newBrowser(t, s.URL, Phone)
	b.as(s.County.Cast.Mentor)
	b.Open("/log")
	b.untilDone(keeps)
	b.tap("area", "skills")
	b.tap("way", "phone")
	send(b, network.ClearBrowserCookies, cdp.Empty{}) // the session has run out
	b.save("10")
	b.Until(`document.getElementById("log-saved").textContent.includes("Kirjaudu sisään")`)
	b.Open("/log")
	if got := b.Path(); got != "/sign-in" {
		t.Errorf("came to %s, want the sign-in", got)
	}
	b.as(s.County.Cast.Mentor)
	b.Open("/log")
	b.Until(`document.getElementById("log-waiting").hidden && document.querySelectorAll("#log-own .links li").length === 1`)
	if n := s.minutes(t, m); n != 10 {
		t.Errorf("%d minutes, want 10", n)
	}
}

func TestAnotherMentorOnTheDeviceSendsOnlyTheirOwn(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	one, two := s.mentor(t, s.County.Cast.Mentor), s.mentor(t, s.County.Cast.MentorCandidate)
	b := newBrowser(t, s.URL, Phone)
	b.as(s.County.Cast.Mentor)
	b.Open("/log")
	b.Offline(true)
	b.tap("area", "skills")
	b.tap("way", "phone")
	b.save("10")
	b.Until(waits(1))
	send(b, network.ClearBrowserCookies, cdp.Empty{})
	b.Offline(false)
	b.Until(`document.getElementById("log-saved").textContent.includes("Kirjaudu sisään")`)
	b.as(s.County.Cast.MentorCandidate)
	b.Open("/log")
	b.tap("area", "ethics")
	b.tap("way", "side")
	b.save("30")
	b.Until(`document.querySelectorAll("#log-own .links li").length === 1`)
	if b.Has("#log-waiting:not([hidden])") {
		t.Errorf("the other mentor sees what waits: %s", b.Text("#log-waiting"))
	}
	if a, c := s.minutes(t, one), s.minutes(t, two); a != 0 || c != 30 {
		t.Errorf("%d and %d minutes, want 0 and 30", a, c)
	}
}

func TestOnlyTheWorkerOfTheLogIsLoadedByAddress(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	b := newBrowser(t, s.URL, Desktop)
	b.Open("/accessibility")
	got := do(b, chromedp.Evaluate[string](fmt.Sprintf(`import(%q).then((lib) => { try { lib.workerURL("/static/x.js"); return "let in"; } catch { return String(lib.workerURL(%q)); } })`, ui.Asset("lib.js"), ui.LogWorkerPath), chromedp.EvalAwaitPromise))
	if got != ui.LogWorkerPath {
		t.Errorf("got %q", got)
	}
}

func TestAnEntryInWhichEverythingIsNewTakesFourTaps(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	m := s.mentor(t, s.County.Cast.Mentor)
	service, err := s.App.Catalog.Save(t.Context(), 1, catalog.DigitalService{Name: catalog.Words{"fi": "Etävastaanotto"}})
	must(t, err)
	must(t, s.App.Log.Add(t.Context(), m, supportlog.Entry{Key: "earlier-0000000000", Unit: m.Units[0].Unit, Area: "ethics", Way: mentoring.SideBySide, Minutes: 60, Day: mentoring.Day(time.Now())}))
	b := newBrowser(t, s.URL, Phone)
	b.as(s.County.Cast.Mentor)
	b.Open("/log")
	JS[bool](b, `(() => { window.taps = 0; addEventListener("click", (e) => { if (e.isTrusted && e.detail > 0) window.taps++; }, true); return true; })()`)
	b.tap("area", "skills")
	b.tap("service", fmt.Sprint(service))
	b.tap("way", "phone")
	b.save("10")
	b.Until(`document.querySelectorAll("#log-own .links li").length === 2`)
	if got := JS[int](b, `window.taps`); got != 4 {
		t.Errorf("the entry took %d taps, want 4", got)
	}
	b.Open("/log")
	if got := b.Text("#log-own .links li"); !strings.Contains(got, "Etävastaanotto") || !strings.Contains(got, "10 min") {
		t.Errorf("the entry is %q", got)
	}

	// Without JavaScript the buttons do the same.
	b.NoScript(true)
	b.Open("/log")
	b.Go(`.log-form button[name="minutes_now"][value="45"]`)
	b.status(http.StatusOK)
	if n := s.minutes(t, m); n != 115 {
		t.Errorf("there are %d minutes, want 60, 10 and 45", n)
	}
}
