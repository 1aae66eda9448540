package insight

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"taitorinki/internal/sdc"
	"taitorinki/internal/stats"
)

// Factors are regressions of each competence area on the support factors, among all who have a score in every area; for the
// whole only.
type Factors struct {
	N        *int      `json:"n,omitempty"` // nil: all who answered, but for k-1 at most
	Controls []Control `json:"controls"`    // background variables in every model
	Models   []Model   `json:"models"`
}

// Rest is the category of those whose category does not stand by itself in a model.
const Rest = -1

// Control is a background variable in the models. A category stands by itself where its means are shown for the whole and it is a
// group; the others are together. So no group has a coefficient of which the tables tell nothing.
type Control struct {
	Variable   int   `json:"variable"`
	Reference  int   `json:"reference"`  // the largest that stands by itself, with which the others are compared
	Categories []int `json:"categories"` // the others; Rest last
}

// Model is a linear regression by ordinary least squares.
type Model struct {
	Area  int     `json:"area"`
	R2    float64 `json:"r2"` // adjusted, two decimals
	Terms []Term  `json:"terms"`
}

// Term is a coefficient of a model: of a support factor, or of a category of a variable. B and the limits are steps of the area's
// scale for a step of the factor's, or against the reference. The interval and p are by HC3.
type Term struct {
	Factor   int     `json:"factor"`   // area, -1: none
	Variable int     `json:"variable"` // -1: none
	Category int     `json:"category"`
	B        float64 `json:"b"`
	Low      float64 `json:"low"` // with a confidence of 95 %
	High     float64 `json:"high"`
	Beta     float64 `json:"beta"` // B·SD of the predictor/SD of the outcome
	P        float64 `json:"p"`    // two-sided, three decimals
}

// PerCoefficient is how many people a regression needs for each coefficient besides the first.
const PerCoefficient = 10

// factors finds out what goes along with each competence area. Where there are too few people for the background variables, or
// these tell the same thing twice, they are left out; where that does not help, nothing is told.
func (m *making) factors() {
	areas, rows := m.complete()
	if len(rows) < m.Full {
		return
	}
	f := &Factors{N: m.notNearlyAll(len(rows)), Controls: m.controls(rows)}
	if !m.models(f, areas, rows) {
		if f.Controls = nil; !m.models(f, areas, rows) {
			return
		}
	}
	m.Factors = f
}

// complete are the areas whose means are shown, and the responses that have a score in all of them.
func (m *making) complete() (areas, rows []int) {
	whole := m.Whole()
	if whole == nil {
		return nil, nil
	}
	for a := range m.Areas {
		if whole.Means[a] != nil {
			areas = append(areas, a)
		}
	}
	for i, r := range m.source.Responses {
		if !slices.ContainsFunc(areas, func(a int) bool { return math.IsNaN(r.Scores[a]) }) {
			rows = append(rows, i)
		}
	}
	return areas, rows
}

// scoreColumn is the scores of an area of some of the responses.
func (m *making) scoreColumn(area int, rows []int) stats.Column {
	c := stats.NewColumn(len(rows))
	for at, i := range rows {
		c.Set(at, m.source.Responses[i].Scores[area])
	}
	return c
}

// controls are the background variables that can be told of without telling of a few.
func (m *making) controls(rows []int) (out []Control) {
	for v := range m.Variables {
		counts := m.pooled(v, rows)
		if len(counts) < 2 || slices.ContainsFunc(values(counts), func(n int) bool { return n < m.Least }) {
			continue
		}
		c := Control{Variable: v, Categories: keys(counts)}
		standing := slices.DeleteFunc(slices.Clone(c.Categories), func(x int) bool { return x == Rest })
		c.Reference = slices.MaxFunc(standing, func(a, b int) int { return cmp.Or(counts[a]-counts[b], b-a) })
		c.Categories = slices.DeleteFunc(c.Categories, func(x int) bool { return x == c.Reference })
		out = append(out, c)
	}
	return out
}

// pooled counts the responses by category, those under Rest together that do not stand by themselves. The last category, "not
// stated", never does.
func (m *making) pooled(variable int, rows []int) map[int]int {
	counts := map[int]int{}
	for _, i := range rows {
		counts[m.source.Responses[i].Values[variable]]++
	}
	for c, n := range counts {
		cell := m.Cell(0, variable, c)
		if c == Rest || cell != nil && !cell.Placed && n >= m.Least && c < len(m.Variables[variable].Categories)-1 {
			continue
		}
		delete(counts, c)
		counts[Rest] += n
	}
	return counts
}

// keys lists the categories in their order, Rest last.
func keys(counts map[int]int) (out []int) {
	for c := range counts {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b int) int { return cmp.Compare(uint(a), uint(b)) })
	return out
}

func values(counts map[int]int) (out []int) {
	for _, n := range counts {
		out = append(out, n)
	}
	return out
}

// models fits one for each competence area and reports whether all of them can be told.
func (m *making) models(f *Factors, areas, rows []int) bool {
	terms, predictors := m.predictors(f.Controls, areas, rows)
	f.Models = nil
	if len(rows) < PerCoefficient*len(terms) {
		return false
	}
	supported := slices.ContainsFunc(terms, func(t Term) bool { return t.Factor >= 0 })
	for _, a := range areas {
		if m.Areas[a].Support {
			continue
		}
		model, ok := modelOf(a, m.scoreColumn(a, rows), terms, predictors)
		if !ok {
			return false
		}
		f.Models = append(f.Models, model)
	}
	return supported && len(f.Models) > 0
}

// predictors are the coefficients of every model, and their columns, each called by its number.
func (m *making) predictors(controls []Control, areas, rows []int) (terms []Term, out []stats.Predictor) {
	add := func(t Term, c stats.Column) {
		name := strconv.Itoa(len(terms))
		terms, out = append(terms, t), append(out, stats.Predictor{Term: name, Names: []string{name}, Columns: []stats.Column{c}})
	}
	for _, a := range areas {
		if m.Areas[a].Support {
			add(Term{Factor: a, Variable: -1, Category: -1}, m.scoreColumn(a, rows))
		}
	}
	for _, c := range controls {
		for _, category := range c.Categories {
			column := stats.NewColumn(len(rows))
			for at, i := range rows {
				x := 0.0
				if c.of(m.source.Responses[i].Values[c.Variable]) == category {
					x = 1
				}
				column.Set(at, x)
			}
			add(Term{Factor: -1, Variable: c.Variable, Category: category}, column)
		}
	}
	return terms, out
}

// of is the category under which a category stands in the models.
func (c Control) of(category int) int {
	if category == c.Reference || slices.Contains(c.Categories, category) {
		return category
	}
	return Rest
}

func modelOf(area int, y stats.Column, terms []Term, predictors []stats.Predictor) (Model, bool) {
	fit, err := stats.OLS(y, predictors)
	if err != nil || fit.AdjR2 == nil {
		return Model{}, false
	}
	out := Model{Area: area, R2: sdc.Round(*fit.AdjR2, 2) + 0, Terms: slices.Clone(terms)}
	for i := range out.Terms {
		c, t := fit.Coef[strconv.Itoa(i)], &out.Terms[i]
		if c.B == nil || c.BetaStd == nil || c.HC3P == nil || c.HC3CILow == nil || c.HC3CIHigh == nil {
			return Model{}, false
		}
		t.B, t.Low, t.High, t.Beta = *hundredths(c.B), *hundredths(c.HC3CILow), *hundredths(c.HC3CIHigh), *hundredths(c.BetaStd)
		t.P = sdc.Round(*c.HC3P, 3)
	}
	return out, true
}
