package analyse

import "taitorinki/internal/stats"

// condition is a CONDITION; as an EVENT it is read as yes or no.
type condition struct {
	offset    int
	column    *ref
	score     *score
	equals    *string
	low, high *float64 // inclusive; nil = no limit
}

// condition reads a CONDITION or an EVENT.
func (r *reader) condition(n *node, what string) condition {
	c := condition{offset: n.offset}
	what += " (a CONDITION)"
	if !r.object(n, what, "column", "score", "equals", "at_least", "at_most") {
		return c
	}
	form := r.oneForm(n, what, "column", "score")
	switch form {
	case "column":
		column := r.column(n.member(form), "column")
		c.column = &column
	case "score":
		s := r.score(n.member(form), "score")
		c.score = &s
	}
	r.limits(n, what, &c)
	return c
}

func (r *reader) limits(n *node, what string, c *condition) {
	if low := n.member("at_least"); low != nil {
		v := r.number(low, "at_least")
		c.low = &v
	}
	if high := n.member("at_most"); high != nil {
		v := r.number(high, "at_most")
		c.high = &v
	}
	equals := n.member("equals")
	if equals == nil {
		if c.low == nil && c.high == nil {
			r.fail(n.offset, "%s needs equals, at_least or at_most", what)
		}
		return
	}
	said := r.text(equals, "equals")
	c.equals = &said
	switch {
	case c.low != nil || c.high != nil:
		r.fail(equals.offset, "%s has either equals or limits, not both", what)
	case c.score != nil:
		r.fail(equals.offset, "a score has limits, not equals")
	}
}

// answers tell for each row, or person, whether the condition is met. What is missing is not met and not known.
func (c condition) answers(v *view) (met, known []bool, err error) {
	if c.equals != nil {
		return c.compareText(v)
	}
	var values stats.Column
	if c.column != nil {
		values, err = v.numbers(*c.column)
	} else {
		values, err = c.score.values(v)
	}
	if err != nil {
		return nil, nil, err
	}
	slack := 0.0
	if c.score != nil && c.score.difference != nil {
		slack = halfStep
	}
	met = make([]bool, len(values.Values))
	for i, x := range values.Values {
		met[i] = values.Present[i] && (c.low == nil || x >= *c.low-slack) && (c.high == nil || x <= *c.high+slack)
	}
	return met, values.Present, nil
}

// halfStep is half of the tenth decimal: 3.4-3.2 meets "at least 0.2", though in floating point it is a hair less.
const halfStep = 0.5e-10

func (c condition) compareText(v *view) (met, known []bool, err error) {
	texts, known, err := v.texts(*c.column)
	if err != nil {
		return nil, nil, err
	}
	met = make([]bool, len(texts))
	for i, text := range texts {
		met[i] = known[i] && text == *c.equals
	}
	return met, known, nil
}

// event are the answers as 0 and 1.
func (c condition) event(v *view) (stats.Column, error) {
	met, known, err := c.answers(v)
	if err != nil {
		return stats.Column{}, err
	}
	out := stats.NewColumn(len(met))
	for i, yes := range met {
		switch {
		case known[i] && yes:
			out.Set(i, 1)
		case known[i]:
			out.Set(i, 0)
		}
	}
	return out, nil
}
