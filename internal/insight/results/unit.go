package results

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"taitorinki/internal/chart"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/sdc"
	"taitorinki/internal/ui"
)

// unitPage is the result of a unit, for whoever leads it.
type unitPage struct {
	*view
	Unit    int
	Cell    *insight.Cell // nil: nothing is told
	Lead    string
	Groups  []unitGroup
	Strong  []standing
	Thin    []standing
	Changes []changeRow
	Matched *matched // nil: nothing is told of those who answered both times
	Moved   bool     // it was under another unit in the wave before
	Below   []unitLine
	Parent  int // the nearest unit above, besides the whole, of which means are told; 0: none
	By      []crossTable

	Findings []insight.Finding
	Helpers  templ.Component // who helps here; nil: nobody is told
}

type unitGroup struct {
	Title, Chart string
	Rows         []unitRow
	Max          int
}

// unitRow is an area of a unit: beside the whole, and the unit above.
type unitRow struct {
	Title, About, Mean, Whole, Above string
	Words                            string // how it stands against the whole
	Standing                         insight.Standing
	Area                             int // index
}

type standing struct {
	Title, Text, Help string
	Area              int             // index
	Who               templ.Component // who helps with it; nil: nobody is told
}

// unitLine is a unit under this one.
type unitLine struct{ Title, URL, Told string }

func (s *Pages) unit(w http.ResponseWriter, r *http.Request, v *view) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	u := -1
	if err == nil {
		u = v.UnitByID(id)
	}
	switch {
	case u < 0:
		return errs.New(errs.NotFound, "insight.no-unit")
	case !v.Reaches(u):
		return errs.New(errs.Forbidden, "web.forbidden")
	}
	p := unitPage{view: v, Unit: u, Cell: v.Of(u)}
	v.Crumbs = v.path(u)
	p.Parent = p.parent()
	if p.Cell != nil {
		p.stand()
		for _, support := range []bool{false, true} {
			if g := p.group(support); len(g.Rows) > 0 {
				p.Groups = append(p.Groups, g)
			}
		}
		p.Changes = v.changes(u)
		p.Matched, p.Moved = v.matched(u), v.movedUnit(u)
	}
	p.Lead = p.lead()
	p.Below = p.below()
	p.By = v.crossed(u)
	if p.Findings, err = s.here(r.Context(), v, u); err != nil {
		return err
	}
	if err := s.help(r.Context(), &p); err != nil {
		return err
	}
	return s.show(w, r, v, v.UnitName(u), unitResult(p))
}

// help asks who helps in the unit, and with what is thin there.
func (s *Pages) help(ctx context.Context, p *unitPage) error {
	unit := p.Units[p.Unit].ID
	if unit == 0 || s.Helpers == nil {
		return nil
	}
	shown, strong, err := s.Helpers(ctx, p.Page, unit)
	if err != nil {
		return err
	}
	p.Helpers = shown
	for i := range p.Thin {
		p.Thin[i].Who = strong(p.Areas[p.Thin[i].Area].ID)
	}
	return nil
}

// path leads from the round to a unit, through those above it that the visitor may see.
func (v *view) path(unit int) []ui.NavItem {
	var up []ui.NavItem
	for u := unit; u > 0; u = v.Units[u].Parent {
		if v.Reaches(u) {
			up = append(up, ui.NavItem{Label: v.UnitName(u), URL: v.unitURL(u)})
		}
	}
	slices.Reverse(up)
	return append([]ui.NavItem{{Label: v.T("insight.results"), URL: "/results"}, {Label: v.RoundName(), URL: v.URL("")}}, up...)
}

// movedUnit reports whether a unit was under another one in the wave before.
func (v *view) movedUnit(unit int) bool {
	if v.Before == nil || unit == 0 {
		return false
	}
	was := v.Before.SameUnit(v.Units[unit])
	return was > 0 && v.Before.Units[v.Before.Units[was].Parent].Code != v.Units[v.Units[unit].Parent].Code
}

// parent is the unit above to compare with.
func (p *unitPage) parent() int {
	for u := p.Units[p.Unit].Parent; u > 0; u = p.Units[u].Parent {
		if c := p.Of(u); c != nil && !c.Placed {
			return u
		}
	}
	return 0
}

// stand gathers what is strong and what is thin against the whole.
func (p *unitPage) stand() {
	for a, area := range p.Areas {
		x := standing{Area: a, Title: p.AreaName(a), Text: i18n.In(area.About, p.Lang), Help: p.help(area)}
		switch p.Standing(p.Unit, 0, a) {
		case insight.Above:
			p.Strong = append(p.Strong, x)
		case insight.Below:
			p.Thin = append(p.Thin, x)
		}
	}
}

// helps are what could help in the areas of our own instrument, by their ids.
var helps = map[string]string{
	"remote":       "insight.help-remote",
	"digital":      "insight.help-digital",
	"skills":       "insight.help-skills",
	"evaluate":     "insight.help-evaluate",
	"ethics":       "insight.help-ethics",
	"management":   "insight.help-management",
	"organisation": "insight.help-organisation",
	"colleagues":   "insight.help-colleagues",
}

