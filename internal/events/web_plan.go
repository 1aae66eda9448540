package events

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"taitorinki/internal/catalog"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// kindPage is the choice of a kind.
type kindPage struct {
	web.Page
	Meetings string // where meetings of the network are planned
}

// planPage is the form of a plan, with what is known of its group, its times and earlier events of its theme.
type planPage struct {
	web.Page
	ID       int64 // 0: a new one
	Version  int
	Form     planForm
	Kind     Kind
	Areas    []ui.Option
	Services []ui.Option
	Owners   []ui.Option
	UnitBoxes,
	Professions,
	Roles,
	Findings []ui.Option
	Reach    int // how many people it is for
	Times    []suggestionLine
	Asked    bool // for suggestions
	Warnings []string
	Confirm  bool // the warnings were seen
	Said     templ.Component
	Errors   *errs.Fields
}

// suggestionLine is a time that a button puts into the form.
type suggestionLine struct{ Value, Label, Why string }

func (s *Service) add(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if from := q.Get("from"); from != "" {
		return s.addCopy(w, r, from)
	}
	k := Kind(q.Get("kind"))
	if !k.Known() {
		p := s.Kit.Page(r, "events.plan")
		p.Shell.Narrow = true
		return s.Kit.Show(w, r, p, kindView(kindPage{p, s.MeetingsPath}))
	}
	f := blank(k)
	f.text["area"], f.Findings = q.Get("area"), q["finding"]
	if u := q.Get("unit"); u != "" {
		f.Units = []string{u}
	}
	return s.showPlan(w, r, &Event{Plan: Plan{Kind: k}}, f, nil)
}

// addCopy starts the next run of an event: everything but its times.
func (s *Service) addCopy(w http.ResponseWriter, r *http.Request, from string) error {
	id, _ := strconv.ParseInt(from, 10, 64)
	e, err := s.Hosted(r.Context(), web.VisitorOf(r), id)
	if err != nil {
		return err
	}
	f := formOf(&e)
	f.text["from_event"], f.text["until"] = from, ""
	for i := range f.Sittings {
		f.Sittings[i] = sittingForm{}
	}
	return s.showPlan(w, r, &Event{Plan: e.Plan}, f, nil)
}

func (s *Service) edit(w http.ResponseWriter, r *http.Request) error {
	e, err := s.hosted(r)
	if err != nil {
		return err
	}
	if e.Elsewhere != "" {
		return web.See(w, r, e.Elsewhere)
	}
	return s.showPlan(w, r, &e, formOf(&e), nil)
}

// showPlan shows the form, with what is wrong with it.
func (s *Service) showPlan(w http.ResponseWriter, r *http.Request, e *Event, f planForm, bad *errs.Fields, more ...func(*planPage)) error {
	key := "events.plan"
	if e.ID != 0 {
		key = "events.edit"
	}
	p := planPage{Page: s.Kit.Page(r, key), ID: e.ID, Version: e.Version, Form: f, Kind: Kind(f.text["kind"]), Errors: bad}
	p.Shell.Narrow = true
	for _, change := range more {
		change(&p)
	}
	if err := s.fillPlan(r.Context(), &p); err != nil {
		return err
	}
	if bad != nil {
		return s.Kit.ShowInvalid(w, r, p.Page, planView(p))
	}
	return s.Kit.Show(w, r, p.Page, planView(p))
}

