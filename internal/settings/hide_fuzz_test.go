package settings_test

import (
	"strings"
	"testing"

	"taitorinki/internal/settings"
)

// Whatever stands in a password, none of it is shown.
func FuzzHide(f *testing.F) {
	for _, s := range []string{"", "@", ":", "/", "#", "?", "&", " ", "'", `"`, `\`, `\'`, "\n", "%40", "=", ";"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, odd string) {
		const first, last = "Zq7jW", "wK9zQ"
		pw := first + odd + last
		values := []string{"postgres://u:" + pw + "@h/n", "smtp://u@county.example:" + pw + "@h:25", "smtps://:" + pw + "@[::1]", "postgres:/u:" + pw + "@h"}
		if !strings.ContainsAny(odd, "'\\") {
			values = append(values, "host=h password='"+pw+"' dbname=n")
		}
		if !strings.ContainsAny(odd, "&; \t\n\v\f\r") && strings.TrimSpace(odd) == odd && !strings.ContainsRune(odd, '\'') {
			values = append(values, "postgres://h/n?user=u&password="+pw+"&sslmode=require")
		}
		for _, v := range values {
			if got := settings.Hide("db", v); strings.Contains(got, first) || strings.Contains(got, last) {
				t.Fatalf("%q is shown as %q", v, got)
			}
		}
		if got := settings.Hide("oidc-secret", pw); got != settings.Hidden {
			t.Fatalf("the secret %q is shown as %q", pw, got)
		}
	})
}