// help is what could help in an area.
func (p *unitPage) help(a insight.Area) string {
	key := helps[a.ID]
	switch {
	case key != "":
	case a.Support:
		key = "insight.help-support"
	default:
		key = "insight.help-competence"
	}
	return p.T(key)
}

// lead is the result in one sentence.
func (p *unitPage) lead() string {
	name := func(all []standing) string {
		var names []string
		for _, x := range all {
			names = append(names, x.Title)
		}
		return p.and(names)
	}
	switch {
	case p.Cell == nil:
		return p.T("insight.unit-hidden")
	case len(p.Strong) > 0 && len(p.Thin) > 0:
		return p.T("insight.unit-both", "strong", name(p.Strong), "thin", name(p.Thin))
	case len(p.Strong) > 0:
		return p.T("insight.unit-strong", "strong", name(p.Strong))
	case len(p.Thin) > 0:
		return p.T("insight.unit-thin", "thin", name(p.Thin))
	}
	return p.T("insight.unit-even")
}

// and joins names as a sentence does.
func (v *view) and(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + v.T("insight.and") + " " + names[len(names)-1]
}

func (p *unitPage) group(support bool) (g unitGroup) {
	id, title := p.kindName(support)
	g.Title = title
	bars := chart.Bars{
		About:   chart.About{ID: "unit-" + id, Title: title, Desc: p.T("insight.chart-desc")},
		NoValue: p.T("insight.hidden"), ValueName: p.UnitName(p.Unit), RefName: p.T("insight.whole"),
		Format: func(x float64) string { return p.Number(x, p.Cell.Decimals()) },
	}
	for _, a := range p.areasOf(support) {
		area := p.Areas[a]
		row := unitRow{Area: a, Title: p.AreaName(a), About: i18n.In(area.About, p.Lang), Mean: p.mean(p.Cell, a), Whole: p.mean(p.Whole(), a), Standing: p.Standing(p.Unit, 0, a)}
		row.Words = p.T([]string{"insight.hidden", "insight.below", "insight.near", "insight.above"}[row.Standing])
		if p.Parent > 0 {
			row.Above = p.mean(p.Of(p.Parent), a)
		}
		g.Max = area.Max
		g.Rows = append(g.Rows, row)
		if !p.Cell.Placed {
			bars.Scale = chart.Scale{Min: float64(area.Min), Max: float64(area.Max)}
			bars.Rows = append(bars.Rows, chart.BarRow{Label: row.Title, Value: p.Cell.Means[a], Ref: p.Whole().Means[a]})
		}
	}
	if !p.Cell.Placed {
		g.Chart = bars.SVG()
	}
	return g
}

// below lists the units under this one, by name, whether anything of them is told or not.
func (p *unitPage) below() (out []unitLine) {
	units := slices.Clone(p.Under(p.Unit))
	p.byName(units)
	for _, u := range units {
		out = append(out, unitLine{Title: p.UnitName(u), URL: p.unitURL(u), Told: p.told(u)})
	}
	return out
}

// told says in a few words what is told of a unit.
func (v *view) told(unit int) string {
	switch c := v.Of(unit); {
	case c == nil:
		return v.T("insight.told-nothing")
	case c.Placed:
		return v.T("insight.told-band", "k", v.Least, "full", v.Full-1)
	default:
		return v.T("insight.told-n", "n", c.N)
	}
}

// crossTable is a unit's results by the categories of a background variable.
type crossTable struct {
	Title string
	Rows  []crossRow
}

type crossRow struct {
	Title, N string
	Cells    []string
}

func (v *view) crossed(unit int) (out []crossTable) {
	for b, x := range v.Variables {
		t := crossTable{Title: v.variableName(b)}
		any := false
		for c := range x.Categories {
			cell := v.Cell(unit, b, c)
			row := crossRow{Title: v.categoryName(b, c), N: v.T("insight.hidden")}
			if cell != nil && !cell.Placed {
				row.N = i18n.Int(v.Lang, cell.N)
			}
			for a := range v.Areas {
				row.Cells = append(row.Cells, v.figure(cell, a))
			}
			any = any || cell != nil
			t.Rows = append(t.Rows, row)
		}
		i18n.Sort(v.Lang, t.Rows, func(r crossRow) string { return r.Title })
		if any {
			out = append(out, t)
		}
	}
	return out
}

// figure writes what a cell tells of an area: a mean, or how it stands.
func (v *view) figure(c *insight.Cell, area int) string {
	switch {
	case c != nil && c.Placed && c.Bands[area] != sdc.NoPlacing:
		return v.T([]string{"insight.below", "insight.near", "insight.above"}[c.Bands[area]+1])
	default:
		return v.mean(c, area)
	}
}
