package stats

import (
	"math"
	"slices"
)

// OneWayResult compares the means of several groups (STATISTICS 9). Sums of squares are in the unit of the values squared;
// effect sizes are shares of the variance, at most 1. Nil is what needs more values in each group, or a spread that is not
// there.
type OneWayResult struct {
	N            int                  `json:"N"`
	K            int                  `json:"k"`
	Groups       map[string]LevelMean `json:"groups"`
	SSBetween    *float64             `json:"ss_between"`
	SSWithin     *float64             `json:"ss_within"`
	F            *float64             `json:"F"` // MSB/MSW
	DF1          int                  `json:"df1"`
	DF2          int                  `json:"df2"`
	P            *float64             `json:"p"`
	EtaSq        *float64             `json:"eta_sq"`     // SSB/SST
	OmegaSq      *float64             `json:"omega_sq"`   // (SSB-(K-1)MSW)/(SST+MSW)
	EpsilonSq    *float64             `json:"epsilon_sq"` // (SSB-(K-1)MSW)/SST
	WelchF       *float64             `json:"welch_F"`    // Welch 1951
	WelchDF1     *float64             `json:"welch_df1"`
	WelchDF2     *float64             `json:"welch_df2"`
	WelchP       *float64             `json:"welch_p"`
	LeveneMeanF  *float64             `json:"levene_mean_F"` // F of |x - mean of its group| (Levene 1960)
	LeveneMeanP  *float64             `json:"levene_mean_p"`
	LeveneMedF   *float64             `json:"levene_median_F"` // of |x - median| (Brown and Forsythe 1974)
	LeveneMedP   *float64             `json:"levene_median_p"`
	BartlettK2   *float64             `json:"bartlett_k2"` // Bartlett 1937
	BartlettP    *float64             `json:"bartlett_p"`
	KruskalH     *float64             `json:"kw_H"` // corrected for ties (Kruskal and Wallis 1952)
	KruskalDF    int                  `json:"kw_df"`
	KruskalP     *float64             `json:"kw_p"`
	KruskalEpsSq *float64             `json:"kw_epsilon_sq"` // H/(N-1)
	KruskalEtaSq *float64             `json:"kw_eta_sq"`     // (H-k+1)/(N-k)
	Pairs        map[string]LevelPair `json:"pairs"`         // by "later-earlier"
}

// LevelMean is one group of a OneWayResult.
type LevelMean struct {
	N    int      `json:"n"`
	Mean *float64 `json:"mean"`
	SD   *float64 `json:"sd"` // divisor n-1; nil when n = 1
}

// OneWay compares the values by group: group[i] is the place of value i's level in levels, which stand in their order. Levels
// without a value are left out. It refuses fewer than two levels with values, no more values than levels, values that do not
// vary at all, and levels whose names would give two pairs one name.
func OneWay(levels []string, values []float64, group []int) (OneWayResult, error) {
	names, groups, err := byLevel(levels, values, group)
	if err != nil {
		return OneWayResult{}, err
	}
	all := slices.Concat(groups...)
	k, n := len(groups), len(all)
	switch {
	case k < 2:
		return OneWayResult{}, Refusal("There are fewer than two groups with values.")
	case n <= k:
		return OneWayResult{}, Refusal("Every group has one value only.")
	case sampleOf(all).ss == 0:
		return OneWayResult{}, Refusal("The values do not vary.")
	}
	r := OneWayResult{N: n, K: k, DF1: k - 1, DF2: n - k, KruskalDF: k - 1, Groups: map[string]LevelMean{}}
	samples := make([]sample, k)
	for i, values := range groups {
		samples[i] = sampleWithin(values, largestOf(all))
		r.Groups[names[i]] = LevelMean{N: samples[i].n, Mean: finite(samples[i].mean), SD: finite(samples[i].sd())}
	}
	if len(r.Groups) < k {
		return OneWayResult{}, Refusal("Two groups have the same name.")
	}
	within := r.variance(samples)
	r.welch(samples)
	r.spreads(groups, samples)
	r.kruskal(groups)
	if r.Pairs, err = comparePairs(names, samples, within/float64(n-k)); err != nil {
		return OneWayResult{}, err
	}
	return r, nil
}

// byLevel sorts the finite values into their levels, and leaves out the levels that have none.
func byLevel(levels []string, values []float64, group []int) (names []string, groups [][]float64, err error) {
	if len(values) != len(group) {
		return nil, nil, Refusal("There are not as many groups as values.")
	}
	sorted := make([][]float64, len(levels))
	for i, v := range values {
		if group[i] < 0 || group[i] >= len(levels) {
			return nil, nil, Refusal("A value is of a group that has no name.")
		}
		if !notFinite(v) {
			sorted[group[i]] = append(sorted[group[i]], v)
		}
	}
	for i, values := range sorted {
		if len(values) > 0 {
			names, groups = append(names, levels[i]), append(groups, values)
		}
	}
	return names, groups, nil
}

