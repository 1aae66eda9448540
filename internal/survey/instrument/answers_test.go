package instrument

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// index finds an item of the small instrument by its id.
func index(t testing.TB, in *Instrument, id string) int {
	t.Helper()
	i := slices.IndexFunc(in.Items, func(it *Item) bool { return it.ID == id })
	if i < 0 {
		t.Fatalf("no item %q", id)
	}
	return i
}

// answers builds answers from "id=answer" pairs.
func answers(t testing.TB, in *Instrument, pairs ...string) Answers {
	t.Helper()
	a := in.Blank()
	for _, pair := range pairs {
		id, answer, _ := strings.Cut(pair, "=")
		a[index(t, in, id)] = answer
	}
	return a
}

func TestFormValuesBecomeOneCanonicalAnswer(t *testing.T) {
	in := small(t)
	for _, test := range []struct {
		name, item string
		raw        []string
		want, key  string
	}{
		{"nothing given", "role", nil, "", ""},
		{"an empty value", "r1", []string{""}, "", ""},
		{"white space in a number", "years", []string{" \t"}, "", ""},
		{"a step", "r1", []string{"5"}, "5", ""},
		{"a step of zero", "e1", []string{"0"}, "0", ""},
		{"not applicable", "r1", []string{"na"}, "na", ""},
		{"not applicable where there is no such choice", "e1", []string{"na"}, "", "answer-choice"},
		{"a step outside", "r1", []string{"6"}, "", "answer-choice"},
		{"a step in another spelling", "r1", []string{"05"}, "", "answer-choice"},
		{"two steps", "r1", []string{"1", "2"}, "", "answer-one"},
		{"a step beside an empty value", "r1", []string{"", "2"}, "2", ""},
		{"an option", "role", []string{"nurse"}, "nurse", ""},
		{"an unknown option", "role", []string{"na"}, "", "answer-choice"},
		{"several options out of order", "tools", []string{"phone", "", "chat", "phone"}, "chat,phone", ""},
		{"an unknown one of several", "tools", []string{"chat", "fax"}, "", "answer-choice"},
		{"values joined already", "tools", []string{"chat,phone"}, "", "answer-choice"},
		{"a number", "years", []string{" 007 "}, "7", ""},
		{"the least number", "years", []string{"-1"}, "-1", ""},
		{"a real minus sign", "years", []string{"−1"}, "-1", ""},
		{"minus nought", "years", []string{"-0"}, "0", ""},
		{"a number below", "years", []string{"-2"}, "", "answer-range"},
		{"a number above", "years", []string{"61"}, "", "answer-range"},
		{"a number beyond machines", "years", []string{"99999999999999999999"}, "", "answer-range"},
		{"half a year", "years", []string{"2.5"}, "", "answer-whole"},
		{"half a year with a comma", "years", []string{"2,5"}, "", "answer-whole"},
		{"words for a number", "years", []string{"ten"}, "", "answer-whole"},
		{"another notation", "years", []string{"1e1"}, "", "answer-whole"},
		{"a text", "more", []string{" Hyvää päivää \n"}, "Hyvää päivää", ""},
		{"line ends of a browser", "more", []string{"a\r\nb\rc"}, "a\nb\nc", ""},
		{"control characters", "more", []string{"a\x00\tb\x7f\u0085c"}, "a\tbc", ""},
		{"bytes that are no UTF-8", "more", []string{"a\xff"}, "a\ufffd", ""},
		{"only control characters", "more", []string{"\x00\x01"}, "", ""},
		{"a text that just fits", "more", []string{strings.Repeat("ä", 20) + "\r\n"}, strings.Repeat("ä", 20), ""},
		{"a text too long", "more", []string{strings.Repeat("ä", 21)}, "", "answer-long"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := in.Canonical(index(t, in, test.item), test.raw)
			var p Problem
			errors.As(err, &p)
			if got != test.want || strings.TrimPrefix(p.Key, "instrument.") != test.key {
				t.Errorf("%s %q: got %q and %q, want %q and %q", test.item, test.raw, got, p.Key, test.want, test.key)
			}
			if err != nil && p.Where != test.item {
				t.Errorf("%s %q: the problem is at %q", test.item, test.raw, p.Where)
			}
		})
	}
}

