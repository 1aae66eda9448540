package stats

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Spector and Mazzeo (1980), Journal of Economic Education 11: grade, GPA, TUCE, PSI of 32 students, as in Greene (1997),
// Econometric Analysis, chapter 19.
func spector() (Column, []Predictor) {
	gpa := []float64{2.66, 2.89, 3.28, 2.92, 4.00, 2.86, 2.76, 2.87, 3.03, 3.92, 2.63, 3.32, 3.57, 3.26, 3.53, 2.74,
		2.75, 2.83, 3.12, 3.16, 2.06, 3.62, 2.89, 3.51, 3.54, 2.83, 3.39, 2.67, 3.65, 4.00, 3.10, 2.39}
	tuce := []float64{20, 22, 24, 12, 21, 17, 17, 21, 25, 29, 20, 23, 23, 25, 26, 19, 25, 19, 23, 25, 22, 28, 14, 26, 24, 27, 17, 24, 21, 23, 21, 19}
	psi, grade := make([]float64, 32), make([]float64, 32)
	for i := 18; i < 32; i++ {
		psi[i] = 1
	}
	for _, i := range []int{5, 10, 14, 20, 22, 25, 26, 27, 29, 30, 32} {
		grade[i-1] = 1
	}
	return plain(grade...), []Predictor{single("gpa", gpa...), single("tuce", tuce...), single("psi", psi...)}
}

func TestSpectorAndMazzeoHaveTheirPublishedModel(t *testing.T) {
	y, terms := spector()
	got, err := Logistic(y, terms)
	if err != nil {
		t.Fatal(err)
	}
	// Greene (1997), table 19.1: rounded to three decimals.
	for name, want := range map[string][2]float64{Intercept: {-13.021, 4.931}, "gpa": {2.826, 1.263}, "tuce": {0.095, 0.142}, "psi": {2.379, 1.065}} {
		c := got.Coef[name]
		if math.Abs(value(c.B)-want[0]) > 0.0005001 || math.Abs(value(c.SE)-want[1]) > 0.0005001 {
			t.Errorf("%s: got %v (%v), want %v", name, show(c.B), show(c.SE), want)
		}
	}
	if got.N != 32 || got.NYes != 11 || math.Abs(*got.LogLik+12.890) > 0.0005 {
		t.Errorf("n %d, yes %d, loglik %v", got.N, got.NYes, show(got.LogLik))
	}
}

// twoByTwo is a yes of `a` and a no of b in the group 1, c and d in the group 0.
func twoByTwo(a, b, c, d int) (y, x []float64) {
	for i, count := range []int{a, b, c, d} {
		for range count {
			y, x = append(y, float64(1-i%2)), append(x, float64(1-i/2))
		}
	}
	return y, x
}

func TestALogisticModelOfATwoByTwoTableIsItsOddsRatio(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 300)
		a, b, c, d := count.Draw(t, "a"), count.Draw(t, "b"), count.Draw(t, "c"), count.Draw(t, "d")
		y, x := twoByTwo(a, b, c, d)
		got, err := Logistic(plain(y...), []Predictor{single("x", x...)})
		if a+b+c+d <= 4 && err != nil {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		fa, fb, fc, fd := float64(a), float64(b), float64(c), float64(d)
		n := fa + fb + fc + fd
		agreesNear(t, "or", got.Coef["x"].OR, fa*fd/(fb*fc))
		agreesNear(t, "se", got.Coef["x"].SE, math.Sqrt(1/fa+1/fb+1/fc+1/fd))
		agreesNear(t, "intercept", got.Coef[Intercept].B, math.Log(fc/fd))
		side := func(yes, no float64) float64 {
			return yes*math.Log(yes/(yes+no)) + no*math.Log(no/(yes+no))
		}
		agreesNear(t, "loglik", got.LogLik, side(fa, fb)+side(fc, fd))
		agreesNear(t, "null", got.NullDeviance, -2*side(fa+fc, fb+fd))
		agreesNear(t, "cox-snell", got.CoxSnellR2, 1-math.Exp(-*got.LRChisq/n))
		auc := (fa*fd + (fa*fb+fc*fd)/2) / ((fa + fc) * (fb + fd))
		if fa*fd < fb*fc {
			auc = (fb*fc + (fa*fb+fc*fd)/2) / ((fa + fc) * (fb + fd))
		} else if a*d == b*c {
			auc = 0.5
		}
		agreesNear(t, "auc", got.AUC, auc)
		// The intercept is the log odds of group 0 alone, so its limits are those of one proportion.
		for _, limit := range []*float64{got.Coef[Intercept].ORProfileLow, got.Coef[Intercept].ORProfileHigh} {
			p := *limit / (1 + *limit)
			lost := 2 * (side(fc, fd) - fc*math.Log(p) - fd*math.Log(1-p))
			agreesNear(t, "loss at the profile limit", &lost, 1.959963984540054*1.959963984540054)
		}
		low, high := *got.Coef["x"].ORProfileLow, *got.Coef["x"].ORProfileHigh
		if !(low < fa*fd/(fb*fc) && fa*fd/(fb*fc) < high) {
			t.Errorf("profile %g to %g around %g", low, high, fa*fd/(fb*fc))
		}
	})
}

