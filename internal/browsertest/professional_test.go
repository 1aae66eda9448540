package browsertest

import (
	"fmt"
	"strings"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mail"
	"taitorinki/internal/survey"
)

const pulse, whole = "taitorinki-pulse", "taitorinki"

// invited is the address of a nurse, and the link that came by mail.
func invited(t *testing.T, s *Site) (to, link string) {
	t.Helper()
	to = s.County.Cast.MentorCandidate
	_, link = s.mailTo(t, to, func(m mail.Message) bool { return strings.Contains(m.Text, "/v/") })
	return to, link
}

func TestAProfessionalAnswersOnAPhoneContinuesOnAnotherDeviceAndKeepsTheFeedback(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := fresh(t, d)
		r := s.opened(t, whole, nil)
		_, link := invited(t, s)

		phone := newBrowser(t, s.URL, Phone)
		phone.Open(link)
		if got, want := phone.Path(), "/a/"+r.Code+"/1"; got != want {
			t.Fatalf("the link leads to %s, want %s", got, want)
		}
		items := pageItems(phone)
		phone.Choose(items[0], "4")
		phone.Saved()
		phone.Choose(items[1], "2")
		phone.Saved()

		// In Swedish midway: nothing is lost.
		phone.Go(`.lang [lang="sv"]`)
		if got := JS[string](phone, `document.documentElement.lang`); got != "sv" {
			t.Errorf("language %q, want sv", got)
		}
		if !phone.Chosen(items[0], "4") || !phone.Chosen(items[1], "2") {
			t.Error("an answer was lost with the change of language")
		}
		phone.Choose(items[2], "5")
		phone.Go(`button[value="next"]`)
		if got, want := phone.Path(), "/a/"+r.Code+"/2"; got != want {
			t.Fatalf("after the first page at %s, want %s", got, want)
		}

		// Another device finds the answers and goes on.
		desk := newBrowser(t, s.URL, Desktop)
		desk.Open(link)
		if !desk.Chosen(items[0], "4") || !desk.Chosen(items[1], "2") || !desk.Chosen(items[2], "5") {
			t.Error("the other device does not show the answers")
		}
		desk.Choose(items[3], "1")
		desk.Saved()

		// The back button of the first one shows what was answered, wherever that was.
		phone.Back()
		if !phone.Chosen(items[2], "5") {
			t.Error("the back button shows an older answer")
		}
		phone.Go(`button[value="next"]`)
		answerRest(phone, "3")
		if got, want := phone.Path(), "/a/"+r.Code+"/send"; got != want {
			t.Fatalf("after the last page at %s, want %s", got, want)
		}
		phone.Go(`#send button`)
		if got, want := phone.Path(), "/a/"+r.Code+"/feedback"; got != want {
			t.Fatalf("after sending at %s, want %s\n%s", got, want, phone.Text("main"))
		}
		own := strings.TrimSpace(phone.Text("#own-link"))
		if !strings.HasPrefix(own, s.URL+"/f/") {
			t.Fatalf("own link %q", own)
		}
		if n := JS[int](phone, `[...document.querySelectorAll("figure svg")].filter((x) => x.checkVisibility()).length`); n != 1 {
			t.Errorf("%d charts are shown, want 1", n)
		}

		// Removed from this browser, and found again with the link.
		phone.Go(`form[action$="/leave"] button`)
		phone.Open("/a/" + r.Code + "/feedback")
		if phone.Has("#own-link") {
			t.Error("the browser still shows the feedback after it was removed")
		}
		again := newBrowser(t, s.URL, Phone)
		again.Open(own)
		if got, want := again.Path(), "/a/"+r.Code+"/feedback"; got != want {
			t.Errorf("the own link leads to %s, want %s", got, want)
		}
		if !again.Has("figure svg") {
			t.Errorf("the own link shows no feedback:\n%s", again.Text("main"))
		}

		// The link is used: said kindly, with the way to take the answer back.
		used := newBrowser(t, s.URL, Phone)
		used.Open(link)
		if !used.Has("h1") || used.Has("form[data-survey]") || !used.Has(`form[action$="/withdraw"]`) {
			t.Errorf("a used link shows\n%s", used.Text("main"))
		}
	})
}

// pageItems are the items on the page, without their prefix.
func pageItems(b *Browser) []string {
	b.t.Helper()
	return JS[[]string](b, `[...document.querySelectorAll("[data-item]")].filter((x) => !x.hidden).map((x) => x.dataset.item.replace(/^q_/, ""))`)
}

// answerRest answers what is not answered, page by page, until the page that sends.
func answerRest(b *Browser, value string) {
	b.t.Helper()
	for range 20 {
		if strings.HasSuffix(b.Path(), "/send") {
			return
		}
		JS[bool](b, fmt.Sprintf(`(() => {
			for (const card of document.querySelectorAll("[data-item]")) {
				if (card.hidden || card.querySelector(":checked")) continue;
				(card.querySelector('input[value="%s"]') ?? card.querySelector("input"))?.click();
			}
			return true;
		})()`, value))
		b.Go(`button[value="next"]`)
	}
	b.t.Fatalf("the survey does not end: %s", b.where())
}

