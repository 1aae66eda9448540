package stats

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// factorPivot is the factor model written around one item, for fits in which that item takes the factor for itself: its
// loading grows, its residual variance falls far under 0, and λ and θ lie in a long bent valley. Here the same Σ has
//
//	Σ_ii = s, Σ_ij = c_j, Σ_jl = u·c_j·c_l for the other items, and θ_j more on the diagonal
//
// with u = 1/λ_i², in which the valley is straight. A minimum at u <= 0 belongs to no loading: the model comes ever closer
// to it while λ_i goes to infinity.
type factorPivot struct {
	item  int
	u, s  float64
	c     []float64 // c[item] is not used
	theta []float64 // theta[item] is not used
}

// pivotOn writes a fit around its largest loading.
func pivotOn(fit factorFit) factorPivot {
	p := factorPivot{c: make([]float64, len(fit.loading)), theta: append([]float64(nil), fit.residual...)}
	for i, loading := range fit.loading {
		if math.Abs(loading) > math.Abs(fit.loading[p.item]) {
			p.item = i
		}
	}
	own := fit.loading[p.item]
	p.u, p.s = 1/(own*own), own*own+fit.residual[p.item]
	for j, loading := range fit.loading {
		p.c[j] = own * loading
	}
	return p
}

// fit turns the pivot back into loadings; the fit runs away when u is not above 0.
func (p factorPivot) fit() factorFit {
	if !(p.u > 1e-7) {
		return factorFit{runaway: true}
	}
	f := factorFit{loading: make([]float64, len(p.c)), residual: append([]float64(nil), p.theta...)}
	for j, c := range p.c {
		f.loading[j] = c * math.Sqrt(p.u)
	}
	f.loading[p.item], f.residual[p.item] = 1/math.Sqrt(p.u), p.s-1/p.u
	return f
}

func (p factorPivot) sigma() *mat.SymDense {
	sigma := mat.NewSymDense(len(p.c), nil)
	for j, c := range p.c {
		for l := range j {
			sigma.SetSym(j, l, p.u*c*p.c[l])
		}
		sigma.SetSym(j, j, p.u*c*c+p.theta[j])
	}
	for j, c := range p.c {
		sigma.SetSym(p.item, j, c)
	}
	sigma.SetSym(p.item, p.item, p.s)
	return sigma
}

// slopes are the derivatives of Σ: by u, by s, and by c_j and θ_j of every other item.
func (p factorPivot) slopes() []*mat.SymDense {
	k := len(p.c)
	byU, byS := mat.NewSymDense(k, nil), mat.NewSymDense(k, nil)
	byS.SetSym(p.item, p.item, 1)
	slopes := []*mat.SymDense{byU, byS}
	for j := range k {
		if j == p.item {
			continue
		}
		byC, byTheta := mat.NewSymDense(k, nil), mat.NewSymDense(k, nil)
		for l := range k {
			if l != p.item {
				byU.SetSym(j, l, p.c[j]*p.c[l])
				byC.SetSym(j, l, p.u*p.c[l])
			}
		}
		byC.SetSym(j, j, 2*p.u*p.c[j])
		byC.SetSym(j, p.item, 1)
		byTheta.SetSym(j, j, 1)
		slopes = append(slopes, byC, byTheta)
	}
	return slopes
}

// moved takes the step in the order of slopes.
func (p factorPivot) moved(step []float64, length float64) factorPivot {
	next := factorPivot{item: p.item, u: p.u + length*step[0], s: p.s + length*step[1], c: append([]float64(nil), p.c...), theta: append([]float64(nil), p.theta...)}
	at := 2
	for j := range p.c {
		if j != p.item {
			next.c[j] += length * step[at]
			next.theta[j] += length * step[at+1]
			at += 2
		}
	}
	return next
}

// descend goes down by Fisher scoring, each step halved until F or, near the minimum, the gradient falls; false when it
// does not come to rest.
func (p factorPivot) descend(model factorModel) (factorPivot, bool) {
	here, ok := model.atSigma(p.sigma())
	if !ok {
		return p, false
	}
	gradient, step := p.scoring(here)
	for range mostSteps {
		lower := false
		for length := 1.0; step != nil && length > 1e-10 && !lower; length /= 2 {
			moved := p.moved(step, length)
			next, ok := model.atSigma(moved.sigma())
			if !ok || next.f > here.f+1e-12 {
				continue
			}
			down, then := moved.scoring(next)
			if lower = next.f < here.f-1e-13 || largestOf(down) < 0.9*largestOf(gradient); lower {
				p, here, gradient, step = moved, next, down, then
			}
		}
		if !lower {
			break
		}
	}
	// That u lies under 0 is known long before the gradient is as flat as a fit's must be.
	return p, largestOf(gradient) < flatGradient || p.u < -1e-3 && largestOf(gradient) < 1e-4
}

// scoring returns the gradient tr(W·D) and the step of Fisher scoring, which solves tr(A·D1·A·D2)·step = -gradient.
func (p factorPivot) scoring(here sigmaPoint) (gradient, step []float64) {
	slopes := p.slopes()
	gradient = make([]float64, len(slopes))
	turned := make([]mat.Dense, len(slopes))
	h := mat.NewSymDense(len(slopes), nil)
	for i, slope := range slopes {
		turned[i].Mul(here.a, slope)
		gradient[i] = traceOf(here.w, slope)
		for j := range i + 1 {
			h.SetSym(i, j, traceOf(&turned[i], &turned[j]))
		}
	}
	step, _ = solveDown(h, gradient)
	return gradient, step
}

// traceOf is tr(a·b).
func traceOf(a, b mat.Matrix) float64 {
	n, _ := a.Dims()
	sum := 0.0
	for i := range n {
		for j := range n {
			sum += a.At(i, j) * b.At(j, i)
		}
	}
	return sum
}
