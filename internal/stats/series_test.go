package stats

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// neweyWest is the variance of coefficient j by its definition, without rounding: row j of (XᵀX)⁻¹ on both sides of the weighted
// products x_t·e_t·e_s·x_s.
func neweyWest(x [][]int, e []*big.Rat, inverse []*big.Rat, lag int) float64 {
	u := make([]*big.Rat, len(x))
	for t := range x {
		u[t] = new(big.Rat)
		for k, v := range inverse {
			u[t].Add(u[t], new(big.Rat).Mul(v, big.NewRat(int64(x[t][k]), 1)))
		}
		u[t].Mul(u[t], e[t])
	}
	sum := new(big.Rat)
	for t := range u {
		for s := range u {
			if apart := max(t-s, s-t); apart <= lag {
				pair := new(big.Rat).Mul(u[t], u[s])
				sum.Add(sum, pair.Mul(pair, big.NewRat(int64(lag+1-apart), int64(lag+1))))
			}
		}
	}
	variance, _ := sum.Float64()
	return variance
}

func TestSegmentedRegressionIsThatOfItsDefinition(t *testing.T) {
	names := []string{Intercept, "time", "level", "slope_change"}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(5, 24).Draw(t, "n")
		firstPost := rapid.IntRange(3, n-1).Draw(t, "T0")
		lag := rapid.IntRange(0, min(5, n-1)).Draw(t, "lag")
		small := rapid.Bool().Draw(t, "small")
		whole := rapid.SliceOfN(rapid.IntRange(-20, 20), n, n).Draw(t, "y")
		var y []float64
		var x [][]int
		for i, v := range whole {
			row := []int{1, i + 1, 0, 0}
			if i+1 >= firstPost {
				row[2], row[3] = 1, i+1-firstPost
			}
			y, x = append(y, float64(v)), append(x, row)
		}
		got, err := Segmented(y, firstPost, lag, small, nil)
		if err != nil {
			if !constant(y) {
				t.Fatal(err)
			}
			return
		}
		b, exact, rss, _ := rationalFit(whole, x)
		e, steps := make([]*big.Rat, n), 0.0
		for i := range e {
			e[i] = big.NewRat(int64(whole[i]), 1)
			for j := range b {
				e[i].Sub(e[i], new(big.Rat).Mul(b[j], big.NewRat(int64(x[i][j]), 1)))
			}
			if i > 0 {
				step, _ := new(big.Rat).Sub(e[i], e[i-1]).Float64()
				steps += step * step
			}
		}
		factor := 1.0
		if small {
			factor = float64(n) / float64(n-4)
		}
		sum, _ := rss.Float64()
		for j, name := range names {
			c := got.Coef[name]
			v, _ := b[j].Float64()
			agreesNear(t, name, c.B, v)
			v, _ = exact[j][j].Float64()
			agreesNear(t, name+" ols", c.OLSSE, math.Sqrt(sum/float64(n-4)*v))
			agreesNear(t, name+" nw", c.NWSE, math.Sqrt(factor*neweyWest(x, e, exact[j], lag)))
			if (c.NWT == nil) != (*c.NWSE == 0) {
				t.Errorf("%s: t %v with the error %g", name, show(c.NWT), *c.NWSE)
			}
		}
		if sum > 0 {
			agreesNear(t, "durbin-watson", got.DurbinWatson, steps/sum)
		} else if got.DurbinWatson != nil || got.Coef["time"].NWT != nil {
			t.Errorf("a perfect fit has the Durbin-Watson %v", show(got.DurbinWatson))
		}
		if got.NPre != firstPost-1 || got.NPre+got.NPost != n {
			t.Errorf("n %d, pre %d, post %d", got.N, got.NPre, got.NPost)
		}
	})
}

func TestABrokenLineHasItsStepAtTheFirstPointAfterIt(t *testing.T) {
	var y, season []float64
	for i := range 12 {
		step := 0.0
		if i+1 >= 7 {
			step = 5 + 0.5*float64(i+1-7)
		}
		season = append(season, float64(i%3))
		y = append(y, 10+2*float64(i+1)+step+4*season[i])
	}
	got, err := Segmented(y, 7, 2, false, []Predictor{single("season", season...)})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{Intercept: 10, "time": 2, "level": 5, "slope_change": 0.5, "season": 4} {
		agrees(t, name, got.Coef[name].B, want, 1e-13)
	}
	if _, err := json.Marshal(got); err != nil || *got.R2 != 1 || got.DurbinWatson != nil {
		t.Errorf("%v %+v", err, got)
	}
}

func TestASeriesThatMakesNoSenseIsRefused(t *testing.T) {
	y := []float64{1, 3, 2, 5, 4, 6, 9}
	gap := plain(y...)
	gap.Present[2] = false
	missing := slices.Clone(y)
	missing[3] = math.NaN()
	for _, test := range []struct {
		y              []float64
		firstPost, lag int
		extra          []Predictor
		want           string
	}{
		{nil, 3, 0, nil, "at least 2 points"},
		{y, 2, 1, nil, "at least 2 points before t = 2"}, {y, 7, 1, nil, "2 from there on"}, {y, -1, 1, nil, "at least 2"}, {y, 99, 1, nil, "at least 2"},
		{y, 4, -1, nil, "The lag -1 is not between 0 and 6"}, {y, 4, 7, nil, "The lag 7"},
		{y[:4], 3, 0, nil, "Too few rows are complete: 4 for"},
		{missing, 4, 1, nil, "t = 4 is missing"},
		{y, 4, 1, []Predictor{{Term: "x", Names: []string{"x"}, Columns: []Column{gap}}}, "x has a missing value"},
		{y, 4, 1, []Predictor{single("time", 2, 1, 2, 3, 1, 2, 3)}, "Two predictors are called time"},
		{y, 4, 1, []Predictor{single("month", 1, 2, 3, 4, 5, 6, 7)}, "month is a linear combination"},
		{[]float64{2, 2, 2, 2, 2, 2, 2}, 4, 1, nil, "The outcome has the same value"},
	} {
		_, err := Segmented(test.y, test.firstPost, test.lag, false, test.extra)
		if _, refused := err.(Refusal); !refused || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
}
