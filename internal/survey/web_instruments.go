package survey

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

func (s *Service) instrumentRoutes() {
	k := s.Kit
	k.Handle("GET /instruments", people.ReadInstruments, s.listInstruments)
	k.Handle("GET /instruments/{id}", people.ReadInstruments, s.previewInstrument)
	k.Handle("GET /instruments/{id}/file", people.ReadInstruments, s.instrumentFile)
	k.Handle("POST /instruments", people.ManageInstruments, s.uploadInstrument)
}

// ImportInstrument stores an instrument file. A version that is already published can only be imported again unchanged.
func (s *Service) ImportInstrument(ctx context.Context, data []byte) (id int64, in *instrument.Instrument, err error) {
	in, err = instrument.Parse(data)
	if err != nil {
		return 0, nil, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		id, err = saveInstrument(ctx, tx, in.Key, in.Version, string(data), s.Now())
		return err
	})
	return id, in, err
}

// ImportShipped stores the instruments that come with the platform, unless they are there.
func (s *Service) ImportShipped(ctx context.Context) error {
	files, err := instrument.ShippedFiles()
	if err != nil {
		return err
	}
	for _, f := range files {
		in, err := instrument.Parse(f)
		if err != nil {
			return err
		}
		if _, err := InstrumentByVersion(ctx, s.DB, in.Key, in.Version); err == nil {
			continue
		} else if errs.KindOf(err) != errs.NotFound {
			return err
		}
		if _, _, err := s.ImportInstrument(ctx, f); err != nil {
			return err
		}
	}
	return nil
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

func (s *Service) listInstruments(w http.ResponseWriter, r *http.Request) error {
	return s.renderInstruments(w, r, nil)
}

func (s *Service) renderInstruments(w http.ResponseWriter, r *http.Request, bad error) error {
	p := instrumentsPage{Page: s.Kit.Page(r, "survey.instruments"), May: web.VisitorOf(r).May(people.ManageInstruments)}
	all, err := Instruments(r.Context(), s.DB)
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
func (s *Service) fileProblems(p web.Page, bad error) []ui.FieldError {
	var out []ui.FieldError
	if all, ok := errors.AsType[instrument.Problems](bad); ok {
		for _, x := range all {
			where := x.Where
			if x.Line > 0 {
				where = p.T("survey.file-line", "n", x.Line) + " " + where
			}
			out = append(out, ui.FieldError{ID: "file", Text: where + ": " + s.problemText(p, x)})
		}
	} else if e, ok := errors.AsType[*errs.E](bad); ok {
		out = append(out, ui.FieldError{ID: "file", Text: p.T(e.Key, e.Args...)})
	}
	return out
}

func (s *Service) uploadInstrument(w http.ResponseWriter, r *http.Request) error {
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
	Row        InstrumentRow
	Instrument *instrument.Instrument
	InLang     string
	Langs      []ui.NavItem
	Sections   []previewSection
}

type previewSection struct {
	Title, Intro string
	Items        []answerItem
}

func (s *Service) instrumentOf(r *http.Request) (InstrumentRow, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return InstrumentRow{}, errs.New(errs.NotFound, "survey.no-instrument")
	}
	return InstrumentByID(r.Context(), s.DB, id)
}

func (s *Service) previewInstrument(w http.ResponseWriter, r *http.Request) error {
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
	blank := &Sheet{Instrument: in, Answers: in.Blank()}
	as := answerPage{Page: p.Page}
	as.Lang = p.InLang
	for _, page := range in.Pages {
		sec := previewSection{Title: page.Title.In(p.InLang), Intro: page.Intro.In(p.InLang)}
		for _, it := range page.Items {
			sec.Items = append(sec.Items, s.answerItem(as, blank, it, ""))
		}
		p.Sections = append(p.Sections, sec)
	}
	return s.Kit.Show(w, r, p.Page, instrumentPreview(p))
}

func (s *Service) instrumentFile(w http.ResponseWriter, r *http.Request) error {
	row, err := s.instrumentOf(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+row.Key+"-"+row.Version+`.json"`)
	_, err = io.WriteString(w, row.Source)
	return err
}
