package browsertest

import (
	"net/http"
	"strconv"
	"testing"

	"taitorinki/internal/survey"
)

// textStops are the pages of open answers: those of the first round are released, those of the second wait.
func (s *Site) textStops(t *testing.T) []stop {
	t.Helper()
	rounds, err := survey.Rounds(t.Context(), s.App.Config.DB)
	must(t, err)
	var closed []survey.Round // the newest first
	for _, r := range rounds {
		if r.State == survey.Closed {
			closed = append(closed, r)
		}
	}
	waiting, released := "/results/"+closed[0].Code+"/texts", "/results/"+closed[len(closed)-1].Code+"/texts"
	return []stop{
		{"open answers", func(b *Browser) { b.as(s.County.Cast.Coordinator); b.Open(released); b.mustHave(".texts li") }},
		at(released + "?q=open_works"),
		{"open answers that nobody has checked", func(b *Browser) { b.Open(waiting) }},
		{"open answers to check", func(b *Browser) { b.openMarked(waiting + "/check") }},
		{"open answers with an error", func(b *Browser) {
			b.Fill("main textarea", "Soita 040 123 4567")
			b.Click(`main input[value="released"]`)
			b.Go("main form button")
			b.status(http.StatusUnprocessableEntity)
			b.mustHave("[data-error-summary]")
		}},
		{"open answers that are checked", func(b *Browser) { b.Open(released + "/check?decided=1") }},
		{"nothing left to check", func(b *Browser) { b.Open(released + "/check") }},
	}
}

// openMarked opens the first page of texts in one of which something is pointed out: they stand in random order.
func (b *Browser) openMarked(check string) {
	b.t.Helper()
	for page := 1; ; page++ {
		b.Open(check + "?page=" + strconv.Itoa(page))
		if JS[bool](b, `document.querySelector("mark") !== null`) {
			return
		}
		if !JS[bool](b, `document.querySelector("a[rel=next]") !== null`) {
			b.t.Fatal("nothing is pointed out in any text")
		}
	}
}
