package stats

import (
	"fmt"
	"math"
)

// SegmentedCoefficient is one coefficient of an interrupted series, in the unit of the outcome: (Intercept) at time 0, time
// per step before the change, level the jump at the first step after it, slope_change the added rise per step from there.
type SegmentedCoefficient struct {
	B      *float64 `json:"b"`
	OLSSE  *float64 `json:"ols_se"`
	NWSE   *float64 `json:"nw_se"`
	NWT    *float64 `json:"nw_t"`
	NWP    *float64 `json:"nw_p"`
	CILow  *float64 `json:"nw_ci_low"`
	CIHigh *float64 `json:"nw_ci_high"`
}

// SegmentedResult is an interrupted series. Durbin-Watson, between 0 and 4, is 2 without first-order autocorrelation and nil
// with a perfect fit.
type SegmentedResult struct {
	N            int                             `json:"n"`
	NPre         int                             `json:"n_pre"`
	NPost        int                             `json:"n_post"`
	Coef         map[string]SegmentedCoefficient `json:"coef"`
	R2           *float64                        `json:"r2"`
	Sigma        *float64                        `json:"sigma"`
	DurbinWatson *float64                        `json:"durbin_watson"`
}

// Segmented fits y = b0 + b1·t + b2·[t >= T0] + b3·(t-T0)·[t >= T0] + extra by least squares, t = 1..n in equal steps and
// T0 = firstPost, so that b2 is the step at T0 (item 15; Wagner and others 2002, J. Clin. Pharm. Ther. 27). Its errors may be
// autocorrelated and of unequal size: with u_t = x_t·e_t the covariance of b is
//
//	(XᵀX)⁻¹ (Σ u_t·u_tᵀ + Σ_{l=1..lag} (1 - l/(lag+1)) Σ_t (u_t·u_{t-l}ᵀ + u_{t-l}·u_tᵀ)) (XᵀX)⁻¹
//
// (Newey and West 1987, Econometrica 55), without prewhitening, times n/(n-p) for a small sample; t with n-p df. Durbin-Watson is
// Σ(e_t - e_{t-1})²/Σe². It refuses missing values, fewer than two points on a side, a lag that is negative or not under n, and what
// OLS refuses.
func Segmented(y []float64, firstPost, lag int, smallSample bool, extra []Predictor) (SegmentedResult, error) {
	n := len(y)
	if err := checkSeries(y, firstPost, lag, extra); err != nil {
		return SegmentedResult{}, err
	}
	d, err := newDesign(full(n, func(t int) float64 { return y[t-1] }), append(segments(n, firstPost), extra...))
	if err != nil {
		return SegmentedResult{}, err
	}
	f, err := d.fit()
	if err != nil {
		return SegmentedResult{}, err
	}
	result := SegmentedResult{N: n, NPre: firstPost - 1, NPost: n - firstPost + 1, Coef: map[string]SegmentedCoefficient{}}
	result.R2, result.Sigma, result.DurbinWatson = quotient(f.ess, f.ess+f.rss), finite(f.sigma), durbinWatson(f.residuals)
	factor := 1.0
	if smallSample {
		factor = float64(n) / float64(f.df)
	}
	for j, name := range d.names {
		result.Coef[name] = f.segment(j, lag, factor)
	}
	return result, nil
}

func checkSeries(y []float64, firstPost, lag int, extra []Predictor) error {
	n := len(y)
	for i, v := range y {
		if notFinite(v) {
			return Refusal(fmt.Sprintf("The value of the series at t = %d is missing.", i+1))
		}
	}
	for _, term := range extra {
		for _, c := range term.Columns {
			if len(completeRows([]Column{c})) < len(c.Values) {
				return Refusal(fmt.Sprintf("The predictor %s has a missing value.", term.Term))
			}
		}
	}
	if firstPost < 3 || firstPost > n-1 {
		return Refusal(fmt.Sprintf("The series needs at least 2 points before t = %d and 2 from there on, and has %d in all.", firstPost, n))
	}
	if lag < 0 || lag >= n {
		return Refusal(fmt.Sprintf("The lag %d is not between 0 and %d.", lag, n-1))
	}
	return nil
}

// segments are the terms time, level and slope_change.
func segments(n, firstPost int) []Predictor {
	term := func(name string, value func(t int) float64) Predictor {
		return Predictor{Term: name, Names: []string{name}, Columns: []Column{full(n, value)}}
	}
	return []Predictor{
		term("time", func(t int) float64 { return float64(t) }),
		term("level", func(t int) float64 {
			if t >= firstPost {
				return 1
			}
			return 0
		}),
		term("slope_change", func(t int) float64 { return float64(max(0, t-firstPost)) }),
	}
}

// full is a column without missing values: value(t) for t = 1..n.
func full(n int, value func(t int) float64) Column {
	c := NewColumn(n)
	for i := range n {
		c.Set(i, value(i+1))
	}
	return c
}

func (f *fit) segment(j, lag int, factor float64) SegmentedCoefficient {
	b, t, df := f.b[j], f.functional(j), float64(f.df)
	ols := f.sigma * math.Sqrt(dot(t, t))
	se := settled(math.Sqrt(factor*max(0, longRun(f.weighted(t, f.residuals), lag))), ols)
	c := SegmentedCoefficient{B: finite(b), OLSSE: finite(ols), NWSE: finite(se)}
	c.NWT, c.NWP = testT(b, se, df)
	c.CILow, c.CIHigh = aroundT(b, se, df)
	return c
}

// longRun is Σ u² + 2·Σ_{l=1..lag} (1 - l/(lag+1)) Σ u_t·u_{t-l}: the Newey-West variance of Σu.
func longRun(u []float64, lag int) float64 {
	var sum doubled
	for l := range lag + 1 {
		weight := 2 * (1 - float64(l)/float64(lag+1))
		if l == 0 {
			weight = 1
		}
		for t := l; t < len(u); t++ {
			sum.addProduct(weight*u[t], u[t-l])
		}
	}
	return sum.value()
}

func durbinWatson(residuals []float64) *float64 {
	steps := make([]float64, max(0, len(residuals)-1))
	for i := range steps {
		steps[i] = residuals[i+1] - residuals[i]
	}
	return quotient(sumOfSquares(steps), sumOfSquares(residuals))
}
