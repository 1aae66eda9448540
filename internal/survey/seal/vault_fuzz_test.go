package seal

import (
	"os"
	"testing"
)

// A key file is read whole or not at all: what is taken from it is written again as it was.
func FuzzKeyFile(f *testing.F) {
	whole := encode("abcde", NewKey())
	f.Add("abcde", whole)
	f.Add("abcde", whole[:len(whole)-3])
	f.Add("abcde", append(whole[:len(firstLine)+7:len(firstLine)+7], "zz\n"...))
	f.Add("x", []byte(firstLine+"\nx\n\n\n"))
	f.Add("series-x", []byte("taitorinki round key 2\n"))
	f.Add("../x", whole)
	f.Fuzz(func(t *testing.T, round string, data []byte) {
		k, err := decode(data, round)
		if err == nil {
			again, err := decode(encode(round, k), round)
			if err != nil || again.raw != k.raw {
				t.Errorf("%q: what was read is written so that it cannot be read: %v", data, err)
			}
		}
		v := &Vault{Dir: t.TempDir()}
		imported := v.Import(fileOf(round), data)
		if imported != nil {
			if left, _ := os.ReadDir(v.Dir); len(left) > 0 {
				t.Errorf("%q of %q was refused and left %v", data, round, left)
			}
			return
		}
		if got, err := v.Load(round); err != nil || got.raw != k.raw {
			t.Errorf("%q of %q was taken and cannot be had again: %v", data, round, err)
		}
	})
}
