package stats

import (
	"fmt"
	"math"
	"testing"
)

// Longley (1967), JASA 62; certified values of the NIST Statistical Reference Datasets, Longley.dat.
var longley = [][]float64{
	{60323, 83.0, 234289, 2356, 1590, 107608, 1947}, {61122, 88.5, 259426, 2325, 1456, 108632, 1948},
	{60171, 88.2, 258054, 3682, 1616, 109773, 1949}, {61187, 89.5, 284599, 3351, 1650, 110929, 1950},
	{63221, 96.2, 328975, 2099, 3099, 112075, 1951}, {63639, 98.1, 346999, 1932, 3594, 113270, 1952},
	{64989, 99.0, 365385, 1870, 3547, 115094, 1953}, {63761, 100.0, 363112, 3578, 3350, 116219, 1954},
	{66019, 101.2, 397469, 2904, 3048, 117388, 1955}, {67857, 104.6, 419180, 2822, 2857, 118734, 1956},
	{68169, 108.4, 442769, 2936, 2798, 120445, 1957}, {66513, 110.8, 444546, 4681, 2637, 121950, 1958},
	{68655, 112.6, 482704, 3813, 2552, 123366, 1959}, {69564, 114.2, 502601, 3931, 2514, 125368, 1960},
	{69331, 115.7, 518173, 4806, 2572, 127852, 1961}, {70551, 116.9, 554894, 4007, 2827, 130081, 1962},
}

// longleyTerms are x1 to x6, each plus shift.
func longleyTerms(shift float64) (Column, []Predictor) {
	columns := make([][]float64, 7)
	for _, row := range longley {
		for j, v := range row {
			columns[j] = append(columns[j], v+shift)
		}
	}
	var terms []Predictor
	for j := 1; j < 7; j++ {
		terms = append(terms, single(fmt.Sprintf("x%d", j), columns[j]...))
	}
	return plain(columns[0]...), terms
}

func TestLongleyHasItsCertifiedValues(t *testing.T) {
	y, terms := longleyTerms(0)
	got, err := OLS(y, terms)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]float64{
		"(Intercept)": {-3482258.63459582, 890420.383607373}, "x1": {15.0618722713733, 84.9149257747669},
		"x2": {-0.0358191792925910, 0.0334910077722432}, "x3": {-2.02022980381683, 0.488399681651699},
		"x4": {-1.03322686717359, 0.214274163161675}, "x5": {-0.0511041056535807, 0.226073200069370},
		"x6": {1829.15146461355, 455.478499142212},
	} {
		agrees(t, name, got.Coef[name].B, want[0], 2e-14)
		agrees(t, name+" se", got.Coef[name].SE, want[1], 2e-13)
	}
	agrees(t, "sigma", got.Sigma, 304.854073561965, 1e-14)
	agrees(t, "r2", got.R2, 0.995479004577296, 1e-14)
	agrees(t, "F", got.F, 330.285339234588, 1e-13)
	agrees(t, "rss", got.RSS, 836424.055505915, 1e-14)
}

func TestWamplerHasItsCertifiedValues(t *testing.T) {
	// Wampler (1970), JASA 65; certified values of the NIST Statistical Reference Datasets, Wampler1.dat to Wampler5.dat.
	// The deviations of Wampler3, 4 and 5 are these times 1, 100 and 10000.
	deviations := []float64{759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 759}
	errors := []float64{2152.32624678170, 2363.55173469681, 779.343524331583, 101.475507550350, 5.64566512170752, 0.112324854679312}
	for _, test := range []struct {
		name          string
		factor, times float64 // coefficients factor^j; deviations times
		sigma, r2, f  float64
	}{
		{"Wampler1", 1, 0, 0, 1, math.NaN()}, {"Wampler2", 0.1, 0, 0, 1, math.NaN()},
		{"Wampler3", 1, 1, 2360.14502379268, 0.999995559025820, 675524.458240122},
		{"Wampler4", 1, 100, 236014.502379268, 0.957478440825662, 67.5524458240122},
		{"Wampler5", 1, 10000, 23601450.2379268, 0.224668921574940e-02, 0.675524458240122e-02},
	} {
		columns := make([][]float64, 6)
		for x := range 21 {
			power, y := 1.0, 0.0
			for j := range 6 {
				if j > 0 {
					columns[j] = append(columns[j], power)
				}
				y += power * math.Round(math.Pow(test.factor, float64(j))*1e5)
				power *= float64(x)
			}
			columns[0] = append(columns[0], y/1e5+deviations[x]*test.times)
		}
		var terms []Predictor
		for j := 1; j < 6; j++ {
			terms = append(terms, single(fmt.Sprintf("x%d", j), columns[j]...))
		}
		got, err := OLS(plain(columns[0]...), terms)
		if err != nil {
			t.Fatal(test.name, err)
		}
		for j := range 6 {
			name := Intercept
			if j > 0 {
				name = fmt.Sprintf("x%d", j)
			}
			c := got.Coef[name]
			// The error of a float64 outcome of 1e11 may come through.
			agrees(t, test.name+" "+name, c.B, math.Pow(test.factor, float64(j)), 1e-12+3e-13*test.times)
			agrees(t, test.name+" se "+name, c.SE, errors[j]*test.times, 1e-11)
			if (c.T == nil) != (test.times == 0) {
				t.Errorf("%s: t of %s is %v", test.name, name, show(c.T))
			}
		}
		agrees(t, test.name+" sigma", got.Sigma, test.sigma, 1e-13)
		agrees(t, test.name+" r2", got.R2, test.r2, 1e-12)
		if test.times == 0 {
			if got.F != nil || got.LogLik != nil || got.AIC != nil || got.BIC != nil || *got.RSS != 0 {
				t.Errorf("%s: a perfect fit has F %v, loglik %v, rss %v", test.name, show(got.F), show(got.LogLik), show(got.RSS))
			}
			continue
		}
		agrees(t, test.name+" F", got.F, test.f, 1e-12)
	}
}

func TestAShiftOfAMillionChangesNothingButTheIntercept(t *testing.T) {
	y, terms := longleyTerms(0)
	base, _ := OLS(y, terms)
	y, terms = longleyTerms(1e6)
	moved, err := OLS(y, terms)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range base.Coef {
		if name == Intercept {
			continue
		}
		m := moved.Coef[name]
		for what, pair := range map[string][2]*float64{"b": {m.B, c.B}, "se": {m.SE, c.SE}, "p": {m.P, c.P}, "hc3": {m.HC3SE, c.HC3SE}, "beta": {m.BetaStd, c.BetaStd}} {
			agrees(t, name+" "+what, pair[0], *pair[1], 1e-9)
		}
		agrees(t, "vif "+name, moved.VIF[name].GVIF, *base.VIF[name].GVIF, 1e-9)
	}
	agrees(t, "loglik", moved.LogLik, *base.LogLik, 1e-9)
}
