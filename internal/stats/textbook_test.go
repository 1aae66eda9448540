package stats

import (
	"math"
	"testing"
)

// about fails unless got agrees with the printed figure to half of its last decimal.
func about(t *testing.T, what string, got *float64, want, unit float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > unit*0.51 {
		t.Errorf("%s: got %v, want %g", what, show(got), want)
	}
}

// Extra hours of sleep of ten patients with two drugs: Cushny and Peebles (1905), from Student (1908).
var sleepOne = []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2}
var sleepTwo = []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}

func TestStudentsSleepers(t *testing.T) {
	pairs, err := Paired(columnOf(sleepOne), columnOf(sleepTwo))
	if err != nil {
		t.Fatal(err)
	}
	about(t, "mean", pairs.MeanDiff, 1.58, 0.01)
	about(t, "t", pairs.T, 4.0621, 1e-4)
	about(t, "p", pairs.P, 0.002833, 1e-6)
	about(t, "low", pairs.CILow, 0.7001142, 1e-7)
	about(t, "high", pairs.CIHigh, 2.4598858, 1e-7)
	groups, err := TwoGroups(sleepOne, sleepTwo)
	if err != nil {
		t.Fatal(err)
	}
	about(t, "Welch t", groups.WelchT, -1.8608, 1e-4)
	about(t, "Welch df", groups.WelchDF, 17.776, 1e-3)
	about(t, "Welch p", groups.WelchP, 0.07939, 1e-5)
	about(t, "pooled p", groups.PooledP, 0.07919, 1e-5)
}

// Dried weights of plants under a control and two treatments: Dobson (1983), An Introduction to Statistical Modelling.
func TestDobsonsPlants(t *testing.T) {
	values := []float64{4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14,
		4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69, 6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26}
	group := make([]int, 30)
	for i := range group {
		group[i] = i / 10
	}
	r, err := OneWay([]string{"ctrl", "trt1", "trt2"}, values, group)
	if err != nil {
		t.Fatal(err)
	}
	about(t, "F", r.F, 4.846, 1e-3)
	about(t, "p", r.P, 0.01591, 1e-5)
	about(t, "H", r.KruskalH, 7.9882, 1e-4)
	about(t, "H's p", r.KruskalP, 0.01842, 1e-5)
	about(t, "K²", r.BartlettK2, 2.8786, 1e-4)
	about(t, "K²'s p", r.BartlettP, 0.2371, 1e-4)
	pair := r.Pairs["trt2-trt1"]
	about(t, "diff", pair.Diff, 0.865, 1e-3)
	about(t, "low", pair.TukeyLow, 0.1737839, 1e-6)
	about(t, "high", pair.TukeyHigh, 1.5562161, 1e-6)
	about(t, "Tukey p", pair.TukeyP, 0.0120064, 1e-7)
	if len(r.Pairs) != 3 {
		t.Errorf("got %d pairs, want 3", len(r.Pairs))
	}
}

// The lady who tastes tea: Fisher (1935), The Design of Experiments. Approval of a prime minister, twice asked: Agresti
// (1990), Categorical Data Analysis, p. 350.
func TestFishersTeaAndAgrestisPrimeMinister(t *testing.T) {
	tea, err := ChiSquare([]string{"milk", "tea"}, []string{"says milk", "says tea"}, [][]int{{3, 1}, {1, 3}})
	if err != nil {
		t.Fatal(err)
	}
	about(t, "Fisher's p", tea.FisherP, 34.0/70, 1e-9)
	about(t, "odds ratio", tea.OddsRatio, 9, 1e-9)
	about(t, "phi", tea.Phi, 0.5, 1e-9)
	about(t, "chi-square", tea.ChiSq, 2, 1e-9)
	about(t, "Yates", tea.ChiSqYates, 0.5, 1e-9)
	change, err := McNemar(794, 150, 86, 570)
	if err != nil {
		t.Fatal(err)
	}
	about(t, "McNemar", change.ChiSq, 17.36, 0.01)
}

// Limits of Newcombe (1998), Statistics in Medicine 17, 857-872, table I: methods 3 (Wilson) and 5 (Clopper-Pearson).
func TestNewcombesProportions(t *testing.T) {
	for _, test := range []struct {
		x, n                   int
		wLow, wHigh, cLow, cHi float64
	}{{81, 263, 0.2553, 0.3662, 0.2527, 0.3676}, {15, 148, 0.0624, 0.1605, 0.0578, 0.1617}, {0, 20, 0, 0.1611, 0, 0.1684}, {1, 29, 0.0061, 0.1718, 0.0009, 0.1776}} {
		r := Proportion(test.x, test.n)
		about(t, "Wilson low", r.WilsonLow, test.wLow, 1e-4)
		about(t, "Wilson high", r.WilsonHigh, test.wHigh, 1e-4)
		about(t, "Clopper-Pearson low", r.CPLow, test.cLow, 1e-4)
		about(t, "Clopper-Pearson high", r.CPHigh, test.cHi, 1e-4)
	}
}

// Γ of whole and half numbers is known: Γ(1/2) = √π, Γ(9/2) = 105√π/16.
func TestHedgesCorrection(t *testing.T) {
	for df, want := range map[float64]float64{2: 1 / math.Sqrt(math.Pi), 4: math.Sqrt(2 / math.Pi), 10: 24 * 16 / (105 * math.Sqrt(5*math.Pi))} {
		if got := hedgesJ(df); math.Abs(got-want) > 1e-14 {
			t.Errorf("J of %g: got %.15g, want %.15g", df, got, want)
		}
	}
	if got, want := hedgesJ(1e6), 1-3/(4e6-1); math.Abs(got-want) > 1e-12 {
		t.Errorf("J of 1e6: got %.15g, want %.15g", got, want)
	}
	if !math.IsNaN(hedgesJ(1)) {
		t.Error("J is defined for one degree of freedom")
	}
}
