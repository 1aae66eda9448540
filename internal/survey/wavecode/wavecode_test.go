package wavecode

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestACodeIsReadBackHoweverItIsTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Code(rapid.Uint64Range(1, most).Draw(t, "code"))
		s := c.String()
		if len(s) != 9 || s[4] != '-' {
			t.Fatalf("%q is not eight characters in two groups", s)
		}
		for _, typed := range []string{s, strings.ToLower(s), strings.ReplaceAll(s, "-", ""), " " + strings.ReplaceAll(s, "-", " ") + " ", strings.ReplaceAll(strings.ReplaceAll(s, "0", "o"), "1", "l")} {
			if got, err := Parse(typed); err != nil || got != c {
				t.Fatalf("Parse(%q) = %v, %v; want %v", typed, got, err, c)
			}
		}
	})
}

func TestEveryWrongCharacterAndEveryExchangeIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := []byte(strings.ReplaceAll(Code(rapid.Uint64Range(1, most).Draw(t, "code")).String(), "-", ""))
		i := rapid.IntRange(0, digits).Draw(t, "i")
		for _, other := range []byte(alphabet) {
			if other != s[i] {
				wrong := append([]byte{}, s...)
				wrong[i] = other
				if got, err := Parse(string(wrong)); err == nil {
					t.Fatalf("%s for %s was read as %v", wrong, s, got)
				}
			}
		}
		for j := range s {
			if s[i] != s[j] {
				wrong := append([]byte{}, s...)
				wrong[i], wrong[j] = s[j], s[i]
				if got, err := Parse(string(wrong)); err == nil {
					t.Fatalf("%s for %s was read as %v", wrong, s, got)
				}
			}
		}
	})
}

func TestNoCodeIsWrittenAsNothingAndNothingIsNoCode(t *testing.T) {
	if s := Code(0).String(); s != "" {
		t.Errorf("no code is %q", s)
	}
	if c := New([8]byte{}); c == 0 {
		t.Error("zero bytes made no code")
	}
	for _, bad := range []string{"", "00000000", "0000-0000", "K7QM", "K7QM-2XRTT", "UUUU-UUUU", "ÄÄÄÄ", strings.Repeat("0", 200)} {
		if c, err := Parse(bad); err == nil {
			t.Errorf("%q was read as %v", bad, c)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("K7QM-2XRT")
	f.Add(Code(1).String())
	f.Add("0000\u00000000")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(c.String()); err != nil || again != c || !c.Valid() || c == 0 {
			t.Errorf("%q was read as %v, that as %v, %v", text, c, again, err)
		}
	})
}
