package signup

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/sheet"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// HostCard tells an event's hosts how many signed up, and leads to the list.
func (s *Service) HostCard(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	if e.Elsewhere != "" || e.State == events.Draft {
		return nil, nil
	}
	t, err := s.Counts(ctx, s.DB, e.ID)
	if err != nil {
		return nil, err
	}
	return hostCardView(hostPage{Page: p, E: e, Tally: t, Meeting: s.Meeting(e), Begun: !s.Now().Before(e.Start)}), nil
}

// hostPage is the list of participants.
type hostPage struct {
	web.Page
	E       *events.Event
	Tally   Tally
	List    []Listed
	Pages   ui.Pages
	Meeting bool
	Begun   bool
	Over    bool
	Email   string // typed
	Errors  *errs.Fields
	tree    *people.Tree
}

// hosted is the event that the path names, for a visitor who looks after it.
func (s *Service) hosted(r *http.Request) (e events.Event, err error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return e, err
	}
	e, err = s.Events.Hosted(r.Context(), web.VisitorOf(r), id)
	if err == nil && e.Elsewhere != "" {
		err = errs.New(errs.NotFound, "signup.elsewhere")
	}
	return e, err
}

// saw writes down that a host looked at what people told of themselves.
func (s *Service) saw(r *http.Request, e *events.Event, action string) error {
	return people.Audit(r.Context(), s.DB, s.Now(), web.VisitorOf(r).ID, action, objectOf(e), "")
}

func (s *Service) participants(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	if err := s.saw(r, &e, "event.participants.view"); err != nil {
		return err
	}
	return s.answerList(w, r, &e, nil)
}

func (s *Service) answerList(w http.ResponseWriter, r *http.Request, e *events.Event, bad *errs.Fields) error {
	ctx := r.Context()
	p := hostPage{Page: s.Kit.Page(r, "signup.participants"), E: e, Meeting: s.Meeting(e), Begun: !s.Now().Before(e.Start.Add(-hereBefore)), Over: e.Over(s.Now()), Errors: bad, Email: r.PostFormValue("email")}
	all, err := s.List(ctx, e.ID)
	if err != nil {
		return err
	}
	if p.Tally, err = s.Counts(ctx, s.DB, e.ID); err != nil {
		return err
	}
	if p.tree, err = people.LoadTree(ctx, s.DB); err != nil {
		return err
	}
	p.Pages, p.List = web.Paged(r, all)
	if bad != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, listView(p))
	}
	return s.Kit.Show(w, r, p.Page, listView(p))
}

// name is how a line of the list is called.
func (p hostPage) name(x *Listed) string {
	switch {
	case x.Number != 0:
		return p.T("signup.number", "number", x.Number)
	case x.Name != "":
		return x.Name
	case x.Mail != "":
		return x.Mail
	case x.Person != 0:
		return p.T("signup.left")
	}
	return p.T("signup.forgotten")
}

func (p hostPage) unit(x *Listed) string {
	if u, ok := p.tree.Unit(x.Unit); ok {
		return u.Name(p.Lang)
	}
	return ""
}

// state is how far a line of the list is, in words.
func (p hostPage) state(x *Listed) string {
	if x.State == Offered {
		return p.T("signup.offered-until", "until", x.OfferUntil)
	}
	if !x.Came.IsZero() {
		return p.T("signup.came")
	}
	return p.T("signup.state-" + string(x.State))
}

func (s *Service) addParticipant(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	x, err := s.AddByHost(r.Context(), web.VisitorOf(r).ID, &e, web.Line(r.PostFormValue("email")), s.Kit.Lang(r))
	if bad := web.FieldsOf(err); bad != nil {
		return s.answerList(w, r, &e, bad)
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "signup.added-"+string(x.State))
	return web.See(w, r, e.Path("/participants"))
}