func TestProfileLimitsLoseWhatTheyShould(t *testing.T) {
	y, terms := spector()
	got, err := Logistic(y, terms)
	if err != nil {
		t.Fatal(err)
	}
	// With gpa held at its limit by an offset the other coefficients are fitted anew, here by plain steps uphill on the
	// coefficients themselves.
	for _, limit := range []*float64{got.Coef["gpa"].ORProfileLow, got.Coef["gpa"].ORProfileHigh} {
		best := fitWithOffset(y.Values, terms[0].Columns[0].Values, math.Log(*limit), [][]float64{terms[1].Columns[0].Values, terms[2].Columns[0].Values})
		if lost := 2 * (*got.LogLik - best); math.Abs(lost-3.841458820694124) > 1e-8 {
			t.Errorf("limit %g loses %.12g", *limit, lost)
		}
	}
}

// fitWithOffset maximises the likelihood over an intercept and two slopes by Newton's method on the plain normal equations
// (three unknowns, Cramer's rule).
func fitWithOffset(y, fixed []float64, slope float64, free [][]float64) float64 {
	b := [3]float64{}
	loglik := 0.0
	for range 60 {
		var g [3]float64
		var h [3][3]float64
		loglik = 0
		for i := range y {
			x := [3]float64{1, free[0][i] - 22, free[1][i]}
			eta := slope * (fixed[i] - 3)
			for j := range 3 {
				eta += b[j] * x[j]
			}
			mu := 1 / (1 + math.Exp(-eta))
			loglik += y[i]*math.Log(mu) + (1-y[i])*math.Log(1-mu)
			for j := range 3 {
				g[j] += x[j] * (y[i] - mu)
				for k := range 3 {
					h[j][k] += x[j] * x[k] * mu * (1 - mu)
				}
			}
		}
		whole := determinant(h)
		for j := range 3 {
			part := h
			for k := range 3 {
				part[k][j] = g[k]
			}
			b[j] += determinant(part) / whole
		}
	}
	return loglik
}

func determinant(m [3][3]float64) float64 {
	return m[0][0]*(m[1][1]*m[2][2]-m[1][2]*m[2][1]) - m[0][1]*(m[1][0]*m[2][2]-m[1][2]*m[2][0]) + m[0][2]*(m[1][0]*m[2][1]-m[1][1]*m[2][0])
}

func TestAShiftAndAUnitLeaveTheLogisticModel(t *testing.T) {
	y, terms := spector()
	base, _ := Logistic(y, terms)
	moved := slices.Clone(terms)
	for i, term := range terms {
		values := slices.Clone(term.Columns[0].Values)
		for k := range values {
			values[k] = values[k]*1000 + 1e6
		}
		moved[i] = single(term.Term, values...)
	}
	got, err := Logistic(y, moved)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gpa", "tuce", "psi"} {
		was, now := base.Coef[name], got.Coef[name]
		agrees(t, name+" b", now.B, *was.B/1000, 1e-11)
		agrees(t, name+" se", now.SE, *was.SE/1000, 1e-11)
		agrees(t, name+" profile", now.ORProfileHigh, math.Pow(*was.ORProfileHigh, 0.001), 1e-11)
	}
	agrees(t, "auc", got.AUC, *base.AUC, 0)
	flipped := slices.Clone(y.Values)
	for i := range flipped {
		flipped[i] = 1 - flipped[i]
	}
	mirror, _ := Logistic(plain(flipped...), terms)
	agrees(t, "mirrored", mirror.Coef["gpa"].B, -*base.Coef["gpa"].B, 1e-12)
	agrees(t, "mirrored limit", mirror.Coef["gpa"].ORProfileLow, 1 / *base.Coef["gpa"].ORProfileHigh, 1e-9)
	agrees(t, "mirrored auc", mirror.AUC, *base.AUC, 1e-15)
}

