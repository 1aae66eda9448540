package sdc

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// people makes members without category: sizes[i] of them in node i.
func people(sizes ...int) []Member {
	var out []Member
	for node, n := range sizes {
		for range n {
			out = append(out, Member{node, NoCategory})
		}
	}
	return out
}

func TestSmallUnitsAnswerAsTheirParent(t *testing.T) {
	for _, test := range []struct {
		name    string
		parents []int
		sizes   []int
		groups  []Group
		into    []int
	}{
		{"all large", []int{-1, 0, 0}, []int{5, 6, 7}, []Group{{0, -1, 5}, {1, -1, 6}, {2, -1, 7}}, []int{0, 1, 2}},
		{"two small children fill the parent", []int{-1, 0, 1, 1}, []int{5, 0, 3, 2}, []Group{{0, -1, 5}, {1, -1, 5}}, []int{0, 1, 1, 1}},
		{"a small child passes to the root", []int{-1, 0, 0}, []int{0, 4, 9}, []Group{{0, -1, 13}}, []int{0, 0, 0}},
		{"the root absorbs the smallest", []int{-1, 0, 0, 0}, []int{0, 4, 9, 6}, []Group{{0, -1, 10}, {2, -1, 9}}, []int{0, 0, 2, 0}},
		{"ties go to the lower node", []int{-1, 0, 0, 0}, []int{1, 6, 6, 6}, []Group{{0, -1, 7}, {2, -1, 6}, {3, -1, 6}}, []int{0, 0, 2, 3}},
		{"a parent stands after its child", []int{1, -1}, []int{2, 3}, []Group{{1, -1, 5}}, []int{1, 1}},
		{"small trees meet above the roots", []int{-1, -1, -1}, []int{3, 2, 8}, []Group{{-1, -1, 5}, {2, -1, 8}}, []int{-1, -1, 2}},
		{"a small tree takes the smallest group of others", []int{-1, -1, 1, -1}, []int{3, 1, 6, 8}, []Group{{-1, -1, 10}, {3, -1, 8}}, []int{-1, -1, -1, 3}},
		{"a whole tree in two absorptions", []int{-1, -1, 1, -1}, []int{3, 1, 6, 6}, []Group{{-1, -1, 9}, {1, -1, 7}}, []int{-1, 1, 1, -1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Coarsen(test.parents, people(test.sizes...), 5)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.groups, got.Groups); diff != "" {
				t.Error(diff)
			}
			for node, u := range got.Units {
				want := Merge{test.sizes[node], test.into[node], test.into[node] != node}
				if u.Members == 0 {
					want = Merge{0, node, false}
				}
				if u != want {
					t.Errorf("unit %d: got %+v, want %+v", node, u, want)
				}
			}
		})
	}
}

func TestSmallCategoriesArePooled(t *testing.T) {
	for _, test := range []struct {
		name  string
		sizes []int // by category 0, 1, ...
		want  []Group
	}{
		{"all large", []int{5, 6}, []Group{{0, 0, 5}, {0, 1, 6}}},
		{"the pool is large enough", []int{5, 3, 2}, []Group{{0, -1, 5}, {0, 0, 5}}},
		{"the pool absorbs the smallest", []int{7, 1, 6}, []Group{{0, -1, 7}, {0, 0, 7}}},
		{"ties go to the lower category", []int{6, 6, 1}, []Group{{0, -1, 7}, {0, 1, 6}}},
		{"none is large", []int{2, 2, 2}, []Group{{0, -1, 6}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var members []Member
			for category, n := range test.sizes {
				members = append(members, slices.Repeat([]Member{{0, category}}, n)...)
			}
			got, err := Coarsen([]int{-1}, members, 5)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Groups); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCoarsenRefusesWhatCannotBe(t *testing.T) {
	for name, run := range map[string]func() error{
		"too few":         func() error { _, err := Coarsen([]int{-1, 0}, people(2, 2), 5); return err },
		"nobody":          func() error { _, err := Coarsen(nil, nil, 5); return err },
		"k 0":             func() error { _, err := Coarsen([]int{-1}, people(9), 0); return err },
		"circle":          func() error { _, err := Coarsen([]int{1, 0}, people(9, 9), 5); return err },
		"own parent":      func() error { _, err := Coarsen([]int{0}, people(9), 5); return err },
		"unknown parent":  func() error { _, err := Coarsen([]int{7}, people(9), 5); return err },
		"unknown node":    func() error { _, err := Coarsen([]int{-1}, people(0, 9), 5); return err },
		"negative node":   func() error { _, err := Coarsen([]int{-1}, []Member{{-1, 0}}, 1); return err },
		"wrong category":  func() error { _, err := Coarsen([]int{-1}, []Member{{0, -2}}, 1); return err },
		"negative parent": func() error { _, err := Coarsen([]int{-2}, people(9), 5); return err },
	} {
		if run() == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func TestEveryMemberIsInALargeGroupOfAnAncestor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parents := drawTree(t)
		k := rapid.IntRange(1, 8).Draw(t, "k")
		members := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Member {
			return Member{rapid.IntRange(0, len(parents)-1).Draw(t, "node"), rapid.IntRange(-1, 3).Draw(t, "category")}
		}), 0, 150).Draw(t, "members")
		got, err := Coarsen(parents, members, k)
		if (err != nil) != (len(members) < k) {
			t.Fatalf("%d members, k %d: %v", len(members), k, err)
		}
		if err != nil {
			return
		}
		checkGroups(t, parents, members, got, k)
		checkKept(t, parents, members, got, k)
		again, _ := Coarsen(parents, members, k)
		if diff := cmp.Diff(got, again); diff != "" {
			t.Fatalf("two runs differ: %s", diff)
		}
	})
}