// sums are the sums of squares of a one-way layout: between the groups' means, and within the groups.
func sums(samples []sample) (between, within float64) {
	n, start := 0, samples[0].mean
	var weighted doubled
	for _, s := range samples {
		n += s.n
		weighted.add(float64(s.n) * (s.mean - start))
	}
	grand := weighted.value() / float64(n)
	var b, w doubled
	for _, s := range samples {
		d := s.mean - start - grand
		b.add(float64(s.n) * d * d)
		w.add(s.ss)
	}
	return b.value(), w.value()
}

// variance is the classical analysis (Fisher 1925). It returns the sum of squares within the groups.
func (r *OneWayResult) variance(samples []sample) float64 {
	between, within := sums(samples)
	df1, df2 := float64(r.DF1), float64(r.DF2)
	msw, total := within/df2, between+within
	r.SSBetween, r.SSWithin = finite(between), finite(within)
	r.F, r.P = testF(between/df1/msw, df1, df2)
	r.EtaSq = finite(between / total)
	r.OmegaSq = finite((between - df1*msw) / (total + msw))
	r.EpsilonSq = finite((between - df1*msw) / total)
	return within
}

// welch weighs each mean by n/s²; it is left nil when a group has one value or no spread.
func (r *OneWayResult) welch(samples []sample) {
	k, weights, start := float64(r.K), make([]float64, r.K), samples[0].mean
	var all, weighted doubled
	for i, s := range samples {
		weights[i] = float64(s.n) / s.variance()
		all.add(weights[i])
		weighted.add(weights[i] * (s.mean - start))
	}
	centre := weighted.value() / all.value()
	var between, lambda doubled
	for i, s := range samples {
		d, share := s.mean-start-centre, weights[i]/all.value()
		between.add(weights[i] * d * d)
		lambda.add((1 - share) * (1 - share) / float64(s.n-1))
	}
	df2 := (k*k - 1) / (3 * lambda.value())
	f := between.value() / (k - 1) / (1 + 2*(k-2)/(k*k-1)*lambda.value())
	if r.WelchF, r.WelchP = testF(f, k-1, df2); r.WelchF != nil {
		r.WelchDF1, r.WelchDF2 = finite(k-1), finite(df2)
	}
}

// spreads are the tests of equal variances.
func (r *OneWayResult) spreads(groups [][]float64, samples []sample) {
	means, medians := make([]float64, r.K), make([]float64, r.K)
	for i, values := range groups {
		means[i], medians[i] = samples[i].mean, Quantile7(slices.Sorted(slices.Values(values)), 0.5)
	}
	r.LeveneMeanF, r.LeveneMeanP = r.levene(groups, means)
	r.LeveneMedF, r.LeveneMedP = r.levene(groups, medians)
	r.BartlettK2, r.BartlettP = r.bartlett(samples)
}

func (r *OneWayResult) levene(groups [][]float64, centres []float64) (f, p *float64) {
	scale, distances := 0.0, make([]sample, r.K)
	for _, values := range groups {
		scale = max(scale, largestOf(values))
	}
	for i, values := range groups {
		away := make([]float64, len(values))
		for j, v := range values {
			away[j] = math.Abs(v - centres[i])
		}
		distances[i] = sampleWithin(away, scale)
	}
	between, within := sums(distances)
	return testF(between/float64(r.DF1)/(within/float64(r.DF2)), float64(r.DF1), float64(r.DF2))
}

// bartlett is ((N-k)·ln s² - Σ(n-1)·ln s_i²)/(1 + (Σ1/(n-1) - 1/(N-k))/(3(k-1))), s² the pooled variance. It is nil when a
// group has one value or no spread.
func (r *OneWayResult) bartlett(samples []sample) (k2, p *float64) {
	within, df := 0.0, float64(r.DF2)
	for _, s := range samples {
		within += s.ss
	}
	var logs, inverse doubled
	for _, s := range samples {
		logs.add(float64(s.n-1) * math.Log(s.variance()/(within/df)))
		inverse.add(1 / float64(s.n-1))
	}
	k2 = finite(max(0, -logs.value()) / (1 + (inverse.value()-1/df)/(3*float64(r.DF1))))
	if k2 != nil {
		p = finite(upperChi2(*k2, float64(r.DF1)))
	}
	return k2, p
}

// kruskal is 12/(N(N+1))·Σ R_i²/n_i - 3(N+1), over 1 - Σ(t³-t)/(N³-N); written with distances of mean ranks, which do not
// cancel. Values are ranked to 10 decimals; it is left nil when all tie.
func (r *OneWayResult) kruskal(groups [][]float64) {
	ranks := rank(slices.Concat(groups...))
	if len(ranks.ties) == 1 {
		return
	}
	n, first, spread := float64(r.N), 0, 0.0
	for _, values := range groups {
		sum := 0
		for _, d := range ranks.doubled[first : first+len(values)] {
			sum += d
		}
		first += len(values)
		away := float64(sum)/2/float64(len(values)) - (n+1)/2
		spread += float64(len(values)) * away * away
	}
	h := 12 / (n * (n + 1)) * spread / (1 - ranks.tieTerm()/(n*(n-1)*(n+1)))
	k := float64(r.K)
	r.KruskalH, r.KruskalP = finite(h), finite(upperChi2(h, k-1))
	r.KruskalEpsSq, r.KruskalEtaSq = finite(h/(n-1)), finite((h-k+1)/(n-k))
}
