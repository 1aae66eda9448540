package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Dyestuff (Davies & Goldsmith 1972), as in Bates et al. 2015, Fitting Linear Mixed-Effects Models Using lme4: REML
// variances 1764.05 and 2451.25, mean 1527.5; Dyestuff2 (Box & Tiao 1973): 0 and 13.806 there, mean 5.6656.
func TestTheVarianceOfBatchesIsThatOfThePaper(t *testing.T) {
	batches := make([]int, 30)
	for i := range batches {
		batches[i] = i / 5
	}
	yield := []float64{1545, 1440, 1440, 1520, 1580, 1540, 1555, 1490, 1560, 1495, 1595, 1550, 1605, 1510, 1560,
		1445, 1440, 1595, 1465, 1545, 1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480, 1445}
	r, err := ICC(yield, batches)
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "between", r.REMLBetween, 1764.05, 1e-9)
	closeTo(t, "within", r.REMLWithin, 2451.25, 1e-9)
	closeTo(t, "mean", r.REMLMean, 1527.5, 1e-12)
	closeTo(t, "ICC", r.REMLICC, *r.ICC1, 1e-10) // equal batches
	closeTo(t, "F", r.F, 4.5983, 1e-4)
	yield = []float64{7.298, 3.846, 2.434, 9.566, 7.990, 5.220, 6.556, 0.608, 11.788, -0.892, 0.110, 10.386, 13.434, 5.510, 8.166,
		2.212, 4.852, 7.092, 9.288, 4.980, 0.282, 9.014, 4.458, 9.446, 7.198, 1.722, 4.782, 8.106, 0.758, 3.758}
	r, err = ICC(yield, batches)
	if err != nil {
		t.Fatal(err)
	}
	if *r.REMLBetween != 0 || *r.REMLICC != 0 || *r.ICC1 >= 0 {
		t.Errorf("got between %g, REML ICC %g, ICC(1) %g, want 0, 0 and a negative one", *r.REMLBetween, *r.REMLICC, *r.ICC1)
	}
	closeTo(t, "within", r.REMLWithin, 13.806, 1e-4)
	closeTo(t, "mean", r.REMLMean, 5.6656, 1e-5)
}

func TestNothingVariesWithinUnits(t *testing.T) {
	r, err := ICC([]float64{1, 1, 3, 3, 3, 8}, []int{0, 0, 2, 2, 2, 5})
	if err != nil {
		t.Fatal(err)
	}
	if r.Groups != 3 || r.F != nil || r.P != nil || *r.ICC1 != 1 || *r.REMLICC != 1 || *r.REMLWithin != 0 || *r.REMLMean != 4 || *r.REMLBetween != 13 {
		t.Errorf("got %s", asJSON(r))
	}
	r, err = ICC([]float64{1, 3, 3, 1}, []int{0, 0, 1, 1})
	if err != nil || r.ICC2 != nil || *r.ICC1 != -1 || *r.REMLBetween != 0 {
		t.Errorf("got %s %v", asJSON(r), err)
	}
}

// Small clouds are divided in every possible way.
func TestNoDivisionIsBetter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, k := rapid.IntRange(1, 8).Draw(t, "n"), rapid.IntRange(1, 3).Draw(t, "k")
		values := rapid.SliceOfN(rapid.IntRange(0, 6), 2*n, 2*n).Draw(t, "values")
		a, b := NewColumn(n), NewColumn(n)
		for i := range n {
			a.Set(i, float64(values[2*i]))
			b.Set(i, float64(values[2*i+1]))
		}
		got, err := KMeans([]string{"a", "b"}, []Column{a, b}, k, false, 1)
		if err != nil {
			return
		}
		best := math.Inf(1)
		for code := range int(math.Pow(float64(k), float64(n))) {
			within := 0.0
			for c := range k {
				var x, y []float64
				for i, rest := 0, code; i < n; i, rest = i+1, rest/k {
					if rest%k == c {
						x, y = append(x, a.Values[i]), append(y, b.Values[i])
					}
				}
				if len(x) > 0 {
					_, dx := centred(x)
					_, dy := centred(y)
					within += sumOfSquares(dx) + sumOfSquares(dy)
				}
			}
			best = min(best, within)
		}
		if math.Abs(*got.Within-best) > 1e-9 {
			t.Fatalf("%v in %d: got %g, want %g", values, k, *got.Within, best)
		}
		sum := 0
		for c, size := range got.Sizes {
			sum += size
			if size < 1 || c > 0 && size > got.Sizes[c-1] {
				t.Fatalf("sizes %v", got.Sizes)
			}
		}
		if sum != n {
			t.Fatalf("sizes %v of %d", got.Sizes, n)
		}
	})
}

func TestTheSameSeedGivesTheSameClusters(t *testing.T) {
	items := agreements(rand.New(rand.NewPCG(6, 6)), 400, 4, 30)
	names := namesFor(items)
	one, err := KMeans(names, items, 4, true, 9)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := KMeans(names, items, 4, true, 9)
	if diff := cmp.Diff(one, two); diff != "" {
		t.Error(diff)
	}
	for seed := range uint64(5) {
		other, _ := KMeans(names, items, 4, true, seed)
		closeTo(t, fmt.Sprint("within, seed ", seed), other.Within, *one.Within, 1e-10)
	}
}
