package rounds

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/answering"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

func (s *Pages) instrumentRoutes() {
	k := s.Kit
	k.Handle("GET /instruments", people.ReadInstruments, s.listInstruments)
	k.Handle("GET /instruments/{id}", people.ReadInstruments, s.previewInstrument)
	k.Handle("GET /instruments/{id}/file", people.ReadInstruments, s.instrumentFile)
	k.Handle("POST /instruments", people.ManageInstruments, s.uploadInstrument)
}

type instrumentLine struct {
	Title, Version, URL, Licence, State string
	Items, Minutes                      int
	Langs                               []string
}

type instrumentsPage struct {
	web.Page
	May      bool
	Rows     []instrumentLine
	Problems []ui.FieldError
	Error    string
}

func (s *Pages) listInstruments(w http.ResponseWriter, r *http.Request) error {
	return s.renderInstruments(w, r, nil)
}

func (s *Pages) renderInstruments(w http.ResponseWriter, r *http.Request, bad error) error {
	p := instrumentsPage{Page: s.Kit.Page(r, "survey.instruments"), May: web.VisitorOf(r).May(people.ManageInstruments)}
	all, err := survey.Instruments(r.Context(), s.DB)
	if err != nil {
		return err
	}
	for _, row := range all {
		in, err := s.Instrument(r.Context(), row.ID)
		if err != nil {
			return err
		}
		state := "survey.instrument-draft"
		if row.Published() {
			state = "survey.instrument-locked"
		}
		p.Rows = append(p.Rows, instrumentLine{Title: in.Title.In(in.Language(p.Lang)), Version: in.Version, URL: "/instruments/" + strconv.FormatInt(row.ID, 10),
			Licence: in.Licence, State: p.T(state), Items: len(in.Items), Minutes: in.Minutes, Langs: in.Languages})
	}
	if bad == nil {
		return s.Kit.Show(w, r, p.Page, instrumentList(p))
	}
	p.Error = p.T("survey.file-wrong")
	p.Problems = s.fileProblems(p.Page, bad)
	return s.Kit.ShowInvalid(w, r, p.Page, instrumentList(p))
}

// fileProblems says in the reader's words what is wrong with an instrument file, and where.
func (s *Pages) fileProblems(p web.Page, bad error) []ui.FieldError {
	var out []ui.FieldError
	if all, ok := errors.AsType[instrument.Problems](bad); ok {
		for _, x := range all {
			where := x.Where
			if x.Line > 0 {
				where = p.T("survey.file-line", "n", x.Line) + " " + where
			}
			out = append(out, ui.FieldError{ID: "file", Text: where + ": " + x.In(p.T)})
		}
	} else if e, ok := errors.AsType[*errs.E](bad); ok {
		out = append(out, ui.FieldError{ID: "file", Text: p.T(e.Key, e.Args...)})
	}
	return out
}

func (s *Pages) uploadInstrument(w http.ResponseWriter, r *http.Request) error {
	f, _, err := r.FormFile("file")
	if err != nil {
		return s.renderInstruments(w, r, errs.Because(err, errs.Invalid, "survey.choose-file"))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, instrument.MaxBytes+1))
	if err != nil {
		return err
	}
	id, _, err := s.ImportInstrument(r.Context(), data)
	if err != nil {
		if _, ok := errors.AsType[instrument.Problems](err); ok || errs.KindOf(err) != errs.Internal {
			return s.renderInstruments(w, r, err)
		}
		return err
	}
	if err := people.Audit(r.Context(), s.DB, s.Now(), web.VisitorOf(r).ID, "instrument.import", "instrument:"+strconv.FormatInt(id, 10), ""); err != nil {
		return err
	}
	s.Kit.Flash(r, "survey.instrument-imported")
	return web.See(w, r, "/instruments/"+strconv.FormatInt(id, 10))
}

// previewPage shows an instrument as a respondent would see it.
type previewPage struct {
	web.Page
	Row        survey.InstrumentRow
	Instrument *instrument.Instrument
	InLang     string
	Langs      []ui.NavItem
	Sections   []answering.Preview
}

func (s *Pages) instrumentOf(r *http.Request) (survey.InstrumentRow, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return survey.InstrumentRow{}, errs.New(errs.NotFound, "survey.no-instrument")
	}
	return survey.InstrumentByID(r.Context(), s.DB, id)
}

func (s *Pages) previewInstrument(w http.ResponseWriter, r *http.Request) error {
	row, err := s.instrumentOf(r)
	if err != nil {
		return err
	}
	in, err := s.Instrument(r.Context(), row.ID)
	if err != nil {
		return err
	}
	p := previewPage{Page: s.Kit.Page(r, "survey.preview"), Row: row, Instrument: in}
	p.Shell.Narrow = true
	p.InLang = in.Language(p.Lang)
	if l := r.URL.Query().Get("in"); slices.Contains(in.Languages, l) {
		p.InLang = l
	}
	for _, l := range in.Languages {
		label := l // a language that our pages do not have
		if i18n.Known(l) {
			label = p.T("survey.lang-" + l)
		}
		p.Langs = append(p.Langs, ui.NavItem{Label: label, URL: "?in=" + l, Current: l == p.InLang})
	}
	p.Shell.Title = in.Title.In(p.InLang)
	as := p.Page
	as.Lang = p.InLang
	p.Sections = answering.PreviewOf(as, in)
	return s.Kit.Show(w, r, p.Page, instrumentPreview(p))
}

func (s *Pages) instrumentFile(w http.ResponseWriter, r *http.Request) error {
	row, err := s.instrumentOf(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+row.Key+"-"+row.Version+`.json"`)
	_, err = io.WriteString(w, row.Source)
	return err
}
