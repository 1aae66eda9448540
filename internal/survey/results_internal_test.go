package survey

import (
	"encoding/json"
	"maps"
	"testing"
	"unicode/utf8"
)

// Whatever the quick reader takes of what can be stored, it reads as a reader of all JSON does.
func FuzzStoredAnswers(f *testing.F) {
	for _, text := range []string{`{}`, `{"a":"1"}`, `{"a":"1","b":"na","c":""}`, `{"a":"x\"y"}`, `{"a":"1",}`, `{"a":1}`, `{"a":"1"} `, `[]`, `{"a":"b":"c"}`, `{"a,":"ä}"}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, want := map[string]string{}, map[string]string{}
		ok := flat(text, func(id, value []byte) { got[string(id)] = string(value) })
		if err := json.Unmarshal(text, &want); ok && json.Valid(text) && utf8.Valid(text) && (err != nil || !maps.Equal(got, want)) {
			t.Errorf("%s: got %q, want %q, %v", text, got, want, err)
		}
	})
}

func TestStoredAnswersAreReadQuickly(t *testing.T) {
	for text, want := range map[string]bool{`{}`: true, `{"a":"1","b":"x, y"}`: true, `{"a":"say \"no\""}`: false, `{"a":1}`: false, ``: false, `{"a":"1"`: false} {
		if got := flat([]byte(text), func(_, _ []byte) {}); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
