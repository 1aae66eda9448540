package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAResearcherComputesStatisticsOfTheirOwnFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	data := write("answers.csv", "before,after\n1,2\n2,4\n3,3\n")
	book := write("codebook.csv", "file,column,role,scale,reversed,min,max,missing_code,label\n")
	plan := write("plan.json", `{"analyses": [
		{"id": "b", "method": "descriptives", "args": {"score": {"column": "before"}}},
		{"id": "a", "method": "reliability", "args": {"items": ["before"], "missing": "listwise"}}]}`)

	var results struct {
		B struct{ Mean float64 }
		A struct{ Error string }
	}
	must(t, json.Unmarshal([]byte(ok(t, "analyse", "--data", data, "--codebook", book, "--plan", plan)), &results))
	if results.B.Mean != 2 || results.A.Error == "" {
		t.Errorf("got %+v, want a mean of 2, and a refusal for one item", results)
	}

	out := filepath.Join(dir, "results.json")
	if printed := ok(t, "analyse", "--data", data, "--codebook", book, "--plan", plan, "--out", out); printed != "" {
		t.Errorf("with --out it printed %s", printed)
	}
	written, err := os.ReadFile(out)
	must(t, err)
	if !strings.HasPrefix(string(written), "{\n  \"b\": {\n    \"n\": 3,\n") {
		t.Errorf("the file holds %s", written)
	}

	write("answers.csv", "before,after\n1,2\ntwo,4\n")
	must(t, os.Remove(out))
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--plan", plan, "--out", out}, `taitorinki: answers.csv, line 3, column 1 (before): "two" is not a number, but analysis b needs one`},
		{[]string{"--plan", filepath.Join(dir, "none.json")}, "taitorinki: open "},
		{nil, "taitorinki: missing flags: --plan"},
	} {
		r := command(t, append([]string{"analyse", "--data", data, "--codebook", book}, test.args...)...)
		if r.code != 2 || r.out != "" || !strings.HasPrefix(r.errOut, test.want) || strings.Count(r.errOut, "\n") != 1 {
			t.Errorf("%v: exit %d, printed %q and %q, want %s", test.args, r.code, r.out, r.errOut, test.want)
		}
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Error("a wrong input left results behind")
	}
}
