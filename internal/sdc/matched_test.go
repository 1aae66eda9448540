package sdc_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"taitorinki/internal/sdc"
	"taitorinki/internal/sdc/sdcattack"
)

// twoWaves makes two waves of the people of an organisation, of whom most answered in both and a few moved.
func twoWaves(t testing.TB, seed uint64, rules sdc.Rules, units, people int, categories ...int) (o sdc.Organisation, one, two sdc.Wave) {
	t.Helper()
	o = sdc.ManyUnits(seed, units, people, categories...)
	r := rand.New(rand.NewPCG(seed, 5))
	one, two = sdc.Wave{Catalogue: o.Catalogue, Codes: o.Units}, sdc.Wave{Catalogue: o.Catalogue, Codes: o.Units}
	for _, a := range o.Answers {
		first, second := none, none
		if r.IntN(10) > 0 {
			first = len(one.Answers)
			one.Answers, one.Pairs = append(one.Answers, a), append(one.Pairs, none)
		}
		if b := moved(r, o, a); r.IntN(10) > 1 && roomIn(o, two.Answers, b.Unit) {
			second = len(two.Answers)
			two.Answers, two.Pairs = append(two.Answers, b), append(two.Pairs, none)
		}
		if first != none && second != none {
			one.Pairs[first], two.Pairs[second] = second, first
		}
	}
	for _, w := range []*sdc.Wave{&one, &two} {
		var err error
		if w.Shown, err = sdc.Suppress(w.Catalogue, w.Answers, rules); err != nil {
			t.Fatal(err)
		}
	}
	return o, one, two
}

const none = -1

// moved is the answer of somebody in the second wave: another score, and now and then another unit.
func moved(r *rand.Rand, o sdc.Organisation, a sdc.Answer) sdc.Answer {
	b := sdc.Answer{Unit: a.Unit, Values: a.Values, Scores: slices.Clone(a.Scores)}
	b.Scores[0] = min(5, b.Scores[0]+float64(r.IntN(3))/4)
	if r.IntN(40) == 0 {
		b.Unit = r.IntN(len(o.Parent))
	}
	return b
}

func roomIn(o sdc.Organisation, answers []sdc.Answer, unit int) bool {
	n := 0
	for _, a := range answers {
		if a.Unit == unit {
			n++
		}
	}
	return n < o.Heads[unit]
}

// publications are what is told of matched people, as it was in each wave.
func publications(o sdc.Organisation, pairs map[string]sdc.Pairs) (before, after sdc.Publication) {
	before, after = sdc.Publication{}, sdc.Publication{}
	for u, code := range o.Units {
		if f, ok := pairs[code]; ok {
			cell := sdc.Cell{Unit: u, Variable: sdc.All, Category: sdc.All}
			before[cell] = sdc.Figure{Shown: sdc.Published, N: f.N, Means: f.Before}
			after[cell] = sdc.Figure{Shown: sdc.Published, N: f.N, Means: f.After}
		}
	}
	return before, after
}

// panel has the means of two waves as two measures, as the attacker beside the repository wants it.
func panel(o sdc.Organisation, one, two sdc.Wave, pairs map[string]sdc.Pairs) (sdc.Organisation, []sdc.Edition) {
	o.Catalogue.Areas = append(slices.Clone(o.Catalogue.Areas), o.Catalogue.Areas...)
	o.Names.Areas = []string{"before", "after"}
	before, after := publications(o, pairs)
	both := sdc.Publication{}
	for cell, f := range before {
		f.Means = []*float64{f.Means[0], after[cell].Means[0]}
		both[cell] = f
	}
	return o, []sdc.Edition{
		{Column: "wave", Value: "1", Publication: shift(one.Shown, 0)},
		{Column: "wave", Value: "2", Publication: shift(two.Shown, 1)},
		{Column: "wave", Value: "1&2", Publication: both},
	}
}

