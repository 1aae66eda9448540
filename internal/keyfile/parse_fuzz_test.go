package keyfile_test

import (
	"bytes"
	"strings"
	"testing"

	"taitorinki/internal/keyfile"
)

// What is read as a master key encrypts, and the same text opens it; what is not is refused without being repeated.
func FuzzParse(f *testing.F) {
	one := keyfile.New()
	for _, s := range []string{"", "\n", one, one + "\n" + keyfile.New() + "\n", one[:40], strings.Repeat("A", 44), one + one, "=" + one, " \t" + one, "\ufeff" + one, "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := keyfile.Parse(text)
		if err != nil {
			for _, w := range strings.Fields(text) {
				if len(w) > 24 && strings.Contains(err.Error(), w) {
					t.Fatalf("the error repeats the key: %v", err)
				}
			}
			return
		}
		if (s == nil) != (strings.TrimSpace(text) == "") {
			t.Fatalf("%q gives %v", text, s)
		}
		again, err := keyfile.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := again.Open("n", s.Seal("n", []byte("content"))); err != nil || !bytes.Equal(got, []byte("content")) {
			t.Fatalf("%q: what it encrypts it does not open: %v", text, err)
		}
	})
}
