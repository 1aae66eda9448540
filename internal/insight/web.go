package insight

import (
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/chart"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/sheet"
	"taitorinki/internal/web"
)

// Routes adds the feature's pages.
func (s *Service) Routes() {
	s.Kit.Handle("GET /results", people.ReadResults, s.list)
	s.Kit.Handle("GET /results/{code}", people.ReadResults, s.show)
	s.Kit.Handle("GET /results/{code}/table.csv", people.ReadResults, s.csv)
}

type listPage struct {
	web.Page
	Rounds []Round
}

func (s *Service) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: s.Kit.Page(r, "insight.results")}
	var err error
	if p.Rounds, err = s.Rounds(r.Context()); err != nil {
		return err
	}
	return s.Kit.Show(w, r, p.Page, resultList(p))
}

// countyPage is the result of a whole county.
type countyPage struct {
	web.Page
	*County
	Name   string
	Groups []group
}

// group is the competence areas or the support factors.
type group struct {
	Title, Means, Shares string
	Classes              []string
	Rows                 []row
	Max                  int
	Small                bool // a share may be too small for its number to fit into the chart
}

type row struct {
	Title, Mean string
	Shares      []string
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	c, err := s.county(r.Context(), r.PathValue("code"))
	if err == nil {
		err = s.Note(r.Context(), web.VisitorOf(r).ID, "result.view", c.Code)
	}
	if err != nil {
		return err
	}
	p := countyPage{Page: s.Kit.Page(r, "insight.county"), County: c}
	p.Name = i18n.In(c.Name, p.Lang)
	p.Shell.Title = p.T("insight.county") + ": " + p.Name
	for _, support := range []bool{false, true} {
		if g, any := p.group(support); any {
			p.Groups = append(p.Groups, g)
		}
	}
	return s.Kit.Show(w, r, p.Page, countyResult(p))
}

func (p countyPage) group(support bool) (g group, any bool) {
	id, title := "competence", "insight.competence"
	if support {
		id, title = "support", "insight.support"
	}
	g.Title = p.T(title)
	decimals := 1
	if len(p.Rows) > 0 {
		decimals = p.Rows[0].Decimals
	}
	means := chart.Bars{
		About:  chart.About{ID: id + "-means", Title: p.T("insight.means") + ": " + g.Title, Desc: p.T("insight.chart-desc")},
		Format: func(v float64) string { return i18n.Decimal(p.Lang, v, decimals) }, NoValue: p.T("insight.hidden"),
	}
	shares := chart.Distribution{
		About:  chart.About{ID: id + "-shares", Title: p.T("insight.shares") + ": " + g.Title, Desc: p.T("insight.chart-desc")},
		Format: func(v float64) string { return i18n.Decimal(p.Lang, v, 0) + "\u00a0%" }, NoValue: p.T("insight.hidden"),
	}
	for _, f := range p.Rows {
		if f.Support != support {
			continue
		}
		if !any {
			g.Classes = classNames(p.Lang, f)
			means.Scale = chart.Scale{Min: float64(f.Min), Max: float64(f.Max)}
			shares.Segments, g.Max, any = g.Classes, f.Max, true
		}
		r := p.row(f)
		g.Rows = append(g.Rows, r)
		means.Rows = append(means.Rows, chart.BarRow{Label: r.Title, Value: f.Mean})
		g.Small = g.Small || slices.ContainsFunc(f.Shares, func(n int) bool { return n > 0 && n < 10 })
		shares.Rows = append(shares.Rows, chart.DistributionRow{Label: r.Title, Shares: floats(f.Shares)})
	}
	g.Means, g.Shares = means.SVG(), shares.SVG()
	return g, any
}

func classNames(lang string, f Figure) []string {
	var out []string
	all := Classes(f.Min, f.Max)
	for i, c := range all {
		out = append(out, c.Name(lang, i == len(all)-1))
	}
	return out
}

func floats(all []int) []float64 {
	var out []float64
	for _, x := range all {
		out = append(out, float64(x))
	}
	return out
}

func (p countyPage) row(f Figure) row {
	r := row{Title: i18n.In(f.Title, p.Lang), Mean: p.T("insight.hidden")}
	if f.Mean != nil {
		r.Mean = i18n.Decimal(p.Lang, *f.Mean, f.Decimals)
	}
	for i := range Classes(f.Min, f.Max) {
		cell := p.T("insight.hidden")
		if f.Shares != nil {
			cell = strconv.Itoa(f.Shares[i]) + "\u00a0%"
		}
		r.Shares = append(r.Shares, cell)
	}
	return r
}

// csv writes the same figures as the page, never more.
func (s *Service) csv(w http.ResponseWriter, r *http.Request) error {
	c, err := s.county(r.Context(), r.PathValue("code"))
	if err == nil {
		err = s.Note(r.Context(), web.VisitorOf(r).ID, "result.export", c.Code)
	}
	if err != nil {
		return err
	}
	p := countyPage{Page: s.Kit.Page(r, "insight.county"), County: c}
	p.Name = i18n.In(c.Name, p.Lang)
	head := []string{p.T("insight.area"), p.T("insight.kind"), p.T("insight.mean")}
	var rows [][]string
	for _, f := range c.Rows {
		if len(rows) == 0 {
			for _, name := range classNames(p.Lang, f) {
				head = append(head, p.T("insight.share-of")+" "+name)
			}
		}
		kind := p.T("insight.competence")
		if f.Support {
			kind = p.T("insight.support")
		}
		v := p.row(f)
		rows = append(rows, append([]string{v.Title, kind, v.Mean}, v.Shares...))
	}
	if c.Enough { // in every row, so that a row can be read by itself
		head = append(head, p.T("insight.csv-round"), p.T("insight.csv-n"), p.T("insight.csv-rate"))
		for i := range rows {
			rows[i] = append(rows[i], p.Name, strconv.Itoa(c.Responses), strconv.Itoa(c.Rate))
		}
	}
	if c.Change != nil && c.Change.Enough {
		head = append(head, p.T("insight.csv-before"), p.T("insight.csv-after"), p.T("insight.difference"))
		for i, r := range p.changeView().Rows {
			rows[i] = append(rows[i], r.Before, r.After, r.Diff)
		}
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="results-`+c.Code+`.csv"`)
	return sheet.WriteCSV(w, head, rows)
}
