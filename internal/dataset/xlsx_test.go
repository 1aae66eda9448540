package dataset

import (
	"bytes"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"taitorinki/internal/errs"
	"taitorinki/internal/sheet"
)

func openXLSX(t interface{ Fatal(...any) }, table Table) *excelize.File {
	var b bytes.Buffer
	if _, err := XLSX(&b, table, "sv"); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAWorkbookHasTheDataAndTheCodebook(t *testing.T) {
	f := openXLSX(t, example())
	defer f.Close()
	if diff := cmp.Diff([]string{"Data", "Kodbok"}, f.GetSheetList()); diff != "" {
		t.Fatal(diff)
	}
	for _, test := range []struct{ sheet, cell, want string }{
		{"Data", "A1", "id"}, {"Data", "F1", "long_text"}, {"Data", "C2", "3.25"}, {"Data", "B3", "lääk"}, {"Data", "C4", ""},
		{"Data", "E4", "'=1+1"}, {"Data", "E5", "-3"}, {"Data", "F5", "'@x"}, {"Data", "F4", "rivi\ntoinen \"rivi\"; ja, kolmas\t."},
		{"Kodbok", "A1", "variable"}, {"Kodbok", "B6", "Osaan käyttää älylaitetta"}, {"Kodbok", "K9", "99"},
	} {
		if got, err := f.GetCellValue(test.sheet, test.cell); err != nil || got != test.want {
			t.Errorf("%s %s: got %q (%v), want %q", test.sheet, test.cell, got, err, test.want)
		}
	}
	for cell, want := range map[string]excelize.CellType{"A2": excelize.CellTypeUnset, "E5": excelize.CellTypeInlineString} {
		if got, err := f.GetCellType("Data", cell); err != nil || got != want {
			t.Errorf("%s: got type %v (%v), want %v", cell, got, err, want)
		}
	}
	for _, name := range f.GetSheetList() {
		if got, err := f.GetSheetDimension(name); err != nil || got != "" {
			t.Errorf("%s: got dimension %q (%v): readers go no further", name, got, err)
		}
	}
	if p, err := f.GetDocProps(); err != nil || p.Created != "2026-11-22T13:05:09Z" || p.Title != "Färdighetsenkät 2026" {
		t.Errorf("got properties %+v, %v", p, err)
	}
}

func TestAWorkbookOfManyPartsHasEveryCaseOnceInOrder(t *testing.T) {
	const columns = 7
	want := 3*partCells/columns + 1
	f := openXLSX(t, wide(want, columns))
	defer f.Close()
	got, err := f.GetRows("Data")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != want+1 {
		t.Fatalf("got %d rows, want the header and %d", len(got), want)
	}
	i := 0
	for cells, err := range wide(want, columns).Rows {
		if i++; err != nil || got[i][0] != cells[0].String() || got[i][1] != cells[1].text {
			t.Fatalf("row %d (%v): got %q, want it to begin with %s", i, err, got[i], cells[0])
		}
	}
}

func TestMoreCasesThanASheetHoldsAreRefusedBeforeTheFirstByte(t *testing.T) {
	table := example()
	table.Cases = maxCases + 1
	var b bytes.Buffer
	if _, err := XLSX(&b, table, "sv"); errs.KindOf(err) != errs.Invalid || b.Len() > 0 {
		t.Errorf("got %v and %d bytes, want a refusal and none", err, b.Len())
	}
}

func TestAnyTableAsAWorkbookReadsBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, rows := drawTable(t)
		f := openXLSX(t, table)
		defer f.Close()
		got, err := f.GetRows("Data", excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			for k, want := range row {
				var cell string
				if i+1 < len(got) && k < len(got[i+1]) {
					cell = got[i+1][k]
				}
				if !sameInXLSX(want, cell) {
					t.Fatalf("row %d, column %d: got %q, want %q", i, k, cell, want)
				}
			}
		}
	})
}

func sameInXLSX(c Cell, read string) bool {
	switch c.kind {
	case number:
		x, err := strconv.ParseFloat(read, 64)
		return err == nil && x == c.number
	case text:
		return read == sheet.Neutralise(c.text)
	}
	return read == ""
}
