package supportlog

import (
	"cmp"
	"maps"
	"slices"

	"taitorinki/internal/sdc"
)

// What is told of support given, and why nobody can be told from it.
//
// The tables are fixed: for each quarter the hours of each unit with everything under it, and their shares by theme. The quarters
// have no entry in common, and a quarter is told once, when no entry of it can change any more. So each stands by itself.
//
// Who is a mentor, and where, is public. So the number of mentors is no secret, and is no figure of ours either; the secret is how
// much a mentor did. The reader may be a mentor, who knows their own part. An amount is safe when at least 5 mentors made it and
// what is left without the two largest is at least 10 % of the largest (D1, D8): then whoever takes their own part away from it
// still finds at most an upper limit for each other mentor that is more than 10 % too high.
//
// A remainder is an amount like any other (D2, D4). Hours of units make a tree. Take from each told unit the told units right
// under it: what is left is a piece, and every figure that can be reckoned from the told ones is a sum of pieces. It is enough
// that each piece is safe, whatever unit a mentor helps: an upper limit for several pieces is the sum of theirs. Where one is not,
// the smallest told unit in it is hidden, so that the piece grows. A piece in which nobody did anything says so of every mentor who
// could have: it is safe only where no mentor's units lie in it altogether.
//
// Shares would tell the minutes of a theme, so these must be safe too. Themes are gathered alike for all units: the largest
// by themselves, the others as one. The units told by theme make pieces of their own, each of which must be safe in each theme,
// or have nothing of it. Whoever joins both tables knows no tighter upper limit of a part than the smaller of its piece and its theme's piece.
//
// sdc.Suppress is not asked: its people belong to one unit each, and a mentor's minutes to as many as were helped. All that it looks
// for in a single tree is in the rule for pieces. What is safe is told rounded, hours to tens and shares to whole percents, and
// nothing rests on the rounding. Zero, few and hidden look the same: they are not told.

// part is minutes of a mentor for a unit on a theme, all three by their place in a list.
type part struct{ mentor, unit, area, minutes int }

// told is what is published of a quarter.
type told struct {
	hours  map[int]int   // by unit, rounded to tens
	themes [][]int       // the areas that are told together
	shares map[int][]int // by unit: whole percents in the order of themes
}

// forest is a quarter's work in the tree of units.
type forest struct {
	parent []int // of each unit, which comes before it; -1 at the top
	kids   [][]int
	own    [][]part // by unit
	reach  [][]int  // by mentor: all units that the mentor serves; nil for who serves none
	sum    []int    // by unit: the minutes of all under it
}

// publish decides what is told. Parents come before their children.
func publish(parent []int, parts []part, reach [][]int) told {
	f := newForest(parent, parts, reach)
	shown := f.units()
	out := told{hours: map[int]int{}, shares: map[int][]int{}}
	for u := range parent {
		if shown[u] {
			out.hours[u] = (f.sum[u] + 300) / 600 * 10
		}
	}
	themes, by := f.byTheme(shown)
	out.themes = themes
	for u := range by {
		out.shares[u] = f.sharesOf(u, themes)
	}
	return out
}

func newForest(parent []int, parts []part, reach [][]int) *forest {
	n := len(parent)
	f := &forest{parent: parent, kids: make([][]int, n), own: make([][]part, n), reach: reach, sum: make([]int, n)}
	for u, p := range parent {
		if p >= 0 {
			f.kids[p] = append(f.kids[p], u)
		}
	}
	for _, p := range parts {
		f.own[p.unit] = append(f.own[p.unit], p)
		f.sum[p.unit] += p.minutes
	}
	for u := n - 1; u >= 0; u-- {
		if parent[u] >= 0 {
			f.sum[parent[u]] += f.sum[u]
		}
	}
	return f
}

// safe reports whether an amount may be told, given what each mentor made of it.
func safe(by map[int]int) bool {
	total, largest, second := 0, 0, 0
	for _, m := range by {
		total += m
		if m > largest {
			largest, second = m, largest
		} else {
			second = max(second, m)
		}
	}
	return sdc.AmountAllowed(len(by), float64(total), float64(largest), float64(second))
}

// piece is a unit with what is under it, without told units: their own units, and the told ones that were left out.
func (f *forest) piece(u int, told map[int]bool) (units, left []int) {
	units = []int{u}
	for i := 0; i < len(units); i++ {
		for _, k := range f.kids[units[i]] {
			if told[k] {
				left = append(left, k)
			} else {
				units = append(units, k)
			}
		}
	}
	return units, left
}