func TestAQuestionIsShownWhenItsConditionIsMetByAShownQuestion(t *testing.T) {
	in := small(t)
	for _, test := range []struct {
		name, item string
		given      []string
		want       bool
	}{
		{"no condition", "role", nil, true},
		{"no answer", "tools", nil, false},
		{"one of the values", "tools", []string{"role=physician"}, true},
		{"another value", "tools", []string{"role=other"}, false},
		{"one of several", "more", []string{"role=nurse", "tools=chat,video"}, true},
		{"none of several", "more", []string{"role=nurse", "tools=chat,phone"}, false},
		{"a hidden question's old answer", "more", []string{"role=other", "tools=video"}, false},
		{"at the lower limit", "s2", []string{"s1=2"}, true},
		{"at the upper limit", "s2", []string{"s1=4"}, true},
		{"below", "s2", []string{"s1=1"}, false},
		{"above", "s2", []string{"s1=5"}, false},
		{"not applicable", "s2", []string{"s1=na"}, false},
		{"a number that is enough", "why", []string{"years=5"}, true},
		{"a number that is not", "why", []string{"years=-1"}, false},
	} {
		if got := in.Visible(index(t, in, test.item), answers(t, in, test.given...)); got != test.want {
			t.Errorf("%s: %s with %v: got %v, want %v", test.name, test.item, test.given, got, test.want)
		}
	}
}

func TestCleaningDropsWhatIsHiddenAndProgressCountsWhatIsShown(t *testing.T) {
	in := small(t)
	a := answers(t, in, "role=other", "tools=video", "more=x", "years=2", "r1=na", "s1=5", "s2=3")
	want := answers(t, in, "role=other", "years=2", "r1=na", "s1=5")
	if diff := cmp.Diff(want, in.Clean(a)); diff != "" {
		t.Errorf("clean (-want +got):\n%s", diff)
	}
	if answered, of := in.Answered(a); answered != 4 || of != 11 {
		t.Errorf("answered %d of %d, want 4 of 11", answered, of)
	}
	if answered, of := in.Answered(nil); answered != 0 || of != 11 {
		t.Errorf("without answers: %d of %d, want 0 of 11", answered, of)
	}
}

// drawAnswers draws canonical answers to every item, hidden ones too.
func drawAnswers(t *rapid.T, in *Instrument) Answers {
	a := in.Blank()
	for i, it := range in.Items {
		var raw []string
		switch it.Type {
		case TypeScale:
			values := []string{""}
			for _, s := range it.Steps() {
				values = append(values, strconv.Itoa(s.Value))
			}
			if it.NotApplicable() != nil {
				values = append(values, NotApplicable)
			}
			raw = []string{rapid.SampledFrom(values).Draw(t, it.ID)}
		case TypeSingle, TypeMultiple:
			for _, o := range it.Options {
				if rapid.Bool().Draw(t, it.ID) && (it.Type == TypeMultiple || raw == nil) {
					raw = append(raw, o.Value)
				}
			}
		case TypeNumber:
			raw = []string{strconv.Itoa(rapid.IntRange(*it.Min, *it.Max).Draw(t, it.ID))}
		case TypeText:
			raw = []string{rapid.StringN(0, it.MaxLength, -1).Draw(t, it.ID)}
		}
		var err error
		if a[i], err = in.Canonical(i, raw); err != nil {
			t.Fatalf("%s %q: %v", it.ID, raw, err)
		}
	}
	return a
}

func TestEveryAnswerSetEncodesToTheSameLengthAndComesBack(t *testing.T) {
	shipped, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range append(shipped, small(t)) {
		t.Run(in.Key, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				a := drawAnswers(t, in)
				data, err := in.Encode(a)
				if err != nil || len(data) != in.Size() {
					t.Fatalf("%q: %d bytes, want %d: %v", a, len(data), in.Size(), err)
				}
				back, err := in.Decode(data)
				if diff := cmp.Diff(a, back); err != nil || diff != "" {
					t.Fatalf("%v (-want +got):\n%s", err, diff)
				}
			})
		})
	}
}

func TestALongQuestionnaireEncodesCompactly(t *testing.T) {
	shipped, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range shipped {
		if in.Key == "taitorinki" && in.Size() > 64 {
			t.Errorf("%d items take %d bytes", len(in.Items), in.Size())
		}
	}
}

func TestCleaningTwiceChangesNothingMoreAndAgreesWithVisible(t *testing.T) {
	in := small(t)
	rapid.Check(t, func(t *rapid.T) {
		a := drawAnswers(t, in)
		clean := in.Clean(a)
		if diff := cmp.Diff(clean, in.Clean(clean)); diff != "" {
			t.Fatalf("(-once +twice):\n%s", diff)
		}
		shown := 0
		for i := range in.Items {
			if in.Visible(i, a) {
				shown++
			} else if clean[i] != "" {
				t.Fatalf("hidden item %s kept %q", in.Items[i].ID, clean[i])
			}
			if in.Visible(i, a) != in.Visible(i, clean) {
				t.Fatalf("cleaning changes whether %s is shown", in.Items[i].ID)
			}
		}
		if _, of := in.Answered(a); of != shown {
			t.Fatalf("Answered counts %d shown, Visible %d", of, shown)
		}
	})
}

