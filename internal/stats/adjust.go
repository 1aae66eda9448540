package stats

import (
	"cmp"
	"slices"
)

// AdjustResult has p values by name, as they came and adjusted for being several.
type AdjustResult struct {
	P          map[string]*float64 `json:"p"`
	Holm       map[string]*float64 `json:"holm"`
	BH         map[string]*float64 `json:"bh"`
	Bonferroni map[string]*float64 `json:"bonferroni"`
}

// AdjustP adjusts m p values, p(1) <= ... <= p(m) (item 17). Each is at most 1 and keeps the order of the p values:
//
//	Bonferroni          m·p
//	Holm                max over j <= i of (m-j+1)·p(j)   (Holm 1979, Scand. J. Statist. 6)
//	Benjamini-Hochberg  min over j >= i of m/j·p(j)       (Benjamini and Hochberg 1995, JRSS B 57)
//
// The first two bound the chance of any false finding, the third the expected share of false findings. A nil p, and what is
// no probability, stays nil and does not count in m.
func AdjustP(names []string, p []*float64) AdjustResult {
	result := AdjustResult{P: map[string]*float64{}, Holm: map[string]*float64{}, BH: map[string]*float64{}, Bonferroni: map[string]*float64{}}
	var known []int
	for i, name := range names {
		result.P[name], result.Holm[name], result.BH[name], result.Bonferroni[name] = nil, nil, nil, nil
		if i < len(p) && p[i] != nil && *p[i] >= 0 && *p[i] <= 1 {
			known = append(known, i)
		}
	}
	slices.SortStableFunc(known, func(a, b int) int { return cmp.Compare(*p[a], *p[b]) })
	m := len(known)
	holm, bh := 0.0, 1.0
	for i := range m {
		up, down := known[i], known[m-1-i]
		holm = max(holm, min(1, float64(m-i)**p[up]))
		bh = min(bh, float64(m)/float64(m-i)**p[down])
		result.Holm[names[up]], result.BH[names[down]] = finite(holm), finite(bh)
		result.P[names[up]], result.Bonferroni[names[up]] = finite(*p[up]), finite(min(1, float64(m)**p[up]))
	}
	return result
}
