package browsertest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
)

// tellWish fills the form of wishes in and sends it.
func (b *Browser) tellWish(mentor string, ways ...string) {
	b.t.Helper()
	b.Open("/wishes")
	tick := func(sel string) {
		JS[bool](b, fmt.Sprintf(`(() => { const x = document.querySelector(%q); if (x && !x.checked) x.click(); return true; })()`, sel))
	}
	tick(`input[name="mentor"][value="` + mentor + `"]`)
	for _, w := range ways {
		tick(`input[name="ways"][value="` + w + `"]`)
	}
	tick(`input[name="consent"]`)
	b.Go(`form[action="/wishes"] button`)
	b.mustHave(`form[action="/wishes/withdraw"]`)
}

// file is the text of the file that a link leads to.
func (b *Browser) file(link string) string {
	b.t.Helper()
	return do(b, chromedp.Evaluate[string](fmt.Sprintf(`fetch(document.querySelector(%q).href).then((r) => r.text())`, link), chromedp.EvalAwaitPromise))
}

// unfold opens the folded part that holds an element.
func (b *Browser) unfold(sel string) {
	b.t.Helper()
	JS[bool](b, fmt.Sprintf(`(() => { document.querySelector(%q).closest("details").open = true; return true; })()`, sel))
}

func (s *Site) grant(t *testing.T, email, role string) {
	t.Helper()
	ctx := t.Context()
	who, err := people.PersonByEmail(ctx, s.App.Config.DB, email)
	must(t, err)
	must(t, s.App.Config.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := people.Grant(ctx, tx, time.Now(), 0, who.ID, role, 0)
		return err
	}))
}

func TestAProfessionalTellsAfterAnsweringThatSheWouldBeADigimentor(t *testing.T) {
	s := fresh(t, dbtest.SQLite(t))
	r := s.opened(t, pulse, nil)
	me, link := invited(t, s)
	b := newBrowser(t, s.URL, Phone)
	b.Open(link)
	notice := `a[href="/privacy/` + r.Code + `"]`
	b.unfold(notice)
	b.Go(notice)
	if !strings.Contains(b.Text("main"), "Rekisterinpitäjä: ") {
		t.Errorf("the notice says\n%s", b.Text("main"))
	}
	b.Back()
	answerRest(b, "4")
	b.Go(`#send button`)
	b.Go(`main a[href="/wishes"]`)
	if ref := JS[string](b, `document.referrer`); ref != "" || JS[string](b, `location.search + location.hash`) != "" {
		t.Errorf("the page is told where the reader comes from: %q, %s", ref, b.where())
	}
	b.Go(`main a[href="/sign-in?next=/wishes"]`)
	b.Fill("#email", me)
	b.Go("main form button")
	_, in := s.mailTo(t, me, func(m mail.Message) bool { return strings.Contains(m.Text, "/sign-in/") })
	b.Open(in)
	b.Go("main form button")
	if b.Path() != "/wishes" {
		t.Fatalf("signed in and came to %s", b.where())
	}
	b.tellWish("yes", "webinar", "hands-on")
	b.Open("/me")
	if !strings.Contains(b.Text("main"), "webinaari, kokeillen työkaverin kanssa") {
		t.Errorf("own data show\n%s", b.Text("main"))
	}

	boss := newBrowser(t, s.URL, Desktop)
	boss.as(s.County.Cast.Coordinator)
	boss.Go(`main a[href="/mentors/willing"]`)
	if text := boss.Text("main"); !strings.Contains(text, me) || !strings.Contains(text, "Kyllä") {
		t.Errorf("the coordinator sees\n%s", text)
	}

	b.Open("/wishes")
	b.unfold(`form[action="/wishes/withdraw"]`)
	b.Go(`form[action="/wishes/withdraw"] button`)
	boss.Open("/mentors/willing")
	if strings.Contains(boss.Text("main"), me) {
		t.Error("the coordinator still sees who has taken the wish back")
	}
}

func TestTheDataProtectionOfficerReadsTheLog(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := fresh(t, d)
		c := s.County.Cast
		s.grant(t, c.DataProtectionOfficer, people.DPO)

		boss := newBrowser(t, s.URL, Desktop)
		boss.as(c.Coordinator)
		r := s.draft(t, pulse, nil)
		boss.Open(rd(r, "/open"))
		boss.Go(`form[action$="/open"] button`)
		s.respond(t, r.ID, 12)
		boss.Open(rd(r, "/close"))
		boss.Go(`form[action$="/close"] button`)
		boss.Go(`main a[href^="/results/"]`)
		boss.mustHave("figure svg") // as soon as the result is counted
		if got := boss.file(`main a[href$="table.csv"]`); !strings.Contains(got, "Keskiarvo") {
			t.Fatalf("the table of results holds\n%s", got)
		}

		b := newBrowser(t, s.URL, Desktop)
		b.Open("/sign-in?lang=fi")
		b.Fill("#email", c.DataProtectionOfficer)
		b.Go("main form button")
		_, link := s.mailTo(t, c.DataProtectionOfficer, func(m mail.Message) bool { return strings.Contains(m.Text, "/sign-in/") })
		b.Open(link)
		b.Go("main form button")
		b.Go(`main a[href="/audit"]`)
		for _, want := range []string{"Avasi kartoituskierroksen", "Sulki kartoituskierroksen", "Katsoi tuloksia", "Latasi tulokset", "Helmi Saarela"} {
			if !strings.Contains(b.Text("main table"), want) {
				t.Errorf("the log does not tell %q:\n%s", want, b.Text("main table"))
			}
		}
		JS[bool](b, `(() => { document.querySelector("#kind").value = "exported"; return true; })()`)
		b.Go("main form button")
		if text := b.Text("main table"); !strings.Contains(text, "Latasi tulokset") || strings.Contains(text, "Kirjautui") || strings.Contains(text, "Avasi") {
			t.Errorf("limited to what was exported it shows\n%s", text)
		}
		csv := b.file(`main a[href^="/audit/log.csv"]`)
		if !strings.Contains(csv, "Latasi tulokset") || strings.Contains(csv, "Kirjautui") {
			t.Errorf("the file holds\n%s", csv)
		}
		b.Open("/audit")
		if !strings.Contains(b.Text("main table"), "Latasi tapahtumalokin") {
			t.Error("the log does not tell that it was downloaded itself")
		}
		for _, no := range []string{"/people", "/mentors/willing", "/results"} {
			b.Open(no)
			b.status(403)
		}
	})
}
