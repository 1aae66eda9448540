package sdcattack

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"

	"taitorinki/internal/sdc"
)

// giveMeans gives answers on a scale from 1 to 5, to all but a share of the people, and publishes the means of each moment,
// as D8 and D9 allow.
func (w *world) giveMeans(r *rand.Rand, missing float64) {
	w.c.Areas = []sdc.Area{{Min: 1, Max: 5, Decimals: 2, Near: 0.25}}
	skew := r.Float64() * 2
	answers := map[int][]float64{} // of each wave, the sum of each atom
	have := map[int][]int{}        // and how many of it have a score
	for i := range w.moments {
		o := &w.moments[i]
		if answers[o.Wave] == nil {
			for _, n := range w.truth {
				sum, scored := 0.0, 0
				for range n {
					if missing > 0 && r.Float64() < missing {
						continue
					}
					sum += 1 + math.Round(16*math.Pow(r.Float64(), skew))/4
					scored++
				}
				answers[o.Wave], have[o.Wave] = append(answers[o.Wave], sum), append(have[o.Wave], scored)
			}
		}
		if o.Missing = missing > 0; o.Missing && r.IntN(2) == 0 {
			o.Scored = map[sdc.Cell][]int{}
		}
		mean := func(c sdc.Cell) (mean float64, n int) {
			mask, sum := w.mask(c, false, w.kinds[i]), 0.0
			for j, s := range answers[o.Wave] {
				if mask>>j&1 == 1 {
					sum += s
				}
			}
			n = sumOf(have[o.Wave], mask)
			return sum / float64(n), n
		}
		top := sdc.Cell{Unit: 0, Variable: sdc.All, Category: sdc.All}
		for c, f := range o.Publication {
			m, n := mean(c)
			if f.Shown == sdc.Placed {
				f.Bands = []int{band(m, n, mean, top)}
			} else {
				shown := sdc.Round(m, sdc.Decimals(n))
				half := math.Pow10(-sdc.Decimals(n)) / 2
				f.Means = []*float64{&shown}
				if x := float64(n); n < w.k || x*(5-shown-half) < 2 || x*(shown-half-1) < 2 {
					f.Means = []*float64{nil}
				} else if o.Scored != nil {
					o.Scored[c] = []int{n}
				}
			}
			o.Publication[c] = f
		}
	}
}

func band(m float64, n int, mean func(sdc.Cell) (float64, int), top sdc.Cell) int {
	whole, all := mean(top)
	switch d := m - whole; {
	case n < 5 || all == 0:
		return sdc.NoPlacing
	case math.Abs(d) > 0.25:
		return int(math.Copysign(1, d))
	}
	return 0
}

// rangeOfMean is the exact interval of the mean of a group in a wave when the atoms have the sizes x: a linear programme
// over the atoms' shares of the scale. Sizes are of those who have a score.
func (w *world) rangeOfMean(x []int, g group, wave int) (lo, hi float64, ok bool) {
	var rows [][]float64 // of a <= b
	var limits []float64
	row := func(mask uint64, sign, limit float64) {
		r := make([]float64, len(x))
		for j := range x {
			if mask>>j&1 == 1 {
				r[j] = sign
			}
		}
		rows, limits = append(rows, r), append(limits, limit)
	}
	for j, n := range x {
		row(1<<j, 1, float64(n))
	}
	for i, o := range w.moments {
		if o.Wave != wave {
			continue
		}
		for c, f := range o.Publication {
			mask := w.mask(c, false, w.kinds[i])
			low, high, known := w.said(o, c, f)
			if known {
				n := float64(sumOf(x, mask))
				row(mask, 1, n*high+1e-9)
				row(mask, -1, -n*low+1e-9)
			}
		}
	}
	n := float64(sumOf(x, g.mask))
	for sign := -1.0; sign <= 1; sign += 2 {
		v, solved := best(rows, limits, g.mask, sign)
		if !solved {
			return 0, 0, false
		}
		if sign < 0 {
			lo = -v / n
		} else {
			hi = v / n
		}
	}
	return lo, hi, true
}

