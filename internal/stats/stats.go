// Package stats computes the statistics of answers: keyed values, scale scores, descriptives and counts.
//
// It is pure and works on columns, one variable over all persons. What is not defined (the SD of one value) is nil, never
// NaN or zero. Nothing is rounded here and nothing is hidden: both are the work of package sdc, once, at the end.
// The formulas and their numbers are those of the project's STATISTICS document.
package stats

import (
	"math"
	"slices"
)

// Level is the confidence level of every interval.
const Level = 0.95

// DefaultPercent is the share of a scale's items, in percent, that a person must have answered to get a score, unless the
// round says otherwise.
const DefaultPercent = 80

// Column is one variable over all persons. Values[i] counts only when Present[i] is true; both have the same length.
type Column struct {
	Values  []float64
	Present []bool
}

// NewColumn returns a column of n persons, all missing.
func NewColumn(n int) Column {
	return Column{Values: make([]float64, n), Present: make([]bool, n)}
}

// Set gives person i the value v.
func (c Column) Set(i int, v float64) { c.Values[i], c.Present[i] = v, true }

// Known returns the values that are present, in the order of persons.
func (c Column) Known() []float64 {
	known := make([]float64, 0, len(c.Values))
	for i, v := range c.Values {
		if c.Present[i] {
			known = append(known, v)
		}
	}
	return known
}

// Reverse turns a value of a reverse-keyed item: min + max - x (item 1). Min and max are the codebook's, never the
// observed ones.
func Reverse(x, min, max float64) float64 { return min + max - x }

// Reversed returns the column with every value turned by Reverse.
func (c Column) Reversed(min, max float64) Column {
	out := Column{Values: make([]float64, len(c.Values)), Present: slices.Clone(c.Present)}
	for i, v := range c.Values {
		if c.Present[i] {
			out.Values[i] = Reverse(v, min, max)
		}
	}
	return out
}

// Score is the mean of a person's answered keyed items, in the unit of the items: sum / answered (item 2). It is missing
// (false) unless answered*100 >= percent*items and at least one item is answered.
func Score(sum float64, answered, items, percent int) (float64, bool) {
	if answered < 1 || answered*100 < percent*items {
		return 0, false
	}
	return sum / float64(answered), true
}

// Scores returns every person's Score on a scale whose keyed items are the columns, all of one length.
func Scores(items []Column, percent int) Column {
	if len(items) == 0 {
		return Column{}
	}
	sums := make([]float64, len(items[0].Values))
	answered := make([]int, len(sums))
	for _, item := range items {
		for i, v := range item.Values {
			if item.Present[i] {
				sums[i] += v
				answered[i]++
			}
		}
	}
	scores := NewColumn(len(sums))
	for i, sum := range sums {
		if v, ok := Score(sum, answered[i], len(items), percent); ok {
			scores.Set(i, v)
		}
	}
	return scores
}

func notFinite(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

func finite(v float64) *float64 {
	if notFinite(v) {
		return nil
	}
	return &v
}

// Counts returns how many persons gave each whole value min, min+1, ..., max, and how many present values are none of
// these (outside should be 0: import rejects them). It returns nil and 0 when max < min.
func Counts(c Column, min, max int) (counts []int, outside int) {
	if max < min {
		return nil, 0
	}
	counts = make([]int, max-min+1)
	for i, v := range c.Values {
		switch {
		case !c.Present[i]:
		case v != math.Trunc(v) || v < float64(min) || v > float64(max):
			outside++
		default:
			counts[int(v)-min]++
		}
	}
	return counts, outside
}

// DistinctCounts returns how many times each distinct value occurs, the values in ascending order. Values that agree to
// 10 decimals are one value (item 8): the same score can come from different divisions. Disclosure control asks for it.
func DistinctCounts(values []float64) []int {
	sorted := make([]float64, len(values))
	for i, v := range values {
		sorted[i] = round10(v)
	}
	slices.Sort(sorted)
	var counts []int
	for i, v := range sorted {
		if i == 0 || v != sorted[i-1] {
			counts = append(counts, 0)
		}
		counts[len(counts)-1]++
	}
	return counts
}
