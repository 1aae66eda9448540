package stats

import (
	"math"
	"slices"
)

// Summary describes a set of values (item 3), in the unit of the values.
type Summary struct {
	N      int      `json:"n"`       // values counted
	Mean   *float64 `json:"mean"`    // nil when N = 0
	SD     *float64 `json:"sd"`      // divisor N-1; nil when N < 2
	SE     *float64 `json:"se"`      // SD / sqrt(N); nil when N < 2
	CILow  *float64 `json:"ci_low"`  // mean - t(.975, N-1)·SE; nil when N < 2
	CIHigh *float64 `json:"ci_high"` // mean + t(.975, N-1)·SE; nil when N < 2
}

// Describe returns the Summary of the values. Values that are not finite are left out; a figure that is too large for a
// float64 is nil.
func Describe(values []float64) Summary {
	s, _ := summarise(usable(values))
	return s
}

// summarise also returns the distances of the values from their mean.
func summarise(values []float64) (s Summary, distances []float64) {
	s.N = len(values)
	if s.N == 0 {
		return s, nil
	}
	mean, distances := centred(values)
	s.Mean = finite(mean)
	if s.N > 1 {
		sd := math.Sqrt(sumOfSquares(distances) / float64(s.N-1))
		se := sd / math.Sqrt(float64(s.N))
		s.SD, s.SE = finite(sd), finite(se)
		s.CILow, s.CIHigh = aroundT(mean, se, float64(s.N-1))
	}
	return s, distances
}

// Described is the full description of one variable (item 3), in the unit of the values. A figure that is not defined
// is nil.
type Described struct {
	Summary
	Min    *float64 `json:"min"`         // n >= 1
	Q1     *float64 `json:"q1"`          // Quantile7 at .25
	Median *float64 `json:"median"`      // Quantile7 at .5
	Q3     *float64 `json:"q3"`          // Quantile7 at .75
	Max    *float64 `json:"max"`         // n >= 1
	Skew   *float64 `json:"skew_g1_adj"` // G1, no unit; n >= 3 and some spread
	Kurt   *float64 `json:"kurt_g2_adj"` // G2, the excess over the normal curve, no unit; n >= 4 and some spread
}

// DescribeFully returns the description of the values (item 3). Values that are not finite are left out; no value at all
// gives n = 0 and nothing else.
//
// Skewness and kurtosis are those of SPSS and Excel (Joanes & Gill 1998, G1 and G2): with m_r the r-th moment about the
// mean, divisor n, G1 = sqrt(n(n-1))/(n-2) · m3/m2^1.5 and G2 = (n-1)/((n-2)(n-3)) · ((n+1)(m4/m2² - 3) + 6).
func DescribeFully(values []float64) Described {
	sorted := slices.Sorted(slices.Values(usable(values)))
	summary, distances := summarise(sorted)
	d := Described{Summary: summary}
	if d.N == 0 {
		return d
	}
	d.Min, d.Max = finite(sorted[0]), finite(sorted[d.N-1])
	d.Q1, d.Median, d.Q3 = finite(Quantile7(sorted, 0.25)), finite(Quantile7(sorted, 0.5)), finite(Quantile7(sorted, 0.75))
	d.Skew, d.Kurt = shape(sorted, distances)
	return d
}

// shape returns G1 and G2 of values whose distances from the mean are given. The distances are measured in the largest of
// them, which changes neither figure and keeps their powers within a float64.
func shape(values, distances []float64) (skew, kurt *float64) {
	largest := largestOf(distances)
	if len(values) < 3 || notFinite(largest) || constant(values) {
		return nil, nil
	}
	squares, cubes, fourths := make([]float64, len(values)), make([]float64, len(values)), make([]float64, len(values))
	for i, d := range distances {
		u := d / largest
		squares[i], cubes[i], fourths[i] = u*u, u*u*u, u*u*u*u
	}
	n := float64(len(values))
	m2, m3, m4 := sumOf(squares)/n, sumOf(cubes)/n, sumOf(fourths)/n
	skew = finite(math.Sqrt(n*(n-1)) / (n - 2) * m3 / math.Pow(m2, 1.5))
	if n > 3 {
		kurt = finite((n - 1) / ((n - 2) * (n - 3)) * ((n+1)*(m4/(m2*m2)-3) + 6))
	}
	return skew, kurt
}

// Quantile7 returns the quantile of type 7 (item 3; Hyndman & Fan 1996, the default of R) of values in ascending order:
// the value at position h = (n-1)p, counted from 0, linear between two values. p is from 0 to 1; outside it, and of no
// values, there is no quantile: NaN.
func Quantile7(sorted []float64, p float64) float64 {
	if len(sorted) == 0 || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	h := float64(len(sorted)-1) * p
	low := int(h)
	part := h - float64(low)
	if part == 0 || sorted[low] == sorted[low+1] {
		return sorted[low]
	}
	return (1-part)*sorted[low] + part*sorted[low+1]
}
