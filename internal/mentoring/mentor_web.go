package mentoring

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

// mentorPage is one mentor, as a supervisor or coordinator sees them.
type mentorPage struct {
	web.Page
	Mentor  Mentor
	Unit    string // where the mentor works
	Facts   []ui.Fact
	History []eventLine
	Manages bool // may appoint and end
	Self    bool // it is the reader
	Clash   string
	Grant   grantForm
	Why     string // of what was refused
	Served  []servedLine
	Add     []ui.Option // units to add
	Errors  *errs.Fields
}

// grantForm is the hours of a grant as they are written.
type grantForm struct{ Hours, From, To string }

// eventLine is something that was done.
type eventLine struct{ When, What, Who, Why string }

// servedLine is a unit that the mentor serves, as the form that changes it.
type servedLine struct {
	Name, Label string
	Choices     []ui.Option
}

// seen loads a mentor whom the visitor may look at: one who works where the visitor confirms.
func (s *Service) seen(r *http.Request) (m Mentor, err error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return m, err
	}
	if m, err = s.MentorByID(r.Context(), id); err != nil {
		return m, err
	}
	return m, s.mustCover(r.Context(), web.VisitorOf(r), people.ConfirmMentors, &m)
}

// mustCover refuses whoever may not do something where a mentor works.
func (s *Service) mustCover(ctx context.Context, v web.Visitor, a web.Action, m *Mentor) error {
	ok, err := people.Covers(ctx, s.DB, v, a, m.Person.UnitID)
	if err == nil && !ok {
		err = errs.New(errs.Forbidden, "web.forbidden")
	}
	return err
}

func (s *Service) showMentor(w http.ResponseWriter, r *http.Request) error {
	m, err := s.seen(r)
	if err != nil {
		return err
	}
	p, err := s.mentorPage(r, m)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, mentorView(p))
}

// mentorPage makes the page, and writes down that it was looked at.
func (s *Service) mentorPage(r *http.Request, m Mentor) (p mentorPage, err error) {
	ctx := r.Context()
	p = mentorPage{Page: s.Kit.Page(r, "mentoring.mentor-page"), Mentor: m}
	p.Shell.Title = nameOf(&m, p.T)
	p.Self = p.Who.ID == m.Person.ID
	if p.Manages, err = people.Covers(ctx, s.DB, p.Who, people.ManageMentors, m.Person.UnitID); err != nil {
		return p, err
	}
	n, err := readNaming(ctx, s.DB)
	if err != nil {
		return p, err
	}
	p.Unit = path(n.tree, m.Person.UnitID, p.Page)
	p.Facts = append([]ui.Fact{{Term: p.T("mentoring.unit"), Value: p.Unit}, {Term: p.T("mentoring.email"), Value: m.Person.Email}}, n.facts(&m, p.Lang, p.T)...)
	p.Grant = grantForm{From: s.today()}
	if m.Minutes > 0 {
		p.Grant = grantForm{Hours(p.Lang, m.Minutes), m.Starts, m.Ends}
	}
	p.Served = servedLines(p.Page, n, &m)
	manages := scopeOf(n.tree, p.Who, people.ManageMentors)
	p.Add = n.unitOptions(p.Page, "mentoring.no-more-units", &manages)
	if p.History, err = s.history(ctx, &m, p.Lang, p.T); err != nil {
		return p, err
	}
	if p.Self {
		return p, nil
	}
	return p, people.Audit(ctx, s.DB, s.Now(), p.Who.ID, "mentor.view", mentorObject(m.ID), "")
}

// crumbs lead back to the list that the reader has.
func (p mentorPage) crumbs() []ui.NavItem {
	if p.Who.May(people.ManageMentors) {
		return []ui.NavItem{{Label: p.T("mentoring.mentors"), URL: ListPath}, {Label: p.Shell.Title}}
	}
	return []ui.NavItem{{Label: p.T("mentoring.to-confirm"), URL: ConfirmPath}, {Label: p.Shell.Title}}
}

// nextStep is a button that moves a mentor on.
type nextStep struct {
	Label, Value string
	kind         ui.Kind
}

