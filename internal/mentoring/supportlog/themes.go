package supportlog

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/catalog"
	"taitorinki/internal/chart"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// themesPage is what is told of support in a unit, with everything under it.
type themesPage struct {
	web.Page
	Unit     people.Unit
	Path     []ui.NavItem
	Quarters []string // heads of the columns, the newest first
	Rows     []themeRow
	Under    []underRow
	Latest   string // the newest quarter, in words
	Chart    string
}

// themeRow is the hours, or the shares of a theme, by quarter.
type themeRow struct {
	Name  string
	Cells []string
}

// underRow is a unit right under the one shown, in the newest quarter.
type underRow struct{ Name, URL, Hours string }

// quartersShown is how many quarters back the page goes.
const quartersShown = 8

func (s *Service) themes(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := themesPage{Page: s.Kit.Page(r, "supportlog.themes")}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return err
	}
	may, err := s.visible(ctx, tree, p.Who)
	if err != nil {
		return err
	}
	if err := p.choose(tree, may, r.URL.Query().Get("unit")); err != nil {
		return err
	}
	if p.Unit.ID != 0 {
		if err := s.tell(ctx, &p, tree, may); err != nil {
			return err
		}
	}
	return s.Kit.Show(w, r, p.Page, themesView(p))
}

// visible are the units of which somebody is shown the figures: those in which they may look at coverage, those that they serve as a
// mentor, and their own, each with the units above. The figures are safe for every reader; this only keeps the page to what
// concerns them.
func (s *Service) visible(ctx context.Context, tree *people.Tree, who web.Visitor) (map[int64]bool, error) {
	units, _ := tree.Within(who, people.ReadCoverage)
	helps, _ := tree.Within(who, people.WorkAsMentor)
	units = append(units, helps...)
	own, err := people.PersonsByID(ctx, s.DB, []int64{who.ID})
	if err != nil {
		return nil, err
	}
	for _, p := range own {
		units = append(units, p.UnitID)
	}
	may := map[int64]bool{}
	for _, id := range units {
		for _, u := range tree.Path(id) {
			may[u.ID] = true
		}
	}
	return may, nil
}

// choose takes the unit that is asked for, or the first at the top. A unit that does not concern the reader is refused.
func (p *themesPage) choose(tree *people.Tree, may map[int64]bool, asked string) error {
	if asked == "" {
		for _, u := range tree.SortedChildren(0, p.Lang) {
			if may[u.ID] {
				p.Unit = u
				break
			}
		}
		return nil
	}
	id, _ := strconv.ParseInt(asked, 10, 64)
	u, ok := tree.Unit(id)
	switch {
	case !ok:
		return errs.New(errs.NotFound, "supportlog.no-unit")
	case !may[id]:
		return errs.New(errs.Forbidden, "web.forbidden")
	}
	p.Unit = u
	return nil
}

func themesURL(unit int64) string { return "/log/themes?unit=" + number(unit) }

// tell fills the page with the figures of its unit.
func (s *Service) tell(ctx context.Context, p *themesPage, tree *people.Tree, may map[int64]bool) error {
	for _, u := range tree.Path(p.Unit.ID) {
		p.Path = append(p.Path, ui.NavItem{Label: u.Name(p.Lang), URL: themesURL(u.ID)})
	}
	areas, err := catalog.Areas(ctx, s.DB)
	if err != nil {
		return err
	}
	made, err := quarters(ctx, s.DB)
	if err != nil || len(made) == 0 {
		return err
	}
	made = made[:min(len(made), quartersShown)]
	told, err := figuresOf(ctx, s.DB, p.Unit.ID)
	if err != nil {
		return err
	}
	areas = namedIn(areas, made)
	p.table(made, told, areas)
	p.draw(made, told, areas)
	return s.under(ctx, p, tree, may, made[0])
}

