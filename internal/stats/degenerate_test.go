package stats

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// honest fails unless the result can be written as JSON (no NaN, no infinity), or a Refusal says why there is none.
func honest(t interface {
	Helper()
	Fatalf(string, ...any)
}, what string, result any, err error) {
	t.Helper()
	var refusal Refusal
	if err != nil && !errors.As(err, &refusal) {
		t.Fatalf("%s: got the error %v, want a Refusal", what, err)
	}
	if _, err := json.Marshal(result); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func TestNothingPanicsOrSaysNaN(t *testing.T) {
	odd := rapid.SampledFrom([]float64{0, 1, 1, 1, 2, 3.4, 3.2, 2.6, 1e6, -1e6, 1e-300, 1e300, -1e300, math.MaxFloat64, math.NaN(), math.Inf(1), math.Inf(-1)})
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(odd, 0, 8).Draw(t, "a")
		b := rapid.SliceOfN(odd, len(a), len(a)).Draw(t, "b")
		groups := rapid.SliceOfN(rapid.IntRange(0, 3), len(a), len(a)).Draw(t, "groups")
		counts := rapid.SliceOfN(rapid.SampledFrom([]int{0, 0, 1, 2, 500, 100000}), 4, 4).Draw(t, "counts")
		honest(t, "Describe", Describe(a), nil)
		two, err := TwoGroups(a, b)
		honest(t, "TwoGroups", two, err)
		u, err := MannWhitney(a, b)
		honest(t, "MannWhitney", u, err)
		paired, err := Paired(columnOf(a), columnOf(b))
		honest(t, "Paired", paired, err)
		w, err := SignedRank(columnOf(a), columnOf(b))
		honest(t, "SignedRank", w, err)
		correlation, err := Correlate(columnOf(a), columnOf(b))
		honest(t, "Correlate", correlation, err)
		oneWay, err := OneWay([]string{"a", "b", "c", "d"}, a, groups)
		honest(t, "OneWay", oneWay, err)
		table, err := ChiSquare([]string{"a", "b"}, []string{"c", "d"}, [][]int{counts[:2], counts[2:]})
		honest(t, "ChiSquare", table, err)
		change, err := McNemar(counts[0], counts[1], counts[2], counts[3])
		honest(t, "McNemar", change, err)
		honest(t, "Proportion", Proportion(counts[0], counts[1]), nil)
	})
}

func TestWhatMakesNoSenseIsRefused(t *testing.T) {
	col := func(values ...float64) Column { return columnOf(values) }
	nan := math.NaN()
	for what, refuse := range map[string]func() error{
		"an empty group":            func() error { _, err := TwoGroups(nil, []float64{1, 2}); return err },
		"one and one":               func() error { _, err := TwoGroups([]float64{1}, []float64{2}); return err },
		"constant groups":           func() error { _, err := TwoGroups([]float64{1, 1}, []float64{2, 2}); return err },
		"constant but for rounding": func() error { _, err := TwoGroups([]float64{3.4 - 3.2, 0.2}, []float64{2.6 - 2.4, 0.2}); return err },
		"no ranks":                  func() error { _, err := MannWhitney(nil, []float64{1}); return err },
		"one pair":                  func() error { _, err := Paired(col(1, 2), col(nan, 3)); return err },
		"uneven columns":            func() error { _, err := Paired(col(1, 2), col(1, 2, 3)); return err },
		"no pair":                   func() error { _, err := SignedRank(col(nan, 1), col(1, nan)); return err },
		"two rows":                  func() error { _, err := Correlate(col(1, 2), col(1, 2)); return err },
		"a constant column":         func() error { _, err := Correlate(col(1, 2, 3), col(4, 4, 4)); return err },
		"one group":                 func() error { _, err := OneWay([]string{"a", "b"}, []float64{1, 2, 3}, []int{0, 0, 0}); return err },
		"groups of one":             func() error { _, err := OneWay([]string{"a", "b"}, []float64{1, 2}, []int{0, 1}); return err },
		"no variance":               func() error { _, err := OneWay([]string{"a", "b"}, []float64{2, 2, 2}, []int{0, 1, 1}); return err },
		"an unknown group":          func() error { _, err := OneWay([]string{"a", "b"}, []float64{1, 2, 3}, []int{0, 1, 2}); return err },
		"equal names":               func() error { _, err := OneWay([]string{"a", "a"}, []float64{1, 2, 3}, []int{0, 1, 1}); return err },
		"equal pairs": func() error {
			_, err := OneWay([]string{"c", "b-c", "a-b", "a"}, []float64{1, 2, 3, 4, 5}, []int{0, 1, 2, 3, 3})
			return err
		},
		"one row": func() error { _, err := ChiSquare([]string{"a"}, []string{"b", "c"}, [][]int{{1, 2}}); return err },
		"an empty row": func() error {
			_, err := ChiSquare([]string{"a", "b"}, []string{"c", "d"}, [][]int{{1, 2}, {0, 0}})
			return err
		},
		"an empty column": func() error {
			_, err := ChiSquare([]string{"a", "b"}, []string{"c", "d"}, [][]int{{1, 0}, {3, 0}})
			return err
		},
		"a short row": func() error {
			_, err := ChiSquare([]string{"a", "b"}, []string{"c", "d"}, [][]int{{1, 0}, {3}})
			return err
		},
		"a negative count": func() error {
			_, err := ChiSquare([]string{"a", "b"}, []string{"c", "d"}, [][]int{{1, 1}, {3, -1}})
			return err
		},
		"nobody at all":     func() error { _, err := McNemar(0, 0, 0, 0); return err },
		"a negative number": func() error { _, err := McNemar(1, -1, 0, 0); return err },
	} {
		var refusal Refusal
		if err := refuse(); !errors.As(err, &refusal) || refusal == "" {
			t.Errorf("%s: got %v, want a Refusal", what, err)
		}
	}
}

