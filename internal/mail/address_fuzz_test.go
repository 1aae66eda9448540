package mail

import (
	"strings"
	"testing"
)

// The address of a mail server is refused without telling of the password, and none that is taken asks for a host with a piece of it.
func FuzzNewSMTP(f *testing.F) {
	for _, s := range []string{"", "#", "@", "/", "?", ":", "%", "%zz", " ", `"`, "\\", "[", "@h:", "'", "\n", "12#", "12/", ":#"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, odd string) {
		const first, last = "Zq7jW", "wK9zQ"
		address := "smtp://u:" + first + odd + last + "@h.example"
		s, err := NewSMTP(address, "a@county.example")
		if err != nil {
			if strings.Contains(err.Error(), first) || strings.Contains(err.Error(), last) {
				t.Fatalf("%q: %v", address, err)
			}
			return
		}
		if s.host != "h.example" {
			t.Fatalf("%q asks for the host %q", address, s.host)
		}
	})
}
