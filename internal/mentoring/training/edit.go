package training

import (
	"context"
	"net/http"
	"strconv"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

func (s *Service) editRoutes() {
	k := s.Kit
	k.Handle("GET /training/path", people.ManageTraining, s.showPath)
	k.Handle("POST /training/path/draft", people.ManageTraining, s.edits(func(ctx context.Context, f form) error {
		return s.StartDraft(ctx)
	}))
	k.Handle("POST /training/path/discard", people.ManageTraining, s.edits(func(ctx context.Context, f form) error {
		return s.Discard(ctx, f.number("changes"))
	}))
	k.Handle("POST /training/path/publish", people.ManageTraining, s.edits(func(ctx context.Context, f form) error {
		return s.Publish(ctx, web.VisitorOf(f.Request).ID, f.number("changes"))
	}))
	k.Handle("POST /training/path/activates", people.ManageTraining, s.edits(func(ctx context.Context, f form) error {
		return s.SetActivates(ctx, f.number("changes"), f.get("activates") != "")
	}))
	k.Handle("POST /training/path/steps/{key}/move", people.ManageTraining, s.edits(func(ctx context.Context, f form) error {
		by := 1
		if f.get("to") == "up" {
			by = -1
		}
		return s.MoveStep(ctx, f.number("changes"), f.PathValue("key"), by)
	}))
	k.Handle("POST /training/path/steps/{key}/remove", people.ManageTraining, s.edits(func(ctx context.Context, f form) error {
		return s.RemoveStep(ctx, f.number("changes"), f.PathValue("key"))
	}))
	k.Handle("GET /training/path/new", people.ManageTraining, s.newStep)
	k.Handle("GET /training/path/steps/{key}", people.ManageTraining, s.editStep)
	k.Handle("POST /training/path/steps", people.ManageTraining, s.saveStep)
	k.Handle("POST /training/path/steps/{key}", people.ManageTraining, s.saveStep)
}

// pathPage is the published version and the draft of the next.
type pathPage struct {
	web.Page
	Newest  Path
	Draft   *Path // nil: there is none
	MayEdit bool
	Faults  []ui.FieldError // why it was not published
}

// pathOf reads the page of the path. The path is the whole county's: who looks after a part of it reads only.
func (s *Service) pathOf(r *http.Request) (p pathPage, err error) {
	p.Page = s.Kit.Page(r, "training.edit")
	p.MayEdit = p.Who.Everywhere(people.ManageTraining)
	if p.Newest, err = s.Newest(r.Context()); err != nil {
		return p, err
	}
	d, has, err := s.Draft(r.Context())
	if has {
		p.Draft = &d
	}
	return p, err
}

func (s *Service) showPath(w http.ResponseWriter, r *http.Request) error {
	p, err := s.pathOf(r)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, pathView(p))
}

// mustEdit refuses a coordinator of a part of the county.
func mustEdit(r *http.Request) error {
	if !web.VisitorOf(r).Everywhere(people.ManageTraining) {
		return errs.New(errs.Forbidden, "web.forbidden")
	}
	return nil
}

// edits changes the draft and leads back to it. What a draft lacks is told above it.
func (s *Service) edits(do func(context.Context, form) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return errs.Because(err, errs.Invalid, "web.too-big")
		}
		if err := mustEdit(r); err != nil {
			return err
		}
		err := do(r.Context(), form{r})
		if errs.KindOf(err) == errs.Invalid {
			return s.showUnfinished(w, r, err)
		}
		if err != nil {
			return err
		}
		s.Kit.Flash(r, "training.saved")
		return web.See(w, r, "/training/path")
	}
}

// showUnfinished shows the draft with what it lacks before it can be published.
func (s *Service) showUnfinished(w http.ResponseWriter, r *http.Request, why error) error {
	p, err := s.pathOf(r)
	if err != nil {
		return err
	}
	if p.Draft == nil {
		return why
	}
	if len(p.Draft.Steps) == 0 {
		p.Faults = []ui.FieldError{{ID: "draft", Text: p.T("training.no-steps")}}
	}
	for _, x := range p.Draft.Steps {
		if !x.complete() {
			p.Faults = append(p.Faults, ui.FieldError{ID: "step-" + x.Key, Text: p.T("training.lacks", "step", p.nameOf(x))})
		}
	}
	return s.Kit.ShowInvalid(w, r, p.Page, pathView(p))
}

// editPage is the form of one step, new when it has no key.
type editPage struct {
	web.Page
	Step
	Changes int
	Errors  *errs.Fields
	minutes string // as typed
}

// draftOf is the draft for a visitor who may edit it.
func (s *Service) draftOf(r *http.Request) (Path, error) {
	if err := mustEdit(r); err != nil {
		return Path{}, err
	}
	d, has, err := s.Draft(r.Context())
	if err == nil && !has {
		err = errs.New(errs.NotFound, "training.no-draft")
	}
	return d, err
}

func (s *Service) editForm(r *http.Request, x Step, changes int) editPage {
	key := "training.edit-step"
	if x.Key == "" {
		key = "training.new-step"
	}
	p := editPage{Page: s.Kit.Page(r, key), Step: x, Changes: changes}
	if x.Minutes > 0 {
		p.minutes = strconv.Itoa(x.Minutes)
	}
	p.Shell.Narrow = true
	return p
}

func (s *Service) newStep(w http.ResponseWriter, r *http.Request) error {
	d, err := s.draftOf(r)
	if err != nil {
		return err
	}
	p := s.editForm(r, Step{Kind: Text, Minutes: 5}, d.Changes)
	return s.Kit.Show(w, r, p.Page, editView(p))
}

func (s *Service) editStep(w http.ResponseWriter, r *http.Request) error {
	d, err := s.draftOf(r)
	if err != nil {
		return err
	}
	x, ok := d.Step(r.PathValue("key"))
	if !ok {
		return errs.New(errs.NotFound, "training.no-step")
	}
	p := s.editForm(r, x, d.Changes)
	return s.Kit.Show(w, r, p.Page, editView(p))
}

func (s *Service) saveStep(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	if _, err := s.draftOf(r); err != nil {
		return err
	}
	f := form{r}
	x := Step{Key: r.PathValue("key"), Kind: Kind(f.get("kind")), Link: f.get("link"), Title: Words{}, Text: Words{}}
	if f.get("minutes") != "" {
		x.Minutes = f.number("minutes")
	}
	for _, l := range i18n.Langs {
		x.Title[l], x.Text[l] = f.get("title_"+l), f.get("text_"+l)
	}
	key, err := s.SaveStep(r.Context(), f.number("changes"), x)
	if bad := web.FieldsOf(err); bad != nil {
		p := s.editForm(r, x, f.number("changes"))
		p.Errors, p.minutes = bad, f.get("minutes")
		return s.Kit.ShowInvalid(w, r, p.Page, editView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "training.saved")
	return web.See(w, r, "/training/path/steps/"+key)
}
