package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
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

// What rounding leaves of a correlation that is exactly zero depends on the order of the persons, and is none.
func TestUncorrelatedItemsHaveNoSamplingAdequacy(t *testing.T) {
	of := func(r float64) *float64 { return kmo(mat.NewSymDense(2, []float64{1, r, r, 1})) }
	for _, r := range []float64{0, 3e-17, -2e-13} {
		if got := of(r); got != nil {
			t.Errorf("r %g: got %g, want none", r, *got)
		}
	}
	closeTo(t, "KMO of two items", of(0.1), 0.5, 1e-12)
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
		"more items than persons": {pair, other, third, sum, opposite}, "huge": {huge, pair, other}, "of unequal length": {pair, column(1, 2), other}, "never together": {column(1, 2, -1, -1), column(-1, -1, 1, 2), column(1, 2, 3, 4)},
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
		if _, err := ICC(values, make([]int, len(values)+1)); err == nil {
			t.Error("units of another length are not refused")
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
