package dataset

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"taitorinki/internal/sheet"
)

func TestACSVForExcelHasAMarkSemicolonsAndDecimalCommas(t *testing.T) {
	table := Table{
		Variables: []Variable{{Name: "a"}, {Name: "b", Kind: Text, Width: 20}},
		Rows:      rowsOf([][]Cell{{Num(-1.5), Str("=HYPERLINK(1)")}, {Cell{}, Str("-3")}, {Num(1e21), Str("x;\"y\"")}}),
	}
	for _, test := range []struct {
		dialect Dialect
		want    string
	}{
		{ForExcel, "\uFEFFa;b\r\n-1,5;'=HYPERLINK(1)\r\n;-3\r\n1000000000000000000000;\"x;\"\"y\"\"\"\r\n"},
		{ForPrograms, "a,b\r\n-1.5,'=HYPERLINK(1)\r\n,-3\r\n1000000000000000000000,\"x;\"\"y\"\"\"\r\n"},
	} {
		var b strings.Builder
		if _, err := CSV(&b, table, test.dialect); err != nil || b.String() != test.want {
			t.Errorf("got %q (%v), want %q", b.String(), err, test.want)
		}
	}
}

func TestAnyTableAsCSVReadsBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, rows := drawTable(t)
		d := rapid.SampledFrom([]Dialect{ForExcel, ForPrograms}).Draw(t, "dialect")
		var b bytes.Buffer
		n, err := CSV(&b, table, d)
		if err != nil || n != len(rows) {
			t.Fatalf("got %d rows and %v, want %d", n, err, len(rows))
		}
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b.Bytes(), []byte("\uFEFF"))))
		r.Comma = rune(d.delimiter)
		got, err := r.ReadAll()
		if err != nil || len(got) != len(rows)+1 {
			t.Fatalf("got %d records and %v, want %d", len(got), err, len(rows)+1)
		}
		for i, row := range rows {
			for k, want := range row {
				if !sameInCSV(want, got[i+1][k], d) {
					t.Fatalf("row %d, column %d: got %q, want %q", i, k, got[i+1][k], want)
				}
			}
		}
	})
}

func TestThePlatformItselfReadsTheCSV(t *testing.T) {
	for _, d := range []Dialect{ForExcel, ForPrograms} {
		var b bytes.Buffer
		if _, err := CSV(&b, example(), d); err != nil {
			t.Fatal(err)
		}
		got, err := sheet.Read("data.csv", b.Bytes())
		if err != nil || len(got.Rows) != len(exampleRows) || got.Header[3] != "q1.digital" || got.Rows[1].Cells[3] != "99" {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

// sameInCSV reports whether the written cell says what c does.
func sameInCSV(c Cell, written string, d Dialect) bool {
	switch c.kind {
	case number:
		if d.comma {
			written = strings.Replace(written, ",", ".", 1)
		}
		x, err := strconv.ParseFloat(written, 64)
		return err == nil && x == c.number
	case text:
		return written == sheet.Neutralise(c.text)
	}
	return written == ""
}

func TestACodebookHasARowForEachCode(t *testing.T) {
	var b bytes.Buffer
	n, err := Codebook(&b, example(), ForPrograms)
	if err != nil || n != 10 {
		t.Fatalf("got %d rows and %v, want 10", n, err)
	}
	got, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(bookHeader, got[0]); diff != "" {
		t.Error(diff)
	}
	for line, want := range map[int][]string{
		1: {"id", "Vastaajan järjestysnumero", "Löpnummer", "Running number", "whole", "scale", "", "", "", "", "", "", "", "", "", "", "", "no"},
		2: {"ammattiryhmä", "Ammattiryhmä", "Yrkesgrupp", "Profession", "text", "nominal", "", "", "", "6", "hoit", "Hoitaja", "Vårdare", "Nurse", "no", "", "", "no"},
		8: {"q1.digital", "Osaan käyttää älylaitetta", "Jag kan använda smarta enheter", "I can use smart devices", "whole", "ordinal", "1", "5", "", "",
			"99", "en osaa sanoa", "kan inte säga", "can't say", "yes", "digital-1", "digital", "yes"},
	} {
		if diff := cmp.Diff(want, got[line]); diff != "" {
			t.Errorf("line %d: %s", line, diff)
		}
	}
}
