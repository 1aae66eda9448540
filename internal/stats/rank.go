package stats

import (
	"cmp"
	"math"
	"slices"
)

// round10 is v to 10 decimals (STATISTICS 8): scores that are equal but for rounding, such as 3.4-3.2 and 2.6-2.4, must tie.
// Numbers so large that a float64 has no 10 decimals stay as they are.
func round10(v float64) float64 {
	if math.Abs(v) >= 1<<53/1e10 {
		return v
	}
	return math.Round(v*1e10) / 1e10
}

// ranking is the ranks of values. They are kept doubled, so that averages of ties are whole numbers and sums are exact.
type ranking struct {
	doubled []int // twice the average rank of each value, in the order of the values
	ties    []int // sizes of the groups of equal values, of one value too
}

// rank gives average ranks to the values rounded to 10 decimals.
func rank(values []float64) ranking {
	rounded := make([]float64, len(values))
	order := make([]int, len(values))
	for i, v := range values {
		rounded[i], order[i] = round10(v), i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(rounded[a], rounded[b]) })
	r := ranking{doubled: make([]int, len(values))}
	for first := 0; first < len(order); {
		next := first + 1
		for next < len(order) && rounded[order[next]] == rounded[order[first]] {
			next++
		}
		for _, i := range order[first:next] {
			r.doubled[i] = first + 1 + next // ranks first+1 .. next
		}
		r.ties = append(r.ties, next-first)
		first = next
	}
	return r
}

// tieTerm is Σ(t³-t) over the groups of equal values.
func (r ranking) tieTerm() float64 {
	sum := 0.0
	for _, t := range r.ties {
		sum += float64(t) * float64(t-1) * float64(t+1)
	}
	return sum
}

// asFloats are the ranks themselves.
func (r ranking) asFloats() []float64 {
	ranks := make([]float64, len(r.doubled))
	for i, d := range r.doubled {
		ranks[i] = float64(d) / 2
	}
	return ranks
}

// rankZ is the normal approximation of a rank statistic: its distance from the mean in standard deviations, plain and with
// the distance made shorter by 1/2 (never past 0), and their two-sided p. All nil without variance.
func rankZ(distance, variance float64) (z, zCC, p, pCC *float64) {
	if !(variance > 0) {
		return nil, nil, nil, nil
	}
	sd := math.Sqrt(variance)
	shorter := math.Copysign(max(0, math.Abs(distance)-0.5), distance)
	return finite(distance / sd), finite(shorter / sd), finite(twoSidedZ(distance / sd)), finite(twoSidedZ(shorter / sd))
}

// mostExact is the most values for which the exact distribution of a rank statistic is counted.
const mostExact = 100
