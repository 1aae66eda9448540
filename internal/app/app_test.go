package app_test

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// staffed is a site with the small staff list in.
func staffed(t *testing.T, d *db.DB) *apptest.Site {
	t.Helper()
	s := apptest.New(t, d)
	s.Import("testdata/units.csv", "testdata/people.csv")
	return s
}

// openRound opens a round of an instrument for everybody and sends the invitations.
func openRound(t *testing.T, s *apptest.Site, key string) survey.Round {
	t.Helper()
	id := unsentRound(t, s, key)
	s.Work()
	out, err := survey.RoundByID(t.Context(), s.DB, id)
	must(t, err)
	return out
}

// unsentRound opens a round of an instrument for everybody.
func unsentRound(t *testing.T, s *apptest.Site, key string) int64 {
	t.Helper()
	ctx := t.Context()
	row, err := survey.InstrumentByVersion(ctx, s.DB, key, "1.0")
	must(t, err)
	in, err := s.Survey.Instrument(ctx, row.ID)
	must(t, err)
	r := &survey.Round{InstrumentID: row.ID, Settings: s.Survey.DefaultSettings(in), ClosesAt: s.Clock.Now().Add(14 * 24 * time.Hour)}
	must(t, s.Survey.CreateRound(ctx, r))
	must(t, s.Survey.CheckAndOpen(ctx, r.ID, 0))
	return r.ID
}

// links are the personal links that the mails brought.
func links(s *apptest.Site) (out []string) {
	for _, m := range s.Mail.Sent() {
		if strings.Contains(m.Text, "/v/") {
			out = append(out, s.LinkIn(m.Text))
		}
	}
	return out
}

// fill chooses an answer to every question of a page.
func fill(f *apptest.Form, choose func(name string, values []string) string) *apptest.Form {
	for name, values := range f.Choices {
		f.Set(name, choose(name, values))
	}
	return f
}

// nth chooses the n-th answer everywhere.
func nth(n int) func(string, []string) string {
	return func(name string, values []string) string { return values[(n+len(name))%min(len(values), 5)] }
}

// answer answers the whole questionnaire and sends it.
func answer(t *testing.T, s *apptest.Site, link string, n int) *apptest.Page {
	t.Helper()
	p := s.Anonymous().Get(link).Want(t, 200)
	for !strings.HasSuffix(p.Path, "/send") {
		p = fill(p.Form(t, p.Path), nth(n)).Send("go", "next").Want(t, 200)
	}
	return p.Form(t, "/send").Send().Want(t, 200, "Your own feedback")
}

func TestACountyGoesFromItsStaffListToItsResultWithoutJavaScript(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		boss := s.Role(people.Coordinator)
		importStaff(t, boss)
		code := makeRound(t, s, boss)
		s.Work()
		all := links(s)
		if len(all) != 14 {
			t.Fatalf("%d invitations, want 14", len(all))
		}
		if m := s.Mailed("a1@shores.example"); len(m) != 1 || !strings.Contains(m[0].Text, "”Vårens enkät”") {
			t.Fatalf("a1 got %+v", m)
		}
		first := s.LinkIn(s.Mailed("a1@shores.example")[0].Text)
		respondOnTwoDevices(t, s, first, code)
		all = slices.DeleteFunc(all, func(l string) bool { return l == first })
		for i, l := range all[:11] {
			answer(t, s, l, i)
		}
		boss.Get("/results/"+code).Want(t, 404)
		boss.Get("/rounds").Want(t, 200)
		r, err := survey.RoundByCode(t.Context(), d, code)
		must(t, err)
		closing := fmt.Sprintf("/rounds/%d/close", r.ID)
		boss.Get(closing).Want(t, 200).Form(t, closing).Send().Want(t, 200, "closed")
		boss.Get("/results/"+code).Want(t, 200, "The result is being counted").Without(t, "<figure")
		s.Work()
		s.Anonymous().Get(all[12]).Want(t, 409)
		r, err = survey.RoundByCode(t.Context(), d, code)
		must(t, err)
		if r.State != survey.Closed || r.Responses != 12 {
			t.Errorf("the round is %s with %d responses, want closed with 12", r.State, r.Responses)
		}
		boss.Get("/results/"+code).Want(t, 200, fmt.Sprint(r.Responses), "14", "<figure")
		csv := boss.Get("/results/"+code+"/table.csv").Want(t, 200)
		if n := strings.Count(csv.Body, "\n"); n < 9 || !strings.HasPrefix(csv.Header.Get("Content-Type"), "text/csv") {
			t.Errorf("the table has %d lines:\n%s", n, csv.Body)
		}
		if keys, _ := filepath.Glob(filepath.Join(s.Keys, "round-*.key")); len(keys) > 0 {
			t.Errorf("keys are left: %v", keys)
		}
	})
}

