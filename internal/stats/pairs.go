package stats

import "math"

// LevelPair compares two groups of a OneWayResult, the later less the earlier, in the unit of the values. p and limits hold
// for all pairs together.
type LevelPair struct {
	Diff      *float64 `json:"diff"`
	TukeyLow  *float64 `json:"tukey_low"` // diff ± q(.95; k, N-k)·sqrt(MSW/2·(1/n_i+1/n_j)) (Tukey 1953, Kramer 1956)
	TukeyHigh *float64 `json:"tukey_high"`
	TukeyP    *float64 `json:"tukey_p"`
	GHT       *float64 `json:"gh_t"`   // diff/sqrt(v_i+v_j), v = s²/n (Games and Howell 1976)
	GHDF      *float64 `json:"gh_df"`  // Satterthwaite's of the two groups
	GHP       *float64 `json:"gh_p"`   // P(q >= |t|·√2; k, df)
	GHLow     *float64 `json:"gh_low"` // diff ± q(.95; k, df)·sqrt((v_i+v_j)/2)
	GHHigh    *float64 `json:"gh_high"`
}

// comparePairs compares every two of the groups. It refuses names that give two pairs one name, as "a-b" does beside "a"
// and "b": a pair would be lost.
func comparePairs(names []string, samples []sample, msw float64) (map[string]LevelPair, error) {
	pairs := make(map[string]LevelPair, len(names)*(len(names)-1)/2)
	n := 0
	for _, s := range samples {
		n += s.n
	}
	q := newStudentizedRange(len(samples))
	df := float64(n - len(samples))
	critical := q.limit(df)
	for later := range samples {
		for earlier := range later {
			name := names[later] + "-" + names[earlier]
			if _, ok := pairs[name]; ok {
				return nil, Refusal("Two pairs of groups have the same name.")
			}
			pair := LevelPair{Diff: finite(samples[later].mean - samples[earlier].mean)}
			pair.tukey(q, critical, msw, df, samples[later], samples[earlier])
			pair.gamesHowell(q, samples[later], samples[earlier])
			pairs[name] = pair
		}
	}
	return pairs, nil
}

func (p *LevelPair) tukey(q *studentizedRange, critical, msw, df float64, later, earlier sample) {
	diff := later.mean - earlier.mean
	se := math.Sqrt(msw / 2 * (1/float64(later.n) + 1/float64(earlier.n)))
	if !(se > 0) || notFinite(diff/se) {
		return
	}
	p.TukeyP = finite(q.tail(math.Abs(diff)/se, df))
	p.TukeyLow, p.TukeyHigh = finite(diff-critical*se), finite(diff+critical*se)
}

// gamesHowell is left nil when a group has one value, or neither has a spread.
func (p *LevelPair) gamesHowell(q *studentizedRange, later, earlier sample) {
	if later.n < 2 || earlier.n < 2 {
		return
	}
	diff := later.mean - earlier.mean
	se, df := welchError(later, earlier)
	if !(se > 0) || notFinite(diff/se) || notFinite(df) {
		return
	}
	reach := q.limit(df) * se / math.Sqrt2
	p.GHT, p.GHDF = finite(diff/se), finite(df)
	p.GHP = finite(q.tail(math.Abs(diff)/se*math.Sqrt2, df))
	p.GHLow, p.GHHigh = finite(diff-reach), finite(diff+reach)
}
