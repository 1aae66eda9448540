package asking

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"taitorinki/internal/catalog"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET /help/new", web.SignedIn, s.form)
	k.Handle("POST /help/new", web.SignedIn, s.ask)
	k.Handle("GET /help/mine", web.SignedIn, s.showMine)
	k.Handle("POST /help/{id}/withdraw", web.SignedIn, s.withdraw)
	k.Handle("POST /help/{id}/helped", web.SignedIn, s.say)
	k.Handle("GET /help/inbox", people.WorkAsMentor, s.inbox)
	k.Handle("GET /help/inbox/{id}", people.WorkAsMentor, s.showTurn)
	k.Handle("POST /help/{id}/take", people.WorkAsMentor, s.postTake)
	k.Handle("POST /help/{id}/cannot", people.WorkAsMentor, s.postCannot)
	k.Handle("POST /help/{id}/pass", people.WorkAsMentor, s.postPass)
	k.Handle("POST /help/{id}/done", people.WorkAsMentor, s.postDone)
	k.Handle("GET /help", people.ManageMentors, s.list)
	k.Handle("GET /help/{id}", people.ManageMentors, s.showRequest)
	k.Handle("POST /help/{id}/hand", people.ManageMentors, s.postHand)
	k.Handle("POST /help/{id}/answer", people.ManageMentors, s.postAnswer)
}

func text(n int64) string { return strconv.FormatInt(n, 10) }

// askPage is the form in which help is asked for.
type askPage struct {
	web.Page
	names
	Ask
	PickUnit bool // the unit is to be chosen
	Themes   []ui.Option
	Services []ui.Option
	Units    []ui.Option
	More     bool // the choices that are mostly left alone are open
	Errors   *errs.Fields
}

// askForm fills the form with what was asked so far.
func (s *Service) askForm(r *http.Request, a Ask) (p askPage, err error) {
	p = askPage{Page: s.Kit.Page(r, "asking.new"), Ask: a}
	p.Shell.Narrow = true
	if p.names, err = s.names(r.Context(), p.Lang, p.T); err != nil {
		return p, err
	}
	for _, x := range p.areas {
		if !x.Support { // a digimentor helps with work, not with how the workplace is led
			p.Themes = append(p.Themes, ui.Option{Value: x.ID, Label: p.themeName(x.ID), Selected: x.ID == a.Area})
		}
	}
	p.Services = append(p.Services, ui.Option{Label: p.T("asking.no-service")})
	use := slices.DeleteFunc(slices.Clone(p.services), func(d catalog.DigitalService) bool { return !d.Ended.IsZero() })
	i18n.Sort(p.Lang, use, func(d catalog.DigitalService) string { return i18n.In(d.Name, p.Lang) })
	for _, d := range use {
		p.Services = append(p.Services, ui.Option{Value: text(d.ID), Label: i18n.In(d.Name, p.Lang), Selected: d.ID == a.Service})
	}
	if _, ok := p.tree.Unit(a.Unit); !ok {
		p.Unit = 0
	}
	if p.PickUnit = p.Unit == 0 || r.URL.Query().Get("pick") != ""; p.PickUnit {
		p.Units = append([]ui.Option{{Label: p.T("asking.pick-unit")}}, p.unitOptions(0, "")...)
	}
	return p, nil
}

// unitOptions are all units below one, each under its parent.
func (p askPage) unitOptions(below int64, dashes string) (out []ui.Option) {
	for _, u := range p.tree.SortedChildren(below, p.Lang) {
		out = append(out, ui.Option{Value: text(u.ID), Label: dashes + u.Name(p.Lang), Selected: u.ID == p.Unit})
		out = append(out, p.unitOptions(u.ID, dashes+"– ")...)
	}
	return out
}

func (p askPage) ways() []ui.Option  { return p.choices("way", mentoring.HelpWays, p.Way) }
func (p askPage) whens() []ui.Option { return p.choices("when", Whens, p.When) }

func (p askPage) choices(prefix string, values []string, chosen string) (out []ui.Option) {
	for _, v := range values {
		out = append(out, ui.Option{Value: v, Label: p.T("asking." + prefix + "-" + v), Selected: v == chosen})
	}
	return out
}

// elsewhere is the form with a unit to choose, and what is chosen so far kept.
func (p askPage) elsewhere() string {
	q := url.Values{"pick": {"1"}}
	if p.Area != "" {
		q.Set("area", p.Area)
	}
	if p.Service != 0 {
		q.Set("service", text(p.Service))
	}
	return "/help/new?" + q.Encode()
}

