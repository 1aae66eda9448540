package sheet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"
)

func toUTF16(s string, order binary.AppendByteOrder, bom bool) []byte {
	var out []byte
	if bom {
		out = order.AppendUint16(out, 0xFEFF)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		out = order.AppendUint16(out, u)
	}
	return out
}

func toWindows(s string) []byte {
	out, err := charmap.Windows1252.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return []byte(out)
}

var encodings = []struct {
	name, want string
	encode     func(string) []byte
}{
	{"UTF-8", "UTF-8", func(s string) []byte { return []byte(s) }},
	{"UTF-8 with mark", "UTF-8", func(s string) []byte { return []byte("\uFEFF" + s) }},
	{"UTF-16LE with mark", "UTF-16LE", func(s string) []byte { return toUTF16(s, binary.LittleEndian, true) }},
	{"UTF-16BE with mark", "UTF-16BE", func(s string) []byte { return toUTF16(s, binary.BigEndian, true) }},
	{"UTF-16LE", "UTF-16LE", func(s string) []byte { return toUTF16(s, binary.LittleEndian, false) }},
	{"UTF-16BE", "UTF-16BE", func(s string) []byte { return toUTF16(s, binary.BigEndian, false) }},
	{"Windows-1252", "Windows-1252", toWindows},
}

func keys(err error) []string {
	var es Errors
	errors.As(err, &es)
	var out []string
	for _, e := range es {
		out = append(out, fmt.Sprintf("%d:%d %s", e.Line, e.Column, e.Key))
	}
	return out
}

func cells(t *Table) [][]string {
	var out [][]string
	for _, r := range t.Rows {
		out = append(out, r.Cells)
	}
	return out
}

func TestEveryEncodingDelimiterAndLineEndReadsAlike(t *testing.T) {
	text := "Nimi;Yksikkö;\"Työ, \"\"oma\"\"\"\nÄijälä Åke;\"Koti;hoito,\n€ 1\";3,5\n\"x\";;\n\n"
	for _, enc := range encodings {
		for _, delimiter := range []string{";", ",", "\t"} {
			for _, newline := range []string{"\n", "\r\n", "\r"} {
				t.Run(fmt.Sprintf("%s %q %q", enc.name, delimiter, newline), func(t *testing.T) {
					in := text
					if delimiter != ";" {
						in = strings.NewReplacer(";", delimiter, ",", ".").Replace(in)
					}
					in = strings.ReplaceAll(in, "\n", newline)
					got, err := Read("a.csv", enc.encode(in))
					if err != nil {
						t.Fatal(err)
					}
					fix := func(s string) string {
						if delimiter != ";" {
							s = strings.NewReplacer(";", delimiter, ",", ".").Replace(s)
						}
						return strings.ReplaceAll(s, "\n", newline)
					}
					want := &Table{Name: "a.csv", Header: []string{"Nimi", "Yksikkö", fix(`Työ, "oma"`)},
						Delimiter: rune(delimiter[0]), Encoding: enc.want, Rows: []Row{
							{2, []string{"Äijälä Åke", fix("Koti;hoito,\n€ 1"), fix("3,5")}}, {4, []string{"x", "", ""}}}}
					if diff := cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".headerLine" }, cmp.Ignore())); diff != "" {
						t.Error(diff)
					}
				})
			}
		}
	}
}

