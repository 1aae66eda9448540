package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// flat is the largest distance from the mean, as a share of the largest value, that still counts as rounding: values
// that differ by no more (3.4-3.2 and 2.6-2.4) have no shape.
const flat = 1e-13

// Described is the full description of one variable (item 3), in the unit of the values. A figure that is not defined
// is nil.
type Described struct {
	N      int      `json:"n"`
	Mean   *float64 `json:"mean"`        // n >= 1
	SD     *float64 `json:"sd"`          // divisor n-1; n >= 2
	SE     *float64 `json:"se"`          // SD / sqrt(n)
	CILow  *float64 `json:"ci_low"`      // mean - t(.975, n-1)·SE
	CIHigh *float64 `json:"ci_high"`     // mean + t(.975, n-1)·SE
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
	sorted := slices.DeleteFunc(slices.Clone(values), notFinite)
	slices.Sort(sorted)
	n := len(sorted)
	d := Described{N: n}
	if n == 0 {
		return d
	}
	mean, distances := centred(sorted)
	d.Mean, d.Min, d.Max = finite(mean), finite(sorted[0]), finite(sorted[n-1])
	d.Q1, d.Median, d.Q3 = finite(Quantile7(sorted, 0.25)), finite(Quantile7(sorted, 0.5)), finite(Quantile7(sorted, 0.75))
	if n < 2 {
		return d
	}
	sd := math.Sqrt(steadySum(products(distances, distances)) / float64(n-1))
	se := sd / math.Sqrt(float64(n))
	reach := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}.Quantile((1+Level)/2) * se
	d.SD, d.SE, d.CILow, d.CIHigh = finite(sd), finite(se), finite(mean-reach), finite(mean+reach)
	d.Skew, d.Kurt = shape(sorted, distances)
	return d
}

// shape returns G1 and G2 of values whose distances from the mean are given. The distances are measured in the largest of
// them, which changes neither figure and keeps their powers within a float64.
func shape(values, distances []float64) (skew, kurt *float64) {
	largest := largestOf(distances)
	if len(values) < 3 || notFinite(largest) || largest <= flat*largestOf(values) {
		return nil, nil
	}
	squares, cubes, fourths := make([]float64, len(values)), make([]float64, len(values)), make([]float64, len(values))
	for i, d := range distances {
		u := d / largest
		squares[i], cubes[i], fourths[i] = u*u, u*u*u, u*u*u*u
	}
	n := float64(len(values))
	m2, m3, m4 := steadySum(squares)/n, steadySum(cubes)/n, steadySum(fourths)/n
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

// steadySum adds with the lost digits carried along (Neumaier 1974), so that neither the order nor the size of the
// numbers costs accuracy.
func steadySum(values []float64) float64 {
	var sum, lost float64
	for _, v := range values {
		next := sum + v
		if math.Abs(sum) >= math.Abs(v) {
			lost += (sum - next) + v
		} else {
			lost += (v - next) + sum
		}
		sum = next
	}
	return sum + lost
}

// centred returns the mean of one or more values and their distances from it. Both are counted from the first value, so
// that equal values have distances of exactly 0 and a shift of all values changes nothing else.
func centred(values []float64) (mean float64, distances []float64) {
	distances = make([]float64, len(values))
	for i, v := range values {
		distances[i] = v - values[0]
	}
	inside := steadySum(distances) / float64(len(values))
	for i := range distances {
		distances[i] -= inside
	}
	return values[0] + inside, distances
}

func products(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] * b[i]
	}
	return out
}

// largestOf returns the largest absolute value.
func largestOf(values []float64) float64 {
	largest := 0.0
	for _, v := range values {
		largest = max(largest, math.Abs(v))
	}
	return largest
}
