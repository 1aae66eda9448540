package sdcattack

// flow is a circulation: every node passes on what it gets, every arc carries between lo and hi. A table of units by the
// categories of one variable is one, so that the bounds of its groups are exact whole numbers (network matrices are totally
// unimodular).
type flow struct {
	from, to   []int
	lo, hi, at []int
	arcs       [][]int // of a node: 2·arc leaving it, 2·arc+1 coming to it
	seen       []int   // of a node: the search that saw it last
	via        []int   // of a node: how that search came to it
	search     int
	queue      []int
	least      []int // of an arc: the least and greatest that any circulation so far has carried
	greatest   []int
}

func newFlow(nodes int) *flow {
	return &flow{arcs: make([][]int, nodes), seen: make([]int, nodes), via: make([]int, nodes)}
}

func (f *flow) arc(from, to, lo, hi int) int {
	a := len(f.from)
	f.from, f.to = append(f.from, from), append(f.to, to)
	f.lo, f.hi, f.at = append(f.lo, lo), append(f.hi, hi), append(f.at, lo)
	f.arcs[from], f.arcs[to] = append(f.arcs[from], 2*a), append(f.arcs[to], 2*a+1)
	return a
}

// room is how much more can go along a way of an arc, and where it leads.
func (f *flow) room(way int) (room, to int) {
	a := way / 2
	if way%2 == 0 {
		return f.hi[a] - f.at[a], f.to[a]
	}
	return f.at[a] - f.lo[a], f.from[a]
}

// push sends up to limit from s to t beside the arc closed, and returns how much.
func (f *flow) push(s, t, limit, closed int) int {
	sent := 0
	for sent < limit {
		if s == t {
			return limit
		}
		if !f.path(s, t, closed) {
			break
		}
		n := limit - sent
		for v := t; v != s; {
			r, _ := f.room(f.via[v])
			n, v = min(n, r), f.back(v)
		}
		for v := t; v != s; v = f.back(v) {
			f.add(f.via[v], n)
		}
		sent += n
	}
	return sent
}

func (f *flow) back(v int) int {
	_, from := f.room(f.via[v] ^ 1)
	return from
}

func (f *flow) add(way, n int) {
	a := way / 2
	if way%2 == 1 {
		n = -n
	}
	f.at[a] += n
	if f.least != nil {
		f.least[a], f.greatest[a] = min(f.least[a], f.at[a]), max(f.greatest[a], f.at[a])
	}
}

// path finds a shortest way with room from s to t.
func (f *flow) path(s, t, closed int) bool {
	f.search++
	f.seen[s] = f.search
	f.queue = append(f.queue[:0], s)
	for i := 0; i < len(f.queue); i++ {
		for _, way := range f.arcs[f.queue[i]] {
			r, to := f.room(way)
			if r <= 0 || way/2 == closed || f.seen[to] == f.search {
				continue
			}
			f.seen[to], f.via[to] = f.search, way
			if to == t {
				return true
			}
			f.queue = append(f.queue, to)
		}
	}
	return false
}

// fill makes the circulation a valid one, or says that there is none.
func (f *flow) fill() bool {
	spare := make([]int, len(f.arcs))
	for a := range f.from {
		if f.lo[a] > f.hi[a] {
			return false
		}
		spare[f.to[a]] += f.at[a]
		spare[f.from[a]] -= f.at[a]
	}
	source, sink := len(f.arcs), len(f.arcs)+1
	f.arcs, f.seen, f.via = append(f.arcs, nil, nil), append(f.seen, 0, 0), append(f.via, 0, 0)
	n := len(f.from)
	need := 0
	for v, s := range spare {
		if s > 0 {
			f.arc(source, v, 0, s)
			need += s
		} else if s < 0 {
			f.arc(v, sink, 0, -s)
		}
	}
	filled := f.push(source, sink, need, -1) == need
	for a := n; a < len(f.from); a++ {
		f.lo[a], f.hi[a] = f.at[a], f.at[a]
	}
	f.least, f.greatest = append([]int(nil), f.at...), append([]int(nil), f.at...)
	return filled
}

// most raises what an arc carries to limit, or as far as it goes.
func (f *flow) most(a, limit int) int {
	if want := min(f.hi[a], limit) - f.at[a]; want > 0 {
		f.add(2*a, f.push(f.to[a], f.from[a], want, a))
	}
	return f.at[a]
}

// fewest lowers what an arc carries to limit, or as far as it goes.
func (f *flow) fewest(a, limit int) int {
	if want := f.at[a] - max(f.lo[a], limit); want > 0 {
		f.add(2*a+1, f.push(f.from[a], f.to[a], want, a))
	}
	return f.at[a]
}

// table is the circulation of one set of kinds by the categories of one variable (or of all people when variable is
// sdc.All): down the tree of units in each category, through the units' own staff, and up the tree of everybody.
type table struct {
	*flow
	arcOf map[int]int // by group
}

func (m *model) table(s, variable int) table {
	units := len(m.kids)
	columns := []int{}
	if variable >= 0 {
		for c := range m.c.Categories[variable] {
			columns = append(columns, m.first[variable]+c)
		}
	}
	// Node 0 is outside; then for every unit its staff, all below it, and the columns.
	staff := func(u int) int { return 1 + u }
	all := func(u int) int { return 1 + units + u }
	in := func(i, u int) int { return 1 + (2+i)*units + u }
	t := table{flow: newFlow(1 + (2+len(columns))*units), arcOf: map[int]int{}}
	add := func(from, to, group int) {
		if m.hi[group] > 0 || m.lo[group] > 0 {
			t.arcOf[group] = t.arc(from, to, m.lo[group], m.hi[group])
		}
	}
	for u := range units {
		up := func(node func(int) int) int {
			if p := m.c.Parent[u]; p >= 0 {
				return node(p)
			}
			return 0
		}
		add(staff(u), all(u), m.own(s, 0, u))
		add(all(u), up(all), m.below(s, 0, u))
		for i, col := range columns {
			add(up(func(p int) int { return in(i, p) }), in(i, u), m.below(s, col, u))
			add(in(i, u), staff(u), m.own(s, col, u))
		}
		if variable < 0 {
			t.arc(0, staff(u), 0, boundless)
		}
	}
	return t
}
