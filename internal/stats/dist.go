package stats

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// z975 is the .975 quantile of the standard normal distribution.
const z975 = 1.959963984540054

// twoSidedZ is P(|Z| >= |z|) of a standard normal Z.
func twoSidedZ(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// normalBelow is P(Z <= z) of a standard normal Z, accurate in both tails.
func normalBelow(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// twoSidedT is P(|T| >= |t|), T by Student's distribution with df > 0. It asks for the lower tail: the upper one would be
// the difference of nearly equal numbers.
func twoSidedT(t, df float64) float64 {
	if math.IsInf(t, 0) {
		return 0
	}
	return 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.CDF(-math.Abs(t))
}

// testT is t = estimate/se with its two-sided p; both nil when t is not finite.
func testT(estimate, se, df float64) (t, p *float64) {
	if t = finite(estimate / se); t != nil {
		p = finite(twoSidedT(*t, df))
	}
	return t, p
}

// testF gives F and its upper tail; both nil when F is not finite.
func testF(f, df1, df2 float64) (statistic, p *float64) {
	if notFinite(f) || notFinite(df2) {
		return nil, nil
	}
	return finite(f), finite(upperF(f, df1, df2))
}

// aroundT is centre ± t(.975, df)·se.
func aroundT(centre, se, df float64) (low, high *float64) {
	reach := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: df}.Quantile((1+Level)/2) * se
	return finite(centre - reach), finite(centre + reach)
}

// upperF is P(F >= f), the lower tail of the beta distribution of d2/(d2+d1·F), which keeps small p exact. It is NaN where f
// is.
func upperF(f, d1, d2 float64) float64 {
	switch {
	case math.IsNaN(f) || math.IsNaN(d2):
		return math.NaN()
	case f <= 0:
		return 1
	}
	return mathext.RegIncBeta(d2/2, d1/2, d2/(d2+d1*f))
}

// upperChi2 is P(X >= x), X chi-square with df > 0.
func upperChi2(x, df float64) float64 {
	p := distuv.ChiSquared{K: df}.Survival(x)
	if math.IsNaN(p) && x > df { // gonum's answer where the tail is below any float64
		return 0
	}
	return p
}

// stirling is what Stirling's formula misses: lnΓ(a) - ((a-1/2)ln a - a + ln(2π)/2), for a > 0 (Abramowitz and Stegun
// 6.1.41). Differences of lnΓ for large a go through it, as lnΓ itself has too few digits left.
func stirling(a float64) float64 {
	if a < 10 {
		log, _ := math.Lgamma(a)
		return log - ((a-0.5)*math.Log(a) - a + math.Log(2*math.Pi)/2)
	}
	x := 1 / (a * a)
	return (1.0/12 - x*(1.0/360-x*(1.0/1260-x*(1.0/1680-x*(1.0/1188-x*691/360360))))) / a
}

// chiLogTop is the highest log density, at y = 0, of Y = ln S, S = sqrt(X/df), X chi-square with df: the S that divides a
// normal to make a t. In Y the density is smooth, log-concave and falls at least exponentially, for every df from 1/2 to 1e7.
// ln f(y) = ln2 + ln(a)/2 - ln(2π)/2 - stirling(a) + df·chiShape(y), a = df/2.
func chiLogTop(df float64) float64 {
	return math.Ln2 + math.Log(df/2)/2 - math.Log(2*math.Pi)/2 - stirling(df/2)
}

// chiShape is y - (e^(2y)-1)/2; near 0 by its series -Σ 2^(m-1)·y^m/m!, m = 2, 3, ..., as the difference cancels there.
func chiShape(y float64) float64 {
	if math.Abs(y) > 0.1 {
		return y - math.Expm1(2*y)/2
	}
	sum, term := 0.0, y
	for m := 2; m <= 16; m++ {
		term *= 2 * y / float64(m)
		sum -= term
	}
	return sum
}

// chiRange is where the log density is above its top less drop: of what is left outside, about e^-drop.
func chiRange(df, drop float64) (from, to float64) {
	reach := math.Sqrt(drop / df)
	return -2*reach - drop/df, reach
}

// integrate is ∫f from..to for a smooth f, halving the range until Gauss's rule on the halves agrees with the whole within
// tolerance. Fourteen halvings are the end: where rounding alone is above the tolerance there would be none.
func integrate(f func(float64) float64, from, to, tolerance float64) float64 {
	return halved(f, from, to, gauss(f, from, to), tolerance, 14)
}

func halved(f func(float64) float64, from, to, whole, tolerance float64, depth int) float64 {
	middle := from + (to-from)/2
	left, right := gauss(f, from, middle), gauss(f, middle, to)
	if depth == 0 || !(math.Abs(left+right-whole) > tolerance) { // NaN ends it too
		return left + right
	}
	return halved(f, from, middle, left, tolerance, depth-1) + halved(f, middle, to, right, tolerance, depth-1)
}

func gauss(f func(float64) float64, from, to float64) float64 {
	if from >= to {
		return 0
	}
	return quad.Fixed(f, from, to, 16, quad.Legendre{}, 0)
}

// solve returns the x in low..high where f is 0; f(low) and f(high) have different signs. It is the Illinois method (Dowell
// and Jarratt 1971): the chord's zero, with half the weight for an end that stays twice; every fourth step halves the range,
// so that it ends for any f.
func solve(f func(float64) float64, low, high float64) float64 {
	atLow, atHigh := f(low), f(high)
	last, moved := low, 0
	for step := 1; step <= 200; step++ {
		x := low - atLow*(high-low)/(atHigh-atLow)
		if step%4 == 0 || !(x > low && x < high) {
			x = low + (high-low)/2
		}
		at := f(x)
		if at == 0 || math.Abs(x-last) <= 1e-12*(math.Abs(x)+1e-3) { // the next step would be far smaller still
			return x
		}
		last = x
		if (at < 0) == (atLow < 0) {
			low, atLow = x, at
			if moved < 0 {
				atHigh /= 2
			}
			moved = -1
		} else {
			high, atHigh = x, at
			if moved > 0 {
				atLow /= 2
			}
			moved = 1
		}
	}
	return last
}
