package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// attitudes are the answers of 30 departments to 7 questions of Chatterjee & Price, Regression Analysis by Example (1977),
// section 3.7: the data set attitude of R.
var attitudes = [][]float64{
	{43, 51, 30, 39, 61, 92, 45}, {63, 64, 51, 54, 63, 73, 47}, {71, 70, 68, 69, 76, 86, 48}, {61, 63, 45, 47, 54, 84, 35},
	{81, 78, 56, 66, 71, 83, 47}, {43, 55, 49, 44, 54, 49, 34}, {58, 67, 42, 56, 66, 68, 35}, {71, 75, 50, 55, 70, 66, 41},
	{72, 82, 72, 67, 71, 83, 31}, {67, 61, 45, 47, 62, 80, 41}, {64, 53, 53, 58, 58, 67, 34}, {67, 60, 47, 39, 59, 74, 41},
	{69, 62, 57, 42, 55, 63, 25}, {68, 83, 83, 45, 59, 77, 35}, {77, 77, 54, 72, 79, 77, 46}, {81, 90, 50, 72, 60, 54, 36},
	{74, 85, 64, 69, 79, 79, 63}, {65, 60, 65, 75, 55, 80, 60}, {65, 70, 46, 57, 75, 85, 46}, {50, 58, 68, 54, 64, 78, 52},
	{50, 40, 33, 34, 43, 64, 33}, {64, 61, 52, 62, 66, 80, 41}, {53, 66, 52, 50, 63, 80, 37}, {40, 37, 42, 58, 50, 57, 49},
	{63, 54, 42, 48, 66, 75, 33}, {66, 77, 66, 63, 88, 76, 72}, {78, 75, 58, 74, 80, 78, 49}, {48, 57, 44, 45, 51, 83, 38},
	{85, 85, 71, 71, 77, 74, 55}, {82, 82, 39, 59, 64, 78, 39},
}

var attitudeNames = []string{"rating", "complaints", "privileges", "learning", "raises", "critical", "advance"}

// columnsOf turns rows of persons into columns; NaN is missing.
func columnsOf(rows [][]float64) []Column {
	columns := make([]Column, len(rows[0]))
	for j := range columns {
		columns[j] = NewColumn(len(rows))
		for i, row := range rows {
			if !notFinite(row[j]) {
				columns[j].Set(i, row[j])
			}
		}
	}
	return columns
}

// agreements are made-up answers 1 to 5 of n persons to k items that share one factor; about one in missing of them is
// not there (0: all are).
func agreements(random *rand.Rand, n, k, missing int) []Column {
	columns := make([]Column, k)
	for j := range columns {
		columns[j] = NewColumn(n)
	}
	for i := range n {
		person := random.NormFloat64()
		for j := range columns {
			answer := 3 + person*(0.4+0.08*float64(j)) + 0.8*random.NormFloat64()
			if missing == 0 || random.IntN(missing) > 0 {
				columns[j].Set(i, float64(min(max(int(answer+0.5), 1), 5)))
			}
		}
	}
	return columns
}

// closeTo fails unless got is want within the tolerance, relative above 1.
func closeTo(t *testing.T, what string, got *float64, want, tolerance float64) {
	t.Helper()
	if got == nil || !(math.Abs(*got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s: got %v, want %.12g", what, show(got), want)
	}
}
