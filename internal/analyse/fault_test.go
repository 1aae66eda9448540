package analyse

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const bookHeader = "file,column,role,scale,reversed,min,max,missing_code,label\n"

const goodBook = bookHeader + "data.csv,T1,item,tools,0,1,5,,\ndata.csv,T2,item,tools,1,1,5,9,\n"

const goodData = "id,g,x,T1,T2\np1,a,1.5,1,5\np2,b,2,2,9\n,a,,,\n"

// begins tells whether a run over one file fails with a fault that begins like this.
func begins(t *testing.T, data, book, plan, want string) {
	t.Helper()
	got, err := runText(data, book, plan)
	if err == nil {
		t.Errorf("no fault, but %s\nwant %s", got, want)
	} else if !strings.HasPrefix(err.Error(), want) {
		t.Errorf("plan %s\n got %s\nwant %s", plan, err, want)
	} else if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %s", err)
	}
}

func TestAFaultInThePlanIsToldWithItsPlace(t *testing.T) {
	for _, test := range []struct{ plan, want string }{
		{``, "plan.json, line 1, column 1: not JSON: unexpected end"},
		{"{\n  \"analyses\": [,]}", "plan.json, line 2, column 16: not JSON: invalid character ','"},
		{"{\"analyses\": []}\n{}", "plan.json, line 2, column 1: not JSON: invalid character '{'"},
		{"{\"ä\xff\": []}", "plan.json, line 1, column 4: the file is not UTF-8"},
		{`[]`, "plan.json, line 1, column 1: the plan must be an object in { }, not a list in [ ]"},
		{`{}`, `plan.json, line 1, column 1: the plan lacks the key "analyses"`},
		{`{"analyses": [], "note": 1}`, `plan.json, line 1, column 18: unknown key "note": the plan has analyses`},
		{`{"analyses": [], "analyses": []}`, `plan.json, line 1, column 18: the key "analyses" stands twice in the same { }`},
		{`{"analyses": {}}`, "plan.json, line 1, column 14: analyses must be a list in [ ], not an object in { }"},
		{`{"analyses": [3]}`, "plan.json, line 1, column 15: an analysis must be an object in { }, not a number"},
		{`{"analyses": [{}]}`, `plan.json, line 1, column 15: an analysis lacks the key "id"`},
		{`{"analyses": [{"id": ""}]}`, `plan.json, line 1, column 22: id is empty`},
		{`{"analyses": [{"id": 1}]}`, `plan.json, line 1, column 22: id must be a text in quotation marks, not a number`},
		{`{"analyses": [{"id": "a"}]}`, `plan.json, line 1, column 15 (a): an analysis lacks the key "method"`},
		{`{"analyses": [{"id": "a", "method": "anova"}]}`, `plan.json, line 1, column 37 (a): unknown method "anova"; there are complete_cases, item_descriptives,`},
		{`{"analyses": [{"id": "a", "method": "ols"}]}`, `plan.json, line 1, column 15 (a): an analysis lacks the key "args"`},
		{`{"analyses": [{"id": "a", "method": "ols", "args": []}]}`, `plan.json, line 1, column 52 (a): args must be an object in { }`},
		{`{"analyses": [{"id": "a", "method": "ols", "data": "data.csv", "args": {}}]}`, `plan.json, line 1, column 52 (a): --data is a file, so the plan names none`},
		{`{"analyses": [{"id": "a", "method": "proportion", "args": {"event": {"column": "g", "equals": "a"}}}, {"id": "a", "method": "proportion", "args": {"event": {"column": "g", "equals": "a"}}}]}`,
			`plan.json, line 1, column 110: the id "a" stands twice`},
	} {
		begins(t, goodData, goodBook, test.plan, test.want)
	}
}

// analysisOf makes a plan of one analysis; its args begin at line 2, column 1.
func analysisOf(method, args, filter string) string {
	if filter != "" {
		filter = `, "filter":` + "\n" + filter
	}
	return fmt.Sprintf("{\"analyses\": [{\"id\": \"a\", \"method\": %q, \"args\":\n%s%s}]}", method, args, filter)
}

