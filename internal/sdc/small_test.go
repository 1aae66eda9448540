package sdc

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// shared finds a file of the folder that TAITORINKI_SHARED names, with an organisation and another attacker, or skips the test.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("TAITORINKI_SHARED")
	if dir == "" {
		t.Skip("TAITORINKI_SHARED is not set")
	}
	return filepath.Join(dir, name)
}

func rows(t *testing.T, path string) (out []map[string]string) {
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

// org is an organisation with its answers.
type org struct {
	Catalogue
	names   Names
	answers []Answer
	tree    string // file with code, parent, headcount
	values  string // file with the codes of the professions
}

func small(t *testing.T, wave string, byProfession bool) org {
	t.Helper()
	o := org{tree: shared(t, "org/small/org.csv"), values: shared(t, "org/small/professions.csv")}
	o.readTree(t)
	professions := map[string]int{}
	for i, row := range rows(t, o.values) {
		professions[row["code"]] = i
		if i == 0 {
			o.names.Categories = [][]string{nil}
		}
		o.names.Categories[0] = append(o.names.Categories[0], row["code"])
	}
	people := map[string]Answer{}
	unit := map[string]int{}
	for u, code := range o.names.Units {
		unit[code] = u
	}
	for _, row := range rows(t, shared(t, "org/small/people.csv")) {
		people[row["email"]] = Answer{Unit: unit[row["unit"]], Values: []int{professions[row["profession"]]}}
	}
	for _, row := range rows(t, shared(t, "org/small/answers.csv")) {
		sum, n := 0.0, 0
		for _, q := range []string{"d1q1", "d1q2", "d1q3", "d1q4"} {
			if v, err := strconv.Atoi(row[q]); err == nil {
				sum, n = sum+float64(v), n+1
			}
		}
		if row["wave"] != wave || n < 4 {
			continue
		}
		a := people[row["email"]]
		a.Scores = []float64{sum / float64(n)}
		if !byProfession {
			a.Values = nil
		}
		o.answers = append(o.answers, a)
	}
	o.Areas, o.names.Areas = []Area{{Min: 1, Max: 5, Decimals: 2}}, []string{"d1"}
	if byProfession {
		o.Categories, o.names.Variables = []int{len(professions)}, []string{"profession"}
	} else {
		o.names.Categories = nil
	}
	return o
}

func (o *org) readTree(t *testing.T) {
	at, all := map[string]int{}, rows(t, o.tree)
	for u, row := range all {
		at[row["code"]] = u
		o.names.Units = append(o.names.Units, row["code"])
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

// attack runs the attacker that lies beside the repository over the ledgers of publications.
func (o org) attack(t *testing.T, p Publication, args ...string) string {
	t.Helper()
	return o.attackAll(t, []Edition{{Publication: p}}, args...)
}

func (o org) attackAll(t *testing.T, editions []Edition, args ...string) string {
	t.Helper()
	tool := shared(t, "tools/sdc_attack.py")
	if exec.Command("/usr/bin/python3", "-c", "import scipy").Run() != nil {
		t.Skip("no python3-scipy")
	}
	path := filepath.Join(t.TempDir(), "ledger.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteLedger(f, o.Catalogue, o.names, editions...); err != nil {
		t.Fatal(err)
	}
	f.Close()
	args = append([]string{tool, "--csv", path, "--tree", "unit=" + o.tree, "--headcounts", "--targets", "all"}, args...)
	if len(o.Categories) > 0 {
		args = append(args, "--flat", "profession", "--values", "profession="+o.values)
	}
	out, err := exec.Command("/usr/bin/python3", args...).CombinedOutput()
	if err != nil {
		t.Errorf("the attacker: %v\n%s", err, out)
	}
	return string(out)
}

// hidden counts the groups of at least k that a publication hides, and all of at least k.
func (o org) hidden(t *testing.T, p Publication, k int) (hidden, of int) {
	t.Helper()
	g, err := newGroups(o.Catalogue, o.answers, k)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range g.n {
		if n < k {
			continue
		}
		of++
		if p[g.cellAt(i)].Shown == Hidden {
			hidden++
		}
	}
	return hidden, of
}

func TestTheSmallOrganisationStandsTheAttack(t *testing.T) {
	for _, test := range []struct {
		profession bool
		most       int
	}{{false, 10}, {true, 28}} {
		o := small(t, "1", test.profession)
		p, err := Suppress(o.Catalogue, o.answers, Rules{Least: 5, Full: 5})
		if err != nil {
			t.Fatal(err)
		}
		hidden, of := o.hidden(t, p, 5)
		t.Logf("hides %d of %d", hidden, of)
		if hidden > test.most {
			t.Errorf("hides %d of %d, more than %d", hidden, of, test.most)
		}
		out := o.attack(t, p, "--measure", "d1:1:5:2")
		t.Log(strings.TrimSpace(out))
	}
}
