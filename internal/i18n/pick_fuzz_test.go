package i18n

import (
	"slices"
	"testing"
)

func FuzzPick(f *testing.F) {
	for _, s := range []string{"", "fi", "sv-FI, en;q=0.5", "*", "fi;q=0", "de", "x-y-z", "en;q=2", "\xff", ",,,;;;", "zh-Hant-TW-x-a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if l := Pick(header); !slices.Contains(Langs[:], l) {
			t.Fatalf("%q picks %q", header, l)
		}
	})
}
