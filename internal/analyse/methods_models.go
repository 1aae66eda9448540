package analyse

import (
	"fmt"

	"taitorinki/internal/stats"
)

func ols(r *reader, args *node, a *analysis) {
	y := r.score(r.need(args, "y", "args"), "y")
	ofTerms(y.values, stats.OLS)(r, args, a)
}

func logistic(r *reader, args *node, a *analysis) {
	y := r.condition(r.need(args, "y", "args"), "y")
	ofTerms(y.event, stats.Logistic)(r, args, a)
}

// ofTerms is a regression of an outcome on terms.
func ofTerms[T any](outcome func(v *view) (stats.Column, error), fit func(y stats.Column, x []stats.Predictor) (T, error)) argsReader {
	return func(r *reader, args *node, a *analysis) {
		x := r.terms(r.need(args, "x", "args"), "x")
		a.run = func(v *view) (any, error) {
			y, err := outcome(v)
			if err != nil {
				return nil, err
			}
			columns, err := model(v, y, x)
			if err != nil {
				return nil, err
			}
			return fit(y, columns)
		}
	}
}

// model makes the columns of a regression, and holds that each has a name of its own.
func model(v *view, y stats.Column, terms []term, taken ...string) ([]stats.Predictor, error) {
	columns, err := predictors(v, y, terms)
	if err != nil {
		return nil, err
	}
	return columns, checkNames(v, terms, columns, taken...)
}

// seed of k-means: the same data give the same clusters, whoever asks.
const seed = 1

func kMeans(r *reader, args *node, a *analysis) {
	var x []score
	seen := map[string]bool{}
	for _, n := range r.list(r.need(args, "x", "args"), "x") {
		s := r.score(n, "x")
		switch name := s.called(); {
		case r.err != nil:
		case name == "":
			r.fail(n.offset, "a difference needs a name here")
		case seen[name]:
			r.fail(n.offset, "two scores are called %q: give one of them a name", name)
		default:
			seen[name] = true
		}
		x = append(x, s)
	}
	k := r.whole(r.need(args, "k", "args"), "k", 1)
	standardised := r.truth(r.need(args, "standardised", "args"), "standardised")
	a.run = func(v *view) (any, error) {
		names, columns := make([]string, len(x)), make([]stats.Column, len(x))
		for i, s := range x {
			var err error
			if columns[i], err = s.values(v); err != nil {
				return nil, err
			}
			names[i] = s.called()
		}
		return stats.KMeans(names, columns, k, standardised, seed)
	}
}

func segmented(r *reader, args *node, a *analysis) {
	y := r.score(r.need(args, "y", "args"), "y")
	first := r.whole(r.need(args, "first_post_t", "args"), "first_post_t", 1)
	lag := r.whole(r.need(args, "lag", "args"), "lag", 0)
	factor := r.truth(r.need(args, "small_sample_factor", "args"), "small_sample_factor")
	var extra []term
	if n := args.member("extra"); n != nil && (n.kind != list || len(n.items) > 0) {
		extra = r.terms(n, "extra")
	}
	a.run = func(v *view) (any, error) {
		series, err := y.values(v)
		if err != nil {
			return nil, err
		}
		if err := noGaps(v, "y", series); err != nil {
			return nil, err
		}
		columns, err := v.extra(series, extra)
		if err != nil {
			return nil, err
		}
		return stats.Segmented(series.Values, first, lag, factor, columns)
	}
}

// extra makes the columns of the extra terms of a series, which may have no gaps either.
func (v *view) extra(y stats.Column, terms []term) ([]stats.Predictor, error) {
	for _, t := range terms {
		var p stats.Predictor
		var texts []string
		known, err := t.read(v, &p, &texts)
		if err != nil {
			return nil, err
		}
		if err := noGaps(v, t.name, stats.Column{Present: known}); err != nil {
			return nil, err
		}
	}
	return model(v, y, terms, "time", "level", "slope_change")
}

func noGaps(v *view, name string, c stats.Column) error {
	for i, known := range c.Present {
		if !known {
			return stats.Refusal(fmt.Sprintf("A series has no gaps, but %s is missing at t = %d (%s).", name, i+1, v.whose(i)))
		}
	}
	return nil
}
