package stats

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

const (
	flatGradient   = 1e-8  // a fit counts as found when no part of its gradient is larger (item 5)
	wantedGradient = 1e-13 // where the steps stop earlier
	mostSteps      = 1000
	largeLoading   = 1.3   // a standardised loading beyond this belongs to a residual variance far under 0
	singular       = 1e-12 // an eigenvalue of a correlation matrix under this is 0
)

// factorFit is one factor fitted to a correlation matrix.
type factorFit struct {
	loading, residual []float64
	f                 float64 // the discrepancy, at least 0
	runaway           bool    // the minimum lies at infinity
}

// heywood says that a residual variance is at or under 0; what rounding makes of 0 counts as 0.
func (f factorFit) heywood() bool {
	for _, residual := range f.residual {
		if residual <= 1e-9 {
			return true
		}
	}
	return f.runaway
}

// fitFactor minimises F from two starts and returns the better fit, the first when they are the same.
func fitFactor(r *mat.SymDense) (factorFit, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(r, true) {
		return factorFit{}, Refusal("The correlation matrix has no eigenvalues.")
	}
	values := eigen.Values(nil)
	if values[0] < singular {
		return factorFit{}, Refusal("The correlation matrix is singular: an item is a combination of others, or there are too few persons.")
	}
	var best *factorFit
	undetermined := false
	for _, start := range []factorFit{componentStart(&eigen), inverseStart(r)} {
		fit, state := descend(factorModel{r: r, logDet: sumOfLogs(values)}, start)
		undetermined = undetermined || state == notDetermined
		// A minimum that there is goes before one at infinity.
		if state == found && (best == nil || best.runaway && !fit.runaway || best.runaway == fit.runaway && fit.f < best.f-1e-10) {
			best = &fit
		}
	}
	switch {
	case best != nil:
		return *best, nil
	case undetermined:
		return factorFit{}, Refusal("The correlations of the items do not determine a single factor.")
	default:
		return factorFit{}, Refusal("The single-factor model could not be fitted.")
	}
}

func sumOfLogs(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += math.Log(v)
	}
	return sum
}

// componentStart takes the loadings from the largest principal component.
func componentStart(eigen *mat.EigenSym) factorFit {
	values := eigen.Values(nil)
	k := len(values)
	rest := (float64(k) - values[k-1]) / float64(k-1)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	start := factorFit{loading: make([]float64, k), residual: make([]float64, k)}
	for i := range k {
		start.loading[i] = vectors.At(i, k-1) * math.Sqrt(max(values[k-1]-rest, 0.1))
		start.residual[i] = inside(1 - start.loading[i]*start.loading[i])
	}
	return start
}

// inverseStart takes the residual variances of Jöreskog (1967), (1 - 1/2k)/r^ii, and loadings with the signs of the row sums.
func inverseStart(r *mat.SymDense) factorFit {
	k := r.SymmetricDim()
	start := factorFit{loading: make([]float64, k), residual: make([]float64, k)}
	var inverse mat.Dense
	if err := inverse.Inverse(r); err != nil {
		inverse.CloneFrom(r)
	}
	for i := range k {
		row := 0.0
		for j := range k {
			row += r.At(i, j)
		}
		start.residual[i] = inside((1 - 0.5/float64(k)) / inverse.At(i, i))
		start.loading[i] = math.Copysign(math.Sqrt(1-start.residual[i]), row-1)
	}
	return start
}

func inside(residual float64) float64 { return min(max(residual, 0.05), 0.95) }

// factorModel is the discrepancy F as a function of loadings and residual variances.
type factorModel struct {
	r      *mat.SymDense
	logDet float64 // ln|r|
}

// sigmaPoint is F and its derivatives at one Σ.
type sigmaPoint struct {
	f       float64
	a, w, m *mat.Dense // Σ⁻¹; dF/dΣ = Σ⁻¹ - Σ⁻¹RΣ⁻¹; 2Σ⁻¹RΣ⁻¹ - Σ⁻¹
}

// atSigma returns false where Σ is not positive definite and F is not defined.
func (model factorModel) atSigma(sigma *mat.SymDense) (sigmaPoint, bool) {
	var chol mat.Cholesky
	var inverse mat.SymDense
	if !chol.Factorize(sigma) || math.IsInf(chol.Cond(), 1) {
		return sigmaPoint{}, false
	}
	// The error is a warning that digits are lost; what comes of it is a step that is not taken.
	_ = chol.InverseTo(&inverse)
	p := sigmaPoint{a: mat.DenseCopyOf(&inverse), w: &mat.Dense{}, m: &mat.Dense{}}
	var ar, b mat.Dense
	ar.Mul(p.a, model.r)
	b.Mul(&ar, p.a)
	p.w.Sub(p.a, &b)
	p.m.Sub(&b, p.w)
	p.f = chol.LogDet() + mat.Trace(&ar) - model.logDet - float64(sigma.SymmetricDim())
	return p, !notFinite(p.f)
}

// factorPoint is F and its gradient at one set of loadings and residual variances.
type factorPoint struct {
	sigmaPoint
	at       factorFit
	gradient []float64 // dF/dλ = 2Wλ, then dF/dθ = diag W
}

func (p factorPoint) steepness() float64 { return largestOf(p.gradient) }