func TestFaultsAreToldWithTheirPlaceAndTheRestIsRead(t *testing.T) {
	for _, test := range []struct {
		name, in string
		rows     [][]string
		keys     []string
	}{
		{"too few and too many cells", "a;b\n1\n1;2\n1;2;3\n", [][]string{{"1", "2"}}, []string{"2:0 sheet.cell_count", "4:0 sheet.cell_count"}},
		{"unclosed quote", "a;b\n1;\"x\n3;4\n5;6\n", [][]string{{"3", "4"}, {"5", "6"}}, []string{"2:2 sheet.quote_open"}},
		{"text after a closing quote", "a;b\n\"x\"y;1\n3;4", [][]string{{"3", "4"}}, []string{"2:1 sheet.quote"}},
		{"quote inside of a bare cell", "a;b\n1;5\" putki\n3;4", [][]string{{"3", "4"}}, []string{"2:2 sheet.quote"}},
		{"an unclosed quote that meets the next one", "a;b\n1;\"x\n3;\"y\"\n5;6", [][]string{{"3", "y"}, {"5", "6"}}, []string{"2:2 sheet.quote"}},
		{"NUL", "a;b\n1;x\x00y\n3;4", [][]string{{"3", "4"}}, []string{"2:2 sheet.nul"}},
		{"lost letter", "a;b\nJ\uFFFDms\uFFFD;1\n3;4", [][]string{{"3", "4"}}, []string{"2:1 sheet.unreadable"}},
		{"damaged UTF-8", "a;b\nÄä\xC3;1\nÖö;4", [][]string{{"Öö", "4"}}, []string{"2:1 sheet.unreadable"}},
		{"nothing", "", nil, []string{"0:0 sheet.empty"}},
		{"only blank lines", "\r\n;;\r\n \r\n", nil, []string{"0:0 sheet.empty"}},
		{"broken header", "a;\"b\n1;2\n", nil, []string{"1:2 sheet.quote_open"}},
		{"workbook", "PK\x03\x04....", nil, []string{"0:0 sheet.workbook"}},
		{"too many columns", strings.Repeat("a;", MaxColumns) + "a", nil, []string{"1:0 sheet.too_many_columns"}},
		{"half a character", "\xFF\xFEa\x00;\x00b\x00\n\x001\x00;\x002", nil, []string{"2:2 sheet.unreadable"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Read("a.csv", []byte(test.in))
			if diff := cmp.Diff(test.keys, keys(err)); diff != "" {
				t.Errorf("errors of %q: %s", test.in, diff)
			}
			if diff := cmp.Diff(test.rows, cells(got)); diff != "" {
				t.Errorf("rows of %q: %s", test.in, diff)
			}
		})
	}
}

