package settings_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taitorinki/internal/settings"
)

func TestAFileIsReadLineByLine(t *testing.T) {
	const file = "\ufeff# the county's\n\naddr = 127.0.0.1:8080\r\n  db=postgres://u:p#w=x@h/n?sslmode=require \nmail-from = \"Our County <a@b.example>\"\nbase-url =\n"
	got, err := settings.Parse(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	want := []settings.Setting{{3, "addr", "127.0.0.1:8080"}, {4, "db", "postgres://u:p#w=x@h/n?sslmode=require"}, {5, "mail-from", "Our County <a@b.example>"}, {6, "base-url", ""}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestABadLineIsToldByItsNumberAndNotByWhatItHolds(t *testing.T) {
	for file, want := range map[string]string{
		"addr = x\nsmtp://u:pass@h\n":              "2: want a line",
		"a = 1\n# b\na = 2\n":                      `3: "a" stands in line 1 already`,
		"TAITORINKI_DB = pass\n":                   "1: want a line",
		"--db = pass\n":                            "1: want a line",
		"= pass\n":                                 "1: want a line",
		"db = pass\xff\n":                          "1: not text",
		"a = 1\n" + strings.Repeat("pass", 20_000): "2: ",
	} {
		_, err := settings.Parse(strings.NewReader(file))
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "pass") {
			t.Errorf("%.40q: got %v, want %s", file, err, want)
		}
	}
}

func TestSecretsAreHiddenAndTheRestIsNot(t *testing.T) {
	for _, x := range []struct{ name, value, want string }{
		{"db", "taitorinki.db", "taitorinki.db"},
		{"db", "postgres://u:pw@h:5432/n?sslmode=require", "postgres://u:(hidden)@h:5432/n?sslmode=require"},
		{"db", "postgres://u:p@w/x@h/n", "postgres://u:(hidden)@h/n"},
		{"db", "postgres://h/n?user=u&password=pw&sslmode=require", "postgres://h/n?user=u&password=(hidden)&sslmode=require"},
		{"db", "postgres://u@h/n?sslkey=k&sslpassword=pw", "postgres://u@h/n?sslkey=(hidden)&sslpassword=(hidden)"},
		{"smtp", "smtps://u:pw@mail.example", "smtps://u:(hidden)@mail.example"},
		{"smtp", "smtp://post@county.example:pw@mail.example:25", "smtp://post@county.example:(hidden)@mail.example:25"},
		{"smtp", "smtp://DOMAIN/post:p:w@[::1]:25", "smtp://DOMAIN/post:(hidden)@[::1]:25"},
		{"db", "postgres:/u:pw@h/n", "postgres:/u:(hidden)@h/n"},
		{"smtp", "smtp://:pw@mail.example", "smtp://:(hidden)@mail.example"},
		{"smtp", "smtp://u:p%40w#?/ \\\"w@mail.example", "smtp://u:(hidden)@mail.example"},
		{"smtp", "smtp://mail.example:25", "smtp://mail.example:25"}, {"smtp", "smtp://u@[::1]:25", "smtp://u@[::1]:25"},
		{"db", "host=h user=u password=pw dbname=n", "host=h user=u password=(hidden) dbname=n"},
		{"db", `host=h PASSWORD = 'p w\' w' dbname=n`, `host=h PASSWORD = (hidden) dbname=n`},
		{"db", "host=h password='never closed", "host=h password=(hidden)"},
		{"db", "postgres://h/n?user=u&PassWord=p%26w", "postgres://h/n?user=u&PassWord=(hidden)"},
		{"oidc-secret", "x", "(hidden)"}, {"oidc-secret-file", "/etc/secret", "/etc/secret"}, {"oidc-client-id", "taitorinki", "taitorinki"},
		{"mail-from", "County <a@b.example>", "County <a@b.example>"},
		{"keys", "/var/keys", "/var/keys"}, {"keys-copy", "/copy", "/copy"},
		{"oidc-client-secret", "x", "(hidden)"}, {"master-key", "x", "(hidden)"}, {"api-token", "x", "(hidden)"}, {"master-key", "", ""},
		{"master-key-file", "/etc/key", "/etc/key"},
	} {
		if got := settings.Hide(x.name, x.value); got != x.want {
			t.Errorf("%s %s: got %s, want %s", x.name, x.value, got, x.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "# x\n", "a = b\n", "a=\"b\"\n", "a = 'b\n", "a = b\na = c\n", "\ufeffa=b", "a\n", "=\n", "a = \"\n", "a=\xff\n", "a==\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, file string) {
		all, err := settings.Parse(strings.NewReader(file))
		if err != nil {
			return
		}
		var again strings.Builder
		for _, s := range all {
			if s.Line < 1 || s.Line > strings.Count(file, "\n")+1 || s.Name == "" || strings.TrimSpace(s.Name) != s.Name {
				t.Fatalf("%q: %+v", file, s)
			}
			value := s.Value
			if !strings.Contains(value, `"`) {
				value = `"` + value + `"`
			} else if !strings.Contains(value, "'") {
				value = "'" + value + "'"
			}
			again.WriteString(s.Name + " = " + value + "\n")
		}
		back, err := settings.Parse(strings.NewReader(again.String()))
		if err != nil || len(back) != len(all) {
			t.Fatalf("%q: written again %v, %d settings of %d", file, err, len(back), len(all))
		}
		for i := range all {
			if back[i].Name != all[i].Name || back[i].Value != all[i].Value {
				t.Fatalf("%q: %+v and again %+v", file, all[i], back[i])
			}
		}
	})
}
