package sdcattack

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Linear reasoning can reach any union of atoms. Where the attack finds nothing, no union at all may be known to have 1..k-1
// people, whatever its shape.
func TestWhereNothingIsFoundNoUnionOfGroupsIsKnownToBeSmall(t *testing.T) {
	for i, s := range []shape{{5, 6, 0, 0, ""}, {3, 5, 1, 3, ""}, {2, 4, 2, 2, ""}, {4, 5, 0, 0, "snapshots"}, {2, 4, 1, 2, "snapshots"}, {3, 5, 0, 0, "waves"}} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(i), 14))
			for safe := 0; safe < 40; {
				w := randomWorld(r, s)
				if len(w.atoms) > 11 || len(Attack(w.c, w.k, w.moments...)) > 0 {
					continue
				}
				var sizes [][]int
				if !w.each(30_000, func(x []int) { sizes = append(sizes, append([]int(nil), x...)) }) {
					continue
				}
				safe++
				for mask := range uint64(1) << len(w.atoms) {
					n := sumOf(sizes[0], mask)
					if n > 0 && n < w.k && always(sizes, mask, n) {
						t.Fatalf("k %d parents %v heads %v categories %v moments %+v: the atoms %b of %v are %d", w.k, w.c.Parent, w.c.Heads, w.c.Categories, w.moments, mask, w.atoms, n)
					}
				}
			}
		})
	}
}

func always(sizes [][]int, mask uint64, n int) bool {
	for _, x := range sizes {
		if sumOf(x, mask) != n {
			return false
		}
	}
	return true
}

// Circulations and the search for whole numbers are two ways to the same bounds. Tables are larger here than brute force
// could do.
func TestTheSearchFindsWhatTheCirculationFinds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 15))
	leaky, longer := 0, 0
	for range 400 {
		w := randomWorld(r, shape{9, 9, 1, 4, ""})
		bySearch, byFlow, plain := newModel(w.c, w.k, w.moments), newModel(w.c, w.k, w.moments), newModel(w.c, w.k, w.moments)
		if !bySearch.settle(nil, nil) || !byFlow.counts() || !plain.settle(nil, nil) {
			t.Fatalf("true figures contradict each other: %+v", w)
		}
		bySearch.searchAll()
		want, got := w.found(bySearch.narrowCounts()), w.found(byFlow.narrowCounts())
		if len(less(want, got))+len(less(got, want)) > 0 {
			t.Errorf("parents %v heads %v categories %v moments %+v\nonly the search %v\nonly the circulation %v", w.c.Parent, w.c.Heads, w.c.Categories, w.moments, less(want, got), less(got, want))
		}
		if len(want) > 0 {
			leaky++
		}
		if len(less(want, w.found(plain.narrowCounts()))) > 0 {
			longer++
		}
	}
	t.Logf("%d with leaks, %d of them by more than one sum after the other", leaky, longer)
	if longer == 0 {
		t.Error("no world needs more than one sum after the other: the test is too easy")
	}
}
