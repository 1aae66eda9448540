package sdc_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"taitorinki/internal/sdc"
	"taitorinki/internal/sdc/sdcattack"
)

// twoWaves makes two waves of the people of an organisation, of whom most answered in both and a few moved.
func twoWaves(t *testing.T, seed uint64, rules sdc.Rules, units, people int, categories ...int) (o sdc.Organisation, one, two sdc.Wave) {
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

func TestMatchedPeopleStandTheAttack(t *testing.T) {
	told, means := 0, 0
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
			before, after := publications(o, pairs)
			moments := []sdcattack.Moment{{Publication: one.Shown, Wave: 1}, {Publication: two.Shown, Wave: 2}, {Publication: before, Wave: 1, Matched: true}, {Publication: after, Wave: 2, Matched: true}}
			base := sdcattack.Attack(o.Catalogue, rules.Least, moments[:2]...)
			if leaks := sdcattack.Attack(o.Catalogue, rules.Least, moments...); len(leaks) > 0 {
				t.Errorf("seed %d, rules %v, %d of %d units: %d leaks, such as %v; without matched people %d", seed, rules, len(pairs), len(o.Parent), len(leaks), leaks[0], len(base))
			}
			if seed%4 != 1 && (i == 0 || long()) {
				o.Write(t)
				otherStands(t, o, rules, false, editions(moments[:3]))
			}
			told += len(pairs)
			for _, f := range pairs {
				if f.Before[0] != nil {
					means++
				}
			}
			t.Logf("seed %d: of %d and %d published units, %d matched", seed, len(one.Shown), len(two.Shown), len(pairs))
		}
	}
	if t.Logf("%d units, %d with means", told, means); told < 24 || means < 12 {
		t.Errorf("only %d units, %d with means", told, means)
	}
}
