package stats

import (
	"math"
	"slices"
)

// MannWhitneyResult compares two groups by ranks (STATISTICS 8).
type MannWhitneyResult struct {
	N1              int      `json:"n1"`
	N2              int      `json:"n2"`
	U1              float64  `json:"U1"`               // R1 - n1(n1+1)/2: pairs in which group 1 is higher, a tie counts half
	U2              float64  `json:"U2"`               // n1·n2 - U1
	Z               *float64 `json:"z"`                // (U1 - n1·n2/2)/SD, SD² = n1·n2/12·((N+1) - Σ(t³-t)/(N(N-1))); nil when all values tie
	ZCC             *float64 `json:"z_cc"`             // the same with the distance made shorter by 1/2
	P               *float64 `json:"p"`                // two-sided, of Z
	PCC             *float64 `json:"p_cc"`             // two-sided, of ZCC
	PExact          *float64 `json:"p_exact"`          // see permutedU; nil above N = 100
	RankBiserial    *float64 `json:"rank_biserial"`    // 2·U1/(n1·n2) - 1, from -1 to 1
	ProbSuperiority *float64 `json:"prob_superiority"` // U1/(n1·n2)
	HodgesLehmann   *float64 `json:"hodges_lehmann"`   // median of all n1·n2 differences; nil above 10 million of them
}

// mostDifferences is the most differences of which a median is taken.
const mostDifferences = 10_000_000

// MannWhitney compares the values a (group 1) with b (group 2), rounded to 10 decimals (Mann and Whitney 1947; ties: Lehmann
// 1975). It refuses an empty group. Values that are not finite are left out.
func MannWhitney(a, b []float64) (MannWhitneyResult, error) {
	a, b = usable(a), usable(b)
	if len(a) == 0 || len(b) == 0 {
		return MannWhitneyResult{}, Refusal("Each group needs at least one value.")
	}
	n1, n2, n := float64(len(a)), float64(len(b)), float64(len(a)+len(b))
	ranks := rank(slices.Concat(a, b))
	sum := 0
	for _, d := range ranks.doubled[:len(a)] {
		sum += d
	}
	pairs := n1 * n2
	u1 := float64(sum)/2 - n1*(n1+1)/2
	r := MannWhitneyResult{N1: len(a), N2: len(b), U1: u1, U2: pairs - u1}
	variance := pairs / 12 * ((n + 1) - ranks.tieTerm()/(n*(n-1)))
	if len(ranks.ties) == 1 {
		variance = 0
	}
	r.Z, r.ZCC, r.P, r.PCC = rankZ(u1-pairs/2, variance)
	if len(a)+len(b) <= mostExact {
		r.PExact = finite(permutedU(ranks.doubled, len(a)))
	}
	r.RankBiserial, r.ProbSuperiority = finite(2*u1/pairs-1), finite(u1/pairs)
	if pairs <= mostDifferences {
		r.HodgesLehmann = finite(hodgesLehmann(a, b))
	}
	return r, nil
}

// permutedU is the exact two-sided p: the share, among all ways to choose the n1 members of group 1 from the (tied) ranks, of
// those whose U is at least as far from its mean n1·n2/2 as the observed U (Streitberg and Röhmel 1986). With ties the
// distribution need not be symmetric, and twice the smaller tail would be another number; without ties they agree.
func permutedU(doubled []int, n1 int) float64 {
	if rest := len(doubled) - n1; rest < n1 { // the smaller group is quicker to choose, and its sum is as far from its mean
		doubled, n1 = slices.Concat(doubled[n1:], doubled[:n1]), rest
	}
	mean, observed := n1*(len(doubled)+1), 0 // of the sum of doubled ranks
	for _, d := range doubled[:n1] {
		observed += d
	}
	ways, all := subsetSums(doubled, n1), 0.0
	extreme := 0.0
	for sum, count := range ways {
		all += count
		if abs(sum-mean) >= abs(observed-mean) {
			extreme += count
		}
	}
	return min(1, extreme/all)
}

// subsetSums counts the subsets of so many parts by their sum. The counts, at most 1e30, are floats: all are sums of positive
// numbers, so that they lose nothing that matters.
func subsetSums(parts []int, size int) []float64 {
	total := 0
	for _, part := range parts {
		total += part
	}
	ways := make([][]float64, size+1) // by members, by sum
	for members := range ways {
		ways[members] = make([]float64, total+1)
	}
	ways[0][0] = 1
	reached := 0
	for _, part := range parts {
		for members := size; members > 0; members-- {
			without, with := ways[members-1], ways[members]
			for sum := reached; sum >= 0; sum-- {
				with[sum+part] += without[sum]
			}
		}
		reached += part
	}
	return ways[size]
}

func abs(v int) int { return max(v, -v) }

// hodgesLehmann is the median of all differences of a value of a and a value of b (Hodges and Lehmann 1963). It does not make
// them: with both sorted, the differences up to a limit are counted in one walk, and the limit is halved in.
func hodgesLehmann(a, b []float64) float64 {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	pairs := len(a) * len(b)
	low := nthDifference(a, b, (pairs+1)/2)
	if pairs%2 == 1 {
		return low
	}
	return low + (nthDifference(a, b, pairs/2+1)-low)/2
}

// nthDifference is the nth smallest difference of the sorted a and b, n from 1. It halves the whole numbers that stand for
// the floats in their order, so that it ends after 64 walks at a difference itself.
func nthDifference(a, b []float64, n int) float64 {
	low, high := inOrder(a[0]-b[len(b)-1]), inOrder(a[len(a)-1]-b[0])
	for low < high {
		middle := low + (high-low)/2
		if differencesUpTo(a, b, fromOrder(middle)) >= n {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return fromOrder(low)
}

// differencesUpTo counts the differences of the sorted a and b that are at most limit.
func differencesUpTo(a, b []float64, limit float64) int {
	count, from := 0, 0 // b[from:] are near enough to a[i], and to no smaller set for a larger one
	for _, v := range a {
		for from < len(b) && v-b[from] > limit {
			from++
		}
		count += len(b) - from
	}
	return count
}

// inOrder maps floats to whole numbers in the same order; fromOrder goes back.
func inOrder(v float64) uint64 {
	bits := math.Float64bits(v)
	if bits>>63 == 1 {
		return ^bits
	}
	return bits | 1<<63
}

func fromOrder(key uint64) float64 {
	if key>>63 == 1 {
		return math.Float64frombits(key &^ (1 << 63))
	}
	return math.Float64frombits(^key)
}
