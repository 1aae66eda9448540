package sdc_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"taitorinki/internal/sdc"
	"taitorinki/internal/sdc/sdcattack"
)

// lose takes the scores away from a share of the people in each area, or, in clumps, from most people of some units: a
// question that does not concern somebody seldom concerns those beside.
func lose(o sdc.Organisation, share float64, clumps bool, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 11))
	for a := range o.Catalogue.Areas {
		of := make([]float64, len(o.Parent))
		for u := range of {
			if of[u] = share; clumps {
				of[u] = 0.02
				if r.Float64() < share {
					of[u] = 0.8
				}
			}
		}
		for _, answer := range o.Answers {
			if r.Float64() < of[answer.Unit] {
				answer.Scores[a] = math.NaN()
			}
		}
	}
}

// scored is how many have a score, by cell and area.
func scored(t *testing.T, o sdc.Organisation) map[sdc.Cell][]int {
	t.Helper()
	out := map[sdc.Cell][]int{}
	all := o.Answers
	for a := range o.Catalogue.Areas {
		o.Answers = nil
		for _, answer := range all {
			if !math.IsNaN(answer.Scores[a]) {
				o.Answers = append(o.Answers, answer)
			}
		}
		for cell, n := range o.Sizes(t) {
			out[cell] = append(out[cell], n)
		}
	}
	return out
}

// told is what a publication says of one area alone, each mean with the number of those who have a score: what nobody is
// told, and would be the worst.
func told(p sdc.Publication, area int, scored map[sdc.Cell][]int) sdc.Publication {
	out := sdc.Publication{}
	for cell, f := range p {
		if f.Shown == sdc.Published && f.Means[area] != nil {
			out[cell] = sdc.Figure{Shown: sdc.Published, N: scored[cell][area], Means: []*float64{f.Means[area]}}
		}
	}
	return out
}

// standsWithout fails where an attacker learns anything who knows that some have no score: one who reads what is
// published, one who is told besides of how many each mean is, and one who looks at these numbers as if they were all
// people, to find what is left of a mean without others.
func standsWithout(t *testing.T, what string, o sdc.Organisation, rules sdc.Rules, p sdc.Publication) {
	t.Helper()
	k, of := max(rules.Least, sdc.LeastGroup), scored(t, o)
	for name, told := range map[string]map[sdc.Cell][]int{"reader": nil, "told": of} {
		if leaks := sdcattack.Attack(o.Catalogue, k, sdcattack.Moment{Publication: p, Missing: true, Scored: told}); len(leaks) > 0 {
			t.Errorf("%s, %s: %d leaks, such as %v", what, name, len(leaks), leaks[0])
		}
	}
	for a, area := range o.Catalogue.Areas {
		c := o.Catalogue
		c.Areas = []sdc.Area{area}
		for _, leak := range sdcattack.Attack(c, k, sdcattack.Moment{Publication: told(p, a, of)}) {
			if leak.Kind != sdcattack.Count { // no rule asks for an interval of a number that nobody is told
				t.Errorf("%s, area %d alone: %v", what, a, leak)
				break
			}
		}
	}
}

func TestMeansStandTheAttackWhereScoresAreMissing(t *testing.T) {
	for seed := range uint64(3) {
		for at, c := range []struct {
			units, people int
			categories    []int
		}{{600, 9000, nil}, {40, 600, []int{3}}, {25, 300, []int{8}}, {30, 400, []int{3, 4}}, {600, 9000, []int{12}}} {
			for i, rules := range []sdc.Rules{figures, placing} {
				if !long() && (at == 4 || at == 0 && int(seed)%2 != i) {
					continue
				}
				for _, clumps := range []bool{false, true} {
					o := sdc.ManyUnits(seed, c.units, c.people, c.categories...)
					o.WithAreas(2)
					lose(o, 0.1+0.05*float64(seed), clumps, seed)
					standsWithout(t, fmt.Sprint("seed ", seed, c, rules, clumps), o, rules, publish(t, o, rules))
				}
			}
		}
	}
}

func TestMeansOfTheSmallOrganisationStandTheAttackWhereScoresAreMissing(t *testing.T) {
	for _, profession := range []bool{false, true} {
		for seed := range uint64(4) {
			o := sdc.Small(t, "1", profession)
			lose(o, 0.15, seed%2 == 1, seed)
			standsWithout(t, fmt.Sprint("by profession ", profession, ", seed ", seed), o, figures, publish(t, o, figures))
		}
	}
}
