package analyse

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"taitorinki/internal/stats"
)

func TestANumberIsWrittenInDigitsWithAPoint(t *testing.T) {
	for cell, want := range map[string]float64{
		"0": 0, "007": 7, " 3": 3, "3 ": 3, "-2.5": -2.5, "+1": 1, ".5": 0.5, "5.": 5, "1e3": 1000, "1.5E-2": 0.015, "3.4": 3.4,
	} {
		if got, ok := parseNumber(cell); !ok || got != want {
			t.Errorf("%q: got %v %v, want %v", cell, got, ok, want)
		}
	}
	for _, cell := range []string{"", " ", ".", "-", "e5", "1e", "1e999", "nan", "NaN", "Inf", "0x10", "1_000", "1,5", "1 000", "--1", "१", "1\u00a0000"} {
		if got, ok := parseNumber(cell); ok {
			t.Errorf("%q was read as %v", cell, got)
		}
	}
}

func TestLevelsStandInNumericOrderIfAllAreNumbers(t *testing.T) {
	for _, test := range []struct{ texts, want string }{
		{"10 9 2 9", "2 9 10"}, {"10 9 x", "10 9 x"}, {"-1 1 0.5", "-1 0.5 1"}, {"1.0 1 01", "01 1 1.0"}, {"ä z a B", "B a z ä"}, {"no yes no", "no yes"},
	} {
		texts := strings.Fields(test.texts)
		known := slices.Repeat([]bool{true}, len(texts))
		levels, at := levelsOf(append(texts, "missing"), append(known, false))
		if got := strings.Join(levels, " "); got != test.want {
			t.Errorf("%s: got %s, want %s", test.texts, got, test.want)
		}
		for i, text := range texts {
			if levels[at[i]] != text {
				t.Errorf("%s: %s is said to be %s", test.texts, text, levels[at[i]])
			}
		}
		if at[len(texts)] != -1 {
			t.Errorf("%s: a missing level is number %d", test.texts, at[len(texts)])
		}
	}
}

func TestTheMissingCodeIsMissingEverywhere(t *testing.T) {
	for _, test := range []struct {
		cell, code string
		want       bool
	}{
		{"99", "99", true}, {"99.0", "99", true}, {" 99", "99", true}, {"9", "99", false}, {"NA", "NA", true}, {"na", "NA", false}, {"0", "-0", true},
	} {
		book, err := parseCodebook("codebook.csv", []byte(bookHeader+"data.csv,x,number,,,,,"+test.code+",\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := book.files["data.csv"][0].isMissing(test.cell); got != test.want {
			t.Errorf("cell %q, code %q: got %v", test.cell, test.code, got)
		}
	}
	const book = bookHeader + "data.csv,x,number,,,,,99,\ndata.csv,g,group,,,,,NA,\n"
	got, err := runText("x,g\n1,a\n99,NA\n2,a\n", book, `{"analyses": [
		{"id": "n", "method": "descriptives", "args": {"score": {"column": "x"}}},
		{"id": "by", "method": "group_means", "args": {"score": {"column": "x"}, "by": ["g"]}},
		{"id": "p", "method": "proportion", "args": {"event": {"column": "g", "equals": "NA"}}},
		{"id": "high", "method": "proportion", "args": {"event": {"column": "x", "at_least": 50}}}]}`)
	must(t, err)
	for _, want := range []string{`"n": 2`, `"a": {`, `"p": {
    "n": 2,
    "x": 0`, `"high": {
    "n": 2,
    "x": 0`} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if strings.Contains(string(got), "NA") {
		t.Errorf("the missing code is a group: %s", got)
	}
}

func TestARowOfEmptyCellsIsAPersonWhoAnsweredNothing(t *testing.T) {
	got, err := runText("T1,T2\n1,2\n,\n\n3,4\n", goodBook, `{"analyses": [{"id": "i", "method": "item_descriptives", "args": {"items": ["T1"]}}]}`)
	must(t, err)
	if !strings.Contains(string(got), `"missing": 1,`) {
		t.Errorf("got %s, want one missing", got)
	}
}

func TestALimitOfADifferenceIsNotMissedByAHair(t *testing.T) {
	got, err := runText("a,b\n3.4,3.2\n2.6,2.4\n1,0.9\n", bookHeader, `{"analyses": [{"id": "p", "method": "proportion",
		"args": {"event": {"score": {"difference": [{"column": "a"}, {"column": "b"}]}, "at_least": 0.2}}}]}`)
	must(t, err)
	if !strings.Contains(string(got), `"x": 2,`) {
		t.Errorf("got %s, want 2 of 3", got)
	}
}

func TestReversingAnItemMirrorsTheScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.IntRange(1, 5), 1, 20).Draw(t, "values")
		var csv strings.Builder
		csv.WriteString("T1,T2\n")
		for _, v := range values {
			csv.WriteString(string(rune('0'+v)) + "," + string(rune('0'+6-v)) + "\n") // T2 is reversed
		}
		book, err := parseCodebook("codebook.csv", []byte(goodBook))
		if err != nil {
			t.Fatal(err)
		}
		d, err := parseData("data.csv", []byte(csv.String()), book)
		if err != nil {
			t.Fatal(err)
		}
		v := &view{plan: &document{}, data: d, rows: make([]int, len(values))}
		for i := range v.rows {
			v.rows[i] = i
		}
		got, err := score{scale: &ref{name: "tools"}, percent: stats.DefaultPercent}.values(v)
		if err != nil {
			t.Fatal(err)
		}
		for i, value := range values {
			if got.Values[i] != float64(value) {
				t.Fatalf("row %d: got %v, want %d", i, got.Values[i], value)
			}
		}
	})
}

