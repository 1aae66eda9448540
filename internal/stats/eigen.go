package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Eigen tells how many dimensions keyed items have and whether they can be factored (item 17).
type Eigen struct {
	N           int       `json:"n"`           // persons complete on all items, also when the matrix is pairwise
	Eigenvalues []float64 `json:"eigenvalues"` // of the correlation matrix, descending; their sum is k
	KMO         *float64  `json:"kmo"`         // 0 to 1
	BartlettChi *float64  `json:"bartlett_chisq"`
	BartlettDF  *int      `json:"bartlett_df"` // k(k-1)/2
	BartlettP   *float64  `json:"bartlett_p"`
}

// EigenCorrelation returns the eigenvalues of R = cov2cor(C) (C as in item 4, listwise or pairwise), the measure of
// sampling adequacy of Kaiser, Meyer and Olkin (Kaiser 1974) and, listwise, Bartlett's (1951) test that R is the identity:
//
//   - KMO = Σr²/(Σr² + Σp²) over all pairs, p_ij = -q_ij/sqrt(q_ii·q_jj) with q = R⁻¹ the partial correlations;
//   - chi-square = -((n-1) - (2k+5)/6)·ln|R|, df = k(k-1)/2, upper tail.
//
// KMO and the test are nil when R is singular or, pairwise, not positive definite; KMO also when no items correlate. It refuses fewer than two items, fewer
// than two persons (pairwise: behind any pair) and an item without variance.
func EigenCorrelation(items []Column, pairwise bool) (Eigen, error) {
	c, err := covariancesOf(items, pairwise)
	if err != nil {
		return Eigen{}, err
	}
	for i := range items {
		if c.matrix.At(i, i) == 0 {
			return Eigen{}, Refusal(fmt.Sprintf("Item %d of the items has no variance.", i+1))
		}
	}
	r := correlations(c.matrix)
	var eigen mat.EigenSym
	if !eigen.Factorize(r, false) {
		return Eigen{}, Refusal("The correlation matrix has no eigenvalues.")
	}
	_, complete := CompleteCases(items)
	e := Eigen{N: complete, Eigenvalues: eigen.Values(nil)}
	regular := e.Eigenvalues[0] > singular
	logDet := 0.0
	if regular {
		e.KMO, logDet = kmo(r), sumOfLogs(e.Eigenvalues)
	}
	slices.Reverse(e.Eigenvalues)
	if regular && !pairwise {
		e.bartlett(logDet, len(items))
	}
	return e, nil
}

// uncorrelated is the largest |r| that is taken for none: what rounding leaves of a covariance that is exactly zero.
const uncorrelated = 1e-10

// kmo of a positive definite correlation matrix; nil when no item correlates with any other (0/0).
func kmo(r *mat.SymDense) *float64 {
	var chol mat.Cholesky
	var q mat.SymDense
	if !chol.Factorize(r) {
		return nil
	}
	if err := chol.InverseTo(&q); err != nil {
		return nil
	}
	var whole, partial, most float64
	for i := range r.SymmetricDim() {
		for j := range i {
			most = max(most, math.Abs(r.At(i, j)))
			whole += r.At(i, j) * r.At(i, j)
			partial += q.At(i, j) * q.At(i, j) / (q.At(i, i) * q.At(j, j))
		}
	}
	if most < uncorrelated {
		return nil
	}
	return finite(whole / (whole + partial))
}

// bartlett fills in the test for k items, ln|R| given.
func (e *Eigen) bartlett(logDet float64, k int) {
	df := k * (k - 1) / 2
	// 0 - x, since -x of no correlation at all is -0.
	chi := 0 - (float64(e.N-1)-float64(2*k+5)/6)*logDet
	e.BartlettChi, e.BartlettDF = finite(chi), &df
	e.BartlettP = finite(upperChi2(max(chi, 0), float64(df)))
}
