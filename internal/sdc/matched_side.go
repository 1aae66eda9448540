package sdc

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// side is one of the waves, with the variable that tells who is matched: category 0 are, 1 are not.
type side struct {
	Wave
	rules    Rules
	variable int
	g        *groups
	unit     map[string]int
	below    []string // by unit: the codes of it and the units below that are in both waves
	counts   *table
	both     []int // by own people: as many of them as could be matched if nobody but the numbers said who is
}

func newSide(w, other Wave, rules Rules) (*side, error) {
	s := &side{Wave: w, rules: rules, variable: len(w.Categories), unit: map[string]int{}}
	c := w.Catalogue
	c.Categories = append(slices.Clone(w.Categories), 2)
	answers := make([]Answer, len(w.Answers))
	for i, a := range w.Answers {
		category := 1
		if j := w.Pairs[i]; j != none && other.Codes[other.Answers[j].Unit] == w.Codes[a.Unit] {
			category = 0
		}
		a.Values = append(slices.Clone(a.Values), category)
		answers[i] = a
	}
	k := max(rules.Least, LeastGroup)
	if k > 60 {
		return nil, fmt.Errorf("sdc: least group size %d", k)
	}
	var err error
	if s.g, err = newGroups(c, answers, k); err != nil {
		return nil, err
	}
	s.g.full = rules.Full
	for u, code := range w.Codes {
		if _, twice := s.unit[code]; twice {
			return nil, fmt.Errorf("sdc: two units are called %s", code)
		}
		s.unit[code] = u
	}
	s.findBelow(other)
	s.tie()
	s.counts = s.g.countTable()
	s.freeze(s.counts)
	s.bound(other)
	s.counts.findBase()
	return s, nil
}

// findBelow lists for each unit the codes below that are in both waves.
func (s *side) findBelow(other Wave) {
	lists := make([][]string, len(s.Parent))
	for _, u := range s.g.order {
		if slices.Contains(other.Codes, s.Codes[u]) {
			lists[u] = append(lists[u], s.Codes[u])
		}
		if p := s.Parent[u]; p != NoParent {
			lists[p] = append(lists[p], lists[u]...)
		}
		slices.Sort(lists[u])
		s.below = append(s.below, "")
	}
	for u, codes := range lists {
		s.below[u] = strings.Join(codes, "\x00")
	}
}

// tie has the matched and the others of a unit shown together.
func (s *side) tie() {
	for u := range s.Parent {
		a, b := s.g.at(Cell{u, s.variable, 0}), s.g.at(Cell{u, s.variable, 1})
		if len(s.g.same[a]) > 0 && s.g.same[a][0] == a {
			both := append(slices.Clone(s.g.same[a]), s.g.same[b]...)
			slices.Sort(both)
			for _, i := range both {
				s.g.same[i] = both
			}
		}
	}
}

// freeze leaves what was published of a wave as it is.
func (s *side) freeze(t *table) {
	t.frozen = make([]bool, t.cells)
	for i := range t.frozen {
		if c := t.cellAt(i); c.Variable != s.variable {
			t.frozen[i], t.may[i] = true, s.Shown[c].Shown != Hidden
		}
	}
}

// bound tells what can be otherwise of the people of a unit itself while the other wave stays as it is. Matched people can be
// those there are, and as many as answered there in the other wave and are not matched. The others of this wave can be no
// more than the unit has people who did not answer in the other.
func (s *side) bound(other Wave) {
	answered, single, heads := map[string]int{}, map[string]int{}, map[string]float64{}
	for j, b := range other.Answers {
		code := other.Codes[b.Unit]
		answered[code]++
		if i := other.Pairs[j]; i == none || s.Codes[s.Answers[i].Unit] != code {
			single[code]++
		}
	}
	for v, code := range other.Codes {
		heads[code] = math.Inf(1)
		if other.Heads != nil {
			heads[code] = float64(other.Heads[v])
		}
	}
	for _, t := range []*table{s.counts, s.counts.loose} {
		if t == nil {
			continue
		}
		n := t.nets[s.variable]
		for e := range n.flow {
			u := int(n.unit[e])
			code := s.Codes[u]
			staff := s.g.ownHeads[u]
			if h, known := heads[code]; known {
				staff = min(staff, h)
			}
			switch {
			case n.kind[e] == ofCell && len(s.g.kids[u]) > 0:
			case int(n.key[e]) == s.g.at(Cell{u, s.variable, 0}):
				n.most[e] = n.flow[e] + float64(single[code])
			case int(n.key[e]) == s.g.at(Cell{u, s.variable, 1}):
				n.most[e] = max(n.flow[e], staff-float64(answered[code]))
			}
		}
	}
}

// agrees tells whether a publication is of these answers.
func (s *side) agrees() bool {
	for c, f := range s.Shown {
		i := s.g.at(c)
		switch n := s.g.n[i]; {
		case f.Shown == Published && f.N != n, f.Shown == Placed && (n < s.g.k || n >= s.rules.Full):
			return false
		}
	}
	return true
}