func importStaff(t *testing.T, boss *apptest.Reader) {
	t.Helper()
	boss.Get("/").Want(t, 200)
	files := map[string][]byte{}
	for _, name := range []string{"units", "people"} {
		b, err := os.ReadFile("testdata/" + name + ".csv")
		must(t, err)
		files[name] = b
	}
	boss.Get("/people/import").Want(t, 200)
	dry := boss.Upload("/people/import", files, nil).Want(t, 200, "14")
	boss.Get("/people").Want(t, 200).Without(t, "Aino A1")
	dry.Form(t, dry.Path).Send().Want(t, 200, "Aino A1", "Börje Å7")
}

// makeRound makes a round on the pages, opens it and returns its code.
func makeRound(t *testing.T, s *apptest.Site, boss *apptest.Reader) string {
	t.Helper()
	row, err := survey.InstrumentByVersion(t.Context(), s.DB, "taitorinki", "1.0")
	must(t, err)
	edit := boss.Get("/rounds/new").Want(t, 200).Form(t, "/rounds").Set("instrument", fmt.Sprint(row.ID)).Send().Want(t, 200)
	f := edit.Form(t, edit.Path)
	// A form that is not right comes back with what was typed.
	again := f.Set("name_en", "").Set("closes_at", "tomorrow").Set("name_sv", "Vårens enkät").Send("go", "check").Want(t, 422)
	if v := again.Form(t, edit.Path).Values.Get("name_sv"); v != "Vårens enkät" {
		t.Errorf("after a mistake the Swedish name is %q", v)
	}
	closes := s.Clock.Now().Add(14 * 24 * time.Hour).Format("2006-01-02T15:04")
	check := again.Form(t, edit.Path).Set("name_en", "Spring survey").Set("closes_at", closes).Send("go", "check").Want(t, 200, "14")
	check.Form(t, check.Path).Send().Want(t, 200, "Spring survey")
	// The settings are locked now.
	boss.Post(edit.Path, url.Values{"name_en": {"Another"}, "languages": {"en"}}).Want(t, 409)
	all, err := survey.Rounds(t.Context(), s.DB)
	must(t, err)
	if len(all) != 1 || all[0].State != survey.Open || all[0].Invited != 14 || all[0].Settings.Name["en"] != "Spring survey" {
		t.Fatalf("rounds: %+v", all)
	}
	return all[0].Code
}

func respondOnTwoDevices(t *testing.T, s *apptest.Site, link, code string) {
	t.Helper()
	phone := s.Anonymous()
	phone.Lang = "sv-FI"
	p := phone.Get(link).Want(t, 200, "Innan du börjar")
	if p.Path != "/a/"+code+"/1" {
		t.Fatalf("the link leads to %s", p.Path)
	}
	f := fill(p.Form(t, p.Path), nth(1))
	given := maps.Clone(f.Values)
	p = f.Send("go", "next").Want(t, 200, "Nästa")
	if p.Path != "/a/"+code+"/2" {
		t.Fatalf("next leads to %s", p.Path)
	}
	// Another language keeps the place and what has been chosen on it.
	f = fill(p.Form(t, p.Path), nth(2))
	second := maps.Clone(f.Values)
	p = f.Send("lang", "en").Want(t, 200, "Next")
	same(t, p.Form(t, p.Path).Values, second)
	p = p.Form(t, p.Path).Send("lang", "sv").Want(t, 200, "Nästa")
	p = p.Form(t, p.Path).Send("go", "previous").Want(t, 200)
	if p.Path != "/a/"+code+"/1" {
		t.Fatalf("previous leads to %s", p.Path)
	}
	same(t, p.Form(t, p.Path).Values, given)

	desk := s.Anonymous()
	desk.Lang = "sv"
	p = desk.Get(link).Want(t, 200)
	same(t, p.Form(t, p.Path).Values, given)
	p = desk.Get("/a/"+code+"/2").Want(t, 200)
	same(t, p.Form(t, p.Path).Values, second)
	for !strings.HasSuffix(p.Path, "/send") {
		p = fill(p.Form(t, p.Path), nth(3)).Send("go", "next").Want(t, 200)
	}
	send := p.Want(t, 200, "Skicka dina svar").Form(t, "/send")
	done := send.Send().Want(t, 200, "Din egen respons")
	send.Send().Want(t, 200, "Din egen respons") // the button pressed twice
	own := s.LinkIn(done.Body)
	if !strings.HasPrefix(own, "/f/") {
		t.Fatalf("the own link is %q", own)
	}
	desk.Post("/a/"+code+"/leave", nil).Want(t, 200)
	desk.Get("/a/"+code+"/feedback").Want(t, 404)
	home := s.Anonymous()
	home.Lang = "sv"
	home.Get(own).Want(t, 200, "Din egen respons").Without(t, own) // the link is shown to who has just sent alone
	used := s.Anonymous()
	used.Lang = "sv"
	used.Get(link).Want(t, 409, "Ditt svar har kommit fram")
	phone.Get("/a/"+code+"/1").Want(t, 409)
}

