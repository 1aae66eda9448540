package seal

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"pgregory.net/rapid"
)

func TestOnlyTheRightKeyAndBallotOpenWhatWasSealed(t *testing.T) {
	k := NewKey()
	id := k.State(k.Ballot(k.Token(7)), 3)
	sealed := k.Seal(id, []byte("answers"))
	if got, err := k.Open(id, sealed); err != nil || string(got) != "answers" {
		t.Fatalf("Open = %q, %v", got, err)
	}
	if len(sealed) != len("answers")+Overhead {
		t.Errorf("sealed is %d bytes, want %d", len(sealed), len("answers")+Overhead)
	}
	for what, other := range map[string]StateID{"another ballot's": k.State(k.Ballot(k.Token(8)), 3), "an earlier state's": k.State(k.Ballot(k.Token(7)), 2)} {
		if _, err := k.Open(other, sealed); !errors.Is(err, ErrBroken) {
			t.Errorf("%s text was opened: %v", what, err)
		}
	}
	if _, err := NewKey().Open(id, sealed); !errors.Is(err, ErrBroken) {
		t.Errorf("another key opened it: %v", err)
	}
	if bytes.Equal(sealed, k.Seal(id, []byte("answers"))) {
		t.Error("the same text was sealed to the same bytes twice")
	}
}

func TestTheFeedbackSecretLeadsToItsBallotAndOpensItsFeedback(t *testing.T) {
	k := NewKey()
	rapid.Check(t, func(t *rapid.T) {
		id := k.Ballot(k.Token(rapid.Int64().Draw(t, "invitation")))
		s := k.FeedbackSecret(id)
		if k.BallotOfFeedback(s) != id {
			t.Fatal("the secret does not lead back")
		}
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		if got, err := OpenFeedback(s, SealFeedback(s, plain)); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("OpenFeedback = %x, %v", got, err)
		}
	})
}

func TestAKeySurvivesTheLossOfOneCopyAndNotItsDestruction(t *testing.T) {
	v := &Vault{Dir: t.TempDir()}
	k, err := v.Create("abcde")
	if err != nil {
		t.Fatal(err)
	}
	for i, lost := range v.paths("abcde") {
		if err := os.Remove(lost); err != nil {
			t.Fatal(err)
		}
		again, err := (&Vault{Dir: v.Dir}).Load("abcde")
		if err != nil || again.Token(1) != k.Token(1) {
			t.Fatalf("after the loss of copy %d: %v", i, err)
		}
		if _, err := os.Stat(lost); err != nil {
			t.Errorf("copy %d was not written anew: %v", i, err)
		}
	}
	if err := os.WriteFile(v.paths("abcde")[0], []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	if again, err := (&Vault{Dir: v.Dir}).Load("abcde"); err != nil || again.Token(1) != k.Token(1) {
		t.Fatalf("with a damaged copy: %v", err)
	}
	if err := v.Destroy("abcde"); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Load("abcde"); !errors.Is(err, ErrNoKey) {
		t.Errorf("after destruction: %v, want ErrNoKey", err)
	}
	if rounds, err := v.Rounds(); err != nil || len(rounds) != 0 {
		t.Errorf("rounds left: %v, %v", rounds, err)
	}
	if err := v.Destroy("abcde"); err != nil {
		t.Errorf("destroying twice: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode("abcde", NewKey()))
	f.Add([]byte("taitorinki round key 1\nabcde\n00\nff\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := decode(data, "abcde")
		if err == nil && !bytes.Equal(bytes.TrimSpace(encode("abcde", k)), bytes.TrimSpace(data)) {
			t.Errorf("%q was taken for another key", data)
		}
	})
}

func TestPseudonymsOfTwoPurposesHaveNothingInCommon(t *testing.T) {
	k := NewKey()
	a, b, again := k.Pseudonyms("reminder 1"), k.Pseudonyms("reminder 2"), FromBytes(k.raw).Pseudonyms("reminder 1")
	seen := map[int64]bool{}
	for i := range int64(1000) {
		if a(i) != again(i) || a(i) < 0 {
			t.Fatalf("invitation %d: %d, then %d", i, a(i), again(i))
		}
		if seen[a(i)] || seen[b(i)] {
			t.Fatalf("invitation %d: %d or %d came before", i, a(i), b(i))
		}
		seen[a(i)], seen[b(i)] = true, true
	}
}
