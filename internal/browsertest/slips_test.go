package browsertest

import (
	"strconv"
	"strings"
	"testing"

	"taitorinki/internal/survey"
)

// slips makes a sheet for the first unit of an open round, through the pages.
func (b *Browser) slips(r *survey.Round, n int) {
	b.Open(rd(r, "/slips"))
	b.Fill("#number", strconv.Itoa(n))
	b.Go("main form button")
}

// slips are the codes of a new sheet.
func (s *Site) slips(t *testing.T, r *survey.Round, n int) []string {
	t.Helper()
	units, err := survey.RoundUnits(t.Context(), s.App.Config.DB, r.ID)
	must(t, err)
	sheet, err := s.App.Survey.AddSlips(t.Context(), r.ID, units[0].ID, n, 0)
	must(t, err)
	_, codes, err := s.App.Survey.SlipCodes(t.Context(), r, sheet)
	must(t, err)
	return codes
}

func TestAPaperSlipLeadsOnePersonInAndNobodyElse(t *testing.T) {
	s := shown(t)
	r := s.opened(t, pulse, nil)
	desk := newBrowser(t, s.URL, Desktop)
	desk.as(s.County.Cast.Coordinator)
	desk.slips(r, 6)
	if n := JS[int](desk, `document.querySelectorAll(".slip .qr path").length`); n != 6 {
		t.Fatalf("%d square codes on the sheet, want 6", n)
	}
	code := JS[string](desk, `document.querySelector(".slip code").textContent`)

	phone := newBrowser(t, s.URL, Phone)
	phone.Open("/s")
	phone.Fill("#code", strings.ToUpper(code))
	phone.Go("main form button") // to the slip's own page
	phone.Go("main form button") // begin
	own := JS[string](phone, `document.querySelector("code.own-link").textContent`)
	first := pageItems(phone)[0]
	phone.Choose(first, "4")
	phone.Saved()

	other := newBrowser(t, s.URL, Phone)
	other.Open("/s/" + strings.ReplaceAll(code, " ", ""))
	if h := JS[string](other, `document.querySelector("h1").textContent`); !strings.Contains(h, "lapulla on jo aloitettu") {
		t.Errorf("the slip in other hands: %q", h)
	}
	other.Go(`main a.btn`)
	if other.Has(".item") {
		t.Error("other hands came to the questions")
	}
	third := newBrowser(t, s.URL, Desktop)
	third.Open(strings.TrimPrefix(own, s.URL))
	if !third.Chosen(first, "4") {
		t.Error("the own link does not show the answer")
	}
}
