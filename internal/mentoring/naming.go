package mentoring

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// naming gives names to what a mentor holds by id.
type naming struct {
	tree     *people.Tree
	areas    []catalog.Area
	services []catalog.DigitalService // also those out of use
}

func readNaming(ctx context.Context, q db.Q) (n *naming, err error) {
	n = &naming{}
	if n.tree, err = people.LoadTree(ctx, q); err != nil {
		return nil, err
	}
	if n.areas, err = catalog.Areas(ctx, q); err != nil {
		return nil, err
	}
	n.services, err = catalog.Services(ctx, q)
	return n, err
}

// translate is the message of a key in somebody's language.
type translate = func(key string, args ...any) string

// unit names a unit; "" for one that is not of today.
func (n *naming) unit(lang string, id int64) string {
	u, _ := n.tree.Unit(id)
	return u.Name(lang)
}

func (n *naming) place(lang string, p Place, t translate) string {
	name := n.unit(lang, p.Unit)
	if name == "" {
		return t("mentoring.unit-gone")
	}
	if p.Below && len(n.tree.Children(p.Unit)) > 0 {
		return t("mentoring.unit-below", "unit", name)
	}
	return name
}

func (n *naming) places(lang string, m *Mentor, t translate) string {
	var out []string
	for _, p := range m.Units {
		out = append(out, n.place(lang, p, t))
	}
	return listed(out, t)
}

func (n *naming) areasOf(lang string, m *Mentor, t translate) string {
	var out []string
	for _, id := range m.Areas {
		out = append(out, catalog.AreaName(n.areas, id, lang))
	}
	return listed(out, t)
}

func (n *naming) servicesOf(lang string, m *Mentor, t translate) string {
	var out []string
	for _, id := range m.Services {
		if name := catalog.ServiceName(n.services, id, lang); name != "" {
			out = append(out, name)
		}
	}
	return listed(out, t)
}

func langsOf(m *Mentor, t translate) string {
	var out []string
	for _, l := range m.Langs {
		out = append(out, t("people.lang-"+l))
	}
	return listed(out, t)
}

func listed(names []string, t translate) string {
	if len(names) == 0 {
		return t("mentoring.none")
	}
	return strings.Join(names, ", ")
}

// grantText says what is granted.
func grantText(m *Mentor, lang string, t translate) string {
	if m.Minutes == 0 {
		return t("mentoring.no-grant")
	}
	hours := Hours(lang, m.Minutes)
	if m.Ends == "" {
		return t("mentoring.grant-open", "hours", hours, "from", i18n.Day(lang, m.Starts))
	}
	return t("mentoring.grant-until", "hours", hours, "from", i18n.Day(lang, m.Starts), "to", i18n.Day(lang, m.Ends))
}

func awayText(m *Mentor, lang string, t translate) string {
	if m.AwayFrom == "" {
		return t("mentoring.not-away")
	}
	return t("mentoring.away-days", "from", i18n.Day(lang, m.AwayFrom), "to", i18n.Day(lang, m.AwayTo))
}

// facts are what a mentor's page says of the mentor; what only the own page tells is not among them.
func (n *naming) facts(m *Mentor, lang string, t translate) []ui.Fact {
	reach := m.Reach
	if reach == "" {
		reach = t("mentoring.none")
	}
	return []ui.Fact{
		{Term: t("mentoring.granted"), Value: grantText(m, lang, t)},
		{Term: t("mentoring.units-served"), Value: n.places(lang, m, t)},
		{Term: t("mentoring.areas"), Value: n.areasOf(lang, m, t)},
		{Term: t("mentoring.services"), Value: n.servicesOf(lang, m, t)},
		{Term: t("mentoring.langs"), Value: langsOf(m, t)},
		{Term: t("mentoring.reach"), Value: reach},
		{Term: t("mentoring.away"), Value: awayText(m, lang, t)},
	}
}

// strengths are the choices of a profile, with what is in it chosen.
func (n *naming) strengths(p web.Page, x Profile) (areas, services, langs []ui.Option) {
	for _, a := range n.areas {
		if !a.Support {
			areas = append(areas, ui.Option{Value: a.ID, Label: i18n.In(a.Name, p.Lang), Selected: slices.Contains(x.Areas, a.ID)})
		}
	}
	for _, d := range n.services {
		if chosen := slices.Contains(x.Services, d.ID); chosen || d.Ended.IsZero() {
			services = append(services, ui.Option{Value: strconv.FormatInt(d.ID, 10), Label: i18n.In(d.Name, p.Lang), Selected: chosen})
		}
	}
	for _, l := range i18n.Langs {
		langs = append(langs, ui.Option{Value: l, Label: p.T("people.lang-" + l), Selected: slices.Contains(x.Langs, l)})
	}
	return areas, services, langs
}

// unitOptions list all units for a select, with a dash for each level; the first chooses none.
func (n *naming) unitOptions(p web.Page, none string, within *scope) []ui.Option {
	out := []ui.Option{{Label: p.T(none), Selected: true}}
	var add func(u people.Unit, dashes string)
	add = func(u people.Unit, dashes string) {
		if within == nil || within.has(u.ID) {
			out = append(out, ui.Option{Value: strconv.FormatInt(u.ID, 10), Label: dashes + u.Name(p.Lang)})
			dashes += "– "
		}
		if len(n.tree.Children(u.ID)) == 0 {
			return // to sort nothing costs as much as to sort a little
		}
		for _, c := range n.tree.SortedChildren(u.ID, p.Lang) {
			add(c, dashes)
		}
	}
	for _, u := range n.tree.SortedChildren(0, p.Lang) {
		add(u, "")
	}
	return out
}
