package asking

import (
	"context"
	"net/url"
	"strings"
	"time"

	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
)

// names puts what requests point at into one reader's words.
type names struct {
	lang     string
	t        func(key string, args ...any) string
	now      time.Time
	areas    []catalog.Area
	services []catalog.DigitalService
	tree     *people.Tree
	people   map[int64]people.Person // to whom the requests have gone, and who asked
}

func (s *Service) names(ctx context.Context, lang string, t func(string, ...any) string, of ...Request) (n names, err error) {
	n = names{lang: lang, t: t, now: s.Now()}
	if n.areas, err = catalog.Areas(ctx, s.DB); err != nil {
		return n, err
	}
	if n.services, err = catalog.Services(ctx, s.DB); err != nil {
		return n, err
	}
	if n.tree, err = people.LoadTree(ctx, s.DB); err != nil {
		return n, err
	}
	n.people, err = involved(ctx, s.DB, of)
	return n, err
}

// involved are the people of requests who are still here, by id.
func involved(ctx context.Context, q db.Q, of []Request) (map[int64]people.Person, error) {
	want := map[int64]bool{}
	for _, r := range of {
		if r.By != 0 {
			want[r.By] = true
		}
		for _, t := range r.Turns {
			want[t.Person] = true
		}
	}
	ids := make([]int64, 0, len(want))
	for id := range want {
		ids = append(ids, id)
	}
	list, err := people.PersonsByID(ctx, q, ids)
	out := make(map[int64]people.Person, len(list))
	for _, p := range list {
		out[p.ID] = p
	}
	return out, err
}

// themeName is an area in words that a colleague would use.
func (n names) themeName(area string) string {
	if key := "asking.theme-" + area; n.t(key) != key {
		return n.t(key)
	}
	return catalog.AreaName(n.areas, area, n.lang)
}

// theme is what a request is about: the area, the service, or both.
func (n names) theme(r *Request) string {
	var out []string
	if r.Area != "" {
		out = append(out, n.themeName(r.Area))
	}
	if r.Service != 0 {
		out = append(out, catalog.ServiceName(n.services, r.Service, n.lang))
	}
	return strings.Join(out, ", ")
}

func (n names) unit(id int64) string {
	u, ok := n.tree.Unit(id)
	if !ok {
		return n.t("asking.old-unit")
	}
	return u.Name(n.lang)
}

// area is the name of the service area of a unit.
func (n names) area(unit int64) string {
	path := n.tree.Path(unit)
	if len(path) == 0 {
		return n.t("asking.old-unit")
	}
	return path[min(1, len(path)-1)].Name(n.lang)
}

// person is a name; somebody who has left has none.
func (n names) person(id int64) string {
	if p, ok := n.people[id]; ok {
		return p.Name
	}
	return n.t("asking.somebody")
}

// mentor is the name of who has taken a request.
func (n names) mentor(r *Request) string {
	for _, t := range r.Turns {
		if t.Mentor != 0 && t.Mentor == r.Mentor {
			return n.person(t.Person)
		}
	}
	return n.t("asking.somebody")
}

// time is a moment as one says it: today and tomorrow by name. A request that was asked for on a day off goes on at midnight,
// which is told as the end of the day before.
func (n names) time(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	local := at.In(i18n.Zone())
	if local.Hour() == 0 && local.Minute() == 0 {
		local = local.Add(-time.Minute)
	}
	clock := i18n.Clock(n.lang, local)
	switch mentoring.Day(local) {
	case mentoring.Day(n.now):
		return n.t("asking.today", "clock", clock)
	case mentoring.Day(n.now.AddDate(0, 0, 1)):
		return n.t("asking.tomorrow", "clock", clock)
	}
	return i18n.Time(n.lang, local)
}

// newest is when a request came to where it is, and to whom.
func (r *Request) newest() (at time.Time, who []Turn) {
	at = r.Asked
	for _, t := range r.Turns {
		if t.Level != r.Level {
			continue
		}
		if !t.At.Equal(at) {
			at, who = t.At, nil
		}
		who = append(who, t)
	}
	return at, who
}

// standing says in sentences how a request stands, as the asker is told.
func (n names) standing(r *Request) (out []string) {
	at, who := r.newest()
	args := []any{"at", n.time(at), "due", n.time(r.Due), "area", n.area(r.Unit), "n", len(who), "mentor", n.mentor(r), "closed", n.time(r.Closed)}
	switch {
	case r.State != Open:
		return append(out, n.t("asking.stands-"+string(r.State), args...))
	case r.Level == Nearest || r.Level == Named:
		args = append(args, "got", n.got(who))
	}
	if first := len(r.Turns) == len(who); first && r.Level == Area {
		out = append(out, n.t("asking.nobody-near"))
	} else if first && r.Level == Coordinator {
		out = append(out, n.t("asking.nobody-at-all"))
	}
	return append(out, n.t("asking.stands-"+levelWords[r.Level], args...))
}

// got names who has a request now.
func (n names) got(who []Turn) string {
	if len(who) == 0 {
		return n.t("asking.somebody")
	}
	return n.person(who[len(who)-1].Person)
}

// story is what has become of a request, for the coordinator: to whom it went when, and what they did.
func (n names) story(r *Request) (out []string) {
	for _, t := range r.Turns {
		key := "asking.went-mentor"
		if t.Mentor == 0 {
			key = "asking.went-coordinator"
		}
		line := n.t(key, "name", n.person(t.Person), "at", n.time(t.At))
		if t.How != "" {
			line += " " + n.t("asking.over-"+t.How, "at", n.time(t.Over))
		}
		if t.Why != "" {
			line += " " + n.t("asking.because", "why", t.Why)
		}
		out = append(out, line)
	}
	return out
}

// where says in a word or two where a request is.
func (n names) where(r *Request) string {
	if r.State != Open {
		return n.t("asking.state-" + string(r.State))
	}
	return n.t("asking.at-" + levelWords[r.Level])
}

// levelWords are the levels as keys of messages end.
var levelWords = [...]string{Nearest: "nearest", Area: "area", Coordinator: "coordinator", Named: "named"}

func (r *Request) tone() ui.Tone {
	switch {
	case r.here():
		return ui.Warning
	case r.State == Taken || r.State == Done:
		return ui.OK
	}
	return ""
}

// again is the form with the same theme chosen.
func (r *Request) again() string {
	q := url.Values{"unit": {text(r.Unit)}}
	if r.Area != "" {
		q.Set("area", r.Area)
	}
	if r.Service != 0 {
		q.Set("service", text(r.Service))
	}
	return "/help/new?" + q.Encode()
}