func TestAProfessionalAnswersWithoutJavaScript(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	r := s.opened(t, pulse, nil)
	_, link := invited(t, s)
	b := newBrowser(t, s.URL, Phone)
	b.NoScript(true)
	b.Open(link)
	items := pageItems(b)
	b.Choose(items[0], "4")
	b.Go(`.lang [lang="sv"]`)
	if !b.Chosen(items[0], "4") {
		t.Error("an answer was lost with the change of language")
	}
	b.Go(`button[name="plain"]`)
	if !b.Chosen(items[0], "4") {
		t.Error("an answer was lost with the change to words")
	}
	for !strings.HasSuffix(b.Path(), "/send") {
		for _, it := range pageItems(b) {
			if v := JS[string](b, fmt.Sprintf(`document.querySelectorAll('input[name="q_%s"]')[1]?.value ?? ""`, it)); v != "" && !b.Has(fmt.Sprintf(`input[name="q_%s"]:checked`, it)) {
				b.Choose(it, v)
			}
		}
		b.Go(`button[value="next"]`)
	}
	b.Go(`#send button`)
	if got, want := b.Path(), "/a/"+r.Code+"/feedback"; got != want {
		t.Fatalf("after sending at %s, want %s\n%s", got, want, b.Text("main"))
	}
	if !b.Has("figure svg") {
		t.Error("no chart")
	}
	own := strings.TrimSpace(b.Text("#own-link"))
	b.Go(`form[action$="/leave"] button`)
	b.Open(own)
	if !b.Has("figure svg") {
		t.Errorf("the own link shows no feedback:\n%s", b.Text("main"))
	}
}

func TestADoubleClickSendsOnceAndALinkIsNeitherInTheAddressNorInTheHistory(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	r := s.opened(t, pulse, nil)
	_, link := invited(t, s)
	code := link[strings.LastIndex(link, "/")+1:]

	one := newBrowser(t, s.URL, Desktop)
	one.Open(link)
	answerRest(one, "4")
	for _, at := range append(one.History(), JS[string](one, `location.href`), JS[string](one, `document.referrer`)) {
		if strings.Contains(at, code) || strings.Contains(at, "/v/") {
			t.Errorf("the code stands in %s", at)
		}
	}
	if JS[string](one, `document.cookie`) != "" {
		t.Error("scripts can read a cookie")
	}

	two := one.tab(Desktop)
	two.Open("/a/" + r.Code + "/send")

	JS[bool](one, `window.before = true`)
	JS[bool](one, `(() => { const b = document.querySelector("#send button"); b.click(); b.click(); return true; })()`)
	one.Until(`!window.before && location.pathname.endsWith("/feedback") && document.readyState === "complete"`)
	if !one.Has("#own-link") {
		t.Errorf("after a double click\n%s", one.Text("main"))
	}

	// The other tab still shows the page that sends.
	two.Go(`#send button`)
	if two.Has("form[data-survey]") || strings.Contains(two.Text("h1"), "vika") {
		t.Errorf("sending from the second tab shows\n%s", two.Text("main"))
	}
	rounds, err := survey.RoundByID(t.Context(), s.App.Config.DB, r.ID)
	must(t, err)
	must(t, s.App.Survey.CloseRound(t.Context(), rounds.ID, 0))
	all, err := survey.Responses(t.Context(), s.App.Config.DB, r.ID)
	must(t, err)
	if len(all) != 1 {
		t.Errorf("%d responses, want 1", len(all))
	}
	for _, at := range one.History() {
		if strings.Contains(at, "/f/") {
			t.Errorf("the feedback's code stands in %s", at)
		}
	}
}

func TestAnswersGivenOfflineAreSaidToWaitAndAreSavedWhenTheConnectionIsBack(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	s.opened(t, pulse, nil)
	_, link := invited(t, s)
	b := newBrowser(t, s.URL, Phone)
	b.Open(link)
	items := pageItems(b)
	b.Choose(items[0], "4")
	b.Saved()
	b.Offline(true)
	b.Choose(items[0], "2")
	b.Choose(items[1], "5")
	b.Until(`document.getElementById("survey-saved").dataset.state === "waiting"`)
	if got := b.Text("#survey-saved"); !strings.Contains(got, "Ei yhteyttä") {
		t.Errorf("offline it says %q", got)
	}
	b.Offline(false)
	b.Saved()
	other := newBrowser(t, s.URL, Desktop)
	other.Open(link)
	if !other.Chosen(items[0], "2") || !other.Chosen(items[1], "5") {
		t.Error("what was answered offline did not reach the server")
	}
}