func TestAFaultInTheArgumentsIsToldWithItsPlace(t *testing.T) {
	const x, at, later = `{"column": "x"}`, `"at": {"column": "g", "equals": "a", "id": "id"}`, `"at": {"column": "g", "equals": "b", "id": "g"}`
	for _, test := range []struct{ method, args, want string }{
		// which keys there are
		{"descriptives", `{}`, `1 (a): args lacks the key "score"`},
		{"descriptives", `{"score": ` + x + `, "by": "g"}`, `28 (a): unknown key "by": args of descriptives has score`},
		{"descriptives", `{"score": null}`, `11 (a): score (a SCORE) must be an object in { }, not null`},
		{"descriptives", `{"score": {"scal": "tools"}}`, `12 (a): unknown key "scal": score (a SCORE) has scale, min_answered_pct, column, difference, at, name`},
		{"descriptives", `{"score": {}}`, `11 (a): score (a SCORE) needs one of the keys scale, column, difference`},
		{"descriptives", `{"score": {"scale": "tools", "column": "x"}}`, `30 (a): score (a SCORE) has either "scale" or "column", not both`},
		{"descriptives", `{"score": {"column": "x", "name": ""}}`, `35 (a): name is empty`},
		{"complete_cases", `{}`, `1 (a): complete_cases needs one of the keys scale, scales, items`},
		{"complete_cases", `{"scale": "tools", "items": ["x"]}`, `20 (a): complete_cases has either "scale" or "items", not both`},
		{"complete_cases", `{"items": []}`, `11 (a): items is empty`},
		{"complete_cases", `{"items": ["x", "x"]}`, `17 (a): "x" stands twice in items`},
		{"complete_cases", `{"items": "x"}`, `11 (a): items must be a list in [ ], not a text in quotation marks`},
		{"reliability", `{"scale": "tools"}`, `1 (a): args lacks the key "missing"`},
		{"reliability", `{"scale": "tools", "missing": "pairs"}`, `31 (a): missing is "pairs", but must be "listwise" or "pairwise"`},
		{"two_groups", `{"score1": ` + x + `}`, `1 (a): args lacks the key "score2"`},
		{"two_groups", `{"score1": ` + x + `, "group1": 1}`, `29 (a): unknown key "group1": a comparison of two scores has score1, score2`},
		{"two_groups", `{"score": ` + x + `}`, `1 (a): args lacks the key "group1"`},
		// percent
		{"descriptives", `{"score": {"column": "x", "min_answered_pct": 50}}`, `47 (a): min_answered_pct belongs to a scale`},
		{"descriptives", `{"score": {"scale": "tools", "min_answered_pct": 50.5}}`, `50 (a): min_answered_pct must be a whole number, not 50.5`},
		{"descriptives", `{"score": {"scale": "tools", "min_answered_pct": 101}}`, `50 (a): min_answered_pct is 101, but at most 100 makes sense`},
		{"descriptives", `{"score": {"scale": "tools", "min_answered_pct": -1}}`, `50 (a): min_answered_pct is -1, but must be at least 0`},
		{"descriptives", `{"score": {"scale": "tools", "min_answered_pct": "80"}}`, `50 (a): min_answered_pct must be a number, not a text in quotation marks`},
		// differences and products
		{"descriptives", `{"score": {"difference": [` + x + `]}}`, `26 (a): a difference is of two scores, not 1`},
		{"ols", `{"y": ` + x + `, "x": [{"difference": [` + x + `, ` + x + `]}]}`, `30 (a): a difference needs a name here`},
		{"ols", `{"y": ` + x + `, "x": [{"product": [` + x + `]}]}`, `42 (a): a product is of two scores, not 1`},
		{"ols", `{"y": ` + x + `, "x": [{"product": [` + x + `, {"difference": [` + x + `, ` + x + `]}]}]}`, `60 (a): a difference needs a name here, or the product does`},
		{"ols", `{"y": ` + x + `, "x": [` + x + `, {"column": "T1", "name": "x"}]}`, `47 (a): two terms are called "x": give one of them a name`},
		{"ols", `{"y": ` + x + `, "x": []}`, `29 (a): x is empty`},
		{"ols", `{"y": ` + x + `, "x": [3]}`, `30 (a): a TERM must be an object in { }, not a number`},
		{"ols", `{"y": ` + x + `, "x": [{"reference": "a"}]}`, `30 (a): a TERM with a reference lacks the key "column"`},
		{"ols", `{"y": ` + x + `, "x": [{"column": "g", "reference": "z"}]}`, `59 (a): the column g has no level "z"`},
		{"ols", `{"y": ` + x + `, "x": [{"column": "T1", "name": "(Intercept)"}]}`, `30 (a): two coefficients would be called "(Intercept)"`},
		{"ols", `{"y": {"column": "T1"}, "x": [{"column": "g", "reference": "a", "name": "g"}, {"column": "x", "name": "gb"}]}`, `79 (a): two coefficients would be called "gb"`},
		{"kmeans", `{"x": [{"difference": [` + x + `, ` + x + `]}], "k": 2, "standardised": true}`, `8 (a): a difference needs a name here`},
		{"kmeans", `{"x": [` + x + `, ` + x + `], "k": 2, "standardised": true}`, `25 (a): two scores are called "x"`},
		{"kmeans", `{"x": [` + x + `], "k": 0, "standardised": true}`, `31 (a): k is 0, but must be at least 1`},
		{"kmeans", `{"x": [` + x + `], "k": 2, "standardised": "yes"}`, `50 (a): standardised must be true or false, not a text`},
		{"segmented_regression_nw", `{"y": {"column": "T1"}, "first_post_t": 2, "lag": -1, "small_sample_factor": true}`, `51 (a): lag is -1, but must be at least 0`},
		{"segmented_regression_nw", `{"y": {"column": "T1"}, "first_post_t": 2, "lag": 1e99, "small_sample_factor": true}`, `51 (a): lag must be a whole number, not 1e99`},
		// conditions
		{"proportion", `{"event": {"column": "g"}}`, `11 (a): event (a CONDITION) needs equals, at_least or at_most`},
		{"proportion", `{"event": {"column": "g", "equals": 1}}`, `37 (a): equals must be a text in quotation marks, not a number`},
		{"proportion", `{"event": {"column": "g", "equals": "a", "at_most": 2}}`, `37 (a): event (a CONDITION) has either equals or limits, not both`},
		{"proportion", `{"event": {"score": ` + x + `, "equals": "1"}}`, `48 (a): a score has limits, not equals`},
		{"proportion", `{"event": {"column": "x", "at_least": "1"}}`, `39 (a): at_least must be a number, not a text`},
		{"proportion", `{"event": {"column": "x", "at_least": 1e999}}`, `39 (a): at_least is too large: 1e999`},
		{"proportion", `{"event": {"equals": "a"}}`, `11 (a): event (a CONDITION) needs one of the keys column, score`},
		{"chi_square", `{"rows": "g", "cols": 3}`, `23 (a): cols must be the name of a column or an EVENT, not a number`},
		// persons
		{"paired", `{"pre": {"column": "x", ` + at + `}, "post": ` + x + `}`, `84 (a): this score has no at, but another score of the analysis has one`},
		{"paired", `{"pre": {"column": "x", ` + at + `}, "post": {"column": "x", ` + later + `}}`, `143 (a): the id of this at is "g", that of another score "id"`},
		{"group_means", `{"score": {"column": "x", ` + at + `}, "by": ["g"]}`, `85 (a): the column "g" has a value for each row, but the scores with at have one for each person`},
		{"descriptives", `{"score": {"column": "x", "at": {"column": "g", "id": "id"}}}`, `33 (a): at lacks the key "equals"`},
		{"descriptives", `{"score": {"difference": [{"column": "x", ` + at + `}, ` + x + `], ` + at + `}}`, `49 (a): there is an at around this one already`},
		// names that the files do not have
		{"descriptives", `{"score": {"column": "y"}}`, `22 (a): data.csv has no column "y"; it has id, g, x, T1, T2`},
		{"descriptives", `{"score": {"scale": "ethics"}}`, `21 (a): codebook.csv has no items of a scale "ethics" for the file data.csv`},
		{"complete_cases", `{"items": ["x", "y"]}`, `17 (a): data.csv has no column "y"`},
		{"one_way", `{"score": ` + x + `, "by": "y"}`, `34 (a): data.csv has no column "y"`},
		{"group_means", `{"score": ` + x + `, "by": "g"}`, `34 (a): by must be a list in [ ]`},
		{"two_groups", `{"score": ` + x + `, "group1": {"column": "g", "equals": "a"}, "group2": {"column": "x", "at_least": 1}}`, `80 (a): line 2 of data.csv is in both groups`},
		// p values
		{"p_adjust", `{"p": {}}`, `7 (a): p is empty`},
		{"p_adjust", `{"p": {"b": 1.5}}`, `13 (a): 1.5 is not between 0 and 1, so it is no p value`},
		{"p_adjust", `{"p": {"b": null}}`, `13 (a): a p value must be a number, not null`},
		{"p_adjust", `{"p": {"b": {"analysis": "c", "key": "p"}}}`, `26 (a): there is no analysis "c"`},
		{"p_adjust", `{"p": {"b": {"analysis": "a", "key": "p"}}}`, `26 (a): the result of p_adjust has no number at the top`},
	} {
		begins(t, goodData, goodBook, analysisOf(test.method, test.args, ""), "plan.json, line 2, column "+test.want)
	}
}

