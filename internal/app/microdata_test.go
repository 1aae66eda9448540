package app_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

// closedRound is a closed round of the county, with twelve responses and its results made.
func closedRound(t *testing.T, s *apptest.Site, key string) survey.Round {
	t.Helper()
	r := openRound(t, s, key)
	for i, l := range links(s)[:12] {
		answer(t, s, l, i)
	}
	must(t, s.Survey.CloseRound(t.Context(), r.ID, 0))
	s.Work()
	r, err := survey.RoundByID(t.Context(), s.DB, r.ID)
	must(t, err)
	return r
}

func TestAResearcherTakesMicrodataThatAreCoarseEnough(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		r := closedRound(t, s, "taitorinki")
		url := "/results/" + r.Code
		researcher := s.Role(people.Researcher)
		researcher.Get(url+"/take").Want(t, 200, "Data for the researcher", "SPSS", "at least 5 respondents")
		for file, begin := range map[string]string{
			"data.csv": "unit,", "data-excel.csv": "\uFEFFunit;", "codebook.csv": "variable,", "data.xlsx": "PK", "data.sav": "$FL2", "data.parquet": "PAR1", "ddi.xml": "<?xml",
		} {
			p := researcher.Get(url+"/microdata/"+file).Want(t, 200)
			if !strings.HasPrefix(p.Body, begin) {
				t.Errorf("%s begins with %.40q, want %q", file, p.Body, begin)
			}
		}
		sums := researcher.Get(url+"/microdata/SHA256SUMS").Want(t, 200)
		if got := strings.Count(sums.Body, "# data"); got != 5 || !strings.Contains(sums.Body, "# data.sav: 12 rows") {
			t.Errorf("got\n%s", sums.Body)
		}
		rows, err := csv.NewReader(strings.NewReader(researcher.Get(url + "/microdata/data.csv").Body)).ReadAll()
		must(t, err)
		if len(rows) != 13 {
			t.Fatalf("%d lines, want 13", len(rows))
		}
		units := map[string]int{}
		for _, row := range rows[1:] {
			units[row[0]]++
		}
		for unit, n := range units {
			if n < survey.LeastGroup {
				t.Errorf("unit %q is that of %d", unit, n)
			}
		}
		for _, name := range rows[0] {
			if strings.HasPrefix(name, "bg_") || name == "open" || strings.Contains(name, "code") {
				t.Errorf("%s is in the data", name)
			}
		}
		if !slices.Contains(rows[0], "score_remote") {
			t.Errorf("no score among %v", rows[0])
		}
		researcher.Get(url+"/microdata/secret").Want(t, 404)
		for _, role := range []string{people.Coordinator, people.Supervisor, people.Administrator, people.DPO} {
			s.Role(role).Get(url+"/microdata/data.csv").Want(t, 403)
		}
		s.Role(people.Coordinator).Get(url+"/take").Want(t, 200, "The figures of the result").Without(t, "Data for the researcher")
		s.Role(people.DPO).Get("/audit?kind=exported").Want(t, 200, "Downloaded research data")
		if n := count(t, d, `SELECT count(*) FROM audit_log WHERE action = 'result.microdata'`); n != 9 {
			t.Errorf("%d downloads are in the log, want 9", n)
		}
	})
}

func TestOfARoundThatTellsNothingThereAreNoMicrodata(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		r := openRound(t, s, "taitorinki-pulse")
		for i, l := range links(s)[:8] {
			answer(t, s, l, i)
		}
		must(t, s.Survey.CloseRound(t.Context(), r.ID, 0))
		researcher := s.Role(people.Researcher)
		researcher.Get(fmt.Sprintf("/results/%s/microdata/data.csv", r.Code)).Want(t, 404, "No data can be given")
		s.Work()
		researcher.Get("/results/"+r.Code+"/take").Want(t, 200, "not shown").Without(t, "Data for the researcher")
		researcher.Get(fmt.Sprintf("/results/%s/microdata/data.csv", r.Code)).Want(t, 404, "No data can be given")
	})
}
