package stats

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// column makes a column of the values; a value below 0 is missing.
func column(values ...float64) Column {
	c := NewColumn(len(values))
	for i, v := range values {
		if v >= 0 {
			c.Set(i, v)
		}
	}
	return c
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(1+math.Abs(a)+math.Abs(b)) }

func same(a, b *float64) bool {
	return a == nil && b == nil || a != nil && b != nil && near(*a, *b)
}

func show(p *float64) any {
	if p == nil {
		return nil
	}
	return *p
}

func TestDescriptivesAreThoseOfTheTextbook(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   Summary
	}{
		{nil, Summary{}},
		{[]float64{3}, Summary{N: 1, Mean: new(3.0)}},
		{[]float64{math.NaN(), 3, math.Inf(1)}, Summary{N: 1, Mean: new(3.0)}},
		// t(.975, 1) = 12.7062047361747
		{[]float64{1, 3}, Summary{N: 2, Mean: new(2.0), SD: new(math.Sqrt2), SE: new(1.0), CILow: new(2 - 12.7062047361747), CIHigh: new(2 + 12.7062047361747)}},
		// t(.975, 7) = 2.36462425159278
		{[]float64{2, 4, 4, 4, 5, 5, 7, 9}, Summary{N: 8, Mean: new(5.0), SD: new(math.Sqrt(32.0 / 7)), SE: new(math.Sqrt(4.0 / 7)),
			CILow: new(5 - 2.36462425159278*math.Sqrt(4.0/7)), CIHigh: new(5 + 2.36462425159278*math.Sqrt(4.0/7))}},
		{[]float64{0.1, 0.1, 0.1}, Summary{N: 3, Mean: new(0.1), SD: new(0.0), SE: new(0.0), CILow: new(0.1), CIHigh: new(0.1)}},
	} {
		got := Describe(test.values)
		if got.N != test.want.N || !same(got.Mean, test.want.Mean) || !same(got.SD, test.want.SD) || !same(got.SE, test.want.SE) ||
			!same(got.CILow, test.want.CILow) || !same(got.CIHigh, test.want.CIHigh) {
			t.Errorf("Describe(%v): got n %d mean %v sd %v se %v ci %v..%v", test.values, got.N, show(got.Mean), show(got.SD), show(got.SE), show(got.CILow), show(got.CIHigh))
		}
	}
	if sd := Describe([]float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1}).SD; *sd != 0 {
		t.Errorf("SD of equal values: got %g, want 0", *sd)
	}
}

func TestAScoreNeedsEnoughAnswers(t *testing.T) {
	for _, test := range []struct {
		answered, items, percent int
		want                     bool
	}{
		{0, 5, 0, false}, {0, 0, 80, false}, {1, 5, 0, true},
		{4, 5, 80, true}, {3, 5, 80, false}, {3, 4, 80, false}, {3, 6, 50, true}, {2, 5, 50, false}, {5, 5, 100, true}, {4, 5, 100, false},
		{7, 10, 70, true}, {29, 100, 29, true}, // 0.29*100 is below 29 in floats
	} {
		if got, ok := Score(2*float64(test.answered), test.answered, test.items, test.percent); ok != test.want || ok && got != 2 {
			t.Errorf("Score(%d of %d, %d %%): got %v %v, want %v", test.answered, test.items, test.percent, got, ok, test.want)
		}
	}
	got := Scores([]Column{column(1, 5, -1), column(2, -1, -1), column(4, 4, 3)}, 60)
	want := Column{Values: []float64{7.0 / 3, 4.5, 0}, Present: []bool{true, true, false}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := Scores(nil, 80); len(got.Values) != 0 {
		t.Errorf("scores of no items: got %v", got)
	}
}

func TestCountsCoverTheScale(t *testing.T) {
	counts, outside := Counts(column(1, 1, 5, -1, 3, 6, 2.5, 0), 1, 5)
	if !slices.Equal(counts, []int{2, 0, 1, 0, 1}) || outside != 3 {
		t.Errorf("got %v and %d outside", counts, outside)
	}
	if counts, outside := Counts(column(1), 5, 1); counts != nil || outside != 0 {
		t.Errorf("got %v %d, want none", counts, outside)
	}
	if got := DistinctCounts([]float64{3.4 - 3.2, 1, 2.6 - 2.4, 0.2, 1}); !slices.Equal(got, []int{3, 2}) {
		t.Errorf("got %v, want [3 2]", got)
	}
	if got := DistinctCounts(nil); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
}

func TestDescriptivesDoNotDependOnOrderAndFollowShiftAndScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e3, 1e3), 0, 40).Draw(t, "values")
		shift := rapid.Float64Range(-1e3, 1e3).Draw(t, "shift")
		factor := rapid.Float64Range(-10, 10).Draw(t, "factor")
		base := Describe(values)
		other := make([]float64, len(values))
		for i, v := range rapid.Permutation(values).Draw(t, "order") {
			other[i] = v*factor + shift
		}
		got := Describe(other)
		if got.N != base.N || (got.Mean == nil) != (base.N < 1) || (got.SD == nil) != (base.N < 2) || (got.CILow == nil) != (base.N < 2) {
			t.Fatalf("got %+v from %+v", got, base)
		}
		const small = 1e-7
		if base.N > 0 && math.Abs(*got.Mean-(*base.Mean*factor+shift)) > small {
			t.Fatalf("mean %g, want %g", *got.Mean, *base.Mean*factor+shift)
		}
		if base.N > 1 && math.Abs(*got.SD-*base.SD*math.Abs(factor)) > small {
			t.Fatalf("SD %g, want %g", *got.SD, *base.SD*math.Abs(factor))
		}
		if base.N > 1 && (*got.CILow > *got.Mean || *got.CIHigh < *got.Mean || *got.SE > *got.SD) {
			t.Fatalf("interval %g..%g around %g", *got.CILow, *got.CIHigh, *got.Mean)
		}
	})
}

func TestReversingTwiceChangesNothingAndMirrorsTheScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		answers := rapid.SliceOfN(rapid.IntRange(-1, 5), 1, 12).Draw(t, "answers")
		percent := rapid.IntRange(0, 100).Draw(t, "percent")
		var items, mirrored []Column
		for _, a := range answers {
			c := column(float64(a))
			items, mirrored = append(items, c), append(mirrored, c.Reversed(0, 5))
			if diff := cmp.Diff(c, c.Reversed(0, 5).Reversed(0, 5)); diff != "" {
				t.Fatal(diff)
			}
		}
		a, b := Scores(items, percent), Scores(mirrored, percent)
		if a.Present[0] != b.Present[0] || a.Present[0] && !near(a.Values[0], 5-b.Values[0]) {
			t.Fatalf("score %v, mirrored %v", a, b)
		}
		slices.Reverse(items)
		if diff := cmp.Diff(a, Scores(items, percent)); diff != "" {
			t.Fatalf("the order of items matters: %s", diff)
		}
	})
}

func TestCountsAddUpToThePresentValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var values []float64
		for _, v := range rapid.SliceOf(rapid.IntRange(-1, 9)).Draw(t, "values") {
			values = append(values, float64(v))
		}
		c := column(values...)
		counts, sum := Counts(c, 1, 7)
		for _, n := range counts {
			sum += n
		}
		distinct := 0
		for _, n := range DistinctCounts(c.Known()) {
			distinct += n
		}
		if sum != len(c.Known()) || distinct != len(c.Known()) {
			t.Fatalf("%v: got %d and %d, want %d", values, sum, distinct, len(c.Known()))
		}
	})
}
