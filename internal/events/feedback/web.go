package feedback

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"taitorinki/internal/chart"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// TrendPath is where usefulness over time is.
const TrendPath = events.Path + "/trend"

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.HandlePrivate("GET /e/{code}/feedback", s.giveForm)
	k.HandlePrivate("POST /e/{code}/feedback", s.give)

	k.Handle("GET /events/{id}/feedback", web.SignedIn, s.read)
	k.Handle("POST /events/{id}/feedback/themes", web.SignedIn, s.changeThemes)
	k.Handle("POST /events/{id}/feedback/group", web.SignedIn, s.group)
	k.Handle("POST /events/{id}/feedback/hide", web.SignedIn, s.hide)
	k.Handle("POST /events/{id}/feedback/changes", web.SignedIn, s.writeChanges)

	k.Handle("GET "+TrendPath, people.HostEvents, s.trend)
	k.Handle("GET "+TrendPath+".csv", people.HostEvents, s.trendFile)
}

// checks let the browser say at once what the server would refuse.
func checks(t func(string, ...any) string) templ.Attributes {
	return templ.Attributes{"data-no-email": t("feedback.no-email"), "data-no-identity": t("feedback.no-identity"), "data-no-phone": t("feedback.no-phone")}
}

// readPage is feedback as hosts see it.
type readPage struct {
	web.Page
	Event   events.Event
	Figure  Figure
	Chart   string
	Groups  []group
	Choices []ui.Option // of groups
	Changes Changes
	MayHide bool
	Hiding  *Comment // that a coordinator is about to hide
	Open    bool
	Early   bool
	Link    string
	Until   string
	Typed   map[string]string
	Errors  *errs.Fields
}

// group is some comments that are shown together.
type group struct {
	Theme
	Comments []Comment
}

func (s *Service) hosted(r *http.Request) (events.Event, error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return events.Event{}, err
	}
	return s.Events.Hosted(r.Context(), web.VisitorOf(r), id)
}

func (s *Service) read(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	return s.showRead(w, r, e, nil)
}

func (s *Service) showRead(w http.ResponseWriter, r *http.Request, e events.Event, bad *errs.Fields) error {
	p := readPage{Page: s.Kit.Page(r, "feedback.title"), Event: e, Errors: bad, Typed: map[string]string{}, Link: s.BaseURL + e.PublicPath("/feedback")}
	p.Shell.Title = p.T("feedback.title-of", "title", e.Title)
	p.Open, p.Early = Open(&e, s.Now()), s.Now().Before(Opens(&e))
	p.Until = i18n.Date(p.Lang, Closes(&e))
	if err := s.fill(r.Context(), &p); err != nil {
		return err
	}
	if err := p.choose(r.FormValue("hide")); err != nil {
		return err
	}
	p.draw()
	if bad == nil {
		return s.Kit.Show(w, r, p.Page, readView(p))
	}
	for _, name := range []string{"theme", "why", "changes"} {
		if r.PostForm.Has(name) {
			p.Typed[name] = r.PostFormValue(name)
		}
	}
	return s.Kit.ShowInvalid(w, r, p.Page, readView(p))
}

// fill reads what is told of an event.
func (s *Service) fill(ctx context.Context, p *readPage) error {
	told, err := Usefulness(ctx, s.DB, []int64{p.Event.ID})
	if err != nil {
		return err
	}
	p.Figure = told[p.Event.ID]
	comments, err := s.Comments(ctx, &p.Event)
	if err != nil {
		return err
	}
	themes, err := themesOf(ctx, s.DB, p.Event.ID)
	if err != nil {
		return err
	}
	p.put(comments, themes)
	if p.MayHide, err = s.mayHide(ctx, p.Who, &p.Event); err != nil {
		return err
	}
	p.Changes, err = changesOf(ctx, s.DB, p.Event.ID)
	p.Typed["changes"] = p.Changes.Text
	return err
}