// next are the steps that the mentor's state allows.
func (p mentorPage) next() (out []nextStep) {
	for _, do := range []string{"appoint", "activate", "return", "rest", "end"} {
		if !p.Mentor.May(moves[do]) || do == "end" && p.Mentor.State == Candidate { // a candidate is declined
			continue
		}
		kind := ui.Quiet
		switch do {
		case "appoint", "activate", "return":
			kind = ui.Primary
		case "end":
			kind = ui.Danger
		}
		out = append(out, nextStep{p.T("mentoring.do-" + do), do, kind})
	}
	return out
}

// nameOf is a mentor's name, or says that they have left.
func nameOf(m *Mentor, t translate) string {
	if m.Person.Name == "" {
		return t("mentoring.has-left")
	}
	return m.Person.Name
}

// history is what has been done to a mentor in words, the newest first.
func (s *Service) history(ctx context.Context, m *Mentor, lang string, t translate) (out []eventLine, err error) {
	all, err := s.Events(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	names := map[int64]string{0: s.Kit.Service}
	for i := len(all) - 1; i >= 0; i-- {
		e := all[i]
		if _, known := names[e.By]; !known {
			p, err := people.PersonByID(ctx, s.DB, e.By)
			if err != nil {
				return nil, err
			}
			names[e.By] = p.Name
		}
		out = append(out, eventLine{When: i18n.Time(lang, e.At), What: t("mentoring.event-" + string(e.Kind)), Who: names[e.By], Why: e.Why})
	}
	return out, nil
}

// servedLines are the units that a mentor serves, each to be kept, widened, narrowed or dropped.
func servedLines(p web.Page, n *naming, m *Mentor) (out []servedLine) {
	for _, x := range m.Units {
		l := servedLine{Name: placeField(x.Unit), Label: n.unit(p.Lang, x.Unit)}
		if l.Label == "" {
			l.Label = p.T("mentoring.unit-gone")
		}
		for _, v := range []struct {
			value string
			on    bool
		}{{"only", !x.Below}, {"below", x.Below}, {"drop", false}} {
			l.Choices = append(l.Choices, ui.Option{Value: v.value, Label: p.T("mentoring.place-" + v.value), Selected: v.on})
		}
		out = append(out, l)
	}
	return out
}

func placeField(unit int64) string { return "place_" + strconv.FormatInt(unit, 10) }

// answer does what a form of a mentor's page asks for, and shows the page again: with what is wrong, or how it stands when
// somebody else has been faster.
func (s *Service) answer(w http.ResponseWriter, r *http.Request, m Mentor, flash string, fill func(*mentorPage), do func() error) error {
	err := do()
	if err == nil {
		s.Kit.Flash(r, flash)
		return web.See(w, r, mentorURL(m.ID))
	}
	bad, clash := web.FieldsOf(err), errs.KindOf(err) == errs.Conflict
	if bad == nil && !clash {
		return err
	}
	now, again := s.MentorByID(r.Context(), m.ID)
	if again != nil {
		return again
	}
	p, again := s.mentorPage(r, now)
	if again != nil {
		return again
	}
	if clash {
		p.Clash = p.T("mentoring.clash", "state", p.T("mentoring.state-"+string(now.State)))
		return s.Kit.ShowStatus(w, r, http.StatusConflict, p.Page, mentorView(p))
	}
	p.Errors = bad
	fill(&p)
	return s.Kit.ShowInvalid(w, r, p.Page, mentorView(p))
}

// postedGrant reads the hours and days of a grant. Hours that cannot be read are 0, which no grant may have.
func postedGrant(r *http.Request) (f grantForm, g Grant) {
	f = grantForm{r.PostFormValue("hours"), r.PostFormValue("grant_from"), r.PostFormValue("grant_to")}
	minutes, _ := ParseHours(f.Hours)
	return f, Grant{Minutes: minutes, From: f.From, To: f.To}
}

func (s *Service) confirm(w http.ResponseWriter, r *http.Request) error {
	return s.granting(w, r, "mentoring.confirmed-now", s.Confirm)
}

func (s *Service) regrant(w http.ResponseWriter, r *http.Request) error {
	return s.granting(w, r, "mentoring.granted-now", s.Regrant)
}

func (s *Service) granting(w http.ResponseWriter, r *http.Request, flash string, grant func(context.Context, int64, int64, int, Grant) error) error {
	m, by, err := s.other(r)
	if err != nil {
		return err
	}
	f, g := postedGrant(r)
	return s.answer(w, r, m, flash, func(p *mentorPage) { p.Grant = f }, func() error {
		return grant(r.Context(), by, m.ID, versionOf(r), g)
	})
}

// other loads a mentor for a supervisor's answer. Nobody grants hours to themself.
func (s *Service) other(r *http.Request) (m Mentor, by int64, err error) {
	if m, err = s.seen(r); err != nil {
		return m, 0, err
	}
	if by = web.VisitorOf(r).ID; by == m.Person.ID {
		return m, 0, errs.New(errs.Forbidden, "mentoring.not-yourself")
	}
	return m, by, nil
}

func (s *Service) decline(w http.ResponseWriter, r *http.Request) error {
	m, by, err := s.other(r)
	if err != nil {
		return err
	}
	return s.moving(w, r, m, by, WasDeclined, "decline_why", "mentoring.declined-now")
}

// moving moves a mentor to another state with the reason in a field of the form.
func (s *Service) moving(w http.ResponseWriter, r *http.Request, m Mentor, by int64, kind EventKind, field, flash string) error {
	why := r.PostFormValue(field)
	return s.answer(w, r, m, flash, func(p *mentorPage) { p.Why = why }, func() error {
		if err := s.checkWhy(field, why); err != nil {
			return err
		}
		err := s.Move(r.Context(), by, m.ID, versionOf(r), kind, why)
		return renamed(err, field)
	})
}

// renamed lets what is wrong with the reason stand at the field where it was written.
func renamed(err error, field string) error {
	if bad := web.FieldsOf(err); bad != nil {
		for i := range bad.List {
			bad.List[i].Name = field
		}
	}
	return err
}

// moves are what the coordinator does to a mentor, by the value of the button.
var moves = map[string]EventKind{"appoint": Appointment, "activate": Activation, "rest": Rest, "return": Return, "end": End}

func (s *Service) moveMentor(w http.ResponseWriter, r *http.Request) error {
	m, by, err := s.managed(r)
	if err != nil {
		return err
	}
	kind, known := moves[r.PostFormValue("do")]
	if !known {
		return errs.New(errs.Invalid, "mentoring.no-such-step")
	}
	return s.moving(w, r, m, by, kind, "why", "mentoring.moved-now")
}

// managed loads a mentor whom the visitor looks after.
func (s *Service) managed(r *http.Request) (m Mentor, by int64, err error) {
	if m, err = s.seen(r); err != nil {
		return m, 0, err
	}
	v := web.VisitorOf(r)
	return m, v.ID, s.mustCover(r.Context(), v, people.ManageMentors, &m)
}

func (s *Service) changeUnits(w http.ResponseWriter, r *http.Request) error {
	m, by, err := s.managed(r)
	if err != nil {
		return err
	}
	tree, err := people.LoadTree(r.Context(), s.DB)
	if err != nil {
		return err
	}
	units := postedPlaces(r, tree, scopeOf(tree, web.VisitorOf(r), people.ManageMentors), &m)
	return s.answer(w, r, m, "mentoring.units-now", func(*mentorPage) {}, func() error {
		return s.Serve(r.Context(), by, m.ID, versionOf(r), units)
	})
}

// postedPlaces are the units that a mentor is to serve: those of before as the form says, and one that is added, which must be in
// the visitor's part of the county.
func postedPlaces(r *http.Request, tree *people.Tree, may scope, m *Mentor) (out []Place) {
	for _, x := range m.Units {
		switch r.PostFormValue(placeField(x.Unit)) {
		case "drop":
			continue
		case "only":
			x.Below = false
		case "below":
			x.Below = true
		}
		out = append(out, x)
	}
	id, err := strconv.ParseInt(r.PostFormValue("add"), 10, 64)
	if _, there := tree.Unit(id); err == nil && there && may.has(id) {
		out = append(out, Place{Unit: id, Below: r.PostFormValue("add_below") != ""})
	}
	return out
}
