package sdcattack

import "math/rand/v2"

// One table (units by the categories of one variable, one moment) is exact by its circulation, whatever its size. Several
// tables at once are searched here.
//
// Limits of the search for whole numbers. A question that takes longer stays open, and an open question is no leak: only
// in tables of several variables or moments at once can a leak be missed for that.
const (
	stepsPerQuestion = 2_000
	stepsTogether    = 400_000
)

// search looks for whole numbers that fit all sums.
type search struct {
	*model
	least, greatest []int // what the solutions so far have shown to be possible; least over greatest: nothing yet
	steps, left     int
	random          *rand.Rand
}

// searchAll sharpens the bounds of hidden groups that may be small: tables that only tell each other their bounds allow
// numbers that do not fit all tables at once.
func (m *model) searchAll() {
	s := &search{model: m, least: make([]int, len(m.lo)), greatest: make([]int, len(m.lo)), left: stepsTogether, random: rand.New(rand.NewPCG(1, 1))}
	for g := range s.least {
		s.least[g], s.greatest[g] = boundless, -1
	}
	m.targets(func(t target) { s.sharpen(t) })
}

func (s *search) sharpen(t target) {
	g := t.group
	for s.sensitive(g) && s.lo[g] < s.hi[g] && s.least[g] > s.lo[g] {
		found, known := s.possible(g, s.lo[g], s.lo[g])
		if found || !known {
			break
		}
		s.keep(g, s.lo[g]+1, s.hi[g])
	}
	wide := s.lo[g] + s.asked(t)
	for s.sensitive(g) && s.lo[g] < s.hi[g] && s.greatest[g] < min(wide, s.hi[g]) {
		from := min(wide, s.hi[g])
		found, known := s.possible(g, from, s.hi[g])
		if found || !known {
			break
		}
		s.keep(g, s.lo[g], from-1)
	}
}

// keep takes over a bound that has been proved.
func (s *search) keep(g, lo, hi int) {
	s.lo[g], s.hi[g] = lo, hi
	s.settle([]int{g}, nil)
}

// possible looks for numbers with from to to people in a group. It is known that there are none only if known.
func (s *search) possible(g, from, to int) (found, known bool) {
	if s.left <= 0 {
		return false, false
	}
	var trail []undo
	s.steps = stepsPerQuestion
	near := s.near(g)
	found = s.fits(g, from, to, &trail) && s.complete(near, &trail)
	if found {
		for _, h := range near {
			s.least[h], s.greatest[h] = min(s.least[h], s.lo[h]), max(s.greatest[h], s.hi[h])
		}
	}
	s.takeBack(&trail, 0)
	s.left -= stepsPerQuestion - s.steps
	return found, s.steps > 0
}

func (s *search) fits(g, from, to int, trail *[]undo) bool {
	if !s.bound(g, from, to, trail, func(int) {}) {
		return false
	}
	return s.settle([]int{g}, trail)
}

func (s *search) takeBack(trail *[]undo, to int) {
	for i := len(*trail) - 1; i >= to; i-- {
		u := (*trail)[i]
		s.lo[u.group], s.hi[u.group] = u.lo, u.hi
	}
	*trail = (*trail)[:to]
}

// near are the groups that hang together with a group by sums whose numbers are open.
func (s *search) near(g int) []int {
	seen, out := map[int]bool{g: true}, []int{g}
	for i := 0; i < len(out); i++ {
		for _, n := range s.in[out[i]] {
			for _, h := range append([]int{s.sums[n].whole}, s.sums[n].parts...) {
				if !seen[h] && s.lo[h] < s.hi[h] {
					seen[h] = true
					out = append(out, h)
				}
			}
		}
	}
	return out
}

// complete gives every group a number, the one with the fewest choices first, and goes back where nothing fits.
func (s *search) complete(groups []int, trail *[]undo) bool {
	best, choices := -1, boundless+1
	for _, g := range groups {
		if n := s.hi[g] - s.lo[g]; n > 0 && n < choices {
			best, choices = g, n
		}
	}
	if best < 0 {
		return true
	}
	lo, hi := s.lo[best], min(s.hi[best], s.lo[best]+1000)
	mid := (lo + hi) / 2
	halves := [][2]int{{lo, mid}, {mid + 1, s.hi[best]}}
	if s.random.IntN(2) == 0 {
		halves[0], halves[1] = halves[1], halves[0]
	}
	for _, h := range halves {
		if s.steps--; s.steps <= 0 {
			return false
		}
		mark := len(*trail)
		if s.fits(best, h[0], h[1], trail) && s.complete(groups, trail) {
			return true
		}
		s.takeBack(trail, mark)
	}
	return false
}