// moreLabel says what is chosen where nobody looks.
func (p askPage) moreLabel() string {
	return p.T("asking.more", "way", p.T("asking.way-"+p.Way), "when", p.T("asking.when-"+p.When))
}

// form shows the form with everything chosen but the theme, so that two taps send it.
func (s *Service) form(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	who, err := people.PersonByID(r.Context(), s.DB, web.VisitorOf(r).ID)
	if err != nil {
		return err
	}
	a := Ask{Unit: who.UnitID, Area: q.Get("area"), Service: web.Number(q.Get("service")), Way: mentoring.HelpWays[0], When: Whens[1], SentAs: rand.Text()}
	if q.Get("unit") != "" {
		a.Unit = web.Number(q.Get("unit"))
	}
	p, err := s.askForm(r, a)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, askView(p))
}

func (s *Service) ask(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	f := r.PostForm
	a := Ask{By: web.VisitorOf(r).ID, Unit: web.Number(f.Get("unit")), Area: f.Get("area"), Service: web.Number(f.Get("service")), Way: f.Get("way"), When: f.Get("when"),
		Text: f.Get("text"), SentAs: f.Get("sent_as")}
	_, err := s.Ask(r.Context(), a)
	if bad := web.FieldsOf(err); bad != nil {
		p, err := s.askAgain(r, a, bad)
		if err != nil {
			return err
		}
		return s.Kit.ShowInvalid(w, r, p.Page, askView(p))
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "asking.sent")
	return web.See(w, r, "/help/mine")
}

// askAgain is the form with what was wrong. Nothing that was written is lost.
func (s *Service) askAgain(r *http.Request, a Ask, bad *errs.Fields) (askPage, error) {
	if a.SentAs == "" {
		a.SentAs = rand.Text()
	}
	p, err := s.askForm(r, a)
	p.Errors = bad
	p.More = p.Fault(bad, "way") != "" || p.Fault(bad, "when") != ""
	if !slices.Contains(mentoring.HelpWays, p.Way) {
		p.Way = mentoring.HelpWays[0]
	}
	if !slices.Contains(Whens, p.When) {
		p.When = Whens[1]
	}
	return p, err
}

// minePage is what somebody has asked for.
type minePage struct {
	web.Page
	names
	Requests []mine
}

type mine struct {
	Request
	Standing []string
	Reach    string // how the mentor is reached who has taken it
	Email    string
}

func (s *Service) showMine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := minePage{Page: s.Kit.Page(r, "asking.mine")}
	p.Shell.Narrow = true
	all, err := s.mine(ctx, p.Who.ID)
	if err != nil {
		return err
	}
	if p.names, err = s.names(ctx, p.Lang, p.T, all...); err != nil {
		return err
	}
	for _, x := range all {
		m := mine{Request: x, Standing: p.standing(&x)}
		if x.State == Taken {
			if err := s.reach(ctx, &m); err != nil {
				return err
			}
		}
		p.Requests = append(p.Requests, m)
	}
	return s.Kit.Show(w, r, p.Page, mineView(p))
}

func (s *Service) reach(ctx context.Context, m *mine) error {
	who, err := s.Mentors.MentorByID(ctx, m.Mentor)
	m.Reach, m.Email = who.Reach, who.Person.Email
	return err
}

func (s *Service) withdraw(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	if err := s.Withdraw(r.Context(), web.VisitorOf(r).ID, web.Number(r.PathValue("id")), version(r)); err != nil {
		return err
	}
	s.Kit.Flash(r, "asking.withdrawn")
	return web.See(w, r, "/help/mine")
}

// version is that of the request when the form was shown; a form without one has seen none.
func version(r *http.Request) int {
	n, err := strconv.Atoi(r.PostForm.Get("version"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (s *Service) say(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Because(err, errs.Invalid, "web.too-big")
	}
	helped := r.PostForm.Get("helped") == "yes"
	if err := s.Say(r.Context(), web.VisitorOf(r).ID, web.Number(r.PathValue("id")), helped); err != nil {
		return err
	}
	if helped {
		s.Kit.Flash(r, "asking.thanked")
	} else {
		s.Kit.Flash(r, "asking.not-yet-noted")
	}
	return web.See(w, r, "/help/mine")
}
