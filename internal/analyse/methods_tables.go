package analyse

import "taitorinki/internal/stats"

// division sorts rows into levels: those of a column, or the "no" and "yes" of an event.
type division struct {
	column *ref
	event  *condition
}

func (r *reader) division(n *node, what string) (d division) {
	if n.kind == text {
		column := r.column(n, what)
		d.column = &column
		return d
	}
	if n.kind != object && n.kind != nothing {
		r.fail(n.offset, "%s must be the name of a column or an EVENT, not %s", what, n.kind)
		return d
	}
	event := r.condition(n, what)
	d.event = &event
	return d
}

func (d division) texts(v *view) (texts []string, known []bool, err error) {
	if d.column != nil {
		return v.texts(*d.column)
	}
	met, known, err := d.event.answers(v)
	if err != nil {
		return nil, nil, err
	}
	texts = make([]string, len(met))
	for i, yes := range met {
		texts[i] = "no"
		if yes {
			texts[i] = "yes"
		}
	}
	return texts, known, nil
}

func chiSquare(r *reader, args *node, a *analysis) {
	rows := r.division(r.need(args, "rows", "args"), "rows")
	cols := r.division(r.need(args, "cols", "args"), "cols")
	a.run = func(v *view) (any, error) {
		rowTexts, rowKnown, err := rows.texts(v)
		if err != nil {
			return nil, err
		}
		colTexts, both, err := cols.texts(v)
		if err != nil {
			return nil, err
		}
		for i, ok := range rowKnown {
			both[i] = both[i] && ok
		}
		return crossed(rowTexts, colTexts, both)
	}
}

// mostCells is the largest table that is made; crossed identifiers would fill the memory.
const mostCells = 1_000_000

func crossed(rowTexts, colTexts []string, known []bool) (any, error) {
	rows, rowAt := levelsOf(rowTexts, known)
	cols, colAt := levelsOf(colTexts, known)
	if len(rows)*len(cols) > mostCells {
		return nil, stats.Refusal("The table would have more than a million cells.")
	}
	table := make([][]int, len(rows))
	for i := range table {
		table[i] = make([]int, len(cols))
	}
	for i, ok := range known {
		if ok {
			table[rowAt[i]][colAt[i]]++
		}
	}
	return stats.ChiSquare(rows, cols, table)
}

func mcNemar(r *reader, args *node, a *analysis) {
	pre := r.condition(r.need(args, "pre", "args"), "pre")
	post := r.condition(r.need(args, "post", "args"), "post")
	a.run = func(v *view) (any, error) {
		before, knownBefore, err := pre.answers(v)
		if err != nil {
			return nil, err
		}
		after, knownAfter, err := post.answers(v)
		if err != nil {
			return nil, err
		}
		var n [2][2]int // yes before, yes after
		for i := range before {
			if knownBefore[i] && knownAfter[i] {
				n[one(before[i])][one(after[i])]++
			}
		}
		return stats.McNemar(n[1][1], n[1][0], n[0][1], n[0][0])
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func proportion(r *reader, args *node, a *analysis) {
	event := r.condition(r.need(args, "event", "args"), "event")
	a.run = func(v *view) (any, error) {
		met, known, err := event.answers(v)
		if err != nil {
			return nil, err
		}
		x, n := 0, 0
		for i, yes := range met {
			n += one(known[i])
			x += one(known[i] && yes)
		}
		return stats.Proportion(x, n), nil
	}
}
