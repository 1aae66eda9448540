package browsertest

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
)

// eventStops are the pages of planning events, as the coordinator sees them.
func (s *Site) eventStops(t *testing.T) []stop {
	t.Helper()
	all, err := events.Between(t.Context(), s.App.Config.DB, time.Now(), time.Now().AddDate(1, 0, 0))
	must(t, err)
	var coming, series, elsewhere events.Event
	for _, e := range all {
		switch {
		case e.Elsewhere != "":
			elsewhere = e
		case len(e.Sittings) > 1:
			series = e
		default:
			coming = e
		}
	}
	return []stop{
		{"events", func(b *Browser) { b.as(s.County.Cast.Coordinator); b.Open("/events") }},
		at("/events?kind=webinar&area=remote"), at("/events/new"), at("/events/new?kind=workshop"),
		{"times suggested", func(b *Browser) {
			b.Open("/events/new?kind=webinar")
			b.unfoldAll()
			b.Go(`button[value="suggest"]`)
			b.mustHave(`button[value^="use:"]`)
		}},
		{"plan with errors", func(b *Browser) {
			b.Open("/events/new?kind=webinar")
			b.Go("main form .btn:not(.quiet)")
			b.status(http.StatusUnprocessableEntity)
			b.mustHave("[data-error-summary]")
		}},
		at(coming.Path("")), at(coming.Path("/edit")), at(series.Path("")), at(series.Path("/host")), at(elsewhere.Path("/host")),
		{"hosts' page, unfolded", func(b *Browser) { b.Open(coming.Path("/host")); b.unfoldAll() }},
		{"speaker with errors", func(b *Browser) {
			b.Go(`form[action$="/speakers"] button`)
			b.status(http.StatusUnprocessableEntity)
		}},
	}
}

func TestAHostPlansAnEventThatSuitsItsGroup(t *testing.T) {
	s := filled(t)
	b := newBrowser(t, s.URL, Desktop)
	b.as(s.County.Cast.Coordinator)
	b.Open("/events")
	b.Press("Suunnittele tapahtuma")
	b.Go(`a[href="/events/new?kind=webinar"]`)
	b.write("#title", "Näin ohjaat asiakkaan oirearvioon")
	whole := b.Text("[data-reach-text]")
	b.Click(`input[name="roles"][value="mentor"]`)
	b.Until(`document.querySelector("[data-reach-text]").textContent !== ` + strconv.Quote(whole))
	b.Click(`input[name="rhythm"][value="shift"]`)
	b.Go(`button[value="suggest"]`)
	b.Go(`button[value^="use:"]`)
	if from := JS[string](b, `document.querySelector("#from-1").value`); from < "08.00" || from > "16.00" {
		t.Errorf("the suggested hour is %q, when few are at work", from)
	}
	day := JS[string](b, `document.querySelector("#sitting-1").value`)
	if soonest := time.Now().In(i18n.Zone()).AddDate(0, 0, 20).Format(time.DateOnly); day < soonest {
		t.Errorf("the suggested day is %s, which leaves no time to invite (%s)", day, soonest)
	}
	b.write("#place", "Teams")
	b.Go("main form .btn:not(.quiet)")
	if !strings.HasSuffix(b.Path(), "/host") {
		t.Fatalf("saving led to %s:\n%s", b.Path(), b.Text("main"))
	}
	b.Go(`form[action$="/publish"] button`)
	if text := b.Text("main"); !strings.Contains(text, "Tapahtuma on julkaistu") || !strings.Contains(text, "Lähetä kutsu esihenkilöille") {
		t.Errorf("after publishing the page says:\n%s", text)
	}
	task := b.Text("main .links li")
	b.Go(`form[action*="/tasks/"] button[value="done"]`)
	if text := b.Text("main .links li"); !strings.Contains(text, "Tehty") {
		t.Errorf("the task %q was marked as done, and now says %q", task, text)
	}
}
