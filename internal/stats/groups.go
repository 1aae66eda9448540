package stats

import "math"

// TwoGroupsResult compares the means of two groups (STATISTICS 6). Differences are group 1 less group 2, in the unit of the
// values; d and g are in standard deviations. Nil is what needs more values, or a spread that is not there.
type TwoGroupsResult struct {
	N1           int      `json:"n1"`
	N2           int      `json:"n2"`
	Mean1        *float64 `json:"mean1"`
	Mean2        *float64 `json:"mean2"`
	SD1          *float64 `json:"sd1"` // divisor n1-1
	SD2          *float64 `json:"sd2"`
	Diff         *float64 `json:"diff"`
	WelchT       *float64 `json:"welch_t"`  // diff/sqrt(v1+v2), v = s²/n (Welch 1947)
	WelchDF      *float64 `json:"welch_df"` // (v1+v2)²/(v1²/(n1-1)+v2²/(n2-1)) (Satterthwaite 1946)
	WelchP       *float64 `json:"welch_p"`
	WelchCILow   *float64 `json:"welch_ci_low"`
	WelchCIHigh  *float64 `json:"welch_ci_high"`
	PooledT      *float64 `json:"pooled_t"` // diff/(sd_pooled·sqrt(1/n1+1/n2))
	PooledDF     *float64 `json:"pooled_df"`
	PooledP      *float64 `json:"pooled_p"`
	PooledCILow  *float64 `json:"pooled_ci_low"`
	PooledCIHigh *float64 `json:"pooled_ci_high"`
	SDPooled     *float64 `json:"sd_pooled"`
	CohensD      *float64 `json:"cohens_d"` // diff/sd_pooled
	CohensDLow   *float64 `json:"cohens_d_nct_low"`
	CohensDHigh  *float64 `json:"cohens_d_nct_high"`
	GExact       *float64 `json:"hedges_g_exact"`  // J·d, see hedgesJ
	GApprox      *float64 `json:"hedges_g_approx"` // (1-3/(4df-1))·d
	VarRatio     *float64 `json:"f_var_ratio"`     // sd1²/sd2²
}

// TwoGroups compares the values a (group 1) with b (group 2). It refuses an empty group, one value in each, and groups of
// which neither varies. Values that are not finite are left out.
func TwoGroups(a, b []float64) (TwoGroupsResult, error) {
	one, two := sampleOf(usable(a)), sampleOf(usable(b))
	switch {
	case one.n == 0 || two.n == 0:
		return TwoGroupsResult{}, Refusal("Each group needs at least one value.")
	case one.n+two.n < 3:
		return TwoGroupsResult{}, Refusal("Two groups of one value each cannot be compared.")
	case one.ss == 0 && two.ss == 0:
		return TwoGroupsResult{}, Refusal("The values do not vary within either group.")
	}
	r := TwoGroupsResult{N1: one.n, N2: two.n, Mean1: finite(one.mean), Mean2: finite(two.mean), SD1: finite(one.sd()), SD2: finite(two.sd())}
	diff := one.mean - two.mean
	r.Diff, r.VarRatio = finite(diff), finite(one.variance()/two.variance())
	r.welch(diff, one, two)
	r.pooled(diff, one, two)
	return r, nil
}

// welch is left nil when a group has one value: its variance is not known.
func (r *TwoGroupsResult) welch(diff float64, one, two sample) {
	if one.n < 2 || two.n < 2 {
		return
	}
	se, df := welchError(one, two)
	if r.WelchT, r.WelchP = testT(diff, se, df); r.WelchT != nil {
		r.WelchDF = finite(df)
		r.WelchCILow, r.WelchCIHigh = aroundT(diff, se, df)
	}
}

// welchError is the standard error of a difference of means without the assumption of equal variances, and its degrees of
// freedom.
func welchError(one, two sample) (se, df float64) {
	v1, v2 := one.variance()/float64(one.n), two.variance()/float64(two.n)
	share := v1 / (v1 + v2) // shares rather than squares of variances, which may be too small for a float64
	df = 1 / (share*share/float64(one.n-1) + (1-share)*(1-share)/float64(two.n-1))
	return math.Sqrt(v1 + v2), df
}

func (r *TwoGroupsResult) pooled(diff float64, one, two sample) {
	df := float64(one.n + two.n - 2)
	sd := math.Sqrt((one.ss + two.ss) / df)
	perD := math.Sqrt(1/float64(one.n) + 1/float64(two.n))
	se := sd * perD
	d := diff / sd
	r.SDPooled, r.PooledDF, r.CohensD = finite(sd), finite(df), finite(d)
	if r.PooledT, r.PooledP = testT(diff, se, df); r.PooledT == nil {
		return
	}
	r.PooledCILow, r.PooledCIHigh = aroundT(diff, se, df)
	r.CohensDLow, r.CohensDHigh = times(perD)(ncpLimits(*r.PooledT, df))
	r.GExact = finite(hedgesJ(df) * d)
	if df > 1 {
		r.GApprox = finite((1 - 3/(4*df-1)) * d)
	}
}

// times turns limits of a noncentrality parameter into limits of an effect size.
func times(factor float64) func(low, high *float64) (*float64, *float64) {
	return func(low, high *float64) (*float64, *float64) {
		if low == nil || high == nil {
			return nil, nil
		}
		return finite(*low * factor), finite(*high * factor)
	}
}

// hedgesJ is Γ(df/2)/(sqrt(df/2)·Γ((df-1)/2)), which takes the bias of d away (Hedges 1981); below 1 and near 1-3/(4df-1).
// It is NaN for df < 2. The large parts of lnΓ are taken away before they can cancel.
func hedgesJ(df float64) float64 {
	if df < 2 {
		return math.NaN()
	}
	a := df / 2
	return math.Exp(-(a-1)*math.Log1p(-1/(2*a)) - 0.5 + stirling(a) - stirling(a-0.5))
}
