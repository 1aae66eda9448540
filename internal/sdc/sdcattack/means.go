package sdcattack

import (
	"fmt"
	"math"

	"taitorinki/internal/sdc"
)

// Sums of answers are reckoned like people: each person's place on the scale has a share from the lower end and the rest
// from the upper end, in millionths of the range. Shares add up over units, categories and moments just as people do, so
// that they are circulations too; and the two shares of a group add up to how many of it have a score (scored.go).
//
// The interval of a mean comes from the exact bounds of both shares and of n. All of it is bounds from outside: what is
// reported is proved. Not every link between n and the shares is used (a mean that is confined only because n is a whole
// number in several groups at once may be missed).
const share = 1_000_000

// shares are what is known of one measure in one wave: from the lower end, and from the upper.
type shares struct {
	wave, area int
	kinds      set    // who answered in the wave
	have       *model // who has a score, see scored.go; the model of all people where everybody has
	up, down   *model
	tables     map[[2]int][2]table
	broken     bool // some table has no circulation: the means contradict each other
}

func (m *model) means() (leaks []Leak) {
	for _, w := range m.waves() {
		for a := range m.c.Areas {
			h := &shares{wave: w, area: a, have: m, up: m.copy(), down: m.copy(), tables: map[[2]int][2]table{}}
			for i, o := range m.moments {
				if o.Wave == w || o.Matched {
					h.kinds |= m.sets[m.of[i]]
				}
			}
			if !m.readScored(h) || !m.read(h) || !m.agree(h) {
				leaks = append(leaks, Leak{Kind: Conflict, Area: a, Text: fmt.Sprintf("the means of wave %d contradict each other or the numbers", w)})
				continue
			}
			leaks = append(leaks, m.confined(h)...)
		}
	}
	return leaks
}

func (m *model) waves() (waves []int) {
	for _, o := range m.moments {
		if len(waves) == 0 || waves[len(waves)-1] != o.Wave {
			waves = append(waves, o.Wave)
		}
	}
	return compact(waves)
}

