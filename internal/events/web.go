package events

import (
	"context"
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

// Path is where the list of events is.
const Path = "/events"

// Routes adds the pages.
func (s *Service) Routes() {
	k := s.Kit
	k.Handle("GET /events", web.SignedIn, s.list)
	k.Handle("GET /events/{id}", web.SignedIn, s.show)
	k.Handle("POST /events/{id}/consent", web.SignedIn, s.consent)

	k.Handle("GET /events/new", people.HostEvents, s.add)
	k.Handle("POST /events", people.HostEvents, s.save)
	k.Handle("GET /events/reach", people.HostEvents, s.sendReach)
	k.Handle("GET /events/{id}/edit", web.SignedIn, s.edit)
	k.Handle("POST /events/{id}", web.SignedIn, s.save)
	k.Handle("GET /events/{id}/host", web.SignedIn, s.host)
	k.Handle("POST /events/{id}/publish", web.SignedIn, s.publish)
	k.Handle("POST /events/{id}/cancel", web.SignedIn, s.cancel)
	k.Handle("POST /events/{id}/speakers", web.SignedIn, s.addSpeaker)
	k.Handle("POST /events/{id}/speakers/{speaker}", web.SignedIn, s.changeSpeaker)
	k.Handle("POST /events/{id}/tasks", web.SignedIn, s.addTask)
	k.Handle("POST /events/{id}/tasks/{task}", web.SignedIn, s.changeTask)
}

// Opened returns the event that the path names, for a visitor with an account; drafts only for those who look after them. Hosts tells
// whether the visitor does.
func (s *Service) Opened(r *http.Request) (e Event, hosts bool, err error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return e, false, err
	}
	if e, err = ByID(r.Context(), s.DB, id); err != nil {
		return e, false, err
	}
	hosts, err = s.Hosts(r.Context(), s.DB, web.VisitorOf(r), &e)
	if err == nil && e.State == Draft && !hosts {
		err = errs.New(errs.NotFound, "events.no-event")
	}
	return e, hosts, err
}

// hosted returns the event that the path names, for a visitor who looks after it.
func (s *Service) hosted(r *http.Request) (Event, error) {
	id, err := web.ID(r, "id")
	if err != nil {
		return Event{}, err
	}
	return s.Hosted(r.Context(), web.VisitorOf(r), id)
}

// line is an event in a list.
type line struct {
	Event
	ForMe bool
}

type listPage struct {
	web.Page
	Coming, Past, Drafts []line
	Pages                ui.Pages
	Hosts                bool
	Kind, Area           string
	Kinds, Areas         []ui.Option
}

func (s *Service) list(w http.ResponseWriter, r *http.Request) error {
	ctx, now := r.Context(), s.Now()
	q := r.URL.Query()
	p := listPage{Page: s.Kit.Page(r, "events.title"), Kind: q.Get("kind"), Area: q.Get("area")}
	p.Hosts = p.Who.May(people.HostEvents)
	me, err := people.PersonByID(ctx, s.DB, p.Who.ID)
	if err != nil {
		return err
	}
	all, err := read(ctx, s.DB, `ORDER BY starts_at, id`)
	if err != nil {
		return err
	}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	mine, everywhere := tree.Within(p.Who, people.HostEvents)
	hosts := func(e *Event) bool {
		return p.Hosts && (everywhere || e.Unit != 0 && slices.Contains(mine, e.Unit) || e.MadeBy == p.Who.ID)
	}
	for _, e := range all {
		if p.Kind != "" && string(e.Kind) != p.Kind || p.Area != "" && e.Area != p.Area {
			continue
		}
		x := line{Event: e}
		switch {
		case e.State == Draft && hosts(&e):
			p.Drafts = append(p.Drafts, x)
		case e.State == Draft:
		case !e.Over(now):
			if x.ForMe, err = e.Target.Has(ctx, s.DB, &me); err != nil {
				return err
			}
			p.Coming = append(p.Coming, x)
		case e.State == Published:
			p.Past = append(p.Past, x)
		}
	}
	slices.Reverse(p.Past)
	p.Pages, p.Past = web.Paged(r, p.Past)
	if err := s.listChoices(ctx, &p); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, listView(p))
}

func (s *Service) listChoices(ctx context.Context, p *listPage) error {
	p.Kinds = []ui.Option{{Label: p.T("events.every-kind")}}
	for _, k := range Kinds {
		p.Kinds = append(p.Kinds, ui.Option{Value: string(k), Label: p.T("events.kind-" + string(k))})
	}
	areas, err := s.areas(ctx, p.Page, "events.every-area")
	p.Areas = areas
	return err
}

func (s *Service) areas(ctx context.Context, p web.Page, none string) ([]ui.Option, error) {
	all, err := catalog.Areas(ctx, s.DB)
	out := []ui.Option{{Label: p.T(none)}}
	for _, a := range all {
		out = append(out, ui.Option{Value: a.ID, Label: i18n.In(a.Name, p.Lang)})
	}
	return out, err
}

