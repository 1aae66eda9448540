package mentoring

import (
	"strings"
	"testing"
	"time"

	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Hours that are read are written so that they are read again as the same.
func FuzzParseHours(f *testing.F) {
	for _, s := range []string{"", "2", "1,5", "1.5", "0", "-1", "1e3", "NaN", "Inf", "0x1p4", " 2 ", "1,5,5", "٣", "1_000", ",001", "999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, ok := ParseHours(text)
		if !ok {
			return
		}
		if n <= 0 {
			t.Fatalf("%q is %d minutes", text, n)
		}
		for _, lang := range []string{"fi", "sv", "en"} {
			if again, ok := ParseHours(strings.Fields(Hours(lang, n))[0]); n%5 == 0 && n <= 1000 && (!ok || again != n) {
				t.Fatalf("%q is %d minutes, written %q, and read again %d, %v", text, n, Hours(lang, n), again, ok)
			}
		}
	})
}

// A list of digimentors is read or refused with a fault at a line that it has; a look at it changes nothing.
func FuzzReadList(f *testing.F) {
	d := dbtest.SQLite(f)
	s := &people.Service{DB: d, Now: time.Now}
	files := people.Files{Units: people.File{Name: "u.csv", Data: []byte("code,parent,name_fi\nU,,U\n")}, People: people.File{Name: "p.csv", Data: []byte("email,name,unit\na@a.example,A,U\nb@a.example,B,U\n")}}
	if _, err := s.Import(f.Context(), files, people.ImportOptions{}); err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{"", "email\n", "email;units;state;hours;from;to;areas;languages\na@a.example;U;active;2;2026-01-01;;remote;fi\n", "email,units\na@a.example,U+\na@a.example,U\n", "email,units\nx,y\n", "\xff\xfe\x00",
		"email,units,from\na@a.example,U,31.2.2026\n", "email\t\"units", "email,units,hours\na@a.example,U,-1\n", "email,units,why\nb@a.example,U,=1\n"} {
		f.Add([]byte(text))
	}
	boss := web.Visitor{ID: 1, Scopes: map[web.Action][]int64{people.ManageMentors: {0}, people.ReadPeople: {0}}}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := readList(t.Context(), d, "list.csv", data, boss)
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		lines := strings.Count(string(data), "\n") + strings.Count(string(data), "\r") + 1
		for _, x := range c.Faults {
			if x.Line < 0 || x.Line > lines {
				t.Fatalf("%q: a fault in line %d of %d", data, x.Line, lines)
			}
		}
	})
}
