package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestTheShapeOfADistributionIsThatOfExcel(t *testing.T) {
	// The example of Microsoft's documentation of SKEW and KURT.
	d := DescribeFully([]float64{3, 4, 5, 2, 3, 4, 5, 6, 4, 7})
	closeTo(t, "skewness", d.Skew, 0.359543071, 1e-9)
	closeTo(t, "kurtosis", d.Kurt, -0.151799637, 1e-9)
	// R: quantile(c(3,4,5,2,3,4,5,6,4,7), c(.25,.5,.75))
	closeTo(t, "lower quartile", d.Q1, 3.25, 0)
	closeTo(t, "median", d.Median, 4, 0)
	closeTo(t, "upper quartile", d.Q3, 5, 0)
}

func TestAQuantileLiesBetweenTwoValues(t *testing.T) {
	for _, test := range []struct {
		values  []float64
		p, want float64
	}{
		{[]float64{7}, 0.3, 7}, {[]float64{1, 2}, 0, 1}, {[]float64{1, 2}, 1, 2}, {[]float64{1, 2}, 0.25, 1.25},
		{[]float64{-math.MaxFloat64, math.MaxFloat64}, 0.5, 0}, {[]float64{0.1, 0.1, 0.1}, 0.4, 0.1},
	} {
		if got := Quantile7(test.values, test.p); got != test.want {
			t.Errorf("Quantile7(%v, %g): got %g, want %g", test.values, test.p, got, test.want)
		}
	}
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		if got := Quantile7([]float64{1, 2}, p); !math.IsNaN(got) {
			t.Errorf("quantile at %g: got %g, want none", p, got)
		}
	}
}

func TestAnItemIsCountedByTheCodebook(t *testing.T) {
	got := DescribeItem(column(1, 1, 3, -1, 5, 2.5), new(0.0), new(3.0))
	if diff := cmp.Diff(map[string]int{"0": 0, "1": 2, "2": 0, "3": 1}, got.Counts); diff != "" || got.N != 5 || got.Missing != 1 || *got.Min != 1 || *got.Max != 5 {
		t.Errorf("got %+v %s", got, diff)
	}
	if got := DescribeItem(column(-1, -1), new(-1.0), new(1.0)); got.Mean != nil || got.Missing != 2 || len(got.Counts) != 3 || got.Counts["-1"] != 0 {
		t.Errorf("nothing answered: got %+v", got)
	}
	for _, limits := range [][2]*float64{{nil, nil}, {new(1.0), nil}, {new(0.0), new(1e9)}, {new(math.NaN()), new(5.0)}, {new(1e300), new(1e300)}} {
		if got := DescribeItem(column(1), limits[0], limits[1]); got.Counts != nil {
			t.Errorf("%v: got counts %v", limits, got.Counts)
		}
	}
	any, complete := CompleteCases([]Column{column(1, -1, -1, 2), column(1, 1, -1, 2)})
	if any != 3 || complete != 2 {
		t.Errorf("complete cases: got %d and %d, want 3 and 2", any, complete)
	}
	if any, complete := CompleteCases(nil); any != 0 || complete != 0 {
		t.Errorf("no items: got %d and %d", any, complete)
	}
}

// The figures are those of R 4.2.2: C <- cov(attitude), a <- function(C) nrow(C)/(nrow(C)-1)*(1-sum(diag(C))/sum(C)),
// a(C), a(cov2cor(C)), a(C[-6,-6]), 1-(1-a(C))*qf(c(.975,.025), 29, 174); eigen(cov2cor(C)), factanal(attitude, 1) to the
// last digit. The help of psych::alpha has the same 0.84 and 0.84 for them.
func TestAScaleOfTheTextbook(t *testing.T) {
	items := columnsOf(attitudes)
	r, err := ReliabilityOf(attitudeNames, items, false)
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "alpha", r.Alpha, 0.84314276956476, 1e-12)
	closeTo(t, "standardised alpha", r.AlphaStd, 0.839083803029511, 1e-12)
	closeTo(t, "alpha without critical", r.IfDropped["critical"], 0.863872311446437, 1e-12)
	closeTo(t, "critical with the rest", r.RDrop["critical"], 0.265034339196676, 1e-12)
	closeTo(t, "Feldt low", r.FeldtLow, 0.739375685643108, 1e-10)
	closeTo(t, "Feldt high", r.FeldtHigh, 0.915773072159981, 1e-10)
	o, err := OmegaTotal(attitudeNames, items)
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "residual of complaints", o.Residuals["complaints"], 31.8687619535, 1e-9)
	closeTo(t, "loading of complaints", o.StandardLoadings["complaints"], 0.902241080760, 1e-9)
	closeTo(t, "chi-square", o.ChiSq, 30*0.981124369329649, 1e-10)
	e, err := EigenCorrelation(items, false)
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "first eigenvalue", &e.Eigenvalues[0], 3.71637575061577, 1e-12)
	closeTo(t, "KMO", e.KMO, 0.763275432158761, 1e-12)
	closeTo(t, "Bartlett", e.BartlettChi, 98.7527786621811, 1e-11)
}