func TestWhatIsNotDefinedIsNil(t *testing.T) {
	two, err := TwoGroups([]float64{2}, []float64{1, 3, 4})
	if err != nil || two.WelchT != nil || two.SD1 != nil || two.VarRatio != nil || two.PooledT == nil || two.CohensDLow == nil {
		t.Errorf("one value against three: got %+v (%v)", two, err)
	}
	same, err := MannWhitney([]float64{3, 3}, []float64{3, 3, 3})
	if err != nil || same.Z != nil || same.P != nil || *same.PExact != 1 || *same.RankBiserial != 0 || *same.HodgesLehmann != 0 {
		t.Errorf("all tied: got %+v (%v)", same, err)
	}
	paired, err := Paired(column(3.2, 2.4, 1), column(3.4, 2.6, 1.2))
	if err != nil || paired.T != nil || paired.P != nil || paired.DZ != nil || paired.GZ != nil || *paired.SDDiff != 0 || *paired.R != 1 || paired.DAv == nil {
		t.Errorf("all change alike: got %+v (%v)", paired, err)
	}
	zero, err := SignedRank(column(1, 2, 3), column(1, 2, 3))
	if err != nil || zero.NZero != 3 || zero.NUsed != 0 || zero.Z != nil || zero.PExact != nil || zero.RankBiserial != nil {
		t.Errorf("nobody changes: got %+v (%v)", zero, err)
	}
	line, err := Correlate(column(1, 2, 3, 4), column(1.1, 2.2, 3.3, 4.4))
	if err != nil || *line.Pearson != 1 || line.PearsonT != nil || *line.PearsonP != 0 || line.PearsonCILow != nil || *line.KendallTauB != 1 {
		t.Errorf("a straight line: got %+v (%v)", line, err)
	}
	apart, err := OneWay([]string{"a", "b", "c"}, []float64{1, 1, 2, 2, 9}, []int{0, 0, 1, 1, 2})
	if err != nil || apart.F != nil || *apart.EtaSq != 1 || apart.WelchF != nil || apart.BartlettK2 != nil || apart.KruskalH == nil || apart.Pairs["b-a"].TukeyP != nil || *apart.Pairs["c-a"].Diff != 8 {
		t.Errorf("no spread within groups: got %+v (%v)", apart, err)
	}
	if m, err := McNemar(3, 0, 0, 2); err != nil || m.ChiSq != nil || *m.PExact != 1 {
		t.Errorf("nobody changes: got %+v (%v)", m, err)
	}
	if p := Proportion(0, 0); p.P != nil || p.WilsonLow != nil || p.CPHigh != nil {
		t.Errorf("of nobody: got %+v", p)
	}
	table, err := ChiSquare([]string{"a", "b"}, []string{"c", "d"}, [][]int{{3, 0}, {1, 3}})
	if err != nil || table.OddsRatio != nil || table.FisherP == nil {
		t.Errorf("a zero below: got %+v (%v)", table, err)
	}
	if m := Describe([]float64{4}); *m.Mean != 4 || m.SD != nil || m.CILow != nil {
		t.Errorf("one value: got %+v", m)
	}
}

