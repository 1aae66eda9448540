package meetings

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"taitorinki/internal/catalog"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
	"taitorinki/internal/workday"
)

// planFields are the fields of the form, in the order in which they stand on it.
var planFields = []string{"unit", "title", "day", "from", "to", "link", "place", "expert", "service_id", "area", "theme", "questions", "agenda", "months", "holidays", "invite"}

// planForm is what was typed into the form of a plan.
type planForm map[string]string

func readForm(r *http.Request) (planForm, error) {
	if err := r.ParseForm(); err != nil {
		return nil, errs.Because(err, errs.Invalid, "web.too-big")
	}
	f := planForm{}
	for _, name := range append(planFields, "anyday") {
		f[name] = strings.TrimSpace(r.PostForm.Get(name))
	}
	return f, nil
}

// formOf is a stored plan as the form has it.
func formOf(m *Meeting) planForm {
	f := planForm{"title": m.Title, "day": mentoring.Day(m.Start), "from": web.ClockOf(m.Start), "to": web.ClockOf(m.End), "link": m.Link, "place": m.Place,
		"expert": m.Expert, "area": m.Area, "theme": m.Theme, "questions": m.Questions, "agenda": m.Agenda}
	for name, id := range map[string]int64{"unit": m.Unit, "service_id": m.Service} {
		if id != 0 {
			f[name] = strconv.FormatInt(id, 10)
		}
	}
	return f
}

// plan reads the form. Times that cannot be read are told in bad.
func (f planForm) plan(bad *errs.Fields) Plan {
	unit, _ := strconv.ParseInt(f["unit"], 10, 64)
	service, _ := strconv.ParseInt(f["service_id"], 10, 64)
	p := Plan{Unit: unit, Title: f["title"], Expert: f["expert"], Service: service, Area: f["area"], Theme: f["theme"], Questions: f["questions"],
		Agenda: f["agenda"], Link: f["link"], Place: f["place"]}
	if p.Start = web.Moment(bad, f["day"], f["from"], "day", "from"); !hasField(bad, "day") {
		p.End = web.Moment(bad, f["day"], f["to"], "day", "to")
	}
	return p
}

func hasField(bad *errs.Fields, name string) bool {
	for _, x := range bad.List {
		if x.Name == name {
			return true
		}
	}
	return false
}

// planPage is the form of a plan, and for a rhythm the dates that come of it.
type planPage struct {
	web.Page
	Meeting          // zero ID: a new one
	Form    planForm // what stands in it
	Units   []ui.Option
	Service []ui.Option
	Areas   []ui.Option
	Many    bool // a monthly rhythm
	Dates   []workday.Date
	DayOff  string // key of the holiday that the day is, which is to be confirmed
	Errors  *errs.Fields
}

func (s *Service) planPage(r *http.Request, m Meeting, f planForm, many bool) (p planPage, err error) {
	key := "meetings.plan"
	switch {
	case m.ID != 0:
		key = "meetings.edit"
	case many:
		key = "meetings.plan-many"
	}
	p = planPage{Page: s.Kit.Page(r, key), Meeting: m, Form: f, Many: many}
	p.Shell.Narrow = true
	return p, s.fillChoices(r.Context(), &p)
}

func (s *Service) fillChoices(ctx context.Context, p *planPage) error {
	x, err := s.reader(ctx, p.Who)
	if err != nil {
		return err
	}
	p.Units = x.unitOptions(p)
	services, err := catalog.ServicesInUse(ctx, s.DB)
	if err != nil {
		return err
	}
	areas, err := catalog.Areas(ctx, s.DB)
	if err != nil {
		return err
	}
	p.Service = []ui.Option{{Label: p.T("meetings.none-chosen")}}
	for _, d := range services {
		p.Service = append(p.Service, ui.Option{Value: strconv.FormatInt(d.ID, 10), Label: i18n.In(d.Name, p.Lang)})
	}
	p.Areas = []ui.Option{{Label: p.T("meetings.none-chosen")}}
	for _, a := range areas {
		p.Areas = append(p.Areas, ui.Option{Value: a.ID, Label: i18n.In(a.Name, p.Lang)})
	}
	return nil
}

