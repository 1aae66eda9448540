package badge

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAStatusListKeepsWhatIsSet(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l, err := NewStatusList(MinStatuses)
		must(t, err)
		set := map[int]bool{}
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, MinStatuses-1), 0, 20).Draw(r, "indexes") {
			set[i] = !set[i]
			must(t, l.Revoke(i, set[i]))
		}
		s, err := l.Encode()
		must(t, err)
		back, err := ParseStatusList(s)
		must(t, err)
		for i := range back.Len() {
			if got, _ := back.Revoked(i); got != set[i] {
				r.Fatalf("status %d is %v, want %v", i, got, set[i])
			}
		}
	})
}

func TestIndex0IsTheLeftmostBit(t *testing.T) {
	l, err := NewStatusList(MinStatuses)
	must(t, err)
	must(t, l.Revoke(0, true))
	must(t, l.Revoke(15, true))
	if l.bits[0] != 0x80 || l.bits[1] != 0x01 {
		t.Errorf("bytes %x, want 8001", l.bits[:2])
	}
}

func TestAnOddStatusListIsRefused(t *testing.T) {
	for _, n := range []int{0, MinStatuses - 8, MinStatuses + 1, maxStatuses + 8} {
		if _, err := NewStatusList(n); err == nil {
			t.Errorf("a list of %d was made", n)
		}
	}
	l, err := NewStatusList(MinStatuses)
	must(t, err)
	for _, i := range []int{-1, MinStatuses} {
		if _, err := l.Revoked(i); err == nil {
			t.Errorf("status %d was read", i)
		}
		if l.Revoke(i, true) == nil {
			t.Errorf("status %d was set", i)
		}
	}
	for name, s := range map[string]string{
		"empty": "", "another base": "z" + packed(t, MinStatuses/8), "not base64": "u*", "not gzip": "uAAAA",
		"short": "u" + packed(t, MinStatuses/8-1), "too long": "u" + packed(t, maxStatuses/8+1), "cut": "u" + packed(t, MinStatuses/8)[:20],
	} {
		if _, err := ParseStatusList(s); err == nil {
			t.Errorf("%s: was read", name)
		}
	}
}

func packed(t testing.TB, n int) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(make([]byte, n))
	must(t, err)
	must(t, z.Close())
	return base64.RawURLEncoding.EncodeToString(b.Bytes())
}

func TestAFreeIndexIsNeverAUsedOne(t *testing.T) {
	used := map[int]bool{}
	source := random(5)
	for range 8 {
		i, err := FreeIndex(source, 16, used)
		must(t, err)
		if i < 0 || i > 15 || used[i] {
			t.Fatalf("index %d of 16, used %v", i, used)
		}
		used[i] = true
	}
	if _, err := FreeIndex(source, 16, used); err == nil {
		t.Error("half the list is used and there is another index")
	}
	if _, err := FreeIndex(strings.NewReader(""), 16, nil); err == nil {
		t.Error("an index without randomness")
	}
}

func FuzzParseStatusList(f *testing.F) {
	l, err := NewStatusList(MinStatuses)
	must(f, err)
	s, err := l.Encode()
	must(f, err)
	for _, s := range []string{s, "u", "uH4sIAAAA", s[:30]} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseStatusList(s)
		if err != nil {
			return
		}
		again, err := l.Encode()
		must(t, err)
		if back, err := ParseStatusList(again); err != nil || !bytes.Equal(back.bits, l.bits) {
			t.Fatalf("a list of %d comes back as another, %v", l.Len(), err)
		}
	})
}
