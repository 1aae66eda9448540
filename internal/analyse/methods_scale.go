package analyse

import (
	"fmt"
	"strings"

	"taitorinki/internal/stats"
)

// itemDescriptives is about the values as they were given, so nothing is turned around.
func itemDescriptives(r *reader, args *node, a *analysis) {
	it := r.items(args, "item_descriptives")
	a.run = func(v *view) (any, error) {
		places, names, err := it.places(v)
		if err != nil {
			return nil, err
		}
		columns, err := v.raw(places)
		if err != nil {
			return nil, err
		}
		var out ordered
		for i, place := range places {
			var low, high *float64
			if item := v.data.variables[place]; item != nil {
				low, high = item.min, item.max
			}
			out = append(out, field{names[i], stats.DescribeItem(columns[i], low, high)})
		}
		return out, nil
	}
}

func descriptives(r *reader, args *node, a *analysis) {
	s := r.score(r.need(args, "score", "args"), "score")
	a.run = func(v *view) (any, error) {
		values, err := s.values(v)
		if err != nil {
			return nil, err
		}
		return stats.DescribeFully(values.Known()), nil
	}
}

// pairwise reads how missing answers are dealt with.
func (r *reader) pairwise(args *node) bool {
	n := r.need(args, "missing", "args")
	said := r.text(n, "missing")
	if said != "listwise" && said != "pairwise" {
		r.fail(n.offset, "missing is %q, but must be \"listwise\" or \"pairwise\"", said)
	}
	return said == "pairwise"
}

// ofItems is a method on the keyed values of items.
func ofItems[T any](compute func(names []string, items []stats.Column) (T, error)) argsReader {
	return func(r *reader, args *node, a *analysis) {
		it := r.items(args, a.method.name)
		a.run = func(v *view) (any, error) {
			names, columns, err := it.keyed(v)
			if err != nil {
				return nil, err
			}
			return compute(names, columns)
		}
	}
}

// ofMatrix is a method on the covariances of items, listwise or pairwise.
func ofMatrix[T any](compute func(names []string, items []stats.Column, pairwise bool) (T, error)) argsReader {
	return func(r *reader, args *node, a *analysis) {
		pairwise := r.pairwise(args)
		ofItems(func(names []string, items []stats.Column) (T, error) { return compute(names, items, pairwise) })(r, args, a)
	}
}

func completeCases(_ []string, items []stats.Column) (ordered, error) {
	some, complete := stats.CompleteCases(items)
	return ordered{{"n_any", some}, {"n_complete", complete}}, nil
}

func eigen(_ []string, items []stats.Column, pairwise bool) (stats.Eigen, error) {
	return stats.EigenCorrelation(items, pairwise)
}

// all is the name of the margin of group_means: it stands in place of a level and takes every row.
const all = "all"

// mostGroups is more than anybody reads; crossed identifiers would fill the memory.
const mostGroups = 200_000

// grouping is one column of group_means: its levels, `all` as the last, and the level of each row.
type grouping struct {
	column string
	levels []string
	at     []int // place among the levels, -1 = missing
}

func groupMeans(r *reader, args *node, a *analysis) {
	s := r.score(r.need(args, "score", "args"), "score")
	by := r.words(r.need(args, "by", "args"), "by")
	r.columns = append(r.columns, by...)
	a.run = func(v *view) (any, error) {
		values, err := s.values(v)
		if err != nil {
			return nil, err
		}
		groupings, total := make([]grouping, len(by)), 1
		for i, column := range by {
			if groupings[i], err = v.grouping(column); err != nil {
				return nil, err
			}
			if total *= len(groupings[i].levels); total > mostGroups {
				return nil, stats.Refusal(fmt.Sprintf("The columns of by make more than %d groups.", mostGroups))
			}
		}
		return groupedMeans(v, values, groupings, by)
	}
}

// grouping finds the levels of a column among the rows of the view.
func (v *view) grouping(column ref) (grouping, error) {
	texts, known, err := v.texts(column)
	if err != nil {
		return grouping{}, err
	}
	levels, at := levelsOf(texts, known)
	for _, level := range levels {
		if level == all {
			return grouping{}, v.fault(column, "the column %s has a level called all, which here means every row", column.name)
		}
	}
	return grouping{column.name, append(levels, all), at}, nil
}

// groupedMeans puts each value into its group and the margins above it, and describes every combination of levels.
func groupedMeans(v *view, values stats.Column, groupings []grouping, by []ref) (any, error) {
	total := 1
	for _, g := range groupings {
		total *= len(g.levels)
	}
	groups := make([][]float64, total)
	for i, x := range values.Values {
		if values.Present[i] {
			spread(groups, groupings, i, 0, x)
		}
	}
	out, seen := make(ordered, total), map[string]bool{}
	for number, group := range groups {
		name := groupName(groupings, number)
		if seen[name] {
			return nil, v.fault(by[0], "two groups would be called %q", name)
		}
		seen[name] = true
		out[number] = field{name, stats.Describe(group)}
	}
	return out, nil
}

// spread adds the value of row i to its groups. A group's number counts in the levels of the columns, the last column
// running fastest; number is what the columns before have made of it.
func spread(groups [][]float64, left []grouping, i, number int, x float64) {
	if len(left) == 0 {
		groups[number] = append(groups[number], x)
		return
	}
	g := left[0]
	if g.at[i] >= 0 {
		spread(groups, left[1:], i, number*len(g.levels)+g.at[i], x)
	}
	spread(groups, left[1:], i, number*len(g.levels)+len(g.levels)-1, x)
}

func groupName(groupings []grouping, number int) string {
	parts := make([]string, len(groupings))
	for i := len(groupings) - 1; i >= 0; i-- {
		g := groupings[i]
		level := g.levels[number%len(g.levels)]
		number /= len(g.levels)
		if len(groupings) == 1 {
			return level
		}
		parts[i] = g.column + "=" + level
	}
	return strings.Join(parts, ",")
}
