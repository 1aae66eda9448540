package coverage

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// focusDays is how long a focus lasts unless another end is chosen.
const focusDays = 90

// focusCard is what a finding's page shows of its focuses, with the form of a new one.
type focusCard struct {
	web.Page
	Finding   int64
	Had       []focusLine
	Units     []ui.Option
	From, To  string
	MayManage bool
	Errors    *errs.Fields
}

type focusLine struct {
	ID       int64
	Text     string
	On, Ends bool // holds today; the visitor may end it
}

// FocusCard shows the focuses of a finding, and lets whoever may make one. It is for those who manage the finding.
func (s *Service) FocusCard(ctx context.Context, p web.Page, f ThinUnit) (templ.Component, error) {
	c, err := s.focusCard(ctx, p, f)
	if err != nil || !c.MayManage && len(c.Had) == 0 {
		return templ.NopComponent, err
	}
	return focusView(c), nil
}

func (s *Service) focusCard(ctx context.Context, p web.Page, f ThinUnit) (*focusCard, error) {
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	today := mentoring.Day(s.Now())
	c := &focusCard{Page: p, Finding: f.Finding, From: today, To: mentoring.DaysFrom(today, focusDays)}
	reach := map[int64]bool{}
	ids, _ := tree.Within(p.Who, people.ManageMentors)
	for _, id := range ids {
		reach[id] = true
	}
	for _, u := range places(tree, f.UnitID, p.Lang) {
		if reach[u.ID] {
			c.Units = append(c.Units, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Name(p.Lang), Selected: u.ID == f.UnitID})
		}
	}
	c.MayManage = len(c.Units) > 0
	had, err := s.Mentors.FocusesOf(ctx, f.Finding)
	if err != nil {
		return nil, err
	}
	for _, x := range had {
		u, err := people.UnitByID(ctx, s.DB, x.Unit) // it may have ended
		if err != nil {
			return nil, err
		}
		c.Had = append(c.Had, focusLine{ID: x.ID, Text: p.T("coverage.focus-line", "unit", u.Name(p.Lang), "from", i18n.Day(p.Lang, x.From), "to", i18n.Day(p.Lang, x.To)),
			On: x.On(today), Ends: x.To >= today && reach[x.Unit]})
	}
	return c, nil
}

// places are where a finding of a unit may become a focus: the units above it from the top, the unit, and those right below. Of a
// finding of the whole they are the units at the top and those right below them.
func places(tree *people.Tree, unit int64, lang string) (out []people.Unit) {
	if unit != 0 {
		return append(tree.Path(unit), tree.SortedChildren(unit, lang)...)
	}
	for _, u := range tree.SortedChildren(0, lang) {
		out = append(append(out, u), tree.SortedChildren(u.ID, lang)...)
	}
	return out
}

// managed reads the finding that a form is about.
func (s *Service) managed(r *http.Request) (f ThinUnit, err error) {
	if err := r.ParseForm(); err != nil {
		return f, errs.Because(err, errs.Invalid, "web.too-big")
	}
	id, err := strconv.ParseInt(r.PostForm.Get("finding"), 10, 64)
	if err != nil || s.Finding == nil {
		return f, errs.New(errs.NotFound, "coverage.no-finding")
	}
	return s.Finding(r.Context(), id, web.VisitorOf(r))
}

func (s *Service) makeFocus(w http.ResponseWriter, r *http.Request) error {
	f, err := s.managed(r)
	if err != nil {
		return err
	}
	ctx, p := r.Context(), s.Kit.Page(r, "coverage.focus")
	p.Shell.Narrow = true
	c, err := s.focusCard(ctx, p, f)
	if err != nil {
		return err
	}
	if !c.MayManage {
		return errs.New(errs.Forbidden, "web.forbidden")
	}
	c.From, c.To = r.PostForm.Get("focus_from"), r.PostForm.Get("focus_to")
	var unit int64
	for i := range c.Units {
		if c.Units[i].Selected = c.Units[i].Value == r.PostForm.Get("unit"); c.Units[i].Selected {
			unit, _ = strconv.ParseInt(c.Units[i].Value, 10, 64) // we wrote it
		}
	}
	if unit == 0 {
		bad := errs.Fields{}
		bad.Add("unit", "coverage.choose-unit")
		err = bad.Err()
	} else {
		_, err = s.Mentors.SetFocus(ctx, p.Who.ID, mentoring.Focus{Finding: f.Finding, Unit: unit, Area: f.Area, From: c.From, To: c.To})
	}
	if c.Errors = web.FieldsOf(err); c.Errors != nil {
		return s.Kit.ShowInvalid(w, r, p, focusAgain(c))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "coverage.focus-made")
	return web.See(w, r, findingURL(f.Finding))
}

func (s *Service) endFocus(w http.ResponseWriter, r *http.Request) error {
	f, err := s.managed(r)
	if err != nil {
		return err
	}
	ctx, v := r.Context(), web.VisitorOf(r)
	had, err := s.Mentors.FocusesOf(ctx, f.Finding)
	if err != nil {
		return err
	}
	for _, x := range had {
		if strconv.FormatInt(x.ID, 10) != r.PathValue("id") {
			continue
		}
		if ok, err := people.Covers(ctx, s.DB, v, people.ManageMentors, x.Unit); err != nil || !ok {
			return refused(err)
		}
		if err := s.Mentors.EndFocus(ctx, v.ID, x.ID); err != nil {
			return err
		}
		s.Kit.Flash(r, "coverage.focus-ended")
		return web.See(w, r, findingURL(f.Finding))
	}
	return errs.New(errs.NotFound, "mentoring.no-focus")
}

// refused is an error of the look, or else that it is not the visitor's.
func refused(err error) error {
	if err != nil {
		return err
	}
	return errs.New(errs.Forbidden, "web.forbidden")
}

func findingURL(id int64) string { return "/findings/" + strconv.FormatInt(id, 10) }