// put puts comments into their groups; those that are in none come first.
func (p *readPage) put(comments []Comment, themes []Theme) {
	p.Choices = []ui.Option{{Value: "0", Label: p.T("feedback.no-group")}}
	for _, t := range append([]Theme{{}}, themes...) {
		g := group{Theme: t}
		for _, c := range comments {
			if c.Theme == t.ID {
				g.Comments = append(g.Comments, c)
			}
		}
		if t.ID != 0 {
			p.Choices = append(p.Choices, ui.Option{Value: number(t.ID), Label: t.Name})
		}
		if t.ID != 0 || len(g.Comments) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
}

// choose finds the comment that a coordinator is about to hide.
func (p *readPage) choose(id string) error {
	if id == "" || !p.MayHide {
		return nil
	}
	for _, g := range p.Groups {
		i := slices.IndexFunc(g.Comments, func(c Comment) bool { return number(c.ID) == id && c.Hidden == "" })
		if i >= 0 {
			p.Hiding = &g.Comments[i]
			return nil
		}
	}
	return errs.New(errs.NotFound, "feedback.no-comment")
}

// draw makes the picture of how many gave which number.
func (p *readPage) draw() {
	if !p.Figure.Full {
		return
	}
	bars := chart.Bars{Scale: chart.Scale{Max: float64(max(25, slices.Max(p.Figure.Shares[:])))},
		About:  chart.About{ID: "useful", Title: p.T("feedback.shares"), Desc: p.T("feedback.shares-desc", "n", p.Figure.N, "mean", p.mean())},
		Format: func(v float64) string { return p.T("feedback.percent", "n", int(v)) }}
	for v, share := range p.Figure.Shares {
		x := float64(share)
		bars.Rows = append(bars.Rows, chart.BarRow{Label: p.number(v), Value: &x})
	}
	p.Chart = bars.SVG()
}

// number is a point of the scale in a table or picture; the ends say what they mean.
func (p readPage) number(v int) string {
	switch v {
	case 0:
		return "0 " + p.T("feedback.point-least")
	case 10:
		return "10 " + p.T("feedback.point-most")
	}
	return strconv.Itoa(v)
}

func (p readPage) mean() string { return Mean(p.Figure, p.Lang) }

// Mean is a mean in a language, with as many decimals as its number of answers allows.
func Mean(f Figure, lang string) string {
	decimals := 1
	if f.N >= 20 {
		decimals = 2
	}
	return i18n.Decimal(lang, f.Mean, decimals)
}

// back answers a form of the page: to the page, with a message, or what was wrong with it.
func (s *Service) back(w http.ResponseWriter, r *http.Request, e events.Event, err error, message string) error {
	if bad := web.FieldsOf(err); bad != nil {
		return s.showRead(w, r, e, bad)
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, message)
	return web.See(w, r, e.Path("/feedback"))
}

func (s *Service) changeThemes(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	if id, ok := strings.CutPrefix(r.PostFormValue("do"), "remove:"); ok {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return errs.New(errs.NotFound, "feedback.no-comment")
		}
		return s.back(w, r, e, s.RemoveTheme(r.Context(), &e, n), "feedback.saved")
	}
	_, err = s.AddTheme(r.Context(), &e, r.PostFormValue("theme"))
	return s.back(w, r, e, err, "feedback.theme-made")
}

// group reads which comment goes where: fields "into-NUMBER" with the number of a group.
func (s *Service) group(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	into := map[int64]int64{}
	for name, values := range r.PostForm {
		id, ok := strings.CutPrefix(name, "into-")
		comment, bad := strconv.ParseInt(id, 10, 64)
		theme, worse := strconv.ParseInt(values[0], 10, 64)
		if ok && bad == nil && worse == nil {
			into[comment] = theme
		}
	}
	return s.back(w, r, e, s.Group(r.Context(), &e, into), "feedback.grouped")
}

func (s *Service) hide(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PostFormValue("hide"), 10, 64)
	if err != nil {
		return errs.New(errs.NotFound, "feedback.no-comment")
	}
	return s.back(w, r, e, s.Hide(r.Context(), web.VisitorOf(r), &e, id, r.PostFormValue("why")), "feedback.is-hidden")
}

func (s *Service) writeChanges(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	c := Changes{Text: r.PostFormValue("changes"), Published: r.PostFormValue("do") == "publish"}
	c.Version, _ = strconv.Atoi(r.PostFormValue("version"))
	message := "feedback.saved"
	if c.Published {
		message = "feedback.published"
	}
	return s.back(w, r, e, s.WriteChanges(r.Context(), web.VisitorOf(r).ID, &e, c), message)
}
