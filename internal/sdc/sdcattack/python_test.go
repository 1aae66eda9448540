package sdcattack

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"taitorinki/internal/sdc"
)

// The other attacker and its small organisation, where they are beside this repository.
const (
	otherAttacker = "tools/sdc_attack.py"
	smallCounty   = "org/small"
)

func rowsOf(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(sharedPath(t, smallCounty), name))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, v := range r {
			row[records[0][i]] = v
		}
		out = append(out, row)
	}
	return out
}

// sharedPath is where a file is in the folder that TAITORINKI_SHARED names. Without one the test is skipped.
func sharedPath(t *testing.T, path string) string {
	t.Helper()
	dir := os.Getenv("TAITORINKI_SHARED")
	if dir == "" {
		t.Skip("TAITORINKI_SHARED is not set")
	}
	return filepath.Join(dir, path)
}

// readSmall reads the small organisation, by profession if asked, with the first area's means of wave 1 in one decimal:
// the other attacker knows one precision for all sizes.
func readSmall(t *testing.T, byProfession bool) (o *county, units, professions []string) {
	o = &county{}
	o.c.Areas = []sdc.Area{{Min: 1, Max: 5, Decimals: 1}}
	unit, profession, heads := map[string]int{}, map[string]int{}, map[int]int{}
	for i, r := range rowsOf(t, "org.csv") {
		unit[r["code"]], units = i, append(units, r["code"])
		p := sdc.NoParent
		if r["parent"] != "" {
			p = unit[r["parent"]]
		}
		o.c.Parent, o.people = append(o.c.Parent, p), append(o.people, nil)
		n, _ := strconv.Atoi(r["headcount"])
		heads[i] += n
		if p != sdc.NoParent {
			heads[p] -= n
		}
	}
	for i := range o.c.Parent {
		o.c.Heads = append(o.c.Heads, heads[i])
	}
	for i, r := range rowsOf(t, "professions.csv") {
		profession[r["code"]], professions = i, append(professions, r["code"])
	}
	if byProfession {
		o.c.Categories = []int{len(professions)}
	}
	who := map[string]map[string]string{}
	for _, r := range rowsOf(t, "people.csv") {
		who[r["email"]] = r
	}
	for _, r := range rowsOf(t, "answers.csv") {
		sum, n := 0, 0
		for _, q := range []string{"d1q1", "d1q2", "d1q3", "d1q4"} {
			if v, err := strconv.Atoi(r[q]); err == nil {
				sum, n = sum+v, n+1
			}
		}
		if p := who[r["email"]]; r["wave"] == "1" && n == 4 {
			u := unit[p["unit"]]
			o.people[u] = append(o.people[u], person{profession[p["profession"]], float64(sum) / 4, false})
		}
	}
	return o, units, professions
}

// ask runs the other attacker on a publication. It reports whether it finds a leak.
func ask(t *testing.T, o *county, pub sdc.Publication, units, professions []string, means bool) bool {
	t.Helper()
	dir := sharedPath(t, smallCounty)
	file := filepath.Join(t.TempDir(), "publication.csv")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := csv.NewWriter(f)
	_ = w.Write([]string{"unit", "profession", "n", "mean_d1"})
	for u, code := range units {
		for col := -1; col < len(professions); col++ {
			c, name := sdc.Cell{Unit: u, Variable: sdc.All, Category: sdc.All}, "*"
			if col >= 0 {
				if len(o.c.Categories) == 0 {
					break
				}
				c, name = sdc.Cell{Unit: u, Variable: 0, Category: col}, professions[col]
			}
			n, mean := "", ""
			if fig, ok := pub[c]; ok {
				n = strconv.Itoa(fig.N)
				if fig.Means[0] != nil {
					mean = strconv.FormatFloat(*fig.Means[0], 'f', 1, 64)
				}
			}
			_ = w.Write([]string{code, name, n, mean})
		}
	}
	w.Flush()
	args := []string{sharedPath(t, otherAttacker), "--csv", file, "--tree", "unit=" + filepath.Join(dir, "org.csv"), "--headcounts", "--targets", "all"}
	if len(o.c.Categories) > 0 {
		args = append(args, "--flat", "profession", "--values", "profession="+filepath.Join(dir, "professions.csv"))
	}
	if means {
		args = append(args, "--measure", "d1:1:5:1")
	}
	out, err := exec.Command("/usr/bin/python3", args...).CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return false
	case errors.As(err, &exit) && exit.ExitCode() == 1:
		if testing.Verbose() {
			t.Logf("%s", out[:min(len(out), 1500)])
		}
		return true
	}
	t.Skipf("the other attacker does not run: %v %s", err, out)
	return false
}

func TestTheOtherAttackerSaysTheSameOfTheSmallCounty(t *testing.T) {
	for _, by := range []bool{false, true} {
		if by && testing.Short() {
			break // the other attacker takes a minute
		}
		t.Run(fmt.Sprintf("by profession %v", by), func(t *testing.T) {
			o, units, professions := readSmall(t, by)
			naive := o.publish(5, nil, true, false)
			if leaks := Attack(o.c, 5, Moment{Publication: naive}); len(leaks) == 0 || !ask(t, o, naive, units, professions, false) {
				t.Errorf("hiding the small cells alone must leak: %d leaks found", len(leaks))
			}
			hide := o.hideUntilSafe(t, 5, false)
			safe := o.publish(5, hide, true, false)
			if ask(t, o, safe, units, professions, true) {
				t.Error("the other attacker finds a leak where this one does not")
			}
			differ, tried := 0, 0
			for _, c := range inOrder(hide) {
				if _, shown := naive[c]; !shown {
					continue
				}
				less := map[sdc.Cell]bool{}
				for h := range hide {
					less[h] = h != c
				}
				pub := o.publish(5, less, true, false)
				ours := len(Attack(o.c, 5, Moment{Publication: pub})) > 0
				tried++
				if theirs := ask(t, o, pub, units, professions, true); ours != theirs {
					differ++
					report := t.Logf // this attacker may see more, never less
					if theirs {
						report = t.Errorf
					}
					report("%v shown again: this attacker %v, the other %v", c, ours, theirs)
				}
				if tried == 3 || by {
					break
				}
			}
			t.Logf("of %d cells shown again, %d with another verdict", tried, differ)
		})
	}
}

func inOrder(cells map[sdc.Cell]bool) []sdc.Cell {
	return slices.SortedFunc(maps.Keys(cells), func(a, b sdc.Cell) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Variable, b.Variable), cmp.Compare(a.Category, b.Category))
	})
}
