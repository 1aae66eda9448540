package analyse

import (
	"fmt"
	"slices"

	"taitorinki/internal/stats"
)

// term is a TERM of a regression: a score, a product of two, or a column whose levels are held against a reference.
type term struct {
	offset    int
	name      string
	score     *score
	product   []score
	column    *ref
	reference *ref
}

// terms reads a list of TERMs; no two may have the same name.
func (r *reader) terms(n *node, what string) (terms []term) {
	seen := map[string]bool{}
	for _, item := range r.list(n, what) {
		t := r.term(item)
		if seen[t.name] && r.err == nil {
			r.fail(item.offset, "two terms are called %q: give one of them a name", t.name)
		}
		seen[t.name] = true
		terms = append(terms, t)
	}
	return terms
}

func (r *reader) term(n *node) term {
	t := term{offset: n.offset}
	if !r.is(n, object, "a TERM") {
		return t
	}
	switch {
	case n.member("reference") != nil:
		r.object(n, "a TERM with a reference", "column", "reference", "name")
		column := r.column(r.need(n, "column", "a TERM with a reference"), "column")
		reference := r.word(n.member("reference"), "reference")
		t.column, t.reference, t.name = &column, &reference, column.name
	case n.member("product") != nil:
		r.product(n, &t)
	default:
		s := r.score(n, "a TERM")
		t.score, t.name = &s, s.called()
	}
	if name := n.member("name"); name != nil {
		t.name = r.word(name, "name").name
	}
	if t.name == "" && r.err == nil {
		r.fail(n.offset, "a difference needs a name here")
	}
	return t
}

func (r *reader) product(n *node, t *term) {
	r.object(n, "a TERM with a product", "product", "name")
	both := r.list(n.member("product"), "product")
	if len(both) != 2 && r.err == nil {
		r.fail(n.member("product").offset, "a product is of two scores, not %d", len(both))
	}
	for _, part := range both {
		t.product = append(t.product, r.score(part, "a part of a product"))
	}
	if r.err != nil || n.member("name") != nil {
		return
	}
	for _, part := range t.product {
		if part.called() == "" {
			r.fail(part.offset, "a difference needs a name here, or the product does")
		}
	}
	t.name = t.product[0].called() + ":" + t.product[1].called()
}

// predictors turns the terms into columns. The levels of a term with a reference are those among the rows that the
// regression uses: where y and all terms are known.
func predictors(v *view, y stats.Column, terms []term) ([]stats.Predictor, error) {
	out := make([]stats.Predictor, len(terms))
	texts := make([][]string, len(terms))
	used := slices.Clone(y.Present)
	for i, t := range terms {
		known, err := t.read(v, &out[i], &texts[i])
		if err != nil {
			return nil, err
		}
		for row, ok := range known {
			used[row] = used[row] && ok
		}
	}
	for i, t := range terms {
		if t.reference == nil {
			continue
		}
		if err := t.againstReference(v, texts[i], used, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// read gives a term its column, or its texts if it has levels, and tells where it is known.
func (t term) read(v *view, p *stats.Predictor, texts *[]string) (known []bool, err error) {
	p.Term = t.name
	if t.reference != nil {
		*texts, known, err = v.texts(*t.column)
		return known, err
	}
	column, err := t.values(v)
	p.Names, p.Columns = []string{t.name}, []stats.Column{column}
	return column.Present, err
}

func (t term) values(v *view) (stats.Column, error) {
	if t.score != nil {
		return t.score.values(v)
	}
	first, err := t.product[0].values(v)
	if err != nil {
		return stats.Column{}, err
	}
	second, err := t.product[1].values(v)
	return combine(first, second, func(a, b float64) float64 { return a * b }), err
}

// againstReference makes one 0/1 column for each level but the reference.
func (t term) againstReference(v *view, texts []string, used []bool, p *stats.Predictor) error {
	levels, at := levelsOf(texts, used)
	if err := t.findReference(v, levels); err != nil {
		return err
	}
	for i, level := range levels {
		if level == t.reference.name {
			continue
		}
		column := stats.NewColumn(len(texts))
		for row, ok := range used {
			switch {
			case ok && at[row] == i:
				column.Set(row, 1)
			case ok:
				column.Set(row, 0)
			}
		}
		p.Names = append(p.Names, t.name+level)
		p.Columns = append(p.Columns, column)
	}
	return nil
}

// findReference holds that the reference is one of at least two levels. That the file has no such level is a mistake in
// the plan; that it is not among the rows used is a fact about the data.
func (t term) findReference(v *view, levels []string) error {
	if slices.Contains(levels, t.reference.name) {
		if len(levels) < 2 {
			return stats.Refusal(fmt.Sprintf("The column %s has only the level %s in the rows used.", t.column.name, levels[0]))
		}
		return nil
	}
	place, err := v.place(*t.column)
	if err != nil {
		return err
	}
	for row := range v.data.rows {
		if cell, known := v.data.cell(row, place); known && cell == t.reference.name {
			return stats.Refusal(fmt.Sprintf("The reference %s of the column %s does not occur in the rows used.", t.reference.name, t.column.name))
		}
	}
	return v.fault(*t.reference, "the column %s has no level %q", t.column.name, t.reference.name)
}

// checkNames holds that no two coefficients have the same name; taken are those that the model has by itself.
func checkNames(v *view, terms []term, columns []stats.Predictor, taken ...string) error {
	seen := map[string]bool{"(Intercept)": true}
	for _, name := range taken {
		seen[name] = true
	}
	for i, p := range columns {
		for _, name := range p.Names {
			if seen[name] {
				return v.plan.fault(terms[i].offset, v.who, "two coefficients would be called %q: give the term a name", name)
			}
			seen[name] = true
		}
	}
	return nil
}
