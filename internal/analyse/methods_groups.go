package analyse

import (
	"taitorinki/internal/stats"
)

// samples are the two sets of values of two_groups and mann_whitney: one score in two groups, or two scores.
type samples struct {
	offset         int
	score          score
	group1, group2 condition
	two            bool // score1 against score2
	score1, score2 score
}

func (r *reader) samples(args *node) (s samples) {
	s.offset = args.offset
	if args.member("score1") == nil && args.member("score2") == nil {
		s.score = r.score(r.need(args, "score", "args"), "score")
		s.group1 = r.condition(r.need(args, "group1", "args"), "group1")
		s.group2 = r.condition(r.need(args, "group2", "args"), "group2")
		return s
	}
	s.two = true
	r.object(args, "a comparison of two scores", "score1", "score2")
	s.score1 = r.score(r.need(args, "score1", "args"), "score1")
	s.score2 = r.score(r.need(args, "score2", "args"), "score2")
	return s
}

func (s samples) values(v *view) (a, b []float64, err error) {
	if s.two {
		first, err := s.score1.values(v)
		if err != nil {
			return nil, nil, err
		}
		second, err := s.score2.values(v)
		return first.Known(), second.Known(), err
	}
	values, err := s.score.values(v)
	if err != nil {
		return nil, nil, err
	}
	in1, _, err := s.group1.answers(v)
	if err != nil {
		return nil, nil, err
	}
	in2, _, err := s.group2.answers(v)
	if err != nil {
		return nil, nil, err
	}
	for i, x := range values.Values {
		if in1[i] && in2[i] {
			return nil, nil, v.plan.fault(s.group2.offset, v.who, "%s is in both groups", v.whose(i))
		}
		switch {
		case !values.Present[i]:
		case in1[i]:
			a = append(a, x)
		case in2[i]:
			b = append(b, x)
		}
	}
	return a, b, nil
}

// ofSamples is a method that compares two sets of values.
func ofSamples[T any](compare func(a, b []float64) (T, error)) argsReader {
	return func(r *reader, args *node, a *analysis) {
		s := r.samples(args)
		a.run = func(v *view) (any, error) {
			one, two, err := s.values(v)
			if err != nil {
				return nil, err
			}
			return compare(one, two)
		}
	}
}

// ofTwoScores is a method on two scores of which each row or person has both; the args have these names.
func ofTwoScores[T any](first, second string, compute func(a, b stats.Column) (T, error)) argsReader {
	return func(r *reader, args *node, a *analysis) {
		one := r.score(r.need(args, first, "args"), first)
		two := r.score(r.need(args, second, "args"), second)
		a.run = func(v *view) (any, error) {
			x, err := one.values(v)
			if err != nil {
				return nil, err
			}
			y, err := two.values(v)
			if err != nil {
				return nil, err
			}
			return compute(x, y)
		}
	}
}

// ofGroups is a method on a score and a column that groups it, named by an arg: the known values with the place of their
// level, in file order.
func ofGroups[T any](by string, compute func(levels []string, values []float64, group []int) (T, error)) argsReader {
	return func(r *reader, args *node, a *analysis) {
		s := r.score(r.need(args, "score", "args"), "score")
		column := r.column(r.need(args, by, "args"), by)
		a.run = func(v *view) (any, error) {
			levels, values, group, err := v.grouped(s, column)
			if err != nil {
				return nil, err
			}
			return compute(levels, values, group)
		}
	}
}

func (v *view) grouped(s score, column ref) (levels []string, values []float64, group []int, err error) {
	scores, err := s.values(v)
	if err != nil {
		return nil, nil, nil, err
	}
	texts, known, err := v.texts(column)
	if err != nil {
		return nil, nil, nil, err
	}
	for i, ok := range scores.Present {
		known[i] = known[i] && ok
	}
	levels, at := levelsOf(texts, known)
	for i, ok := range known {
		if ok {
			values, group = append(values, scores.Values[i]), append(group, at[i])
		}
	}
	return levels, values, group, nil
}

func icc(_ []string, values []float64, unit []int) (stats.ICCResult, error) {
	return stats.ICC(values, unit)
}
