package sdc

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// write lays the files of an organisation down for the attacker.
func (o *org) write(t *testing.T) {
	t.Helper()
	all := append([]int(nil), o.Heads...)
	for u := len(all) - 1; u > 0; u-- { // every parent stands before its children
		all[o.Parent[u]] += all[u]
	}
	lines := []string{"code,parent,headcount"}
	for u, p := range o.Parent {
		o.names.Units = append(o.names.Units, fmt.Sprint("U", u))
		parent := ""
		if p != NoParent {
			parent = o.names.Units[p]
		}
		lines = append(lines, fmt.Sprintf("U%d,%s,%d", u, parent, all[u]))
	}
	o.tree = filepath.Join(t.TempDir(), "org.csv")
	o.names.Areas = []string{"d1"}
	professions := []string{"code"}
	for b, categories := range o.Categories {
		o.names.Variables, o.names.Categories = append(o.names.Variables, "profession"), append(o.names.Categories, nil)
		for v := range categories {
			o.names.Categories[b] = append(o.names.Categories[b], fmt.Sprint("c", v))
		}
		professions = append(professions, o.names.Categories[b]...)
	}
	o.values = filepath.Join(t.TempDir(), "professions.csv")
	for path, lines := range map[string][]string{o.tree: lines, o.values: professions} {
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGeneratedOrganisationsStandTheAttack(t *testing.T) {
	for seed := range uint64(2) {
		for i, c := range [][3]int{{600, 9000, 0}, {40, 600, 3}} {
			full := []int{LeastGroup, LeastFull}[(int(seed)+i)%2]
			o := manyUnits(seed, c[0], c[1], c[2])
			o.write(t)
			p, err := Suppress(o.Catalogue, o.answers, Rules{Least: 5, Full: full})
			if err != nil {
				t.Fatal(err)
			}
			hidden, of := o.hidden(t, p, 5)
			t.Log(seed, c, full, hidden, of, strings.TrimSpace(o.attack(t, p, "--measure", "d1:1:5:2")))
		}
	}
}

// Where nearly all answer alike the means are hidden, and can't be worked out of those around them.
func TestUniformAnswersStandTheAttack(t *testing.T) {
	for _, c := range [][3]int{{600, 9000, 0}, {40, 600, 3}} {
		o := manyUnits(9, c[0], c[1], c[2])
		for i, a := range o.answers {
			switch {
			case a.Unit%3 == 0 && i%11 > 0:
				a.Scores[0] = 5
			case a.Unit%5 == 0:
				a.Scores[0] = 1
			}
		}
		o.write(t)
		p, err := Suppress(o.Catalogue, o.answers, Rules{Least: 5, Full: 5})
		if err != nil {
			t.Fatal(err)
		}
		without := 0
		for _, f := range p {
			if f.Means[0] == nil {
				without++
			}
		}
		t.Log(c, without, len(p), strings.TrimSpace(o.attack(t, p, "--measure", "d1:1:5:2")))
		if without == 0 || without*2 > len(p) {
			t.Errorf("%d of %d groups are shown without a mean", without, len(p))
		}
	}
}

// manyUnits makes an organisation of four levels with many small units, people in inner units too, and answers from four of
// five. Categories are as unequal as professions are.
func manyUnits(seed uint64, units, people, categories int) org {
	r := rand.New(rand.NewPCG(seed, 1))
	var o org
	o.Parent, o.Heads = append(o.Parent, NoParent), append(o.Heads, 3)
	sectors, areas := max(1, units/100), max(2, units/12)
	for u := 1; u < units; u++ {
		parent := 0
		switch {
		case u > sectors+areas:
			parent = 1 + sectors + r.IntN(areas)
		case u > sectors:
			parent = 1 + r.IntN(sectors)
		}
		o.Parent, o.Heads = append(o.Parent, parent), append(o.Heads, 0)
	}
	weights := make([]float64, units)
	sum := 0.0
	for u := range units {
		weights[u] = 0.05
		if u > sectors+areas {
			weights[u] = 0.12 + r.ExpFloat64()*r.ExpFloat64()
		}
		sum += weights[u]
	}
	for u := range units {
		x := weights[u] / sum * float64(people)
		o.Heads[u] = int(x + r.Float64())
	}
	o.Areas = []Area{{Min: 1, Max: 5, Decimals: 2}}
	if categories > 0 {
		o.Categories = []int{categories}
	}
	for u, heads := range o.Heads {
		usual := r.IntN(max(1, categories))
		for range heads {
			if r.IntN(5) == 0 {
				continue
			}
			a := Answer{Unit: u, Scores: []float64{float64(4+r.IntN(17)) / 4}}
			if categories > 0 {
				v := usual
				if r.IntN(2) == 0 {
					v = min(int(r.ExpFloat64()*float64(categories)/4), categories-1)
				}
				a.Values = []int{v}
			}
			o.answers = append(o.answers, a)
		}
	}
	return o
}

func BenchmarkSuppress(b *testing.B) {
	for _, c := range [][3]int{{600, 9000, 0}, {600, 9000, 12}, {4000, 100000, 0}} {
		b.Run(fmt.Sprint(c), func(b *testing.B) {
			o := manyUnits(1, c[0], c[1], c[2])
			for b.Loop() {
				if _, err := Suppress(o.Catalogue, o.answers, Rules{Least: 5, Full: 10, Near: 0.05}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestACountyByUnitAndProfessionIsDecidedInTime(t *testing.T) {
	o := manyUnits(1, 600, 9000, 12)
	for range 7 { // eight areas
		o.Areas = append(o.Areas, o.Areas[0])
		for i := range o.answers {
			o.answers[i].Scores = append(o.answers[i].Scores, 6-o.answers[(i*7+len(o.Areas)*3)%len(o.answers)].Scores[0])
		}
	}
	at := time.Now()
	p, err := Suppress(o.Catalogue, o.answers, Rules{Least: 5, Full: 5})
	if err != nil {
		t.Fatal(err)
	}
	hidden, of := o.hidden(t, p, 5)
	t.Logf("%v, hides %d of %d", time.Since(at), hidden, of)
	if d := time.Since(at); d > 60*time.Second {
		t.Errorf("took %v", d)
	}
	if hidden*3 > of {
		t.Errorf("hides %d of %d", hidden, of)
	}
}

func TestTheSameAnswersArePublishedAlike(t *testing.T) {
	o := manyUnits(5, 80, 900, 4)
	rules := Rules{Least: 5, Full: 10, Near: 0.05}
	first, err := Suppress(o.Catalogue, o.answers, rules)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again, err := Suppress(o.Catalogue, o.answers, rules)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatal(diff)
		}
	}
}
