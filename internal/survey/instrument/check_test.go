package instrument

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEachMistakeInAFileIsNamedWithItsPlace(t *testing.T) {
	const q = `{"fi": "a", "sv": "a", "en": "a"}`
	file := smallFile(t)
	for _, test := range []struct {
		name, old, new string
		want           []string
	}{
		{"another format", `instrument/1`, `instrument/2`, []string{"format not-one-of"}},
		{"a key with capitals", `"key": "small"`, `"key": "Small"`, []string{"key bad-key"}},
		{"a key that ends in a line feed", `"key": "small"`, `"key": "small\n"`, []string{"key bad-key"}},
		{"a key that is too long", `"key": "small"`, `"key": "` + strings.Repeat("a", 41) + `"`, []string{"key bad-key"}},
		{"a version that is a number", `"version": "1.0"`, `"version": 1.0`, []string{"version want-string"}},
		{"a key in capitals is another key", `"minutes": 2`, `"Minutes": 2`, []string{"minutes missing-key", "Minutes unknown-key"}},
		{"a repeated key", `"minutes": 2`, `"minutes": 2, "minutes": 3`, []string{"minutes duplicate-key"}},
		{"an odd key is quoted", `"minutes": 2`, `"minutes": 2, "a b": 3`, []string{`["a b"] unknown-key`}},
		{"too many minutes", `"minutes": 2`, `"minutes": 181`, []string{"minutes out-of-range"}},
		{"half a minute", `"minutes": 2`, `"minutes": 2.5`, []string{"minutes want-whole"}},
		{"a number beyond all numbers", `"minutes": 2`, `"minutes": 99999999999999999999`, []string{"minutes out-of-range"}},
		{"null is no text", `"title": {"fi": "title fi", "sv": "title sv", "en": "title en"}`, `"title": null`, []string{"title want-text"}},
		{"an empty licence", `"CC BY 4.0"`, `" "`, []string{"licence empty-text"}},
		{"an odd language", `"languages": ["fi"`, `"languages": ["suomi!", "fi"`, []string{"languages[0] bad-language"}},
		{"a language twice", `"languages": ["fi"`, `"languages": ["fi", "fi"`, []string{"languages[1] duplicate-value"}},
		{"an undeclared language", `"fi": "intro fi"`, `"fi": "intro fi", "de": "x"`, []string{"pages[0].intro.de extra-language"}},
		{"a language twice in a text", `"fi": "intro fi"`, `"fi": "intro fi", "fi": "x"`, []string{"pages[0].intro.fi duplicate-key"}},
		{"an empty text", `"intro sv"`, `"\t "`, []string{"pages[0].intro.sv empty-text"}},
		{"a control character", `"intro sv"`, `"a\u0000b"`, []string{"pages[0].intro.sv control-character"}},
		{"a very long text", `"intro sv"`, `"` + strings.Repeat("ä", 5001) + `"`, []string{"pages[0].intro.sv long-text"}},
		{"a text that is a number", `"intro sv"`, `7`, []string{"pages[0].intro.sv want-string"}},

		{"steps that fall", `"value": 5, "label": {"fi": "at`, `"value": -1, "label": {"fi": "at`, []string{"response_scales[1].steps[1].value steps-order"}},
		{"steps that stay", `"value": 5, "label": {"fi": "at`, `"value": 0, "label": {"fi": "at`, []string{"response_scales[1].steps[1].value steps-order"}},
		{"an unknown kind", `"kind": "support"`, `"kind": "suport"`, []string{"scales[4].kind not-one-of"}},
		{"an odd percentage", `"min_answered_pct": 80`, `"min_answered_pct": 75`, []string{"scales[0].min_answered_pct not-one-of"}},
		{"bands that fall", `{"from": 2.5, `, `{"from": 3.5, `, []string{"scales[0].bands[2].from bands-order"}},
		{"a first band above the least value", `{"from": 1, `, `{"from": 1.5, `, []string{"scales[0].bands[0].from bands-first"}},
		{"a band above the greatest value", `{"from": 3.5, `, `{"from": 5.5, `, []string{"scales[0].bands[2].from bands-above"}},
		{"a band that is beyond numbers", `{"from": 3.5, `, `{"from": 1e999, `, []string{"scales[0].bands[2].from want-number"}},
		{"an id with a capital", `"id": "ethics"`, `"id": "Ethics"`, []string{
			"scales[2].id bad-id", "pages[1].items[5].scale unknown-scale", "pages[1].items[6].scale unknown-scale"}},
		{"an id of two scales", `"id": "team"`, `"id": "data"`, []string{"scales[3].id duplicate-id",
			"pages[1].items[7].scale unknown-scale"}},
		{"an id of two response scales", `"id": "often3"`, `"id": "agree5"`, []string{"response_scales[1].id duplicate-id",
			"pages[1].items[5].response unknown-response", "pages[1].items[6].response unknown-response"}},

		{"an id of two items", `"id": "r2"`, `"id": "r1"`, []string{"pages[1].items[1].id duplicate-id"}},
		{"an id of an item and a scale", `"id": "r2"`, `"id": "remote"`, []string{"pages[1].items[1].id duplicate-id"}},
		{"an unknown type", `"type": "single"`, `"type": "radio"`, []string{"pages[0].items[0].type not-one-of"}},
		{"reversed on a number", `"background": true, "min"`, `"reversed": true, "min"`, []string{"pages[0].items[1].reversed key-not-for-type"}},
		{"reversed that is a string", `"reversed": true`, `"reversed": "true"`, []string{"pages[1].items[2].reversed want-true-false"}},
		{"background on a scale item", `"reversed": true`, `"background": true`, []string{"pages[1].items[2].background key-not-for-type"}},
		{"an item without response", `"response": "agree5", "scale": "data"`, `"scale": "data"`, []string{"pages[1].items[3].response missing-key"}},
		{"an unknown response scale", `"response": "agree5", "scale": "data"`, `"response": "x", "scale": "data"`, []string{"pages[1].items[3].response unknown-response"}},
		{"two response scales in one scale", `"response": "agree5", "scale": "support", "show_if"`, `"response": "often3", "scale": "support", "show_if"`, []string{"pages[1].items[9].response mixed-responses"}},
		{"a scale that nothing measures", `"response": "agree5", "scale": "team"`, `"response": "agree5", "scale": "data"`, []string{"scales[3] scale-without-items"}},
		{"an option twice", `"value": "chat"`, `"value": "phone"`, []string{"pages[0].items[2].options[2].value duplicate-value"}},
		{"an option with a comma", `"value": "chat"`, `"value": "ch,at"`, []string{"pages[0].items[2].options[0].value bad-value"}},
		{"a least number at the greatest", `"min": -1`, `"min": 60`, []string{"pages[0].items[1].max min-above-max"}},
		{"no greatest number", `"min": -1, "max": 60`, `"min": -1`, []string{"pages[0].items[1].max missing-key"}},
		{"a length of nothing", `"max_length": 20`, `"max_length": 0`, []string{"pages[0].items[3].max_length out-of-range"}},
		{"a page without items", `"pages": [`, `"pages": [{"title": ` + q + `, "items": []}, `, []string{"pages[0].items bad-count"}},

		{"a condition on nothing", `{"item": "s1", "at`, `{"item": "zz", "at`, []string{"pages[1].items[9].show_if.item condition-unknown"}},
		{"a condition on itself", `{"item": "s1", "at`, `{"item": "s2", "at`, []string{"pages[1].items[9].show_if.item condition-later"}},
		{"a condition on a later item", `{"item": "tools"`, `{"item": "why"`, []string{"pages[0].items[3].show_if.item condition-later"}},
		{"a condition on a text", `{"item": "years"`, `{"item": "more"`, []string{"pages[1].items[10].show_if condition-type"}},
		{"a limit on a choice", `{"item": "years"`, `{"item": "role"`, []string{"pages[1].items[10].show_if condition-type"}},
		{"a value of a number", `"at_least": 5`, `"any_of": ["5"]`, []string{"pages[1].items[10].show_if condition-type"}},
		{"a value that no option has", `["video"]`, `["vidoe"]`, []string{"pages[0].items[3].show_if.any_of condition-value"}},
		{"not applicable as a condition", `"at_least": 2, "at_most": 4`, `"any_of": ["na"]`, []string{"pages[1].items[9].show_if.any_of condition-value"}},
		{"a condition without values", `["video"]`, `[]`, []string{"pages[0].items[3].show_if.any_of bad-count"}},
		{"a value twice in a condition", `["video"]`, `["video", "video"]`, []string{"pages[0].items[3].show_if.any_of[1] duplicate-value"}},
		{"a condition without a rule", `{"item": "years", "at_least": 5}`, `{"item": "years"}`, []string{"pages[1].items[10].show_if condition-empty"}},
		{"both kinds of rule", `"at_least": 5`, `"at_least": 5, "any_of": ["5"]`, []string{"pages[1].items[10].show_if condition-mixed"}},
		{"crossed limits", `"at_least": 2, "at_most": 4`, `"at_least": 4, "at_most": 2`, []string{"pages[1].items[9].show_if condition-never"}},
		{"limits beyond the steps", `"at_least": 2, "at_most": 4`, `"at_least": 6`, []string{"pages[1].items[9].show_if condition-never"}},
		{"limits beyond the number", `"at_least": 5`, `"at_most": -2`, []string{"pages[1].items[10].show_if condition-never"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(file, test.old) {
				t.Fatalf("the file does not contain %s", test.old)
			}
			_, err := Parse([]byte(strings.Replace(file, test.old, test.new, 1)))
			if err == nil {
				t.Fatal("no problem was found")
			}
			if diff := cmp.Diff(test.want, found(err)); diff != "" {
				t.Errorf("(-want +got):\n%s\n%v", diff, err)
			}
			if text := err.Error(); strings.ContainsAny(text, "{}") || strings.Contains(text, ": instrument.") {
				t.Errorf("a sentence is unfinished: %s", text)
			}
		})
	}
}

