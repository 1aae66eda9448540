package sdcattack

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"taitorinki/internal/sdc"
)

// scored is of how many people a published mean may be, for a reader.
func (w *world) scored(o Moment, c sdc.Cell, f sdc.Figure) (lo, hi int) {
	switch tenths := *f.Means[0] * 10; {
	case !o.Missing:
		return f.N, f.N
	case o.Scored != nil:
		return o.Scored[c][0], o.Scored[c][0]
	case math.Abs(tenths-math.Round(tenths)) > 1e-6:
		return 20, f.N
	}
	return w.k, f.N
}

// haves are all numbers of people with a score, by atom, that go with some numbers of people. It gives up over a limit.
func (w *world) haves(sizes [][]int, limit int) (out [][]int, ok bool) {
	seen := map[string]bool{}
	for _, x := range sizes {
		y := make([]int, len(x))
		for done := false; !done; {
			if key := fmt.Sprint(y); !seen[key] {
				if seen[key] = true; len(seen) > limit {
					return nil, false
				}
				if w.agrees(y) {
					out = append(out, append([]int(nil), y...))
				}
			}
			done = true
			for j := range y {
				if y[j]++; y[j] <= x[j] {
					done = false
					break
				}
				y[j] = 0
			}
		}
	}
	return out, true
}

// agrees tells whether numbers of people with a score go with what a reader knows of them.
func (w *world) agrees(y []int) bool {
	for i, o := range w.moments {
		for c, f := range o.Publication {
			lo, hi := 0, math.MaxInt
			switch {
			case f.Shown == sdc.Placed && f.Bands[0] != sdc.NoPlacing:
				lo = 5
			case f.Shown == sdc.Published && f.Means[0] != nil:
				lo, hi = w.scored(o, c, f)
			}
			if n := sumOf(y, w.mask(c, false, w.kinds[i])); n < lo || n > hi {
				return false
			}
		}
	}
	return true
}

// freeMeans are the groups without a published mean of which the mean of a few is possible a quarter of the scale apart.
func (w *world) freeMeans(groups []group, haves [][]int) map[string]bool {
	out := map[string]bool{}
	for _, g := range groups {
		lo, hi, few := 1.0, 0.0, false
		for _, y := range haves {
			n := sumOf(y, g.mask)
			few = few || n < w.k
			if n == 0 || hi-lo >= 0.25 {
				continue
			}
			if a, b, solved := w.rangeOfMean(y, g, 0); solved {
				lo, hi = min(lo, a), max(hi, b)
			}
		}
		if !few || hi-lo >= 0.25 {
			out[fmt.Sprint(Mean, g.cell, g.direct, g.name)] = true
		}
	}
	return out
}

// Whatever the attacker says to be known of a mean is known, also where people lack a score.
func TestNoFalseAlarmOfMeansWhereScoresAreMissing(t *testing.T) {
	for i, s := range []shape{{4, 5, 0, 0, ""}, {2, 5, 1, 2, ""}, {3, 4, 0, 0, "snapshots"}} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(i), 6))
			done, told := 0, 0
			for done < 60 {
				w := randomWorld(r, s)
				w.giveMeans(r, 0.15)
				var sizes [][]int
				groups, ok := w.natural(20_000)
				if !ok || !w.each(20_000, func(x []int) { sizes = append(sizes, append([]int(nil), x...)) }) {
					continue
				}
				haves, ok := w.haves(sizes, 2_000)
				if !ok || len(haves) > 300 {
					continue
				}
				done++
				free := w.freeMeans(groups, haves)
				for leak := range w.foundMeans(Attack(w.c, w.k, w.moments...)) {
					if told++; free[leak] || leak == "conflict" {
						t.Fatalf("k %d parents %v heads %v categories %v moments %+v\nfalse %v", w.k, w.c.Parent, w.c.Heads, w.c.Categories, w.moments, leak)
					}
				}
			}
			if t.Logf("%d worlds, %d confined means", done, told); told == 0 {
				t.Error("no mean is known, and nothing is tried")
			}
		})
	}
}
