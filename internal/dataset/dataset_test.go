package dataset

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
)

var cells = cmp.Comparer(func(a, b Cell) bool { return a == b })

// rowsOf gives the same rows in one slice again and again, as stores do.
func rowsOf(rows [][]Cell) iter.Seq2[[]Cell, error] {
	return func(yield func([]Cell, error) bool) {
		var buf []Cell
		for _, row := range rows {
			buf = append(buf[:0], row...)
			if !yield(buf, nil) {
				return
			}
		}
	}
}

func label(fi, sv, en string) Words { return Words{"fi": fi, "sv": sv, "en": en} }

var exampleRows = [][]Cell{
	{Int(1), Str("hoit"), Num(3.25), Int(5), Str("Työtön yö Öljytiellä"), Str("Hyvinvointialue, Åbo")},
	{Int(-3), Str("lääk"), Num(-0.1), Int(99), Cell{}, Str(strings.Repeat("äö", 200))},
	{Int(1234567), Cell{}, Cell{}, Cell{}, Str("=1+1"), Str("rivi\ntoinen \"rivi\"; ja, kolmas\t.")},
	{Cell{}, Str("+358"), Num(1e-7), Int(98), Str("-3"), Str("@x")},
}

// example is a table with everything that a codebook can say.
func example() Table {
	return Table{
		Name: "taito-2026", Titles: label("Taitokysely 2026 – hyvinvointialue", "Färdighetsenkät 2026", "Skills survey 2026"),
		Created: time.Date(2026, 11, 22, 13, 5, 9, 0, time.UTC),
		Variables: []Variable{
			{Name: "id", Labels: label("Vastaajan järjestysnumero", "Löpnummer", "Running number"), Kind: Whole},
			{Name: "ammattiryhmä", Labels: label("Ammattiryhmä", "Yrkesgrupp", "Profession"), Kind: Text, Width: 6, Values: []Value{
				{Str("hoit"), label("Hoitaja", "Vårdare", "Nurse")}, {Str("lääk"), label("Lääkäri", "Läkare", "Physician")}}},
			{Name: "mean_of_a_scale_with_a_long_name", Labels: label("Keskiarvo", "Medelvärde", "Mean"), Kind: Number, Decimals: 2},
			{Name: "q1.digital", Labels: label("Osaan käyttää älylaitetta", "Jag kan använda smarta enheter", "I can use smart devices"), Kind: Whole, Min: 1, Max: 5,
				Values:  []Value{{Int(1), label("täysin eri mieltä", "helt av annan åsikt", "strongly disagree")}, {Int(5), label("täysin samaa mieltä", "helt av samma åsikt", "strongly agree")}},
				Missing: []Value{{Int(98), label("en halua sanoa", "vill inte säga", "rather not say")}, {Int(99), label("en osaa sanoa", "kan inte säga", "can't say")}},
				Measure: Ordinal, Question: "digital-1", Scale: "digital", Reversed: true},
			{Name: "comment", Labels: label("Vapaa sana", "Fritt ord", "Free words"), Kind: Text, Width: 60, Values: []Value{{Str("ei kommentoitavaa"), label("ei ole", "inget", "none")}}},
			{Name: "long_text", Labels: label("Pitkä vastaus", "Långt svar", "Long answer"), Kind: Text, Width: 1000},
		},
		Rows: rowsOf(exampleRows),
	}
}

