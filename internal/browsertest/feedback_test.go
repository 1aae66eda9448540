package browsertest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/events"
	"taitorinki/internal/events/feedback"
	"taitorinki/internal/people"
)

// held is the newest event that has been held and whose feedback is told.
func (s *Site) held(t *testing.T) *events.Event {
	t.Helper()
	now := s.Demo.Clock.Now()
	all, err := events.Between(t.Context(), s.App.Config.DB, now.AddDate(-3, 0, 0), now)
	must(t, err)
	for i := len(all) - 1; i >= 0; i-- {
		f, err := feedback.Usefulness(t.Context(), s.App.Config.DB, []int64{all[i].ID})
		must(t, err)
		if f[all[i].ID].Shown {
			return &all[i]
		}
	}
	t.Fatal("the county has held no event whose feedback is told")
	return nil
}

// coming is an event of the same theme as another that is still to come.
func (s *Site) coming(t *testing.T) *events.Event {
	t.Helper()
	now := s.Demo.Clock.Now()
	all, err := events.Between(t.Context(), s.App.Config.DB, now, now.AddDate(1, 0, 0))
	must(t, err)
	for _, e := range all {
		if e.CopiedFrom != 0 && e.State == events.Published && e.Start.After(now) {
			return &e
		}
	}
	t.Fatal("no copied event is to come")
	return nil
}

// justOver is an event that has ended a moment ago.
func (s *Site) justOver(t *testing.T, title string) events.Event {
	t.Helper()
	who, err := people.PersonByEmail(t.Context(), s.App.Config.DB, s.County.Cast.Coordinator)
	must(t, err)
	at := s.Demo.Clock.Now().Add(2 * time.Second)
	id, err := s.App.Events.Create(t.Context(), who.ID, events.Plan{Kind: events.Webinar, Title: title, Area: "remote", Open: events.ForStaff,
		Sittings: []events.Sitting{{Start: at, End: at.Add(5 * time.Minute)}}})
	must(t, err)
	must(t, s.App.Events.Publish(t.Context(), who.ID, id, 1))
	e, err := events.ByID(t.Context(), s.App.Config.DB, id)
	must(t, err)
	return e
}

// feedbackStops are the pages of feedback, as a visitor without an account, a reader and the coordinator see them.
func (s *Site) feedbackStops(t *testing.T) []stop {
	t.Helper()
	now, read := s.justOver(t, "Palautteen kokeilu"), s.held(t)
	give := now.PublicPath("/feedback")
	return []stop{
		{"giving feedback", func(b *Browser) { b.Open(give); b.unfoldAll() }},
		{"feedback with errors", func(b *Browser) {
			b.write("#keep", "Kiva")
			b.Go("main form .btn")
			b.status(http.StatusUnprocessableEntity)
		}},
		{"feedback with a phone number", func(b *Browser) {
			b.write("#change", "Soita 040 123 4567")
			b.mustHave("#change-found")
		}},
		{"thanks", func(b *Browser) {
			b.write("#change", "Lisää aikaa")
			b.Click(`input[name="useful"][value="8"]`)
			b.Go("main form .btn")
			b.status(http.StatusOK)
		}},
		at(read.PublicPath("/feedback")), at(s.coming(t).PublicPath("/feedback")),
		{"feedback, read", func(b *Browser) {
			b.as(s.County.Cast.Coordinator)
			b.Open(read.Path("/feedback"))
			b.unfoldAll()
		}},
		{"group without a name", func(b *Browser) {
			b.Go(`form[action$="/themes"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		{"hiding a comment", func(b *Browser) { b.Open(read.Path("/feedback")); b.Go(`a[href*="?hide="]`); b.mustHave("blockquote") }},
		{"hiding without a reason", func(b *Browser) {
			b.Go(`form[action$="/hide"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
		at(now.Path("/feedback")), at(read.Path("/host")), at(read.Path("")), at(s.coming(t).Path("")), at(fmt.Sprintf("/events/new?from=%d", read.ID)),
		at(feedback.TrendPath), at(feedback.TrendPath + "?by=quarter"),
	}
}

func TestFeedbackGoesFromAPhoneToTheNextRun(t *testing.T) {
	s := filled(t)
	e := s.justOver(t, "Etävastaanotto: kysy ja kokeile")
	give := e.PublicPath("/feedback")
	for i := range 4 {
		must(t, s.App.Feedback.Give(t.Context(), &e, feedback.NewDevice(), feedback.Answer{Useful: 5 + i, Change: fmt.Sprintf("Ajatus %d", i)}))
	}
	phone := newBrowser(t, s.URL, Phone)
	phone.Open(give)
	phone.Click(`input[name="useful"][value="9"]`)
	phone.write("#change", "Soita 040 123 4567")
	phone.mustHave("#change-found")
	phone.write("#change", "Lisää aikaa kysymyksille")
	phone.Go("main form .btn")
	if text := phone.Text("main"); !strings.Contains(text, "Kiitos palautteestasi") {
		t.Fatalf("after sending the phone says:\n%s", text)
	}
	phone.Open(give)
	if phone.Has("main form") {
		t.Error("the phone may answer twice")
	}

	host := newBrowser(t, s.URL, Desktop)
	host.as(s.County.Cast.Coordinator)
	host.Open(e.Path("/host"))
	host.Press("Avaa palaute")
	if text := host.Text("main"); !strings.Contains(text, "5 vastausta") || !strings.Contains(text, "Lisää aikaa kysymyksille") {
		t.Fatalf("the host reads:\n%s", text)
	}
	host.write("#theme", "Kysymykset")
	host.Go(`form[action$="/themes"] button`)
	JS[bool](host, `(() => { const c = [...document.querySelectorAll("select[name^=into-]")].find((s) => s.closest("li").textContent.includes("Lisää aikaa")); c.value = c.options[1].value; return true; })()`)
	host.Press("Tallenna ryhmittely")
	if text := host.Text("#grouping"); !strings.Contains(text, "Kysymykset (1)") {
		t.Errorf("the groups are:\n%s", text)
	}
	host.write("#changes", "Puolet ajasta kysymyksille")
	host.Go(`form[action$="/changes"] button[value="publish"]`)

	who, err := people.PersonByEmail(t.Context(), s.App.Config.DB, s.County.Cast.Coordinator)
	must(t, err)
	at := s.Demo.Clock.Now().Add(48 * time.Hour)
	id, err := s.App.Events.Create(t.Context(), who.ID, events.Plan{Kind: events.Webinar, Title: "Toinen kerta", Area: "remote", Open: events.ForStaff, CopiedFrom: e.ID,
		Sittings: []events.Sitting{{Start: at, End: at.Add(time.Hour)}}})
	must(t, err)
	must(t, s.App.Events.Publish(t.Context(), who.ID, id, 1))
	phone.as(s.County.Cast.Mentor)
	phone.Open(fmt.Sprintf("/events/%d", id))
	if text := phone.Text("main"); !strings.Contains(text, "Puolet ajasta kysymyksille") {
		t.Errorf("the next run says:\n%s", text)
	}
}
