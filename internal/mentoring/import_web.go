package mentoring

import (
	"errors"
	"io"
	"net/http"
	"path/filepath"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/sheet"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// importPage asks for a list or, when there is one, shows what it would do.
type importPage struct {
	web.Page
	Errors *errs.Fields

	ID     int64
	Name   string
	Mark   string
	Faults []faultLine
	Lines  []string
	New    int
	Moved  int // to another state
	Other  int // changed otherwise
	Same   int
	More   int // lines and faults that are not shown
}

// faultLine is a fault as the page shows it.
type faultLine struct{ Where, What string }

// shown is how many lines or faults a page shows.
const shown = 200

func (s *Service) showImport(w http.ResponseWriter, r *http.Request) error {
	p := importPage{Page: s.Kit.Page(r, "mentoring.import")}
	return s.Kit.Show(w, r, p.Page, importView(p))
}

func (s *Service) uploadList(w http.ResponseWriter, r *http.Request) error {
	u, err := formFile(r, "list")
	if err != nil {
		return err
	}
	bad := errs.Fields{}
	switch {
	case len(u.Data) == 0:
		bad.Add("list", "people.no-files")
	case len(u.Data) > sheet.MaxBytes:
		bad.Add("list", "sheet.too_big", "megabytes", sheet.MaxBytes>>20)
	}
	if bad.Err() != nil {
		p := importPage{Page: s.Kit.Page(r, "mentoring.import"), Errors: &bad}
		return s.Kit.ShowInvalid(w, r, p.Page, importView(p))
	}
	var id int64
	err = s.DB.InTx(r.Context(), func(tx *db.Tx) (err error) {
		id, err = saveUpload(r.Context(), tx, s.Now(), web.VisitorOf(r).ID, u)
		return err
	})
	if err != nil {
		return err
	}
	return web.See(w, r, checkURL(id))
}

func checkURL(id int64) string { return "/mentors/import/check/" + itoa(int(id)) }

// formFile reads an uploaded file; one that was not chosen is empty.
func formFile(r *http.Request, name string) (u upload, err error) {
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
			return u, err
		}
		return u, errs.Because(err, errs.Invalid, "people.no-files")
	}
	f, head, err := r.FormFile(name)
	if errors.Is(err, http.ErrMissingFile) {
		return u, nil
	}
	if err != nil {
		return u, err
	}
	defer f.Close()
	u.Name = filepath.Base(head.Filename)
	u.Data, err = io.ReadAll(io.LimitReader(f, sheet.MaxBytes+1))
	return u, err
}

func (s *Service) checkList(w http.ResponseWriter, r *http.Request) error {
	p, err := s.checkedList(r)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, checkView(p))
}

// checkedList is the dry run of a list.
func (s *Service) checkedList(r *http.Request) (p importPage, err error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return p, err
	}
	ctx, v := r.Context(), web.VisitorOf(r)
	u, err := loadUpload(ctx, s.DB, s.Now(), v.ID, id)
	if err != nil {
		return p, err
	}
	c, err := readList(ctx, s.DB, u.Name, u.Data, v)
	if err != nil {
		return p, err
	}
	p = importPage{Page: s.Kit.Page(r, "mentoring.import-check"), ID: id, Name: u.Name, Same: c.Same}
	if p.Mark, err = c.mark(); err != nil {
		return p, err
	}
	for _, f := range c.Faults[:min(shown, len(c.Faults))] {
		p.Faults = append(p.Faults, p.faultLine(f))
	}
	for _, x := range c.Rows {
		p.count(x)
	}
	for _, x := range c.Rows[:min(shown, len(c.Rows))] {
		p.Lines = append(p.Lines, p.line(x))
	}
	p.More = max(len(c.Faults), len(c.Rows)) - shown
	return p, nil
}

// counts are what a list would do, in numbers.
func (p importPage) counts() (out []ui.Fact) {
	for _, x := range []struct {
		key string
		n   int
	}{{"new", p.New}, {"moved", p.Moved}, {"changed", p.Other}, {"same", p.Same}} {
		out = append(out, ui.Fact{Term: p.T("mentoring.import-" + x.key), Value: i18n.Int(p.Lang, x.n)})
	}
	return out
}

func (p *importPage) count(c rowChange) {
	switch {
	case c.Before == nil:
		p.New++
	case c.Before.State != c.After.State:
		p.Moved++
	default:
		p.Other++
	}
}

func (p *importPage) line(c rowChange) string {
	after := p.T("mentoring.state-" + string(c.After.State))
	grant := grantText(&c.After, p.Lang, p.T)
	switch {
	case c.Before == nil:
		return p.T("mentoring.line-new", "name", c.After.Person.Name, "state", after, "grant", grant)
	case c.Before.State != c.After.State:
		return p.T("mentoring.line-moved", "name", c.After.Person.Name, "before", p.T("mentoring.state-"+string(c.Before.State)), "state", after, "grant", grant)
	}
	return p.T("mentoring.line-changed", "name", c.After.Person.Name, "grant", grant)
}

func (p *importPage) faultLine(f listFault) faultLine {
	where := p.Name
	switch {
	case f.Line > 0 && f.Column != "":
		where = p.T("mentoring.fault-column", "line", itoa(f.Line), "column", f.Column)
	case f.Line > 0:
		where = p.T("mentoring.fault-line", "line", itoa(f.Line))
	}
	return faultLine{where, p.T(f.Key, f.Args...)}
}

func (s *Service) confirmList(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "id")
	if err != nil {
		return err
	}
	c, err := s.bringIn(r.Context(), web.VisitorOf(r), id, r.PostFormValue("mark"))
	if errors.Is(err, errFaults) {
		p, err := s.checkedList(r)
		if err != nil {
			return err
		}
		return s.Kit.ShowInvalid(w, r, p.Page, checkView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "mentoring.brought-in", "n", len(c.Rows))
	return web.See(w, r, ListPath)
}