// line is the sign-up on the list that the path names.
func (s *Service) line(r *http.Request) (e events.Event, x Listed, err error) {
	if e, err = s.hosted(r); err != nil {
		return e, x, err
	}
	id, err := web.ID(r, "signup")
	if err != nil {
		return e, x, err
	}
	all, err := s.List(r.Context(), e.ID)
	if err != nil {
		return e, x, err
	}
	for _, x := range all {
		if x.ID == id {
			return e, x, nil
		}
	}
	return e, x, errs.New(errs.NotFound, "signup.none")
}

func (s *Service) askRemove(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.line(r)
	if err != nil {
		return err
	}
	p := hostPage{Page: s.Kit.Page(r, "signup.remove"), E: &e}
	p.Shell.Narrow = true
	return s.Kit.Show(w, r, p.Page, removeView(p, &x))
}

func (s *Service) removeParticipant(w http.ResponseWriter, r *http.Request) error {
	e, x, err := s.line(r)
	if err != nil {
		return err
	}
	if err := s.RemoveByHost(r.Context(), web.VisitorOf(r).ID, &e, x.ID); err != nil {
		return err
	}
	s.Kit.Flash(r, "signup.removed")
	return web.See(w, r, e.Path("/participants"))
}

func (s *Service) tickParticipants(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	if err := s.Tick(r.Context(), web.VisitorOf(r).ID, &e, numbers(r.PostForm["shown"]), numbers(r.PostForm["came"])); err != nil {
		return err
	}
	s.Kit.Flash(r, "signup.ticked")
	return web.See(w, r, e.Path("/participants"))
}

func numbers(all []string) (out []int64) {
	for _, x := range all {
		if n := atoi(x); n > 0 {
			out = append(out, n)
		}
	}
	return out
}

func (s *Service) exportParticipants(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	all, err := s.List(ctx, e.ID)
	if err != nil {
		return err
	}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	p := hostPage{Page: s.Kit.Page(r, "signup.participants"), tree: tree}
	rows := make([][]string, len(all))
	for i := range all {
		x := &all[i]
		came := ""
		if !x.Came.IsZero() {
			came = i18n.Time(p.Lang, x.Came)
		}
		rows[i] = []string{p.name(x), x.Mail, p.unit(x), p.T("signup.state-" + string(x.State)), came}
	}
	var b bytes.Buffer
	head := []string{p.T("signup.name"), p.T("signup.email"), p.T("signup.unit"), p.T("signup.state"), p.T("signup.came")}
	if err := sheet.WriteCSV(&b, head, rows); err != nil {
		return err
	}
	if err := s.saw(r, &e, "event.participants.export"); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="participants-`+number(e.ID)+`.csv"`)
	_, err = w.Write(b.Bytes())
	return err
}

func number(id int64) string { return strconv.FormatInt(id, 10) }

// needLine is what one person needs.
type needLine struct{ Name, Text string }

func (s *Service) showNeeds(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	if err := s.saw(r, &e, "event.needs.view"); err != nil {
		return err
	}
	p := hostPage{Page: s.Kit.Page(r, "signup.needs-told"), E: &e}
	p.Shell.Narrow = true
	all, err := s.List(ctx, e.ID)
	if err != nil {
		return err
	}
	told, err := s.Needs(ctx, e.ID)
	if err != nil {
		return err
	}
	var lines []needLine
	for _, n := range told {
		for i := range all {
			if all[i].ID == n.Signup {
				lines = append(lines, needLine{p.name(&all[i]), n.Text})
			}
		}
	}
	return s.Kit.Show(w, r, p.Page, needsView(p, lines))
}

// herePage is what a host shows to those who have come.
type herePage struct {
	web.Page
	E    *events.Event
	Code string
	Link string
}

func (s *Service) showHere(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	m, err := marksOf(r.Context(), s.DB, e.ID)
	if err != nil {
		return err
	}
	p := herePage{Page: s.Kit.Page(r, "signup.show-here"), E: &e, Code: m.Code[:3] + " " + m.Code[3:], Link: s.BaseURL + e.PublicPath("/here/"+m.Secret)}
	p.Shell.Narrow = true
	return s.Kit.Show(w, r, p.Page, hereView(p))
}
