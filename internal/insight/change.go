package insight

import (
	"cmp"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"taitorinki/internal/sdc"
	"taitorinki/internal/stats"
)

// Change is what is told of those who are known, by their code, to have answered the wave before as well.
type Change struct {
	Units []Matched `json:"units"`
}

// Matched are those of a unit, with all below it, who have answered both waves.
type Matched struct {
	Unit   int            `json:"unit"`
	N      int            `json:"n"`      // persons matched
	Before int            `json:"before"` // all who had answered the wave before
	Areas  []*MatchedArea `json:"areas"`  // nil where it is not shown
}

// MatchedArea is the change of an area among the matched.
type MatchedArea struct {
	Before float64 `json:"before"` // means, rounded
	After  float64 `json:"after"`
	Diff   float64 `json:"diff"` // after less before, rounded once from the exact value
	Low    float64 `json:"low"`  // of the difference, with a confidence of 95 %, by the paired t test
	High   float64 `json:"high"`
	P      float64 `json:"p"`   // two-sided
	DAv    float64 `json:"dav"` // difference / ((SD before + SD after)/2)
}

// pairs are those matched: the index of the response before for each of the responses now, -1 for the others. A code that two
// respondents of a wave used pairs nobody.
func pairs(now, before *Source) []int {
	was, is := soleBearers(before), soleBearers(now)
	out := make([]int, len(now.Responses))
	for i, r := range now.Responses {
		out[i] = -1
		if j, ok := was[r.Pair]; ok && is[r.Pair] == i && r.Pair != "" {
			out[i] = j
		}
	}
	return out
}

// soleBearers tells who has each code that only one has.
func soleBearers(s *Source) map[string]int {
	out := map[string]int{}
	for i, r := range s.Responses {
		if _, twice := out[r.Pair]; twice {
			out[r.Pair] = -1
		} else {
			out[r.Pair] = i
		}
	}
	for pair, i := range out {
		if i < 0 {
			delete(out, pair)
		}
	}
	return out
}

// change tells of the matched of the whole, where those of only one wave are nobody or a group too (D7).
func (m *making) change(before *Source) {
	if before == nil || m.Whole() == nil {
		return
	}
	match := pairs(m.source, before)
	was := m.areasIn(before)
	c := Matched{Before: len(before.Responses), Areas: make([]*MatchedArea, len(m.Areas))}
	for _, j := range match {
		if j >= 0 {
			c.N++
		}
	}
	if c.N < m.Full || c.Before < m.Full || !m.noneOrGroup(c.Before-c.N) || !m.noneOrGroup(len(match)-c.N) {
		return
	}
	for a := range m.Areas {
		if was[a] >= 0 && m.Whole().Means[a] != nil {
			c.Areas[a] = m.matchedArea(a, was[a], match, before, c.N)
		}
	}
	m.Change = &Change{Units: []Matched{c}}
}

func (m *making) noneOrGroup(n int) bool { return n == 0 || n >= m.Least }

// areasIn finds the areas among those of an earlier wave, by their ids; -1: it was not asked then, or on another scale.
func (m *making) areasIn(before *Source) []int {
	out := make([]int, len(m.Areas))
	for a, x := range m.Areas {
		out[a] = -1
		for b, y := range before.Areas {
			if x.ID == y.ID && x.Min == y.Min && x.Max == y.Max {
				out[a] = b
			}
		}
	}
	return out
}

func (m *making) matchedArea(a, was int, match []int, before *Source, matched int) *MatchedArea {
	var pre, post []float64
	for i, j := range match {
		if j < 0 {
			continue
		}
		x, y := before.Responses[j].Scores[was], m.source.Responses[i].Scores[a]
		if !math.IsNaN(x) && !math.IsNaN(y) {
			pre, post = append(pre, x), append(post, y)
		}
	}
	if len(pre) < m.Full || !m.noneOrGroup(matched-len(pre)) {
		return nil
	}
	for _, scores := range [][]float64{pre, post} {
		if d := stats.Describe(scores); !sdc.MeanAllowed(len(scores), stats.DistinctCounts(scores), *d.Mean, float64(m.Areas[a].Min), float64(m.Areas[a].Max)) {
			return nil
		}
	}
	t, err := stats.Paired(columnOf(pre), columnOf(post))
	if err != nil || t.P == nil || t.DAv == nil || t.CILow == nil {
		return nil
	}
	decimals := sdc.Decimals(len(pre))
	round := func(x *float64) float64 { return sdc.Round(*x, decimals) }
	return &MatchedArea{Before: round(t.MeanPre), After: round(t.MeanPost), Diff: round(t.MeanDiff), Low: round(t.CILow), High: round(t.CIHigh),
		P: sdc.Round(*t.P, 3), DAv: sdc.Round(*t.DAv, 2)}
}

func columnOf(values []float64) stats.Column {
	c := stats.NewColumn(len(values))
	for i, v := range values {
		c.Set(i, v)
	}
	return c
}

// Compared is how an area's mean differs between two waves, as far as both are told. It is counted from what is published,
// and tells nothing more.
type Compared struct {
	Before, After Figure
	Known         bool
	Diff          float64 // of the rounded means
	Low, High     float64 // of the difference, with a confidence of 95 %; both 0: not known
	Sure          bool    // zero is not between them
}

// Figure is a mean with its number of persons.
type Figure struct {
	N        int
	Mean     float64
	Decimals int
}

// Compare compares an area of a unit with the same unit of an earlier snapshot, found by its code. The groups are taken as
// independent: the spread is the unit's own where it is told, else that of the whole.
//
//	diff ± t(.975, n1+n2-2)·sqrt(s1²/n1 + s2²/n2)
func (s *Snapshot) Compare(earlier *Snapshot, unit, area int) (c Compared) {
	was, a := earlier.SameUnit(s.Units[unit]), earlier.sameArea(s.Areas[area])
	if was < 0 || a < 0 {
		return c
	}
	now, then := s.Of(unit), earlier.Of(was)
	if now == nil || then == nil || now.Placed || then.Placed || now.Means[area] == nil || then.Means[a] == nil {
		return c
	}
	c.Known = true
	c.Before, c.After = Figure{then.N, *then.Means[a], then.Decimals()}, Figure{now.N, *now.Means[area], now.Decimals()}
	c.Diff = sdc.Round(c.After.Mean-c.Before.Mean, min(now.Decimals(), then.Decimals()))
	s1, s2 := cmp.Or(earlier.Spread(was, a), earlier.Spread(0, a)), cmp.Or(s.Spread(unit, area), s.Spread(0, area))
	if s1 == nil || s2 == nil {
		return c
	}
	n1, n2 := float64(then.N), float64(now.N)
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n1 + n2 - 2}.Quantile(.975)
	margin := t * math.Sqrt(s1.SD*s1.SD/n1+s2.SD*s2.SD/n2)
	c.Low, c.High = c.Diff-margin, c.Diff+margin
	c.Sure = c.Low > 0 || c.High < 0
	return c
}

// SameUnit finds a unit by its code, the whole above several trees by being the first; -1: it was not there.
func (s *Snapshot) SameUnit(u Unit) int {
	if u.ID == 0 && len(s.Units) > 0 && s.Units[0].ID == 0 {
		return 0
	}
	for i, x := range s.Units {
		if x.ID != 0 && u.ID != 0 && x.Code == u.Code {
			return i
		}
	}
	return -1
}

func (s *Snapshot) sameArea(a Area) int {
	for i, x := range s.Areas {
		if x.ID == a.ID && x.Min == a.Min && x.Max == a.Max {
			return i
		}
	}
	return -1
}
