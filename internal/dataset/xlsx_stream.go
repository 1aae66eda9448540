package dataset

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strconv"

	"github.com/xuri/excelize/v2"

	"taitorinki/internal/errs"
)

// Excelize's stream keeps a sheet in memory up to 16 MB, in a buffer that doubles, and more than that in a temporary file until
// the workbook is written: 70 MB for 18,000 cases, and a copy of the cases on the disk. So the cases are streamed in parts, each
// a sheet of its own of which only the rows are taken, into the sheet that has the header when that is written.

// partCells is how many cells a part has: about 1 MB of XML.
const partCells = 1 << 15

// maxCases is how many cases a sheet can have below its header.
const maxCases = excelize.TotalRows - 1

// casesSheet is the path of the first sheet in every workbook of excelize.
const casesSheet = "xl/worksheets/sheet1.xml"

var (
	sheetStart, sheetEnd = []byte("<sheetData>"), []byte("</sheetData>")
	errSheet             = errors.New("a sheet of excelize is not of the form that is known")
)

// xlsxZip is the archive of the workbook; it puts the cases at the end of the first sheet.
type xlsxZip struct {
	*zip.Writer
	cases func(io.Writer) error
}

func (z *xlsxZip) Create(name string) (io.Writer, error) {
	w, err := z.Writer.Create(name)
	if err != nil || name != casesSheet {
		return w, err
	}
	return writerFunc(func(p []byte) error {
		end := bytes.Index(p, sheetEnd)
		if end < 0 {
			return errSheet
		}
		if _, err := w.Write(p[:end]); err != nil {
			return err
		}
		if err := z.cases(w); err != nil {
			return err
		}
		_, err := w.Write(p[end:])
		return err
	}), nil
}

// xlsxCases writes the rows of all cases.
func xlsxCases(w io.Writer, t *Table) (rows int, err error) {
	part, err := newPart()
	if err != nil {
		return 0, err
	}
	defer func() { part.file.Close() }()
	values, line, cells := make([]any, len(t.Variables)), 1, 0 // values are in use for all rows
	rows, err = t.each(func(row []Cell) error {
		if line++; line > 1+maxCases {
			return errs.New(errs.Invalid, "dataset.many-rows", "max", maxCases)
		}
		if cells += len(row); cells > partCells {
			if err := part.writeTo(w); err != nil {
				return err
			}
			if part, err = newPart(); err != nil {
				return err
			}
			cells = len(row)
		}
		for i := range row {
			values[i] = row[i].xlsx()
		}
		return part.stream.SetRow("A"+strconv.Itoa(line), values)
	})
	if err != nil {
		return rows, err
	}
	return rows, part.writeTo(w)
}

// xlsxPart is a workbook of which only the rows are used.
type xlsxPart struct {
	file   *excelize.File
	stream *excelize.StreamWriter
}

func newPart() (p xlsxPart, err error) {
	p.file = excelize.NewFile()
	p.stream, err = p.file.NewStreamWriter(p.file.GetSheetName(0))
	return p, err
}

// writeTo writes the rows.
func (p xlsxPart) writeTo(w io.Writer) error {
	if err := p.stream.Flush(); err != nil {
		return err
	}
	if _, err := p.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return partZip{w} }).WriteTo(io.Discard); err != nil {
		return err
	}
	return p.file.Close()
}

// partZip stands for the archive of a part: it takes the rows of the first sheet and leaves all else.
type partZip struct{ w io.Writer }

func (r partZip) Create(name string) (io.Writer, error) {
	if name != casesSheet {
		return io.Discard, nil
	}
	return writerFunc(func(p []byte) error {
		start, end := bytes.Index(p, sheetStart), bytes.LastIndex(p, sheetEnd)
		if start < 0 || end < start {
			return errSheet
		}
		_, err := r.w.Write(p[start+len(sheetStart) : end])
		return err
	}), nil
}

func (partZip) AddFS(fs.FS) error { return nil }

func (partZip) Close() error { return nil }

// writerFunc gets a whole sheet at once: excelize hands over what it has in memory in one piece.
type writerFunc func([]byte) error

func (f writerFunc) Write(p []byte) (int, error) {
	if err := f(p); err != nil {
		return 0, err
	}
	return len(p), nil
}
