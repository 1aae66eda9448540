package analyse

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// everyMethod is a plan with all methods over the columns x, y (numbers), g, h (levels), id and t.
const everyMethod = `{"analyses": [
	{"id": "1", "method": "complete_cases", "args": {"scale": "s"}},
	{"id": "2", "method": "item_descriptives", "args": {"scale": "s"}},
	{"id": "3", "method": "descriptives", "args": {"score": {"scale": "s"}}},
	{"id": "4", "method": "reliability", "args": {"scale": "s", "missing": "listwise"}},
	{"id": "5", "method": "reliability", "args": {"scale": "s", "missing": "pairwise"}},
	{"id": "6", "method": "omega_total_1f_ml", "args": {"scale": "s"}},
	{"id": "7", "method": "group_means", "args": {"score": {"column": "x"}, "by": ["g", "h"]}},
	{"id": "8", "method": "two_groups", "args": {"score": {"column": "x"}, "group1": {"column": "g", "equals": "a"}, "group2": {"column": "g", "equals": "b"}}},
	{"id": "9", "method": "mann_whitney", "args": {"score1": {"column": "x"}, "score2": {"column": "y"}}},
	{"id": "10", "method": "paired", "args": {"pre": {"column": "x"}, "post": {"column": "y"}}},
	{"id": "11", "method": "wilcoxon_signed_rank", "args": {"pre": {"column": "x"}, "post": {"column": "y"}}},
	{"id": "12", "method": "one_way", "args": {"score": {"column": "x"}, "by": "g"}},
	{"id": "13", "method": "chi_square", "args": {"rows": "g", "cols": {"column": "x", "at_least": 2}}},
	{"id": "14", "method": "mcnemar", "args": {"pre": {"column": "x", "at_least": 2}, "post": {"column": "y", "at_least": 2}}},
	{"id": "15", "method": "proportion", "args": {"event": {"column": "g", "equals": "a"}}},
	{"id": "16", "method": "correlation", "args": {"x": {"column": "x"}, "y": {"column": "y"}}},
	{"id": "17", "method": "ols", "args": {"y": {"column": "x"}, "x": [{"column": "y"}, {"product": [{"column": "y"}, {"column": "z"}]}]}},
	{"id": "18", "method": "logistic", "args": {"y": {"column": "x", "at_least": 2}, "x": [{"column": "y"}, {"column": "z"}]}},
	{"id": "19", "method": "kmeans", "args": {"x": [{"column": "x"}, {"column": "y"}], "k": 2, "standardised": true}},
	{"id": "20", "method": "icc1", "args": {"score": {"column": "x"}, "unit": "g"}},
	{"id": "21", "method": "eigen_correlation", "args": {"scale": "s", "missing": "pairwise"}},
	{"id": "22", "method": "eigen_correlation", "args": {"scale": "s", "missing": "listwise"}},
	{"id": "23", "method": "segmented_regression_nw", "args": {"y": {"column": "x"}, "first_post_t": 3, "lag": 1, "small_sample_factor": true, "extra": [{"column": "z", "name": "also"}]}},
	{"id": "24", "method": "paired", "args": {"pre": {"scale": "s", "min_answered_pct": 0}, "post": {"difference": [{"column": "x"}, {"column": "y"}]}}},
	{"id": "25", "method": "p_adjust", "args": {"p": {"a": {"analysis": "8", "key": "welch_p"}, "b": {"analysis": "10", "key": "p"}, "c": {"analysis": "18", "key": "lr_p"}, "d": {"analysis": "12", "key": "kw_p"}}}}]}`

func TestNoDataBreaksAnyMethod(t *testing.T) {
	const book = bookHeader + "data.csv,x,item,s,0,1,3,,\ndata.csv,y,item,s,1,1,3,,\ndata.csv,z,item,s,0,1,3,,\n"
	p, err := parsePlan("plan.json", []byte(everyMethod), true)
	must(t, err)
	b, err := parseCodebook("codebook.csv", []byte(book))
	must(t, err)
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SampledFrom([]string{"", "1", "2", "3", "2.5"})
		level := rapid.SampledFrom([]string{"", "a", "b", "10", "9"})
		var csv strings.Builder
		csv.WriteString("x,y,z,g,h\n")
		for range rapid.IntRange(0, 12).Draw(t, "rows") {
			csv.WriteString(strings.Join([]string{value.Draw(t, "x"), value.Draw(t, "y"), value.Draw(t, "z"), level.Draw(t, "g"), level.Draw(t, "h")}, ",") + "\n")
		}
		d, err := parseData("data.csv", []byte(csv.String()), b)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.do(map[string]*dataFile{"": d})
		if err != nil {
			t.Fatalf("%v with\n%s", err, csv.String())
		}
		var results map[string]map[string]any
		if err := json.Unmarshal(got, &results); err != nil {
			t.Fatal(err)
		}
		for _, a := range p.analyses {
			_, refused := results[a.id]["error"]
			for _, key := range a.method.numbers {
				if _, there := results[a.id][key]; !there && !refused {
					t.Fatalf("%s %s has no %s: %v", a.id, a.method.name, key, results[a.id])
				}
			}
			if reason, ok := results[a.id]["error"].(string); refused && (!ok || len(reason) < 10) {
				t.Fatalf("%s %s was refused with %v", a.id, a.method.name, results[a.id])
			}
		}
	})
}
