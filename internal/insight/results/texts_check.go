package results

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/mask"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// checkSize is how many texts are on a page: more would not be read with care.
const checkSize = 10

// checkPage is where a person reads open answers before anybody else.
type checkPage struct {
	*view
	Questions []ui.NavItem // with how far each is
	Question  insight.Question
	Progress  insight.Progress
	Decided   bool // those that are decided, to change a decision
	Texts     []checkText
	Pages     ui.Pages
	Errors    *errs.Fields
}

// checkText is a text with what was found in it.
type checkText struct {
	N      int
	ID     string
	Pieces []piece
	Masked string
	State  string // chosen
	Shown  bool
	Error  string
}

// piece is a part of a text; one with a kind may give a person away.
type piece struct {
	Text     string
	Kind     string // message key of what it seems to be; "": ordinary text
	Possible bool   // it may as well be an ordinary word
}

// sign is what is seen after a piece that may be an ordinary word.
func (x piece) sign() string {
	if x.Possible {
		return "?"
	}
	return ""
}

// note is what is heard after a piece.
func (p checkPage) note(x piece) string {
	if x.Possible {
		return p.T("insight.found-possible", "what", p.T(x.Kind))
	}
	return p.T(x.Kind)
}

// checking wraps a page of checking: for those who may see all, and noted.
func (s *Pages) checking(h func(http.ResponseWriter, *http.Request, *view) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !checks(web.VisitorOf(r)) {
			return errs.New(errs.Forbidden, "web.forbidden")
		}
		return s.viewed(h)(w, r)
	}
}

func (s *Pages) check(w http.ResponseWriter, r *http.Request, v *view) error {
	if err := s.Note(r.Context(), v.Who.ID, "texts.view", v.Code); err != nil {
		return err
	}
	p, _, err := s.checkPage(r, v)
	if err != nil {
		return err
	}
	return s.show(w, r, v, v.T("insight.check-texts"), checkTexts(p))
}

// checkPage reads a page of texts and looks into them.
func (s *Pages) checkPage(r *http.Request, v *view) (p checkPage, f *mask.Finder, err error) {
	p = checkPage{view: v, Decided: r.FormValue("decided") != ""}
	questions, err := insight.Questions(r.Context(), s.DB, v.Code)
	if err != nil || len(questions) == 0 {
		return p, nil, err
	}
	progress, err := s.Progress(r.Context(), questions)
	if err != nil {
		return p, nil, err
	}
	at := chosen(questions, r.FormValue("q"))
	for r.FormValue("q") == "" && at+1 < len(questions) && progress[at].Waiting == 0 {
		at++
	}
	p.Question, p.Progress = questions[at], progress[at]
	for i, q := range questions {
		label := i18n.In(q.Words, v.Lang) + " " + v.T("insight.check-progress", "n", progress[i].Checked(), "of", progress[i].All())
		p.Questions = append(p.Questions, ui.NavItem{Label: label, URL: v.questionURL("/texts/check", q.Item, 1, false), Current: i == at && !p.Decided})
	}
	if f, err = s.Finder(r.Context()); err != nil {
		return p, nil, err
	}
	return p, f, s.readTexts(r, &p, f)
}

func (s *Pages) readTexts(r *http.Request, p *checkPage, f *mask.Finder) error {
	total := p.Progress.Waiting
	if p.Decided {
		total = p.Progress.Checked()
	}
	p.Pages = pages(total, checkSize, r.FormValue("page"), func(n int) string { return p.questionURL("/texts/check", p.Question.Item, n, p.Decided) })
	from := (p.Pages.Page - 1) * checkSize
	var texts []insight.Text
	var err error
	if r.Method == http.MethodPost {
		// Another person may have decided some meanwhile, and then other texts stand on this page than were sent.
		texts, err = s.TextsByID(r.Context(), p.Question, p.Decided, sent(r))
	} else {
		texts, err = s.TextsToCheck(r.Context(), p.Question, p.Decided, checkSize, from)
	}
	for i, t := range texts {
		x := checkText{N: from + i + 1, ID: strconv.FormatInt(t.ID, 10), Pieces: pieces(t.Body, f.Find(t.Body)), Masked: t.Masked, Shown: t.Shown}
		if t.State != insight.Released {
			x.Masked = s.Suggest(f, t.Body, p.Lang)
		}
		if t.State != insight.Waiting {
			x.State = t.State
		}
		p.Texts = append(p.Texts, x)
	}
	return err
}

