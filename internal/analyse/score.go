package analyse

import (
	"taitorinki/internal/stats"
)

// score is a number for each row, or with a moment for each person.
type score struct {
	offset     int
	name       string // as the plan says; "" = by scale or column
	scale      *ref
	percent    int // of the scale's items that must be answered
	column     *ref
	difference []score
	at         *moment
}

// moment picks a person's row in long data: that where a column has a text. Its id says whose row it is.
type moment struct {
	column, id ref
	equals     string
}

// placed is one reading of a scale or a column, with the moment at which it is read.
type placed struct {
	offset int
	at     *moment
}

// score reads a SCORE.
func (r *reader) score(n *node, what string) score { return r.scoreInside(n, what, nil) }

// scoreInside reads a SCORE; outer is the moment of the difference around it.
func (r *reader) scoreInside(n *node, what string, outer *moment) score {
	s := score{offset: n.offset, percent: stats.DefaultPercent}
	if !r.object(n, what+" (a SCORE)", "scale", "min_answered_pct", "column", "difference", "at", "name") {
		return s
	}
	if name := n.member("name"); name != nil {
		s.name = r.word(name, "name").name
	}
	s.at = r.moment(n, outer)
	form := r.oneForm(n, what+" (a SCORE)", "scale", "column", "difference")
	if pct := n.member("min_answered_pct"); pct != nil {
		s.percent = r.percent(pct, form)
	}
	switch form {
	case "scale":
		scale := r.word(n.member(form), "scale")
		s.scale = &scale
	case "column":
		column := r.word(n.member(form), "column")
		s.column = &column
	case "difference":
		r.parts(n, what, &s, outer)
		return s
	}
	if s.at != nil {
		outer = s.at
	}
	r.scores = append(r.scores, placed{n.offset, outer})
	return s
}

// parts reads the two scores of a difference.
func (r *reader) parts(n *node, what string, s *score, outer *moment) {
	both := r.list(n.member("difference"), "difference")
	if len(both) != 2 && r.err == nil {
		r.fail(n.member("difference").offset, "a difference is of two scores, not %d", len(both))
	}
	if s.at != nil {
		outer = s.at
	}
	for _, part := range both {
		s.difference = append(s.difference, r.scoreInside(part, what, outer))
	}
}

func (r *reader) percent(n *node, form string) int {
	if form != "scale" {
		r.fail(n.offset, "min_answered_pct belongs to a scale")
	}
	pct := r.whole(n, "min_answered_pct", 0)
	if pct > 100 {
		r.fail(n.offset, "min_answered_pct is %d, but at most 100 makes sense", pct)
	}
	return pct
}

// moment reads the `at` of a SCORE, nil when there is none.
func (r *reader) moment(n *node, outer *moment) *moment {
	at := n.member("at")
	if at == nil {
		return nil
	}
	if outer != nil {
		r.fail(at.offset, "there is an at around this one already")
	}
	r.object(at, "at", "column", "equals", "id")
	return &moment{
		column: r.word(r.need(at, "column", "at"), "column"),
		equals: r.text(r.need(at, "equals", "at"), "equals"),
		id:     r.word(r.need(at, "id", "at"), "id"),
	}
}

// checkPlaces holds that one analysis works either on rows or on persons, and returns the column that says who a row is
// of, nil when it works on rows.
func (r *reader) checkPlaces() *ref {
	var id *ref
	for _, s := range r.scores {
		if s.at != nil && id == nil {
			id = &s.at.id
		}
	}
	if id == nil {
		return nil
	}
	for _, s := range r.scores {
		switch {
		case s.at == nil:
			r.fail(s.offset, "this score has no at, but another score of the analysis has one")
		case s.at.id.name != id.name:
			r.fail(s.at.id.offset, "the id of this at is %q, that of another score %q", s.at.id.name, id.name)
		}
	}
	for _, c := range r.columns {
		r.fail(c.offset, "the column %q has a value for each row, but the scores with at have one for each person", c.name)
	}
	return id
}

// called is the name of the score, "" when a difference has none.
func (s score) called() string {
	switch {
	case s.name != "":
		return s.name
	case s.scale != nil:
		return s.scale.name
	case s.column != nil:
		return s.column.name
	}
	return ""
}

// values are the score of every row of the view, or of every person if it has persons.
func (s score) values(v *view) (stats.Column, error) {
	if s.at == nil {
		return s.inRows(v)
	}
	picked, err := v.at(s.at)
	if err != nil {
		return stats.Column{}, err
	}
	var rows []int // of those who have one
	for _, row := range picked {
		if row >= 0 {
			rows = append(rows, row)
		}
	}
	found, err := s.inRows(&view{plan: v.plan, who: v.who, data: v.data, rows: rows})
	if err != nil {
		return stats.Column{}, err
	}
	out, next := stats.NewColumn(len(picked)), 0
	for person, row := range picked {
		if row < 0 {
			continue
		}
		if found.Present[next] {
			out.Set(person, found.Values[next])
		}
		next++
	}
	return out, nil
}

// inRows is the score without regard to its own moment.
func (s score) inRows(v *view) (stats.Column, error) {
	switch {
	case s.scale != nil:
		items, err := v.scaleItems(*s.scale)
		if err != nil {
			return stats.Column{}, err
		}
		columns, err := v.keyed(items)
		return stats.Scores(columns, s.percent), err
	case s.column != nil:
		return v.numbers(*s.column)
	}
	first, err := s.difference[0].values(v)
	if err != nil {
		return stats.Column{}, err
	}
	second, err := s.difference[1].values(v)
	return combine(first, second, func(a, b float64) float64 { return a - b }), err
}

// combine makes one column of two; it is missing where either is.
func combine(a, b stats.Column, f func(a, b float64) float64) stats.Column {
	out := stats.NewColumn(min(len(a.Values), len(b.Values)))
	for i := range out.Values {
		if a.Present[i] && b.Present[i] {
			out.Set(i, f(a.Values[i], b.Values[i]))
		}
	}
	return out
}
