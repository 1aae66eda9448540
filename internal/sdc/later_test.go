package sdc

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// twoMoments publishes some of the answers, and then all.
func twoMoments(t *testing.T, o org, share float64, seed uint64) (first, second Publication) {
	t.Helper()
	answers := append([]Answer(nil), o.answers...)
	rand.New(rand.NewPCG(seed, 3)).Shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] })
	before := answers[:int(share*float64(len(answers)))]
	rules := Rules{Least: 5, Full: 5}
	first, err := Suppress(o.Catalogue, before, rules)
	if err != nil {
		t.Fatal(err)
	}
	second, err = Later(o.Catalogue, []Moment{{before, first}}, answers, rules)
	if err != nil {
		t.Fatal(err)
	}
	return first, second
}

func TestTwoSnapshotsStandTheAttackWhenReadTogether(t *testing.T) {
	for seed, share := range []float64{0.6, 0.97} {
		for i, o := range []org{small(t, "1", false), manyUnits(uint64(seed), 150, 2500, 0)} {
			if i > 0 {
				o.write(t)
			}
			first, second := twoMoments(t, o, share, uint64(seed))
			out := o.attackAll(t, []Edition{{"release", "r1", first}, {"release", "r2", second}}, "--cumulative", "release", "--measure", "d1:1:5:2")
			t.Log(share, len(first), len(second), strings.TrimSpace(out))
		}
	}
}

func TestTwoWavesStandTheAttackWhenReadTogether(t *testing.T) {
	var editions []Edition
	var o org
	for _, wave := range []string{"1", "2"} {
		o = small(t, wave, false)
		p, err := Suppress(o.Catalogue, o.answers, Rules{Least: 5, Full: 5})
		if err != nil {
			t.Fatal(err)
		}
		for cell, f := range p {
			f.Means = nil // the means of two waves are two measures
			p[cell] = f
		}
		editions = append(editions, Edition{"wave", wave, p})
	}
	t.Log(strings.TrimSpace(o.attackAll(t, editions, "--panel", "wave")))
}
