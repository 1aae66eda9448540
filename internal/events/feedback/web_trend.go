package feedback

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/catalog"
	"taitorinki/internal/chart"
	"taitorinki/internal/i18n"
	"taitorinki/internal/sheet"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// trendPage is usefulness over many events.
type trendPage struct {
	web.Page
	By    By
	Tabs  []ui.NavItem
	Rows  []row
	Chart string
	areas []catalog.Area
}

func (s *Service) trend(w http.ResponseWriter, r *http.Request) error {
	p := trendPage{Page: s.Kit.Page(r, "feedback.trend"), By: By(r.URL.Query().Get("by"))}
	if !slices.Contains(ways, p.By) {
		p.By = ByTheme
	}
	for _, b := range ways {
		p.Tabs = append(p.Tabs, ui.NavItem{Label: p.T("feedback.by-" + string(b)), URL: TrendPath + "?by=" + string(b), Current: b == p.By})
	}
	all, err := s.trendOf(r.Context(), &p)
	if err != nil {
		return err
	}
	p.Rows = gather(all, p.By)
	p.draw()
	return s.Kit.Show(w, r, p.Page, trendView(p))
}

func (s *Service) trendOf(ctx context.Context, p *trendPage) (all []run, err error) {
	if p.areas, err = catalog.Areas(ctx, s.DB); err != nil {
		return nil, err
	}
	return s.runs(ctx, p.Who)
}

// label is what a group is called.
func (p trendPage) label(by By, key string) string {
	switch {
	case by == ByTheme && key == "":
		return p.T("feedback.no-area")
	case by == ByTheme:
		return catalog.AreaName(p.areas, key, p.Lang)
	case by == ByKind:
		return p.T("events.kind-" + key)
	case by == ByWeekday:
		return p.T("feedback.weekday-" + key)
	case by == ByHour:
		return p.hourOf(key)
	}
	return p.quarterOf(key)
}

func (p *trendPage) draw() {
	if len(p.Rows) == 0 {
		return
	}
	bars := chart.Bars{Scale: chart.Scale{Max: 10}, Format: p.decimal,
		About: chart.About{ID: "trend", Title: p.T("feedback.trend-chart"), Desc: p.T("feedback.trend-desc", "by", p.T("feedback.by-"+string(p.By)))}}
	for _, r := range p.Rows {
		bars.Rows = append(bars.Rows, chart.BarRow{Label: p.label(p.By, r.Key), Value: &r.Mean})
	}
	p.Chart = bars.SVG()
}

// trendFile is every group of every way as CSV.
func (s *Service) trendFile(w http.ResponseWriter, r *http.Request) error {
	p := trendPage{Page: s.Kit.Page(r, "feedback.trend")}
	all, err := s.trendOf(r.Context(), &p)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, by := range ways {
		for _, x := range gather(all, by) {
			rows = append(rows, []string{p.T("feedback.by-" + string(by)), p.label(by, x.Key), strconv.Itoa(x.Events), strconv.Itoa(x.N), i18n.Decimal(p.Lang, x.Mean, 1)})
		}
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="usefulness.csv"`)
	return sheet.WriteCSV(w, []string{p.T("feedback.grouped-by"), p.T("feedback.group"), p.T("feedback.events"), p.T("feedback.answers"), p.T("feedback.mean")}, rows)
}

func (p trendPage) decimal(v float64) string { return i18n.Decimal(p.Lang, v, 1) }
