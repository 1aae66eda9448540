package insight

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func round(scores ...float64) *Round {
	return &Round{Code: "abcde", Invited: 2 * len(scores), Responses: len(scores), Areas: []Area{{ID: "remote", Min: 1, Max: 5, Scores: scores}}}
}

func TestUnderTenResponsesNothingIsTold(t *testing.T) {
	c := Count(round(1, 2, 3, 4, 5, 1, 2, 3, 4))
	if c.Enough || len(c.Rows) > 0 || c.Responses != 0 || c.Invited != 0 || c.Rate != 0 {
		t.Errorf("nine responses tell %+v", c)
	}
}

func TestTenResponsesGiveAMeanWithOneDecimalAndWholePercents(t *testing.T) {
	c := Count(round(2, 2, 2.4, 3, 3, 3.6, 4, 4, 4.5, 5))
	f := c.Rows[0]
	if !c.Enough || c.Rate != 50 || f.Mean == nil || *f.Mean != 3.4 || f.Decimals != 1 {
		t.Fatalf("got %+v, mean %v", c, f.Mean)
	}
	want := []int{0, 30, 20, 30, 20}
	for i, s := range f.Shares {
		if s != want[i] {
			t.Errorf("shares %v, want %v", f.Shares, want)
			break
		}
	}
}

func TestAnAreaThatFewHaveAScoreInIsHidden(t *testing.T) {
	r := round(2, 2, 2.4, 3, 3, 3.6, 4, 4, 4.5, 5)
	r.Areas = append(r.Areas, Area{ID: "ethics", Min: 1, Max: 5, Scores: []float64{1, 2, 3, 4, 5, 4, 3, 2, 1}})
	f := Count(r).Rows[1]
	if f.Mean != nil || f.Shares != nil {
		t.Errorf("nine scores give %v and %v", f.Mean, f.Shares)
	}
}

func TestWhenAllOrAllButOneAreAlikeTheFiguresAreHidden(t *testing.T) {
	for _, scores := range [][]float64{
		{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3},
		{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 5},
	} {
		if f := Count(round(scores...)).Rows[0]; f.Mean != nil || f.Shares != nil {
			t.Errorf("%v gives %v and %v", scores, f.Mean, f.Shares)
		}
	}
}

func TestEveryScoreFallsInOneClassAndTheClassesCoverTheScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.IntRange(-3, 3).Draw(t, "low")
		high := low + rapid.IntRange(1, 10).Draw(t, "width")
		all := Classes(low, high)
		if all[0].From != float64(low) || math.Abs(all[len(all)-1].To-float64(high)) > 1e-9 || len(all) > 5 {
			t.Fatalf("classes of %d..%d: %v", low, high, all)
		}
		score := rapid.Float64Range(float64(low), float64(high)).Draw(t, "score")
		c := all[classOf(score, low, high)]
		if score < c.From-1e-6 || score > c.To+1e-6 {
			t.Fatalf("%v fell in %v", score, c)
		}
	})
}

func TestNothingIsToldOfOneWhoAnsweredBeyondTheFigures(t *testing.T) {
	c := Count(round(2, 2, 2.4, 3, 3, 3.6, 4, 4, 4.5, 5))
	for _, f := range c.Rows {
		if f.Scores != nil {
			t.Error("the published result still holds single scores")
		}
	}
	for _, a := range c.Round.Areas {
		if a.Scores != nil {
			t.Error("the published round still holds single scores")
		}
	}
}