// levels is how far below the reader's highest units a part can be chosen: a county has thousands of units, and a network is one of a
// service and not of a ward.
const levels = 3

// unitOptions are the parts of the county for which the reader may plan a meeting.
func (x *reader) unitOptions(p *planPage) (out []ui.Option) {
	if x.all {
		out = append(out, ui.Option{Label: p.T("meetings.whole")})
	}
	var add func(u people.Unit, level int)
	add = func(u people.Unit, level int) {
		out = append(out, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: strings.Repeat("\u2003", level) + u.Name(p.Lang)})
		if level+1 < levels {
			for _, c := range x.tree.SortedChildren(u.ID, p.Lang) {
				add(c, level+1)
			}
		}
	}
	for _, u := range x.tree.Tops(x.Visitor, people.ManageMeetings, p.Lang) {
		add(u, 0)
	}
	return out
}

func (s *Service) add(w http.ResponseWriter, r *http.Request) error { return s.startPlan(w, r, false) }

func (s *Service) addRhythm(w http.ResponseWriter, r *http.Request) error {
	return s.startPlan(w, r, true)
}

func (s *Service) startPlan(w http.ResponseWriter, r *http.Request, many bool) error {
	p, err := s.planPage(r, Meeting{}, planForm{"from": "14.00", "to": "15.30", "months": "6", "holidays": "move", "invite": "1"}, many)
	if err != nil {
		return err
	}
	p.Form["title"], p.Form["agenda"] = p.T("meetings.default-title"), p.T("meetings.default-agenda")
	return s.Kit.Show(w, r, p.Page, planView(p))
}

func (s *Service) edit(w http.ResponseWriter, r *http.Request) error {
	m, _, err := s.led(r)
	if err != nil {
		return err
	}
	if m.State != Planned {
		return conflict()
	}
	p, err := s.planPage(r, m, formOf(&m), false)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, planView(p))
}

// save stores a new meeting, or another plan of one.
func (s *Service) save(w http.ResponseWriter, r *http.Request) (err error) {
	var m Meeting
	if r.PathValue("id") != "" {
		if m, _, err = s.led(r); err != nil {
			return err
		}
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if m.ID != 0 {
		m.Version, _ = strconv.Atoi(r.PostForm.Get("version"))
	}
	p, bad, err := s.read(r, f, m.Start)
	if err != nil {
		return err
	}
	dayOff := ""
	if key, is := web.Off(p.Start); is && !p.Start.IsZero() && f["anyday"] == "" {
		dayOff = key
		bad.Add("anyday", "meetings.day-off", "day", web.DayInFigures(p.Start), "why", s.Kit.Words.T(s.Kit.Lang(r), key))
	}
	if err := bad.Err(); err != nil {
		return s.refuse(w, r, m, f, &bad, dayOff, false)
	}
	by := web.VisitorOf(r).ID
	if m.ID == 0 {
		ids, err := s.Create(r.Context(), by, []Plan{p}, f["invite"] != "")
		if err != nil {
			return err
		}
		m.ID = ids[0]
	} else if err := s.Change(r.Context(), by, m.ID, m.Version, p); err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.saved")
	return web.See(w, r, m.path(""))
}

// read reads a plan from the form and tells all that is wrong with it; a part of the county that is not the visitor's is forbidden.
func (s *Service) read(r *http.Request, f planForm, before time.Time) (p Plan, bad errs.Fields, err error) {
	p = f.plan(&bad)
	s.check(&p, before, &bad)
	covers, err := people.Covers(r.Context(), s.DB, web.VisitorOf(r), people.ManageMeetings, p.Unit)
	if err == nil && !covers {
		err = errs.New(errs.Forbidden, "web.forbidden")
	}
	return p, bad, err
}

func (s *Service) refuse(w http.ResponseWriter, r *http.Request, m Meeting, f planForm, bad *errs.Fields, dayOff string, many bool) error {
	p, err := s.planPage(r, m, f, many)
	if err != nil {
		return err
	}
	p.Errors, p.DayOff = bad, dayOff
	return s.Kit.ShowInvalid(w, r, p.Page, planView(p))
}

// saveRhythm shows the dates of a rhythm before it stores the meetings.
func (s *Service) saveRhythm(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	first, bad, err := s.read(r, f, time.Time{})
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(f["months"])
	if err != nil || n < 2 || n > MostMonths {
		bad.Add("months", "meetings.bad-months", "most", MostMonths)
	}
	var plans []Plan
	do := r.PostForm.Get("do")
	if do == "save" {
		plans = daysOf(r.PostForm["days"], f, &bad)
	}
	if bad.Err() != nil || do == "change" {
		if do == "change" {
			bad = errs.Fields{}
		}
		return s.again(w, r, f, &bad)
	}
	if do == "save" {
		ids, err := s.Create(r.Context(), web.VisitorOf(r).ID, plans, f["invite"] != "")
		if bad := web.FieldsOf(err); bad != nil {
			return s.refuse(w, r, Meeting{}, f, bad, "", true)
		}
		if err != nil {
			return err
		}
		s.Kit.Flash(r, "meetings.saved-many", "n", len(ids))
		return web.See(w, r, "/meetings")
	}
	p, err := s.planPage(r, Meeting{}, f, true)
	if err != nil {
		return err
	}
	p.Dates = workday.Rhythm(first.Start, n, f["holidays"] != "skip")
	return s.Kit.Show(w, r, p.Page, rhythmView(p))
}

// again shows the form of a rhythm: with what is wrong, or to change it before anything is stored.
func (s *Service) again(w http.ResponseWriter, r *http.Request, f planForm, bad *errs.Fields) error {
	if bad.Err() != nil {
		return s.refuse(w, r, Meeting{}, f, bad, "", true)
	}
	p, err := s.planPage(r, Meeting{}, f, true)
	if err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, planView(p))
}