func same(t *testing.T, got, want url.Values) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if strings.HasPrefix(name, "q_") && !slices.Equal(got[name], want[name]) {
			t.Errorf("%s: got %q, want %q", name, got[name], want[name])
		}
	}
}

func TestWithFewerThanTenResponsesNothingIsShown(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		r := openRound(t, s, "taitorinki-pulse")
		for i, l := range links(s)[:9] {
			answer(t, s, l, i)
		}
		must(t, s.Survey.CloseRound(t.Context(), r.ID, 0))
		s.Work()
		boss := s.Role(people.Coordinator)
		boss.Get("/results/"+r.Code).Want(t, 200, "not shown").Without(t, "<figure", "<td")
		if csv := boss.Get("/results/" + r.Code + "/table.csv"); strings.Count(csv.Body, "\n") > 1 {
			t.Errorf("the table shows\n%s", csv.Body)
		}
		round := boss.Get(fmt.Sprintf("/rounds/%d", r.ID)).Want(t, 200)
		if strings.Contains(round.Text(), "\n9\n") {
			t.Errorf("the round's page tells the number of responses:\n%s", round.Text())
		}
	})
}

func TestARoundClosesByItselfWhenItsTimeIsOver(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		r := openRound(t, s, "taitorinki-pulse")
		for i, l := range links(s)[:11] {
			answer(t, s, l, i)
		}
		s.Clock.Move(15 * 24 * time.Hour)
		s.Anonymous().Get(links(s)[12]).Want(t, 409)
		s.Work()
		r, err := survey.RoundByID(t.Context(), d, r.ID)
		must(t, err)
		if r.State != survey.Closed || r.Responses != 11 {
			t.Errorf("the round is %s with %d responses, want closed with 11", r.State, r.Responses)
		}
	})
}

func TestSigningOutEverywhereEndsTheOtherBrowserToo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		s.Grant("boss@shores.example", people.Coordinator, "")
		one, two := s.As("boss@shores.example"), s.As("boss@shores.example")
		other := s.Role(people.Administrator)
		two.Get("/me").Want(t, 200).Form(t, "/sign-out/everywhere").Send().Want(t, 200)
		for name, r := range map[string]*apptest.Reader{"the other browser": one, "the same browser": two} {
			if p := r.Get("/rounds"); p.Path != "/sign-in" {
				t.Errorf("%s still reads %s (%d)", name, p.Path, p.Status)
			}
		}
		if p := other.Get("/rounds"); p.Path != "/rounds" {
			t.Errorf("somebody else was signed out too: %s", p.Path)
		}
	})
}

func TestThePlainLanguageSwitchStandsOnlyWhereItChangesSomething(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	r := openRound(t, s, "taitorinki")
	who := s.Anonymous()
	who.Get(links(s)[0]).Want(t, 200, `name="plain"`)
	who.Get("/a/"+r.Code+"/9").Want(t, 200, `type="radio"`).Without(t, `name="plain"`)
}

func TestASheetWithoutAnyAnswerIsNotTaken(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		r := openRound(t, s, "taitorinki-pulse")
		respondent := s.Anonymous()
		p := respondent.Get(links(s)[0]).Want(t, 200)
		for !strings.HasSuffix(p.Path, "/send") {
			p = p.Form(t, p.Path).Send("go", "next").Want(t, 200)
		}
		p.Form(t, "/send").Send().Want(t, 422, "You have not answered anything yet")
		must(t, s.Survey.CloseRound(t.Context(), r.ID, 0))
		if r, err := survey.RoundByID(t.Context(), d, r.ID); err != nil || r.Responses != 0 {
			t.Errorf("%d responses, %v", r.Responses, err)
		}
	})
}