// Times are the day and hours of an event: of its first sitting, and how many there are.
func Times(e *Event, p web.Page) string {
	held := e.Held()
	if len(held) == 0 {
		return ""
	}
	text := held[0].When(p.Lang, p.T)
	if len(held) > 1 {
		text = p.T("events.and-more", "first", text, "n", len(held)-1)
	}
	return text
}

// When is the sitting's weekday, day and hours in words.
func (x *Sitting) When(lang string, t func(key string, args ...any) string) string {
	return t("events.weekday-"+strconv.Itoa(int(x.Start.In(i18n.Zone()).Weekday()))) + " " + i18n.Span(lang, x.Start, x.End)
}

// eventPage is an event as people with an account see it.
type eventPage struct {
	web.Page
	Event
	Facts    []ui.Fact
	Speakers []Speaker
	Mine     *Speaker // the visitor's own part
	Hosts    bool
	Coming   bool
	Over     bool
	Top      []templ.Component
	Cards    []templ.Component
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	e, hosts, err := s.Opened(r)
	if err != nil {
		return err
	}
	p := eventPage{Page: s.Kit.Page(r, "events.title"), Event: e, Hosts: hosts, Coming: e.Coming(s.Now()), Over: e.Over(s.Now())}
	p.Shell.Title, p.Shell.Narrow = e.Title, true
	if p.Facts, err = s.Facts(ctx, p.Page, &e); err != nil {
		return err
	}
	all, err := SpeakersOf(ctx, s.DB, e.ID)
	if err != nil {
		return err
	}
	for i, x := range all {
		if x.Person == p.Who.ID {
			p.Mine = &all[i]
		}
		if x.Consent == Shown {
			p.Speakers = append(p.Speakers, x)
		}
	}
	if p.Top, err = Draw(ctx, p.Page, &e, s.Top); err != nil {
		return err
	}
	if p.Cards, err = Draw(ctx, p.Page, &e, s.Cards); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, eventView(p))
}

// Draw draws what parts have to say of an event.
func Draw(ctx context.Context, p web.Page, e *Event, all []Card) (out []templ.Component, err error) {
	for _, c := range all {
		x, err := c(ctx, p, e)
		if err != nil {
			return nil, err
		}
		if x != nil {
			out = append(out, x)
		}
	}
	return out, nil
}

// Facts are what is to know of an event.
func (s *Service) Facts(ctx context.Context, p web.Page, e *Event) (out []ui.Fact, err error) {
	add := func(key, text string) {
		if text != "" {
			out = append(out, ui.Fact{Term: p.T("events." + key), Value: text})
		}
	}
	for i, x := range e.Held() {
		key := "when"
		if i > 0 {
			key = "when-too"
		}
		add(key, x.When(p.Lang, p.T))
	}
	add("place", e.Place)
	add("kind", p.T("events.kind-"+string(e.Kind)))
	services, err := catalog.Services(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	areas, err := catalog.Areas(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	if e.Area != "" {
		add("area", catalog.AreaName(areas, e.Area, p.Lang))
	}
	add("service", catalog.ServiceName(services, e.Service, p.Lang))
	group, err := s.group(ctx, p, &e.Target)
	add("for-whom", group)
	return out, err
}

// group names for whom an event is.
func (s *Service) group(ctx context.Context, p web.Page, t *Target) (string, error) {
	if t.Everybody() {
		return p.T("events.everybody"), nil
	}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return "", err
	}
	professions, err := people.Professions(ctx, s.DB)
	if err != nil {
		return "", err
	}
	var parts [3][]string
	for _, role := range t.Roles {
		parts[0] = append(parts[0], p.T("people.role-"+role))
	}
	for _, x := range professions {
		if slices.Contains(t.Professions, x.Code) {
			parts[1] = append(parts[1], x.Name(p.Lang))
		}
	}
	for _, id := range t.Units {
		if u, ok := tree.Unit(id); ok {
			parts[2] = append(parts[2], u.Name(p.Lang))
		}
	}
	var out []string
	for _, x := range parts {
		if len(x) > 0 {
			out = append(out, strings.Join(x, ", "))
		}
	}
	return strings.Join(out, " · "), nil
}

func (s *Service) consent(w http.ResponseWriter, r *http.Request) error {
	e, _, err := s.Opened(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PostFormValue("speaker"), 10, 64)
	if err != nil {
		return errs.New(errs.NotFound, "events.no-speaker")
	}
	if err := s.Agree(r.Context(), web.VisitorOf(r).ID, e.ID, id, r.PostFormValue("yes") == "1"); err != nil {
		return err
	}
	s.Kit.Flash(r, "events.saved")
	return web.See(w, r, e.Path(""))
}

// today is the day by which tasks are late.
func (s *Service) today() string { return s.Now().In(i18n.Zone()).Format(time.DateOnly) }