func TestAFaultInAFilterIsToldWithItsPlace(t *testing.T) {
	for _, test := range []struct{ filter, want string }{
		{`{}`, `plan.json, line 3, column 1 (a): filter must be a list in [ ]`},
		{`[{"column": "g", "is": "a"}]`, `plan.json, line 3, column 18 (a): unknown key "is": a filter (a CONDITION) has column, score, equals, at_least, at_most`},
		{`[{"score": {"column": "x", "at": {"column": "g", "equals": "a", "id": "id"}}, "at_least": 1}]`, `plan.json, line 3, column 12 (a): a filter looks at rows, so its scores have no at`},
		{`[{"column": "y", "equals": "a"}]`, `plan.json, line 3, column 13 (a): data.csv has no column "y"`},
		{`[{"column": "g", "at_least": 1}]`, `data.csv, line 2, column 2 (g): "a" is not a number, but analysis a needs one`},
	} {
		begins(t, goodData, goodBook, analysisOf("descriptives", `{"score": {"column": "x"}}`, test.filter), test.want)
	}
	begins(t, goodData, goodBook, analysisOf("p_adjust", `{"p": {"b": 0.1}}`, "[]"), "plan.json, line 3, column 1 (a): p_adjust looks at results, so it has no filter")
}

func TestAPValueOfAnotherAnalysisMustBeANumberAtTheTopOfItsResult(t *testing.T) {
	const other = `{"id": "t", "method": "proportion", "args": {"event": {"column": "x", "at_least": 0}}}`
	for key, want := range map[string]string{
		"wilson": `plan.json, line 2, column 80 (a): the result of proportion has no number "wilson"; it has n, x, p,`,
		"n":      `plan.json, line 2, column 80 (a): n of t is 2, which is no p value`,
	} {
		begins(t, goodData, goodBook, "{\"analyses\": [\n"+
			`{"id": "a", "method": "p_adjust", "args": {"p": {"b": {"analysis": "t", "key": "`+key+`"}}}},`+other+"]}", want)
	}
}

