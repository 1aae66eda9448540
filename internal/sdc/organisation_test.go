package sdc

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Organisation is an organisation with its answers, for the tests here and for those that stand outside the package because
// the attacker imports it.
type Organisation struct {
	Catalogue
	Names
	Answers []Answer
	Tree    string   // file with code, parent, headcount
	Values  []string // files with the codes of each background variable
}

// Shared finds a file of the folder that TAITORINKI_SHARED names, with an organisation and another attacker, or skips the test.
func Shared(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("TAITORINKI_SHARED")
	if dir == "" {
		t.Skip("TAITORINKI_SHARED is not set")
	}
	return filepath.Join(dir, name)
}

func rows(t testing.TB, path string) (out []map[string]string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = line[i]
		}
		out = append(out, row)
	}
	return out
}

// Small reads the small organisation beside the repository with the first area's scores of a wave.
func Small(t testing.TB, wave string, byProfession bool) Organisation {
	t.Helper()
	o := Organisation{Tree: Shared(t, "org/small/org.csv"), Values: []string{Shared(t, "org/small/professions.csv")}}
	o.readTree(t)
	o.Names.Areas, o.Catalogue.Areas = []string{"d1"}, []Area{{Min: 1, Max: 5, Decimals: 2, Near: 0.2}}
	o.Names.Categories = [][]string{nil}
	professions := map[string]int{}
	for i, row := range rows(t, o.Values[0]) {
		professions[row["code"]] = i
		o.Names.Categories[0] = append(o.Names.Categories[0], row["code"])
	}
	o.Catalogue.Categories, o.Variables = []int{len(professions)}, []string{"profession"}
	people := map[string]Answer{}
	unit := map[string]int{}
	for u, code := range o.Units {
		unit[code] = u
	}
	for _, row := range rows(t, Shared(t, "org/small/people.csv")) {
		people[row["email"]] = Answer{Unit: unit[row["unit"]], Values: []int{professions[row["profession"]]}}
	}
	for _, row := range rows(t, Shared(t, "org/small/answers.csv")) {
		if score, ok := scoreOf(row); ok && row["wave"] == wave {
			a := people[row["email"]]
			a.Scores = []float64{score}
			o.Answers = append(o.Answers, a)
		}
	}
	if !byProfession {
		o.WithoutVariables()
	}
	return o
}

// WithoutVariables leaves the units alone.
func (o *Organisation) WithoutVariables() {
	o.Catalogue.Categories, o.Names.Categories, o.Variables, o.Values = nil, nil, nil, nil
	for i := range o.Answers {
		o.Answers[i].Values = nil
	}
}

func scoreOf(row map[string]string) (score float64, ok bool) {
	for _, q := range []string{"d1q1", "d1q2", "d1q3", "d1q4"} {
		v, err := strconv.Atoi(row[q])
		if err != nil {
			return 0, false
		}
		score += float64(v) / 4
	}
	return score, true
}

func (o *Organisation) readTree(t testing.TB) {
	at, all := map[string]int{}, rows(t, o.Tree)
	for u, row := range all {
		at[row["code"]] = u
		o.Units = append(o.Units, row["code"])
	}
	for _, row := range all {
		n, err := strconv.Atoi(row["headcount"])
		if err != nil {
			t.Fatal(err)
		}
		o.Heads = append(o.Heads, n)
		p := NoParent
		if row["parent"] != "" {
			p = at[row["parent"]]
		}
		o.Parent = append(o.Parent, p)
	}
	whole := append([]int(nil), o.Heads...)
	for u, p := range o.Parent {
		if p != NoParent {
			o.Heads[p] -= whole[u]
		}
	}
}

