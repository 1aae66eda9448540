package stats

import (
	"math"
	"slices"
)

// sample is what tests of means need of a set of values: their number, mean, and sum of squared distances from the mean.
type sample struct {
	n        int
	mean, ss float64
}

// sampleOf counts from the first value and sums with a carry, so that values far from 0 lose nothing: the mean is
// v1 + Σ(v-v1)/n, ss = Σ(v-mean)² less what rounding left in the mean (Chan, Golub and LeVeque 1983).
// Values that differ by rounding only have ss 0, else a constant would have a huge t.
func sampleOf(values []float64) sample {
	return sampleWithin(values, largest(values))
}

// sampleWithin is sampleOf for values that were computed from numbers as large as scale.
func sampleWithin(values []float64, scale float64) sample {
	s := sample{n: len(values)}
	if s.n == 0 {
		return s
	}
	var sum carrySum
	for _, v := range values {
		sum.add(v - values[0])
	}
	shift := sum.total() / float64(s.n)
	var squares, rest carrySum
	for _, v := range values {
		d := v - values[0] - shift
		squares.add(d * d)
		rest.add(d)
	}
	s.mean = values[0] + shift
	s.ss = max(0, squares.total()-rest.total()*rest.total()/float64(s.n))
	if noise := 10 * epsilon * scale; s.ss <= noise*noise*float64(s.n) {
		s.ss = 0
	}
	if math.IsInf(s.ss, 1) { // too large to say anything: a t with it would be 0
		s.ss = math.NaN()
	}
	return s
}

// epsilon is the distance from 1 to the next float64.
const epsilon = 0x1p-52

func largest(values []float64) float64 {
	most := 0.0
	for _, v := range values {
		most = max(most, math.Abs(v))
	}
	return most
}

// variance has divisor n-1; it is NaN for fewer than two values.
func (s sample) variance() float64 {
	if s.n < 2 {
		return math.NaN()
	}
	return s.ss / float64(s.n-1)
}

func (s sample) sd() float64 { return math.Sqrt(s.variance()) }

// carrySum adds numbers and keeps what each addition rounds away (Neumaier 1974).
type carrySum struct{ sum, carry float64 }

func (c *carrySum) add(v float64) {
	next := c.sum + v
	if math.Abs(c.sum) >= math.Abs(v) {
		c.carry += (c.sum - next) + v
	} else {
		c.carry += (v - next) + c.sum
	}
	c.sum = next
}

func (c *carrySum) total() float64 { return c.sum + c.carry }

// usable returns the values without those that are not finite.
func usable(values []float64) []float64 {
	if !slices.ContainsFunc(values, notFinite) {
		return values
	}
	return slices.DeleteFunc(slices.Clone(values), notFinite)
}

// has tells whether person i has a finite value.
func (c Column) has(i int) bool { return c.Present[i] && !notFinite(c.Values[i]) }

// together returns the values of those who have both.
func together(x, y Column) (xs, ys []float64, err error) {
	if len(x.Values) != len(y.Values) {
		return nil, nil, Refusal("The two columns do not have the same number of rows.")
	}
	for i := range x.Values {
		if x.has(i) && y.has(i) {
			xs, ys = append(xs, x.Values[i]), append(ys, y.Values[i])
		}
	}
	return xs, ys, nil
}

// GroupMeanResult is the mean of one group (STATISTICS 3), in the unit of the values.
type GroupMeanResult struct {
	N      int      `json:"n"`
	Mean   *float64 `json:"mean"`    // nil when N = 0
	SD     *float64 `json:"sd"`      // divisor N-1; nil when N < 2
	SE     *float64 `json:"se"`      // SD/sqrt(N); nil when N < 2
	CILow  *float64 `json:"ci_low"`  // Mean - t(.975, N-1)·SE; nil when N < 2
	CIHigh *float64 `json:"ci_high"` // Mean + t(.975, N-1)·SE; nil when N < 2
}

// GroupMean describes one group. Values that are not finite are left out; nothing is refused.
func GroupMean(values []float64) GroupMeanResult {
	s := sampleOf(usable(values))
	r := GroupMeanResult{N: s.n}
	if s.n > 0 {
		r.Mean = finite(s.mean)
	}
	if s.n > 1 {
		se := s.sd() / math.Sqrt(float64(s.n))
		r.SD, r.SE = finite(s.sd()), finite(se)
		r.CILow, r.CIHigh = aroundT(s.mean, se, float64(s.n-1))
	}
	return r
}
