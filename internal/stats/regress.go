package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// OLSCoefficient is one coefficient of a linear model, in the unit of the outcome per unit of the predictor. A t that is
// divided by 0 is nil with its p; the HC3 figures are nil when one row alone decides a coefficient (leverage 1).
type OLSCoefficient struct {
	B         *float64 `json:"b"`
	SE        *float64 `json:"se"`
	T         *float64 `json:"t"`
	P         *float64 `json:"p"`
	CILow     *float64 `json:"ci_low"`
	CIHigh    *float64 `json:"ci_high"`
	HC3SE     *float64 `json:"hc3_se"`
	HC3T      *float64 `json:"hc3_t"`
	HC3P      *float64 `json:"hc3_p"`
	HC3CILow  *float64 `json:"hc3_ci_low"`
	HC3CIHigh *float64 `json:"hc3_ci_high"`
	BetaStd   *float64 `json:"beta_std"` // b·s_x/s_y, also for dummies; nil for the intercept
}

// OLSResult is a linear model fitted by OLS. With a perfect fit F, the log-likelihood, AIC and BIC are nil (infinite).
type OLSResult struct {
	N       int                       `json:"n"`
	DFResid int                       `json:"df_resid"`
	Coef    map[string]OLSCoefficient `json:"coef"`
	R2      *float64                  `json:"r2"`
	AdjR2   *float64                  `json:"adj_r2"`
	Sigma   *float64                  `json:"sigma"`
	RSS     *float64                  `json:"rss"`
	F       *float64                  `json:"F"`
	FDF1    int                       `json:"F_df1"`
	FDF2    int                       `json:"F_df2"`
	FP      *float64                  `json:"F_p"`
	LogLik  *float64                  `json:"loglik"`
	AIC     *float64                  `json:"aic"`
	BIC     *float64                  `json:"bic"`
	VIF     VIFs                      `json:"vif"`
}

// OLS fits y = b0 + Σ b·x by ordinary least squares on the complete rows (item 12). p counts the coefficients with the
// intercept, e is a residual, h a leverage.
//
//	se       sqrt(RSS/(n-p)) · sqrt(diag (XᵀX)⁻¹), t with n-p df
//	HC3      (XᵀX)⁻¹ Xᵀ diag(e²/(1-h)²) X (XᵀX)⁻¹ (MacKinnon and White 1985; Long and Ervin 2000), t with n-p df
//	R²       1 - RSS/TSS; adjusted 1 - (1-R²)(n-1)/(n-p); F = (TSS-RSS)/(p-1) / (RSS/(n-p))
//	loglik   -n/2·(log 2π + log(RSS/n) + 1); AIC = -2·loglik + 2(p+1), BIC = -2·loglik + log(n)·(p+1): σ² is a parameter
//
// It refuses fewer than p+1 complete rows, an outcome without variance, and predictors that newDesign refuses.
func OLS(y Column, terms []Predictor) (OLSResult, error) {
	d, err := newDesign(y, terms)
	if err != nil {
		return OLSResult{}, err
	}
	f, err := d.fit()
	if err != nil {
		return OLSResult{}, err
	}
	result := f.summary()
	result.VIF = d.inflation()
	result.Coef = map[string]OLSCoefficient{}
	jackknife := f.jackknifeResiduals()
	for j, name := range d.names {
		result.Coef[name] = f.coefficient(j, jackknife)
	}
	return result, nil
}

// fit is the least squares solution. Residuals and sums of squares are in the raw unit of the outcome.
type fit struct {
	*design
	b         []float64 // raw coefficients
	residuals []float64
	rss, ess  float64 // residual and explained sum of squares
	df        int     // n - p
	sigma     float64
}

// fit solves the least squares problem by QR and refines it twice (Björck 1967, Iterative refinement of linear least squares
// solutions, BIT 7), with the errors of the augmented system r + Xg = y, Xᵀr = 0 in doubled precision.
func (d *design) fit() (*fit, error) {
	if slices.Max(d.y) > tooLarge || slices.Min(d.y) < -tooLarge {
		return nil, Refusal("The outcome has values that are too large.")
	}
	if constant(d.y) {
		return nil, Refusal("The outcome has the same value in every complete row.")
	}
	shift, scale := shortScale(d.y)
	y := make([]float64, len(d.y))
	for i, v := range d.y {
		y[i] = (v - shift) / scale
	}
	g, residuals := make([]float64, len(d.names)), make([]float64, len(y))
	for range 3 {
		d.refine(y, g, residuals)
	}
	f := &fit{design: d, b: d.rawCoefficients(g, shift, scale), residuals: residuals, df: len(y) - len(g)}
	f.sumUp(y, scale)
	return f, nil
}

// refine adds the correction of one step to the scaled coefficients g and the residuals. From zeros it is the plain solution.
func (d *design) refine(y, g, residuals []float64) {
	n, p := d.x.Rows, d.x.Cols
	gaps, slopes := make([]float64, n), make([]doubled, p)
	for i := range n {
		gap := doubled{sum: y[i]}
		gap.add(-residuals[i])
		for j, x := range row(d.x, i) {
			gap.addProduct(-x, g[j])
			slopes[j].addProduct(-x, residuals[i])
		}
		gaps[i] = gap.value()
	}
	h, along := make([]float64, p), make([]float64, p)
	for j := range h {
		h[j] = slopes[j].value()
	}
	backSolve(d.r, blas.Trans, h)
	blas64.Gemv(blas.Trans, 1, d.q, vector(gaps), 0, vector(along))
	for j := range h {
		h[j], along[j] = h[j]-along[j], along[j]-h[j]
	}
	blas64.Gemv(blas.NoTrans, 1, d.q, vector(h), 1, vector(gaps))
	for i, gap := range gaps {
		residuals[i] += gap
	}
	backSolve(d.r, blas.NoTrans, along)
	for j, v := range along {
		g[j] += v
	}
}

