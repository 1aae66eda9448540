package dataset

import (
	"archive/zip"
	"io"
	"strconv"
	"sync"

	"github.com/xuri/excelize/v2"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/sheet"
)

// XLSX writes a workbook with the cases on the first sheet and the codebook on the second; the language is that of the sheets'
// names. Numbers are numbers, texts go through sheet.Neutralise, an empty cell is none. Rows go out as they come: no workbook is
// kept in memory or in a file meanwhile, so after an error w holds the beginning of one.
func XLSX(w io.Writer, t Table, lang string) (rows int, err error) {
	if err := t.Check(); err != nil {
		return 0, err
	}
	if len(t.Variables) > excelize.MaxColumns {
		return 0, errs.New(errs.Invalid, "dataset.many-columns", "max", excelize.MaxColumns)
	}
	if t.Cases > maxCases { // said before the first byte, where it is known
		return 0, errs.New(errs.Invalid, "dataset.many-rows", "max", maxCases)
	}
	f := excelize.NewFile()
	defer f.Close()
	data, book := words().T(lang, "dataset.sheet-data"), words().T(lang, "dataset.sheet-codebook")
	if err := f.SetSheetName(f.GetSheetName(0), data); err != nil {
		return 0, err
	}
	if err := xlsxBook(f, book, &t); err != nil {
		return 0, err
	}
	if err := xlsxProperties(f, &t, lang); err != nil {
		return 0, err
	}
	if err := xlsxHeader(f, data, &t); err != nil {
		return 0, err
	}
	cases := func(w io.Writer) error { rows, err = xlsxCases(w, &t); return err }
	// WriteTo would hold the whole workbook in memory.
	_, err = f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return &xlsxZip{zip.NewWriter(w), cases} }).WriteTo(io.Discard)
	return rows, err
}

var words = sync.OnceValue(func() i18n.Words {
	w, err := i18n.Load(Locales)
	if err != nil {
		panic(err) // the files are in the program, and a test reads them
	}
	return w
})

// xlsxHeader makes the sheet of the cases with the names of the variables alone.
func xlsxHeader(f *excelize.File, name string, t *Table) error {
	// A new sheet says that it has one cell, and readers that believe it stop there.
	if err := f.SetSheetDimension(name, ""); err != nil {
		return err
	}
	stream, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	values := make([]any, len(t.Variables))
	for i, v := range t.Variables {
		values[i] = v.Name
	}
	if err := stream.SetRow("A1", values); err != nil {
		return err
	}
	return stream.Flush()
}

// xlsxBook writes the codebook as an ordinary sheet: the order of two streamed ones in the file would change from time to time.
func xlsxBook(f *excelize.File, name string, t *Table) error {
	if _, err := f.NewSheet(name); err != nil {
		return err
	}
	if err := f.SetSheetDimension(name, ""); err != nil {
		return err
	}
	if err := f.SetSheetRow(name, "A1", &bookHeader); err != nil {
		return err
	}
	line := 1
	for i := range t.Variables {
		for _, row := range t.Variables[i].bookRows() {
			line++
			values := make([]any, len(row))
			for k := range row {
				values[k] = row[k].xlsx()
			}
			if err := f.SetSheetRow(name, "A"+strconv.Itoa(line), &values); err != nil {
				return err
			}
		}
	}
	return nil
}

func xlsxProperties(f *excelize.File, t *Table, lang string) error {
	created := t.Created.UTC().Format("2006-01-02T15:04:05Z")
	return f.SetDocProps(&excelize.DocProperties{Title: t.Titles.In(lang), Creator: "Taitorinki", Created: created, Modified: created})
}

// xlsx returns what excelize takes for the cell.
func (c Cell) xlsx() any {
	switch c.kind {
	case number:
		return c.number
	case text:
		return sheet.Neutralise(c.text)
	}
	return nil
}
