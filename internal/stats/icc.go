package stats

import (
	"math"
)

// ICCResult tells how much of a variable lies between units (item 16). Variances are in the square of the variable's unit.
type ICCResult struct {
	N            int      `json:"N"`      // persons
	Groups       int      `json:"groups"` // units with somebody in them
	K0           *float64 `json:"k0"`     // (N - Σn²/N)/(J-1), the size that unequal units amount to
	KMean        *float64 `json:"k_mean"` // N/J
	MSB          *float64 `json:"msb"`
	MSW          *float64 `json:"msw"`
	F            *float64 `json:"F"` // MSB/MSW; nil when MSW = 0
	P            *float64 `json:"p"` // upper tail of F(J-1, N-J)
	ICC1         *float64 `json:"icc1"`
	ICC1Mean     *float64 `json:"icc1_mean_size"` // with N/J in place of k0
	ICC2         *float64 `json:"icc2"`           // nil when MSB = 0
	DesignEffect *float64 `json:"design_effect"`  // 1 + (N/J - 1)·icc1
	REMLMean     *float64 `json:"reml_mean"`
	REMLBetween  *float64 `json:"reml_between_var"` // at least 0
	REMLWithin   *float64 `json:"reml_within_var"`
	REMLICC      *float64 `json:"reml_icc"` // between/(between + within), 0 to 1
}

// ICC returns the intraclass correlations of values of persons in units: groups[i], counted from 0, is the unit of
// person i; a unit without persons does not count.
//
//   - ICC(1) = (MSB-MSW)/(MSB+(k0-1)MSW), ICC(2) = (MSB-MSW)/MSB (Shrout & Fleiss 1979; Bliese 2000); a negative estimate
//     is shown as such;
//   - the restricted maximum likelihood of y = mean + unit + person (Patterson & Thompson 1971) has variances of at least
//     0, so that a negative ICC(1) of equal units is a between variance of 0 there.
//
// When nobody differs within a unit the likelihood has no maximum; the REML figures are then their limit, a within
// variance of 0 and the variance and mean of the unit means. It refuses fewer than two units, units of one person each,
// and values none of which differs.
func ICC(values []float64, groups []int) (ICCResult, error) {
	if len(groups) != len(values) {
		return ICCResult{}, Refusal("The values and the units do not have the same number of rows.")
	}
	s := unitsOf(values, groups)
	n, j := s.n, float64(len(s.sizes))
	switch {
	case len(s.sizes) < 2:
		return ICCResult{}, Refusal("At least two units with values are needed.")
	case n == j:
		return ICCResult{}, Refusal("Every unit has one value only, so nothing is known about the differences within units.")
	case notFinite(s.between) || notFinite(s.within):
		return ICCResult{}, Refusal("The values are too large to compute with.")
	case s.between == 0 && s.within == 0:
		return ICCResult{}, Refusal("All values are equal.")
	}
	squares := 0.0
	for _, size := range s.sizes {
		squares += size * size
	}
	msb, msw := s.between/(j-1), s.within/(n-j)
	k0, k := (n-squares/n)/(j-1), n/j
	icc1 := (msb - msw) / (msb + (k0-1)*msw)
	r := ICCResult{N: int(n), Groups: len(s.sizes), K0: finite(k0), KMean: finite(k), MSB: finite(msb), MSW: finite(msw),
		ICC1: finite(icc1), ICC1Mean: finite((msb - msw) / (msb + (k-1)*msw)),
		ICC2: finite((msb - msw) / msb), DesignEffect: finite(1 + (k-1)*icc1)}
	r.F, r.P = testF(msb/msw, j-1, n-j)
	mean, between, within := s.reml()
	r.REMLMean, r.REMLBetween, r.REMLWithin = finite(s.base+mean), finite(between), finite(within)
	r.REMLICC = finite(between / (between + within))
	return r, nil
}

// units are the persons of one variable by unit: sizes and means of the units, counted from base, and sums of squares.
type units struct {
	n, base         float64
	sizes, means    []float64
	between, within float64
}