// candidates are the units that could be told if each stood alone.
func candidates(one, two *side) (codes []string) {
	for u, code := range one.Codes {
		v, both := two.unit[code]
		if both && one.below[u] == two.below[v] && one.enough(u) && two.enough(v) {
			codes = append(codes, code)
		}
	}
	return codes
}

// cross counts how many of the own people of each unit and category could be matched, as the numbers of both waves have it,
// and has it looked at that they do not tell who of a category is matched.
func (s *side) cross(other *side) {
	s.both = make([]int, s.g.cells)
	for u, code := range s.Codes {
		v, known := other.unit[code]
		for b, categories := range s.Categories {
			for c := 0; known && c < categories; c++ {
				i, j := s.g.at(Cell{u, b, c}), other.g.at(Cell{v, b, c})
				s.both[i] = min(s.g.own[i], other.g.own[j])
			}
		}
	}
	if len(s.Categories) > 0 {
		s.counts.even = s.crossed
	}
}

// crossed finds a unit that is told, the matched of which can hardly be distributed otherwise among the categories of a
// background variable, whatever else is told inside it being taken away. There must be room for k-1 of them, and in more
// than one category.
func (s *side) crossed() []int {
	for u := range s.Parent {
		whole := s.g.at(Cell{u, s.variable, 0})
		if !s.counts.shown[whole] {
			continue
		}
		parts := s.toldBelow(u)
		matched := s.g.n[whole]
		for _, v := range parts {
			matched -= s.g.n[s.g.at(Cell{v, s.variable, 0})]
		}
		for b := range s.Categories {
			if matched > 0 && s.tight(u, b, matched) {
				cells := []int{whole}
				for _, v := range parts {
					cells = append(cells, s.g.at(Cell{v, s.variable, 0}))
				}
				return cells
			}
		}
	}
	return nil
}

// toldBelow are the largest units below that are told.
func (s *side) toldBelow(u int) (told []int) {
	for _, v := range s.g.kids[u] {
		if s.counts.shown[s.g.at(Cell{v, s.variable, 0})] {
			told = append(told, v)
		} else {
			told = append(told, s.toldBelow(v)...)
		}
	}
	return told
}

func (s *side) tight(u, variable, matched int) bool {
	all, by := 0, make([]int, s.Categories[variable])
	for c := range by {
		by[c] = s.couldBe(u, variable, c)
		all += by[c]
	}
	few := func(n int) bool { return n < s.g.k-1 }
	return few(all-matched) || slices.ContainsFunc(by, func(n int) bool { return all > n && few(all-n) })
}

// couldBe adds up who could be matched of a category, without the units below that are told.
func (s *side) couldBe(u, variable, category int) int {
	n := s.both[s.g.at(Cell{u, variable, category})]
	for _, v := range s.g.kids[u] {
		if !s.counts.shown[s.g.at(Cell{v, s.variable, 0})] {
			n += s.couldBe(v, variable, category)
		}
	}
	return n
}

func (s *side) enough(u int) bool {
	least := max(s.rules.Full, s.g.k)
	matched, others := s.g.n[s.g.at(Cell{u, s.variable, 0})], s.g.n[s.g.at(Cell{u, s.variable, 1})]
	return s.Shown[Cell{u, All, All}].Shown == Published && matched >= least && (others == 0 || others >= least)
}

// decide is which of the units can be told as far as this wave is concerned.
func (s *side) decide(codes []string) (left []string) {
	t := s.counts
	for i, frozen := range t.frozen {
		if !frozen {
			t.may[i] = slices.Contains(codes, s.Codes[t.cellAt(i).Unit])
		}
	}
	t.decide()
	for _, code := range codes {
		if t.shown[t.at(Cell{s.unit[code], s.variable, 0})] {
			left = append(left, code)
		}
	}
	return left
}

// decideMeans is in which units the means of an area can be told, after decide.
func (s *side) decideMeans(area int) *meanTable {
	m := s.g.meanTable(area, s.counts)
	m.frozen = s.counts.frozen
	for i, frozen := range m.frozen {
		c := m.cellAt(i)
		if frozen {
			m.may[i] = s.tellsMean(c, area)
		} else {
			m.may[i] = s.counts.shown[i] && s.tellsMean(Cell{c.Unit, All, All}, area) && (m.n[i] == 0 || m.may[i])
		}
	}
	m.findBase()
	m.decide()
	return m
}

func (s *side) tellsMean(c Cell, area int) bool {
	switch f := s.Shown[c]; f.Shown {
	case Published:
		return area < len(f.Means) && f.Means[area] != nil
	case Placed:
		return area < len(f.Bands) && f.Bands[area] != NoPlacing
	}
	return false
}
