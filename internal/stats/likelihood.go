package stats

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// likelihood is that of a logistic model as a function of theta, where the log odds are q·theta.
type likelihood struct {
	q   blas64.General
	y   []float64 // 0 or 1
	eta []float64 // log odds at the last theta
}

// peak is the place of the largest likelihood, perhaps with one coefficient fixed.
type peak struct {
	theta  []float64
	loglik float64
	root   blas64.Triangular // upper; rootᵀ·root is the information matrix at theta
	slope  float64           // of loglik as the fixed coefficient grows
}

// logLikelihood is Σ log P(y) and sets the log odds: -log(1+e^-η) for a yes, -log(1+e^η) for a no.
func (l *likelihood) logLikelihood(theta []float64) float64 {
	blas64.Gemv(blas.NoTrans, 1, l.q, vector(theta), 0, vector(l.eta))
	var sum doubled
	for i, eta := range l.eta {
		if l.y[i] == 1 {
			eta = -eta
		}
		sum.add(-max(0, eta) - math.Log1p(math.Exp(-math.Abs(eta))))
	}
	return sum.value()
}

// climb finds the peak by iteratively reweighted least squares (Newton), halving steps that lower the likelihood. With fixed,
// only along steps that leave fixed·theta as it is. It stops when a step is under 1e-12 standard errors long, or under 1e-9 and
// rounding keeps it there; it is false when neither happens.
func (l *likelihood) climb(theta, fixed []float64) (peak, bool) {
	p := peak{theta: append([]float64{}, theta...)}
	p.loglik = l.logLikelihood(p.theta)
	last := math.Inf(1)
	for range 200 {
		step := l.newton(&p, fixed)
		length := blas64.Nrm2(vector(multiply(p.root, step)))
		if notFinite(length) {
			return p, false
		}
		if length <= 1e-12 || length <= 1e-9 && length >= last {
			blas64.Axpy(1, vector(step), vector(p.theta))
			p.loglik = l.logLikelihood(p.theta)
			return p, true
		}
		last = length
		if !l.advance(&p, step) {
			return p, false
		}
	}
	return p, false
}

// advance takes the longest of step, step/2, step/4 ... that does not lower the likelihood beyond rounding.
func (l *likelihood) advance(p *peak, step []float64) bool {
	next := make([]float64, len(step))
	for share := 1.0; share > 1e-12; share /= 2 {
		for j := range next {
			next[j] = p.theta[j] + share*step[j]
		}
		if loglik := l.logLikelihood(next); loglik >= p.loglik-1e-12*(1+math.Abs(p.loglik)) {
			copy(p.theta, next)
			p.loglik = loglik
			return true
		}
	}
	return false
}

// newton returns the step from p.theta and sets the information and the slope there. The step is the least squares solution of
// sqrt(w)·q·step = (y-μ)/sqrt(w), w = μ(1-μ), by QR; y-μ and w are taken from the small side, so that they keep their digits when
// μ is nearly 0 or 1.
func (l *likelihood) newton(p *peak, fixed []float64) []float64 {
	n, m := l.q.Rows, l.q.Cols
	weighted := blas64.General{Rows: n, Cols: m, Stride: m, Data: make([]float64, n*m)}
	errors := make([]float64, n)
	for i := range n {
		small := math.Exp(-math.Abs(l.eta[i]))
		root := max(math.Sqrt(small)/(1+small), tooSmall)
		if sure := l.eta[i] > 0; sure == (l.y[i] == 1) {
			errors[i] = small / (1 + small) / root
		} else {
			errors[i] = 1 / (1 + small) / root
		}
		if l.y[i] == 0 {
			errors[i] = -errors[i]
		}
		for j, v := range row(l.q, i) {
			weighted.Data[i*m+j] = v * root
		}
	}
	q, r := orthogonal(weighted)
	p.root = r
	step := make([]float64, m)
	blas64.Gemv(blas.Trans, 1, q, vector(errors), 0, vector(step))
	backSolve(r, blas.NoTrans, step)
	if fixed != nil {
		p.slope = p.hold(step, fixed)
	}
	return step
}

// hold takes out of the step what would change fixed·theta, and returns the multiplier: at the peak the slope of the
// log-likelihood in fixed·theta.
func (p *peak) hold(step, fixed []float64) float64 {
	along, variance := p.along(fixed)
	slope := dot(fixed, step) / variance
	blas64.Axpy(-slope, vector(along), vector(step))
	moveTo(0, step, fixed)
	return slope
}

// moveTo brings fixed·theta to the target by the shortest way. Only rounding is left to correct, but it adds up when the
// information is nearly singular.
func moveTo(target float64, theta, fixed []float64) {
	blas64.Axpy((target-dot(fixed, theta))/dot(fixed, fixed), vector(fixed), vector(theta))
}

// along returns information⁻¹·fixed, the direction in which fixed·theta grows at the least cost, and the variance of
// fixed·theta.
func (p *peak) along(fixed []float64) ([]float64, float64) {
	along := append([]float64{}, fixed...)
	backSolve(p.root, blas.Trans, along)
	variance := dot(along, along)
	backSolve(p.root, blas.NoTrans, along)
	return along, variance
}

// profileLimit is where the coefficient fixed·theta has lost 1.96²/2 of the log-likelihood, with all others free: the lower (side
// -1) or upper (1) limit of the 95 % interval by the likelihood ratio (Venzon and Moolgavkar 1988, Applied Statistics 37). The search
// goes outward from the Wald limit until it has passed the limit, then closes in by Newton steps on
//
//	z(d) = sqrt(2·(loglik at the peak - loglik with the coefficient d standard errors away))
//
// which grows with d, and nearly like d. Steps that leave the bracket are replaced by its middle. It is nil when there is no such place,
// which rounding alone can bring about when the data overlap.
func (l *likelihood) profileLimit(top peak, fixed []float64, side float64) *float64 {
	_, variance := top.along(fixed)
	b, se := dot(fixed, top.theta), math.Sqrt(variance)
	inside, outside, goal := 0.0, math.Inf(1), z975
	here, from, d := top, 0.0, goal
	for range 100 {
		along, v := here.along(fixed)
		start := append([]float64{}, here.theta...)
		blas64.Axpy((d-from)*side*se/v, vector(along), vector(start))
		moveTo(b+side*d*se, start, fixed)
		at, ok := l.climb(start, fixed)
		if !ok { // So far out that every row is all but certain: nothing is left to climb by.
			outside, d = d, (inside+d)/2
			continue
		}
		here, from = at, d
		z := math.Sqrt(max(0, 2*(top.loglik-at.loglik)))
		if z < goal {
			inside = d
		} else {
			outside = d
		}
		next := nextDistance(d, d+(goal-z)*z/(-at.slope*side*se), inside, outside)
		if math.Abs(next-d) <= 1e-10*d {
			return finite(b + side*next*se)
		}
		d = next
	}
	return nil
}

// nextDistance is the proposed distance if it lies in the bracket (and at most twice as far out while nothing is outside).
func nextDistance(d, proposed, inside, outside float64) float64 {
	switch {
	case math.IsInf(outside, 1):
		if proposed > d && proposed < 2*d {
			return proposed
		}
		return 2 * d
	case proposed >= inside && proposed <= outside:
		return proposed
	}
	return (inside + outside) / 2
}

// multiply returns r·v.
func multiply(r blas64.Triangular, v []float64) []float64 {
	out := append([]float64{}, v...)
	blas64.Trmv(blas.NoTrans, r, vector(out))
	return out
}