// unitsOf leaves out values that are not finite. What rounding makes of no difference is no difference.
func unitsOf(values []float64, groups []int) units {
	byUnit, seen := map[int][]float64{}, []int(nil)
	for i, v := range values {
		if notFinite(v) {
			continue
		}
		if byUnit[groups[i]] == nil {
			seen = append(seen, groups[i])
		}
		byUnit[groups[i]] = append(byUnit[groups[i]], v)
	}
	var s units
	if len(seen) == 0 {
		return s
	}
	scale, samples := largestOf(usable(values)), make([]sample, len(seen))
	for i, unit := range seen {
		samples[i] = sampleWithin(byUnit[unit], scale)
		size := float64(samples[i].n)
		s.n += size
		s.sizes, s.means = append(s.sizes, size), append(s.means, samples[i].mean-samples[0].mean)
	}
	s.base = samples[0].mean
	s.between, s.within = sums(samples)
	if largestOf(s.means) <= rounding*scale {
		s.between = 0
	}
	return s
}

// reml returns the estimates of restricted maximum likelihood. With γ = between/within and w_j = n_j/(1+γn_j) the mean is
// Σw·ȳ/Σw, the within variance Q/(N-1) with Q = SSW + Σw(ȳ-mean)², and γ >= 0 minimises
//
//	(N-1)·ln Q + Σln(1+γn_j) + ln Σw_j
//
// It is looked for on a grid of γ/(1+γ), fine enough for the two minima that very unequal units can have, and then where
// the derivative is 0.
func (s units) reml() (mean, between, within float64) {
	if s.within <= rounding*rounding*s.between {
		mean, distances := centred(s.means)
		return mean, sumOfSquares(distances) / float64(len(s.means)-1), 0
	}
	const steps = 2000
	best, lowest := 0, math.Inf(1)
	for i := range steps {
		if d := s.deviance(ratioAt(i, steps)); d < lowest {
			best, lowest = i, d
		}
	}
	gamma := 0.0
	if best > 0 || s.slope(0) < 0 {
		gamma = s.root(ratioAt(max(best-1, 0), steps), ratioAt(best+1, steps))
	}
	mean, q := s.profile(gamma)
	within = q / (s.n - 1)
	return mean, gamma * within, within
}

// ratioAt is γ at a place of the grid. The last place stands for a γ beyond any that rounding can tell from infinity.
func ratioAt(i, steps int) float64 {
	if i >= steps {
		return 1e30
	}
	share := float64(i) / float64(steps)
	return share / (1 - share)
}

func (s units) profile(gamma float64) (mean, q float64) {
	var weights, weighted float64
	for i, size := range s.sizes {
		w := size / (1 + gamma*size)
		weights += w
		weighted += w * s.means[i]
	}
	mean = weighted / weights
	q = s.within
	for i, size := range s.sizes {
		q += size / (1 + gamma*size) * (s.means[i] - mean) * (s.means[i] - mean)
	}
	return mean, q
}

func (s units) deviance(gamma float64) float64 {
	_, q := s.profile(gamma)
	var weights, logs float64
	for _, size := range s.sizes {
		weights += size / (1 + gamma*size)
		logs += math.Log1p(gamma * size)
	}
	return (s.n-1)*math.Log(q) + logs + math.Log(weights)
}

// slope is the derivative of deviance: -(N-1)·Σw²(ȳ-mean)²/Q + Σw - Σw²/Σw.
func (s units) slope(gamma float64) float64 {
	mean, q := s.profile(gamma)
	var weights, squares, spread float64
	for i, size := range s.sizes {
		w := size / (1 + gamma*size)
		weights += w
		squares += w * w
		spread += w * w * (s.means[i] - mean) * (s.means[i] - mean)
	}
	return -(s.n-1)*spread/q + weights - squares/weights
}

// root halves [low, high], where slope goes from negative to positive, as far as a float64 can be halved; in logarithms
// where the ends are orders apart.
func (s units) root(low, high float64) float64 {
	for range 300 {
		middle := low + (high-low)/2
		if low > 0 && high > 4*low {
			middle = math.Sqrt(low) * math.Sqrt(high)
		}
		if middle <= low || middle >= high {
			break
		}
		if s.slope(middle) < 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return low + (high-low)/2
}
