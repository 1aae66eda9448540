package results

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// findingPage is a finding with its story.
type findingPage struct {
	web.Page
	insight.Finding
	Facts     []ui.Fact
	ResultURL string // of its unit in its round; "" for a visitor who may not see it
	Story     []storyLine
	Since     []sinceLine
	May       bool // the visitor may change it
	Moves     []ui.Option
	Why       string
	NewNote   string
	Errors    *errs.Fields
	Card      templ.Component // of other features; nil: none
}

// storyLine is one thing done to a finding.
type storyLine struct{ What, Why, When string }

// sinceLine is what a later round says.
type sinceLine struct{ Round, URL, Said, When string }

func (s *Pages) finding(w http.ResponseWriter, r *http.Request) error {
	p, err := s.findingOf(r)
	if err != nil {
		return err
	}
	if err := s.noteFinding(r, "finding.view", "finding:"+itoa(p.ID)); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, findingView(p))
}

// findingOf reads a finding for its page.
func (s *Pages) findingOf(r *http.Request) (*findingPage, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, errs.New(errs.NotFound, "insight.no-finding")
	}
	ctx := r.Context()
	p := &findingPage{Page: s.Kit.Page(r, "insight.finding")}
	if p.Finding, err = s.FindingByID(ctx, id); err != nil {
		return nil, err
	}
	if !p.ReadableBy(p.Who) {
		return nil, errs.New(errs.Forbidden, "web.forbidden")
	}
	p.Shell.Title = p.name()
	p.May, p.NewNote = p.ManagedBy(p.Who), p.Finding.Note
	p.ResultURL = "/results/" + p.Round
	if !p.Whole() {
		p.ResultURL += "/units/" + itoa(p.UnitID)
	}
	for _, st := range insight.FindingStates {
		if st != p.State {
			p.Moves = append(p.Moves, ui.Option{Value: string(st), Label: p.T("insight.finding-" + string(st)), Help: p.T("insight.finding-" + string(st) + "-help")})
		}
	}
	if err := s.story(ctx, p); err != nil {
		return nil, err
	}
	if s.FindingCard != nil {
		if p.Card, err = s.FindingCard(ctx, p.Page, id); err != nil {
			return nil, err
		}
	}
	return p, s.since(ctx, p)
}

// name is the finding in a few words.
func (p *findingPage) name() string {
	return i18n.In(p.Origin.Area, p.Lang) + ": " + i18n.In(p.Unit(), p.Lang)
}

// story tells who has done what, and begins with the marking.
func (s *Pages) story(ctx context.Context, p *findingPage) error {
	all, err := s.FindingEvents(ctx, p.ID)
	if err != nil {
		return err
	}
	names := s.namer(ctx)
	for _, e := range all {
		who, err := names(e.By)
		if err != nil {
			return err
		}
		key := "insight.finding-did-" + string(e.Kind)
		if e.Kind == insight.FindingMoved {
			key += "-" + string(e.State)
		}
		p.Story = append(p.Story, storyLine{What: p.T(key, "who", who), Why: e.Why, When: i18n.Time(p.Lang, e.At)})
	}
	who, err := names(p.MarkedBy)
	p.Facts = []ui.Fact{
		{Term: p.T("insight.unit"), Value: pathOf(p.Lang, &p.Finding)},
		{Term: p.T("insight.csv-round"), Value: i18n.In(p.Origin.Round, p.Lang)},
		{Term: p.T("insight.finding-said"), Value: said(p.Page, p.Origin.Said, "insight.finding-no-figure")},
		{Term: p.T("insight.finding-by"), Value: who},
		{Term: p.T("insight.finding-at"), Value: i18n.Date(p.Lang, p.MarkedAt)},
	}
	return err
}

// namer names people, also those who have left, and asks for each once.
func (s *Pages) namer(ctx context.Context) func(id int64) (string, error) {
	known := map[int64]string{}
	return func(id int64) (string, error) {
		if name, ok := known[id]; ok {
			return name, nil
		}
		who, err := people.PersonByID(ctx, s.DB, id)
		known[id] = who.Name
		return who.Name, err
	}
}

// since tells what the waves after it say of the same area and unit.
func (s *Pages) since(ctx context.Context, p *findingPage) error {
	all, err := s.SinceFinding(ctx, &p.Finding, p.Who)
	for _, x := range all {
		p.Since = append(p.Since, sinceLine{Round: i18n.In(x.Name, p.Lang), URL: "/results/" + x.Round, Said: said(p.Page, x.Said, "insight.hidden"),
			When: p.T("insight.closed", "date", i18n.Date(p.Lang, x.ClosedAt))})
	}
	return err
}

// managed is findingOf for whoever may change it, with its form and the version that it was shown in.
func (s *Pages) managed(r *http.Request) (p *findingPage, version int, err error) {
	if err := r.ParseForm(); err != nil {
		return nil, 0, errs.Because(err, errs.Invalid, "web.too-big")
	}
	if p, err = s.findingOf(r); err != nil {
		return nil, 0, err
	}
	if !p.May {
		return nil, 0, errs.New(errs.Forbidden, "web.forbidden")
	}
	version, _ = strconv.Atoi(r.PostForm.Get("version")) // no number is no version, which conflicts
	return p, version, nil
}

func (s *Pages) changeState(w http.ResponseWriter, r *http.Request) error {
	p, version, err := s.managed(r)
	if err != nil {
		return err
	}
	to := r.PostForm.Get("state")
	p.Why = r.PostForm.Get("why")
	for i := range p.Moves {
		p.Moves[i].Selected = p.Moves[i].Value == to
	}
	return s.changed(w, r, p, s.ChangeState(r.Context(), p.Who.ID, p.ID, version, insight.FindingState(to), p.Why), "insight.finding-state-saved")
}

func (s *Pages) editNote(w http.ResponseWriter, r *http.Request) error {
	p, version, err := s.managed(r)
	if err != nil {
		return err
	}
	p.NewNote = r.PostForm.Get("note")
	return s.changed(w, r, p, s.EditNote(r.Context(), p.Who.ID, p.ID, version, p.NewNote), "insight.finding-note-saved")
}

// changed leads back to the finding, or shows its form again.
func (s *Pages) changed(w http.ResponseWriter, r *http.Request, p *findingPage, err error, flash string) error {
	if p.Errors = web.FieldsOf(err); p.Errors != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, findingView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, flash)
	return web.See(w, r, findingURL(p.ID))
}
