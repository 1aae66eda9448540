package sdc

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestAGroupInWhichAllOrAllButOneAgreeIsUniform(t *testing.T) {
	for _, test := range []struct {
		counts []int
		want   bool
	}{
		{nil, true}, {[]int{0, 0}, true}, {[]int{1}, true}, {[]int{1, 1}, true}, {[]int{5, 0, 0}, true}, {[]int{0, 1, 9}, true},
		{[]int{2, 8}, false}, {[]int{1, 8, 1}, false}, {[]int{1, 1, 1}, false},
	} {
		if got := Uniform(test.counts); got != test.want {
			t.Errorf("Uniform(%v): got %v, want %v", test.counts, got, test.want)
		}
	}
}

func TestMeansNearTheEndOfTheScaleAreHidden(t *testing.T) {
	for _, test := range []struct {
		counts []int // by value 1..5
		want   bool
	}{
		{[]int{1, 1, 1, 1, 1}, true},
		{[]int{0, 1, 1, 1, 1}, false}, // n 4
		{[]int{0, 0, 0, 1, 9}, false}, // all but one
		{[]int{0, 0, 0, 2, 8}, false}, // 4.8: published alike down to a shortfall of 1.5
		{[]int{0, 0, 0, 3, 7}, true},  // 4.7: at least 2.5
		{[]int{7, 3, 0, 0, 0}, true},
		{[]int{8, 2, 0, 0, 0}, false},
		{[]int{0, 0, 0, 2, 3}, false}, // 4.6 of 5 persons: 1.75
		{[]int{0, 0, 0, 3, 2}, true},
		{[]int{0, 0, 0, 2, 998}, false}, // 5.00 as published
		{[]int{0, 0, 0, 20, 980}, true},
		{[]int{0, 0, 5, 0, 0}, false},
	} {
		n, sum := 0, 0
		for i, c := range test.counts {
			n, sum = n+c, sum+c*(i+1)
		}
		if got := MeanAllowed(n, test.counts, float64(sum)/float64(n), 1, 5); got != test.want {
			t.Errorf("MeanAllowed(%v): got %v, want %v", test.counts, got, test.want)
		}
	}
	if MeanAllowed(10, []int{5, 4}, 3, 1, 5) || DistributionAllowed(10, []int{12, -2}) {
		t.Error("counts that are not those of n persons are let through")
	}
	if MeanAllowed(10, []int{5, 5}, 3, 3, 3) || MeanAllowed(10, []int{5, 5}, math.NaN(), 1, 5) {
		t.Error("a mean that is none is let through")
	}
}

func TestFiguresNeedTheirNumberOfPersons(t *testing.T) {
	for _, test := range []struct {
		n, least, full int
		want           Band
	}{
		{4, 5, 10, Nothing}, {4, 0, 0, Nothing}, {5, 5, 10, Placing}, {9, 5, 10, Placing}, {10, 5, 10, Full}, {7, 8, 10, Nothing}, {12, 15, 10, Nothing}, {15, 15, 10, Full},
	} {
		if got := BandOf(test.n, test.least, test.full); got != test.want {
			t.Errorf("BandOf(%d, %d, %d): got %v, want %v", test.n, test.least, test.full, got, test.want)
		}
	}
	half := func(n int) []int { return []int{n / 2, n - n/2} }
	if SDAllowed(9, half(9), 3, 1, 5) || !SDAllowed(10, half(10), 3, 1, 5) || QuartilesAllowed(19, half(19)) || !QuartilesAllowed(20, half(20)) {
		t.Error("limits of SD (10) or quartiles (20) do not hold")
	}
	if AmountAllowed(4, 40, 10, 10) || AmountAllowed(9, 20.9, 10, 10) || !AmountAllowed(9, 21, 10, 10) || AmountAllowed(9, 0, 0, 0) {
		t.Error("the rule of amounts does not hold")
	}
}

func TestFiguresAreRoundedOnceHalfAwayFromZero(t *testing.T) {
	for _, test := range []struct{ got, want float64 }{
		{Round(2.675, 2), 2.68}, {Round(-2.675, 2), -2.68}, {Round(3.45, 1), 3.5}, {Round(3.4499, 1), 3.4}, {Round(0, 1), 0},
		{Mean(69, 20), 3.45}, {Mean(13, 4), 3.3}, {Mean(-13, 4), -3.3}, {Mean(1, 0), 0}, {Mean(269, 200), 1.35},
		{float64(Percent(1, 8)), 13}, {float64(Percent(1, 3)), 33}, {float64(Percent(1, 200)), 1}, {float64(Percent(5, 0)), 0}, {float64(Percent(-1, 8)), -13},
		{float64(Decimals(19)), 1}, {float64(Decimals(20)), 2},
	} {
		if test.got != test.want {
			t.Errorf("got %v, want %v", test.got, test.want)
		}
	}
}

func TestExactAndFloatRoundingAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20000).Draw(t, "n")
		sum := rapid.IntRange(-5*n, 5*n).Draw(t, "sum")
		mean, decimals := Mean(sum, n), Decimals(n)
		if got := Round(float64(sum)/float64(n), decimals); got != mean {
			t.Fatalf("%d/%d: Mean %v, Round %v", sum, n, mean, got)
		}
		exact, _ := new(big.Rat).SetString(big.NewRat(int64(sum), int64(n)).FloatString(decimals)) // half away from zero
		if want, _ := exact.Float64(); want != mean {
			t.Fatalf("%d/%d: got %v, want %v", sum, n, mean, want)
		}
	})
}

func TestAShownMeanNeverTellsThatAtMostOneIsOffTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 30), 5, 5).Draw(t, "counts")
		n, sum := 0, 0
		for i, c := range counts {
			n, sum = n+c, sum+c*(i+1)
		}
		if n == 0 || !MeanAllowed(n, counts, float64(sum)/float64(n), 1, 5) {
			return
		}
		for _, end := range []int{n, 5 * n} {
			for off := -1; off <= 1; off++ {
				if Mean(end+off, n) == Mean(sum, n) {
					t.Fatalf("%v is published as %v, as is a group with %d off the end", counts, Mean(sum, n), off)
				}
			}
		}
	})
}