// rawCoefficients undoes the scaling of predictors and outcome.
func (d *design) rawCoefficients(g []float64, shift, scale float64) []float64 {
	b := make([]float64, len(g))
	first := doubled{sum: shift}
	first.addProduct(scale, g[0])
	for j := 1; j < len(g); j++ {
		b[j] = g[j] * (scale / d.scale[j])
		first.addProduct(-b[j], d.shift[j])
	}
	b[0] = first.value()
	return b
}

// sumUp brings the residuals to the raw unit and takes the sums of squares. Residuals that are rounding noise (1e-14 of the
// largest outcome) are 0: a perfect fit.
func (f *fit) sumUp(y []float64, scale float64) {
	n := float64(len(y))
	noise := math.Sqrt(sumOfSquares(f.residuals)/n)*scale <= 1e-14*largestOf(f.y)
	mean := sumOf(y) / n
	explained := make([]float64, len(y))
	for i, e := range f.residuals {
		if noise {
			e = 0
		}
		explained[i], f.residuals[i] = (y[i]-e-mean)*scale, e*scale
	}
	f.rss, f.ess = sumOfSquares(f.residuals), sumOfSquares(explained)
	if len(f.names) == 1 {
		f.ess = 0
	}
	f.sigma = math.Sqrt(f.rss / float64(f.df))
}

func (f *fit) summary() OLSResult {
	n, p, tss := float64(len(f.y)), float64(len(f.names)), f.ess+f.rss
	r := OLSResult{N: len(f.y), DFResid: f.df, FDF1: len(f.names) - 1, FDF2: f.df}
	r.R2, r.AdjR2 = quotient(f.ess, tss), finite(1-(f.rss/float64(f.df))/(tss/(n-1)))
	r.Sigma, r.RSS = finite(f.sigma), finite(f.rss)
	if f.rss == 0 {
		return r
	}
	if p > 1 {
		r.F, r.FP = testF((f.ess/(p-1))/(f.rss/float64(f.df)), p-1, float64(f.df))
	}
	loglik := -n / 2 * (math.Log(2*math.Pi) + math.Log(f.rss/n) + 1)
	r.LogLik, r.AIC, r.BIC = finite(loglik), finite(-2*loglik+2*(p+1)), finite(-2*loglik+math.Log(n)*(p+1))
	return r
}

// jackknifeResiduals returns e/(1-h) of every row, nil when a leverage is 1. The leverage is the squared length of the row
// of q.
func (f *fit) jackknifeResiduals() []float64 {
	out := make([]float64, len(f.residuals))
	for i, e := range f.residuals {
		rest := f.freedom(i)
		if rest < 1e-10 {
			return nil
		}
		out[i] = e / rest
	}
	return out
}

// freedom is 1-h of row i. Where h is near 1 the difference has few digits left; then it is the squared distance of the row's
// unit vector from the space of the columns (projected twice, as the first projection leaves rounding behind).
func (f *fit) freedom(i int) float64 {
	rest := 1 - dot(f.row(i), f.row(i))
	if rest > 0.01 {
		return rest
	}
	away, along := make([]float64, f.q.Rows), make([]float64, f.q.Cols)
	away[i] = 1
	for range 2 {
		blas64.Gemv(blas.Trans, 1, f.q, vector(away), 0, vector(along))
		blas64.Gemv(blas.NoTrans, -1, f.q, vector(along), 1, vector(away))
	}
	return sumOfSquares(away)
}

func (f *fit) coefficient(j int, jackknife []float64) OLSCoefficient {
	b, t, df := f.b[j], f.functional(j), float64(f.df)
	se := f.sigma * math.Sqrt(dot(t, t))
	c := OLSCoefficient{B: finite(b), SE: finite(se)}
	c.T, c.P = testT(b, se, df)
	c.CILow, c.CIHigh = aroundT(b, se, df)
	if j > 0 {
		c.BetaStd = quotient(b*f.spreadOf(j), math.Sqrt((f.ess+f.rss)/float64(len(f.y)-1)))
	}
	if jackknife != nil {
		se = settled(math.Sqrt(sumOfSquares(f.weighted(t, jackknife))), se)
		c.HC3SE = finite(se)
		c.HC3T, c.HC3P = testT(b, se, df)
		c.HC3CILow, c.HC3CIHigh = aroundT(b, se, df)
	}
	return c
}

// settled is a robust standard error, 0 when it is nothing but rounding noise beside the ordinary one: then all rows that bear on
// the coefficient lie on the fitted line.
func settled(robust, ordinary float64) float64 {
	if robust <= 1e-10*ordinary {
		return 0
	}
	return robust
}

// weighted returns row j of (XᵀX)⁻¹Xᵀ, which t stands for, times the values: what each row adds to the error of the
// coefficient when its own error is the value.
func (f *fit) weighted(t, values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = dot(t, f.row(i)) * v
	}
	return out
}

// quotient is a/b, nil when that is not a number.
func quotient(a, b float64) *float64 { return finite(a / b) }
