package app_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

func TestWhatTheCountySaysOfItselfStandsInEveryNoticeAndStatement(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		r := openRound(t, s, "taitorinki-pulse")
		anybody := s.Anonymous()
		anybody.Get("/privacy").Want(t, 200, "Controller: Wellbeing County of the Shores.").Without(t, "{", "}")
		anybody.Get("/accessibility").Want(t, 200, "Traficom", "registry office").Without(t, "{", "}")
		notice := "/privacy/" + r.Code
		anybody.Get(notice).Want(t, 200, "You answer anonymously", "Controller: Wellbeing County of the Shores.").Without(t, "{", "}")
		first := s.Anonymous().Get(links(s)[0]).Want(t, 200, "Article 6(1)(e)", notice).Without(t, "{controller}", "{dpo}", "{keep}")
		if i, j := strings.Index(first.Body, "<details"), strings.Index(first.Body, "Who is responsible"); i < 0 || j < i {
			t.Error("the notice on the first page is not folded")
		}

		admin := s.Role(people.Administrator)
		f := admin.Get("/settings").Want(t, 200).Form(t, "/settings")
		f.Set("months", "many").Set("reviewed", "yesterday").Send().Want(t, 422, "whole number", "Check the date")
		f.Set("name_fi", "Rantojen hyvinvointialue").Set("name_en", "The Shores").Set("contact", "registry@shores.example").
			Set("dpo", "privacy@shores.example").Set("months", "24").Set("feedback", "access@shores.example").Set("reviewed", "2026-05-04").
			Send().Want(t, 200, "Saved")

		anybody.Get("/privacy").Want(t, 200, "Controller: The Shores. registry@shores.example", "privacy@shores.example", "24 months")
		anybody.Get("/accessibility").Want(t, 200, "access@shores.example", "4 May 2026")
		anybody.Get(notice).Want(t, 200, "The Shores", "privacy@shores.example", "24 months")
		s.Anonymous().Get(links(s)[1]).Want(t, 200, "privacy@shores.example")
		swede := s.Anonymous()
		swede.Lang = "sv"
		swede.Get(notice).Want(t, 200, "Personuppgiftsansvarig: Rantojen hyvinvointialue.", "24 månader")

		for i, l := range links(s)[:10] {
			answer(t, s, l, i)
		}
		must(t, s.Survey.CloseRound(t.Context(), r.ID, 0))
		anybody.Get(notice).Want(t, 200, "privacy@shores.example")
		anybody.Get("/privacy/nothing").Want(t, 404)
	})
}

func TestThePreflightListTellsWhenANoticeLacksWhatTheLawAsks(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	boss := s.Role(people.Coordinator)
	row, err := survey.InstrumentByVersion(t.Context(), s.DB, "taitorinki-pulse", "1.0")
	must(t, err)
	edit := boss.Get("/rounds/new").Form(t, "/rounds").Set("instrument", fmt.Sprint(row.ID)).Send().Want(t, 200)
	check := strings.TrimSuffix(edit.Path, "/edit") + "/open"
	boss.Get(check).Want(t, 200, "Something is still missing for the privacy notice")
	// The notice of a draft is nobody's business yet.
	rounds, err := survey.Rounds(t.Context(), s.DB)
	must(t, err)
	s.Anonymous().Get("/privacy/"+rounds[0].Code).Want(t, 404)
	s.Role(people.Administrator).Post("/settings", url.Values{"name_fi": {"R"}, "contact": {"c"}, "dpo": {"d"}, "months": {"12"}}).Want(t, 200)
	boss.Get(check).Want(t, 200).Without(t, "Something is still missing")
}

func TestTheLogTellsWhoOpenedClosedViewedAndExported(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		boss := s.Role(people.Coordinator)
		code := makeRound(t, s, boss)
		s.Work()
		for i, l := range links(s)[:10] {
			answer(t, s, l, i)
		}
		r, err := survey.RoundByCode(t.Context(), d, code)
		must(t, err)
		boss.Get(fmt.Sprintf("/rounds/%d/refused.csv", r.ID)).Want(t, 200)
		closing := fmt.Sprintf("/rounds/%d/close", r.ID)
		boss.Get(closing).Form(t, closing).Send().Want(t, 200)
		s.Work()
		s.Clock.Move(time.Minute)
		boss.Get("/results/"+code).Want(t, 200)
		boss.Get("/results/"+code+"/table.csv").Want(t, 200)
		boss.Get("/people").Want(t, 200)
		boss.Get("/people?q=zzzz").Want(t, 200)
		tree, err := people.LoadTree(t.Context(), d)
		must(t, err)
		u, _ := tree.ByCode("A")
		boss.Get(fmt.Sprintf("/units/%d", u.ID)).Want(t, 200)
		boss.Get(fmt.Sprintf("/people/%d", s.Person("a1@shores.example").ID)).Want(t, 200)

		dpo := s.Role(people.DPO)
		dpo.Get("/audit").Want(t, 200, "the-coordinator@apptest.example", "Home care", "Aino A1").Without(t, `href="/people/`, `href="/units/`)
		for kind, want := range map[string][]string{
			"rounds":   {"Opened a survey round", "Closed a survey round", "Spring survey"},
			"viewed":   {"Looked at results", "Looked at a list of people", "Looked at the people of a unit", "Looked at a person"},
			"exported": {"Downloaded results", "Downloaded the addresses"},
			"signin":   {"Signed in"},
		} {
			p := dpo.Get("/audit?kind="+kind).Want(t, 200, want...)
			for other, texts := range map[string]string{"signin": "\nSigned in\n", "rounds": "\nOpened a survey round\n", "viewed": "\nLooked at results\n"} {
				if other != kind && strings.Contains(p.Text(), texts) {
					t.Errorf("of kind %s there is %q", kind, texts)
				}
			}
		}
		if n := count(t, d, `SELECT count(*) FROM audit_log WHERE action = 'people.view'`); n != 1 {
			t.Errorf("%d notes of a list of people, want 1: a search without result shows nobody", n)
		}
		csv := dpo.Get("/audit/log.csv?kind=exported").Want(t, 200, "Downloaded results", "Spring survey").Without(t, "Signed in")
		if !strings.HasPrefix(csv.Header.Get("Content-Type"), "text/csv") {
			t.Errorf("the log comes as %s", csv.Header.Get("Content-Type"))
		}
		dpo.Get("/audit/log.csv").Want(t, 200, "Signed in", "Opened a survey round")
		dpo.Get("/audit").Want(t, 200, "Downloaded the log")
		s.Role(people.Supervisor).Get("/audit/log.csv").Want(t, 403)
	})
}
