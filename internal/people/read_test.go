package people

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"taitorinki/internal/i18n"
)

func TestTheWordsAreThereInEveryLanguage(t *testing.T) {
	w, err := i18n.Load(Locales)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range w.Missing() {
		t.Error(m)
	}
}

func keysOf(ps Problems) []string {
	var out []string
	for _, p := range ps {
		out = append(out, fmt.Sprintf("%d:%d %s", p.Line, p.Column, strings.TrimPrefix(p.Key, "people.")))
	}
	return out
}

func TestEveryFaultOfAListIsToldWithItsLineAndColumn(t *testing.T) {
	tests := map[string]struct {
		units, people, professions string
		want                       []string
	}{
		"a bad address":              {people: "email,name,unit\nx@,X,A\ny@b.fi,Y,A\n", want: []string{"2:1 bad-email"}},
		"letters that mail cannot":   {people: "email,name,unit\npäivi@b.fi,X,A\n", want: []string{"2:1 bad-email"}},
		"cells that are missing":     {people: "email,name,unit\n,,\" \"\n", want: []string{"2:1 row-no-email", "2:2 row-no-name", "2:3 row-no-unit"}},
		"the same address":           {people: "email,name,unit\nx@b.fi,X,A\nX@B.fi,Y,A\n", want: []string{"3:1 row-same-email"}},
		"the same number":            {people: "email;name;unit;henkilönumero\nx@b.fi;X;A;1\ny@b.fi;Y;A;1\n", want: []string{"3:4 row-same-number"}},
		"an unknown language":        {people: "email,name,unit,kieli\nx@b.fi,X,A,suomi\ny@b.fi,Y,A,xx\n", want: []string{"3:4 row-lang"}},
		"an unknown unit":            {units: "code,name\nA,A\n", people: "email,name,unit,supervisor_of\nx@b.fi,X,B,A C\n", want: []string{"2:3 row-unit", "2:4 row-unit"}},
		"a missing parent":           {units: "code,parent,name\nA,Z,A\n", want: []string{"2:2 row-no-parent"}},
		"a circle":                   {units: "code,parent,name\nA,B,A\nB,A,B\nC,A,C\n", want: []string{"2:2 row-circle", "3:2 row-circle"}},
		"its own parent":             {units: "code,parent,name\nA,A,A\n", want: []string{"2:2 row-circle"}},
		"the same code":              {units: "code,name\nA,A\nA,B\n", want: []string{"3:1 row-same-code"}},
		"a headcount in words":       {units: "code,name,headcount\nA,A,many\nB,B,1 200\n", want: []string{"2:3 row-headcount"}},
		"a unit without name":        {units: "code,name\nA,\n", want: []string{"2:2 row-no-name"}},
		"a profession twice":         {professions: "code,name\nsh,S\nsh,T\n", want: []string{"3:1 row-same-code"}},
		"a column that is missing":   {people: "email,name\nx@b.fi,X\n", want: []string{"1:0 sheet.missing_column"}},
		"no column of names":         {units: "code,parent\nA,\n", want: []string{"1:0 sheet.missing_column"}},
		"a row with too many cells":  {people: "email,name,unit\nx@b.fi,X,A,B\n", want: []string{"2:0 sheet.cell_count"}},
		"a file with only a header":  {people: "email,name,unit\n", want: []string{"0:0 file-no-rows"}},
		"a workbook":                 {people: "PK\x03\x04", want: []string{"0:0 sheet.workbook"}},
		"an empty file":              {people: "\n\n", want: []string{"0:0 sheet.empty"}},
		"nothing at all":             {want: []string{"0:0 no-files"}},
		"names alike are no fault":   {units: "code,name\nA,Ward\nB,Ward\n"},
		"a supervisor's codes alike": {units: "code,name\nA,A\nB,B\n", people: "email,name,unit,chef för\nx@b.fi,X,A,\"A;B, A\"\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, got := Read(Files{Units: file(test.units), People: file(test.people), Professions: file(test.professions)})
			if d := cmp.Diff(test.want, keysOf(got)); d != "" {
				t.Errorf("faults (-want +got):\n%s", d)
			}
			for _, p := range got {
				if strings.Contains(p.Error(), "people.") || strings.Contains(p.Error(), "{") {
					t.Errorf("English is not whole: %s", p.Error())
				}
			}
		})
	}
}