func TestAnInterceptAloneIsTheLogOdds(t *testing.T) {
	got, err := Logistic(plain(1, 1, 1, 0), nil)
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, "b", got.Coef[Intercept].B, math.Log(3), 1e-13)
	if *got.LRChisq != 0 || got.LRP != nil || *got.AUC != 0.5 || *got.NagelkerkeR2 != 0 || got.DFResid != 3 {
		t.Errorf("%+v", got)
	}
}

func TestSeparationTakesThePlaceOfCoefficients(t *testing.T) {
	for _, test := range []struct {
		name string
		y, x []float64
		want string
	}{
		{"complete", []float64{0, 0, 0, 1, 1}, []float64{1, 2, 3, 4, 5}, "completely"},
		{"complete, turned", []float64{1, 1, 0, 0, 0}, []float64{1, 2, 3, 4, 5}, "completely"},
		{"a tie on the border", []float64{0, 0, 0, 1, 1, 1}, []float64{1, 2, 3, 3, 4, 5}, "quasi"},
		{"a tie but for noise", []float64{0, 0, 0, 1, 1, 1}, []float64{0, 0.1, 0.1 + 0.2, 0.3, 0.4, 0.5}, "quasi"},
		{"an empty cell", []float64{0, 0, 1, 1, 1}, []float64{0, 0, 0, 1, 1}, "quasi"},
		{"a million away", []float64{0, 0, 0, 1, 1}, []float64{1e6 + 1, 1e6 + 2, 1e6 + 3, 1e6 + 4, 1e6 + 5}, "completely"},
	} {
		got, err := Logistic(plain(test.y...), []Predictor{single("x", test.x...)})
		if err != nil || !got.Separated || !strings.Contains(got.Error, test.want) {
			t.Errorf("%s: %v %+v", test.name, err, got)
			continue
		}
		text, _ := json.Marshal(got)
		var keys map[string]any
		_ = json.Unmarshal(text, &keys)
		if len(keys) != 4 || keys["separated"] != true || keys["error"] == "" || keys["n"] == nil || keys["n_yes"] == nil {
			t.Errorf("%s: %s", test.name, text)
		}
	}
	overlapping, err := Logistic(plain(0, 0, 1, 0, 1, 1), []Predictor{single("x", 1, 2, 3, 3.0001, 4, 5)})
	if err != nil || overlapping.Separated || overlapping.Coef["x"].ORProfileLow == nil {
		t.Errorf("a hair of overlap: %v %+v", err, overlapping)
	}
}

func TestALogisticModelThatMakesNoSenseIsRefused(t *testing.T) {
	x := single("x", 1, 2, 3, 2, 5)
	for _, test := range []struct {
		y     Column
		terms []Predictor
		want  string
	}{
		{Column{}, nil, "Too few rows are complete: 0 for"},
		{plain(1), nil, "Too few rows are complete: 1 for"},
		{plain(1, 0), []Predictor{single("x", 1, 2)}, "Too few rows are complete: 2 for"},
		{plain(1, 1, 1, 1, 1), []Predictor{x}, "The outcome has the same value"},
		{plain(1, 0, 2, 1, 1), []Predictor{x}, "neither 0 nor 1"},
		{plain(1, 0, 1, 1, 0), []Predictor{x, single("k", 7, 7, 7, 7, 7)}, "k has the same value"},
		{plain(1, 0, 1, 1, 0), []Predictor{x, single("z", 2, 4, 6, 4, 10)}, "z is a linear combination"},
	} {
		_, err := Logistic(test.y, test.terms)
		if _, refused := err.(Refusal); !refused || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
}
