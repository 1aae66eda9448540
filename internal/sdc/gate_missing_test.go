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

func standsWithout(t *testing.T, what string, o sdc.Organisation, rules sdc.Rules) {
	t.Helper()
	p := publish(t, o, rules)
	if leaks := sdcattack.AttackWhereScoresAreMissing(o.Catalogue, max(rules.Least, sdc.LeastGroup), o.Answers, p); len(leaks) > 0 {
		t.Errorf("%s: %d leaks, such as %v", what, len(leaks), leaks[0])
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
					standsWithout(t, fmt.Sprint("seed ", seed, c, rules, clumps), o, rules)
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
			standsWithout(t, fmt.Sprint("by profession ", profession, ", seed ", seed), o, figures)
		}
	}
}

func TestTwoSnapshotsStandTheAttackWhereScoresAreMissing(t *testing.T) {
	rules, means := figures, 0
	rules.Again = true
	for seed, share := range []float64{0.6, 0.9, 0.97} {
		for _, o := range []sdc.Organisation{sdc.ManyUnits(uint64(seed), 20, 600, 3), sdc.ManyUnits(uint64(seed), 150, 2500)} {
			lose(o, 0.15, seed%2 == 1, uint64(seed))
			rand.New(rand.NewPCG(uint64(seed), 3)).Shuffle(len(o.Answers), func(i, j int) { o.Answers[i], o.Answers[j] = o.Answers[j], o.Answers[i] })
			before := o.Answers[:int(share*float64(len(o.Answers)))]
			first, err := sdc.Suppress(o.Catalogue, before, rules)
			if err != nil {
				t.Fatal(err)
			}
			second, err := sdc.Later(o.Catalogue, []sdc.Moment{{Answers: before, Shown: first}}, o.Answers, rules)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range second {
				if f.Means[0] != nil {
					means++
				}
			}
			moments := []sdcattack.Moment{{Publication: first, Missing: true}, {Publication: second, Missing: true}}
			for _, reading := range []string{"reader", "told"} {
				if leaks := sdcattack.Attack(o.Catalogue, rules.Least, moments...); len(leaks) > 0 {
					t.Errorf("%d units, %v came before, %s: %d leaks, such as %v", len(o.Parent), share, reading, len(leaks), leaks[0])
				}
				moments[0].Scored, moments[1].Scored = sdcattack.Scored(o.Catalogue, before), sdcattack.Scored(o.Catalogue, o.Answers)
			}
		}
	}
	if means == 0 {
		t.Error("no later snapshot tells a new mean")
	}
}

// A mean that is hidden because too few of the group have a score is seen when it is put back.
func TestAMeanOfFewScoresThatIsPutBackIsFound(t *testing.T) {
	tried := 0
	for seed := range uint64(3) {
		o := sdc.ManyUnits(seed, 60, 900)
		lose(o, 0.3, true, seed)
		p, scored := publish(t, o, figures), sdcattack.Scored(o.Catalogue, o.Answers)
		for cell, f := range p {
			if n := scored[cell][0]; f.Shown != sdc.Published || n == 0 || n >= sdc.LeastGroup {
				continue
			}
			tried++
			mean := meanOf(o, cell.Unit)
			p[cell] = sdc.Figure{Shown: sdc.Published, N: f.N, Means: []*float64{&mean}}
			if len(sdcattack.AttackWhereScoresAreMissing(o.Catalogue, sdc.LeastGroup, o.Answers, p)) == 0 {
				t.Errorf("seed %d: the mean of %d of %d in unit %d is put back, and nobody sees it", seed, scored[cell][0], f.N, cell.Unit)
			}
			p[cell] = f
		}
	}
	if tried == 0 {
		t.Error("nothing could be put back")
	}
}

// meanOf is the mean of those of a unit, with all below it, who have a score.
func meanOf(o sdc.Organisation, unit int) float64 {
	sum, n := 0.0, 0
	for _, a := range o.Answers {
		for u := a.Unit; u != sdc.NoParent; u = o.Parent[u] {
			if u == unit && !math.IsNaN(a.Scores[0]) {
				sum, n = sum+a.Scores[0], n+1
			}
		}
	}
	return sdc.Round(sum/float64(n), sdc.Decimals(n))
}