// shift puts the only mean of every figure at one of two places.
func shift(p sdc.Publication, at int) sdc.Publication {
	out := sdc.Publication{}
	for cell, f := range p {
		if f.Shown == sdc.Published {
			means := make([]*float64, 2)
			means[at], f.Means = f.Means[0], means
		}
		out[cell] = f
	}
	return out
}

func attackPairs(o sdc.Organisation, one, two sdc.Wave, pairs map[string]sdc.Pairs) []sdcattack.Leak {
	before, after := publications(o, pairs)
	return sdcattack.Attack(o.Catalogue, 5, sdcattack.Moment{Publication: one.Shown, Wave: 1}, sdcattack.Moment{Publication: two.Shown, Wave: 2},
		sdcattack.Moment{Publication: before, Wave: 1, Matched: true}, sdcattack.Moment{Publication: after, Wave: 2, Matched: true})
}

func TestMatchedPeopleStandTheAttack(t *testing.T) {
	told, means, leaking := 0, 0, 0
	for seed := range uint64(12) {
		units, people, categories := 40, 900, []int(nil)
		switch seed % 4 {
		case 1:
			units, people = 150, 3000
		case 2:
			units, people, categories = 12, 500, []int{3}
		case 3:
			units, people = 12, 400
		}
		for i, rules := range []sdc.Rules{figures, placing} {
			o, one, two := twoWaves(t, seed, rules, units, people, categories...)
			pairs, err := sdc.Matched(one, two, rules)
			if err != nil {
				t.Fatal(err)
			}
			if leaks := attackPairs(o, one, two, pairs); len(leaks) > 0 {
				t.Errorf("seed %d, rules %v, %d of %d units: %d leaks, such as %v", seed, rules, len(pairs), len(o.Parent), len(leaks), leaks[0])
			}
			if leaks := attackPairs(o, one, two, allPairs(one, two)); len(leaks) > 0 {
				leaking++
			}
			if long() || seed%4 > 1 && seed < 4 && i == 0 {
				tellsNoMore(t, o, one, two, rules, pairs)
			}
			told += len(pairs)
			for _, f := range pairs {
				if f.Before[0] != nil {
					means++
				}
			}
		}
	}
	if told < 120 || means < 80 {
		t.Errorf("only %d units, %d with means", told, means)
	}
	if leaking < 12 {
		t.Errorf("telling of all who are enough would have leaked in %d organisations only", leaking)
	}
	t.Logf("%d units, %d with means", told, means)
}

// tellsNoMore fails where the attacker beside the repository finds more in the matched people than in the two waves without
// them. Where nearly all answer both times everybody knows of both waves alone how many are matched.
func tellsNoMore(t *testing.T, o sdc.Organisation, one, two sdc.Wave, rules sdc.Rules, pairs map[string]sdc.Pairs) {
	t.Helper()
	if os.Getenv("TAITORINKI_SHARED") == "" {
		return
	}
	o.Write(t)
	all, without := panel(o, one, two, nil)
	before, _ := runOther(t, all, rules, true, without)
	all, with := panel(o, one, two, pairs)
	after, _ := runOther(t, all, rules, true, with)
	known := strings.Split(before, "\n")
	for _, line := range strings.Split(after, "\n") {
		if strings.HasPrefix(line, "LEAK") && !slices.Contains(known, line) {
			t.Errorf("the other attacker: %s", line)
		}
	}
}

// allPairs tells of every unit with at least k matched people, without means.
func allPairs(one, two sdc.Wave) map[string]sdc.Pairs {
	n := map[string]int{}
	for i, j := range one.Pairs {
		if j == none || one.Answers[i].Unit != two.Answers[j].Unit {
			continue
		}
		for u := one.Answers[i].Unit; u != sdc.NoParent; u = one.Parent[u] {
			n[one.Codes[u]]++
		}
	}
	all := map[string]sdc.Pairs{}
	for code, matched := range n {
		if matched >= sdc.LeastGroup {
			all[code] = sdc.Pairs{N: matched, Before: make([]*float64, 1), After: make([]*float64, 1)}
		}
	}
	return all
}