func TestHeadersAreReadInThreeLanguagesAndEncodings(t *testing.T) {
	want := PersonRow{Number: "7", Email: "p@b.fi", Name: "Päivi Åkerö", Unit: "A", Profession: "sh", Lang: "sv", Supervises: []string{"A", "B"}, line: 2}
	for _, text := range []string{
		"Staff number;E-mail;Name;Unit;Profession;Language;Supervisor of\n7;p@b.fi;Päivi Åkerö;A;sh;Swedish;A B\n",
		"Henkilönumero;Sähköposti;Nimi;Yksikkö;Ammatti;Kieli;Esihenkilö yksiköissä\n7;p@b.fi; Päivi  Åkerö;A;sh;ruotsi;\"A,B\"\n",
		"Anställningsnummer\tE-post\tNamn\tEnhet\tYrke\tSpråk\tChef för\n7\tp@b.fi\tPäivi Åkerö\tA\tsh\tSV\tB;A\n",
	} {
		win, err := charmap.Windows1252.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, data := range []string{text, "\ufeff" + text, win} {
			l, ps := Read(Files{People: file(data)})
			if len(ps) > 0 || len(l.People) != 1 {
				t.Fatalf("%q: %v, %d rows", data, ps, len(l.People))
			}
			if d := cmp.Diff(want, l.People[0], cmp.AllowUnexported(PersonRow{})); d != "" {
				t.Errorf("%q (-want +got):\n%s", data, d)
			}
		}
	}
}

func TestAUnitTakesItsNamesFromWhatThereIs(t *testing.T) {
	l, ps := Read(Files{Units: file("koodi;ylempi;nimi;nimi_sv\nA;;Koti;Hem\nB;A;Talo;\n")})
	want := []UnitRow{{Code: "A", NameFI: "Koti", NameSV: "Hem", NameEN: "Koti", line: 2}, {Code: "B", Parent: "A", NameFI: "Talo", NameSV: "Talo", NameEN: "Talo", line: 3}}
	if d := cmp.Diff(want, l.Units, cmp.AllowUnexported(UnitRow{})); d != "" || len(ps) > 0 {
		t.Errorf("%v (-want +got):\n%s", ps, d)
	}
}

func TestRolesThatAListDoesNotGiveAreNoted(t *testing.T) {
	l, _ := Read(county())
	got := (&Change{Notes: l.Notes}).NoteLines()
	want := []string{`The role "coordinator" is not given by a staff list: 1 row.`}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(countyUnits), []byte(countyPeople), []byte("code,name\nsh,S\n"))
	f.Add([]byte("code,parent,name\nA,B,x\nB,C,x\nC,A,x\nD,A,x\n"), []byte("sähköposti;nimi;yksikkö;rooli\na@b.fi;\"A\nB\";D;chef, koordinator\n"), []byte{})
	small, _ := filepath.Glob("/work/shared/org/small/*.csv")
	for _, name := range small {
		b, _ := os.ReadFile(name)
		f.Add(b, b, b)
	}
	f.Fuzz(func(t *testing.T, units, people, professions []byte) {
		l, ps := Read(Files{file(string(units)), file(string(people)), file(string(professions))})
		if ps.Fatal() {
			return
		}
		for _, p := range ps {
			_ = p.Error()
			if p.Line < 0 || p.Key == "" {
				t.Errorf("a fault of nothing: %+v", p)
			}
		}
		_ = l.Settle(&Current{})
		seen := map[string]bool{}
		for _, u := range l.Units {
			if u.Code == "" || u.NameFI == "" || u.NameSV == "" || seen[u.Code] {
				t.Errorf("a bad unit was taken: %+v", u)
			}
			seen[u.Code] = true
		}
		for _, u := range l.Units {
			if u.Parent != "" && !seen[u.Parent] {
				t.Errorf("%q stands under nothing: %+v", u.Parent, u)
			}
		}
		emails := map[string]bool{}
		for _, p := range l.People {
			if !GoodEmail(p.Email) || p.Name == "" || !seen[p.Unit] || emails[i18n.Fold(p.Email)] {
				t.Errorf("a bad person was taken: %+v", p)
			}
			emails[i18n.Fold(p.Email)] = true
		}
		c := Compare(&Current{}, l)
		if n := c.Summary(); n.New != len(l.People) || n.UnitsNew != len(l.Units) || n.Left+n.Moved != 0 {
			t.Errorf("into an empty place: %+v", n)
		}
	})
}
