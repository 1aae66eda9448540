package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// noncentralT is P(T <= t) for T = (Z + ncp)/S, Z standard normal, S = sqrt(X/df), X chi-square with df >= 1: the mean of
// Φ(t·S - ncp) over S (Johnson, Kotz and Balakrishnan 1995, chapter 31), by quadrature over ln S. It is within
// 1e-14·(4+2·sqrt(df)) for |t| and |ncp| to 1e150 and df to 1e7; the usual series give up at |ncp| near 38.
func noncentralT(t, df, ncp float64) float64 {
	top := chiLogTop(df)
	at := func(y float64) float64 {
		return math.Exp(top+df*chiShape(y)) * normalBelow(t*math.Exp(y)-ncp)
	}
	steps := noncentralSteps(t, df, ncp)
	tolerance := 1e-15 * (4 + 2*math.Sqrt(df)) // rounding moves the density by about epsilon·sqrt(df)
	var p doubled
	for i := 1; i < len(steps); i++ {
		p.add(integrate(at, steps[i-1], steps[i], tolerance))
	}
	return min(1, max(0, p.value()))
}

// noncentralSteps cuts the range of ln S where the integrand bends: around the density's top at 0, and around ln(ncp/t) where
// Φ goes from 0 to 1. Between two cuts it is smooth enough that no bend can hide from the rule.
func noncentralSteps(t, df, ncp float64) []float64 {
	from, to := chiRange(df, 45)
	width := 1 / math.Sqrt(2*df)
	steps := []float64{from, -6 * width, -2 * width, 0, 2 * width, to}
	if bend := math.Log(ncp / t); !notFinite(bend) {
		for _, away := range []float64{-40, -8, -2, 0, 2, 8, 40} {
			steps = append(steps, bend+away/max(1, math.Abs(ncp)))
		}
	}
	for i, step := range steps {
		steps[i] = min(to, max(from, step))
	}
	slices.Sort(steps)
	return steps
}

// ncpLimits are the limits of the 95 % interval of the noncentrality parameter of an observed t: the ncp of which t is the
// .975 quantile, and that of which it is the .025 quantile (Steiger and Fouladi 1997). Both nil when t or df is not finite,
// df < 1, or |t| above 1e100 (where sums would overflow).
func ncpLimits(t, df float64) (low, high *float64) {
	if notFinite(df) || df < 1 || !(math.Abs(t) <= 1e100) {
		return nil, nil
	}
	return finite(ncpWith(t, df, (1+Level)/2)), finite(ncpWith(t, df, (1-Level)/2))
}

// ncpWith is the ncp with P(T <= t) = p. It is sought on the scale of normal quantiles, where the dependence on ncp is nearly
// a straight line.
func ncpWith(t, df, p float64) float64 {
	target := distuv.UnitNormal.Quantile(p)
	miss := func(ncp float64) float64 {
		below := min(1-1e-16, max(1e-300, noncentralT(t, df, ncp)))
		return distuv.UnitNormal.Quantile(below) - target
	}
	spread := math.Sqrt(1 + t*t/(2*df))
	low, high := t-3*spread, t+3*spread
	for i := 0; miss(low) < 0 && i < 60; i++ {
		low -= (high - low)
	}
	for i := 0; miss(high) > 0 && i < 60; i++ {
		high += (high - low)
	}
	return solve(miss, low, high)
}
