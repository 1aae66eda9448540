package browsertest

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/survey"
)

// stored is what the page's scripts have put on the device.
func stored(b *Browser) string {
	b.t.Helper()
	return JS[string](b, `JSON.stringify({ ...localStorage, ...sessionStorage })`)
}

// crash ends the tab as a phone does that needs its memory.
func (b *Browser) crash() {
	ctx, stop := context.WithTimeout(b.ctx, time.Second)
	defer stop()
	chromedp.Call(ctx, page.Crash, cdp.Empty{}) // nobody is left to answer
}

// responses closes the round and returns its responses.
func (s *Site) responses(t *testing.T, r *survey.Round) []survey.Response {
	t.Helper()
	must(t, s.App.Survey.CloseRound(t.Context(), r.ID, 0))
	all, err := survey.Responses(t.Context(), s.App.Config.DB, r.ID)
	must(t, err)
	return all
}

const held = `document.querySelector(".bar .held")?.innerText.includes("Ei yhteyttä")`

func TestAPageIsAnsweredOfflineAndLeadsOnByItselfWhenTheConnectionIsBack(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	r := s.opened(t, pulse, nil)
	_, link := invited(t, s)
	b := newBrowser(t, s.URL, Phone)
	b.Open(link)
	first := pageItems(b)
	b.Choose(first[0], "4")
	b.Saved()
	b.Offline(true)
	b.Choose(first[1], "5")
	b.Choose(first[2], "1")
	b.Click(`button[value="next"]`)
	b.Until(held)
	if got, want := b.Path(), "/a/"+r.Code+"/1"; got != want || !b.Chosen(first[1], "5") {
		t.Fatalf("offline at %s, want to stay at %s with the answers", got, want)
	}
	if !strings.Contains(stored(b), first[2]) {
		t.Errorf("the device keeps %s", stored(b))
	}
	b.Offline(false)
	b.Until(`location.pathname.endsWith("/2") && document.readyState === "complete"`)
	if got := stored(b); got != "{}" {
		t.Errorf("the server has it all, and the device still keeps %s", got)
	}

	// Who goes on answering instead is not taken away from the page.
	second := pageItems(b)
	b.Offline(true)
	b.Click(`button[value="next"]`)
	b.Until(held)
	b.Choose(second[0], "2")
	if b.Has(".bar .held") {
		t.Error("the page still wants to go on")
	}
	b.Offline(false)
	b.Saved()
	if got, want := b.Path(), "/a/"+r.Code+"/2"; got != want {
		t.Errorf("at %s, want %s", got, want)
	}
	other := newBrowser(t, s.URL, Desktop)
	other.Open(link)
	for i, want := range []string{"4", "5", "1"} {
		if !other.Chosen(first[i], want) {
			t.Errorf("%s is not %s on another device", first[i], want)
		}
	}
}

func TestAnswersGivenOfflineOutliveTheTab(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	s.opened(t, pulse, nil)
	_, link := invited(t, s)
	later := newBrowser(t, s.URL, Phone)
	later.Open("/accessibility")
	b := later.tab(Phone)
	b.Open(link)
	items := pageItems(b)
	b.Choose(items[0], "4")
	b.Saved()
	b.Offline(true)
	b.Choose(items[0], "2")
	b.Choose(items[1], "3")
	b.Until(`document.getElementById("survey-saved").dataset.state === "waiting"`)
	b.crash()
	later.Open(link)
	later.Until(fmt.Sprintf(`document.querySelector('input[name="q_%s"][value="2"]')?.checked`, items[0]))
	later.Saved()
	if got := stored(later); got != "{}" {
		t.Errorf("the device still keeps %s", got)
	}
	other := newBrowser(t, s.URL, Desktop)
	other.Open(link)
	if !other.Chosen(items[0], "2") || !other.Chosen(items[1], "3") {
		t.Error("what was answered offline has not come to the server from the next tab")
	}
}

func TestSubmittingWaitsForTheNetworkAndADraftNeverCounts(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	r := s.opened(t, pulse, nil)
	_, link := invited(t, s)
	draft := newBrowser(t, s.URL, Desktop)
	draft.Open(s.blank(t, r.ID, 2)[1])
	draft.Choose(pageItems(draft)[0], "5")
	draft.Saved()

	b := newBrowser(t, s.URL, Phone)
	b.Open(link)
	answerRest(b, "4")
	b.Offline(true)
	b.Click("#send button")
	b.Until(held)
	if got := b.Text(".held"); !strings.Contains(got, "ei ole vielä lähetetty") {
		t.Errorf("offline it says %q", got)
	}
	if got, want := b.Path(), "/a/"+r.Code+"/send"; got != want {
		t.Fatalf("offline at %s, want %s", got, want)
	}
	b.Offline(false)
	b.Until(`location.pathname.endsWith("/feedback") && document.readyState === "complete"`)
	if !b.Has("#own-link") {
		t.Errorf("after sending\n%s", b.Text("main"))
	}
	if all := s.responses(t, r); len(all) != 1 {
		t.Errorf("%d responses, want the submitted one only", len(all))
	}
}

