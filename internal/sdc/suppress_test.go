package sdc

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestABareRoundPublishesNothingOrTheWhole(t *testing.T) {
	rules := Rules{Least: 5, Full: 10}
	scored := func(scores ...float64) (all []Answer) {
		for _, s := range scores {
			all = append(all, Answer{Scores: []float64{s}})
		}
		return all
	}
	for _, test := range []struct {
		name    string
		answers []Answer
		want    Shown
		told    any // mean or placing
	}{
		{"nobody", nil, Hidden, nil},
		{"one", scored(3), Hidden, nil},
		{"five", scored(1, 2, 3, 4, 5), Placed, 0},
		{"five alike", scored(3, 3, 3, 3, 3), Placed, NoPlacing},
		{"ten", scored(1, 2, 3, 4, 5, 1, 2, 3, 4, 5), Published, 3.0},
		{"ten, nine alike", scored(1, 5, 5, 5, 5, 5, 5, 5, 5, 5), Published, nil},
		{"ten, and no scores", scored(math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()), Published, nil},
	} {
		c := Catalogue{Parent: []int{NoParent}, Heads: []int{40}, Areas: []Area{{Min: 1, Max: 5, Decimals: 2}}}
		p, err := Suppress(c, test.answers, rules)
		if err != nil {
			t.Fatal(test.name, err)
		}
		f := p[Cell{0, All, All}]
		if f.Shown != test.want {
			t.Fatalf("%s: got %v, want %v", test.name, f.Shown, test.want)
		}
		var told any
		switch {
		case f.Shown == Placed:
			told = f.Bands[0]
		case f.Shown == Published && f.Means[0] != nil:
			told = *f.Means[0]
		}
		if told != test.told {
			t.Errorf("%s: told %v, want %v", test.name, told, test.told)
		}
		if f.Shown == Placed && (f.N != 0 || f.Means != nil) {
			t.Errorf("%s: placed, and told %+v", test.name, f)
		}
	}
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	one := []Answer{{}}
	for name, c := range map[string]Catalogue{
		"circle":            {Parent: []int{0}},
		"heads of too many": {Parent: []int{NoParent}, Heads: []int{1, 2}},
		"fewer than none":   {Parent: []int{NoParent}, Heads: []int{-1}},
		"more than all":     {Parent: []int{NoParent}, Heads: []int{0}},
		"no values":         {Parent: []int{NoParent}, Categories: []int{3}},
		"no scores":         {Parent: []int{NoParent}, Areas: []Area{{Min: 1, Max: 5, Decimals: 1}}},
		"turned scale":      {Parent: []int{NoParent}, Areas: []Area{{Min: 5, Max: 1, Decimals: 1}}},
	} {
		if _, err := Suppress(c, one, Rules{}); err == nil {
			t.Error(name)
		}
	}
	if p, err := Suppress(Catalogue{}, nil, Rules{}); err != nil || len(p) > 0 {
		t.Error("an empty catalogue:", p, err)
	}
}

// Where a category has low scores and a unit high ones, few can be in both: means are hidden so that it does not show.
func TestMeansDoNotTellOfNumbers(t *testing.T) {
	o := ManyUnits(1, 150, 2200, 8)
	g, err := newGroups(o.Catalogue, o.Answers, 5)
	if err != nil {
		t.Fatal(err)
	}
	counts := g.countTable()
	counts.decide()
	m := g.meanTable(0, counts)
	m.settleMore = nil
	m.start()
	m.settle()
	if m.allFit() {
		t.Fatal("all numbers fit, and nothing is tested")
	}
	m = g.meanTable(0, counts)
	m.decide()
	if !m.allFit() {
		t.Error("there are numbers that do not go with the means")
	}
}

func TestProgressOnlyGrowsAndEnds(t *testing.T) {
	o := ManyUnits(2, 80, 900, 4)
	o.WithAreas(3)
	var told []int
	rules := Rules{Least: 5, Full: 10, Progress: func(done, total int) {
		if total != 100 {
			t.Errorf("%d of %d", done, total)
		}
		told = append(told, done)
	}}
	p, err := Suppress(o.Catalogue, o.Answers, rules)
	if err != nil {
		t.Fatal(err)
	}
	if len(told) < 10 || !slices.IsSorted(told) || told[0] < 0 || told[len(told)-1] != 100 {
		t.Errorf("told %v", told)
	}
	rules.Progress = nil
	if silent, err := Suppress(o.Catalogue, o.Answers, rules); err != nil || cmp.Diff(p, silent) != "" {
		t.Error("somebody who asks for progress gets another publication:", err)
	}
}

func TestTheSameAnswersArePublishedAlike(t *testing.T) {
	o := ManyUnits(5, 80, 900, 4)
	rules := Rules{Least: 5, Full: 10}
	first, err := Suppress(o.Catalogue, o.Answers, rules)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again, err := Suppress(o.Catalogue, o.Answers, rules)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatal(diff)
		}
	}
}

// With several background variables more is hidden than would have to be, but most stays, with its means.
func TestSeveralVariablesLeaveMostFigures(t *testing.T) {
	o := ManyUnits(1, 300, 4500, 5, 5)
	p, err := Suppress(o.Catalogue, o.Answers, Rules{Least: 5, Full: 5})
	if err != nil {
		t.Fatal(err)
	}
	without := 0
	for _, f := range p {
		if f.Means[0] == nil {
			without++
		}
	}
	hidden, of := o.Hidden(t, p, 5)
	t.Logf("hides %d of %d, and the means of %d more", hidden, of, without)
	if hidden*3 > of || without*10 > len(p) {
		t.Errorf("hides %d of %d, and the means of %d of the other %d", hidden, of, without, len(p))
	}
}
