// Package sdc is disclosure control: it decides which figures of a group may be published and how exactly, and makes
// groups of people large enough before a sealed ballot begins.
//
// What is published of a campaign is decided by Suppress for all its tables together; doc/disclosure.md tells how.
//
// It is pure and knows nothing of surveys. A group that may not show a figure shows one neutral mark whatever the reason
// (rule D3), so nothing here tells the reader why. Names of rules (D8, D9) are those of the project's DISCLOSURE document.
package sdc

import "math"

// Group sizes from which more may be told. A round may raise the first two, never lower them.
const (
	LeastGroup     = 5  // under it nothing is shown, not even n
	LeastFull      = 10 // from it means, distributions and SD; under it only the placing against the county
	LeastQuartiles = 20 // from it quartiles and median, and a second decimal
)

// Band is how much a group of some size may show at all.
type Band int

// The bands, each showing more than the one before.
const (
	Nothing Band = iota // no result, no n
	Placing             // below, near or above the level of the whole
	Full                // means and distributions, as far as D8 allows
)

// BandOf returns the band of a group of n persons in a round whose limits are least and full. Limits below LeastGroup,
// and a full below least, are raised.
func BandOf(n, least, full int) Band {
	least = max(least, LeastGroup)
	switch {
	case n < least:
		return Nothing
	case n < max(full, least):
		return Placing
	}
	return Full
}

// Uniform reports whether all, or all but one, gave the same answer (D8). Counts are the persons by class or by distinct
// value. A group of fewer than two persons is uniform.
func Uniform(counts []int) bool {
	total, largest := 0, 0
	for _, c := range counts {
		total += c
		largest = max(largest, c)
	}
	return largest >= total-1
}

// DistributionAllowed reports whether the shares of n persons by class may be shown (D8). Counts that do not add up to n
// are refused.
func DistributionAllowed(n int, counts []int) bool {
	total := 0
	for _, c := range counts {
		if c < 0 {
			return false
		}
		total += c
	}
	return n >= LeastGroup && total == n && !Uniform(counts)
}

// MeanAllowed reports whether the mean of n persons on the scale low..high may be shown (D8). Counts are the persons by
// distinct value (all but one alike is refused). The mean must leave two persons' worth off either end of the scale:
// n·(high-mean) >= 2 and n·(mean-low) >= 2 for every mean that would be published as the same figure, so that the figure
// with its decimals, Decimals(n), is safe too.
func MeanAllowed(n int, counts []int, mean, low, high float64) bool {
	if !DistributionAllowed(n, counts) {
		return false
	}
	published, half := Round(mean, Decimals(n)), math.Pow10(-Decimals(n))/2
	const tiny = 1e-9 // the limit itself is allowed, and 4.6 is not exact in binary
	need := 2/float64(n) - tiny
	return high-(published+half) >= need && (published-half)-low >= need
}

// SDAllowed reports whether the SD may be shown beside the mean: where the mean may, from 10 persons on (D9).
func SDAllowed(n int, counts []int, mean, low, high float64) bool {
	return n >= LeastFull && MeanAllowed(n, counts, mean, low, high)
}

// QuartilesAllowed reports whether quartiles and median may be shown: from 20 persons on (D9), unless the group is
// uniform.
func QuartilesAllowed(n int, counts []int) bool {
	return n >= LeastQuartiles && DistributionAllowed(n, counts)
}

// AmountAllowed reports whether a mean or total of amounts (hours, years; all >= 0) of n persons may be shown: what is
// left without the two largest must be at least 10 % of the largest (D8).
func AmountAllowed(n int, total, largest, second float64) bool {
	return n >= LeastGroup && largest > 0 && (total-largest-second)*10 >= largest
}

// Decimals is the number of decimals of a mean or SD of n persons: 1 under 20, else 2 (D9).
func Decimals(n int) int {
	if n < LeastQuartiles {
		return 1
	}
	return 2
}

// Percent is x of n as a whole percent, rounded half away from zero from the exact ratio (D9); 0 when n < 1. The shares of
// one distribution may add up to a little more or less than 100.
func Percent(x, n int) int {
	if n < 1 {
		return 0
	}
	if x < 0 {
		return -Percent(-x, n)
	}
	return (200*x + n) / (2 * n)
}

// Mean is sum/n rounded half away from zero to Decimals(n), computed from whole numbers and so exact (D9); 0 when n < 1.
func Mean(sum, n int) float64 {
	if n < 1 {
		return 0
	}
	if sum < 0 {
		return -Mean(-sum, n)
	}
	unit := 10
	if Decimals(n) == 2 {
		unit = 100
	}
	return float64((2*unit*sum+n)/(2*n)) / float64(unit)
}

// Round rounds v half away from zero. A v within 1e-9 of a half is taken as the half: it stands for a decimal or a
// fraction that binary can't hold (2.675). It is for figures that no whole numbers lead to; a figure is rounded once.
func Round(v float64, decimals int) float64 {
	unit := math.Pow10(decimals)
	return math.Round(v*unit+math.Copysign(1e-9, v)) / unit
}
