package insight

import (
	"cmp"
	"math"
	"slices"

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
	Before float64     `json:"before"` // means, rounded
	After  float64     `json:"after"`
	Diff   float64     `json:"diff"`           // after less before, of the rounded means
	Test   *PairedTest `json:"test,omitempty"` // nil: it is not told
}

// PairedTest is the paired t test of a difference.
type PairedTest struct {
	Low  float64 `json:"low"` // of the difference, with a confidence of 95 %
	High float64 `json:"high"`
	P    float64 `json:"p"`   // two-sided
	DAv  float64 `json:"dav"` // difference / ((SD before + SD after)/2)
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

// change tells of the matched of each unit of which disclosure control lets it be told. Earlier is what was published of the
// wave before.
func (m *making) change(before *Source, earlier *Snapshot) error {
	if before == nil || earlier == nil || m.Whole() == nil || earlier.Whole() == nil {
		return nil
	}
	was := m.areasIn(before)
	match := pairs(m.source, before)
	m.wholeMatched(match, before, was)
	if m.Change == nil || len(m.Units) == 1 {
		return nil
	}
	told, err := sdc.Matched(m.waveBefore(before, earlier, was, match), m.waveNow(match), sdc.Rules{Least: m.Least, Full: m.Full})
	if err != nil {
		return err
	}
	for _, u := range m.besideWhole(told) {
		m.addMatched(u, told[m.Units[u].ledgerCode()], match, before, earlier, was)
	}
	return nil
}

// wholeMatched tells of all who are matched, whatever their unit was: where they, and those of only one wave, are nobody or a
// group each (D7).
func (m *making) wholeMatched(match []int, before *Source, was []int) {
	c := Matched{Before: len(before.Responses), Areas: make([]*MatchedArea, len(m.Areas))}
	for _, j := range match {
		if j >= 0 {
			c.N++
		}
	}
	if c.N < m.Full || !m.noneOrGroup(c.Before-c.N) || !m.noneOrGroup(len(match)-c.N) {
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

func (m *making) matchedArea(a, was int, match []int, before *Source, matched int) *MatchedArea {
	pre, post := m.bothScores(a, was, 0, 0, match, before)
	if len(pre) < m.Full || !m.noneOrGroup(matched-len(pre)) {
		return nil
	}
	for _, scores := range [][]float64{pre, post} {
		if d := stats.Describe(scores); !sdc.MeanAllowed(len(scores), stats.DistinctCounts(scores), *d.Mean, float64(m.Areas[a].Min), float64(m.Areas[a].Max)) {
			return nil
		}
	}
	first, second := stats.Describe(pre), stats.Describe(post)
	decimals := sdc.Decimals(matched)
	x := &MatchedArea{Before: sdc.Round(*first.Mean, decimals), After: sdc.Round(*second.Mean, decimals)}
	x.Diff = sdc.Round(x.After-x.Before, decimals)
	x.test(pre, post)
	return x
}

// besideWhole are the units below the whole of which it is told too. The matched of the whole also hold those who moved from one
// unit to another, who are in none of these; so that they are no small group, they and the units that are not told must be a
// group of full figures: else no unit is told.
func (m *making) besideWhole(told map[string]sdc.Pairs) (units []int) {
	rest := m.Change.Units[0].N
	for u := 1; u < len(m.Units); u++ {
		if f, ok := told[m.Units[u].ledgerCode()]; ok {
			units = append(units, u)
			if !slices.ContainsFunc(units, func(v int) bool { return v != u && m.Within(u, v) }) {
				rest -= f.N // it is in no other of them: those above come first
			}
		}
	}
	if rest < m.Full {
		return nil
	}
	return units
}

// waveNow is this wave as disclosure control sees it.
func (m *making) waveNow(match []int) sdc.Wave {
	w := sdc.Wave{Catalogue: m.Catalogue(), Answers: m.source.answers(), Shown: m.Publication(), Pairs: match}
	for _, u := range m.Units {
		w.Codes = append(w.Codes, u.ledgerCode())
	}
	return w
}

// waveBefore is the wave before, with the areas of this one.
func (m *making) waveBefore(before *Source, earlier *Snapshot, was, match []int) sdc.Wave {
	w := sdc.Wave{Catalogue: earlier.Catalogue(), Answers: before.answers(), Shown: sdc.Publication{}, Pairs: make([]int, len(before.Responses))}
	w.Areas = m.Catalogue().Areas
	for _, u := range earlier.Units {
		w.Codes = append(w.Codes, u.ledgerCode())
	}
	for i := range w.Answers {
		w.Pairs[i], w.Answers[i].Scores = -1, byAreas(before.Responses[i].Scores, was, math.NaN())
	}
	for i, j := range match {
		if j >= 0 {
			w.Pairs[j] = i
		}
	}
	for cell, f := range earlier.Publication() {
		if f.Shown == sdc.Published {
			f.Means = byAreas(f.Means, was, nil)
		} else {
			f.Bands = byAreas(f.Bands, was, sdc.NoPlacing)
		}
		w.Shown[cell] = f
	}
	return w
}

// byAreas puts what was said of the areas then into the order of those now.
func byAreas[T any](then []T, was []int, none T) []T {
	out := make([]T, len(was))
	for a, b := range was {
		out[a] = none
		if b >= 0 {
			out[a] = then[b]
		}
	}
	return out
}

// addMatched adds what is told of a unit's matched people; the test only for many, as it tells how their changes vary.
func (m *making) addMatched(unit int, f sdc.Pairs, match []int, before *Source, earlier *Snapshot, was []int) {
	u := earlier.SameUnit(m.Units[unit])
	c := Matched{Unit: unit, N: f.N, Areas: make([]*MatchedArea, len(m.Areas))}
	if cell := earlier.Of(u); cell != nil {
		c.Before = cell.N
	}
	for a := range m.Areas {
		if a >= len(f.Before) || f.Before[a] == nil || f.After[a] == nil || was[a] < 0 {
			continue
		}
		x := &MatchedArea{Before: *f.Before[a], After: *f.After[a], Diff: sdc.Round(*f.After[a]-*f.Before[a], 2)}
		if f.N >= leastSpread {
			x.test(m.bothScores(a, was[a], unit, u, match, before))
		}
		c.Areas[a] = x
	}
	if m.Change == nil {
		m.Change = &Change{}
	}
	m.Change.Units = append(m.Change.Units, c)
}

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

// bothScores are those in an area of the matched of a unit who have one in both waves.
func (m *making) bothScores(a, was, unit, unitBefore int, match []int, before *Source) (pre, post []float64) {
	for i, j := range match {
		if j < 0 || !m.Within(m.source.Responses[i].Unit, unit) || !within(before.Units, before.Responses[j].Unit, unitBefore) {
			continue
		}
		y, z := before.Responses[j].Scores[was], m.source.Responses[i].Scores[a]
		if !math.IsNaN(y) && !math.IsNaN(z) {
			pre, post = append(pre, y), append(post, z)
		}
	}
	return pre, post
}

// test fills in the paired t test.
func (x *MatchedArea) test(pre, post []float64) {
	t, err := stats.Paired(columnOf(pre), columnOf(post))
	if err != nil || t.P == nil || t.DAv == nil || t.CILow == nil || len(pre) < sdc.LeastFull {
		return
	}
	x.Test = &PairedTest{Low: sdc.Round(*t.CILow, 2), High: sdc.Round(*t.CIHigh, 2), P: sdc.Round(*t.P, 3), DAv: sdc.Round(*t.DAv, 2)}
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
