package results

import (
	"net/http"
	"slices"

	"taitorinki/internal/chart"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/sdc"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

type listPage struct {
	web.Page
	Rounds []insight.Head
}

func (s *Pages) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: s.Kit.Page(r, "insight.results")}
	var err error
	if p.Rounds, err = s.Rounds(r.Context()); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, resultList(p))
}

// countyPage is the overview of a round.
type countyPage struct {
	*view
	Lead    string
	Groups  []areaGroup
	Answers []answered // by the units right under the whole, and by the categories of each variable
	Changes []changeRow

	Findings []insight.Finding
}

// areaGroup is the competence areas, or the support factors.
type areaGroup struct {
	Title, Means, Shares string
	Classes              []string
	Rows                 []areaRow
	Min, Max             int
	Small                bool // a share may be too small for its number to fit into the chart
}

type areaRow struct {
	Title, About, Mean, Interval string
	Shares                       []string
	Area                         int // index
}

func (s *Pages) overview(w http.ResponseWriter, r *http.Request, v *view) error {
	p := countyPage{view: v}
	if whole := v.Whole(); whole != nil {
		p.Lead = v.T("insight.lead", "n", whole.N, "of", v.Invited, "rate", sdc.Percent(whole.N, v.Invited)) + p.ends()
		for _, support := range []bool{false, true} {
			if g := p.areas(support); len(g.Rows) > 0 {
				p.Groups = append(p.Groups, g)
			}
		}
		p.Answers = v.representative()
		p.Changes = v.changes(0)
	}
	var err error
	if p.Findings, err = s.here(r.Context(), v, 0); err != nil {
		return err
	}
	return s.show(w, r, v, v.T("insight.county"), countyResult(p))
}

// ends names the strongest and the thinnest competence area, where they are apart.
func (p countyPage) ends() string {
	low, high := -1, -1
	whole := p.Whole()
	for _, a := range p.areasOf(false) {
		switch m := whole.Means[a]; {
		case m == nil:
			return ""
		case low < 0:
			low, high = a, a
		case *m < *whole.Means[low]:
			low = a
		case *m > *whole.Means[high]:
			high = a
		}
	}
	if low < 0 || p.share(high)-p.share(low) < p.Near {
		return ""
	}
	return " " + p.T("insight.lead-ends", "strong", p.AreaName(high), "thin", p.AreaName(low), "high", p.mean(whole, high), "low", p.mean(whole, low))
}

// share is where on its scale the mean of an area lies, from 0 to 1.
func (p countyPage) share(a int) float64 {
	x := p.Areas[a]
	return (*p.Whole().Means[a] - float64(x.Min)) / float64(x.Max-x.Min)
}

// areasOf lists the areas of a kind.
func (v *view) areasOf(support bool) (out []int) {
	for a, x := range v.Areas {
		if x.Support == support {
			out = append(out, a)
		}
	}
	return out
}

func (v *view) kindName(support bool) (id, title string) {
	if support {
		return "support", v.T("insight.support")
	}
	return "competence", v.T("insight.competence")
}

func (p countyPage) areas(support bool) (g areaGroup) {
	id, title := p.kindName(support)
	g.Title = title
	whole := p.Whole()
	decimals := whole.Decimals()
	means := chart.Bars{
		About:  chart.About{ID: id + "-means", Title: p.T("insight.means") + ": " + title, Desc: p.T("insight.chart-desc")},
		Format: func(x float64) string { return p.Number(x, decimals) }, NoValue: p.T("insight.hidden"),
	}
	shares := chart.Distribution{
		About:  chart.About{ID: id + "-shares", Title: p.T("insight.shares") + ": " + title, Desc: p.T("insight.chart-desc")},
		Format: func(x float64) string { return p.Percent(int(x)) }, NoValue: p.T("insight.hidden"),
	}
	told := false
	for _, a := range p.areasOf(support) {
		area := p.Areas[a]
		if g.Rows == nil {
			g.Min, g.Max, g.Classes = area.Min, area.Max, classNames(p.Lang, area)
			means.Scale, shares.Segments = chart.Scale{Min: float64(area.Min), Max: float64(area.Max)}, g.Classes
		}
		row := areaRow{Area: a, Title: p.AreaName(a), About: i18n.In(area.About, p.Lang), Mean: p.mean(whole, a)}
		spread := p.Spread(0, a)
		bar, bars := chart.BarRow{Label: row.Title, Value: whole.Means[a]}, chart.DistributionRow{Label: row.Title}
		if spread != nil {
			bar.Low, bar.High, means.RangeName = &spread.Low, &spread.High, p.T("insight.interval")
			told = true
			row.Interval = p.Number(spread.Low, 2) + "–" + p.Number(spread.High, 2)
			for _, n := range spread.Shares {
				row.Shares, bars.Shares = append(row.Shares, p.Percent(n)), append(bars.Shares, float64(n))
			}
			g.Small = g.Small || slices.ContainsFunc(spread.Shares, func(n int) bool { return n > 0 && n < 10 })
		}
		means.Rows, shares.Rows = append(means.Rows, bar), append(shares.Rows, bars)
		g.Rows = append(g.Rows, row)
	}
	g.Means = means.SVG()
	if told {
		g.Shares = shares.SVG()
	} else {
		g.Classes = nil
	}
	return g
}

