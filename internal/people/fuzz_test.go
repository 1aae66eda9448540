package people

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/web"
)

// An address that is taken fits into the head of a mail and on a line of a file.
func FuzzGoodEmail(f *testing.F) {
	for _, s := range []string{"", "a@b.example", "a@b", "a b@c.example", "a@b.example\r\nBcc: c@d.example", `"a"@b.example`, "a@b.example,c@d.example", "<a@b.example>", "ä@ö.example", "a@b..example", "a@b.example ", "=1@b.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, a string) {
		if GoodEmail(a) && (strings.ContainsAny(a, "\r\n\t ,;<>\x00") || strings.Count(a, "@") != 1 || len(a) > 254 || strings.HasPrefix(a, "@") || strings.HasSuffix(a, "@")) {
			t.Fatalf("%q is taken", a)
		}
	})
}

func FuzzParseErased(f *testing.F) {
	for _, s := range []string{"", "2026-11-23 12 0a", "2026-11-23 12 0", "2026-11-23 -1 aa", "2026-11-23 12 0a x", "x", "2026-11-23 99999999999999999999 00", "2026-11-23\t1\tff", "2026-11-23 1 +f", "0 2 0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		x, ok := parseErased(line)
		if ok && x.id <= 0 || !ok && x != (erased{}) {
			t.Fatalf("%q is read as %+v, %v", line, x, ok)
		}
		if ok && fmt.Sprintf("%d %02x", x.id, x.mark) != line[len("2026-11-23 "):] {
			t.Fatalf("%q is read as %+v", line, x)
		}
	})
}

// A list of roles is read or refused with a fault at a line that it has; a look at it changes nothing.
func FuzzReadRoles(f *testing.F) {
	d := dbtest.SQLite(f)
	s := &Service{DB: d, Now: time.Now}
	if _, err := s.Import(f.Context(), staffOf(3), ImportOptions{}); err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{"", "email,role,unit\n", "email,role,unit\np0@a.example,coordinator,\n", "email;role;unit\np1@a.example;supervisor;U\np1@a.example;supervisor;U\n", "email,role,unit\nx,y,z\n",
		"email,role\n\"p0@a.example", "\xff\xfe", "email\trole\tunit\np0@a.example\tadministrator\t\n", "email,email,role\n", "email,role,unit\np0@a.example,=1,U\n"} {
		f.Add([]byte(text))
	}
	all := web.Visitor{ID: 1, Scopes: map[web.Action][]int64{GrantRoles: {0}, GrantAdministrator: {0}, ReadPeople: {0}}}
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, c, err := readRoles(t.Context(), d, File{Name: "roles.csv", Data: data}, all)
		if err != nil {
			if _, ok := err.(Problems); !ok {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		lines := strings.Count(string(data), "\n") + strings.Count(string(data), "\r") + 1
		for _, p := range c.Problems {
			if p.Line < 0 || p.Line > lines {
				t.Fatalf("%q: a fault in line %d of %d", data, p.Line, lines)
			}
		}
		if len(c.Given)+c.Same > len(rows) {
			t.Fatalf("%q: %d rows give %d and leave %d", data, len(rows), len(c.Given), c.Same)
		}
	})
}
