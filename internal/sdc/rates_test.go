package sdc

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestRateUnits(t *testing.T) {
	for _, c := range []struct {
		name             string
		parents, invited []int
		told             []int
	}{
		{"nobody", nil, nil, nil},
		{"too small a county", []int{-1, 0}, []int{9, 10}, nil},
		{"a county and two units", []int{-1, 0, 0}, []int{0, 30, 40}, []int{0, 1, 2}},
		{"a small unit is not told, and nor is the next smallest, from which it could be worked out", []int{-1, 0, 0, 0}, []int{0, 30, 40, 19}, []int{0, 2}},
		{"one that holds all of the unit above", []int{-1, 0, 1}, []int{0, 0, 25}, []int{0, 1, 2}},
		{"staff of the area itself are left over", []int{-1, 0, 0}, []int{5, 30, 40}, []int{0, 2}},
		{"an area that is given up keeps its units", []int{-1, 0, 0, 1, 1}, []int{5, 16, 200, 30, 40}, []int{0, 2, 3, 4}},
		{"two counties", []int{-1, -1}, []int{20, 19}, []int{0}},
	} {
		got, err := RateUnits(c.parents, c.invited)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var told []int
		for u, is := range got {
			if is {
				told = append(told, u)
			}
		}
		if !slices.Equal(told, c.told) {
			t.Errorf("%s: told %v, want %v", c.name, told, c.told)
		}
	}
	if _, err := RateUnits([]int{0}, []int{20}); err == nil {
		t.Error("a circle was taken for a tree")
	}
	if _, err := RateUnits([]int{-1}, nil); err == nil {
		t.Error("units without numbers were taken")
	}
	if _, err := RateUnits([]int{-1}, []int{-1}); err == nil {
		t.Error("fewer than none were invited")
	}
}

// Whoever adds and takes away the told rates of any units learns of no group of fewer than LeastRate.
func TestNoFewPeopleCanBeWorkedOutFromRates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 14).Draw(t, "units")
		parents, invited := make([]int, n), make([]int, n)
		for u := range n {
			parents[u] = rapid.IntRange(-1, u-1).Draw(t, "parent")
			invited[u] = rapid.IntRange(0, 45).Draw(t, "invited")
		}
		told, err := RateUnits(parents, invited)
		if err != nil {
			t.Fatal(err)
		}
		// The cells that can't be divided: people with the same nearest told unit above them.
		cells := map[int]int{}
		for u := range n {
			at := u
			for at != -1 && !told[at] {
				at = parents[at]
			}
			cells[at] += invited[u]
		}
		for u, people := range cells {
			if u != -1 && people > 0 && people < LeastRate {
				t.Errorf("%d people of unit %d can be told apart: parents %v, invited %v, told %v", people, u, parents, invited, told)
			}
		}
		all := 0
		for u := range n {
			if parents[u] == -1 {
				all = max(all, subtree(parents, invited, u))
			}
		}
		if all >= LeastRate && !slices.Contains(told, true) {
			t.Errorf("nothing is told of %d people: parents %v, invited %v", all, parents, invited)
		}
	})
}

func subtree(parents, invited []int, u int) int {
	n := invited[u]
	for v, p := range parents {
		if p == u {
			n += subtree(parents, invited, v)
		}
	}
	return n
}

func TestRateOf(t *testing.T) {
	for _, c := range []struct {
		answered, invited int
		want              Rate
	}{
		{0, 20, Rate{10, OrLess}}, {2, 20, Rate{10, OrLess}}, {3, 20, Rate{15, About}}, {17, 20, Rate{85, About}},
		{18, 20, Rate{90, OrMore}}, {20, 20, Rate{90, OrMore}},
		{0, 39, Rate{10, OrLess}}, {0, 40, Rate{5, OrLess}}, {40, 40, Rate{95, OrMore}},
		{0, 18000, Rate{5, OrLess}}, {8100, 18000, Rate{45, About}}, {8549, 18000, Rate{45, About}}, {8550, 18000, Rate{50, About}}, {18000, 18000, Rate{95, OrMore}},
	} {
		got, ok := RateOf(c.answered, c.invited)
		if !ok || got != c.want {
			t.Errorf("%d of %d: %v, %v; want %v", c.answered, c.invited, got, ok, c.want)
		}
	}
	for _, c := range [][2]int{{0, 0}, {5, 19}, {-1, 30}, {31, 30}} {
		if got, ok := RateOf(c[0], c[1]); ok {
			t.Errorf("%d of %d: %v; want none", c[0], c[1], got)
		}
	}
}

func TestARateNeverSaysNoneOneAllOrAllButOne(t *testing.T) {
	for invited := LeastRate; invited <= 500; invited++ {
		of := map[Rate][]int{}
		for answered := range invited + 1 {
			r, _ := RateOf(answered, invited)
			of[r] = append(of[r], answered)
		}
		for r, all := range of {
			if low, high := all[0], all[len(all)-1]; high < 2 || low > invited-2 {
				t.Errorf("%v of %d says that %d to %d have answered", r, invited, low, high)
			}
		}
	}
}