// mean writes a cell's mean of an area.
func (v *view) mean(c *insight.Cell, area int) string {
	if c == nil || c.Placed || c.Means[area] == nil {
		return v.T("insight.hidden")
	}
	return v.Number(*c.Means[area], c.Decimals())
}

func classNames(lang string, a insight.Area) []string {
	var out []string
	all := insight.Classes(a.Min, a.Max)
	for i, c := range all {
		out = append(out, c.Name(lang, i == len(all)-1))
	}
	return out
}

// answered tells who has answered, against who was invited.
type answered struct {
	Title string
	Rows  []answeredRow
}

type answeredRow struct {
	Title, URL          string
	Invited, N, Rate    string
	OfInvited, OfAnswer string // shares of the whole
	Under               bool   // clearly fewer of the answers than of the invited
}

// uneven is by how many points the share of a group among the answers must be under that among the invited to be pointed out.
const uneven = 3

// representative compares those who answered with those invited, by service area and by each background variable.
func (v *view) representative() (out []answered) {
	if len(v.Units) > 1 {
		by := answered{Title: v.T("insight.by-area")}
		units := slices.Clone(v.Under(0))
		v.byName(units)
		for _, u := range units {
			row := v.answeredRow(v.UnitName(u), v.Staff(u), v.Of(u))
			if v.Reaches(u) {
				row.URL = v.unitURL(u)
			}
			by.Rows = append(by.Rows, row)
		}
		out = append(out, by)
	}
	for b, x := range v.Variables {
		by := answered{Title: v.variableName(b)}
		for c, category := range x.Categories {
			if category.Heads > 0 {
				by.Rows = append(by.Rows, v.answeredRow(v.categoryName(b, c), category.Heads, v.Cell(0, b, c)))
			}
		}
		if len(by.Rows) > 0 {
			i18n.Sort(v.Lang, by.Rows, func(r answeredRow) string { return r.Title })
			out = append(out, by)
		}
	}
	return out
}

func (v *view) answeredRow(title string, invited int, c *insight.Cell) answeredRow {
	hidden := v.T("insight.hidden")
	row := answeredRow{Title: title, Invited: i18n.Int(v.Lang, invited), N: hidden, Rate: hidden, OfInvited: v.Percent(sdc.Percent(invited, v.Invited)), OfAnswer: hidden}
	if c != nil && !c.Placed && invited > 0 {
		whole := v.Whole().N
		row.N, row.Rate, row.OfAnswer = i18n.Int(v.Lang, c.N), v.Percent(min(100, sdc.Percent(c.N, invited))), v.Percent(sdc.Percent(c.N, whole))
		row.Under = sdc.Percent(c.N, whole) <= sdc.Percent(invited, v.Invited)-uneven
	}
	return row
}

func (v *view) variableName(b int) string {
	if v.Variables[b].ID == "profession" {
		return v.T("insight.profession")
	}
	return i18n.In(v.Variables[b].Title, v.Lang)
}

func (v *view) categoryName(b, c int) string {
	if x := v.Variables[b].Categories[c]; len(x.Title) > 0 {
		return i18n.In(x.Title, v.Lang)
	}
	return v.T("insight.not-stated")
}

func (v *view) unitURL(unit int) string { return v.URL("/units/" + itoa(v.Units[unit].ID)) }

// links are the pages of the visitor's own units, first on the overview.
func (p countyPage) links() (out []ui.NavItem) {
	for _, u := range p.Mine() {
		if u > 0 {
			out = append(out, ui.NavItem{Label: p.UnitName(u), URL: p.unitURL(u)})
		}
	}
	return out
}
