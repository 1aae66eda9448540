package survey_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// What the attack's figures mean. Of n people chance alone moves each by 1/√(12 n) in the middle: 0.0096 of 900, so that the
// worst of a thousand pairs of features that have nothing to do with each other lies near 0.53, and the limit of 0.55 is more
// than five such steps away. A figure beyond it is a leak.

// crowd is 900 people in 20 groups.
func crowd() (group []int) {
	for i := range 900 {
		group = append(group, i/45)
	}
	return group
}

// noise are features that tell nothing.
func noise(rng *rand.Rand, name string, features, n int) (out []feature) {
	for k := range features {
		f := feature{fmt.Sprint(name, " ", k), make([]float64, n)}
		for i := range f.of {
			f.of[i] = rng.Float64()
		}
		out = append(out, f)
	}
	return out
}

func TestChanceAloneKeepsTheAttacksFiguresWithinTheirLimits(t *testing.T) {
	group, rng := crowd(), rand.New(rand.NewPCG(2026, 11))
	found := attack(group, noise(rng, "person", 16, len(group)), noise(rng, "response", 16, len(group)))
	squares := 0.0
	for _, f := range found {
		squares += (f.auc - 0.5) * (f.auc - 0.5)
	}
	got, want := math.Sqrt(squares/float64(len(found))), 1/math.Sqrt(12*float64(len(group)))
	if math.Abs(got/want-1) > 0.15 {
		t.Errorf("chance moves a figure by %.4f, want %.4f", got, want)
	}
	if worst := found[0]; len(found) != 16*16 || math.Abs(worst.auc-0.5) > 0.75*(most-0.5) {
		t.Errorf("the worst of %d pairs that tell nothing is %v: chance alone comes near the limit", len(found), worst)
	}
}

func TestALeakOfAThirdOfThePeopleIsNotTakenForChance(t *testing.T) {
	group, rng := crowd(), rand.New(rand.NewPCG(2026, 12))
	for try := range 8 {
		left, right := noise(rng, "person", 1, len(group)), noise(rng, "response", 1, len(group))
		for i := range group {
			if rng.IntN(3) == 0 {
				right[0].of[i] = left[0].of[i]
			}
		}
		if found := attack(group, left, right); len(linking(found)) == 0 {
			t.Errorf("try %d: not noticed: %v", try, found)
		}
	}
}