func TestTooManyOfAnythingIsRefused(t *testing.T) {
	file := smallFile(t)
	var items []string
	for i := range 31 {
		items = append(items, fmt.Sprintf(`{"id": "x%d", "type": "text", "text": {"fi": "a", "sv": "a", "en": "a"}}`, i))
	}
	_, err := Parse([]byte(strings.Replace(file, `"items": [`, `"items": [`+strings.Join(items, ",")+`,`, 1)))
	if got := found(err); !slices.Contains(got, "pages[0].items bad-count") {
		t.Errorf("35 items on a page: got %v", got)
	}
	var pages []string
	for p := range 20 {
		page := strings.Join(items[:30], ",")
		pages = append(pages, `{"title": {"fi": "a", "sv": "a", "en": "a"}, "items": [`+strings.ReplaceAll(page, `"x`, fmt.Sprintf(`"p%d_`, p))+`]}`)
	}
	_, err = Parse([]byte(strings.Replace(file, `"pages": [`, `"pages": [`+strings.Join(pages, ",")+`,`, 1)))
	if diff := cmp.Diff([]string{"pages too-many-items"}, found(err)); diff != "" {
		t.Errorf("615 items (-want +got):\n%s", diff)
	}
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func locale(t *testing.T, lang string) map[string]string {
	t.Helper()
	data, err := Locales.ReadFile("locales/" + lang + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if line != "" && line[0] != '#' && !regexp.MustCompile(`^instrument\.[a-z0-9-]+ = \S.*[.]$`).MatchString(line) {
			t.Errorf("%s line %d is not a sentence with its key: %s", lang, i+1, line)
		}
	}
	return messages(string(data))
}

func TestEveryMessageIsThereInAllLanguagesWithTheSamePlaceholders(t *testing.T) {
	en := locale(t, "en")
	for _, lang := range []string{"fi", "sv"} {
		other := locale(t, lang)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(en)), slices.Sorted(maps.Keys(other))); diff != "" {
			t.Errorf("keys of en and %s (-en +%s):\n%s", lang, lang, diff)
		}
		for key := range en {
			want, got := placeholder.FindAllString(en[key], -1), placeholder.FindAllString(other[key], -1)
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("placeholders of %s in en and %s (-en +%s):\n%s", key, lang, lang, diff)
			}
		}
	}
}

func TestEveryKeyInTheCodeHasAMessageAndTheReverse(t *testing.T) {
	used := map[string]bool{}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		data, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"(instrument\.[a-z0-9-]+)"`).FindAllStringSubmatch(string(data), -1) {
			used[m[1]] = true
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(used)), slices.Sorted(maps.Keys(locale(t, "en")))); diff != "" {
		t.Errorf("(-code +en.txt):\n%s", diff)
	}
}
