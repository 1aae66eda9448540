package app_test

import (
	"testing"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

func TestLimitsOfSmallGroupsCanBeRaisedButNotLowered(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	boss := s.Role(people.Coordinator)
	edit := boss.Get("/rounds/new").Form(t, "/rounds").Send().Want(t, 200).Path
	limits := func(least, full string) *survey.Settings {
		boss.Get(edit).Form(t, edit).Set("least", least).Set("full", full).Send()
		all, err := survey.Rounds(t.Context(), s.DB)
		must(t, err)
		return all[0].Settings
	}
	if set := limits("8", "20"); set.LeastShown() != 8 || set.FullShown() != 20 {
		t.Errorf("raised to %d and %d, want 8 and 20", set.LeastShown(), set.FullShown())
	}
	for _, bad := range [][2]string{{"4", "20"}, {"8", "9"}, {"12", "11"}, {"8", "61"}, {"eight", "20"}} {
		boss.Get(edit).Form(t, edit).Set("least", bad[0]).Set("full", bad[1]).Send().Want(t, 422, "Give a number from")
		if set := limits("", ""); set.LeastShown() != 5 || set.FullShown() != 10 {
			t.Errorf("after %v: %d and %d, want the least that may be", bad, set.LeastShown(), set.FullShown())
		}
	}
}
