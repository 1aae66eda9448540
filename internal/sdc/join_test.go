package sdc

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestANewcomerGoesIntoTheFinestGroupThereIs(t *testing.T) {
	parents := []int{-1, 0, 0, 1} // a root, two units, a unit below the first
	for _, test := range []struct {
		name   string
		into   []int
		groups []Group
		late   Member
		of     int
		want   []Group
	}{
		{"own unit and category", []int{0, 1, 2, 3}, []Group{{1, -1, 5}, {1, 0, 6}, {2, 0, 9}}, Member{1, 0}, 1, []Group{{1, -1, 5}, {1, 0, 7}, {2, 0, 9}}},
		{"own unit, categories pooled", []int{0, 1, 2, 3}, []Group{{1, -1, 5}, {1, 0, 6}}, Member{1, 7}, 0, []Group{{1, -1, 6}, {1, 0, 6}}},
		{"as the unit answers", []int{0, 1, 2, 1}, []Group{{1, -1, 5}, {2, -1, 6}}, Member{3, -1}, 0, []Group{{1, -1, 6}, {2, -1, 6}}},
		{"up the tree", []int{0, 1, 2, 3}, []Group{{0, -1, 5}, {2, -1, 6}}, Member{3, -1}, 0, []Group{{0, -1, 6}, {2, -1, 6}}},
		{"up the tree for the category", []int{0, 1, 2, 3}, []Group{{0, -1, 5}, {1, 0, 6}}, Member{1, 1}, 0, []Group{{0, -1, 6}, {1, 0, 6}}},
		{"the whole", []int{-1, -1, -1, -1}, []Group{{-1, -1, 5}}, Member{2, 4}, 0, []Group{{-1, -1, 6}}},
		{"from outside the tree", []int{-1, 1, -1, -1}, []Group{{-1, -1, 5}, {1, -1, 5}}, Member{-1, -1}, 0, []Group{{-1, -1, 6}, {1, -1, 5}}},
		{"the smallest category becomes the pool", []int{0, 1, 2, 3}, []Group{{1, 0, 7}, {1, 1, 6}}, Member{1, 2}, 1, []Group{{1, 0, 7}, {1, -1, 7}}},
		{"the smallest unit is absorbed", []int{0, 1, 2, 3}, []Group{{1, -1, 9}, {2, -1, 6}}, Member{0, -1}, 1, []Group{{1, -1, 9}, {0, -1, 7}}},
		{"absorbed, and pooled", []int{0, 1, 2, 3}, []Group{{1, -1, 19}, {2, 0, 6}, {2, 1, 5}}, Member{0, 2}, 2, []Group{{1, -1, 19}, {0, 0, 6}, {0, -1, 6}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Join(parents, test.into, test.groups, []Member{test.late}, 5)
			if err != nil {
				t.Fatal(err)
			}
			if got.Of[0] != test.of {
				t.Errorf("group %d, want %d", got.Of[0], test.of)
			}
			if diff := cmp.Diff(test.want, got.Groups); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNewcomersWhoAreEnoughAreAGroupOfTheirOwn(t *testing.T) {
	parents, into := []int{-1, 0, 0}, []int{0, 1, 1}
	groups := []Group{{0, NoCategory, 5}, {1, 0, 6}}
	late := func(n int) (out []Member) {
		for range n {
			out = append(out, Member{2, NoCategory}) // of unit 2, which answers as 1
		}
		return out
	}
	for n, want := range map[int][]Group{
		4: {{0, NoCategory, 9}, {1, 0, 6}},
		5: {{0, NoCategory, 5}, {1, 0, 6}, {1, NoCategory, 5}},
		7: {{0, NoCategory, 5}, {1, 0, 6}, {1, NoCategory, 7}},
	} {
		got, err := Join(parents, into, groups, late(n), 5)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Groups); diff != "" {
			t.Errorf("%d newcomers: %s", n, diff)
		}
	}
}

func TestJoiningNeverMakesAGroupSmallerOrFiner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parents, members := drawCounty(t)
		c, err := Coarsen(parents, members, 5)
		if err != nil {
			t.Skip(err)
		}
		into := make([]int, len(parents))
		for i, u := range c.Units {
			into[i] = u.Into
		}
		var late []Member
		for range rapid.IntRange(1, 20).Draw(t, "late") {
			late = append(late, Member{rapid.IntRange(-1, len(parents)-1).Draw(t, "node"), rapid.IntRange(-1, 5).Draw(t, "category")})
		}
		j, err := Join(parents, into, c.Groups, late, 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range j.Groups[len(c.Groups):] {
			if g.Size < 5 {
				t.Fatalf("a new group of few: %+v", g)
			}
		}
		under := joining{parents: parents}
		for i, old := range c.Groups {
			g := j.Groups[i]
			if g.Size < max(5, old.Size) || g.Category != old.Category && g.Category != NoCategory || !under.below(old.Node, g.Node) {
				t.Fatalf("group %d was %+v and is %+v", i, old, g)
			}
		}
		for i, m := range late {
			g := j.Groups[j.Of[i]]
			if g.Category != m.Category && g.Category != NoCategory || !under.below(m.Node, g.Node) {
				t.Fatalf("newcomer %+v came into %+v", m, g)
			}
		}
		for i, g := range c.Of { // whoever was in a group still answers as it: the unit's own people too
			if m := members[i]; j.Into[m.Node] != j.Groups[g].Node {
				t.Fatalf("unit %d answers as %d, and its people are in %+v", m.Node, j.Into[m.Node], j.Groups[g])
			}
		}
	})
}

func drawCounty(t *rapid.T) (parents []int, members []Member) {
	for i := range rapid.IntRange(1, 12).Draw(t, "units") {
		parents = append(parents, rapid.IntRange(-1, i-1).Draw(t, "parent"))
		for range rapid.IntRange(0, 12).Draw(t, "people") {
			members = append(members, Member{i, rapid.IntRange(-1, 3).Draw(t, "category")})
		}
	}
	return parents, members
}