var exampleStudy = Study{
	Lang: "fi", ID: "TT-2026-1", Agency: "Esimerkin hyvinvointialue", Titles: label("Taitokysely 2026", "Färdighetsenkät 2026", "Skills survey 2026"),
	Abstract: label("Kysely digitaidoista & <avusta>.", "En enkät om digitala färdigheter.", "A survey of digital skills."),
	Holdings: "https://esimerkki.fi/tutkimus/1", Version: "1.0", Authors: []Author{{"Virtanen, Älli", "Esimerkin hyvinvointialue"}},
	Producer: label("Esimerkin hyvinvointialue", "", ""), Distributor: label("Tietoarkisto", "Dataarkivet", "Data archive"),
	Distributed: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), From: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC),
	Keywords: []Term{{"YSO", label("digitaidot", "digital kompetens", "digital skills")}}, Topics: []Term{{"CESSDA", label("työ", "arbete", "work")}},
	Nation: label("Suomi", "Finland", "Finland"), NationCode: "FI", Place: label("Uusimaa", "Nyland", "Uusimaa"), Unit: label("henkilö", "person", "individual"),
	Universe: label("henkilöstö", "personal", "staff"), DataKind: label("kvantitatiivinen", "kvantitativ", "quantitative"),
	TimeMethod: label("poikkileikkaus", "tvärsnitt", "cross-section"), Sampling: label("koko joukko", "totalundersökning", "everybody"), Mode: label("verkkokysely", "webbenkät", "web survey"),
	Anonymised: label("Yksiköt yhdistettiin.", "Enheter slogs ihop.", "Units were merged."), Restrictions: label("tutkimukseen", "för forskning", "for research"),
	Citation: label("Viittaa näin.", "Hänvisa så här.", "Cite so."), Deposit: label("Kerro julkaisuista.", "Berätta om publikationer.", "Tell of publications."),
	File: "taito-2026.sav", FileType: label("SPSS-tiedosto", "SPSS-fil", "SPSS system file"),
}

// writers are all that go through the cases.
var writers = map[string]func(io.Writer, Table) (int, error){
	"csv":         func(w io.Writer, t Table) (int, error) { return CSV(w, t, ForPrograms) },
	"csv (Excel)": func(w io.Writer, t Table) (int, error) { return CSV(w, t, ForExcel) },
	"xlsx":        func(w io.Writer, t Table) (int, error) { return XLSX(w, t, "fi") },
	"sav":         func(w io.Writer, t Table) (int, error) { return SAV(w, t, "fi") },
	"parquet":     Parquet,
}

// checking are all that look at the codebook.
var checking = func() map[string]func(io.Writer, Table) (int, error) {
	all := maps.Clone(writers)
	all["codebook"] = func(w io.Writer, t Table) (int, error) { return Codebook(w, t, ForExcel) }
	all["ddi"] = func(w io.Writer, t Table) (int, error) { return 0, DDI(w, t, exampleStudy, 4) }
	return all
}()

// broken lists the messages of an error of Check: variable, key.
func broken(t *testing.T, err error) (out []string) {
	t.Helper()
	if err == nil {
		return nil
	}
	f, ok := errors.AsType[*errs.Fields](err)
	if !ok {
		t.Fatalf("got %v, want errs.Fields", err)
	}
	for _, x := range f.List {
		out = append(out, x.Name+" "+x.Key)
	}
	return out
}