// made is what each mentor did in some units on some areas; nil areas are all.
func (f *forest) made(units []int, areas []int) map[int]int {
	by := map[int]int{}
	for _, u := range units {
		for _, p := range f.own[u] {
			if p.minutes > 0 && (areas == nil || slices.Contains(areas, p.area)) {
				by[p.mentor] += p.minutes
			}
		}
	}
	return by
}

// idle reports whether a mentor serves nothing but some units: that nobody did anything there would be told of that mentor.
func (f *forest) idle(units []int) bool {
	in := make(map[int]bool, len(units))
	for _, u := range units {
		in[u] = true
	}
	return slices.ContainsFunc(f.reach, func(serves []int) bool {
		return len(serves) > 0 && !slices.ContainsFunc(serves, func(u int) bool { return !in[u] })
	})
}

// units decides of which units hours are told. What is hidden in a unit changes no piece above it, so one way down is enough.
func (f *forest) units() map[int]bool {
	shown := map[int]bool{}
	for u := range f.parent {
		if whole, _ := f.piece(u, nil); safe(f.made(whole, nil)) {
			shown[u] = true
		}
	}
	for u := range f.parent {
		for shown[u] {
			units, inside := f.piece(u, shown)
			by := f.made(units, nil)
			if safe(by) || len(by) == 0 && !f.idle(units) {
				break
			}
			if len(inside) == 0 {
				delete(shown, u) // it is its own piece, and safe: not reached
				break
			}
			delete(shown, slices.MinFunc(inside, func(a, b int) int { return cmp.Or(cmp.Compare(f.sum[a], f.sum[b]), cmp.Compare(a, b)) }))
		}
	}
	return shown
}

// byTheme finds how the themes are gathered, and which units are told by theme: so that the most is told.
func (f *forest) byTheme(shown map[int]bool) (themes [][]int, units map[int]bool) {
	order := f.largest()
	most := 0
	for single := len(order); single > 0; single-- {
		var gathered [][]int
		for _, a := range order[:single] {
			gathered = append(gathered, []int{a})
		}
		if rest := order[single:]; len(rest) > 0 {
			gathered = append(gathered, rest)
		}
		if by := f.told(gathered, shown); len(gathered) > 1 && len(by)*len(gathered) > most {
			themes, units, most = gathered, by, len(by)*len(gathered)
		}
	}
	return themes, units
}

// largest are the areas with any minutes, those with the most first.
func (f *forest) largest() []int {
	sum := map[int]int{}
	for _, all := range f.own {
		for _, p := range all {
			sum[p.area] += p.minutes
		}
	}
	return slices.SortedFunc(maps.Keys(sum), func(a, b int) int { return cmp.Or(cmp.Compare(sum[b], sum[a]), cmp.Compare(a, b)) })
}

// told are the units that can be told by themes gathered so. Those above come first, then the larger.
func (f *forest) told(themes [][]int, shown map[int]bool) map[int]bool {
	by := map[int]bool{}
	var down func(units []int)
	down = func(units []int) {
		units = slices.Clone(units)
		slices.SortStableFunc(units, func(a, b int) int { return cmp.Compare(f.sum[b], f.sum[a]) })
		for _, u := range units {
			if shown[u] {
				by[u] = true
				if !f.safeByTheme(u, themes, by) || !f.safeByTheme(f.above(u, by), themes, by) {
					delete(by, u)
				}
			}
		}
		for _, u := range units {
			down(f.kids[u])
		}
	}
	var tops []int
	for u, p := range f.parent {
		if p < 0 {
			tops = append(tops, u)
		}
	}
	down(tops)
	return by
}

// above is the nearest unit above that is told, -1 for none.
func (f *forest) above(u int, told map[int]bool) int {
	for u = f.parent[u]; u >= 0 && !told[u]; {
		u = f.parent[u]
	}
	return u
}

// safeByTheme looks at the piece of a told unit in each theme.
func (f *forest) safeByTheme(u int, themes [][]int, told map[int]bool) bool {
	if u < 0 {
		return true
	}
	units, _ := f.piece(u, told)
	some := false
	for _, areas := range themes {
		by := f.made(units, areas)
		if len(by) > 0 && !safe(by) {
			return false
		}
		some = some || len(by) > 0
	}
	return some || !f.idle(units)
}

func (f *forest) sharesOf(u int, themes [][]int) (out []int) {
	units, _ := f.piece(u, nil)
	for _, areas := range themes {
		n := 0
		for _, m := range f.made(units, areas) {
			n += m
		}
		out = append(out, sdc.Percent(n, f.sum[u]))
	}
	return out
}
