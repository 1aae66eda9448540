package sdc

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"
)

// blanker hides the last few by blanking single values.
type blanker struct {
	m      *microdata
	people []Person         // as they are told
	cells  map[uint64][]int // combinations of at least k people -> who
	few    []int            // people who are in none of them
}

// release tells everybody as the place says, and blanks what must be.
func (m *microdata) release(p place, people []Person) Release {
	r := Release{Units: p.into, Categories: p.groups, Blanked: make([]int, len(m.variables))}
	r.People = make([]Person, len(people))
	alike := map[uint64][]int{} // values -> as they are told
	for i, one := range people {
		key := m.key(one.Unit, one.Values, 1)
		if _, ok := alike[key]; !ok {
			alike[key] = make([]int, len(one.Values))
			told(alike[key], one.Values, p.groups)
		}
		r.People[i] = Person{p.into[one.Unit], alike[key]}
	}
	m.blank(r.People)
	r.Lost = m.lost(p)
	m.count(&r, p, people)
	return r
}

// count says what was blanked, and adds to Lost what that cost: what the place still told of the people.
func (m *microdata) count(r *Release, p place, people []Person) {
	extra := make([]float64, len(m.variables)+1)
	toldAs := map[int]int{}
	for _, one := range people {
		toldAs[p.into[one.Unit]]++
	}
	values := make([]int, len(m.variables)) // in use for all people
	for i, one := range people {
		if unit := p.into[one.Unit]; unit != r.People[i].Unit {
			r.NoUnit++
			extra[0] += bitsLost(1, m.n) - bitsLost(1, toldAs[unit])
		}
		told(values, one.Values, p.groups)
		for v, c := range values {
			if c != r.People[i].Values[v] {
				r.Blanked[v]++
				extra[v+1] += m.bitsTold(v, c, r.Categories[v])
			}
		}
	}
	for i := range r.Lost {
		r.Lost[i] = min(1, r.Lost[i]+shareLost(extra[i], m.entropies[i]))
	}
}

// bitsTold is the information in one person's merged category.
func (m *microdata) bitsTold(v, group int, groups []int) float64 {
	all := 0
	for _, size := range m.sizes[v] {
		all += size
	}
	return bitsLost(1, all) - bitsLost(1, groupSizes(groups, m.sizes[v])[group])
}

// blank changes people until no combination has fewer than k: the fewest values at a time, where those that lose the same
// values make a combination of k together or join one that is there.
func (m *microdata) blank(people []Person) {
	b := &blanker{m: m, people: people, cells: map[uint64][]int{}}
	for i, p := range people {
		key := m.key(p.Unit, p.Values, 0)
		b.cells[key] = append(b.cells[key], i)
	}
	for key, who := range b.cells {
		if len(who) < m.k {
			b.few = append(b.few, who...)
			delete(b.cells, key)
		}
	}
	slices.Sort(b.few)
	for _, same := range masks(len(m.variables) + 1) {
		b.gatherMost(same)
	}
	b.borrow()
}

// masks are the sets of what can be blanked, of a unit (bit 0) and variables, by how many they are; those with the unit last.
func masks(n int) [][]uint {
	out := make([][]uint, n)
	for mask := uint(1); mask < 1<<n; mask++ {
		count := bits.OnesCount(mask)
		out[count-1] = append(out[count-1], mask)
	}
	for _, same := range out {
		slices.SortFunc(same, func(a, b uint) int { return cmp.Or(int(a&1)-int(b&1), cmp.Compare(a, b)) })
	}
	return out
}

// gatherMost gathers by the mask that helps the most of the few, and again, until none of the masks helps anybody. Ties go to
// the earlier mask.
func (b *blanker) gatherMost(masks []uint) {
	for {
		best, most := uint(0), 0
		for _, mask := range masks {
			helped, _ := b.helped(mask)
			if len(helped) > most {
				best, most = mask, len(helped)
			}
		}
		if most == 0 {
			return
		}
		helped, left := b.helped(best)
		for _, i := range helped {
			b.put(i, best)
		}
		b.few = left
	}
}

// helped are those of the few who are at least k in their cell when the mask is blanked, with those who are there already.
func (b *blanker) helped(mask uint) (helped, left []int) {
	together := map[uint64]int{}
	for _, i := range b.few {
		together[b.key(i, mask)]++
	}
	for _, i := range b.few {
		if key := b.key(i, mask); together[key]+len(b.cells[key]) >= b.m.k {
			helped = append(helped, i)
		} else {
			left = append(left, i)
		}
	}
	return helped, left
}

func (b *blanker) key(i int, mask uint) uint64 {
	return b.m.key(b.people[i].Unit, b.people[i].Values, mask)
}

// put blanks what the mask says of a person and notes them in their cell.
func (b *blanker) put(i int, mask uint) {
	p := &b.people[i]
	if mask&1 != 0 {
		p.Unit = NoParent
	}
	p.Values = slices.Clone(p.Values) // others have the same
	for v := range p.Values {
		if mask&(2<<v) != 0 {
			p.Values[v] = NoCategory
		}
	}
	key := b.key(i, 0)
	b.cells[key] = append(b.cells[key], i)
}

// borrow hides the last few, who are fewer than k even with nothing told, among people from cells that have more than k; when
// no cell has, among those of a whole cell.
func (b *blanker) borrow() {
	for len(b.few) > 0 && len(b.few) < b.m.k {
		key := b.largest()
		who := b.cells[key]
		n := min(b.m.k-len(b.few), len(who)-b.m.k)
		if n == 0 {
			n = len(who)
		}
		b.few = append(b.few, who[len(who)-n:]...)
		if b.cells[key] = who[:len(who)-n]; len(who) == n {
			delete(b.cells, key)
		}
	}
	for _, i := range b.few {
		b.put(i, 1<<(len(b.m.variables)+1)-1)
	}
	b.few = nil
}

// largest is the cell with the most people; ties go to the lower key.
func (b *blanker) largest() uint64 {
	return slices.MaxFunc(slices.Sorted(maps.Keys(b.cells)), func(x, y uint64) int {
		return cmp.Or(len(b.cells[x])-len(b.cells[y]), -cmp.Compare(x, y))
	})
}
