package stats

import (
	"math"
	"slices"
)

// Correlation is how two columns go together (STATISTICS 11), over the rows that have both. Coefficients are from -1 to 1.
// Intervals need four rows and a coefficient that is not -1 or 1; t is nil at -1 and 1, where it has no end, and p is 0.
type Correlation struct {
	N                  int      `json:"n"`
	Pearson            *float64 `json:"pearson"`
	PearsonT           *float64 `json:"pearson_t"` // r·sqrt(df/(1-r²))
	PearsonDF          *float64 `json:"pearson_df"`
	PearsonP           *float64 `json:"pearson_p"`
	PearsonCILow       *float64 `json:"pearson_ci_low"` // tanh(atanh r ± z·SE), SE 1/sqrt(n-3) (Fisher 1921)
	PearsonCIHigh      *float64 `json:"pearson_ci_high"`
	Spearman           *float64 `json:"spearman"` // Pearson's of the average ranks of values to 10 decimals
	SpearmanT          *float64 `json:"spearman_t"`
	SpearmanP          *float64 `json:"spearman_p"` // by t with n-2
	SpearmanFisherLow  *float64 `json:"spearman_fisher_low"`
	SpearmanFisherHigh *float64 `json:"spearman_fisher_high"`
	SpearmanBWLow      *float64 `json:"spearman_bw_low"` // SE sqrt((1+ρ²/2)/(n-3)) (Bonett and Wright 2000)
	SpearmanBWHigh     *float64 `json:"spearman_bw_high"`
	KendallTauB        *float64 `json:"kendall_tau_b"` // (C-D)/sqrt((pairs-ties of x)(pairs-ties of y)) (Kendall 1945)
}

// Correlate refuses fewer than three rows with both, a column that does not vary, and columns of different length.
func Correlate(x, y Column) (Correlation, error) {
	xs, ys, err := together(x, y)
	switch {
	case err != nil:
		return Correlation{}, err
	case len(xs) < 3:
		return Correlation{}, Refusal("Fewer than three rows have both values.")
	case sampleOf(xs).ss == 0 || sampleOf(ys).ss == 0:
		return Correlation{}, Refusal("One of the two columns does not vary.")
	}
	n := float64(len(xs))
	r := Correlation{N: len(xs), PearsonDF: finite(n - 2)}
	if c := pearson(xs, ys); !notFinite(c) {
		r.Pearson = finite(c)
		r.PearsonT, r.PearsonP = testOfCorrelation(c, n)
		r.PearsonCILow, r.PearsonCIHigh = fisherLimits(c, 1/math.Sqrt(n-3))
	}
	xRanks, yRanks := rank(xs), rank(ys)
	if rho := pearson(xRanks.asFloats(), yRanks.asFloats()); !notFinite(rho) {
		r.Spearman = finite(rho)
		r.SpearmanT, r.SpearmanP = testOfCorrelation(rho, n)
		r.SpearmanFisherLow, r.SpearmanFisherHigh = fisherLimits(rho, 1/math.Sqrt(n-3))
		r.SpearmanBWLow, r.SpearmanBWHigh = fisherLimits(rho, math.Sqrt((1+rho*rho/2)/(n-3)))
	}
	r.KendallTauB = finite(kendall(xRanks, yRanks))
	return r, nil
}

// pearson is Σ(x-mx)(y-my)/sqrt(Σ(x-mx)²·Σ(y-my)²), NaN when a column does not vary. What differs from -1 or 1 by rounding
// only is -1 or 1.
func pearson(xs, ys []float64) float64 {
	x, y := sampleOf(xs), sampleOf(ys)
	if x.ss == 0 || y.ss == 0 {
		return math.NaN()
	}
	_, dx := centred(xs)
	_, dy := centred(ys)
	c := (sumOfProducts(dx, dy) - sumOf(dx)*sumOf(dy)/float64(x.n)) / (math.Sqrt(x.ss) * math.Sqrt(y.ss))
	if math.Abs(c) > 1-4*epsilon {
		return math.Copysign(1, c)
	}
	return c
}

// testOfCorrelation is the t with n-2 of a correlation, and its two-sided p.
func testOfCorrelation(c, n float64) (t, p *float64) {
	statistic := c * math.Sqrt((n-2)/((1-c)*(1+c)))
	return finite(statistic), finite(twoSidedT(statistic, n-2))
}

func fisherLimits(c, se float64) (low, high *float64) {
	if notFinite(se) || math.Abs(c) == 1 {
		return nil, nil
	}
	return finite(math.Tanh(math.Atanh(c) - z975*se)), finite(math.Tanh(math.Atanh(c) + z975*se))
}

// kendall is tau-b by Knight's way (1966), n·log n: sorted by x, and by y within equal x, the discordant pairs are the
// exchanges that sorting by y needs. NaN when a column does not vary.
func kendall(x, y ranking) float64 {
	order := make([]int, len(x.doubled))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if x.doubled[a] != x.doubled[b] {
			return x.doubled[a] - x.doubled[b]
		}
		return y.doubled[a] - y.doubled[b]
	})
	sorted := make([]int, len(order))
	both, run := 0, 0 // pairs that tie in x and y
	for i, person := range order {
		sorted[i] = y.doubled[person]
		if i > 0 && x.doubled[person] == x.doubled[order[i-1]] && sorted[i] == sorted[i-1] {
			run++
		} else {
			run = 0
		}
		both += run
	}
	pairs, tiedX, tiedY := len(order)*(len(order)-1)/2, x.tiedPairs(), y.tiedPairs()
	discordant := exchanges(sorted, make([]int, len(sorted)))
	concordantLess := pairs - tiedX - tiedY + both - 2*discordant
	tau := float64(concordantLess) / (math.Sqrt(float64(pairs-tiedX)) * math.Sqrt(float64(pairs-tiedY)))
	return max(-1, min(1, tau))
}

func (r ranking) tiedPairs() int {
	pairs := 0
	for _, t := range r.ties {
		pairs += t * (t - 1) / 2
	}
	return pairs
}

// exchanges sorts the values by merging and counts the pairs that stood in the wrong order.
func exchanges(values, space []int) int {
	if len(values) < 2 {
		return 0
	}
	half := len(values) / 2
	left, right := values[:half], values[half:]
	count := exchanges(left, space[:half]) + exchanges(right, space[half:])
	i, j := 0, 0
	for k := range space {
		if j == len(right) || i < len(left) && left[i] <= right[j] {
			space[k] = left[i]
			i++
		} else {
			space[k] = right[j]
			j++
			count += len(left) - i
		}
	}
	copy(values, space)
	return count
}