// told holds that an error of reading is one clear line with a place.
func told(t *testing.T, err error) {
	if err != nil && (strings.TrimSpace(err.Error()) == "" || !strings.Contains(err.Error(), ":")) {
		t.Errorf("an error without words: %q", err)
	}
}

func FuzzPlan(f *testing.F) {
	f.Add(read(f, "plan.json"), false)
	f.Add([]byte(analysisOf("ols", `{"y": {"column": "x"}, "x": [{"column": "g", "reference": "a"}]}`, "[]")), true)
	for _, seed := range []string{"", "{", "null", "[[[", `{"analyses":[{"id":"a","method":"p_adjust","args":{"p":{"a":1e999,"b":{}}}}]}`, "\ufeff{}", `{"a":1,"a":2}`, "{}{}", `"\ud800"`} {
		f.Add([]byte(seed), true)
	}
	book, err := parseCodebook("codebook.csv", []byte(goodBook))
	must(f, err)
	d, err := parseData("data.csv", []byte(goodData), book)
	must(f, err)
	f.Fuzz(func(t *testing.T, data []byte, oneFile bool) {
		p, err := parsePlan("plan.json", data, oneFile)
		told(t, err)
		if err != nil || !oneFile {
			return
		}
		_, err = p.do(map[string]*dataFile{"": d})
		if broken, ok := err.(*Broken); ok {
			t.Error(broken)
		}
		told(t, err)
	})
}

func FuzzCodebook(f *testing.F) {
	f.Add(read(f, "codebook.csv"))
	f.Add([]byte(bookHeader + "data.csv,T1,item,tools,1,1e300,-1e300,,\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		book, err := parseCodebook("codebook.csv", data)
		told(t, err)
		if err != nil {
			return
		}
		for _, variables := range book.files {
			for _, v := range variables {
				if v.reversed && (v.min == nil || v.max == nil) || v.item() && v.scale == "" {
					t.Errorf("an item was taken as %+v", v)
				}
			}
		}
	})
}

func FuzzData(f *testing.F) {
	f.Add([]byte(goodData))
	f.Add([]byte("T1;T2\n1;2\n"))
	f.Add([]byte("T1,T2,\n1,2,\n,,\n"))
	book, err := parseCodebook("codebook.csv", []byte(goodBook))
	must(f, err)
	p, err := parsePlan("plan.json", []byte(`{"analyses": [
		{"id": "s", "method": "descriptives", "args": {"score": {"scale": "tools"}}},
		{"id": "r", "method": "reliability", "args": {"scale": "tools", "missing": "pairwise"}},
		{"id": "t", "method": "chi_square", "args": {"rows": "T1", "cols": "T2"}}]}`), true)
	must(f, err)
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := parseData("data.csv", data, book)
		told(t, err)
		if err != nil {
			return
		}
		_, err = p.do(map[string]*dataFile{"": d})
		if err != nil {
			t.Error(err)
		}
		for place, n := range d.parsed {
			for row, v := range n.values {
				if low, high := *d.variables[place].min, *d.variables[place].max; n.states[row] == isNumber && (v < low || v > high) {
					t.Errorf("row %d holds %v", row, v)
				}
			}
		}
	})
}
