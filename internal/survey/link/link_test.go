package link

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func secret(t *rapid.T) (s Secret) {
	copy(s[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "secret"))
	return s
}

func TestACodeComesBackHoweverItIsTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := secret(t)
		round := RoundCode([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "round")))
		code := Format(Invitation, round, s)
		typed := strings.ToUpper(code[:5] + "-" + code[5:12] + " " + code[12:])
		typed = strings.Replace(typed, "0", "O", 1)
		typed = strings.Replace(typed, "1", "l", 1)
		gotRound, got, err := Parse(Invitation, typed)
		if err != nil || got != s || gotRound != round {
			t.Fatalf("Parse(%q) = %q, %x, %v; want %q, %x", typed, gotRound, got, err, round, s)
		}
		if _, _, err := Parse(Feedback, code); err == nil {
			t.Fatal("an invitation was taken for a feedback link")
		}
	})
}

func TestOneWrongOrSwappedCharacterIsNoticed(t *testing.T) {
	missed, tried := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		code := Format(Invitation, "abcde", secret(t))
		i := rapid.IntRange(0, len(code)-2).Draw(t, "at")
		c := alphabet[rapid.IntRange(0, 31).Draw(t, "char")]
		wrong := code[:i] + string(c) + code[i+1:]
		if rapid.Bool().Draw(t, "swap") {
			wrong = code[:i] + string(code[i+1]) + string(code[i]) + code[i+2:]
		}
		if wrong == code {
			return
		}
		tried++
		if _, _, err := Parse(Invitation, wrong); err == nil {
			missed++
		}
	})
	if missed > 0 {
		t.Errorf("%d of %d mistyped codes went unnoticed", missed, tried)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("")
	f.Add(Format(Invitation, "abcde", Secret{1}))
	f.Add(strings.Repeat("å", 35))
	f.Add(strings.Repeat("0", 1000))
	f.Fuzz(func(t *testing.T, s string) {
		round, sec, err := Parse(Invitation, s)
		if err == nil && Format(Invitation, round, sec) != tidy(s) {
			t.Errorf("%q was taken for %q", s, Format(Invitation, round, sec))
		}
	})
}