// sent are the texts of a form, in the order in which they stood on the page.
func sent(r *http.Request) (ids []int64) {
	for name := range r.PostForm {
		if rest, ok := strings.CutPrefix(name, "text-"); ok {
			if id, err := strconv.ParseInt(rest, 10, 64); err == nil && len(ids) < checkSize {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// pieces cuts a text where something was found.
func pieces(text string, spans []mask.Span) (out []piece) {
	at := 0
	for _, s := range spans {
		out = append(out, piece{Text: text[at:s.Start]}, piece{Text: text[s.Start:s.End], Kind: found[s.Kind], Possible: s.Certainty == mask.Possible})
		at = s.End
	}
	return append(out, piece{Text: text[at:]})
}

var found = map[mask.Kind]string{mask.Email: "insight.found-email", mask.Link: "insight.found-link", mask.Identity: "insight.found-identity",
	mask.Phone: "insight.found-phone", mask.Name: "insight.found-name"}

// saveChecks takes what a person has decided of the texts of a page; those without a decision stay as they are. When something
// is wrong with one, none is saved.
func (s *Pages) saveChecks(w http.ResponseWriter, r *http.Request, v *view) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	p, f, err := s.checkPage(r, v)
	if err != nil {
		return err
	}
	if f == nil {
		return errs.New(errs.NotFound, "insight.no-text")
	}
	decisions := p.read(r, f)
	if p.Errors != nil {
		v.Shell.Title = v.T("insight.check-texts") + ": " + v.RoundName()
		return s.Kit.ShowInvalid(w, r, v.Page, framed(v, v.T("insight.check-texts"), r.URL.Path, checkTexts(p)))
	}
	if len(decisions) > 0 {
		if err := s.Note(r.Context(), v.Who.ID, "round.texts", v.Code); err != nil {
			return err
		}
		if err := s.Decide(r.Context(), v.Code, v.Who.ID, decisions); err != nil {
			return err
		}
	}
	s.Kit.Flash(r, "insight.check-saved", "n", len(decisions))
	return web.See(w, r, p.questionURL("/texts/check", p.Question.Item, p.Pages.Page, p.Decided))
}

// read takes the decisions out of the form, and puts what was entered and what is wrong with it into the page.
func (p *checkPage) read(r *http.Request, f *mask.Finder) (out []insight.Decision) {
	bad := errs.Fields{}
	for i := range p.Texts {
		t := &p.Texts[i]
		t.State, t.Masked = r.PostForm.Get("state-"+t.ID), strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get("text-"+t.ID), "\r\n", "\n"))
		id, _ := strconv.ParseInt(t.ID, 10, 64)
		switch t.State {
		case insight.Withheld:
			out = append(out, insight.Decision{ID: id, State: t.State})
		case insight.Released:
			if key := insight.Fault(f, t.Masked); key != "" {
				t.Error = p.T(key)
				bad.Add("text-"+t.ID, "insight.check-wrong", "n", t.N, "what", t.Error)
			}
			out = append(out, insight.Decision{ID: id, State: t.State, Masked: t.Masked})
		}
	}
	if bad.Err() != nil {
		p.Errors = &bad
	}
	return out
}

// states are what may be decided of a text.
func (p checkPage) states(t checkText) (out []ui.Option) {
	for _, x := range []struct{ value, key string }{{insight.Released, "insight.check-release"}, {insight.Withheld, "insight.check-withhold"}, {"", "insight.check-later"}} {
		if x.value != "" || !p.Decided {
			out = append(out, ui.Option{Value: x.value, Label: p.T(x.key), Selected: x.value == t.State})
		}
	}
	return out
}
