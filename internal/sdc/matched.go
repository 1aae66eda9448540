package sdc

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Wave is one of two waves of which the same people's answers are compared: what was published of it, and of which answers.
type Wave struct {
	Catalogue
	Codes   []string // of each unit: a unit is the same in both waves if its code is the same
	Answers []Answer
	Pairs   []int // by answer: that of the same person in the other wave, or none (-1)
	Shown   Publication
}

// Pairs is what is told of the people of a unit who answered in both waves and were in the same unit each time.
type Pairs struct {
	N             int
	Before, After []*float64 // by area of the catalogue, rounded; both nil where they are hidden
}

// Matched decides of which units it is told how many answered in both waves, and their means in each, by code of the unit.
// What it needs of both waves must agree: Pairs name each other, and the areas are the same. Units that are not in the result
// are hidden.
//
// People who moved between two units count as two who answered once, in each unit and in all above: so the matched and the
// others of a wave are a background variable of two categories, and are looked at as one, with all that was published of
// the wave as it is. As the numbers of both are told by that of one, they are shown or hidden together. A number of matched
// people that has to be possible must be so in the other wave too, where they can only be people who answered there in the
// same unit: that bounds them. A unit is told only if it had the same units below it in both waves, of those that there
// were in both, and if its number is published in both; the matched and both remainders are nobody or as many as a group
// with full figures must be. What is told stands in both waves.
func Matched(one, two Wave, rules Rules) (map[string]Pairs, error) {
	var sides [2]*side
	for i, w := range [2][2]Wave{{one, two}, {two, one}} {
		if err := w[0].checkPairs(w[1]); err != nil {
			return nil, err
		}
		var err error
		if sides[i], err = newSide(w[0], w[1], rules); err != nil {
			return nil, err
		}
	}
	if !sides[0].agrees() || !sides[1].agrees() || !slices.Equal(one.Categories, two.Categories) {
		return nil, nil // a publication of other answers: nothing is known of what it leaves over
	}
	sides[0].cross(sides[1])
	sides[1].cross(sides[0])
	told := candidates(sides[0], sides[1])
	for before := none; before != len(told); {
		before = len(told)
		for _, s := range sides {
			told = s.decide(told)
		}
	}
	return figuresOfPairs(sides, told), nil
}

func (w Wave) checkPairs(other Wave) error {
	if len(w.Pairs) != len(w.Answers) || len(w.Codes) != len(w.Parent) || len(w.Areas) != len(other.Areas) {
		return fmt.Errorf("sdc: %d answers with %d pairs, %d units with %d codes, areas %d and %d", len(w.Answers), len(w.Pairs), len(w.Parent), len(w.Codes), len(w.Areas), len(other.Areas))
	}
	for i, j := range w.Pairs {
		if j != none && (j < 0 || j >= len(other.Pairs) || other.Pairs[j] != i) {
			return fmt.Errorf("sdc: answer %d is paired with %d, which is not with it", i, j)
		}
	}
	for i, a := range w.Answers {
		if a.Unit < 0 || a.Unit >= len(w.Parent) {
			return fmt.Errorf("sdc: answer %d has unit %d", i, a.Unit)
		}
	}
	return nil
}

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

// bound tells how many matched people a unit itself can have: those it has, and as many as answered there in the other wave
// and are not matched.
func (s *side) bound(other Wave) {
	others := map[string]int{}
	for j, b := range other.Answers {
		if i := other.Pairs[j]; i == none || s.Codes[s.Answers[i].Unit] != other.Codes[b.Unit] {
			others[other.Codes[b.Unit]]++
		}
	}
	for _, t := range []*table{s.counts, s.counts.loose} {
		if t == nil {
			continue
		}
		n := t.nets[s.variable]
		for e := range n.flow {
			u := int(n.unit[e])
			leaf := n.kind[e] == ofCell && len(s.g.kids[u]) == 0
			if int(n.key[e]) == s.g.at(Cell{u, s.variable, 0}) && (leaf || n.kind[e] == ofOwnValue) {
				n.most[e] = float64(s.g.own[n.key[e]] + others[s.Codes[u]])
			}
		}
	}
}

// agrees tells whether a publication is of these answers.
func (s *side) agrees() bool {
	for c, f := range s.Shown {
		i := s.g.at(c)
		if f.Shown == Published && f.N != s.g.n[i] {
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

func figuresOfPairs(sides [2]*side, told []string) map[string]Pairs {
	out := map[string]Pairs{}
	for _, code := range told {
		s := sides[0]
		out[code] = Pairs{N: s.g.n[s.g.at(Cell{s.unit[code], s.variable, 0})]}
	}
	if len(told) == 0 {
		return out
	}
	for area := range sides[0].Areas {
		before, after := sides[0].decideMeans(area), sides[1].decideMeans(area)
		for _, code := range told {
			i, j := sides[0].matched(code), sides[1].matched(code)
			f, b, a := out[code], before.figure(i), after.figure(j)
			if b == nil || a == nil || before.n[i] != after.n[j] {
				a, b = nil, nil
			}
			f.Before, f.After = append(f.Before, b), append(f.After, a)
			out[code] = f
		}
	}
	return out
}

func (s *side) matched(code string) int { return s.g.at(Cell{s.unit[code], s.variable, 0}) }

// findBase looks how wide every interval is when all that can still be hidden is: more can't be asked for.
func (t *table) findBase() {
	t.base = nil
	may := slices.Clone(t.may)
	for i := range t.may {
		t.may[i] = may[i] && t.frozen[i]
	}
	t.start()
	copy(t.may, may)
	base := make([][]float64, len(t.nets))
	for x, n := range t.nets {
		base[x] = make([]float64, len(n.flow))
		for e := range n.flow {
			if n.fixed[e] || t.elsewhere(n, int32(e)) {
				continue
			}
			for arc := 2 * e; arc < 2*e+2; arc++ {
				base[x][e] += t.grow(n, int32(arc), t.enough(n, int32(e)))
				t.restore()
			}
		}
	}
	t.base = base
}

// enough is more than any interval is asked to be wide.
func (t *table) enough(n *net, e int32) float64 {
	if t.least == 1 {
		return float64(t.k)
	}
	return n.most[e]
}

// atMostBase is how wide an interval must be of which no more is asked than it can be.
func (t *table) atMostBase(n *net, e int32, want float64) float64 {
	if t.base == nil {
		return want
	}
	base := t.base[slices.Index(t.nets, n)][e]
	if t.least != 1 {
		base = math.Max(0, base-t.least)
	}
	return min(want, base)
}