func TestAWrongCodebookIsRefusedWithEverythingThatIsWrong(t *testing.T) {
	code := func(n int) Value { return Value{Int(n), label("a", "b", "c")} }
	for _, test := range []struct {
		name      string
		variables []Variable
		want      []string
	}{
		{"no variables", nil, []string{" dataset.no-variables"}},
		{"no name", []Variable{{Name: ""}}, []string{" dataset.bad-name"}},
		{"digit first", []Variable{{Name: "1a"}}, []string{"1a dataset.bad-name"}},
		{"a space", []Variable{{Name: "a b"}}, []string{"a b dataset.bad-name"}},
		{"point at the end", []Variable{{Name: "a."}}, []string{"a. dataset.bad-name"}},
		{"a word of SPSS", []Variable{{Name: "With"}}, []string{"With dataset.bad-name"}},
		{"64 bytes", []Variable{{Name: strings.Repeat("ä", 32)}}, nil},
		{"66 bytes", []Variable{{Name: strings.Repeat("ä", 33)}}, []string{strings.Repeat("ä", 33) + " dataset.bad-name"}},
		{"the same name", []Variable{{Name: "Ikä"}, {Name: "IKÄ"}}, []string{"IKÄ dataset.name-twice"}},
		{"range the wrong way round", []Variable{{Name: "a", Min: 5, Max: 1}}, []string{"a dataset.bad-range"}},
		{"range of one", []Variable{{Name: "a", Min: 5, Max: 5}}, nil},
		{"no number in the range", []Variable{{Name: "a", Min: math.NaN(), Max: 1}}, []string{"a dataset.bad-range"}},
		{"code under the range", []Variable{{Name: "a", Kind: Whole, Min: 1, Max: 5, Values: []Value{code(0), code(1), code(5)}}}, []string{"a dataset.code-outside"}},
		{"code over the range", []Variable{{Name: "a", Kind: Whole, Min: 1, Max: 5, Values: []Value{code(6)}}}, []string{"a dataset.code-outside"}},
		{"missing within the range", []Variable{{Name: "a", Kind: Whole, Min: 1, Max: 5, Missing: []Value{code(3)}}}, []string{"a dataset.missing-valid"}},
		{"missing is a value", []Variable{{Name: "a", Kind: Whole, Values: []Value{code(3)}, Missing: []Value{code(3)}}}, []string{"a dataset.missing-valid"}},
		{"a code twice", []Variable{{Name: "a", Kind: Whole, Values: []Value{code(3), code(3)}}}, []string{"a dataset.code-twice"}},
		{"a missing code twice", []Variable{{Name: "a", Kind: Whole, Missing: []Value{code(3), code(3)}}}, []string{"a dataset.code-twice"}},
		{"four missing codes", []Variable{{Name: "a", Kind: Whole, Missing: []Value{code(1), code(2), code(3), code(4)}}}, []string{"a dataset.many-missing"}},
		{"a text as a number's code", []Variable{{Name: "a", Values: []Value{{Str("x"), nil}}}}, []string{"a dataset.bad-code"}},
		{"half a whole number", []Variable{{Name: "a", Kind: Whole, Values: []Value{{Num(0.5), nil}}}}, []string{"a dataset.bad-code"}},
		{"an empty code", []Variable{{Name: "a", Values: []Value{{}}}}, []string{"a dataset.bad-code"}},
		{"a code wider than the text", []Variable{{Name: "a", Kind: Text, Width: 3, Values: []Value{{Str("ää"), nil}}}}, []string{"a dataset.bad-code"}},
		{"no width", []Variable{{Name: "a", Kind: Text}}, []string{"a dataset.bad-width"}},
		{"too wide", []Variable{{Name: "a", Kind: Text, Width: MaxWidth + 1}}, []string{"a dataset.bad-width"}},
		{"a text with a range", []Variable{{Name: "a", Kind: Text, Width: 1, Max: 1}}, []string{"a dataset.text-range"}},
		{"too many decimals", []Variable{{Name: "a", Decimals: 17}}, []string{"a dataset.bad-decimals"}},
		{"several at once", []Variable{{Name: "a", Min: 2, Max: 1}, {Name: "b", Decimals: -1}, {Name: "A"}}, []string{"a dataset.bad-range", "b dataset.bad-decimals", "A dataset.name-twice"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := Table{Variables: test.variables, Rows: rowsOf(nil)}
			if diff := cmp.Diff(test.want, broken(t, table.Check())); diff != "" {
				t.Error(diff)
			}
			for name, write := range checking {
				if _, err := write(io.Discard, table); (err == nil) != (test.want == nil) {
					t.Errorf("%s: got error %v, want %v", name, err, test.want)
				}
			}
		})
	}
}

func TestTheExampleIsFine(t *testing.T) {
	table := example()
	if err := table.Check(); err != nil {
		t.Error(err)
	}
}

