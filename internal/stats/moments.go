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

// sampleOf takes the mean and ss = Σ(v-mean)² less what rounding left in the mean (Chan, Golub and LeVeque 1983). Values that
// differ by rounding only have ss 0, else a constant would have a huge t.
func sampleOf(values []float64) sample {
	return sampleWithin(values, largestOf(values))
}

// sampleWithin is sampleOf for values that were computed from numbers as large as scale.
func sampleWithin(values []float64, scale float64) sample {
	s := sample{n: len(values)}
	if s.n == 0 {
		return s
	}
	mean, distances := centred(values)
	rest := sumOf(distances)
	s.mean = mean
	s.ss = max(0, sumOfSquares(distances)-rest*rest/float64(s.n))
	if noise := rounding * scale; s.ss <= noise*noise*float64(s.n) {
		s.ss = 0
	}
	if math.IsInf(s.ss, 1) { // too large to say anything: a t with it would be 0
		s.ss = math.NaN()
	}
	return s
}

// centred returns the mean of one or more values and their distances from it. Both are counted from the first value, so
// that equal values have distances of exactly 0 and a shift of all values changes nothing else.
func centred(values []float64) (mean float64, distances []float64) {
	distances = make([]float64, len(values))
	for i, v := range values {
		distances[i] = v - values[0]
	}
	inside := sumOf(distances) / float64(len(values))
	for i := range distances {
		distances[i] -= inside
	}
	return values[0] + inside, distances
}

// epsilon is the distance from 1 to the next float64.
const epsilon = 0x1p-52

// rounding is how far apart values may be, as a share of the largest, and still be one value: differences of scores that are
// equal on paper (3.4-3.2 and 2.6-2.4) differ by less.
const rounding = 100 * epsilon

// constant tells whether one or more values are one value but for rounding.
func constant(values []float64) bool {
	low, high := slices.Min(values), slices.Max(values)
	return high-low <= max(tooSmall, rounding*max(math.Abs(low), math.Abs(high)))
}

// largestOf returns the largest absolute value.
func largestOf(values []float64) float64 {
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
	columns := []Column{x, y}
	if err := sameLength(columns); err != nil {
		return nil, nil, err
	}
	both, _ := completeValues(columns)
	return both[0], both[1], nil
}