// With three items the model fits exactly: λ1² = s12·s13/s23 (Spearman 1904).
func TestThreeItemsHaveAnOmegaInClosedForm(t *testing.T) {
	for _, pick := range [][]int{{0, 1, 2}, {0, 2, 3}, {3, 4, 5}, {1, 5, 6}} {
		items, names := []Column{}, []string{}
		for _, i := range pick {
			items, names = append(items, columnsOf(attitudes)[i]), append(names, attitudeNames[i])
		}
		got, err := OmegaTotal(names, items)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := covariancesOf(items, false)
		s := func(i, j int) float64 { return c.matrix.At(i, j) * 29 / 30 }
		heywood := false
		for i, name := range names {
			squared := s(i, (i+1)%3) * s(i, (i+2)%3) / s((i+1)%3, (i+2)%3)
			heywood = heywood || squared >= s(i, i)
			closeTo(t, "loading of "+name, got.Loadings[name], math.Sqrt(squared), 1e-10)
			closeTo(t, "residual of "+name, got.Residuals[name], s(i, i)-squared, 1e-9)
		}
		if got.Heywood != heywood || (got.Total == nil) != heywood || (got.TotalStd == nil) != heywood || (got.TotalObserved == nil) != heywood || *got.ChiSq != 0 || got.DF != 0 {
			t.Errorf("%v: got %+v, want Heywood %v", names, got, heywood)
		}
	}
}

func TestTheGradientOfTheFactorModelIsItsSlope(t *testing.T) {
	items := agreements(rand.New(rand.NewPCG(2, 2)), 60, 5, 0)
	c, _ := covariancesOf(items, false)
	model := factorModel{r: correlations(c.matrix)}
	fit := inverseStart(model.r)
	here, _ := model.at(fit)
	h, pivot := here.curvature(false), pivotOn(fit)
	there, _ := model.atSigma(pivot.sigma())
	pivotGradient, _ := pivot.scoring(there)
	closeTo(t, "F by the pivot", &there.f, here.f, 1e-12)
	for i := range 10 {
		direction := make([]float64, 10)
		direction[i] = 1
		above, _ := model.at(here.moved(direction, 1e-5))
		below, _ := model.at(here.moved(direction, -1e-5))
		closeTo(t, fmt.Sprint("slope ", i), &here.gradient[i], (above.f-below.f)/2e-5, 1e-8)
		for j := range 10 {
			closeTo(t, fmt.Sprint("curvature ", i, j), new(h.At(i, j)), (above.gradient[j]-below.gradient[j])/2e-5, 1e-6)
		}
		up, _ := model.atSigma(pivot.moved(direction, 1e-5).sigma())
		down, _ := model.atSigma(pivot.moved(direction, -1e-5).sigma())
		closeTo(t, fmt.Sprint("slope by the pivot ", i), &pivotGradient[i], (up.f-down.f)/2e-5, 1e-8)
	}
}

