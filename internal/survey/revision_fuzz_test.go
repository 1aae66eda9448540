package survey

import (
	"encoding/hex"
	"testing"

	"taitorinki/internal/survey/instrument"
)

func FuzzSeenOn(f *testing.F) {
	for _, s := range []string{"", "01", "0102ff", "0102fg", "010203", "01020", "FFFFFF", "\x00"} {
		f.Add(s)
	}
	page := &instrument.Page{Items: make([]*instrument.Item, 3)}
	f.Fuzz(func(t *testing.T, text string) {
		all, ok := SeenOn(page, text)
		if !ok {
			return
		}
		if len(all) != len(page.Items) {
			t.Fatalf("%q: %d revisions of %d items", text, len(all), len(page.Items))
		}
		raw := make([]byte, len(all))
		for i, r := range all {
			raw[i] = byte(r)
		}
		back, ok := SeenOn(page, hex.EncodeToString(raw))
		for i := range all {
			if !ok || back[i] != all[i] {
				t.Fatalf("%q: %v and again %v", text, all, back)
			}
		}
	})
}