// daysOf are the plans of the days that were left in the list.
func daysOf(days []string, f planForm, bad *errs.Fields) (out []Plan) {
	if len(days) == 0 {
		bad.Add("day", "meetings.no-days")
	}
	for _, day := range days[:min(len(days), MostMonths)] {
		one := planForm{}
		for name, text := range f {
			one[name] = text
		}
		one["day"] = day
		out = append(out, one.plan(bad))
	}
	return out
}

func (s *Service) sendInvitations(w http.ResponseWriter, r *http.Request) error {
	m, x, err := s.led(r)
	if err != nil {
		return err
	}
	n, err := s.Invite(r.Context(), x.ID, m.ID)
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.invited", "n", n)
	return web.See(w, r, m.path(""))
}

func (s *Service) cancel(w http.ResponseWriter, r *http.Request) error {
	m, x, err := s.led(r)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(r.PostFormValue("version"))
	why := r.PostFormValue("why")
	err = s.Cancel(r.Context(), x.ID, m.ID, version, why)
	if bad := web.FieldsOf(err); bad != nil {
		return s.showMeeting(w, r, m, x, bad, why)
	}
	if err != nil {
		return err
	}
	s.Kit.Flash(r, "meetings.cancelled")
	return web.See(w, r, m.path(""))
}

// facts are what is to know of a meeting.
func (s *Service) facts(ctx context.Context, p *meetingPage) (out []ui.Fact, err error) {
	services, err := catalog.Services(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	areas, err := catalog.Areas(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	add := func(key, text string) {
		if text != "" {
			out = append(out, ui.Fact{Term: p.T("meetings." + key), Value: text})
		}
	}
	add("when", i18n.Span(p.Lang, p.Meeting.Start, p.Meeting.End))
	add("for", p.x.place(&p.Meeting, p.Page))
	add("place", p.Place)
	add("expert", p.Expert)
	add("service", catalog.ServiceName(services, p.Meeting.Service, p.Lang))
	if p.Area != "" {
		add("area", catalog.AreaName(areas, p.Area, p.Lang))
	}
	return out, nil
}