// drawTree draws a forest of which the nodes stand in any order.
func drawTree(t *rapid.T) []int {
	n := rapid.IntRange(1, 25).Draw(t, "nodes")
	names := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	})).Draw(t, "names")
	parents := make([]int, n)
	for i := range n {
		parents[names[i]] = NoParent
		if p := rapid.IntRange(-1, i-1).Draw(t, "parent"); p >= 0 {
			parents[names[i]] = names[p]
		}
	}
	return parents
}

func checkGroups(t *rapid.T, parents []int, members []Member, got Coarsening, k int) {
	sizes := make([]int, len(got.Groups))
	for i, m := range members {
		g := got.Groups[got.Of[i]]
		sizes[got.Of[i]]++
		node := m.Node
		for node != g.Node && node != NoParent {
			node = parents[node]
		}
		if node != g.Node || g.Category != NoCategory && g.Category != m.Category || got.Units[m.Node].Into != g.Node {
			t.Fatalf("member %+v answers as %+v, unit %+v", m, g, got.Units[m.Node])
		}
	}
	for i, g := range got.Groups {
		if g.Size != sizes[i] || g.Size < k {
			t.Fatalf("group %+v has %d members, k %d", g, sizes[i], k)
		}
		if i > 0 && (got.Groups[i-1].Node > g.Node || got.Groups[i-1].Node == g.Node && got.Groups[i-1].Category >= g.Category) {
			t.Fatalf("groups out of order: %+v", got.Groups)
		}
	}
}

// checkKept checks that a unit with k members of its own lost its name only to a root.
func checkKept(t *rapid.T, parents []int, members []Member, got Coarsening, k int) {
	for node, u := range got.Units {
		if u.Members >= k && u.Merged && u.Into != NoParent && parents[u.Into] != NoParent {
			t.Fatalf("unit %d of %d members answers as %d, which is no root", node, u.Members, u.Into)
		}
		if u.Merged != (u.Into != node) {
			t.Fatalf("unit %d: %+v", node, u)
		}
	}
}

// county is a tree of 4,000 units with 100,000 persons of 12 categories.
func county() ([]int, []Member) {
	const units, persons = 4000, 100_000
	random := rand.New(rand.NewPCG(1, 2))
	parents := make([]int, units)
	for i := range parents {
		parents[i] = (i - 1) / 4
	}
	parents[0] = NoParent
	members := make([]Member, persons)
	for i := range members {
		members[i] = Member{random.IntN(units), random.IntN(12)}
	}
	return parents, members
}

func TestAWholeCountyIsCoarsenedInTime(t *testing.T) {
	parents, members := county()
	best := time.Hour
	for range 3 {
		start := time.Now()
		if _, err := Coarsen(parents, members, 5); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	t.Logf("%v", best)
	// It takes about 50 ms; the limit leaves room for a busy machine and the race detector.
	if best > time.Second {
		t.Errorf("%d persons in %d units took %v, want under 1 s", len(members), len(parents), best)
	}
}

func BenchmarkCoarsen(b *testing.B) {
	parents, members := county()
	for b.Loop() {
		if _, err := Coarsen(parents, members, 5); err != nil {
			b.Fatal(err)
		}
	}
}
