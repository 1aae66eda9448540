package mentoring

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// listPage is the coordinator's list of everybody who is, was or would be a mentor.
type listPage struct {
	web.Page
	States     []ui.NavItem // with how many there are in each
	Rows       []mentorRow
	Pages      ui.Pages
	Any        bool // there are mentors, whatever the filters
	Unanswered int  // candidates whose supervisors have not answered
	Filter     listFilter
	Units      []ui.Option
	Strengths  []ui.Option
}

type mentorRow struct {
	Name, URL, Work, State, Grant, Units, Since string
	Tone                                        ui.Tone
}

// unanswered stands in the filter of states for candidates whose supervisors have not answered.
const unanswered = "unanswered"

// listFilter is what the list is limited to; "" and 0 are no limit.
type listFilter struct {
	State    string
	Unit     int64 // where the mentor works, with everything under it
	Strength string
	Query    string

	area    string
	service int64
}

func filterOf(q url.Values) listFilter {
	f := listFilter{State: q.Get("state"), Strength: q.Get("strength"), Query: strings.TrimSpace(q.Get("q"))}
	f.Unit, _ = strconv.ParseInt(q.Get("unit"), 10, 64) // no number is no limit
	if id, ok := strings.CutPrefix(f.Strength, "service-"); ok {
		f.service, _ = strconv.ParseInt(id, 10, 64)
	} else {
		f.area = f.Strength
	}
	return f
}

// lets reports whether the filter lets a mentor through, but for the state.
func (f listFilter) lets(m *Mentor, under map[int64]bool) bool {
	name := i18n.Fold(m.Person.Name + " " + m.Person.Email)
	for _, word := range strings.Fields(i18n.Fold(f.Query)) {
		if !strings.Contains(name, word) {
			return false
		}
	}
	return (f.Unit == 0 || under[m.Person.UnitID]) && m.Strong(f.area, f.service)
}

