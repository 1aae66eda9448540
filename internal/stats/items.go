package stats

import (
	"math"
	"strconv"
)

// widestCount is the most whole numbers that DescribeItem counts one by one; a column with a wider range is no item of a
// questionnaire.
const widestCount = 100_000

// ItemDescription describes the raw answers to one item, in the unit of the answers.
type ItemDescription struct {
	N       int            `json:"n"`       // persons with a value
	Missing int            `json:"missing"` // persons without
	Mean    *float64       `json:"mean"`    // nil when n = 0
	SD      *float64       `json:"sd"`      // divisor n-1; nil when n < 2
	Min     *float64       `json:"min"`     // smallest value that occurs
	Max     *float64       `json:"max"`     // largest value that occurs
	Counts  map[string]int `json:"counts"`  // persons by whole number from the codebook's min to its max; nil when it has none
}

// DescribeItem describes a column of raw answers (item 3). min and max are the codebook's; without one of them, and when
// they span more than 100,000 numbers, there are no counts. A value that is not finite counts as missing; a value that is
// no whole number has no count.
func DescribeItem(c Column, min, max *float64) ItemDescription {
	all := DescribeFully(c.Known())
	d := ItemDescription{N: all.N, Missing: len(c.Values) - all.N, Mean: all.Mean, SD: all.SD, Min: all.Min, Max: all.Max}
	if min == nil || max == nil || notFinite(*min) || notFinite(*max) || !(*max-*min < widestCount) || math.Abs(*min) > 1e15 {
		return d
	}
	counts, _ := Counts(c, int(math.Ceil(*min)), int(math.Floor(*max)))
	d.Counts = map[string]int{}
	for i, count := range counts {
		d.Counts[strconv.Itoa(int(math.Ceil(*min))+i)] = count
	}
	return d
}

// CompleteCases returns how many persons have a value for any of the items, and how many for all of them. Without items
// nobody has. The columns have one length.
func CompleteCases(items []Column) (any, complete int) {
	if len(items) == 0 {
		return 0, 0
	}
	for i := range items[0].Values {
		known := 0
		for _, item := range items {
			if item.Present[i] {
				known++
			}
		}
		if known > 0 {
			any++
		}
		if known == len(items) {
			complete++
		}
	}
	return any, complete
}