func TestAFaultInTheCodebookIsToldWithItsPlace(t *testing.T) {
	for _, test := range []struct{ book, want string }{
		{"", "codebook.csv: The file is empty."},
		{"file,column\n", "codebook.csv, line 1: the column role is missing"},
		{"file,column,kind\n", "codebook.csv, line 1, column 3 (kind): not a column of a codebook; those are file, column, role,"},
		{"file,column,file\n", "codebook.csv, line 1, column 3 (file): the column stands twice"},
		{bookHeader + "data.csv,T1,item,tools,0,1\n", "codebook.csv, line 2: The row has 6 cells but the first row has 9."},
		{bookHeader + ",T1,item,tools,0,1,5,,\n", "codebook.csv, line 2, column 1 (file): the cell is empty"},
		{bookHeader + "data.csv,,item,tools,0,1,5,,\n", "codebook.csv, line 2, column 2 (column): the cell is empty"},
		{bookHeader + "data.csv,T1,item,,0,1,5,,\n", "codebook.csv, line 2, column 4 (scale): an item belongs to a scale"},
		{bookHeader + "data.csv,T1,item,tools,yes,1,5,,\n", `codebook.csv, line 2, column 5 (reversed): "yes" is neither 0 nor 1`},
		{bookHeader + "data.csv,T1,item,tools,0,one,5,,\n", `codebook.csv, line 2, column 6 (min): "one" is not a number`},
		{bookHeader + "data.csv,T1,item,tools,0,1,\"5,5\",,\n", `codebook.csv, line 2, column 7 (max): "5,5" is not a number: decimals are written with a point`},
		{bookHeader + "data.csv,T1,item,tools,0,5,1,,\n", "codebook.csv, line 2, column 6 (min): the smallest value 5 is above the largest, 1"},
		{bookHeader + "data.csv,T1,item,tools,1,,5,,\n", "codebook.csv, line 2, column 6 (min): a reversed column needs its smallest value"},
		{bookHeader + "data.csv,T1,item,tools,1,1,,,\n", "codebook.csv, line 2, column 7 (max): a reversed column needs its largest value"},
		{bookHeader + "data.csv,T1,id,,,,,,\n\ndata.csv,T1,id,,,,,,\n", "codebook.csv, line 4, column 2 (column): the column T1 of data.csv stands on line 2 already"},
		{bookHeader + "data.csv,T9,id,,,,,,\n", "codebook.csv, line 2, column 2 (column): data.csv has no column T9"},
	} {
		begins(t, goodData, test.book, `{"analyses": []}`, test.want)
	}
}

