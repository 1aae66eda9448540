package results

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"strings"

	"taitorinki/internal/chart"
	"taitorinki/internal/insight"
)

// factorsPage tells what goes along with competence.
type factorsPage struct {
	*view
	Counted, Controls string
	Models            []modelPart
}

// modelPart is the regression of one area, in words and as a table.
type modelPart struct {
	Title, Share, R2 string
	Chart            string
	Words            []string
	Rows             []termRow
}

type termRow struct{ Title, B, Interval, Beta, P string }

func (s *Pages) factors(w http.ResponseWriter, r *http.Request, v *view) error {
	p := factorsPage{view: v}
	if f := v.Factors; f != nil {
		p.Counted, p.Controls = v.counted(f.N), v.controlNames(f)
		furthest := furthest(f)
		for _, m := range f.Models {
			part := v.modelPart(f, m)
			part.Chart = v.intervals(f, m, furthest)
			p.Models = append(p.Models, part)
		}
	}
	return s.show(w, r, v, v.T("insight.f-title"), factorsResult(p))
}

func (p factorsPage) lead() string {
	if len(p.Factors.Controls) == 0 {
		return p.T("insight.f-lead-alone")
	}
	return p.T("insight.f-lead")
}

func (v *view) controlNames(f *insight.Factors) string {
	var names []string
	for _, c := range f.Controls {
		names = append(names, v.variableName(c.Variable))
	}
	switch {
	case len(names) > 0:
		return v.and(names)
	case len(v.Variables) > 0:
		return v.T("insight.f-no-controls")
	}
	return v.T("insight.m-by-none")
}

func (v *view) modelPart(f *insight.Factors, m insight.Model) modelPart {
	part := modelPart{Title: v.AreaName(m.Area), R2: v.Number(m.R2, 2), Words: v.goesAlong(m)}
	if share := int(m.R2*100 + .5); share > 0 {
		part.Share = v.T("insight.f-share", "n", share)
	}
	for _, t := range m.Terms {
		part.Rows = append(part.Rows, termRow{Title: v.termName(f, t), B: v.Signed(t.B, 2), Interval: v.Signed(t.Low, 2) + " – " + v.Signed(t.High, 2),
			Beta: v.Signed(t.Beta, 2), P: v.pValue(t.P)})
	}
	return part
}

// intervals draws the model's figures. All models are drawn as wide as the one that goes furthest from zero, to be compared.
func (v *view) intervals(f *insight.Factors, m insight.Model, furthest float64) string {
	c := chart.Intervals{
		About:  chart.About{ID: "factors-" + v.Areas[m.Area].ID, Title: v.T("insight.f-chart", "area", v.AreaName(m.Area)), Desc: v.T("insight.f-chart-desc")},
		Format: func(x float64) string { return v.Signed(x, 2) }, Furthest: furthest,
		ClearName: v.T("insight.f-clear"), UnsureName: v.T("insight.f-unsure"), RangeName: v.T("insight.interval"),
	}
	for _, t := range m.Terms {
		c.Rows = append(c.Rows, chart.IntervalRow{Label: v.termName(f, t), Value: t.B, Low: t.Low, High: t.High})
	}
	return c.SVG()
}

// furthest is how far from zero an interval goes, up to the next fifth of a step, so that half of it is a round number too.
func furthest(f *insight.Factors) (most float64) {
	for _, m := range f.Models {
		for _, t := range m.Terms {
			most = max(most, -t.Low, t.High)
		}
	}
	return max(0.2, math.Ceil(most*5)/5)
}

// pValue writes a p value of three decimals.
func (v *view) pValue(p float64) string {
	if p < 0.001 {
		return v.T("insight.p-under", "p", v.Number(0.001, 3))
	}
	return v.Number(p, 3)
}

// goesAlong says which factors clearly go along with an area, the closest first.
func (v *view) goesAlong(m insight.Model) (out []string) {
	terms := slices.DeleteFunc(slices.Clone(m.Terms), func(t insight.Term) bool { return t.Factor < 0 || t.Low <= 0 && t.High >= 0 })
	slices.SortStableFunc(terms, func(a, b insight.Term) int { return cmp.Compare(max(b.Beta, -b.Beta), max(a.Beta, -a.Beta)) })
	for _, t := range terms {
		key := "insight.f-up"
		if t.B < 0 {
			key = "insight.f-down"
		}
		out = append(out, v.T(key, "factor", v.AreaName(t.Factor), "b", v.Number(max(t.B, -t.B), 2)))
	}
	if len(out) == 0 {
		out = []string{v.T("insight.f-nothing")}
	}
	return out
}

func (v *view) termName(f *insight.Factors, t insight.Term) string {
	if t.Factor >= 0 {
		return v.AreaName(t.Factor)
	}
	reference := 0
	for _, c := range f.Controls {
		if c.Variable == t.Variable {
			reference = c.Reference
		}
	}
	return v.T("insight.f-against", "variable", v.variableName(t.Variable), "category", v.groupName(t.Variable, t.Category), "reference", v.groupName(t.Variable, reference))
}

// groupName is the name of a category of a model.
func (v *view) groupName(variable, category int) string {
	if category == insight.Rest {
		return strings.ToLower(v.T("insight.not-stated"))
	}
	return v.categoryName(variable, category)
}