// namedIn are the areas that any of some quarters names.
func namedIn(areas []catalog.Area, made []frozen) []catalog.Area {
	return slices.DeleteFunc(slices.Clone(areas), func(a catalog.Area) bool {
		return !slices.ContainsFunc(made, func(q frozen) bool {
			return slices.ContainsFunc(q.themes, func(ids []string) bool { return slices.Contains(ids, a.ID) })
		})
	})
}

func (p *themesPage) quarter(name string) string {
	return p.T("supportlog.quarter", "year", name[:4], "quarter", name[5:])
}

func (p *themesPage) hours(f figure, shown bool) string {
	switch {
	case !shown:
		return p.T("supportlog.hidden")
	case f.hours == 0:
		return p.T("supportlog.few-hours")
	}
	return p.T("supportlog.h", "h", f.hours)
}

// table puts the figures in words, a row for the hours and one for each theme. What is hidden looks alike, whatever the reason.
func (p *themesPage) table(made []frozen, told map[string]figure, areas []catalog.Area) {
	hours, rest := themeRow{Name: p.T("supportlog.support")}, themeRow{Name: p.T("supportlog.other-themes")}
	together := false
	for _, q := range made {
		f, shown := told[q.name]
		p.Quarters = append(p.Quarters, q.name[5:]+"/"+q.name[:4])
		hours.Cells = append(hours.Cells, p.hours(f, shown))
		share, ok := q.rest(f)
		rest.Cells = append(rest.Cells, p.share(share, ok))
		together = together || slices.ContainsFunc(q.themes, func(ids []string) bool { return len(ids) > 1 })
	}
	p.Rows = append(p.Rows, hours)
	for _, a := range areas {
		row := themeRow{Name: i18n.In(a.Name, p.Lang)}
		for _, q := range made {
			share, ok := q.share(told[q.name], a.ID)
			row.Cells = append(row.Cells, p.share(share, ok))
		}
		p.Rows = append(p.Rows, row)
	}
	if together {
		p.Rows = append(p.Rows, rest)
	}
}

func (p *themesPage) share(percent int, shown bool) string {
	if !shown {
		return p.T("supportlog.hidden")
	}
	return p.T("supportlog.percent", "n", percent)
}

// draw shows the shares of the newest quarter that has any.
func (p *themesPage) draw(made []frozen, told map[string]figure, areas []catalog.Area) {
	for _, q := range made {
		f := told[q.name]
		if len(f.shares) == 0 {
			continue
		}
		bars := chart.Bars{Scale: chart.Scale{Max: 100}, NoValue: p.T("supportlog.hidden"),
			About:  chart.About{ID: "themes", Title: p.T("supportlog.shares-of", "quarter", p.quarter(q.name)), Desc: p.T("supportlog.shares-desc", "unit", p.Unit.Name(p.Lang))},
			Format: func(v float64) string { return p.T("supportlog.percent", "n", int(v)) }}
		bar := func(label string, share int) {
			v := float64(share)
			bars.Rows = append(bars.Rows, chart.BarRow{Label: label, Value: &v})
		}
		for _, a := range areas {
			if share, ok := q.share(f, a.ID); ok {
				bar(i18n.In(a.Name, p.Lang), share)
			}
		}
		if share, ok := q.rest(f); ok {
			bar(p.T("supportlog.other-themes"), share)
		}
		p.Chart = bars.SVG()
		return
	}
}

// under lists the units right under the one shown, by name.
func (s *Service) under(ctx context.Context, p *themesPage, tree *people.Tree, may map[int64]bool, q frozen) error {
	told, err := figuresIn(ctx, s.DB, q.name)
	if err != nil {
		return err
	}
	p.Latest = p.quarter(q.name)
	for _, u := range tree.SortedChildren(p.Unit.ID, p.Lang) {
		if f, shown := told[u.ID]; may[u.ID] {
			p.Under = append(p.Under, underRow{u.Name(p.Lang), themesURL(u.ID), p.hours(f, shown)})
		}
	}
	return nil
}
