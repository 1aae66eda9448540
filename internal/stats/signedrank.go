package stats

import "math"

// SignedRankResult is Wilcoxon's test of matched persons (STATISTICS 8): differences post - pre, rounded to 10 decimals,
// without the zeros.
type SignedRankResult struct {
	NPairs       int      `json:"n_pairs"`
	NUsed        int      `json:"n_used"` // differences that are not 0
	NZero        int      `json:"n_zero"`
	WPlus        float64  `json:"W_plus"`        // sum of the ranks of |d| where d > 0
	WMinus       float64  `json:"W_minus"`       // where d < 0
	Z            *float64 `json:"z"`             // (W+ - n(n+1)/4)/SD, SD² = n(n+1)(2n+1)/24 - Σ(t³-t)/48; nil when n_used = 0
	ZCC          *float64 `json:"z_cc"`          // the same with the distance made shorter by 1/2
	P            *float64 `json:"p"`             // two-sided, of Z
	PCC          *float64 `json:"p_cc"`          // two-sided, of ZCC
	PExact       *float64 `json:"p_exact"`       // see permutedW; nil when n_used is 0 or above 100
	RankBiserial *float64 `json:"rank_biserial"` // (W+ - W-)/(W+ + W-), from -1 to 1; nil when n_used = 0
	RZSqrtN      *float64 `json:"r_z_sqrt_n"`    // Z/sqrt(n_used)
}

// SignedRank compares pre and post of those who have both (Wilcoxon 1945; Pratt's zeros are not used). It refuses when nobody
// has both, and columns of different length.
func SignedRank(pre, post Column) (SignedRankResult, error) {
	before, after, err := together(pre, post)
	if err != nil {
		return SignedRankResult{}, err
	}
	if len(before) == 0 {
		return SignedRankResult{}, Refusal("Nobody has both values.")
	}
	var sizes []float64
	var up []bool
	for i := range before {
		if d := round10(after[i] - before[i]); d != 0 && !notFinite(d) {
			sizes, up = append(sizes, math.Abs(d)), append(up, d > 0)
		}
	}
	r := SignedRankResult{NPairs: len(before), NUsed: len(sizes), NZero: len(before) - len(sizes)}
	if r.NUsed == 0 {
		return r, nil
	}
	r.fill(rank(sizes), up)
	return r, nil
}

func (r *SignedRankResult) fill(ranks ranking, up []bool) {
	plus, minus := 0, 0 // doubled
	for i, d := range ranks.doubled {
		if up[i] {
			plus += d
		} else {
			minus += d
		}
	}
	n := float64(r.NUsed)
	r.WPlus, r.WMinus = float64(plus)/2, float64(minus)/2
	r.Z, r.ZCC, r.P, r.PCC = rankZ(r.WPlus-n*(n+1)/4, n*(n+1)*(2*n+1)/24-ranks.tieTerm()/48)
	if r.NUsed <= mostExact {
		r.PExact = finite(permutedW(ranks.doubled, plus))
	}
	r.RankBiserial = finite(float64(plus-minus) / float64(plus+minus))
	if r.Z != nil {
		r.RZSqrtN = finite(*r.Z / math.Sqrt(n))
	}
}

// permutedW is the exact two-sided p: the share, among all 2^n ways to give signs to the (tied) ranks, of those whose W+ is
// at least as far from its mean as the observed. The distribution is symmetric, so this is twice the smaller tail, at most 1.
func permutedW(doubled []int, plus int) float64 {
	total := 0
	for _, d := range doubled {
		total += d
	}
	share := make([]float64, total+1) // of the ways, by the sum of doubled ranks
	share[0] = 1
	reached := 0
	for _, d := range doubled {
		for sum := reached; sum >= 0; sum-- {
			half := share[sum] / 2
			share[sum] = half
			share[sum+d] += half
		}
		reached += d
	}
	p := 0.0
	for sum, s := range share {
		if abs(2*sum-total) >= abs(2*plus-total) {
			p += s
		}
	}
	return min(1, p)
}