func TestWhatIsNotCanonicalIsNotEncoded(t *testing.T) {
	in := small(t)
	for _, pair := range []string{"r1=6", "r1= 5", "e1=na", "role=x", "tools=phone,chat", "tools=chat,", "years=05", "years=61",
		"more= a", "more=a\r\nb", "more=" + strings.Repeat("a", 21), "more=\xff"} {
		if data, err := in.Encode(answers(t, in, pair)); err == nil {
			t.Errorf("%q: got %d bytes, want an error", pair, len(data))
		} else if _, answer, _ := strings.Cut(pair, "="); len(answer) > 9 && strings.Contains(err.Error(), answer) {
			t.Errorf("the answer is in the message for the log: %v", err)
		}
	}
	if _, err := in.Encode(in.Blank()[1:]); err == nil {
		t.Error("too few answers: got no error")
	}
}

func TestDamagedBytesAreNotDecoded(t *testing.T) {
	in := small(t)
	good, err := in.Encode(answers(t, in, "role=nurse", "years=7", "tools=chat", "more=abc"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		at    int
		value byte
	}{
		{"another layout", 0, 2},
		{"a choice that does not exist", 1, 4},
		{"a flag that is neither", 2, 2},
		{"a number without its flag", 2, 0},
		{"a number outside", 3, 1},
		{"an option that does not exist", 11, 8},
		{"a length beyond the text", 12, 1},
		{"something after the text", 13, 2},
		{"a text that is not canonical", 14, ' '},
		{"a text that is no UTF-8", 15, 0xff},
	} {
		bad := bytes.Clone(good)
		bad[test.at] = test.value
		if a, err := in.Decode(bad); err == nil {
			t.Errorf("%s: got %q, want an error", test.name, a)
		}
	}
	for _, data := range [][]byte{nil, good[1:], append(bytes.Clone(good), 0)} {
		if _, err := in.Decode(data); err == nil {
			t.Errorf("%d bytes: got no error, want one", len(data))
		}
	}
}

func FuzzCanonical(f *testing.F) {
	in := small(f)
	for i := range in.Items {
		for _, raw := range []string{"", "1", "na", "nurse", "phone,chat", "video", "-1", "−1", "1e9", "\x00", "\r\n\r", "\xff\xfe", "\u2028x\u00a0", "٣", "99999999999999999999"} {
			f.Add(i, raw, "chat")
			f.Add(i, raw, "")
		}
	}
	f.Fuzz(func(t *testing.T, i int, first, second string) {
		if i < 0 || i >= len(in.Items) {
			return
		}
		answer, err := in.Canonical(i, []string{first, second})
		if err != nil {
			var p Problem
			if !errors.As(err, &p) || answer != "" || p.Where != in.Items[i].ID {
				t.Fatalf("got %q with %#v", answer, err)
			}
			return
		}
		a := in.Blank()
		a[i] = answer
		data, err := in.Encode(a)
		if err != nil {
			t.Fatalf("what Canonical gave is not canonical: %q: %v", answer, err)
		}
		if back, err := in.Decode(data); err != nil || back[i] != answer {
			t.Fatalf("got %q, want %q: %v", back, answer, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	in := small(f)
	f.Add(make([]byte, in.Size()))
	f.Add(bytes.Repeat([]byte{0xff}, in.Size()))
	for _, pairs := range [][]string{nil, {"role=nurse", "years=-1", "tools=chat,video", "more=ä\nö"}, {"r1=na", "e1=10", "why=" + strings.Repeat("€", 500)}} {
		data, err := in.Encode(answers(f, in, pairs...))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)-1])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := in.Decode(data)
		if err != nil {
			return
		}
		again, err := in.Encode(a)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%q encodes to %x, want %x: %v", a, again, data, err)
		}
		in.Profile(a, "sv")
	})
}

func ExampleProblem_Error() {
	_, err := Parse([]byte(`{"format": "taitorinki-instrument/2"}`))
	var ps Problems
	errors.As(err, &ps)
	fmt.Println(ps[len(ps)-1])
	// Output: format (line 1): "taitorinki-instrument/2" cannot stand here. Possible values are: taitorinki-instrument/1.
}
