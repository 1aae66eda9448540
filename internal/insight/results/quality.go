package results

import (
	"net/http"

	"taitorinki/internal/chart"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
)

// qualityPage tells how well the questionnaire measured.
type qualityPage struct {
	*view
	Lead   string
	Groups []qualityGroup
}

// qualityGroup is the competence areas, or the support factors.
type qualityGroup struct {
	Title, Chart string
	Rows         []qualityRow
}

type qualityRow struct {
	Title, N, Count              string
	Alpha, Interval, Omega       string
	MeanR, KMO, Eigenvalues, One string // One: why there are no such figures
	Min, Max                     int
	Items                        []itemRow
}

type itemRow struct {
	Text                    string
	Reversed                bool
	Mean, SD                string
	RDrop, IfDropped        string
	Missing, Floor, Ceiling string
}

func (s *Pages) quality(w http.ResponseWriter, r *http.Request, v *view) error {
	p := qualityPage{view: v, Lead: v.T("insight.q-lead")}
	if v.Quality != nil {
		p.Lead += v.alphaEnds()
		for _, support := range []bool{false, true} {
			if g := v.qualityGroup(support); len(g.Rows) > 0 {
				p.Groups = append(p.Groups, g)
			}
		}
	}
	return s.show(w, r, v, v.T("insight.q-title"), qualityResult(p))
}

// alphaOf is an area's alpha; nil: it is not shown, or not defined.
func (v *view) alphaOf(area int) *float64 {
	if q := v.Quality; q == nil || q.Areas[area] == nil || q.Areas[area].Reliability == nil {
		return nil
	}
	return v.Quality.Areas[area].Reliability.Alpha
}

// alphaEnds names the areas whose statements hold together best and least.
func (v *view) alphaEnds() string {
	low, high := -1, -1
	for a := range v.Areas {
		x := v.alphaOf(a)
		if x == nil {
			continue
		}
		if low < 0 || *x < *v.alphaOf(low) {
			low = a
		}
		if high < 0 || *x > *v.alphaOf(high) {
			high = a
		}
	}
	if low < 0 || *v.alphaOf(low) == *v.alphaOf(high) {
		return ""
	}
	return " " + v.T("insight.q-ends", "high", v.AreaName(high), "a", v.Number(*v.alphaOf(high), 2), "low", v.AreaName(low), "b", v.Number(*v.alphaOf(low), 2))
}

func (v *view) qualityGroup(support bool) (g qualityGroup) {
	id, title := v.kindName(support)
	g.Title = title
	bars := chart.Bars{
		About: chart.About{ID: "alpha-" + id, Title: v.T("insight.q-chart") + ": " + title, Desc: v.T("insight.chart-desc")},
		Scale: chart.Scale{Min: 0, Max: 1}, Format: func(x float64) string { return v.Number(x, 2) }, NoValue: v.T("insight.hidden"), RangeName: v.T("insight.interval"),
	}
	for _, a := range v.areasOf(support) {
		g.Rows = append(g.Rows, v.qualityRow(a))
		bar := chart.BarRow{Label: v.AreaName(a), Value: v.alphaOf(a)}
		if bar.Value != nil {
			bar.Low, bar.High = v.Quality.Areas[a].Reliability.Low, v.Quality.Areas[a].Reliability.High
		}
		bars.Rows = append(bars.Rows, bar)
	}
	if len(bars.Rows) > 0 {
		g.Chart = bars.SVG()
	}
	return g
}

func (v *view) qualityRow(area int) qualityRow {
	q, hidden := v.Quality.Areas[area], v.T("insight.hidden")
	row := qualityRow{Title: v.AreaName(area), N: hidden, Count: hidden, Alpha: hidden, Interval: hidden, Omega: hidden, MeanR: hidden, KMO: hidden, Eigenvalues: hidden,
		Min: v.Areas[area].Min, Max: v.Areas[area].Max}
	if q == nil {
		return row
	}
	row.Count = i18n.Int(v.Lang, len(q.Items))
	for _, it := range q.Items {
		row.Items = append(row.Items, v.itemRow(it))
	}
	if len(q.Items) == 1 {
		row.One = v.T("insight.q-one")
	}
	if r := q.Reliability; r != nil {
		row.N = v.nearly(q.N)
		row.Alpha, row.Omega, row.MeanR, row.KMO = v.defined(r.Alpha), v.defined(r.Omega), v.defined(r.MeanR), v.defined(r.KMO)
		row.Interval, row.Eigenvalues = v.between(r.Low, r.High), v.eigenvalues(r.Eigenvalues)
	}
	return row
}

// nearly is a number of people; nil stands for all or nearly all.
func (v *view) nearly(n *int) string {
	if n == nil {
		return v.T("insight.q-nearly")
	}
	return i18n.Int(v.Lang, *n)
}

// defined writes a figure of reliability, which is defined or not.
func (v *view) defined(x *float64) string {
	if x == nil {
		return v.T("insight.undefined")
	}
	return v.Number(*x, 2)
}

func (v *view) between(low, high *float64) string {
	if low == nil || high == nil {
		return v.T("insight.undefined")
	}
	return v.Number(*low, 2) + "\u00a0–\u00a0" + v.Number(*high, 2)
}

func (v *view) eigenvalues(all []float64) (out string) {
	for i, x := range all {
		if i > 0 {
			out += "; "
		}
		out += v.Number(x, 2)
	}
	if out == "" {
		return v.T("insight.undefined")
	}
	return out
}

func (v *view) itemRow(it insight.ItemQuality) itemRow {
	hidden, decimals := v.T("insight.hidden"), v.Quality.Decimals
	row := itemRow{Text: i18n.In(it.Text, v.Lang), Reversed: it.Reversed, Mean: hidden, SD: hidden, RDrop: hidden, IfDropped: hidden,
		Missing: v.shareOr(it.Missing), Floor: v.shareOr(it.Floor), Ceiling: v.shareOr(it.Ceiling)}
	if it.Mean != nil {
		row.Mean, row.SD = v.Number(*it.Mean, decimals), v.Number(*it.SD, decimals)
		row.RDrop, row.IfDropped = v.defined(it.RDrop), v.defined(it.IfDropped)
	}
	return row
}

// shareOr writes a share, or that it is not shown.
func (v *view) shareOr(n *int) string {
	if n == nil {
		return v.T("insight.hidden")
	}
	return v.Percent(*n)
}

// counted says from how many people the figures of a page are.
func (v *view) counted(n *int) string {
	if n == nil {
		return v.T("insight.counted-all", "n", v.Whole().N)
	}
	return v.T("insight.counted-from", "n", *n)
}
