package browsertest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// castMentor is the cast's digimentor, who has done the path in the demo.
func (s *Site) castMentor(t *testing.T) mentoring.Mentor {
	t.Helper()
	who, err := people.PersonByEmail(t.Context(), s.App.Config.DB, s.County.Cast.Mentor)
	must(t, err)
	m, has, err := s.App.Mentors.MentorOf(t.Context(), who.ID)
	must(t, err)
	if !has {
		t.Fatal("the cast's mentor is none")
	}
	return m
}

// trainingStops are the pages of the training path and of badges: as anybody, a mentor and the coordinator see them.
func (s *Site) trainingStops(t *testing.T) []stop {
	t.Helper()
	m := s.castMentor(t)
	b, has, err := s.App.Training.Held(t.Context(), m.ID)
	must(t, err)
	if !has {
		t.Fatal("the cast's mentor has no badge")
	}
	one := fmt.Sprintf("/training/manage/%d", m.ID)
	return []stop{
		at("/badges/check"),
		{"check without a badge", func(b *Browser) {
			b.Go(`form[action="/badges/check"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"check of a wrong badge", func(b *Browser) {
			b.Open("/badges/check")
			b.write("#text", "x")
			b.Go(`form[action="/badges/check"] button`)
			b.mustHave(".notice.wrong")
		}},
		at("/badges/" + b.Serial), at("/badges/digimentor/sv"),
		{"path of a mentor", func(b *Browser) { b.as(s.County.Cast.Mentor); b.Open("/training") }},
		at("/training/steps/role"), at("/training/steps/talk"), at("/training/badge"),
		{"training as the coordinator", func(b *Browser) { b.as(s.County.Cast.Coordinator); b.Open("/training/manage") }},
		at("/training/manage?show=all"), at(one),
		{"revoking without a reason", func(b *Browser) {
			JS[bool](b, `document.querySelector('form[action$="/revoke"]').closest("details").open = true`)
			b.Go(`form[action$="/revoke"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		at("/training/path"),
		{"draft of the path", func(b *Browser) { b.Go(`form[action="/training/path/draft"] button`) }},
		at("/training/path/new"),
		{"step with errors", func(b *Browser) {
			b.write("#minutes", "999")
			b.Go(`form[action="/training/path/steps"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		at("/training/path/steps/role"),
	}
}

// fetched is a file of the program, as the browser gets it.
func (b *Browser) fetched(path string) []byte {
	b.t.Helper()
	text := do(b, chromedp.Evaluate[string](fmt.Sprintf(`fetch(%q).then((r) => r.arrayBuffer()).then((a) => btoa(Array.from(new Uint8Array(a), (x) => String.fromCharCode(x)).join("")))`, path), chromedp.EvalAwaitPromise))
	data, err := base64.StdEncoding.DecodeString(text)
	must(b.t, err)
	return data
}

// checked gives a file to the page that checks badges, and returns what the page says.
func (b *Browser) checked(data []byte) string {
	b.t.Helper()
	file := filepath.Join(b.t.TempDir(), "badge.png")
	must(b.t, os.WriteFile(file, data, 0o600))
	b.Open("/badges/check")
	b.upload("#file", file)
	b.Go(`form[action="/badges/check"] button`)
	return b.Text("main .notice")
}

func TestAMentorFinishesThePathAndAnybodyChecksTheBadge(t *testing.T) {
	s, err := newSite(dbtest.SQLite(t), t.TempDir(), nil)
	must(t, err)
	t.Cleanup(func() { s.close() })
	must(t, s.Demo.Fill(t.Context()))
	m := s.inTraining(t)
	b := newBrowser(t, s.URL, Phone)
	link, err := s.App.People.SigninLink(t.Context(), m.Person.ID)
	must(t, err)
	b.Open(strings.TrimPrefix(link, s.App.Config.BaseURL))
	b.Go("main form button")
	for _, key := range []string{"talk", "first"} {
		must(t, s.App.Training.Tick(t.Context(), 0, m.ID, 1, key))
	}
	b.Open("/training")
	for range 6 {
		if b.Has(`.card .tag.info`) {
			JS[bool](b, `(() => { const c = [...document.querySelectorAll(".card")].find((x) => x.querySelector(".tag.info")); c.querySelector("h2 a").id = "next"; return true; })()`)
			b.Go("#next")
			b.Go(`form[action$="/done"] button`)
			b.Open("/training")
		}
	}
	b.mustHave(".notice.ok")
	b.Go(`a[href="/training/badge"]`)
	png := b.fetched("/training/badge/digimentor-badge.png")

	anybody := newBrowser(t, s.URL, Desktop)
	if got := anybody.checked(png); !strings.Contains(got, "Merkki on aito") {
		t.Fatalf("of the mentor's badge the page says %q", got)
	}
	changed := append([]byte{}, png...)
	at := strings.Index(string(changed), "openbadgecredential") + 200
	changed[at] ^= 1
	if got := anybody.checked(changed); !strings.Contains(got, "ei voi luottaa") {
		t.Fatalf("of a changed badge the page says %q", got)
	}
}

// inTraining is a mentor who has begun nothing or little of the path.
func (s *Site) inTraining(t *testing.T) mentoring.Mentor {
	t.Helper()
	all, err := mentoring.Mentors(t.Context(), s.App.Config.DB)
	must(t, err)
	for _, m := range all {
		done, total, err := s.App.Training.Progress(t.Context(), m.ID)
		must(t, err)
		if m.State == mentoring.Training && m.Person.Email != "" && done < total {
			return m
		}
	}
	t.Fatal("nobody is in training")
	return mentoring.Mentor{}
}
