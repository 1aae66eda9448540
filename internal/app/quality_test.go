package app_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

// measuredRound is a round of the shipped questionnaire that some of the fourteen have answered, with its results made.
func measuredRound(t *testing.T, s *apptest.Site, respondents int) survey.Round {
	t.Helper()
	r := openRound(t, s, "taitorinki")
	for i, l := range links(s)[:respondents] {
		answer(t, s, l, i)
	}
	must(t, s.Survey.CloseRound(context.Background(), r.ID, 0))
	s.Work()
	return r
}

func TestQualityFactorsProfilesAndMethodsHaveTheirPages(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		r := measuredRound(t, s, 14)
		boss := s.Role(people.Coordinator)
		at := "/results/" + r.Code
		county := boss.Get(at).Want(t, 200, `href="`+at+`/methods"`)
		for _, tab := range []string{"/quality", "/factors", "/profiles", "/methods"} {
			county.Want(t, 200, `href="`+at+tab+`"`)
		}
		boss.Get(at+"/quality").Want(t, 200, "How well did the questionnaire measure?", "<figure", "Statements: ", "Alpha without it", "all or nearly all")
		boss.Get(at+"/factors").Want(t, 200, "The connections are not shown", "at least 10 respondents for each figure")
		sum, err := s.Insight.Sum(t.Context(), r.Code)
		must(t, err)
		boss.Get(at+"/methods").Want(t, 200, hex.EncodeToString(sum), "14 of 14, 100", "20261122", "fewer than 5 respondents")
		same, _, err := s.Insight.Same(t.Context(), r.Code)
		if err != nil || !same {
			t.Errorf("made again, the snapshot is the same: %v, %v", same, err)
		}
	})
}

func TestTheReaderChoosesHowManyProfilesThereAre(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	r := measuredRound(t, s, 14)
	snap, err := s.Insight.Snapshot(t.Context(), r.Code)
	must(t, err)
	boss := s.Role(people.Coordinator)
	at := "/results/" + r.Code + "/profiles"
	if snap.Profiles == nil {
		boss.Get(at).Want(t, 200, "The profiles are not shown").Without(t, "<figure")
		t.Fatal("fourteen who answer in five ways have no profiles")
	}
	shown := map[int]bool{}
	for _, set := range snap.Profiles.Sets {
		shown[set.K] = true
	}
	for k := 2; k <= 6; k++ {
		p := boss.Get(fmt.Sprintf("%s?k=%d", at, k)).Want(t, 200, "Divisions side by side", fmt.Sprintf(`href="%s?k=%d" aria-current="page"`, at, k))
		if cards := strings.Count(p.Body, " of respondents."); shown[k] != (cards == k) || !shown[k] && cards > 0 {
			t.Errorf("of %d profiles, shown %v, there are %d", k, shown[k], cards)
		}
		if !shown[k] {
			p.Want(t, 200, "This division is not shown")
		}
	}
	for _, wrong := range []string{"?k=1", "?k=7", "?k=x", "?k=-99999999999999999999", ""} {
		boss.Get(at+wrong).Want(t, 200, "Profile 1").Without(t, "This division is not shown")
	}
}

func TestOfFewResponsesThePagesOfQualityTellNothing(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	r := measuredRound(t, s, 9)
	boss := s.Role(people.Coordinator)
	for _, page := range []string{"/quality", "/factors", "/profiles?k=2", "/methods"} {
		p := boss.Get("/results/"+r.Code+page).Want(t, 200, "The result is not shown").Without(t, "<figure", "<td")
		if strings.Contains(p.Text(), "\n9\n") {
			t.Errorf("%s tells how many answered:\n%s", page, p.Text())
		}
	}
}