func TestOfTwoDevicesTheNewerAnswerStandsAndTheOtherIsNotLost(t *testing.T) {
	s := newTroubled(t)
	link := s.blank(t, s.kinds.ID, 1)[0]
	phone, desk := newBrowser(t, s.URL, Phone), newBrowser(t, s.URL, Desktop)
	phone.Open(link)
	phone.Choose("role", "nurse")
	phone.Choose("tools", "video")
	phone.Saved()
	desk.Open(link)
	at, field := desk.Path(), "#q_more"
	desk.write(field, "työpöydältä")
	desk.Click("h1")
	desk.Saved()

	phone.write(field, "puhelimesta")
	phone.Click("h1")
	phone.Until(`document.querySelector(".mine")?.innerText.includes("puhelimesta")`)
	if got := JS[string](phone, `document.querySelector("`+field+`").value`); got != "työpöydältä" {
		t.Errorf("the phone shows %q, want the newer answer", got)
	}
	phone.Until(`document.getElementById("survey-saved").dataset.state === "saved"`) // what it shows is on the server
	if got := phone.Text(".mine"); !strings.Contains(got, "toisella laitteella") {
		t.Errorf("the phone says %q", got)
	}
	phone.Click(".mine button")
	phone.Until(`!document.querySelector(".mine")`)
	phone.Saved()

	// The other is now the old one. Without JavaScript the page itself says so.
	desk.NoScript(true)
	desk.Open(at)
	if got := JS[string](desk, `document.querySelector("`+field+`").value`); got != "puhelimesta" {
		t.Errorf("the desk shows %q", got)
	}
	phone.write(field, "vielä puhelimesta")
	phone.Click("h1")
	phone.Until(`document.getElementById("survey-saved").dataset.state === "saved"`)
	phone.Until(`!Object.keys(localStorage).length`)
	desk.write(field, "vielä työpöydältä")
	desk.Go(`button[value="next"]`)
	desk.status(422)
	if got := desk.Text(".error-summary"); !strings.Contains(got, "toisella laitteella") {
		t.Errorf("the summary says %q", got)
	}
	if got := JS[string](desk, `document.querySelector("`+field+`").value`); got != "vielä puhelimesta" {
		t.Errorf("the desk shows %q, want the newer answer", got)
	}
	desk.Go(`button[name="take"]`)
	if got := JS[string](desk, `document.querySelector("`+field+`").value`); got != "vielä työpöydältä" || desk.Path() != at {
		t.Errorf("after taking its own answer the desk shows %q at %s", got, desk.Path())
	}
}

// write writes a text in the place of what stands in the box.
func (b *Browser) write(sel, text string) {
	b.t.Helper()
	JS[bool](b, fmt.Sprintf(`(() => { const box = document.querySelector(%q); box.focus(); box.select(); return true; })()`, sel))
	b.Keys(text)
}

func TestALostReceiptIsNotTakenForAnotherDevice(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	s.opened(t, pulse, nil)
	_, link := invited(t, s)
	b := newBrowser(t, s.URL, Phone)
	b.Open(link)
	item := pageItems(b)[0]
	// The first answer reaches the server, and the connection breaks before it says so.
	JS[bool](b, `(() => { const real = fetch; let lost = 0; globalThis.fetch = async (...a) => { const r = await real(...a); if (lost++ === 0) throw new TypeError("lost"); return r; }; return true; })()`)
	b.Choose(item, "4")
	b.Until(`document.getElementById("survey-saved").dataset.state === "waiting"`)
	b.Choose(item, "2")
	b.Saved()
	if b.Has(".mine") {
		t.Error("the respondent is told of another device")
	}
	other := newBrowser(t, s.URL, Desktop)
	other.Open(link)
	if !other.Chosen(item, "2") {
		t.Error("the newer answer is not saved")
	}
}