func TestAFaultIsToldInEnglishWithFileLineAndColumn(t *testing.T) {
	_, err := Read("people.csv", []byte("Name;Email\nA;\"x\"y\nB\n"))
	want := "people.csv, line 2, column 2 (Email): There is a quotation mark in the wrong place. Inside a cell it must be doubled, and the cell must stand in quotation marks." +
		"\npeople.csv, line 3: The row has 1 cells but the first row has 2."
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestTheDelimiterIsFoundFromHeaderAndRows(t *testing.T) {
	for _, test := range []struct {
		in   string
		want rune
	}{
		{"a,b\n1,2", ','},
		{"a\tb,c\n1\t2", '\t'},
		{"\"a,b,c\";d\n1;2", ';'},
		{"\"a;x\nb;c\",d\n1,2", ','},
		{"Last name, first name;Email;Unit\nA, B;c;d", ';'},
		{"a;b, c, d\n1;2\n3;4", ';'},
		{"a;b,c\n", ';'},
		{"email\nVirtanen, Anna\n", ';'},
		{"sep=,\na;b,c\n1;2,3", ','},
		{"SEP=\t\r\na;b\tc\n1\t2", '\t'},
		{"\"sep=;\"\r\na,b,c;d\n", ';'},
		{"sep=|\na|b\n", '|'},
		{"sep=x\n1\n", ';'},
	} {
		got, _ := Read("a.csv", []byte(test.in))
		if got.Delimiter != test.want {
			t.Errorf("delimiter of %q: got %q, want %q", test.in, got.Delimiter, test.want)
		}
	}
}

func TestTheSepLineCountsAsALine(t *testing.T) {
	got, err := Read("a.csv", []byte("sep=;\r\na;b\r\n\r\n1;2\r\n"))
	if err != nil || len(got.Rows) != 1 || got.Rows[0].Line != 4 || got.Header[0] != "a" {
		t.Errorf("got %v %v, %v", got.Header, got.Rows, err)
	}
}

func TestLimitsHold(t *testing.T) {
	if _, err := Read("a.csv", make([]byte, MaxBytes+1)); !slices.Equal(keys(err), []string{"0:0 sheet.too_big"}) {
		t.Errorf("got %v", err)
	}
	got, err := Read("a.csv", []byte("a\n"+strings.Repeat("1\n", MaxRows+5)))
	if len(got.Rows) != MaxRows || !slices.Equal(keys(err), []string{fmt.Sprintf("%d:0 sheet.too_many_rows", MaxRows+2)}) {
		t.Errorf("got %v, %v", got, keys(err))
	}
	_, err = Read("a.csv", []byte("a;b\n"+strings.Repeat("1\n", MaxErrors+7)))
	if k := keys(err); len(k) != MaxErrors+1 || k[MaxErrors] != "0:0 sheet.more_errors" {
		t.Errorf("got %d errors, last %s", len(k), k[len(k)-1])
	}
}

func TestAFileMadeToBeSlowIsReadInTime(t *testing.T) {
	for _, line := range []string{"\"\n", "\"\"\"\n", "x;\"\n\"\"", ";\"\"x\n", "\"\"\"\"\";\"\n"} {
		in := "a;b\n\"" + strings.Repeat(line, 500_000)
		if got, err := Read("a.csv", []byte(in)); err == nil && len(got.Rows) == 0 {
			t.Errorf("nothing was read of %q", line)
		}
	}
}

func TestColumnsAreFoundByAnyOfTheirNames(t *testing.T) {
	want := []Column{
		{Key: "email", Names: []string{"Sähköposti", "E-post", "Email"}, Required: true},
		{Key: "unit", Names: []string{"Yksikkö", "Enhet", "Unit code"}, Required: true},
		{Key: "name", Names: []string{"Nimi", "Name"}},
	}
	for _, test := range []struct {
		header  string
		columns []int
		unknown []string
		keys    []string
	}{
		{"e_mail;unit-code;Kieli", []int{1, 2, 0}, []string{"Kieli"}, nil},
		{"SÄHKÖ POSTI;a;YKSIKKO\u0308;nimi", []int{1, 3, 4}, []string{"a"}, nil},
		{"sahkoposti;unit_code", []int{0, 2, 0}, []string{"sahkoposti"}, []string{"1:0 sheet.missing_column"}},
		{"email;E-post;Enhet", []int{1, 3, 0}, nil, []string{"1:2 sheet.duplicate_column"}},
		{"email;unit code;x;X;;", []int{1, 2, 0}, []string{"x"}, []string{"1:4 sheet.duplicate_column"}},
	} {
		table, err := Read("a.csv", []byte(test.header+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		index, errs := table.Columns(want)
		got := []int{index.Col("email"), index.Col("unit"), index.Col("name")}
		if !slices.Equal(got, test.columns) || !slices.Equal(index.Unknown, test.unknown) || !slices.Equal(keys(errs), test.keys) {
			t.Errorf("%q: got %v, unknown %q, errors %v; want %v, %q, %v", test.header, got, index.Unknown, keys(errs), test.columns, test.unknown, test.keys)
		}
	}
}

func TestGetTrimsAndForgivesAbsentColumns(t *testing.T) {
	table, _ := Read("a.csv", []byte("Nimi;x\n\u00a0 Åke ;1\n"))
	index, errs := table.Columns([]Column{{Key: "name", Names: []string{"nimi"}}, {Key: "unit", Names: []string{"unit"}}})
	if errs != nil {
		t.Fatal(errs)
	}
	if got := index.Get(table.Rows[0], "name"); got != "Åke" {
		t.Errorf("got %q, want Åke", got)
	}
	if got := index.Get(table.Rows[0], "unit") + index.Get(Row{}, "name") + (Index{}).Get(table.Rows[0], "name"); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

func TestExportsHoldNoFormulas(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+a": "'+a", "-a": "'-a", "@x": "'@x", "\t=1": "'\t=1", "\r=1": "'\r=1",
		"-3,5": "-3,5", "+3.5": "+3.5", "-3": "-3", "-3+1": "'-3+1", "-": "'-", "+358 40": "'+358 40", "-3,5\n": "'-3,5\n",
		"": "", "a=1": "a=1", "3,5": "3,5",
	} {
		if got := Neutralise(in); got != want {
			t.Errorf("Neutralise(%q): got %q, want %q", in, got, want)
		}
	}
	var b bytes.Buffer
	if err := WriteCSV(&b, []string{"a", "b"}, [][]string{{"=x;\"y\"", "ä"}, {"", ""}}); err != nil {
		t.Fatal(err)
	}
	if want := "\uFEFFa;b\r\n\"'=x;\"\"y\"\"\";ä\r\n\"\";\r\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.RuneFrom([]rune("aåÄ1;,\t\"'\r\n =-+@€😀|\u00a0")))
		width := rapid.IntRange(1, 5).Draw(t, "width")
		header := rapid.SliceOfN(rapid.StringMatching(`[a-zåäö;," ]{0,5}x`), width, width).Draw(t, "header")
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 0, 20).Draw(t, "rows")
		var b bytes.Buffer
		if err := WriteCSV(&b, header, rows); err != nil {
			t.Fatal(err)
		}
		got, err := Read("a.csv", b.Bytes())
		if err != nil {
			t.Fatalf("%q: %v", b.String(), err)
		}
		if len(got.Rows) != len(rows) {
			t.Fatalf("%q: got %d rows, want %d", b.String(), len(got.Rows), len(rows))
		}
		for i, row := range rows {
			for j := range row {
				if want := Neutralise(row[j]); got.Rows[i].Cells[j] != want {
					t.Fatalf("cell %d,%d of %q: got %q, want %q", i, j, b.String(), got.Rows[i].Cells[j], want)
				}
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "\"", "\"\"", "a;b\n1;2\n", "sep=;", "sep=;\n", "sep=\"\n", "\xFF\xFE", "\xFE\xFF\x00", "\xEF\xBB\xBF", "\xEF\xBB", "\x00", "a\x00b\x00",
		"\r\r\n\n\r", "a;\"b\n\"\"\"\n\";c\r\n", "a,b;c\td\n\"", "\"a\"b\"c\"\n\"", "ä;ö\n\xE4;\xF6", "\xC3\xA4;\xE4\n1;2", "PK\x03\x04", ";;;\n;;;",
		"a;a\n1;\"2\n3;4\n\"5;6", "\xFF\xFEa\x00;\x00\x00\xD8", "=1;@a\n+1;-1\n", "a\n\"\"\n\"\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Read("f.csv", data)
		if err != nil && len(err.(Errors)) == 0 {
			t.Fatal("an error without a fault")
		}
		line := 0
		for _, r := range got.Rows {
			if len(r.Cells) != len(got.Header) || r.Line <= line {
				t.Fatalf("row %+v after line %d, header %q", r, line, got.Header)
			}
			line = r.Line
		}
		got.Columns([]Column{{Key: "a", Names: []string{"a"}, Required: true}})
		if err != nil || len(got.Header) < 2 {
			return
		}
		var b bytes.Buffer
		if err := WriteCSV(&b, got.Header, cells(got)); err != nil {
			t.Fatal(err)
		}
		if again, err := Read("f.csv", b.Bytes()); err != nil || len(again.Rows) != len(got.Rows) {
			t.Fatalf("%q written as %q: %v, %v", data, b.String(), again, err)
		}
	})
}

func TestResearchDataKeepRowsOfEmptyCellsAndMayBeWide(t *testing.T) {
	got, err := ReadData("d.csv", []byte("a,b\n1,2\n,\n\n \n3,4\n"))
	if diff := cmp.Diff([][]string{{"1", "2"}, {"", ""}, {"3", "4"}}, cells(got)); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if got.HeaderLine() != 1 {
		t.Errorf("the header is said to stand on line %d", got.HeaderLine())
	}
	if _, err := ReadData("d.csv", []byte("a\n1,2\n")); !slices.Equal(keys(err), []string{"2:0 sheet.cell_count"}) {
		t.Errorf("a comma in data of one column: got %v", err)
	}
	wide := strings.Repeat("a,", MaxColumns) + "a\n"
	if _, err := ReadData("d.csv", []byte(wide)); err != nil {
		t.Error(err)
	}
	if _, err := ReadData("d.csv", []byte(strings.Repeat("a,", MaxDataColumns)+"a\n")); !slices.Equal(keys(err), []string{"1:0 sheet.too_many_columns"}) {
		t.Errorf("too wide: got %v", err)
	}
}