// After a reorganisation a unit is told only if the same units are below it.
func TestMatchedPeopleAfterAReorganisation(t *testing.T) {
	tree := func(codes []string, parents []int) sdc.Wave {
		w := sdc.Wave{Codes: codes}
		w.Parent, w.Areas = parents, []sdc.Area{{Min: 1, Max: 5, Decimals: 2}}
		for range codes {
			w.Heads = append(w.Heads, 200)
		}
		return w
	}
	one := tree([]string{"all", "A", "B", "A1", "A2", "B1", "B2"}, []int{-1, 0, 0, 1, 1, 2, 2})
	two := tree([]string{"all", "A", "B", "A1", "A2", "B1", "B3"}, []int{-1, 0, 0, 1, 2, 2, 2})
	one.Heads[0], two.Heads[0] = 0, 0
	r := rand.New(rand.NewPCG(7, 7))
	for unit := 1; unit < 7; unit++ {
		for i := range 90 {
			first := len(one.Answers)
			answer := sdc.Answer{Unit: unit, Scores: []float64{float64(4+r.IntN(17)) / 4}}
			one.Answers, one.Pairs = append(one.Answers, answer), append(one.Pairs, none)
			if i < 60 {
				one.Pairs[first] = len(two.Answers)
				two.Answers, two.Pairs = append(two.Answers, answer), append(two.Pairs, first)
			} else {
				two.Answers, two.Pairs = append(two.Answers, answer), append(two.Pairs, none)
			}
		}
	}
	for _, w := range []*sdc.Wave{&one, &two} {
		var err error
		if w.Shown, err = sdc.Suppress(w.Catalogue, w.Answers, placing); err != nil {
			t.Fatal(err)
		}
	}
	pairs, err := sdc.Matched(one, two, placing)
	if err != nil {
		t.Fatal(err)
	}
	// B2 was closed and B3 opened: those of B2 who are in B3 now have moved. A2 went from A to B.
	want := map[string]int{"all": 300, "A1": 60, "A2": 60, "B1": 60}
	for code, n := range want {
		if f, told := pairs[code]; told && f.N != n {
			t.Errorf("%s: got %d, want %d", code, f.N, n)
		}
	}
	if pairs["all"].N != 300 || pairs["all"].Before[0] == nil {
		t.Errorf("the whole is not told: %v", pairs)
	}
	for _, code := range []string{"A", "B", "B2", "B3"} {
		if _, told := pairs[code]; told {
			t.Errorf("%s is told, and had other units below it", code)
		}
	}
}

func TestPairsThatCannotBeAreRefused(t *testing.T) {
	_, one, two := twoWaves(t, 3, figures, 12, 400)
	other := two
	other.Pairs = slices.Clone(two.Pairs)
	other.Pairs[0] = len(one.Answers)
	if _, err := sdc.Matched(one, other, figures); err == nil {
		t.Error("a pair that is not there")
	}
	other.Pairs = nil
	if _, err := sdc.Matched(one, other, figures); err == nil {
		t.Error("no pairs")
	}
	less := two
	less.Answers, less.Pairs = two.Answers[1:], make([]int, len(two.Answers)-1)
	single := one
	single.Pairs = make([]int, len(one.Answers))
	for i := range single.Pairs {
		single.Pairs[i] = none
	}
	for i := range less.Pairs {
		less.Pairs[i] = none
	}
	if pairs, err := sdc.Matched(single, less, figures); err != nil || len(pairs) > 0 {
		t.Error("what was published is of other answers:", pairs, err)
	}
}

func BenchmarkMatched(b *testing.B) {
	for name, categories := range map[string][]int{"medium by unit": nil, "medium by unit and profession": {12}} {
		b.Run(name, func(b *testing.B) {
			_, one, two := twoWaves(b, 1, placing, 600, 9000, categories...)
			told := 0
			for b.Loop() {
				pairs, err := sdc.Matched(one, two, placing)
				if err != nil {
					b.Fatal(err)
				}
				told = len(pairs)
			}
			b.ReportMetric(float64(told), "units")
		})
	}
}