// Write lays the files of an organisation down for the attacker beside the repository.
func (o *Organisation) Write(t testing.TB) {
	t.Helper()
	dir := t.TempDir()
	all := append([]int(nil), o.Heads...)
	for u := len(all) - 1; u > 0; u-- { // every parent stands before its children
		all[o.Parent[u]] += all[u]
	}
	lines := []string{"code,parent,headcount"}
	for u, p := range o.Parent {
		parent := ""
		if p != NoParent {
			parent = o.Units[p]
		}
		lines = append(lines, fmt.Sprintf("%s,%s,%d", o.Units[u], parent, all[u]))
	}
	o.Tree, o.Values = filepath.Join(dir, "org.csv"), nil
	files := map[string][]string{o.Tree: lines}
	for b, name := range o.Variables {
		o.Values = append(o.Values, filepath.Join(dir, name+".csv"))
		files[o.Values[b]] = append([]string{"code"}, o.Names.Categories[b]...)
	}
	for path, lines := range files {
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// ManyUnits makes an organisation of four levels with many small units, people in inner units too, and answers from four of
// five. Categories are as unequal as professions are, and each unit has a usual one.
func ManyUnits(seed uint64, units, people int, categories ...int) Organisation {
	r := rand.New(rand.NewPCG(seed, 1))
	o := Organisation{Catalogue: Catalogue{Areas: []Area{{Min: 1, Max: 5, Decimals: 2, Near: 0.2}}}}
	sectors, areas := max(1, units/100), max(2, units/12)
	for u := range units {
		parent := NoParent
		switch {
		case u > sectors+areas:
			parent = 1 + sectors + r.IntN(areas)
		case u > sectors:
			parent = 1 + r.IntN(sectors)
		case u > 0:
			parent = 0
		}
		o.Parent = append(o.Parent, parent)
	}
	o.Heads = skewed(r, units, sectors+areas, people)
	o.Catalogue.Categories = categories
	o.name()
	usual := make([]int, len(categories))
	for u, heads := range o.Heads {
		for b, n := range categories {
			usual[b] = r.IntN(n)
		}
		for range heads {
			if r.IntN(5) == 0 {
				continue
			}
			a := Answer{Unit: u, Scores: []float64{float64(4+r.IntN(17)) / 4}}
			for b, n := range categories {
				a.Values = append(a.Values, unequal(r, usual[b], n))
			}
			o.Answers = append(o.Answers, a)
		}
	}
	return o
}

// skewed shares people out among units, few to the inner ones, which come first.
func skewed(r *rand.Rand, units, inner, people int) (heads []int) {
	weights, sum := make([]float64, units), 0.0
	for u := range units {
		weights[u] = 0.05
		if u > inner {
			weights[u] = 0.12 + r.ExpFloat64()*r.ExpFloat64()
		}
		sum += weights[u]
	}
	for u := range units {
		heads = append(heads, int(weights[u]/sum*float64(people)+r.Float64()))
	}
	return heads
}

func unequal(r *rand.Rand, usual, categories int) int {
	if r.IntN(2) == 0 {
		return usual
	}
	return min(int(r.ExpFloat64()*float64(categories)/4), categories-1)
}

func (o *Organisation) name() {
	o.Names.Areas = []string{"d1"}
	for u := range o.Parent {
		o.Units = append(o.Units, fmt.Sprint("U", u))
	}
	for b, categories := range o.Catalogue.Categories {
		o.Variables, o.Names.Categories = append(o.Variables, fmt.Sprint("var", b)), append(o.Names.Categories, nil)
		for v := range categories {
			o.Names.Categories[b] = append(o.Names.Categories[b], fmt.Sprintf("v%dc%d", b, v))
		}
	}
}

// WithAreas adds areas whose scores are those of the first, shared out otherwise.
func (o *Organisation) WithAreas(areas int) {
	for len(o.Catalogue.Areas) < areas {
		o.Catalogue.Areas = append(o.Catalogue.Areas, o.Catalogue.Areas[0])
		o.Names.Areas = append(o.Names.Areas, fmt.Sprint("d", len(o.Catalogue.Areas)))
		for i := range o.Answers {
			other := o.Answers[(i*7+len(o.Catalogue.Areas)*3)%len(o.Answers)].Scores[0]
			o.Answers[i].Scores = append(o.Answers[i].Scores, 6-other)
		}
	}
}

// Hidden counts the groups of at least k that a publication hides, and all of at least k.
func (o Organisation) Hidden(t testing.TB, p Publication, k int) (hidden, of int) {
	t.Helper()
	for cell, n := range o.Sizes(t) {
		if n < k {
			continue
		}
		of++
		if p[cell].Shown == Hidden {
			hidden++
		}
	}
	return hidden, of
}

// Sizes is how many persons are in every group.
func (o Organisation) Sizes(t testing.TB) map[Cell]int {
	t.Helper()
	g, err := newGroups(o.Catalogue, o.Answers, LeastGroup)
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[Cell]int{}
	for i, n := range g.n {
		sizes[g.cellAt(i)] = n
	}
	return sizes
}