// Few persons, weak items, small data of every kind: a fit is at a minimum or said to be improper, and found every time.
func TestOmegaIsFoundOrImproper(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	proper, heywood, runaway := 0, 0, 0
	for round := range 400 {
		k := 3 + random.IntN(8)
		items := agreements(random, k+2+random.IntN(60), k, 0)
		if round%4 == 0 { // no factor at all
			for _, item := range items {
				random.Shuffle(len(item.Values), func(i, j int) { item.Values[i], item.Values[j] = item.Values[j], item.Values[i] })
			}
		}
		o, err := OmegaTotal(namesFor(items), items)
		switch {
		case err != nil:
			if strings.Contains(err.Error(), "could not") {
				t.Errorf("round %d, %d items: %v", round, k, err)
			}
		case o.ChiSq == nil:
			runaway++
		case o.Heywood:
			heywood++
		default:
			proper++
		}
	}
	if proper < 250 || heywood < 20 || runaway < 1 {
		t.Errorf("got %d proper, %d Heywood, %d at infinity: the test does not try all", proper, heywood, runaway)
	}
}

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
					within += steadySum(products(dx, dx)) + steadySum(products(dy, dy))
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

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// figures are the numbers of a result by key; a list of keys is what ANALYSE.md says.
func TestResultsHaveTheKeysOfTheContract(t *testing.T) {
	items := columnsOf(attitudes)
	reliability, _ := ReliabilityOf(attitudeNames, items, true)
	omega, _ := OmegaTotal(attitudeNames, items)
	eigen, _ := EigenCorrelation(items, true)
	icc, _ := ICC([]float64{1, 2, 3, 4}, []int{0, 0, 1, 1})
	clusters, _ := KMeans(attitudeNames, items, 2, true, 1)
	for keys, result := range map[string]any{
		"n mean sd se ci_low ci_high min q1 median q3 max skew_g1_adj kurt_g2_adj":                                                  DescribeFully(nil),
		"n missing mean sd min max counts":                                                                                          DescribeItem(Column{}, nil, nil),
		"n k alpha alpha_std mean_inter_item_r r_drop alpha_if_dropped alpha_std_if_dropped feldt_low feldt_high pair_n_min":        reliability,
		"n k omega_total omega_total_observed_variance omega_total_std loadings residual_variances std_loadings chisq df heywood":   omega,
		"n k tot_withinss tot_ss between_ratio sizes withinss centers silhouette_mean silhouette_by_cluster":                        clusters,
		"N groups k0 k_mean msb msw F p icc1 icc1_mean_size icc2 design_effect reml_mean reml_between_var reml_within_var reml_icc": icc,
		"n eigenvalues kmo bartlett_chisq bartlett_df bartlett_p":                                                                   eigen,
	} {
		var got map[string]any
		if err := json.Unmarshal([]byte(asJSON(result)), &got); err != nil {
			t.Fatal(err)
		}
		want := strings.Fields(keys)
		for _, key := range want {
			if _, there := got[key]; !there {
				t.Errorf("%T has no key %s", result, key)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%T: got %d keys, want %d", result, len(got), len(want))
		}
	}
}

func TestDegenerateDataAreRefusedOrLeftOpen(t *testing.T) {
	constant, pair, empty := column(2, 2, 2, 2, 2), column(1, 2, 3, 4, 5), column(-1, -1, -1, -1, -1)
	other, third := column(2, 1, 4, 3, 5), column(5, 3, 1, 4, 2)
	sum := NewColumn(5)
	for i := range 5 {
		sum.Set(i, pair.Values[i]+other.Values[i])
	}
	opposite := pair.Reversed(1, 5)
	names := []string{"a", "b", "c", "d", "e"}
	huge := column(1e200, 2e200, 5e200, 0, 1)
	for what, items := range map[string][]Column{
		"none": nil, "one": {pair}, "twice the same": {pair, pair}, "opposite": {pair, opposite}, "constant": {constant, constant, constant},
		"one constant": {pair, constant, other}, "empty": {empty, empty, empty}, "one empty": {pair, other, empty}, "singular": {pair, other, sum},
		"no persons": {NewColumn(0), NewColumn(0), NewColumn(0)}, "one person": {column(1), column(2), column(3)}, "two persons": {column(1, 2), column(2, 1), column(3, 1)},
		"more items than persons": {pair, other, third, sum, opposite}, "huge": {huge, pair, other}, "never together": {column(1, 2, -1, -1), column(-1, -1, 1, 2), column(1, 2, 3, 4)},
		"uncorrelated": {column(1, 1, 2, 2, 1, 1, 2, 2), column(1, 2, 1, 2, 1, 2, 1, 2), column(1, 1, 1, 1, 2, 2, 2, 2)},
	} {
		for _, pairwise := range []bool{false, true} {
			reliability, err := ReliabilityOf(names[:len(items)], items, pairwise)
			wellFormed(t, what+" reliability", reliability, err)
			eigen, err := EigenCorrelation(items, pairwise)
			wellFormed(t, what+" eigenvalues", eigen, err)
			for k := range 4 {
				clusters, err := KMeans(names[:len(items)], items, k, pairwise, 1)
				wellFormed(t, what+" clusters", clusters, err)
			}
		}
		omega, err := OmegaTotal(names[:len(items)], items)
		wellFormed(t, what+" omega", omega, err)
	}
	for _, values := range [][]float64{nil, {1}, {1, 2}, {1, 1, 1}, {1, 2, 3}, {math.NaN(), math.Inf(1)}, {3.4 - 3.2, 2.6 - 2.4, 0.2, 0.2}, {1e308, -1e308, 1, 2}, {1e-320, 0, 0, 0}} {
		d := DescribeFully(values)
		wellFormed(t, fmt.Sprint(values), d, nil)
		if len(values) == 4 && values[3] == 0.2 && (d.Skew != nil || d.Kurt != nil) {
			t.Errorf("rounding has no shape: got %s", asJSON(d))
		}
		for _, units := range [][]int{{0, 0, 0, 0}, {0, 1, 2, 3}, {0, 0, 7, 7}} {
			icc, err := ICC(values, units[:len(values)])
			wellFormed(t, fmt.Sprint(values, units), icc, err)
		}
	}
}

// wellFormed fails when there is neither a refusal in a sentence nor a result that JSON can hold.
func wellFormed(t *testing.T, what string, result any, err error) {
	t.Helper()
	var refusal Refusal
	if err != nil {
		refusal, _ = err.(Refusal)
		if !strings.HasSuffix(string(refusal), ".") || strings.Count(string(refusal), ". ") > 0 {
			t.Errorf("%s: got error %v, want a sentence", what, err)
		}
		return
	}
	if text := asJSON(result); strings.Contains(text, "unsupported") {
		t.Errorf("%s: got %s", what, text)
	}
}

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
	if got := steadySum([]float64{1e16, 1, 1, 1, -1e16}); got != 3 {
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
