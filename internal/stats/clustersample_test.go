package stats_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"taitorinki/internal/stats"
)

// blobs are persons around k places in two scores; every tenth has no second score.
func blobs(n, k int, apart float64) []stats.Column {
	random := rand.New(rand.NewPCG(1, 2))
	columns := []stats.Column{stats.NewColumn(n), stats.NewColumn(n)}
	for i := range n {
		angle := 2 * math.Pi * float64(i%k) / float64(k)
		columns[0].Set(i, apart*math.Cos(angle)+random.NormFloat64())
		if i%10 != 9 {
			columns[1].Set(i, apart*math.Sin(angle)+random.NormFloat64())
		}
	}
	return columns
}

func TestDividingBySampleFindsWhatTheFullSearchFinds(t *testing.T) {
	for _, test := range []struct {
		n, k, sample int
		apart        float64
	}{{200, 3, 1000, 2}, {900, 4, 300, 8}, {900, 3, 300, 4}} {
		columns := blobs(test.n, test.k, test.apart)
		got, err := stats.DivideBySample(columns, test.k, test.sample, 7)
		if err != nil {
			t.Fatal(err)
		}
		want, err := stats.KMeans([]string{"a", "b"}, columns, test.k, true, 7)
		if err != nil {
			t.Fatal(err)
		}
		if got.N != want.N || !slices.Equal(got.Sizes, want.Sizes) || math.Abs(*got.BetweenRatio-*want.BetweenRatio) > 1e-9 {
			t.Errorf("%+v: got %d %v %g, want %d %v %g", test, got.N, got.Sizes, *got.BetweenRatio, want.N, want.Sizes, *want.BetweenRatio)
		}
		if math.Abs(*got.Silhouette-*want.Silhouette) > .05 {
			t.Errorf("%+v: silhouette %g, want about %g", test, *got.Silhouette, *want.Silhouette)
		}
		counts := make([]int, test.k)
		for row, c := range got.Of {
			if (c < 0) != (row%10 == 9) {
				t.Fatalf("row %d is in %d", row, c)
			}
			if c >= 0 {
				counts[c]++
			}
		}
		if !slices.Equal(counts, got.Sizes) {
			t.Errorf("%+v: the groups hold %v, the sizes are %v", test, counts, got.Sizes)
		}
	}
}

func TestDividingBySampleRefusesWhatCannotBeDivided(t *testing.T) {
	same := []stats.Column{stats.NewColumn(5)}
	for i := range 5 {
		same[0].Set(i, 3)
	}
	two := []stats.Column{stats.NewColumn(5)}
	for i := range 5 {
		two[0].Set(i, float64(i%2))
	}
	for name, test := range map[string]struct {
		columns []stats.Column
		k       int
	}{"no score": {nil, 2}, "no group": {two, 0}, "nobody": {[]stats.Column{stats.NewColumn(4)}, 2}, "all the same": {same, 2}, "two kinds of person in three": {two, 3}} {
		if d, err := stats.DivideBySample(test.columns, test.k, 100, 1); err == nil {
			t.Errorf("%s: got %+v", name, d)
		}
	}
}

// 18,000 persons by 8 scores, for every number of groups that the profiles have.
func BenchmarkDivideBySample(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	columns := make([]stats.Column, 8)
	for j := range columns {
		columns[j] = stats.NewColumn(18_000)
	}
	for i := range 18_000 {
		common := random.NormFloat64()
		for j := range columns {
			columns[j].Set(i, math.Round(7*(3.6+.6*common+.6*random.NormFloat64()))/7)
		}
	}
	for b.Loop() {
		for k := 2; k <= 6; k++ {
			if _, err := stats.DivideBySample(columns, k, 1000, 7); err != nil {
				b.Fatal(err)
			}
		}
	}
}
