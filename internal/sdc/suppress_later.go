package sdc

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Moment is a snapshot that was published: all answers that there were, and what was told of them.
type Moment struct {
	Answers []Answer
	Shown   Publication
}

// Later decides what a later snapshot of the same round publishes. The answers begin with those of the last moment, and
// those of every moment with those of the one before. What is returned are the cells with new figures; the others that
// were shown keep their old ones, with their date (D6).
//
// The proof reads all snapshots together. A reader is taken to know of every shown cell how many came before and how many
// came since; then the answers before and those since are tables of their own, and each must stand by itself while the
// others stay as they are. So a group gets new figures only if it had some, and if those who came since, and all that are
// left over when groups are taken away, are nobody or at least k. A group that was placed keeps its placing: how many came
// since would be known only within limits, and could not be looked at apart from those before. Where an earlier snapshot
// would no longer stand, or answers were changed, all figures stay.
func Later(c Catalogue, earlier []Moment, answers []Answer, rules Rules) (Publication, error) {
	if len(earlier) == 0 {
		return Suppress(c, answers, rules)
	}
	k := max(rules.Least, LeastGroup)
	if k > 60 {
		return nil, fmt.Errorf("sdc: least group size %d", k)
	}
	all, err := newGroups(c, answers, k)
	if err != nil {
		return nil, err
	}
	all.full, all.again = rules.Full, rules.Again
	parts, err := splitMoments(earlier, answers)
	if errors.Is(err, errChanged) {
		return Publication{}, nil
	}
	s := &later{all: all, k: k}
	for i, part := range parts {
		if err := s.add(c, part, i, earlier); err != nil {
			return nil, err
		}
	}
	last := s.tables[len(s.tables)-1]
	for _, t := range s.tables[:len(s.tables)-1] {
		if !t.stands() {
			return Publication{}, nil
		}
	}
	last.decide()
	counts := &table{groups: all, n: all.n, own: all.own, shown: last.shown}
	means := make([]*meanTable, len(c.Areas))
	for a := range c.Areas {
		means[a] = s.laterMeans(a, last, counts, earlier[len(earlier)-1].Shown)
	}
	return publish(counts, means, rules), nil
}

var errChanged = errors.New("sdc: answers of an earlier snapshot have changed")

// splitMoments gives the answers that came with each snapshot.
func splitMoments(earlier []Moment, answers []Answer) (parts [][]Answer, err error) {
	at := 0
	for _, now := range append(slices.Clone(earlier), Moment{Answers: answers}) {
		if len(now.Answers) < at || !slices.EqualFunc(now.Answers[:at], answers[:min(at, len(answers))], sameAnswer) {
			return nil, errChanged
		}
		parts = append(parts, now.Answers[at:])
		at = len(now.Answers)
	}
	return parts, nil
}

func sameAnswer(a, b Answer) bool {
	return a.Unit == b.Unit && slices.Equal(a.Values, b.Values) && slices.EqualFunc(a.Scores, b.Scores, func(x, y float64) bool {
		return x == y || math.IsNaN(x) && math.IsNaN(y)
	})
}

type later struct {
	all    *groups
	k      int
	tables []*table // of those who came with each snapshot
}

// add makes the table of those who came with a snapshot; the people who answered with any other cannot be among them.
func (s *later) add(c Catalogue, part []Answer, i int, earlier []Moment) error {
	g, err := newGroups(c, part, s.k)
	if err != nil {
		return err
	}
	others := slices.Clone(s.all.own[:len(c.Parent)])
	for u := range others {
		others[u] -= g.own[u]
	}
	g.countHeads(others)
	if i == 0 {
		g.full = s.all.full
	}
	g.again = i < len(earlier) || s.all.again
	t := g.countTable()
	for cell := range t.may {
		if i < len(earlier) {
			t.may[cell] = earlier[i].Shown[g.cellAt(cell)].Shown != Hidden
		} else {
			before := earlier[i-1].Shown[g.cellAt(cell)].Shown == Published
			t.may[cell] = before && (g.n[cell] == 0 || g.n[cell] >= s.k)
		}
	}
	s.tables = append(s.tables, t)
	return nil
}

// stands tells whether what was published of a table still tells nothing of a few.
func (t *table) stands() bool {
	t.start()
	return t.cells == 0 || t.safe(0)
}

// laterMeans decides of which cells new means are told: those of all answers must be allowed, and those of the ones who
// came since must stand as a table of their own.
func (s *later) laterMeans(area int, since, counts *table, before Publication) *meanTable {
	m, all := since.meanTable(area, since), s.all.meanTable(area, counts)
	for i := range m.may {
		f := before[m.cellAt(i)]
		had := f.Shown == Published && f.Means[area] != nil
		m.may[i] = had && all.may[i] && since.shown[i] && (m.n[i] == 0 || m.allowed(m.n[i], m.spread[i]))
	}
	m.decide()
	all.shown = m.shown
	return all
}
