package insight

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"taitorinki/internal/sdc"
)

// near is how far from the level of the whole a group is still placed near it: a quarter of a step on a scale of 1 to 5.
const near = 1.0 / 16

// seed is that of every snapshot: a snapshot of the same data is the same.
const seed = 20261122

// making is a snapshot while it is made.
type making struct {
	*Snapshot
	source *Source
	step   func(done, total int) error // tells how far it is
}

// Publish makes the snapshot of a round. Before is the wave before and earlier what was published of it, both nil: there is none. The result depends on nothing but the
// arguments, whatever the order of the responses, and is told all at once: what one table shows is decided by all others.
func Publish(ctx context.Context, program string, s, before *Source, earlier *Snapshot, step func(done, total int) error) (*Snapshot, error) {
	s, before = s.sorted(), before.sorted()
	if step == nil {
		step = func(int, int) error { return nil }
	}
	full := max(s.Full, sdc.LeastFull)
	m := &making{source: s, step: step, Snapshot: &Snapshot{
		Definitions: Definitions, Program: program, Seed: seed, Head: s.Head,
		Least: max(s.Least, sdc.LeastGroup), Near: near, Units: s.Units, Variables: s.Variables, Areas: s.Areas,
	}}
	m.Full = max(full, m.Least)
	if err := m.tables(); err != nil {
		return nil, err
	}
	m.index()
	m.spreads()
	if err := m.change(before, earlier); err != nil {
		return nil, err
	}
	m.quality()
	m.factors()
	m.profiles()
	return m.Snapshot, ctx.Err()
}

// catalogue is the tables of the round, fixed by its settings.
func (s *Source) catalogue() sdc.Catalogue {
	c := sdc.Catalogue{}
	for _, u := range s.Units {
		c.Parent, c.Heads = append(c.Parent, u.Parent), append(c.Heads, u.Heads)
	}
	for _, v := range s.Variables {
		c.Categories = append(c.Categories, len(v.Categories))
	}
	for _, a := range s.Areas {
		c.Areas = append(c.Areas, sdc.Area{Min: float64(a.Min), Max: float64(a.Max), Decimals: 2, Near: near * float64(a.Max-a.Min)})
	}
	return c
}

func (s *Source) answers() []sdc.Answer {
	out := make([]sdc.Answer, len(s.Responses))
	for i, r := range s.Responses {
		out[i] = sdc.Answer{Unit: r.Unit, Values: r.Values, Scores: r.Scores}
	}
	return out
}

// tables decides what is told of every unit and category.
func (m *making) tables() error {
	c := m.source.catalogue()
	var failed error
	p, err := sdc.Suppress(c, m.source.answers(), sdc.Rules{Least: m.Least, Full: m.Full, Progress: func(done, total int) {
		failed = errors.Join(failed, m.step(done, total))
	}})
	err = errors.Join(err, failed)
	if err != nil {
		return err
	}
	if p[sdc.Cell{Unit: 0, Variable: sdc.All, Category: sdc.All}].Shown != sdc.Published {
		return nil // there is nothing to compare with
	}
	for _, cell := range c.Cells() {
		f, shown := p[cell]
		if !shown || f.Shown == sdc.Hidden {
			continue
		}
		m.Cells = append(m.Cells, Cell{Unit: cell.Unit, Variable: cell.Variable, Category: cell.Category,
			Placed: f.Shown == sdc.Placed, N: f.N, Means: f.Means, Bands: f.Bands})
	}
	return nil
}

// sorted puts the responses into an order that depends on nothing but what they say: sums are then the same to the last bit.
func (s *Source) sorted() *Source {
	if s == nil {
		return nil
	}
	out := *s
	out.Responses = slices.Clone(s.Responses)
	slices.SortFunc(out.Responses, func(a, b Response) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), slices.Compare(a.Values, b.Values), slices.Compare(a.Answers, b.Answers), cmp.Compare(a.Pair, b.Pair))
	})
	return &out
}
