package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Omega is the single-factor model of a scale and its omega total (item 5). A map has every item. Loadings are in the
// unit of the answers, residual variances in its square, all else is without unit.
type Omega struct {
	N                int                 `json:"n"` // persons complete on all items
	K                int                 `json:"k"` // items
	Total            *float64            `json:"omega_total"`
	TotalObserved    *float64            `json:"omega_total_observed_variance"`
	TotalStd         *float64            `json:"omega_total_std"`
	Loadings         map[string]*float64 `json:"loadings"`
	Residuals        map[string]*float64 `json:"residual_variances"`
	StandardLoadings map[string]*float64 `json:"std_loadings"`
	ChiSq            *float64            `json:"chisq"` // n·F; 0 when df is 0
	DF               int                 `json:"df"`    // k(k+1)/2 - 2k
	Heywood          bool                `json:"heywood"`
}

// OmegaTotal fits one factor of variance 1 to keyed items by maximum likelihood and returns omega total (item 5;
// McDonald 1999). With S the listwise covariance matrix, divisor n, and Σ = λλ' + diag θ, λ and θ minimise
// F = ln|Σ| + tr(SΣ⁻¹) - ln|S| - k until no part of the gradient is 1e-8. Then
//
//   - omega_total = (Σλ)²/((Σλ)²+Σθ); with the observed variance ΣS below the line; and with the loadings and residual
//     variances of the correlation matrix;
//   - the sign is that of Σλ > 0.
//
// θ is free. Where the minimum has a θ at or under 0 (Heywood) the three omegas are nil; where it lies at infinity all
// estimates and chi-square are. It refuses fewer than three items, a person count at which S is singular, an item without
// variance, items that are linear combinations of others, and items whose correlations do not determine one factor.
func OmegaTotal(names []string, items []Column) (Omega, error) {
	if len(items) < 3 {
		return Omega{}, Refusal("A single factor needs at least three items.")
	}
	c, err := covariancesOf(items, false)
	if err != nil {
		return Omega{}, err
	}
	for i, name := range names {
		if c.matrix.At(i, i) == 0 {
			return Omega{}, Refusal(fmt.Sprintf("Item %s has no variance.", name))
		}
	}
	fit, err := fitFactor(correlations(c.matrix))
	if err != nil {
		return Omega{}, err
	}
	return omegaOf(names, c, fit), nil
}

// omegaOf turns the fit of the correlation matrix into that of the covariance matrix, which maximum likelihood allows:
// loadings times the SD, residual variances times the variance, the same F.
func omegaOf(names []string, c covariances, fit factorFit) Omega {
	k := len(names)
	o := Omega{N: c.n, K: k, DF: k*(k+1)/2 - 2*k, Heywood: fit.heywood(),
		Loadings: map[string]*float64{}, Residuals: map[string]*float64{}, StandardLoadings: map[string]*float64{}}
	if fit.runaway {
		for _, name := range names {
			o.Loadings[name], o.Residuals[name], o.StandardLoadings[name] = nil, nil, nil
		}
		return o
	}
	divisor := float64(c.n-1) / float64(c.n)
	sum := 0.0
	for i := range k {
		sum += fit.loading[i] * math.Sqrt(divisor*c.matrix.At(i, i))
	}
	sign := math.Copysign(1, sum)
	var standard, residual, standardResidual float64
	for i, name := range names {
		variance := divisor * c.matrix.At(i, i)
		o.Loadings[name] = finite(sign * fit.loading[i] * math.Sqrt(variance))
		o.Residuals[name] = finite(fit.residual[i] * variance)
		o.StandardLoadings[name] = finite(sign * fit.loading[i])
		standard += fit.loading[i]
		residual += fit.residual[i] * variance
		standardResidual += fit.residual[i]
	}
	o.ChiSq = new(0.0)
	if o.DF > 0 {
		o.ChiSq = finite(float64(c.n) * max(fit.f, 0))
	}
	if !o.Heywood {
		o.Total = finite(sum * sum / (sum*sum + residual))
		o.TotalObserved = finite(sum * sum / (divisor * mat.Sum(c.matrix)))
		o.TotalStd = finite(standard * standard / (standard*standard + standardResidual))
	}
	return o
}
