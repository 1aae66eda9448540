package stats

import "math"

// studentizedRange is the distribution of Q = R/S: R the range of so many independent standard normals (groups >= 2), S =
// sqrt(X/df), X chi-square with df > 0. It keeps what it has computed of R, as the pairs of one analysis ask again and again;
// one goroutine may use it.
type studentizedRange struct {
	groups int
	panels [2 * widest][]float64 // Chebyshev coefficients of ln P(R >= w) on w = i/2 .. (i+1)/2
	near   float64               // logarithm of the last critical value: the next is near
	limits map[int][]float64     // Chebyshev coefficients of ln critical(1-Level, df) on ln df = i/2 .. (i+1)/2
}

func newStudentizedRange(groups int) *studentizedRange {
	return &studentizedRange{groups: groups, near: 1.2, limits: map[int][]float64{}}
}

const (
	panelNodes = 16
	widest     = 50 // P(R >= 50) is below 1e-260 for any number of groups that fits a computer
)

// upper is P(Q >= q), the mean of P(R >= q·S) over S (Tukey 1953; Copenhaver and Holland 1988), with a relative error below
// 1e-9 in the tail too. df = +Inf gives the range itself. The integral over ln S is a sum at equal steps: for a smooth
// function that falls exponentially at both ends the error falls exponentially with the step.
func (s *studentizedRange) upper(q, df float64) float64 {
	switch {
	case math.IsNaN(q) || math.IsNaN(df) || df <= 0:
		return math.NaN()
	case q <= 0:
		return 1
	case math.IsInf(q, 1):
		return 0
	case math.IsInf(df, 1):
		return s.rangeTail(q)
	}
	from, to := chiRange(df)
	from -= math.Log1p(q*q/(2*df)) / 2 // a wide q moves the weight to small S
	step := min(0.4/math.Sqrt(2*df), 0.07/math.Log(float64(s.groups)+1))
	count := math.Ceil((to - from) / step)
	sum := 0.0
	for i := 0.0; i <= count; i++ {
		y := from + i*step
		sum += math.Exp(df*chiShape(y)) * s.rangeTail(q*math.Exp(y))
	}
	return min(1, sum*step*math.Exp(chiLogTop(df)))
}

// critical is the q with P(Q >= q) = tail, 0 < tail < 1, df >= 1/2.
func (s *studentizedRange) critical(tail, df float64) float64 {
	miss := func(logQ float64) float64 { return math.Log(s.upper(math.Exp(logQ), df)) - math.Log(tail) }
	low, high := s.near-0.02, s.near+0.02
	for wider := 0.1; miss(low) < 0; wider *= 2 {
		low, high = low-wider, low
	}
	for wider := 0.1; miss(high) > 0; wider *= 2 {
		low, high = high, high+wider
	}
	s.near = solve(miss, low, high)
	return math.Exp(s.near)
}

// limit is critical(1-Level, df) for df >= 1. With hundreds of pairs, each of its own df, seeking each would take minutes;
// then it comes from a panel of ln df, which keeps eleven digits.
func (s *studentizedRange) limit(df float64) float64 {
	const fewGroups = 20
	if s.groups <= fewGroups {
		return s.critical(1-Level, df)
	}
	panel := int(2 * math.Log(df))
	if s.limits[panel] == nil {
		s.limits[panel] = fitPanel(panel, func(logDF float64) float64 { return math.Log(s.critical(1-Level, math.Exp(logDF))) })
	}
	return math.Exp(panelSum(s.limits[panel], panel, math.Log(df)))
}

// rangeTail is P(R >= w), from the panel that holds w.
func (s *studentizedRange) rangeTail(w float64) float64 {
	if w >= widest {
		return 0
	}
	panel := int(2 * w)
	if s.panels[panel] == nil {
		s.panels[panel] = fitPanel(panel, func(w float64) float64 { return math.Log(rangeAbove(w, s.groups)) })
	}
	return math.Exp(panelSum(s.panels[panel], panel, w))
}

// fitPanel interpolates f at the Chebyshev points of panel/2 .. (panel+1)/2.
func fitPanel(panel int, f func(float64) float64) []float64 {
	values := make([]float64, panelNodes)
	for j := range values {
		x := math.Cos(math.Pi * (float64(j) + 0.5) / panelNodes)
		values[j] = f(float64(panel)/2 + (x+1)/4)
	}
	coefficients := make([]float64, panelNodes)
	for m := range coefficients {
		for j, v := range values {
			coefficients[m] += 2 * v * math.Cos(math.Pi*float64(m)*(float64(j)+0.5)/panelNodes) / panelNodes
		}
	}
	coefficients[0] /= 2
	return coefficients
}

// panelSum is the interpolated value at x of the panel.
func panelSum(coefficients []float64, panel int, x float64) float64 {
	return chebyshevSum(coefficients, 4*x-2*float64(panel)-1)
}

// chebyshevSum is Σ c_m·T_m(x), -1 <= x <= 1 (Clenshaw 1955).
func chebyshevSum(c []float64, x float64) float64 {
	next, after := 0.0, 0.0
	for m := len(c) - 1; m > 0; m-- {
		next, after = c[m]+2*x*next-after, next
	}
	return c[0] + x*next - after
}

// rangeAbove is P(R >= w) = k ∫ φ(z) [Φ(z)^(k-1) - (Φ(z)-Φ(z-w))^(k-1)] dz, z the largest of k. The bracket is written as
// Φ(z)^(k-1)·(1 - (1-r)^(k-1)) with r = Φ(z-w)/Φ(z), so that a small tail is no difference of large numbers.
func rangeAbove(w float64, k int) float64 {
	const step = 0.1
	others := float64(k - 1)
	sum := 0.0
	for z := -9.0; z <= 10+w/2; z += step {
		below := normalBelow(z)
		r := normalBelow(z-w) / below
		sum += math.Exp(-z*z/2+others*math.Log(below)) * -math.Expm1(others*math.Log1p(-r))
	}
	return min(1, float64(k)*sum*step/math.Sqrt(2*math.Pi))
}