func compact(in []int) (out []int) {
	seen := map[int]bool{}
	for _, v := range in {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// copy has the same groups and sums, and bounds of its own.
func (m *model) copy() *model {
	c := *m
	c.lo, c.hi, c.waiting, c.queue = make([]int, len(m.lo)), make([]int, len(m.hi)), nil, nil
	return &c
}

// read takes the shares from the published means and the levels of placed groups.
func (m *model) read(h *shares) bool {
	for s, kinds := range m.sets {
		for col := range m.columns {
			for u := range m.kids {
				for _, g := range []int{m.below(s, col, u), m.own(s, col, u)} {
					most := boundless
					if h.have.hi[g] < boundless/share {
						most = h.have.hi[g] * share
					}
					if kinds&h.kinds == 0 {
						most = 0
					}
					h.up.hi[g], h.down.hi[g] = most, most
				}
			}
		}
	}
	ok := true
	m.figures(func(i int, c sdc.Cell, f sdc.Figure) {
		lo, hi, known := m.range01(h, i, c, f)
		if !known {
			return
		}
		g := m.below(m.of[i], m.column(c), c.Unit)
		least, most := float64(h.have.lo[g]), float64(h.have.hi[g])
		ok = ok && h.up.atLeast(g, lo*least) && h.up.atMost(g, hi*most)
		ok = ok && h.down.atLeast(g, (1-hi)*least) && h.down.atMost(g, (1-lo)*most)
	})
	return ok
}

func (m *model) atLeast(g int, people float64) bool {
	m.lo[g] = max(m.lo[g], int(math.Floor(people*share))-1)
	return m.lo[g] <= m.hi[g]
}

func (m *model) atMost(g int, people float64) bool {
	m.hi[g] = min(m.hi[g], int(math.Ceil(people*share))+1)
	return m.lo[g] <= m.hi[g]
}

// range01 is where a figure says that the mean is, as a part of the range.
func (m *model) range01(h *shares, moment int, c sdc.Cell, f sdc.Figure) (lo, hi float64, known bool) {
	o, a := m.moments[moment], m.c.Areas[h.area]
	if o.Wave != h.wave {
		return 0, 0, false
	}
	lo, hi = a.Min, a.Max
	switch {
	case f.Shown == sdc.Published && h.area < len(f.Means) && f.Means[h.area] != nil:
		n, _ := m.scoredIn(moment, c, f, h.area)
		lo, hi = between(a, n, *f.Means[h.area])
	case f.Shown == sdc.Placed && h.area < len(f.Bands) && f.Bands[h.area] != sdc.NoPlacing:
		least, most, ok := m.level(moment, h.area)
		if !ok {
			return 0, 0, false
		}
		switch {
		case f.Bands[h.area] < 0:
			hi = min(hi, most-a.Near)
		case f.Bands[h.area] > 0:
			lo = max(lo, least+a.Near)
		case a.Near > 0:
			lo, hi = max(lo, least-a.Near), min(hi, most+a.Near)
		}
	default:
		return 0, 0, false
	}
	return (lo - a.Min) / (a.Max - a.Min), (hi - a.Min) / (a.Max - a.Min), true
}

// level is where the mean of the whole is.
func (m *model) level(moment, area int) (lo, hi float64, ok bool) {
	top := -1
	for u, p := range m.c.Parent {
		if p == sdc.NoParent {
			if top >= 0 {
				return 0, 0, false
			}
			top = u
		}
	}
	whole := sdc.Cell{Unit: top, Variable: sdc.All, Category: sdc.All}
	f := m.moments[moment].Publication[whole]
	if f.Shown != sdc.Published || area >= len(f.Means) || f.Means[area] == nil {
		return 0, 0, false
	}
	n, _ := m.scoredIn(moment, whole, f, area)
	lo, hi = between(m.c.Areas[area], n, *f.Means[area])
	return lo, hi, true
}

// agree lets both shares and n tell each other their bounds.
func (m *model) agree(h *shares) bool {
	for range 4 {
		if !h.up.settle(nil, nil) || !h.down.settle(nil, nil) {
			return false
		}
		changed := false
		for s, kinds := range m.sets {
			if !kinds.within(h.kinds) {
				continue
			}
			for col := range m.columns {
				for u := range m.kids {
					for _, g := range []int{m.below(s, col, u), m.own(s, col, u)} {
						changed = h.have.exchange(h.up, h.down, g) || changed
						changed = h.have.exchange(h.down, h.up, g) || changed
					}
				}
			}
		}
		if !changed {
			break
		}
	}
	return true
}

func (m *model) exchange(a, b *model, g int) (changed bool) {
	if lo := m.lo[g]*share - b.hi[g]; lo > a.lo[g] && lo <= a.hi[g] {
		a.lo[g], changed = lo, true
	}
	if m.hi[g] < boundless/share {
		if hi := m.hi[g]*share - b.lo[g]; hi < a.hi[g] && hi >= a.lo[g] {
			a.hi[g], changed = hi, true
		}
	}
	return changed
}

// confined finds hidden groups that may be small and whose mean is known too well; and groups of any size, hidden or
// published without this mean, of which a reader knows that all or all but one are at an end.
func (m *model) confined(h *shares) (leaks []Leak) {
	m.targets(func(t target) {
		if m.sets[t.s].within(h.kinds) && h.have.hi[t.group] > 0 && !h.broken {
			leaks = append(leaks, m.confinedGroup(h, t, h.have.sensitive(t.group))...)
		}
	})
	m.figures(func(i int, c sdc.Cell, f sdc.Figure) {
		if f.Shown == sdc.Published && m.moments[i].Wave == h.wave && f.N >= m.k && (h.area >= len(f.Means) || f.Means[h.area] == nil) {
			t := target{m.below(m.of[i], m.column(c), c.Unit), m.of[i], m.column(c), c.Unit, false}
			leaks = append(leaks, m.confinedGroup(h, t, h.have.sensitive(t.group))...)
		}
	})
	if h.broken {
		leaks = append(leaks, Leak{Kind: Conflict, Area: h.area, Text: fmt.Sprintf("the means of wave %d contradict each other", h.wave)})
	}
	return leaks
}

func (m *model) confinedGroup(h *shares, t target, small bool) []Leak {
	a := m.c.Areas[h.area]
	wide := func() bool {
		b := h.seen(m, t)
		return small && !b.empty() && b.width() >= 0.25
	}
	if wide() {
		return nil
	}
	if h.tryFew(m, t); wide() {
		return nil
	}
	b := h.box(m, t)
	if b.empty() {
		return nil
	}
	lo, hi := b.mean()
	kind, text := Mean, "is known"
	switch {
	case small && hi-lo < 0.25-1e-5:
	case !small && b.up.hi < b.x.lo*share && b.points(b.up.hi, a) < 2-1e-3, !small && b.points(b.down.hi, a) < 2-1e-3:
		// A mean at an end is a leak only of a group with somebody in it, and one that nobody could take for empty.
		if b.x.lo < m.k {
			return nil
		}
		kind, text = End, "leaves fewer than two off the end"
	default:
		return nil
	}
	scale := a.Max - a.Min
	l := m.leak(kind, t, fmt.Sprintf("mean is %.3f to %.3f of n %d to %d: %s", a.Min+lo*scale, a.Min+hi*scale, b.x.lo, b.x.hi, text))
	l.Area, l.Lo, l.Hi = h.area, b.x.lo, b.x.hi
	return []Leak{l}
}

type interval struct{ lo, hi int }

// box is what is known of a group: n and both shares.
type box struct{ x, up, down interval }

func (b box) points(share01 int, a sdc.Area) float64 {
	return float64(share01) / share * (a.Max - a.Min)
}

// people are the sizes that n can have, at least 1, for the shares.
func (b box) people() (lo, hi int) {
	lo = max(1, b.x.lo, (b.up.lo+b.down.lo+share-1)/share)
	return lo, min(b.x.hi, (b.up.hi+b.down.hi)/share)
}

func (b box) empty() bool { lo, hi := b.people(); return lo > hi }

// mean is the interval of the mean, as parts of the range.
func (b box) mean() (lo, hi float64) {
	first, last := b.people()
	most := func(up, down interval) float64 {
		best := 0.0
		turn := (up.hi + down.lo) / share // up to here the other share keeps the mean low, from here this one
		for _, x := range []int{first, last, turn, turn + 1} {
			if x >= first && x <= last {
				best = max(best, float64(min(up.hi, x*share-down.lo))/float64(x*share))
			}
		}
		return best
	}
	return 1 - most(b.down, b.up), most(b.up, b.down)
}

func (b box) width() float64 { lo, hi := b.mean(); return hi - lo }

// seen is what the circulations so far have shown to be possible: the interval of the mean is at least as wide.
func (h *shares) seen(m *model, t target) box {
	b := box{interval{h.have.lo[t.group], h.have.hi[t.group]}, interval{0, boundless}, interval{0, boundless}}
	for _, v := range m.variables() {
		if t.column > 0 && m.cell(t.column, t.unit).Variable != v {
			continue
		}
		tables := h.table(t.s, v)
		b.up, b.down = tables[0].so(t.group, b.up), tables[1].so(t.group, b.down)
	}
	return b
}

func (t table) so(g int, b interval) interval {
	a, ok := t.arcOf[g]
	if !ok {
		return interval{0, 0}
	}
	return interval{max(b.lo, t.least[a]), min(b.hi, t.greatest[a])}
}

// tryFew moves the shares of a group as far as they matter when it is as small as it can be. That is enough to see most
// means free, and much shorter than to find the bounds.
func (h *shares) tryFew(m *model, t target) {
	enough := share * max(1, h.have.lo[t.group])
	for _, v := range m.variables() {
		if t.column > 0 && m.cell(t.column, t.unit).Variable != v {
			continue
		}
		for _, table := range h.table(t.s, v) {
			if a, ok := table.arcOf[t.group]; ok {
				table.most(a, enough)
				table.fewest(a, 0)
			}
		}
	}
}

// box narrows both shares of a group by its circulations.
func (h *shares) box(m *model, t target) box {
	g := t.group
	b := box{interval{h.have.lo[g], h.have.hi[g]}, interval{h.up.lo[g], h.up.hi[g]}, interval{h.down.lo[g], h.down.hi[g]}}
	for _, v := range m.variables() {
		if t.column > 0 && m.cell(t.column, t.unit).Variable != v {
			continue
		}
		tables := h.table(t.s, v)
		up, okUp := tables[0].arcOf[g]
		down, okDown := tables[1].arcOf[g]
		if okUp {
			b.up = tables[0].bounds(up, b.up)
		}
		if okDown {
			b.down = tables[1].bounds(down, b.down)
		}
	}
	return b
}

func (h *shares) table(s, variable int) [2]table {
	key := [2]int{s, variable}
	if _, ok := h.tables[key]; !ok {
		up, down := h.up.table(s, variable), h.down.table(s, variable)
		if !up.fill() || !down.fill() {
			h.broken = true
		}
		h.tables[key] = [2]table{up, down}
	}
	return h.tables[key]
}

// bounds are the exact bounds of an arc.
func (t table) bounds(a int, b interval) interval {
	lo, hi := t.least[a], t.greatest[a]
	if lo > b.lo {
		lo = t.fewest(a, b.lo)
	}
	if hi < b.hi {
		hi = t.most(a, b.hi)
	}
	return interval{max(b.lo, lo), min(b.hi, hi)}
}
