package insight

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"taitorinki/internal/sdc"
	"taitorinki/internal/stats"
)

// leastSpread is how many responses a group has whose spread is told. Whole percents of so many, at the top of the tree only,
// do not tell the answers of the few in a hidden group below it: doc/disclosure.md.
const leastSpread = 100

// Spread is how the answers of a large group vary, by area; nil where it is not shown.
type Spread struct {
	Unit  int           `json:"unit"`
	Areas []*AreaSpread `json:"areas"`
}

// AreaSpread is how the scores of an area vary.
type AreaSpread struct {
	SD     float64 `json:"sd"`     // rounded to two decimals
	Low    float64 `json:"low"`    // of the mean, with a confidence of 95 %
	High   float64 `json:"high"`   //
	Shares []int   `json:"shares"` // percent by class, see Classes
}

// spreads tells of the whole, and of the units right under it, how answers vary.
func (m *making) spreads() {
	for u := range m.Units {
		c := m.Of(u)
		if u > 0 && m.Units[u].Parent != 0 || c == nil || c.N < leastSpread {
			continue
		}
		s := Spread{Unit: u, Areas: make([]*AreaSpread, len(m.Areas))}
		for a := range m.Areas {
			if c.Means[a] != nil {
				s.Areas[a] = spreadOf(m.Areas[a], m.scores(u, a))
			}
		}
		m.Spreads = append(m.Spreads, s)
	}
}

// scores are those of an area of all in a unit who have one.
func (m *making) scores(unit, area int) (out []float64) {
	for _, r := range m.source.Responses {
		if m.Within(r.Unit, unit) && !math.IsNaN(r.Scores[area]) {
			out = append(out, r.Scores[area])
		}
	}
	return out
}

func spreadOf(a Area, scores []float64) *AreaSpread {
	counts := make([]int, len(Classes(a.Min, a.Max)))
	for _, x := range scores {
		counts[classOf(x, a.Min, a.Max)]++
	}
	d := stats.DescribeFully(scores)
	if d.SD == nil || d.CILow == nil || !sdc.DistributionAllowed(len(scores), counts) {
		return nil
	}
	out := &AreaSpread{SD: sdc.Round(*d.SD, 2), Low: sdc.Round(max(*d.CILow, float64(a.Min)), 2), High: sdc.Round(min(*d.CIHigh, float64(a.Max)), 2)}
	for _, x := range counts {
		out.Shares = append(out.Shares, sdc.Percent(x, len(scores)))
	}
	return out
}

// Spread is how the answers of a unit vary in an area; nil: it is not told.
func (s *Snapshot) Spread(unit, area int) *AreaSpread {
	for _, x := range s.Spreads {
		if x.Unit == unit {
			return x.Areas[area]
		}
	}
	return nil
}

// Margin is how far the mean of n persons may be from that of many like them by chance, with a confidence of 95 %: from the
// spread of the whole, so that nothing is told of the group's own. 0: not known.
//
//	t(.975, N-1)·s/sqrt(n), s and N of the whole
func (s *Snapshot) Margin(n, area int) float64 {
	whole := s.Whole()
	spread := s.Spread(0, area)
	if whole == nil || spread == nil || n < 1 {
		return 0
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(whole.N - 1)}.Quantile(.975)
	return t * spread.SD / math.Sqrt(float64(n))
}

// Standing compares a unit's mean in an area with that of another.
type Standing int

// How a unit stands. Unknown: one of the means is not told.
const (
	Unknown Standing = iota
	Below
	Near
	Above
)

// Standing tells how a unit stands against another, the whole being 0: by its band where it is only placed, which compares
// with the whole alone; else near where the difference is small or may be chance.
func (s *Snapshot) Standing(unit, against, area int) Standing {
	c, other := s.Of(unit), s.Of(against)
	if c == nil || other == nil {
		return Unknown
	}
	if c.Placed {
		if against != 0 || c.Bands[area] == sdc.NoPlacing {
			return Unknown
		}
		return Near + Standing(c.Bands[area])
	}
	if other.Placed || c.Means[area] == nil || other.Means[area] == nil {
		return Unknown
	}
	a := s.Areas[area]
	least := max(s.Near*float64(a.Max-a.Min), s.Margin(c.N, area))
	switch off := *c.Means[area] - *other.Means[area]; {
	case off <= -least-tiny:
		return Below
	case off >= least+tiny:
		return Above
	}
	return Near
}

const tiny = 1e-9