func TestACellThatTheCodebookDoesNotAllowStopsTheWriting(t *testing.T) {
	for _, test := range []struct {
		name string
		row  []Cell
		want string
	}{
		{"outside the range", []Cell{Int(6), Str("abc")}, "dataset.cell-outside"},
		{"a text for a number", []Cell{Str("1"), Str("abc")}, "dataset.bad-cell"},
		{"a number for a text", []Cell{Int(1), Int(1)}, "dataset.bad-cell"},
		{"a text too wide", []Cell{Int(1), Str("abcd")}, "dataset.bad-cell"},
		{"half a whole number", []Cell{Num(1.5), Str("abc")}, "dataset.bad-cell"},
		{"a cell too few", []Cell{Int(1)}, "dataset.bad-row"},
	} {
		table := Table{
			Variables: []Variable{{Name: "a", Kind: Whole, Min: 1, Max: 5, Missing: []Value{{Int(9), nil}}}, {Name: "b", Kind: Text, Width: 3}},
			Rows:      rowsOf([][]Cell{{Int(9), Cell{}}, {Cell{}, Str("abc")}, test.row}),
		}
		for name, write := range writers {
			rows, err := write(io.Discard, table)
			e, ok := errors.AsType[*errs.E](err)
			if !ok || e.Key != test.want || rows != 2 || !slices.Contains(e.Args, any(3)) {
				t.Errorf("%s, %s: got %d rows and %v, want 2 rows and %s of row 3", test.name, name, rows, err, test.want)
			}
		}
	}
}

func TestAnErrorOfTheRowsEndsTheWriting(t *testing.T) {
	broke := errors.New("the database is gone")
	table := example()
	table.Rows = func(yield func([]Cell, error) bool) { _ = yield(exampleRows[0], nil) && yield(nil, broke) }
	for name, write := range writers {
		if rows, err := write(io.Discard, table); rows != 1 || !errors.Is(err, broke) {
			t.Errorf("%s: got %d rows and %v", name, rows, err)
		}
	}
}

// fullDisk takes so many bytes.
type fullDisk int

func (f *fullDisk) Write(p []byte) (int, error) {
	if *f -= fullDisk(len(p)); *f < 0 {
		return 0, errors.New("no space left")
	}
	return len(p), nil
}

func TestAnErrorOfTheWriterIsTold(t *testing.T) {
	for name, write := range writers {
		for _, room := range []fullDisk{0, 100, 1000} {
			if _, err := write(&room, example()); err == nil {
				t.Errorf("%s: got no error", name)
			}
		}
	}
}

func TestTheSameTableGivesTheSameBytes(t *testing.T) {
	table := wide(300, 20)
	for name, write := range writers {
		sums := map[string]bool{}
		for range 3 {
			sum := NewChecksum(io.Discard)
			rows, err := write(sum, table)
			if err != nil || rows != 300 || sum.Bytes() == 0 {
				t.Fatalf("%s: %d rows, %d bytes, %v", name, rows, sum.Bytes(), err)
			}
			sums[sum.SHA256()] = true
		}
		if len(sums) != 1 {
			t.Errorf("%s: got %d files", name, len(sums))
		}
	}
}

func TestTheChecksumIsThatOfTheBytes(t *testing.T) {
	var b strings.Builder
	sum := NewChecksum(&b)
	fmt.Fprint(sum, "a")
	fmt.Fprint(sum, "bc")
	// the first example of FIPS 180-4
	if want := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; sum.SHA256() != want || sum.Bytes() != 3 || b.String() != "abc" {
		t.Errorf("got %s of %d bytes, want %s", sum.SHA256(), sum.Bytes(), want)
	}
}

func TestEveryMessageHasWords(t *testing.T) {
	w, err := i18n.Load(Locales)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range w.Missing() {
		t.Error(bad)
	}
	if len(w["fi"]) < 20 {
		t.Errorf("got %d messages", len(w["fi"]))
	}
}

func TestCellsHoldOnlyWhatEveryFormatCanHold(t *testing.T) {
	for _, test := range []struct {
		got  Cell
		want Cell
	}{
		{Num(math.NaN()), Cell{}},
		{Num(math.Inf(-1)), Cell{}},
		{Num(math.Copysign(0, -1)), Int(0)},
		{Str(""), Cell{}},
		{Str("  "), Cell{}},
		{Str(" a "), Str(" a")},
		{Str("a\r\nb\rc\x00d\x7f\u0085"), Str("a\nb\nc d")},
		{Str("a\xff\uFFFE"), Str("a\uFFFD\uFFFD")},
	} {
		if test.got != test.want || math.Signbit(test.got.number) {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := Str(string(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes"))).text
		if again := Str(s).text; again != s {
			t.Fatalf("got %q again, want %q", again, s)
		}
	})
}