func (s *Service) fillPlan(ctx context.Context, p *planPage) (err error) {
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	if p.Areas, err = s.areas(ctx, p.Page, "events.none-chosen"); err != nil {
		return err
	}
	services, err := catalog.ServicesInUse(ctx, s.DB)
	if err != nil {
		return err
	}
	p.Services = []ui.Option{{Label: p.T("events.none-chosen")}}
	for _, d := range services {
		p.Services = append(p.Services, ui.Option{Value: strconv.FormatInt(d.ID, 10), Label: i18n.In(d.Name, p.Lang)})
	}
	professions, err := people.Professions(ctx, s.DB)
	if err != nil {
		return err
	}
	for _, x := range professions {
		p.Professions = append(p.Professions, ui.Option{Value: x.Code, Label: x.Name(p.Lang), Selected: slices.Contains(p.Form.Professions, x.Code)})
	}
	for _, role := range []string{people.Supervisor, people.Mentor, people.Coordinator, people.Expert} {
		p.Roles = append(p.Roles, ui.Option{Value: role, Label: p.T("people.role-" + role), Selected: slices.Contains(p.Form.Roles, role)})
	}
	if s.Findings != nil {
		if p.Findings, err = s.Findings(ctx, p.Who); err != nil {
			return err
		}
		for i := range p.Findings {
			p.Findings[i].Selected = slices.Contains(p.Form.Findings, p.Findings[i].Value)
		}
	}
	p.fillUnits(tree)
	plan := p.Form.plan(tree, &errs.Fields{})
	if p.Reach, err = plan.Target.Count(ctx, s.DB); err != nil {
		return err
	}
	if s.Said != nil {
		p.Said, err = s.Said(ctx, p.Page, &Event{ID: p.ID, Plan: plan})
	}
	return err
}

// levels is how far below the top a unit has a box of its own; others are named by their codes.
const levels = 2

// fillUnits fills whose event it can be, and the boxes of units.
func (p *planPage) fillUnits(tree *people.Tree) {
	ids, all := tree.Within(p.Who, people.HostEvents)
	if all {
		p.Owners = append(p.Owners, ui.Option{Label: p.T("events.whole")})
	}
	boxed := map[string]bool{}
	var add func(u people.Unit, level int, own bool)
	add = func(u people.Unit, level int, own bool) {
		o := ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: strings.Repeat("\u2003", level) + u.Name(p.Lang)}
		if own {
			p.Owners = append(p.Owners, o)
		} else if level > 0 || !all { // the county itself is everybody
			o.Label = u.Name(p.Lang)
			o.Selected = slices.Contains(p.Form.Units, o.Value)
			p.UnitBoxes = append(p.UnitBoxes, o)
			boxed[o.Value] = true
		}
		if level+1 < levels {
			for _, c := range tree.SortedChildren(u.ID, p.Lang) {
				add(c, level+1, own)
			}
		}
	}
	tops := tree.Tops(p.Who, people.HostEvents, p.Lang)
	if len(ids) == 0 && !all {
		tops = nil
	}
	for _, u := range tops {
		add(u, 0, true)
		add(u, 0, false)
	}
	for _, x := range p.Form.Units {
		id, err := strconv.ParseInt(x, 10, 64)
		if u, ok := tree.Unit(id); err == nil && ok && !boxed[x] {
			boxed[x] = true
			p.UnitBoxes = append(p.UnitBoxes, ui.Option{Value: x, Label: u.Name(p.Lang), Selected: true})
		}
	}
}

// save stores a plan, or does what another button of the form asks for and shows it again.
func (s *Service) save(w http.ResponseWriter, r *http.Request) error {
	ctx, who := r.Context(), web.VisitorOf(r)
	f, err := readForm(r)
	if err != nil {
		return err
	}
	e := Event{Plan: Plan{Kind: Kind(f.text["kind"])}}
	if r.PathValue("id") != "" {
		if e, err = s.hosted(r); err != nil {
			return err
		}
		f.text["kind"] = string(e.Kind)
		e.Version, _ = strconv.Atoi(r.PostForm.Get("version"))
	}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	bad := &errs.Fields{}
	plan := f.plan(tree, bad)
	switch do := r.PostForm.Get("do"); {
	case do == "more":
		if len(f.Sittings) < MostSittings {
			f.Sittings = append(f.Sittings, sittingForm{})
		}
		return s.showPlan(w, r, &e, f, nil)
	case do == "count":
		return s.showPlan(w, r, &e, f, nil)
	case do == "suggest":
		return s.showSuggestions(w, r, &e, f, &plan)
	case strings.HasPrefix(do, "use:"):
		f.use(strings.TrimPrefix(do, "use:"), plan.Kind)
		return s.showPlan(w, r, &e, f, nil)
	}
	if ok, err := people.Covers(ctx, s.DB, who, people.HostEvents, plan.Unit); err != nil || !ok && plan.Unit != e.Unit || !ok && e.ID == 0 {
		if err == nil {
			err = errs.New(errs.Forbidden, "events.not-yours")
		}
		return err
	}
	if s.check(&plan, e.Sittings, bad); bad.Err() != nil {
		return s.showPlan(w, r, &e, f, bad)
	}
	if r.PostForm.Get("anyway") == "" {
		warnings, err := s.warnings(r, &e, &plan)
		if err != nil {
			return err
		}
		if len(warnings) > 0 {
			return s.showPlan(w, r, &e, f, nil, func(p *planPage) { p.Warnings, p.Confirm = warnings, true })
		}
	}
	if e.ID == 0 {
		e.ID, err = s.Create(ctx, who.ID, plan)
	} else {
		err = s.Change(ctx, who.ID, e.ID, e.Version, plan)
	}
	if bad := web.FieldsOf(err); bad != nil {
		return s.showPlan(w, r, &e, f, bad)
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "events.saved")
	return web.See(w, r, e.Path("/host"))
}