// url is the list with these filters and another state.
func (f listFilter) url(path, state string) string {
	q := url.Values{}
	for name, v := range map[string]string{"state": state, "strength": f.Strength, "q": f.Query} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if f.Unit != 0 {
		q.Set("unit", strconv.FormatInt(f.Unit, 10))
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// listing is what a coordinator's list holds.
type listing struct {
	names  *naming
	all    []Mentor // in the coordinator's part, that the filters but the state let through
	any    bool
	waits  map[int64]bool // candidates whose supervisors have not answered
	filter listFilter
}

func (s *Service) listing(ctx context.Context, v web.Visitor, f listFilter) (l *listing, err error) {
	l = &listing{waits: map[int64]bool{}, filter: f}
	if l.names, err = readNaming(ctx, s.DB); err != nil {
		return nil, err
	}
	if l.all, err = Mentors(ctx, s.DB); err != nil {
		return nil, err
	}
	asked, err := askings(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	may, under := scopeOf(l.names.tree, v, people.ManageMentors), map[int64]bool{}
	for _, u := range l.names.tree.Subtree(f.Unit) {
		under[u] = true
	}
	l.all = slices.DeleteFunc(l.all, func(m Mentor) bool { return !may.has(m.Person.UnitID) })
	l.any = len(l.all) > 0
	l.all = slices.DeleteFunc(l.all, func(m Mentor) bool { return !f.lets(&m, under) })
	for _, m := range l.all {
		if m.State == Candidate && m.Person.Name != "" && asked[m.ID].unanswered(s.Now()) {
			l.waits[m.ID] = true
		}
	}
	return l, nil
}

// of are the mentors in a state, "" for all.
func (l *listing) of(state string) (out []Mentor) {
	for _, m := range l.all {
		if state == "" || state == string(m.State) || state == unanswered && l.waits[m.ID] {
			out = append(out, m)
		}
	}
	return out
}

func (s *Service) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: s.Kit.Page(r, "mentoring.mentors"), Filter: filterOf(r.URL.Query())}
	l, err := s.listing(r.Context(), p.Who, p.Filter)
	if err != nil {
		return err
	}
	p.Any, p.Unanswered = l.any, len(l.waits)
	p.states(l)
	p.choices(l.names)
	rows := l.of(p.Filter.State)
	i18n.Sort(p.Lang, rows, func(m Mentor) string { return m.Person.Name })
	slices.SortStableFunc(rows, func(a, b Mentor) int { return first(a.Person.Name != "", b.Person.Name != "") })
	p.Pages, rows = web.Paged(r, rows)
	for _, m := range rows {
		p.Rows = append(p.Rows, rowOf(p.Page, l.names, &m))
	}
	if len(p.Rows) > 0 {
		if err := s.note(r, "mentor.view"); err != nil {
			return err
		}
	}
	return s.Kit.Show(w, r, p.Page, listView(p))
}

// states are the states as links, with how many mentors the other filters leave in each.
func (p *listPage) states(l *listing) {
	n := map[State]int{}
	for _, m := range l.all {
		n[m.State]++
	}
	add := func(state, label string, n int) {
		p.States = append(p.States, ui.NavItem{Label: label + " " + i18n.Int(p.Lang, n), URL: p.Filter.url(ListPath, state), Current: p.Filter.State == state})
	}
	add("", p.T("mentoring.all-states"), len(l.all))
	for _, st := range States {
		add(string(st), p.T("mentoring.state-"+string(st)), n[st])
	}
	if len(l.waits) > 0 {
		add(unanswered, p.T("mentoring.state-unanswered"), len(l.waits))
	}
}

func (p *listPage) choices(n *naming) {
	may := scopeOf(n.tree, p.Who, people.ManageMentors)
	p.Units = n.unitOptions(p.Page, "mentoring.all-units", &may)
	for i := range p.Units {
		p.Units[i].Selected = p.Filter.Unit != 0 && p.Units[i].Value == strconv.FormatInt(p.Filter.Unit, 10)
	}
	p.Strengths = []ui.Option{{Label: p.T("mentoring.any-strength")}}
	for _, a := range n.areas {
		if !a.Support {
			p.Strengths = append(p.Strengths, ui.Option{Value: a.ID, Label: i18n.In(a.Name, p.Lang)})
		}
	}
	for _, d := range n.services {
		p.Strengths = append(p.Strengths, ui.Option{Value: "service-" + strconv.FormatInt(d.ID, 10), Label: i18n.In(d.Name, p.Lang)})
	}
}

// tones are how pages colour the states.
var tones = map[State]ui.Tone{Candidate: ui.Warning, Confirmed: ui.Warning, Training: ui.Info, Active: ui.OK, Resting: ui.Info, Ended: ""}

func rowOf(p web.Page, n *naming, m *Mentor) mentorRow {
	return mentorRow{Name: nameOf(m, p.T), URL: mentorURL(m.ID), Work: path(n.tree, m.Person.UnitID, p), State: p.T("mentoring.state-" + string(m.State)), Tone: tones[m.State],
		Grant: grantText(m, p.Lang, p.T), Units: n.places(p.Lang, m, p.T), Since: i18n.Date(p.Lang, m.Since)}
}

// ObjectName names a mentor for the audit log, which speaks of "mentor:12", and tells where the page is; "" for what is no mentor.
func (s *Service) ObjectName(ctx context.Context, object, lang string) (name, url string, err error) {
	rest, ok := strings.CutPrefix(object, "mentor:")
	id, bad := strconv.ParseInt(rest, 10, 64)
	if !ok || bad != nil {
		return "", "", nil
	}
	m, err := s.MentorByID(ctx, id)
	if errs.KindOf(err) == errs.NotFound {
		return "", "", nil
	}
	return nameOf(&m, func(key string, args ...any) string { return s.Kit.Words.T(lang, key, args...) }), mentorURL(id), err
}
