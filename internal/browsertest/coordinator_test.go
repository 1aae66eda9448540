package browsertest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mail"
	"taitorinki/internal/survey"
)

// newStaffList is the people's list of a later day: somebody is new, somebody has moved and somebody has left.
func newStaffList(t testing.TB, s *Site) string {
	t.Helper()
	lines := bytes.SplitAfter(s.County.PeopleCSV(), []byte("\n"))
	last := len(lines) - 2
	lines[last] = []byte(fmt.Sprintf("T99999,uusi.tyontekija@%s,Uusi Työntekijä,%s,,fi,\n", "kaislaranta.example", s.County.People[0].Unit))
	moved := s.County.People[last-2]
	lines[last-1] = bytes.Replace(lines[last-1], []byte(","+moved.Unit+","), []byte(","+s.County.People[0].Unit+","), 1)
	name := filepath.Join(t.TempDir(), "people.csv")
	must(t, os.WriteFile(name, bytes.Join(lines, nil), 0o600))
	return name
}

func (b *Browser) upload(sel, file string) {
	b.t.Helper()
	do(b, chromedp.SetUploadFiles(chromedp.CSS(sel), []string{file}))
}

func TestACoordinatorBringsInAListRunsARoundAndReadsTheResult(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := fresh(t, d)
		me := s.County.Cast.Coordinator
		b := newBrowser(t, s.URL, Desktop)

		// In by mail.
		b.Open("/")
		b.Go(`main a[href="/sign-in"]`)
		b.Fill("#email", me)
		b.Go("main form button")
		_, link := s.mailTo(t, me, func(m mail.Message) bool { return strings.Contains(m.Text, "/sign-in/") })
		b.Open(link)
		b.Go("main form button")
		if b.Path() != "/" || !strings.Contains(b.Text("h1"), "Helmi Saarela") {
			t.Fatalf("signed in and came to %s: %s", b.where(), b.Text("h1"))
		}

		// A new list: the difference first, then in.
		b.Go(`main a[href="/people/import"]`)
		b.upload("#people", newStaffList(t, s))
		b.Go("main form button")
		if !strings.Contains(b.Path(), "/people/import/check/") || !b.Has(`main form[method="post"]`) {
			t.Fatalf("after the upload %s\n%s", b.where(), b.Text("main"))
		}
		b.Go(`main form[method="post"] button`)
		if b.Path() != "/people" {
			t.Fatalf("after the confirmation %s\n%s", b.where(), b.Text("main"))
		}

		// A round, from draft to open.
		b.Open("/rounds")
		b.Go(`main a[href="/rounds/new"]`)
		JS[bool](b, `(() => { [...document.querySelectorAll("input[name=instrument]")].at(-1).click(); return true; })()`)
		b.Go("main form button")
		if !strings.HasSuffix(b.Path(), "/edit") {
			t.Fatalf("a new round leads to %s", b.where())
		}
		b.Fill("#name_fi", "Syksyn kartoitus")
		b.Go(`button[value="check"]`)
		if !strings.HasSuffix(b.Path(), "/open") {
			t.Fatalf("saving and checking leads to %s\n%s", b.where(), b.Text("main"))
		}
		b.Go(`form[action$="/open"] button`)
		if b.Text("h1") != "Syksyn kartoitus" {
			t.Errorf("the open round is called %q", b.Text("h1"))
		}
		// The bar goes on by itself until every invitation is out.
		b.Until(`document.querySelector("#sending") && !document.querySelector("#sending[data-refresh-seconds]")`)
		rounds, err := survey.Rounds(context.Background(), d)
		must(t, err)
		r := rounds[0]
		if got := b.Text("#sending"); !strings.Contains(got, fmt.Sprint(r.Invited)) {
			t.Errorf("%d invited, and the bar says %q", r.Invited, got)
		}
		s.respond(t, r.ID, 40)

		b.Go(`main a[href$="/close"]`)
		b.Go(`form[action$="/close"] button`)
		b.Go(`main a[href^="/results/"]`)
		b.mustHave("figure svg") // as soon as the result is counted
		if !strings.Contains(b.Text("main"), "40") {
			t.Errorf("the result shows\n%s", b.Text("main"))
		}
	})
}

// respond lets n people answer everything.
func (s *Site) respond(t testing.TB, round int64, n int) {
	t.Helper()
	ctx := context.Background()
	for i, url := range s.blank(t, round, n) {
		s.answerAll(t, url, i)
		sh, err := s.App.Survey.Sheet(ctx, code(url))
		must(t, err)
		_, err = s.App.Survey.Submit(ctx, sh, uint64(i+1))
		must(t, err)
	}
}

// answerAll fills a ballot without sending it.
func (s *Site) answerAll(t testing.TB, url string, n int) {
	t.Helper()
	ctx := context.Background()
	sh, err := s.App.Survey.Sheet(ctx, code(url))
	must(t, err)
	var all []survey.Given
	for i, it := range sh.Instrument.Items {
		switch {
		case len(it.Options) > 0:
			all = append(all, survey.Given{Item: it.Index, Values: []string{it.Options[n%len(it.Options)].Value}})
		case len(it.Steps()) > 0:
			all = append(all, survey.Given{Item: it.Index, Values: []string{fmt.Sprint(it.Steps()[(n+i/6*3+i%2)%len(it.Steps())].Value)}})
		}
	}
	_, err = s.App.Survey.Save(ctx, sh, all)
	must(t, err)
}

func code(url string) string { return url[strings.LastIndex(url, "/")+1:] }
