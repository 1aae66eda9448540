package sdc

import (
	"fmt"
	"sync"
)

// Rules are the limits of a campaign. Those lower than the least that may be are raised.
type Rules struct {
	Least int // least group of which anything is told
	Full  int // from it n and means are told, under it only placings; a campaign without placings has Least here
	// Another snapshot of the same round may be published by Later: then readers must not know of a group that it is nobody
	// where only a few could still come, for these would be few.
	Again bool
	// Progress is told how much of the work is done, from one goroutine at a time; it must be quick. nil: nobody asks.
	Progress func(done, total int)
}

// Suppress decides what is published of the answers to a campaign. The result depends on nothing but the arguments, and
// is the same for every reader.
func Suppress(c Catalogue, answers []Answer, rules Rules) (Publication, error) {
	k := max(rules.Least, LeastGroup)
	if k > 60 {
		return nil, fmt.Errorf("sdc: least group size %d", k)
	}
	g, err := newGroups(c, answers, k)
	if err != nil {
		return nil, err
	}
	g.full, g.again, g.progress = rules.Full, rules.Again, newProgress(rules.Progress, 1+len(c.Areas))
	counts := g.countTable()
	counts.decide()
	return publish(counts, g.decideMeans(counts), rules), nil
}

// decideMeans decides of each area by itself: what is hidden of one tells nothing of another.
func (g *groups) decideMeans(counts *table) []*meanTable {
	means := make([]*meanTable, len(g.c.Areas))
	if len(means) > 0 && len(g.c.Categories) > 0 {
		counts.witnesses()
	}
	var all sync.WaitGroup
	for a := range means {
		means[a] = g.meanTable(a, counts)
		all.Go(means[a].decide)
	}
	all.Wait()
	return means
}

// publish rounds what is shown. Groups under the limit of full figures are only placed against the whole: less is told of
// them than was looked at when it was decided what to hide.
func publish(counts *table, means []*meanTable, rules Rules) Publication {
	p, full := Publication{}, max(rules.Full, counts.k)
	for i, shown := range counts.shown {
		if !shown {
			continue
		}
		f := Figure{Shown: Published, N: counts.n[i]}
		if counts.n[i] < full {
			f = Figure{Shown: Placed}
		}
		for _, m := range means {
			if f.Shown == Placed {
				f.Bands = append(f.Bands, m.placing(i))
			} else {
				f.Means = append(f.Means, m.figure(i))
			}
		}
		p[counts.cellAt(i)] = f
	}
	return p
}

func (m *meanTable) figure(cell int) *float64 {
	if !m.shown[cell] {
		return nil
	}
	mean := Round(m.mean(cell), m.decimals(m.n[cell]))
	return &mean
}

// placing compares a group with the whole: with its root, if the mean of that is told.
func (m *meanTable) placing(cell int) int {
	root := m.cellAt(cell).Unit
	for m.c.Parent[root] != NoParent {
		root = m.c.Parent[root]
	}
	if !m.shown[cell] || !m.shown[root] {
		return NoPlacing
	}
	off := m.mean(cell) - m.mean(root)
	switch width := m.area.Near; {
	case off < -width-tiny:
		return -1
	case off > width+tiny:
		return 1
	}
	return 0
}
