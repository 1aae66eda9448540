package results

import (
	"fmt"
	"io"
	"net/http"

	"taitorinki/internal/dataset"
	"taitorinki/internal/errs"
	"taitorinki/internal/insight"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// takePage is what can be taken along.
type takePage struct {
	*view
	Researcher bool
	What       string // how the microdata were made coarse
	Files      []fileLine
	Ledger     bool
}

type fileLine struct{ Title, Text, URL string }

// format is a file of the microdata.
type format struct {
	file, kind string
	title      string // key
	write      func(w io.Writer, m *insight.Microdata, lang string) (rows int, err error)
}

var formats = []format{
	{"data.csv", "text/csv; charset=utf-8", "insight.file-csv", func(w io.Writer, m *insight.Microdata, _ string) (int, error) {
		return dataset.CSV(w, m.Table, dataset.ForPrograms)
	}},
	{"data-excel.csv", "text/csv; charset=utf-8", "insight.file-excel-csv", func(w io.Writer, m *insight.Microdata, _ string) (int, error) {
		return dataset.CSV(w, m.Table, dataset.ForExcel)
	}},
	{"codebook.csv", "text/csv; charset=utf-8", "insight.file-codebook", func(w io.Writer, m *insight.Microdata, _ string) (int, error) {
		return dataset.Codebook(w, m.Table, dataset.ForPrograms)
	}},
	{"data.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "insight.file-xlsx", func(w io.Writer, m *insight.Microdata, lang string) (int, error) {
		return dataset.XLSX(w, m.Table, lang)
	}},
	{"data.sav", "application/x-spss-sav", "insight.file-sav", func(w io.Writer, m *insight.Microdata, lang string) (int, error) {
		return dataset.SAV(w, m.Table, lang)
	}},
	{"data.parquet", "application/vnd.apache.parquet", "insight.file-parquet", func(w io.Writer, m *insight.Microdata, _ string) (int, error) {
		return dataset.Parquet(w, m.Table)
	}},
	{"ddi.xml", "application/xml", "insight.file-ddi", func(w io.Writer, m *insight.Microdata, _ string) (int, error) {
		return len(m.Table.Variables), dataset.DDI(w, m.Table, m.Study, m.Table.Cases)
	}},
}

// checksums is the file that tells the rows and the checksum of each of the others.
const checksums = "SHA256SUMS"

func (s *Pages) take(w http.ResponseWriter, r *http.Request, v *view) error {
	p := takePage{view: v, Researcher: v.Who.Everywhere(people.ReadMicrodata), Ledger: v.Everything}
	if p.Researcher && v.Whole() != nil {
		m, err := s.Microdata(r.Context(), v.Code)
		if err != nil {
			return err
		}
		p.What = m.Anonymised(v.Lang)
		for _, f := range formats {
			p.Files = append(p.Files, fileLine{v.T(f.title), f.file, v.URL("/microdata/" + f.file)})
		}
		p.Files = append(p.Files, fileLine{v.T("insight.file-sums"), checksums, v.URL("/microdata/" + checksums)})
	}
	return s.show(w, r, v, v.T("insight.tab-take"), takeResult(p))
}

// microdata sends a file of the microdata, after it is written down who has taken it.
func (s *Pages) microdata(w http.ResponseWriter, r *http.Request) error {
	visitor, code, file := web.VisitorOf(r), r.PathValue("code"), r.PathValue("file")
	if !visitor.Everywhere(people.ReadMicrodata) {
		return errs.New(errs.Forbidden, "web.forbidden")
	}
	m, err := s.Microdata(r.Context(), code)
	if err != nil {
		return err
	}
	kind, send := "text/plain; charset=utf-8", writeSums
	if file != checksums {
		f := formatOf(file)
		if f == nil {
			return errs.New(errs.NotFound, "insight.no-file")
		}
		kind, send = f.kind, func(w io.Writer, m *insight.Microdata, lang string) error {
			_, err := f.write(w, m, lang)
			return err
		}
	}
	if err := s.Note(r.Context(), visitor.ID, "result.microdata", code); err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+m.Table.Name+"-"+file+`"`)
	return send(w, m, s.Kit.Lang(r))
}

func formatOf(file string) *format {
	for i := range formats {
		if formats[i].file == file {
			return &formats[i]
		}
	}
	return nil
}

// writeSums writes a line for each file as sha256sum does, after a remark with its rows and bytes.
func writeSums(w io.Writer, m *insight.Microdata, lang string) error {
	for _, f := range formats {
		sum := dataset.NewChecksum(io.Discard)
		rows, err := f.write(sum, m, lang)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "# %s: %d rows, %d bytes\n%s  %s-%s\n", f.file, rows, sum.Bytes(), sum.SHA256(), m.Table.Name, f.file); err != nil {
			return err
		}
	}
	return nil
}

// ledger is all that is published by unit and background, for whoever sees all of it.
func (s *Pages) ledger(w http.ResponseWriter, r *http.Request, v *view) error {
	if !v.Everything {
		return errs.New(errs.Forbidden, "web.forbidden")
	}
	if err := s.noteExport(r, v); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="ledger-`+v.Code+`.csv"`)
	return v.WriteLedger(w)
}

// aggregates are the files of figures that everybody who sees the pages may take.
func (p takePage) aggregates() (out []ui.NavItem) {
	out = append(out, ui.NavItem{Label: p.T("insight.take-county"), URL: p.URL("/table.csv")})
	if len(p.Units) > 1 {
		out = append(out, ui.NavItem{Label: p.T("insight.take-units"), URL: p.URL("/units.csv")})
	}
	if p.Ledger {
		out = append(out, ui.NavItem{Label: p.T("insight.take-ledger"), URL: p.URL("/ledger.csv")})
	}
	return out
}
