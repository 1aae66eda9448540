package supportlog

import (
	"context"
	"slices"
	"strconv"

	"taitorinki/internal/catalog"
	"taitorinki/internal/chart"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
)

// choices are what a mentor chooses from, in the reader's language.
type choices struct {
	areas, services, units []ui.Option
}

// choices reads what a mentor chooses from. What is in focus comes first, then the competence areas; a support factor is a theme
// only while it is in focus. What an entry names already is offered too.
func (s *Service) choices(ctx context.Context, k known, m *mentoring.Mentor, named *Entry, lang, inFocus, none string) (c choices, err error) {
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return c, err
	}
	all, err := mentoring.FocusesOn(ctx, s.DB, s.today())
	if err != nil {
		return c, err
	}
	focus := map[string]bool{}
	for _, f := range mentoring.For(tree, m, all) {
		focus[f.Area] = true
	}
	for _, first := range []bool{true, false} {
		for _, a := range k.areas {
			if focus[a.ID] != first || !first && a.Support && a.ID != named.Area {
				continue
			}
			o := ui.Option{Value: a.ID, Label: i18n.In(a.Name, lang)}
			if first {
				o.Help = inFocus
			}
			c.areas = append(c.areas, o)
		}
	}
	c.services = []ui.Option{{Value: "0", Label: none, Selected: named.Service == 0}}
	for _, d := range k.services {
		if d.Ended.IsZero() || d.ID == named.Service {
			c.services = append(c.services, ui.Option{Value: number(d.ID), Label: chart.SoftHyphens(catalog.ServiceName(k.services, d.ID, lang))})
		}
	}
	c.units = unitChoices(tree, m, lang)
	return c, nil
}

// unitChoices are the units of today that a mentor serves, those above before those below.
func unitChoices(tree *people.Tree, m *mentoring.Mentor, lang string) (out []ui.Option) {
	seen := map[int64]bool{}
	var add func(id int64, below bool)
	add = func(id int64, below bool) {
		u, ok := tree.Unit(id)
		if !ok || seen[id] && !below {
			return
		}
		if !seen[id] {
			seen[id] = true
			out = append(out, ui.Option{Value: number(id), Label: u.Name(lang)})
		}
		if below {
			for _, k := range tree.SortedChildren(id, lang) {
				add(k.ID, true)
			}
		}
	}
	for _, p := range m.Units {
		add(p.Unit, p.Below)
	}
	return out
}

// first is what is chosen before the mentor chooses: what the entry made last says, or what the request does that was answered.
func (s *Service) first(ctx context.Context, m *mentoring.Mentor, request int64) (e Entry, err error) {
	last, has, err := lastEntry(ctx, s.DB, m.ID)
	if err != nil {
		return e, err
	}
	if has {
		e = Entry{Area: last.Area, Service: last.Service, Way: last.Way, Minutes: last.Minutes, Unit: last.Unit}
	}
	if request != 0 && s.Request != nil {
		p, ok, err := s.Request(ctx, m.ID, request)
		if err != nil {
			return e, err
		}
		if ok {
			p.over(&e)
		}
	}
	if !slices.ContainsFunc(m.Units, func(p mentoring.Place) bool { return p.Unit == e.Unit || p.Below }) {
		e.Unit = 0
	}
	if e.Unit == 0 && len(m.Units) > 0 {
		e.Unit = m.Units[0].Unit
	}
	e.Day = s.today()
	return e, nil
}

// over writes what the preset says over an entry.
func (p Preset) over(e *Entry) {
	if p.Area != "" {
		e.Area = p.Area
	}
	e.Service = p.Service
	if p.Way != "" {
		e.Way = p.Way
	}
	if p.Minutes != 0 {
		e.Minutes = p.Minutes
	}
	if p.Unit != 0 {
		e.Unit = p.Unit
	}
}

func number(id int64) string { return strconv.FormatInt(id, 10) }
