package sdcattack

import (
	"math"

	"taitorinki/internal/sdc"
)

// Where people may lack a score in an area, those who have one are a group of their own inside every group: added up over
// units, categories and moments like people, and never more than they. Shares are of them. A reader who is not told of how
// many a mean is knows that they are k to n, and 20 at least where it has a second decimal (D9).

// scoredIn is of how many people a published mean is, at least and at most.
func (m *model) scoredIn(moment int, c sdc.Cell, f sdc.Figure, area int) (lo, hi int) {
	o := m.moments[moment]
	if !o.Missing {
		return f.N, f.N
	}
	if told := o.Scored[c]; told != nil {
		return told[area], told[area]
	}
	if mean := f.Means[area]; mean != nil && !whole(*mean*10) {
		return max(m.k, 20), f.N
	}
	return min(m.k, f.N), f.N
}

// readScored finds how many of each group have a score. It returns false where what is told contradicts itself.
func (m *model) readScored(h *shares) bool {
	missing := false
	for _, o := range m.moments {
		missing = missing || o.Missing && o.Wave == h.wave
	}
	if !missing {
		return true
	}
	h.have = m.copy()
	for s, kinds := range m.sets {
		for col := range m.columns {
			for u := range m.kids {
				for _, g := range []int{m.below(s, col, u), m.own(s, col, u)} {
					if kinds&h.kinds != 0 {
						h.have.hi[g] = m.hi[g]
					}
				}
			}
		}
	}
	ok := true
	m.figures(func(i int, c sdc.Cell, f sdc.Figure) {
		if m.moments[i].Wave != h.wave {
			return
		}
		lo, hi := 0, math.MaxInt
		switch {
		case f.Shown == sdc.Published && h.area < len(f.Means) && f.Means[h.area] != nil:
			lo, hi = m.scoredIn(i, c, f, h.area)
		case f.Shown == sdc.Placed && h.area < len(f.Bands) && f.Bands[h.area] != sdc.NoPlacing:
			lo = m.placedFrom()
		}
		g := m.below(m.of[i], m.column(c), c.Unit)
		h.have.lo[g], h.have.hi[g] = max(h.have.lo[g], lo), min(h.have.hi[g], hi)
		ok = ok && h.have.lo[g] <= h.have.hi[g]
	})
	return ok && h.have.byTables()
}
