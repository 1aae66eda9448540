package feedback

import (
	"context"
	"slices"
	"time"

	"github.com/a-h/templ"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/web"
)

// mostRuns is how many earlier runs are told of at planning.
const mostRuns = 3

// earlier are the runs before an event that have been held: the one it is a copy of first, then those of its theme, the newest first.
func earlier(ctx context.Context, q db.Q, e *events.Event, now time.Time) (out []events.Event, err error) {
	if e.CopiedFrom != 0 {
		x, err := events.ByID(ctx, q, e.CopiedFrom)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return nil, err
		}
		if err == nil && x.State == events.Published {
			out = append(out, x)
		}
	}
	if e.Area != "" || e.Service != 0 {
		same, err := events.OfTheme(ctx, q, e.Area, e.Service)
		if err != nil {
			return nil, err
		}
		out = append(out, slices.DeleteFunc(same, func(x events.Event) bool { return x.ID == e.CopiedFrom })...)
	}
	return slices.DeleteFunc(out, func(x events.Event) bool {
		return x.ID == e.ID || now.Before(Opens(&x)) || e.ID != 0 && !x.Start.Before(e.Start)
	}), nil
}

// lesson is what is told of an earlier run.
type lesson struct {
	events.Event
	Figure  Figure
	Themes  []Theme
	Changes string // published
	Hosted  bool   // by the visitor, who sees figures and groups
}

func (l lesson) empty() bool { return !l.Figure.Shown && len(l.Themes) == 0 && l.Changes == "" }

func (l lesson) day(lang string) string { return i18n.Date(lang, l.Start) }

// lessonOf reads what a visitor may know of an earlier run: what was published, and of events that they look after the rest too.
func (s *Service) lessonOf(ctx context.Context, v web.Visitor, e *events.Event) (l lesson, err error) {
	l = lesson{Event: *e}
	c, err := changesOf(ctx, s.DB, e.ID)
	if err != nil {
		return l, err
	}
	if c.Published {
		l.Changes = c.Text
	}
	if l.Hosted, err = s.Events.Hosts(ctx, s.DB, v, e); err != nil || !l.Hosted {
		return l, err
	}
	told, err := Usefulness(ctx, s.DB, []int64{e.ID})
	if err != nil || !told[e.ID].Shown {
		return l, err
	}
	l.Figure = told[e.ID]
	l.Themes, err = themesOf(ctx, s.DB, e.ID)
	l.Themes = slices.DeleteFunc(l.Themes, func(t Theme) bool { return t.N == 0 })
	return l, err
}

// Said is what was told of earlier runs, for hosts who plan the next.
func (s *Service) Said(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	all, err := earlier(ctx, s.DB, e, s.Now())
	if err != nil {
		return nil, err
	}
	var told []lesson
	for i := range all {
		if len(told) == mostRuns {
			break
		}
		l, err := s.lessonOf(ctx, p.Who, &all[i])
		if err != nil {
			return nil, err
		}
		if !l.empty() {
			told = append(told, l)
		}
	}
	if len(told) == 0 {
		return nil, nil
	}
	return saidView(p, told), nil
}

// cardOf is feedback's piece of an event's page.
type cardOf struct {
	web.Page
	Event   events.Event
	Give    bool   // feedback is open
	Own     string // what its hosts change because of it
	Earlier *lesson
}

// Card tells on an event's page where to give feedback, and what was changed because of it.
func (s *Service) Card(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	c := cardOf{Page: p, Event: *e, Give: Open(e, s.Now())}
	own, err := changesOf(ctx, s.DB, e.ID)
	if err != nil {
		return nil, err
	}
	if own.Published {
		c.Own = own.Text
	}
	all, err := earlier(ctx, s.DB, e, s.Now())
	if err != nil {
		return nil, err
	}
	for i := range all {
		changes, err := changesOf(ctx, s.DB, all[i].ID)
		if err != nil {
			return nil, err
		}
		if changes.Published {
			c.Earlier = &lesson{Event: all[i], Changes: changes.Text}
			break
		}
	}
	if !c.Give && c.Own == "" && c.Earlier == nil {
		return nil, nil
	}
	return cardView(c), nil
}

// HostCard tells hosts how useful their event was, and leads to what was said.
func (s *Service) HostCard(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	if e.State != events.Published || s.Now().Before(Opens(e)) {
		return nil, nil
	}
	told, err := Usefulness(ctx, s.DB, []int64{e.ID})
	if err != nil {
		return nil, err
	}
	return hostCardView(p, e, told[e.ID]), nil
}
