package insight

import (
	"time"

	"taitorinki/internal/chart"
	"taitorinki/internal/i18n"
	"taitorinki/internal/sdc"
	"taitorinki/internal/stats"
)

// Wave is the wave before a round, with the respondents who brought their code and so are known to be the same.
type Wave struct {
	Code      string
	Name      map[string]string
	ClosedAt  time.Time
	Responses int
	Matched   int
	Areas     []MatchedArea // as in the round
}

// MatchedArea are an area's scores of those matched who have one in both waves, in the same order in both.
type MatchedArea struct{ Before, After []float64 }

// Change is the published comparison with the wave before.
type Change struct {
	Wave
	Enough bool // false: too few are matched, or so few are not that they could be worked out; nothing else is told
	Kept   int  // percent of the earlier wave's respondents who are matched
	Rows   []ChangeFigure
}

// ChangeFigure is one area among the matched. What may not be shown is nil.
type ChangeFigure struct {
	Area
	Before, After, Diff *float64 // rounded, each once from the exact value
	Decimals            int
}

// changeOf makes the comparison. Those of only one wave are groups too: none, or at least five each (DISCLOSURE D7).
func changeOf(r *Round) *Change {
	w := r.Earlier
	if w == nil {
		return nil
	}
	c := &Change{Wave: *w}
	c.Areas = nil // single scores end here
	c.Enough = w.Matched >= sdc.LeastFull && noneOrGroup(w.Responses-w.Matched) && noneOrGroup(r.Responses-w.Matched)
	if !c.Enough {
		c.Responses, c.Matched = 0, 0
		return c
	}
	c.Kept = sdc.Percent(w.Matched, w.Responses)
	decimals := sdc.Decimals(w.Matched)
	for _, a := range w.Areas {
		decimals = min(decimals, sdc.Decimals(len(a.Before)))
	}
	for i, a := range r.Areas {
		f := ChangeFigure{Area: a, Decimals: decimals}
		f.Area.Scores = nil
		if x := w.Areas[i]; noneOrGroup(w.Matched - len(x.Before)) {
			before, after := meanOf(a, x.Before), meanOf(a, x.After)
			if before != nil && after != nil {
				f.Before, f.After, f.Diff = rounded(*before, decimals), rounded(*after, decimals), rounded(*after-*before, decimals)
			}
		}
		c.Rows = append(c.Rows, f)
	}
	return c
}

func noneOrGroup(n int) bool { return n == 0 || n >= sdc.LeastGroup }

func rounded(v float64, decimals int) *float64 {
	r := sdc.Round(v, decimals)
	return &r
}

// meanOf is the exact mean of scores, nil where it may not be shown.
func meanOf(a Area, scores []float64) *float64 {
	if sdc.BandOf(len(scores), sdc.LeastGroup, sdc.LeastFull) != sdc.Full {
		return nil
	}
	d := stats.Describe(scores)
	if d.Mean == nil || !sdc.MeanAllowed(len(scores), stats.DistinctCounts(scores), *d.Mean, float64(a.Min), float64(a.Max)) {
		return nil
	}
	return d.Mean
}

// changeView is the comparison as the page writes it.
type changeView struct {
	Chart string
	Rows  []changeRow
}

type changeRow struct{ Title, Before, After, Diff string }

func (p countyPage) changeView() (v changeView) {
	c := p.Change
	bars := chart.Bars{
		About:     chart.About{ID: "change", Title: p.T("insight.change"), Desc: p.T("insight.chart-desc")},
		NoValue:   p.T("insight.hidden"),
		ValueName: p.Name, RefName: i18n.In(c.Name, p.Lang),
	}
	for _, f := range c.Rows {
		write := func(x *float64) string {
			if x == nil {
				return p.T("insight.hidden")
			}
			return i18n.Decimal(p.Lang, *x, f.Decimals)
		}
		bars.Format = func(x float64) string { return i18n.Decimal(p.Lang, x, f.Decimals) }
		bars.Scale = chart.Scale{Min: float64(f.Min), Max: float64(f.Max)}
		r := changeRow{Title: i18n.In(f.Title, p.Lang), Before: write(f.Before), After: write(f.After), Diff: write(f.Diff)}
		if f.Diff != nil && *f.Diff > 0 {
			r.Diff = "+" + r.Diff
		}
		v.Rows = append(v.Rows, r)
		bars.Rows = append(bars.Rows, chart.BarRow{Label: r.Title, Value: f.After, Ref: f.Before})
	}
	v.Chart = bars.SVG()
	return v
}
