package coverage

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// focusDays is how long a focus holds unless somebody says otherwise.
const focusDays = 90

// focusForm makes a finding a focus of the mentors, and lists those it has had.
type focusForm struct {
	web.Page
	Thin
	May      bool // make one
	From, To string
	Units    []ui.Option
	Had      []focusLine
	Errors   *errs.Fields
}

type focusLine struct {
	ID             int64
	Unit, From, To string
	On             bool
}

// FocusCard is what a finding's page shows of focuses, for whom it may; nil for others. Who may change the finding may.
func (s *Service) FocusCard(ctx context.Context, p web.Page, finding int64) (templ.Component, error) {
	f, err := s.focusForm(ctx, p, finding)
	if err != nil || !f.May && len(f.Had) == 0 {
		return nil, err
	}
	return focusCard(f), nil
}

func (s *Service) focusForm(ctx context.Context, p web.Page, finding int64) (f focusForm, err error) {
	f = focusForm{Page: p, From: mentoring.Day(s.Now()), To: mentoring.Day(s.Now().AddDate(0, 0, focusDays))}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return f, err
	}
	if f.Thin, err = s.Finding(ctx, p.Who, finding); err == nil {
		f.May = true
		f.units(tree)
	} else if k := errs.KindOf(err); k != errs.Forbidden && k != errs.NotFound {
		return f, err
	}
	all, err := s.Mentors.FocusesOf(ctx, finding)
	for _, x := range all {
		u, _ := tree.Unit(x.Unit)
		f.Had = append(f.Had, focusLine{x.ID, u.Name(p.Lang), i18n.Day(p.Lang, x.From), i18n.Day(p.Lang, x.To), mentoring.Day(s.Now()) <= x.To})
	}
	return f, err
}

// units are those for which the finding may be made a focus: its own, those above it that the visitor manages, and those right
// under it.
func (f *focusForm) units(tree *people.Tree) {
	own := f.Unit
	var ids []int64
	within, _ := tree.Within(f.Who, people.ManageFindings)
	for _, u := range tree.Path(own) {
		if slices.Contains(within, u.ID) {
			ids = append(ids, u.ID)
		}
	}
	for _, u := range tree.SortedChildren(own, f.Lang) {
		ids = append(ids, u.ID)
	}
	for _, id := range ids {
		u, _ := tree.Unit(id)
		f.Units = append(f.Units, ui.Option{Value: strconv.FormatInt(id, 10), Label: u.Name(f.Lang), Selected: id == own})
	}
}

func (s *Service) setFocus(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	ctx := r.Context()
	p := s.Kit.Page(r, "coverage.focus")
	p.Shell.Narrow = true
	finding, _ := strconv.ParseInt(r.PostForm.Get("finding"), 10, 64)
	if _, err := s.Finding(ctx, p.Who, finding); err != nil {
		return err
	}
	f, err := s.focusForm(ctx, p, finding)
	if err != nil {
		return err
	}
	unit, _ := strconv.ParseInt(r.PostForm.Get("unit"), 10, 64)
	if !slices.ContainsFunc(f.Units, func(o ui.Option) bool { return o.Value == strconv.FormatInt(unit, 10) }) {
		return errs.New(errs.Forbidden, "web.forbidden")
	}
	x := mentoring.Focus{Finding: finding, Unit: unit, Area: f.Area, From: r.PostForm.Get("focus_from"), To: r.PostForm.Get("focus_to")}
	_, err = s.Mentors.SetFocus(ctx, p.Who.ID, x)
	if bad := web.FieldsOf(err); bad != nil {
		f.Errors, f.From, f.To = bad, x.From, x.To
		return s.Kit.ShowInvalid(w, r, p, focusAlone(f))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "coverage.focus-set")
	return web.See(w, r, findingURL(finding))
}

func (s *Service) endFocus(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return errs.New(errs.NotFound, "mentoring.no-focus")
	}
	ctx, v := r.Context(), web.VisitorOf(r)
	x, err := s.Mentors.FocusByID(ctx, id)
	if err != nil {
		return err
	}
	if _, err := s.Finding(ctx, v, x.Finding); err != nil {
		return err
	}
	if err := s.Mentors.EndFocus(ctx, v.ID, id); err != nil {
		return err
	}
	s.Kit.Flash(r, "coverage.focus-over")
	return web.See(w, r, findingURL(x.Finding))
}

func findingURL(id int64) string { return "/findings/" + strconv.FormatInt(id, 10) }
