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

func twoGroups(r *reader, args *node, a *analysis) {
	s := r.samples(args)
	a.run = func(v *view) (any, error) {
		one, two, err := s.values(v)
		if err != nil {
			return nil, err
		}
		return result(stats.TwoGroups(one, two))
	}
}

func mannWhitney(r *reader, args *node, a *analysis) {
	s := r.samples(args)
	a.run = func(v *view) (any, error) {
		one, two, err := s.values(v)
		if err != nil {
			return nil, err
		}
		return result(stats.MannWhitney(one, two))
	}
}

// twoScores reads two scores of which each row or person has both.
func (r *reader) twoScores(args *node, first, second string) func(v *view) (a, b stats.Column, err error) {
	one := r.score(r.need(args, first, "args"), first)
	two := r.score(r.need(args, second, "args"), second)
	return func(v *view) (a, b stats.Column, err error) {
		if a, err = one.values(v); err == nil {
			b, err = two.values(v)
		}
		return a, b, err
	}
}

func paired(r *reader, args *node, a *analysis) {
	both := r.twoScores(args, "pre", "post")
	a.run = func(v *view) (any, error) {
		pre, post, err := both(v)
		if err != nil {
			return nil, err
		}
		return result(stats.Paired(pre, post))
	}
}

func signedRank(r *reader, args *node, a *analysis) {
	both := r.twoScores(args, "pre", "post")
	a.run = func(v *view) (any, error) {
		pre, post, err := both(v)
		if err != nil {
			return nil, err
		}
		return result(stats.SignedRank(pre, post))
	}
}

func correlation(r *reader, args *node, a *analysis) {
	both := r.twoScores(args, "x", "y")
	a.run = func(v *view) (any, error) {
		x, y, err := both(v)
		if err != nil {
			return nil, err
		}
		return result(stats.Correlate(x, y))
	}
}

// grouped reads a score and a column that groups it: the known values with the number of their level, in file order.
func (r *reader) grouped(args *node, by string) func(v *view) (levels []string, values []float64, group []int, err error) {
	s := r.score(r.need(args, "score", "args"), "score")
	column := r.column(r.need(args, by, "args"), by)
	return func(v *view) (levels []string, values []float64, group []int, err error) {
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
}

func oneWay(r *reader, args *node, a *analysis) {
	grouped := r.grouped(args, "by")
	a.run = func(v *view) (any, error) {
		levels, values, group, err := grouped(v)
		if err != nil {
			return nil, err
		}
		return result(stats.OneWay(levels, values, group))
	}
}

func icc(r *reader, args *node, a *analysis) {
	grouped := r.grouped(args, "unit")
	a.run = func(v *view) (any, error) {
		_, values, group, err := grouped(v)
		if err != nil {
			return nil, err
		}
		return result(stats.ICC(values, group))
	}
}