func TestAFaultInTheDataIsToldWithItsPlace(t *testing.T) {
	for _, test := range []struct{ data, want string }{
		{"", "data.csv: The file is empty."},
		{"T1,T2,T1\n", "data.csv, line 1, column 3 (T1): the column stands twice, first as column 1"},
		{"T1,T2\n1,2\n3\n4,5,6\n", "data.csv, line 3: The row has 1 cells but the first row has 2. (and 1 more)"},
		{"T1,T2\n1,2\n3,6\n", "data.csv, line 3, column 2 (T2): 6 is above 5, the largest value of the codebook (line 3 of codebook.csv)"},
		{"T1,T2\n0.5,2\n3,4\n", "data.csv, line 2, column 1 (T1): 0.5 is under 1, the smallest value of the codebook (line 2 of codebook.csv)"},
		{"T1,T2\n9,9\n", "data.csv, line 2, column 1 (T1): 9 is above 5"},
		{"T1,T2\n1,9\n2,four\nx,1\n", `data.csv, line 3, column 2 (T2): "four" is not a number`},
		{"T1,T2\n1,\"2,5\"\n", `data.csv, line 2, column 2 (T2): "2,5" is not a number: decimals are written with a point`},
		{"T1,T2\nNaN,1\n", `data.csv, line 2, column 1 (T1): "NaN" is not a number`},
		{"T1,T2\n1,Inf\n", `data.csv, line 2, column 2 (T2): "Inf" is not a number`},
		{"T1,T2\n1,0x2\n", `data.csv, line 2, column 2 (T2): "0x2" is not a number`},
		{"T1,T2\n1e999,2\n", `data.csv, line 2, column 1 (T1): "1e999" is not a number`},
		{"T1,T2\n1, \n", `data.csv, line 2, column 2 (T2): " " is not a number`},
	} {
		begins(t, test.data, goodBook, `{"analyses": []}`, test.want)
	}
	begins(t, "id,x,t\np,1,1\np,2,2\np,3,1\n", bookHeader, analysisOf("descriptives", `{"score": {"column": "x", "at": {"column": "t", "equals": "1", "id": "id"}}}`, ""),
		"data.csv, line 4, column 3 (t): id p has t 1 on line 2 already")
	begins(t, "g,x\nall,1\n", bookHeader, analysisOf("group_means", `{"score": {"column": "x"}, "by": ["g"]}`, ""),
		"plan.json, line 2, column 35 (a): the column g has a level called all, which here means every row")
	begins(t, "g,h,x\n\"1,h=2\",3,1\n1,\"2,h=3\",2\n", bookHeader, analysisOf("group_means", `{"score": {"column": "x"}, "by": ["g", "h"]}`, ""),
		`plan.json, line 2, column 35 (a): two groups would be called "g=1,h=2,h=3"`)
}

func TestTheFilesMustBeThere(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	book := write("codebook.csv", goodBook)
	data := write("data.csv", goodData)
	folderPlan := func(n int, file string) string {
		return write(fmt.Sprintf("folder%d.json", n), `{"analyses": [{"id": "a", "method": "descriptives", `+file+` "args": {"score": {"column": "x"}}}]}`)
	}
	filePlan := write("file.json", `{"analyses": [{"id": "a", "method": "descriptives", "args": {"score": {"column": "x"}}}]}`)
	for _, test := range []struct {
		in   Input
		want string
	}{
		{Input{data, book, filePlan}, ""},
		{Input{dir, book, filePlan}, `file.json, line 1, column 15 (a): the analysis lacks the key "data"`},
		{Input{dir, book, folderPlan(1, `"data": "data.csv",`)}, ""},
		{Input{dir, book, folderPlan(2, `"data": "other.csv",`)}, `folder2.json, line 1, column 61 (a): there is no file "other.csv" in the folder`},
		{Input{dir, book, folderPlan(3, `"data": "../data.csv",`)}, `folder3.json, line 1, column 61 (a): data is the name of a file in the --data folder, without a path`},
		{Input{dir, book, folderPlan(4, `"data": 3,`)}, `folder4.json, line 1, column 61 (a): data must be a text`},
		{Input{dir, book, filepath.Join(dir, "no.json")}, "open "},
		{Input{dir, filepath.Join(dir, "no.csv"), folderPlan(5, `"data": "data.csv",`)}, "open "},
		{Input{filepath.Join(dir, "no"), book, filePlan}, "stat "},
	} {
		_, err := Run(test.in)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
			t.Errorf("%+v: got %v, want %s", test.in, err, test.want)
		}
	}
}