func (model factorModel) at(fit factorFit) (factorPoint, bool) {
	k := len(fit.loading)
	sigma := mat.NewSymDense(k, nil)
	for i := range k {
		for j := range i + 1 {
			sigma.SetSym(i, j, fit.loading[i]*fit.loading[j])
		}
		sigma.SetSym(i, i, fit.loading[i]*fit.loading[i]+fit.residual[i])
	}
	there, ok := model.atSigma(sigma)
	if !ok {
		return factorPoint{}, false
	}
	p := factorPoint{sigmaPoint: there, at: fit, gradient: make([]float64, 2*k)}
	p.at.f = there.f
	for i := range k {
		for j := range k {
			p.gradient[i] += 2 * p.w.At(i, j) * fit.loading[j]
		}
		p.gradient[k+i] = p.w.At(i, i)
	}
	return p, !notFinite(p.steepness())
}

// curvature returns the second derivatives of F. With D1, D2 the derivatives of Σ they are
// tr(D1 A D2 M) + tr(W d²Σ), where A = Σ⁻¹ and M = 2ARA - A; their expected values, always positive, have M = A and W = 0.
func (p factorPoint) curvature(expected bool) *mat.SymDense {
	m, w := p.m, p.w
	k := len(p.at.loading)
	if expected {
		m, w = p.a, mat.NewDense(k, k, nil)
	}
	lambda := mat.NewVecDense(k, p.at.loading)
	var v, u mat.VecDense
	v.MulVec(p.a, lambda)
	u.MulVec(m, lambda)
	c, d := mat.Dot(lambda, &v), mat.Dot(lambda, &u)
	h := mat.NewSymDense(2*k, nil)
	for i := range k {
		for j := range k {
			if j <= i {
				h.SetSym(i, j, v.AtVec(j)*u.AtVec(i)+v.AtVec(i)*u.AtVec(j)+c*m.At(i, j)+d*p.a.At(i, j)+2*w.At(i, j))
				h.SetSym(k+i, k+j, p.a.At(i, j)*m.At(i, j))
			}
			h.SetSym(i, k+j, m.At(i, j)*v.AtVec(j)+p.a.At(i, j)*u.AtVec(j))
		}
	}
	return h
}

type fitState int

const (
	notFound fitState = iota
	found
	notDetermined // a valley without a lowest place
)

// descend goes down by Newton steps where F is curved upwards, else by Fisher scoring, each halved until F falls; near the
// minimum, where F no longer shows a difference, the gradient must fall. Once, where a loading becomes large, it goes down
// by the pivot.
func descend(model factorModel, start factorFit) (factorFit, fitState) {
	here, ok := model.at(start)
	pivoted := false
	for step := 0; ok && step < mostSteps && here.steepness() >= wantedGradient; step++ {
		if largestOf(here.at.loading) > largeLoading && !pivoted {
			pivoted = true
			if pivot, rests := pivotOn(here.at).descend(model); rests {
				if fit := pivot.fit(); fit.runaway {
					return fit, found
				} else if next, ok := model.at(fit); ok {
					here = next
					continue
				}
			}
		}
		next, lower := here.step(model)
		if !lower {
			break
		}
		here = next
	}
	switch {
	case !ok || here.steepness() > flatGradient:
		return here.at, notFound
	case !here.at.heywood() && !here.determined():
		return here.at, notDetermined
	}
	return here.at, found
}

// step returns the next, lower point, or false when there is none.
func (p factorPoint) step(model factorModel) (factorPoint, bool) {
	for _, expected := range []bool{false, true} {
		direction, ok := p.direction(expected)
		if !ok {
			continue
		}
		for length := 1.0; length > 1e-10; length /= 2 {
			next, ok := model.at(p.moved(direction, length))
			if ok && (next.at.f < p.at.f-1e-14 || next.at.f < p.at.f+1e-12 && next.steepness() < 0.9*p.steepness()) {
				return next, true
			}
		}
	}
	return p, false
}

// direction solves curvature·direction = -gradient; false when the curvature is not positive.
func (p factorPoint) direction(expected bool) ([]float64, bool) {
	h := p.curvature(expected)
	if expected {
		for i := range h.SymmetricDim() {
			h.SetSym(i, i, h.At(i, i)*(1+1e-10)+1e-12)
		}
	}
	return solveDown(h, p.gradient)
}

// solveDown solves h·x = -gradient; false when h is not positive definite.
func solveDown(h *mat.SymDense, gradient []float64) ([]float64, bool) {
	var chol mat.Cholesky
	if !chol.Factorize(h) || chol.Cond() > 1e16 {
		return nil, false
	}
	var x mat.VecDense
	// The error is a warning that digits are lost, which costs steps and not the result.
	_ = chol.SolveVecTo(&x, mat.NewVecDense(len(gradient), gradient))
	x.ScaleVec(-1, &x)
	return x.RawVector().Data, true
}

func (p factorPoint) moved(direction []float64, length float64) factorFit {
	k := len(p.at.loading)
	next := factorFit{loading: make([]float64, k), residual: make([]float64, k)}
	for i := range k {
		next.loading[i] = p.at.loading[i] + length*direction[i]
		next.residual[i] = p.at.residual[i] + length*direction[k+i]
	}
	return next
}

// determined says that F rises in every direction from here, so that no other loadings fit as well.
func (p factorPoint) determined() bool {
	var eigen mat.EigenSym
	return eigen.Factorize(p.curvature(true), false) && eigen.Values(nil)[0] > 1e-9
}
