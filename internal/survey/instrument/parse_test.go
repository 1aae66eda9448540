package instrument

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func smallFile(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("testdata/small.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func small(t testing.TB) *Instrument {
	t.Helper()
	in, err := Parse([]byte(smallFile(t)))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestASmallInstrumentIsReadWithItsPartsJoined(t *testing.T) {
	in := small(t)
	if got, want := len(in.Items), 15; got != want {
		t.Fatalf("items: got %d, want %d", got, want)
	}
	for i, it := range in.Items {
		if it.Index != i {
			t.Errorf("item %s: Index is %d, want %d", it.ID, it.Index, i)
		}
		if (it.Type == TypeScale) != (it.ScaleIndex >= 0) || (it.Type == TypeScale) != (it.Steps() != nil) {
			t.Errorf("item %s of type %s: ScaleIndex %d, steps %v", it.ID, it.Type, it.ScaleIndex, it.Steps())
		}
	}
	r3, e1, why := in.Items[6], in.Items[9], in.Items[14]
	if r3.ID != "r3" || !r3.Reversed || r3.Page != 1 || in.Scales[r3.ScaleIndex].ID != "remote" || len(r3.Steps()) != 5 {
		t.Errorf("r3 is %+v", r3)
	}
	if r3.Keyed(2) != 4 || e1.Keyed(5) != 5 {
		t.Errorf("keyed: r3 2 is %d, want 4; e1 5 is %d, want 5", r3.Keyed(2), e1.Keyed(5))
	}
	if r3.NotApplicable() == nil || e1.NotApplicable() != nil || why.NotApplicable() != nil {
		t.Error("only items on agree5 have a choice beside the steps")
	}
	if why.MaxLength != 500 || in.Items[3].MaxLength != 20 {
		t.Errorf("max_length: got %d and %d, want 500 and 20", why.MaxLength, in.Items[3].MaxLength)
	}
	if s := in.Scales[2]; s.Min() != 0 || s.Max() != 10 || len(s.Items) != 2 {
		t.Errorf("scale ethics: %d to %d with %d items", s.Min(), s.Max(), len(s.Items))
	}
	var background []string
	for _, it := range in.Background() {
		background = append(background, it.ID)
	}
	if diff := cmp.Diff([]string{"role", "years"}, background); diff != "" {
		t.Errorf("background (-want +got):\n%s", diff)
	}
}

func TestAByteOrderMarkIsAcceptedAndChangesOnlyTheFingerprint(t *testing.T) {
	plain := small(t)
	marked, err := Parse([]byte("\ufeff" + smallFile(t)))
	if err != nil {
		t.Fatal(err)
	}
	if asJSON(t, marked) != asJSON(t, plain) {
		t.Error("the instruments differ")
	}
	if marked.Fingerprint() == plain.Fingerprint() || len(plain.Fingerprint()) != 64 {
		t.Errorf("fingerprints %q and %q", marked.Fingerprint(), plain.Fingerprint())
	}
}

func asJSON(t testing.TB, in *Instrument) string {
	t.Helper()
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestAnInstrumentWrittenBackReadsTheSame(t *testing.T) {
	in := small(t)
	again, err := Parse([]byte(asJSON(t, in)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asJSON(t, in), asJSON(t, again)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// found gives "where key" of each problem.
func found(err error) []string {
	var ps Problems
	if !errors.As(err, &ps) {
		return nil
	}
	var all []string
	for _, p := range ps {
		all = append(all, strings.TrimSpace(p.Where+" "+strings.TrimPrefix(p.Key, "instrument.")))
	}
	return all
}

func TestWhatIsNoJSONIsRefusedAtItsPlace(t *testing.T) {
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for _, test := range []struct{ name, file, want string }{
		{"nothing", "", "empty-file"},
		{"white space only", " \n\t", "empty-file"},
		{"a byte order mark only", "\ufeff", "empty-file"},
		{"a missing comma", "{\n  \"a\": 1\n  \"b\": 2}", "3:3 syntax"},
		{"a trailing comma", `{"ä": [1,]}`, "1:10 syntax"},
		{"a file that ends too early", "{\"key\":\n", "2:1 syntax"},
		{"a second object", "{}\n {}", "2:2 trailing"},
		{"a letter after the end", "{}x", "1:3 trailing"},
		{"Latin-1", "{\n\"a\": \"\xe4\"}", "2:7 not-utf8"},
		{"UTF-16", "\xff\xfe{\x00", "1:1 not-utf8"},
		{"deep nesting", deep, "1:35 too-complex"},
		{"very many values", "[" + strings.Repeat("1,", 300_000) + "1]", "1:400001 too-complex"},
		{"a huge file", strings.Repeat(" ", MaxBytes+1), "too-large"},
		{"a list", "[]", "want-object"},
		{"null", "null", "want-object"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse([]byte(test.file))
			if diff := cmp.Diff([]string{test.want}, found(err)); diff != "" {
				t.Errorf("%.80q: (-want +got):\n%s\n%v", test.file, diff, err)
			}
		})
	}
}

func TestAllProblemsOfAFileAreGatheredInItsOrder(t *testing.T) {
	file := strings.NewReplacer(
		`"version": "1.0"`, `"version": "1 0"`,
		`"minutes": 2`, `"minuets": 2`,
		`"sv": "years sv", `, ``,
		`"at_least": 5`, `"at_least": 61`,
	).Replace(smallFile(t))
	_, err := Parse([]byte(file))
	want := []string{
		"minutes missing-key",
		"version bad-version",
		"minuets unknown-key",
		"pages[0].items[1].text.sv missing-language",
		"pages[1].items[10].show_if condition-never",
	}
	if diff := cmp.Diff(want, found(err)); diff != "" {
		t.Errorf("(-want +got):\n%s\n%v", diff, err)
	}
	for line := range strings.Lines(err.Error()) {
		if !strings.Contains(line, "(line ") || strings.ContainsAny(line, "{}") {
			t.Errorf("unfinished sentence: %s", line)
		}
	}
}

func TestAFloodOfProblemsIsCutShort(t *testing.T) {
	_, err := Parse([]byte(`{"languages": ["fi"], "title": {` + strings.Repeat(`"x": 1, `, 2000) + `"fi": "a"}}`))
	ps := found(err)
	if len(ps) != maxProblems+1 || ps[maxProblems] != "more" {
		t.Errorf("got %d problems, the last %q", len(ps), ps[len(ps)-1])
	}
}

func TestTextFallsBackInAFixedOrder(t *testing.T) {
	for _, test := range []struct {
		name, lang, want string
		text             Text
	}{
		{"the language asked for", "en", "e", Text{"fi": "f", "sv": "s", "en": "e"}},
		{"Finnish first", "de", "f", Text{"fi": "f", "sv": "s", "en": "e"}},
		{"then Swedish", "fi", "s", Text{"sv": "s", "en": "e"}},
		{"then English", "fi", "e", Text{"de": "d", "en": "e"}},
		{"then in sorted order", "fi", "d", Text{"so": "o", "de": "d"}},
		{"an empty one is skipped", "fi", "o", Text{"fi": "", "de": "", "so": "o"}},
		{"nothing", "fi", "", nil},
	} {
		if got := test.text.In(test.lang); got != test.want {
			t.Errorf("%s: %v in %s: got %q, want %q", test.name, test.text, test.lang, got, test.want)
		}
	}
}

func TestAReaderOfAnotherLanguageGetsTheInstrumentsFirst(t *testing.T) {
	in := small(t)
	in.Languages = []string{"sv", "en"}
	if in.Language("fi") != "sv" || in.Language("en") != "en" {
		t.Errorf("got %s and %s, want sv and en", in.Language("fi"), in.Language("en"))
	}
}

// jsonKeys lists every key that the structs read or write.
func jsonKeys(typ reflect.Type, keys map[string]bool) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice:
		jsonKeys(typ.Elem(), keys)
	case reflect.Struct:
		for f := range typ.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" || name == "-" {
				continue
			}
			keys[name] = true
			jsonKeys(f.Type, keys)
		}
	}
}

func TestTheSchemaAndTheFormatPageKnowEveryKey(t *testing.T) {
	schema, err := os.ReadFile("../../../doc/instrument.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var any map[string]any
	if err := json.Unmarshal(schema, &any); err != nil {
		t.Fatalf("the schema is not JSON: %v", err)
	}
	page, err := os.ReadFile("../../../doc/instrument-format.md")
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	jsonKeys(reflect.TypeFor[Instrument](), keys)
	if len(keys) < 30 {
		t.Fatalf("only %d keys were found", len(keys))
	}
	for key := range keys {
		if !strings.Contains(string(schema), `"`+key+`": {`) {
			t.Errorf("doc/instrument.schema.json has no property %q", key)
		}
		if !strings.Contains(string(page), `"`+key+`"`) && !strings.Contains(string(page), "`"+key+"`") {
			t.Errorf("doc/instrument-format.md does not tell of %q", key)
		}
	}
}

func TestTheShippedInstrumentsAreWhole(t *testing.T) {
	all, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[string][2]int{"taitorinki": {40, 48}, "taitorinki-pulse": {12, 12}}
	for _, in := range all {
		want, ok := sizes[in.Key]
		if !ok {
			t.Errorf("unexpected instrument %q", in.Key)
		}
		delete(sizes, in.Key)
		if diff := cmp.Diff([]string{"fi", "sv", "en"}, in.Languages); diff != "" {
			t.Errorf("%s: languages (-want +got):\n%s", in.Key, diff)
		}
		items, reversed := 0, 0
		for _, s := range in.Scales {
			items += len(s.Items)
			for _, it := range s.Items {
				if it.Reversed {
					reversed++
				}
			}
		}
		if items < want[0] || items > want[1] {
			t.Errorf("%s: %d scale items, want %d to %d", in.Key, items, want[0], want[1])
		}
		if reversed == 0 {
			t.Errorf("%s: no reversed items", in.Key)
		}
	}
	for key := range sizes {
		t.Errorf("instrument %q is not shipped", key)
	}
}

func FuzzParse(f *testing.F) {
	file := smallFile(f)
	for _, seed := range []string{
		file, "\ufeff" + file, "", "{", "null", "[[[[", `{"languages": null}`, `{"languages": ["fi", "fi", 3]}`,
		`{"pages": [{"items": [{"type": "scale"}]}]}`, `{"pages": [{"items": [{"show_if": {"item": "a"}, "id": "a", "type": "number"}]}]}`,
		`{"title": {"fi": "\ud800"}}`, `{"title": {"fi": "\u0000"}}`, `{"\u0000": 1, "": 2, "a\nb": 3}`,
		`{"scales": [{"id": "a", "bands": [{"from": 1e999}, {}]}, {}], "response_scales": [{"id": "b", "steps": []}]}`,
		strings.Replace(file, `"value": 1,`, `"value": 99999999999999999999,`, 1),
		strings.Replace(file, `"scale": "remote"`, `"scale": "nowhere"`, 1),
		strings.ReplaceAll(file, `"any_of"`, `"at_least"`),
		strings.Replace(file, `"bands": [`, `"bands": [], "bands": [`, 1),
		strings.ReplaceAll(file, `"options": [`, `"options": 7, "x": [`),
		strings.ReplaceAll(file, `"id": "agree5"`, `"id": "often3"`),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := Parse(data)
		if err != nil {
			if len(found(err)) == 0 || err.Error() == "" {
				t.Fatalf("an error that names no problem: %#v", err)
			}
			return
		}
		written := asJSON(t, in)
		again, err := Parse([]byte(written))
		if err != nil {
			t.Fatalf("what was parsed does not parse when written back: %v\n%s", err, written)
		}
		if got := asJSON(t, again); got != written {
			t.Fatalf("got %s\nwant %s", got, written)
		}
		a := in.Blank()
		encoded, err := in.Encode(a)
		if err != nil || len(encoded) != in.Size() {
			t.Fatalf("blank answers encode to %d bytes, want %d: %v", len(encoded), in.Size(), err)
		}
		in.Profile(a, "fi")
		in.Answered(a)
	})
}