func TestASharedDeviceKeepsNothing(t *testing.T) {
	for _, script := range []bool{true, false} {
		t.Run(fmt.Sprintf("JavaScript %v", script), func(t *testing.T) {
			s := fresh(t, dbtest.SQLite(t))
			r := s.opened(t, pulse, nil)
			links := s.blank(t, r.ID, 2)
			b := newBrowser(t, s.URL, Desktop)
			b.NoScript(!script)
			b.Open(links[0])
			b.Go(`.lang [lang="sv"]`)
			b.Go(`button[name="plain"]`)
			b.Go(`button[name="shared"]`)
			if !b.Has(".shared-note") {
				t.Fatalf("nothing says that the device is shared\n%s", b.Text("main"))
			}
			items := pageItems(b)
			if script {
				b.Offline(true)
				b.Choose(items[1], "3")
				b.Until(`document.getElementById("survey-saved").dataset.state === "waiting"`)
				if got := stored(b); got != "{}" {
					t.Errorf("offline the device keeps %s", got)
				}
				b.Offline(false)
				b.Saved()
			} else {
				b.Choose(items[1], "3")
			}
			for _, c := range b.cookies() {
				if !c.Session {
					t.Errorf("the cookie %s outlives the browser", c.Name)
				}
			}
			b.Go(`button[value="leave"]`)
			b.keepsNothing("leaving")
			b.Open("/a/" + r.Code + "/1")
			if b.Has("form[data-survey]") {
				t.Error("after leaving the survey is still open")
			}

			// What was answered is not lost, and the feedback is shown once.
			b.Open(links[0])
			if !b.Chosen(items[1], "3") {
				t.Error("leaving has lost an answer")
			}
			b.Go(`button[name="shared"]`)
			answerOn(b)
			b.Go(`#send button`)
			if !b.Has("#own-link") {
				t.Fatalf("no feedback\n%s", b.Text("main"))
			}
			b.keepsNothing("submission")
			b.Open("/a/" + r.Code + "/feedback")
			if b.Has("#own-link") {
				t.Error("the feedback is shown again")
			}
		})
	}
}

// answerOn presses the first choice of each question and the button, until the page that sends.
func answerOn(b *Browser) {
	b.t.Helper()
	for !strings.HasSuffix(b.Path(), "/send") {
		for _, it := range pageItems(b) {
			if v := JS[string](b, fmt.Sprintf(`document.querySelectorAll('input[name="q_%s"]')[1]?.value ?? ""`, it)); v != "" && !b.Has(fmt.Sprintf(`input[name="q_%s"]:checked`, it)) {
				b.Choose(it, v)
			}
		}
		b.Go(`button[value="next"]`)
	}
}

func (b *Browser) cookies() []*network.Cookie {
	b.t.Helper()
	return send(b, network.GetCookies, network.GetCookiesParams{URLs: []string{b.base + "/", b.base + JS[string](b, `location.pathname.split("/").slice(0, 3).join("/")`) + "/1"}}).Cookies
}

// keepsNothing fails when there is anything of ours on the device.
func (b *Browser) keepsNothing(after string) {
	b.t.Helper()
	for _, c := range b.cookies() {
		b.t.Errorf("after %s there is a cookie %s", after, c.Name)
	}
	if got := stored(b); got != "{}" {
		b.t.Errorf("after %s the device keeps %s", after, got)
	}
}

func TestSigningOutAndSubmittingWipeWhatTheDeviceKept(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	s.opened(t, pulse, nil)
	_, link := invited(t, s)
	for name, end := range map[string]func(b *Browser){
		"signing out": func(b *Browser) {
			b.as(s.County.Cast.Coordinator)
			b.Click(".user-button")
			b.Go(`#user-menu [data-sign-out] button`)
		},
		"submitting": func(b *Browser) {
			b.Open(link)
			answerRest(b, "3")
			b.Go("#send button")
		},
	} {
		b := newBrowser(t, s.URL, Desktop)
		b.Open("/accessibility")
		JS[bool](b, `(() => { localStorage.setItem("unsent /a/x/save y q_z", JSON.stringify({ item: "q_z", values: ["1"], seen: 1, unsure: [], page: "/", at: Date.now() })); return true; })()`)
		end(b)
		if got := stored(b); got != "{}" {
			t.Errorf("after %s the device keeps %s", name, got)
		}
	}
}

func TestTheFirstQuestionIsReadWithinTwoSecondsOnASlowPhone(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	r := s.opened(t, whole, nil)
	link := s.blank(t, r.ID, 1)[0]
	best := math.Inf(1)
	// On a machine that does other work too the time holds that work as well: it is taken again until it was let alone once.
	for end := time.Now().Add(2 * patience); time.Now().Before(end); {
		took := s.firstSeen(t, link)
		t.Logf("painted after %.0f ms", took)
		if best = min(best, took); best <= 2000 {
			return
		}
	}
	t.Errorf("the first question is painted after %.0f ms, want 2000 at most", best)
}

// firstSeen is how many milliseconds pass from the tap on a link until the page is painted, on a phone with 400 ms to the
// server and back and 400 kbit a second.
func (s *Site) firstSeen(t *testing.T, link string) float64 {
	t.Helper()
	b := newBrowser(t, s.URL, Phone.painted())
	slow := network.Conditions{Latency: 400, DownloadThroughput: 400_000 / 8, UploadThroughput: 400_000 / 8}
	send(b, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{&slow}})
	b.Open(link)
	b.Until(`performance.getEntriesByName("first-contentful-paint").length > 0`)
	took := JS[float64](b, `performance.getEntriesByName("first-contentful-paint")[0].startTime`)
	if page := JS[float64](b, `performance.getEntriesByType("navigation")[0].responseEnd`); page > took || len(pageItems(b)) == 0 {
		t.Errorf("the page is painted after %.0f ms, before the question was there", took)
	}
	return took
}
