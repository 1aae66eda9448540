package stats

import (
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// anyColumn draws n values of every kind, some missing: few different ones, all the same, huge, tiny and not finite.
func anyColumn(t *rapid.T, n int, kinds ...float64) Column {
	c := NewColumn(n)
	several := rapid.SampledFrom(kinds)
	for i := range n {
		if v := several.Draw(t, "v"); rapid.IntRange(0, 9).Draw(t, "present") > 0 {
			c.Set(i, v)
		}
	}
	return c
}

func TestNoModelPanicsOrSaysNaN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 20).Draw(t, "n")
		kinds := [][]float64{{0, 1}, {1, 2, 3, 4, 5}, {7}, {1e140, -1e140, 0}, {1e-140, 2e-140, 0}, {1e-320, 0}, {1e6, 1e6 + 1e-9, 1e6 + 2e-9},
			{math.NaN(), 1, 2, 3}, {math.Inf(1), 1, 5, 3}, {1.5, -2.25, math.Pi, 100, 0.1}, {1e300, 1}}
		pick := rapid.SampledFrom(kinds)
		var terms []Predictor
		for _, name := range []string{"a", "b", "c"}[:rapid.IntRange(0, 3).Draw(t, "terms")] {
			term := Predictor{Term: name}
			for _, suffix := range []string{"", "2"}[:rapid.IntRange(1, 2).Draw(t, "columns")] {
				term.Names, term.Columns = append(term.Names, name+suffix), append(term.Columns, anyColumn(t, n, pick.Draw(t, "kind")...))
			}
			terms = append(terms, term)
		}
		y := anyColumn(t, n, pick.Draw(t, "kind")...)
		linear, err := OLS(y, terms)
		refusedOrFinite(t, linear, err)
		logistic, err := Logistic(anyColumn(t, n, 0, 1), terms)
		refusedOrFinite(t, logistic, err)
		series, err := Segmented(y.Values, rapid.IntRange(-1, 21).Draw(t, "T0"), rapid.IntRange(-1, 21).Draw(t, "lag"), true, terms)
		refusedOrFinite(t, series, err)
	})
}

// refusedOrFinite needs a Refusal or a result that JSON can hold: it has no word for NaN and Inf.
func refusedOrFinite(t *rapid.T, result any, err error) {
	t.Helper()
	if err != nil {
		if _, refused := err.(Refusal); !refused {
			t.Fatalf("%T: %v", err, err)
		}
		return
	}
	if _, err := json.Marshal(result); err != nil {
		t.Fatalf("%v: %+v", err, result)
	}
}
