package about

import (
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Where the pages are.
const (
	accessibilityPath = "/accessibility"
	answersPath       = "/accessibility/feedback"
	textsPath         = "/settings/texts/"
)

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.HandleAlike("GET "+accessibilityPath, s.show(Accessibility))
	k.HandleOpen("POST "+accessibilityPath, s.give)
	k.HandleAlike("GET /privacy", s.show(Privacy))
	k.Handle("GET "+answersPath, people.AnswerAccessibility, s.list)
	k.Handle("GET "+answersPath+"/{id}", people.AnswerAccessibility, s.read)
	k.Handle("POST "+answersPath+"/{id}", people.AnswerAccessibility, s.answer)
	k.Handle("GET "+textsPath+"{name}", people.ManageCounty, s.edit)
	k.Handle("POST "+textsPath+"{name}", people.ManageCounty, s.save)
}

// textPage is one of the texts, the accessibility statement with its form.
type textPage struct {
	web.Page
	Blocks  []block
	Form    bool // the page has the form
	Sent    string
	Typed   Feedback
	Errors  *errs.Fields
	Changed string // when the county last changed its own text; "" for ours
}

func (s *Service) show(name string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return s.showText(w, r, name, Feedback{}, nil) }
}

func (s *Service) showText(w http.ResponseWriter, r *http.Request, name string, typed Feedback, bad *errs.Fields) error {
	p := textPage{Page: s.Kit.Page(r, "about."+name), Form: name == Accessibility, Typed: typed, Errors: bad}
	p.Shell.Narrow = true
	t, err := TextOf(r.Context(), s.DB, name)
	if err != nil {
		return err
	}
	if t.Words[p.Lang] != "" {
		p.Changed = i18n.Date(p.Lang, t.Changed)
	}
	c, err := s.County(r.Context(), p.Lang)
	if err != nil {
		return err
	}
	p.Blocks = blocks(c.Fill(s.Kit.Words, p.Lang, s.in(t, p.Lang)))
	if p.Form && !slices.ContainsFunc(p.Blocks, func(b block) bool { return b.form }) {
		p.Blocks = append(p.Blocks, block{form: true})
	}
	if !p.Form {
		p.Blocks = slices.DeleteFunc(p.Blocks, func(b block) bool { return b.form })
	}
	if bad != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, textView(p))
	}
	if p.Form && r.URL.Query().Has("sent") {
		p.Sent = i18n.Date(p.Lang, s.Now().Add(Within))
	}
	return s.Kit.Show(w, r, p.Page, textView(p))
}

func (s *Service) give(w http.ResponseWriter, r *http.Request) error {
	f := Feedback{Lang: s.Kit.Lang(r), Text: r.PostFormValue("text"), Page: r.PostFormValue("page"), Email: r.PostFormValue("email")}
	err := s.Give(r.Context(), f)
	if bad := web.FieldsOf(err); bad != nil {
		return s.showText(w, r, Accessibility, f, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, accessibilityPath+"?sent=1#feedback")
}

// listPage is the feedback for those who answer.
type listPage struct {
	web.Page
	Waiting, Answered []Feedback
	late              map[int64]bool
}

func (s *Service) list(w http.ResponseWriter, r *http.Request) (err error) {
	p := listPage{Page: s.Kit.Page(r, "about.answers"), late: map[int64]bool{}}
	if p.Waiting, err = Waiting(r.Context(), s.DB); err != nil {
		return err
	}
	for _, f := range p.Waiting {
		p.late[f.ID] = f.late(s.Now())
	}
	if p.Answered, err = answered(r.Context(), s.DB); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, listView(p))
}

// readPage is one piece of feedback with its answer.
type readPage struct {
	web.Page
	Feedback
	Late   bool
	Typed  string
	Errors *errs.Fields
}

func (s *Service) named(r *http.Request) (Feedback, error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return Feedback{}, err
	}
	return byID(r.Context(), s.DB, id)
}

func (s *Service) read(w http.ResponseWriter, r *http.Request) error {
	f, err := s.named(r)
	if err != nil {
		return err
	}
	return s.showRead(w, r, f, "", nil)
}

func (s *Service) showRead(w http.ResponseWriter, r *http.Request, f Feedback, typed string, bad *errs.Fields) error {
	p := readPage{Page: s.Kit.Page(r, "about.one"), Feedback: f, Late: f.late(s.Now()), Typed: typed, Errors: bad}
	p.Shell.Narrow = true
	if bad != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, readView(p))
	}
	return s.Kit.Show(w, r, p.Page, readView(p))
}

func (s *Service) answer(w http.ResponseWriter, r *http.Request) error {
	f, err := s.named(r)
	if err != nil {
		return err
	}
	text := r.PostFormValue("answer")
	err = s.Answer(r.Context(), web.VisitorOf(r).ID, f.ID, text)
	if bad := web.FieldsOf(err); bad != nil {
		return s.showRead(w, r, f, text, bad)
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "about.answer-stored")
	return web.See(w, r, answersPath)
}

// editPage is the form of a text.
type editPage struct {
	web.Page
	Text
	Path   string // where the text is shown
	Errors *errs.Fields
}

func (s *Service) edit(w http.ResponseWriter, r *http.Request) error {
	t, err := s.namedText(r)
	if err != nil {
		return err
	}
	return s.showEdit(w, r, t, nil)
}

func (s *Service) namedText(r *http.Request) (Text, error) {
	name := r.PathValue("name")
	if !slices.Contains(Names, name) {
		return Text{}, errs.New(errs.NotFound, "web.not-found")
	}
	return TextOf(r.Context(), s.DB, name)
}

func (s *Service) showEdit(w http.ResponseWriter, r *http.Request, t Text, bad *errs.Fields) error {
	p := editPage{Page: s.Kit.Page(r, "about.edit-"+t.Name), Text: t, Errors: bad, Path: "/" + t.Name}
	p.Shell.Narrow = true
	if bad != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, editView(p))
	}
	p.Words = map[string]string{}
	for _, lang := range i18n.Langs {
		p.Words[lang] = s.in(t, lang)
	}
	return s.Kit.Show(w, r, p.Page, editView(p))
}

func (s *Service) save(w http.ResponseWriter, r *http.Request) error {
	t, err := s.namedText(r)
	if err != nil {
		return err
	}
	t.Version, _ = strconv.Atoi(r.PostFormValue("version"))
	t.Words = map[string]string{}
	for _, lang := range i18n.Langs {
		t.Words[lang] = r.PostFormValue(lang)
		if r.PostFormValue("ours_"+lang) != "" {
			t.Words[lang] = ""
		}
	}
	err = s.Save(r.Context(), web.VisitorOf(r).ID, t)
	if bad := web.FieldsOf(err); bad != nil {
		return s.showEdit(w, r, t, bad)
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "about.saved")
	return web.See(w, r, textsPath+t.Name)
}

// state says how one piece of feedback stands.
func (p listPage) state(f Feedback) (string, ui.Tone) {
	switch {
	case !f.Open():
		return p.T("about.state-answered"), ui.OK
	case p.late[f.ID]:
		return p.T("about.state-late"), ui.Wrong
	}
	return p.T("about.state-waiting"), ui.Info
}