// An order, a shift, a scale or an exchange of the groups changes what it should and nothing else.
func TestComparisonsDoNotDependOnTheUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		a, b := scores(rapid.IntRange(2, 20).Draw(t, "n1"), 5, 0, seed), scores(rapid.IntRange(2, 20).Draw(t, "n2"), 5, 0.3, seed+1)
		one, err := TwoGroups(a, b)
		if err != nil {
			return
		}
		turn := func(values []float64) []float64 { // reverse keyed: 6 - x
			out := make([]float64, len(values))
			for i, v := range values {
				out[len(out)-1-i] = Reverse(v, 1, 5)
			}
			return out
		}
		turned, err := TwoGroups(turn(b), turn(a))
		if err != nil || !same(one.WelchT, turned.WelchT) || !same(one.CohensDLow, turned.CohensDLow) || !same(one.PooledCIHigh, turned.PooledCIHigh) {
			t.Fatalf("reversed and exchanged: got %+v, want %+v", turned, one)
		}
		moved, err := TwoGroups(shifted(a, 1e6), shifted(b, 1e6))
		if err != nil || math.Abs(*one.WelchT-*moved.WelchT) > 1e-7*(1+math.Abs(*one.WelchT)) || math.Abs(*one.CohensD-*moved.CohensD) > 1e-7 {
			t.Fatalf("moved: got %v, want %v", *moved.WelchT, *one.WelchT)
		}
		u, errU := MannWhitney(a, b)
		back, errBack := MannWhitney(b, a)
		if errU != nil || errBack != nil || u.U1 != back.U2 || !same(u.P, back.P) || !same(u.PExact, back.PExact) || math.Abs(*u.HodgesLehmann+*back.HodgesLehmann) > 1e-12 {
			t.Fatalf("exchanged: got %+v, want %+v", back, u)
		}
	})
}

// With many answers the tail is under the smallest float64, and then p is 0 as in R, not unknown.
func TestAPBelowEveryNumberIsZero(t *testing.T) {
	const n = 40_000
	x, y, z, yes := NewColumn(n), NewColumn(n), NewColumn(n), NewColumn(n)
	for i := range n {
		v := float64(i % 7)
		x.Set(i, v)
		y.Set(i, v+float64(i%3)/10)
		z.Set(i, v-float64(i%5)/10)
		yes.Set(i, float64(i%7/4))
		if i%50 == 0 {
			yes.Set(i, 1-yes.Values[i])
		}
	}
	eigen, err := EigenCorrelation([]Column{x, y, z}, false)
	if err != nil || eigen.BartlettP == nil || *eigen.BartlettP != 0 {
		t.Errorf("Bartlett: %v %v of chi-square %v, want p 0", err, show(eigen.BartlettP), show(eigen.BartlettChi))
	}
	model, err := Logistic(yes, []Predictor{{Term: "x", Names: []string{"x"}, Columns: []Column{x}}})
	if err != nil || model.LRP == nil || *model.LRP != 0 {
		t.Errorf("likelihood ratio: %v %v of chi-square %v, want p 0", err, show(model.LRP), show(model.LRChisq))
	}
}

// Everybody has risen by 0.1 on paper, but the differences of floats are not all alike. No method may find anything in that.
func TestWhatDiffersByRoundingOnlyDoesNotDiffer(t *testing.T) {
	const n = 24
	d, z, unit := NewColumn(n), NewColumn(n), make([]int, n)
	for i := range n {
		before := float64(10+7*i%38) / 10
		d.Set(i, float64(11+7*i%38)/10-before)
		z.Set(i, float64(i*i%7))
		unit[i] = i % 2
	}
	x := []Predictor{{Term: "d", Names: []string{"d"}, Columns: []Column{d}}}
	errs := map[string]error{}
	_, errs["two groups"] = TwoGroups(d.Values[:n/2], d.Values[n/2:])
	_, errs["one way"] = OneWay([]string{"a", "b"}, d.Values, unit)
	_, errs["ICC"] = ICC(d.Values, unit)
	_, errs["correlation"] = Correlate(d, z)
	_, errs["outcome"] = OLS(d, []Predictor{{Term: "z", Names: []string{"z"}, Columns: []Column{z}}})
	_, errs["predictor"] = OLS(z, x)
	_, errs["clusters"] = KMeans([]string{"d"}, []Column{d}, 2, false, 1)
	_, errs["standardised clusters"] = KMeans([]string{"d"}, []Column{d}, 2, true, 1)
	for method, err := range errs {
		if _, refused := err.(Refusal); !refused {
			t.Errorf("%s: got %v, want a refusal", method, err)
		}
	}
	if got := DescribeFully(d.Values); got.Skew != nil || got.Kurt != nil {
		t.Errorf("got skewness %v and kurtosis %v, want none", *got.Skew, *got.Kurt)
	}
}
