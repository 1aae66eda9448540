package stats

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Reliability tells how well the items of a scale measure one thing (item 4). All but the counts are without unit; an
// alpha is at most 1 and can be negative. A map has every item; a figure that is not defined is nil.
type Reliability struct {
	N            int                 `json:"n"` // listwise: persons complete on all items; pairwise: all rows
	K            int                 `json:"k"` // items
	Alpha        *float64            `json:"alpha"`
	AlphaStd     *float64            `json:"alpha_std"`            // nil when an item has no variance
	MeanR        *float64            `json:"mean_inter_item_r"`    // nil when an item has no variance
	RDrop        map[string]*float64 `json:"r_drop"`               // the item with the sum of the others
	IfDropped    map[string]*float64 `json:"alpha_if_dropped"`     // nil when k = 2
	StdIfDropped map[string]*float64 `json:"alpha_std_if_dropped"` // nil when k = 2
	FeldtLow     *float64            `json:"feldt_low"`            // listwise only
	FeldtHigh    *float64            `json:"feldt_high"`           // listwise only
	PairNMin     *int                `json:"pair_n_min"`           // pairwise only: the fewest persons behind any pair of items
}

// ReliabilityOf returns the reliability of keyed items that have these names; the covariances are listwise or pairwise
// (item 4). With C their matrix:
//
//   - alpha = k/(k-1)·(1 - tr C/ΣC) (Cronbach 1951), alpha_std the same of the correlations cov2cor(C);
//   - r_drop_i = (Σ_j C_ij - C_ii)/sqrt(C_ii·Σ_{-i,-i} C);
//   - alpha if dropped: alpha of C without the item, the same persons;
//   - Feldt's (1965) interval 1-(1-alpha)·F(.975; n-1, (n-1)(k-1)) to 1-(1-alpha)·F(.025; ...).
//
// It refuses fewer than two items, fewer than two persons (pairwise: behind any pair), and items none of which varies.
func ReliabilityOf(names []string, items []Column, pairwise bool) (Reliability, error) {
	c, err := covariancesOf(items, pairwise)
	if err != nil {
		return Reliability{}, err
	}
	if mat.Trace(c.matrix) == 0 {
		return Reliability{}, Refusal("None of the items varies.")
	}
	k := len(items)
	r := Reliability{N: c.n, K: k, Alpha: alphaOf(c.matrix), RDrop: map[string]*float64{},
		IfDropped: map[string]*float64{}, StdIfDropped: map[string]*float64{}}
	if cor := correlations(c.matrix); cor != nil {
		r.AlphaStd, r.MeanR = alphaOf(cor), finite((mat.Sum(cor)-float64(k))/float64(k*(k-1)))
	}
	for i, name := range names {
		sub := without(c.matrix, i)
		r.RDrop[name] = restCorrelation(c.matrix, sub, i)
		r.IfDropped[name], r.StdIfDropped[name] = alphaOf(sub), nil
		if cor := correlations(sub); cor != nil {
			r.StdIfDropped[name] = alphaOf(cor)
		}
	}
	if pairwise {
		r.PairNMin = &c.fewest
	} else {
		r.FeldtLow, r.FeldtHigh = feldt(r.Alpha, c.n, k)
	}
	return r, nil
}

// alphaOf is Cronbach's alpha of a covariance or correlation matrix. It is nil for one item and when the sum of the items
// has no variance (or, pairwise, a negative one).
func alphaOf(c *mat.SymDense) *float64 {
	k, total := float64(c.SymmetricDim()), mat.Sum(c)
	if k < 2 || !(total > 1e-14*mat.Trace(c)) {
		return nil
	}
	return finite(k / (k - 1) * (1 - mat.Trace(c)/total))
}

// restCorrelation is r_drop of item i; sub is c without it. It is nil when the item or the sum of the others has no
// variance.
func restCorrelation(c, sub *mat.SymDense, i int) *float64 {
	own, rest := c.At(i, i), mat.Sum(sub)
	if !(own > 0) || !(rest > 1e-14*mat.Trace(sub)) {
		return nil
	}
	shared := -own
	for j := range c.SymmetricDim() {
		shared += c.At(i, j)
	}
	return finite(shared / math.Sqrt(own) / math.Sqrt(rest))
}

// feldt is the 95 % interval of alpha for n persons and k items.
func feldt(alpha *float64, n, k int) (low, high *float64) {
	if alpha == nil {
		return nil, nil
	}
	df := float64(n - 1)
	f := distuv.F{D1: df, D2: df * float64(k-1)}
	return finite(1 - (1-*alpha)*f.Quantile((1+Level)/2)), finite(1 - (1-*alpha)*f.Quantile((1-Level)/2))
}
