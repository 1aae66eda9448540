package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestPropertiesOfScales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		k := rapid.IntRange(2, 6).Draw(t, "items")
		items := agreements(random, rapid.IntRange(12, 60).Draw(t, "persons"), k, rapid.SampledFrom([]int{0, 10}).Draw(t, "missing"))
		shift, factor := rapid.SampledFrom([]float64{0, 1e6, -37}).Draw(t, "shift"), rapid.SampledFrom([]float64{1, 0.125, 1000}).Draw(t, "factor")
		pairwise := rapid.Bool().Draw(t, "pairwise")
		names := namesFor(items)
		order := random.Perm(len(items[0].Values))
		changed, mirrored := make([]Column, k), make([]Column, k)
		for j, item := range items {
			changed[j] = NewColumn(len(order))
			for to, from := range order {
				if item.Present[from] {
					changed[j].Set(to, item.Values[from]*factor+shift)
				}
			}
			mirrored[j] = item.Reversed(1, 5)
		}
		for _, other := range [][]Column{changed, mirrored} {
			sameFigures(t, 1e-9, func(items []Column) (any, error) { return ReliabilityOf(names, items, pairwise) }, items, other)
			sameFigures(t, 1e-9, func(items []Column) (any, error) { return EigenCorrelation(items, pairwise) }, items, other)
			sameFigures(t, 1e-6, func(items []Column) (any, error) {
				o, err := OmegaTotal(names, items)
				o.Loadings, o.Residuals = nil, nil // these have the unit of the items
				return o, err
			}, items, other)
			sameFigures(t, 1e-8, func(items []Column) (any, error) {
				c, err := KMeans(names, items, 2, true, 1)
				c.Centers, c.Sizes, c.WithinEach, c.ByCluster, c.Silhouette = nil, nil, nil, nil, nil // another division can be as good
				return c, err
			}, items, other)
		}
	})
}

func TestICCDoesNotDependOnShiftScaleAndOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		n := rapid.IntRange(3, 60).Draw(t, "n")
		shift, factor := rapid.SampledFrom([]float64{0, 1e6, -37}).Draw(t, "shift"), rapid.SampledFrom([]float64{1, 0.125, 1000}).Draw(t, "factor")
		values, groups := make([]float64, n), make([]int, n)
		for i := range n {
			groups[i] = random.IntN(6)
			values[i] = float64(groups[i]%3) + float64(random.IntN(5))
		}
		other, otherGroups := make([]float64, n), make([]int, n)
		for to, from := range random.Perm(n) {
			other[to], otherGroups[to] = values[from]*factor+shift, groups[from]
		}
		a, err := ICC(values, groups)
		b, err2 := ICC(other, otherGroups)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("got %v and %v", err, err2)
		}
		for _, pair := range [][2]*float64{{a.F, b.F}, {a.P, b.P}, {a.ICC1, b.ICC1}, {a.ICC1Mean, b.ICC1Mean}, {a.ICC2, b.ICC2}, {a.DesignEffect, b.DesignEffect}, {a.REMLICC, b.REMLICC}} {
			if !same(pair[0], pair[1]) {
				t.Fatalf("got %s, then %s", asJSON(a), asJSON(b))
			}
		}
	})
}

// sameFigures fails unless the analysis says the same of both.
func sameFigures(t *rapid.T, tolerance float64, analyse func([]Column) (any, error), one, two []Column) {
	t.Helper()
	a, err := analyse(one)
	b, err2 := analyse(two)
	if (err == nil) != (err2 == nil) {
		t.Fatalf("got %v and %v", err, err2)
	}
	near := cmp.Comparer(func(x, y float64) bool { return math.Abs(x-y) <= tolerance*(1+math.Abs(x)) })
	if diff := cmp.Diff(a, b, near); err == nil && diff != "" {
		t.Fatal(diff)
	}
}

func TestSumsKeepTheirDigits(t *testing.T) {
	if got := sumOf([]float64{1e16, 1, 1, 1, -1e16}); got != 3 {
		t.Errorf("got %g, want 3", got)
	}
	values := []float64{1, 2, 2, 3, 5, 5, 4, 1}
	far := slices.Clone(values)
	for i := range far {
		far[i] += 1e6
	}
	a, b := DescribeFully(values), DescribeFully(far)
	if *a.SD != *b.SD || *a.Skew != *b.Skew || *a.Kurt != *b.Kurt || *a.Mean+1e6 != *b.Mean {
		t.Errorf("got %s, shifted %s", asJSON(a), asJSON(b))
	}
}