// said is the interval that a figure tells of the mean, as parts of the range.
func (w *world) said(o Moment, c sdc.Cell, f sdc.Figure) (lo, hi float64, known bool) {
	part := func(v float64) float64 { return min(1, max(0, (v-1)/4)) }
	if f.Shown == sdc.Published {
		if f.Means[0] == nil {
			return 0, 0, false
		}
		half := w.half(o, c, f)
		return part(*f.Means[0] - half), part(*f.Means[0] + half), true
	}
	whole := sdc.Cell{Unit: 0, Variable: sdc.All, Category: sdc.All}
	top := o.Publication[whole]
	if top.Shown != sdc.Published || top.Means[0] == nil || f.Bands[0] == sdc.NoPlacing {
		return 0, 0, false
	}
	half := w.half(o, whole, top)
	low, high := max(1, *top.Means[0]-half), min(5, *top.Means[0]+half)
	switch f.Bands[0] {
	case -1:
		return 0, part(high - 0.25), true
	case 1:
		return part(low + 0.25), 1, true
	}
	return part(low - 0.25), part(high + 0.25), true
}

// half is by how much a mean may be off the figure.
func (w *world) half(o Moment, c sdc.Cell, f sdc.Figure) float64 {
	least, _ := w.scored(o, c, f)
	return math.Pow10(-sdc.Decimals(least)) / 2
}

// best is the greatest sign·sum of the atoms of a mask.
func best(rows [][]float64, limits []float64, mask uint64, sign float64) (float64, bool) {
	n, k := len(rows[0]), len(rows)
	a, c := mat.NewDense(k, n+k, nil), make([]float64, n+k)
	for i, r := range rows {
		for j, v := range r {
			a.Set(i, j, v)
		}
		a.Set(i, n+i, 1)
	}
	for j := range n {
		if mask>>j&1 == 1 {
			c[j] = -sign
		}
	}
	v, _, err := lp.Simplex(c, a, limits, 1e-9, nil)
	return -v, err == nil
}

// confinedBy are the groups that may be small and whose mean is confined for all sizes that fit, by brute force.
func (w *world) confinedBy(groups []group, sizes [][]int) (out map[string]bool, ok bool) {
	out = map[string]bool{}
	inWave := map[int]set{}
	for i, o := range w.moments {
		inWave[o.Wave] |= w.kinds[i]
	}
	for _, g := range groups {
		if w.published(g) || g.direct && !w.hasKids(g.cell.Unit) || g.lo >= w.k || g.hi < 1 {
			continue
		}
		for wave, kinds := range inWave {
			if !g.kinds.within(kinds) {
				continue
			}
			lo, hi := 1.0, 0.0
			for _, x := range sizes {
				if sumOf(x, g.mask) == 0 || hi-lo >= 0.25 {
					continue
				}
				if a, b, solved := w.rangeOfMean(x, g, wave); solved {
					lo, hi = min(lo, a), max(hi, b)
				}
			}
			if hi >= lo && hi-lo < 0.25 {
				out[fmt.Sprint(Mean, g.cell, g.direct, g.name)] = true
			}
		}
	}
	return out, true
}

func TestBruteForceFindsTheSameConfinedMeans(t *testing.T) {
	shapes := []shape{{4, 6, 0, 0, ""}, {3, 4, 1, 2, ""}, {4, 5, 0, 0, "snapshots"}, {2, 6, 0, 0, "waves"}}
	for i, s := range shapes {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(i), 5))
			done, leaky, missed := 0, 0, 0
			for done < 60 {
				w := randomWorld(r, s)
				w.giveMeans(r, 0)
				var sizes [][]int
				groups, ok := w.natural(20_000)
				if !ok || !w.each(20_000, func(x []int) { sizes = append(sizes, append([]int(nil), x...)) }) || len(sizes) > 600 {
					continue
				}
				done++
				want, _ := w.confinedBy(groups, sizes)
				got := w.foundMeans(Attack(w.c, w.k, w.moments...))
				leaky += len(want)
				missed += len(less(want, got))
				if len(less(got, want)) > 0 {
					t.Fatalf("k %d parents %v heads %v categories %v moments %+v\nfalse %v", w.k, w.c.Parent, w.c.Heads, w.c.Categories, w.moments, less(got, want))
				}
			}
			t.Logf("%d worlds, %d confined means, %d missed", done, leaky, missed)
		})
	}
}

func (w *world) foundMeans(leaks []Leak) map[string]bool {
	out := map[string]bool{}
	for _, l := range leaks {
		switch l.Kind {
		case Mean:
			out[fmt.Sprint(Mean, l.Cell, l.Direct, w.alias(l.Group))] = true
		case Conflict:
			out["conflict"] = true
		}
	}
	return out
}