// use puts a suggested time into the first line of the form, and into the others as far apart as is usual for the kind.
func (f *planForm) use(value string, k Kind) {
	t, err := time.ParseInLocation("2006-01-02T15:04", value, i18n.Zone())
	if err != nil {
		return
	}
	tpl := k.Template()
	for i := range f.Sittings {
		at := t.AddDate(0, 0, i*tpl.Apart)
		f.Sittings[i].Day, f.Sittings[i].From = at.Format(time.DateOnly), web.ClockOf(at)
		f.Sittings[i].To = web.ClockOf(at.Add(time.Duration(tpl.Minutes) * time.Minute))
		if tpl.Apart == 0 {
			return
		}
	}
}

func (s *Service) showSuggestions(w http.ResponseWriter, r *http.Request, e *Event, f planForm, plan *Plan) error {
	const shown = 4
	all, err := s.Suggest(r.Context(), plan, shown)
	if err != nil {
		return err
	}
	return s.showPlan(w, r, e, f, nil, func(p *planPage) {
		p.Asked = true
		for _, x := range all {
			t := x.Start.In(i18n.Zone())
			why := p.T("events.suits-rhythm")
			if x.Events > 0 {
				why = p.T("events.suits-earlier", "share", fmt.Sprintf("%.0f", x.Share*100), "n", x.Events)
			}
			day := p.T("events.weekday-" + strconv.Itoa(int(t.Weekday())))
			p.Times = append(p.Times, suggestionLine{t.Format("2006-01-02T15:04"), day + " " + i18n.Time(p.Lang, t), why})
		}
	})
}

// warnings are what speaks against the times of a plan: days off, and other events for the same people.
func (s *Service) warnings(r *http.Request, e *Event, plan *Plan) (out []string, err error) {
	p := s.Kit.Page(r, "events.plan")
	for _, x := range plan.Sittings {
		if key, off := web.Off(x.Start); off && !x.Cancelled {
			out = append(out, p.T("events.day-off", "day", i18n.Date(p.Lang, x.Start), "why", p.T(key)))
		}
	}
	clashes, err := s.Clashes(r.Context(), plan, e.ID)
	for _, c := range clashes {
		out = append(out, p.T("events.clash", "title", c.Event.Title, "when", Times(&c.Event, p), "n", c.Shared))
	}
	return out, err
}

// sendReach answers how many people a target group has, while the form is being filled in.
func (s *Service) sendReach(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	tree, err := people.LoadTree(r.Context(), s.DB)
	if err != nil {
		return err
	}
	t := Target{Units: f.units(tree, &errs.Fields{}), Professions: f.Professions, Roles: f.Roles}
	n, err := t.Count(r.Context(), s.DB)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write([]byte(s.Kit.Words.T(s.Kit.Lang(r), "events.reaches", "n", n)))
	return err
}
