package county

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// sizeClass is the headcount a class of units may have.
var sizeClass = [3][2]int{{1, 9}, {10, 29}, {30, 60}}

// team is a unit's headcount while it is still being settled.
type team struct{ size, class, least int }

// fill places people, so far with a unit and a profession only.
func (c *County) fill(size Size, rng *rand.Rand) {
	total := 9000
	if size == Small {
		total = 300
	}
	inner, leaves := make([]int, len(c.Units)), make([]*team, len(c.Units))
	var all []*team
	for i, d := range c.plan {
		if d.leaf {
			leaves[i] = drawTeam(rng, size, d)
			all = append(all, leaves[i])
			continue
		}
		inner[i] = drawInner(rng, size, d)
		total -= inner[i]
	}
	settle(rng, all, total)
	for i, d := range c.plan {
		if d.leaf {
			c.hire(rng, i, leaves[i].size, d.service.staff)
		} else {
			c.hire(rng, i, inner[i], officeMix(d))
		}
	}
}

// drawTeam draws a unit's size. A small county has the same work in smaller
// units. Named units hold at least three, so that the cast fits in them beside
// a supervisor.
func drawTeam(rng *rand.Rand, size Size, d node) *team {
	share := d.service.sizes
	if size == Small {
		share[0], share[1], share[2] = share[0]+0.35, share[1]*0.6, share[2]*0.3
	}
	t := &team{class: 2}
	x := rng.Float64() * (share[0] + share[1] + share[2])
	for i, s := range share {
		if x < s {
			t.class = i
			break
		}
		x -= s
	}
	b := sizeClass[t.class]
	t.least = b[0]
	if d.named > 0 {
		t.least = max(t.least, 3)
	}
	t.size = t.least + rng.IntN(b[1]-t.least+1)
	return t
}

// drawInner draws how many work directly on a county, area or group: always a
// head, in most groups few others.
func drawInner(rng *rand.Rand, size Size, d node) int {
	switch {
	case size == Small && d.service == nil:
		return 2 + rng.IntN(2)
	case size == Small:
		return 1 + rng.IntN(2)
	case d.area < 0:
		return 12
	case d.service == nil:
		return 4 + rng.IntN(11)
	}
	return 1 + int(math.Pow(rng.Float64(), 2)*9)
}

// settle moves single people until the units hold exactly total, keeping each
// unit in its class as long as that can be done.
func settle(rng *rand.Rand, all []*team, total int) {
	left := total
	for _, t := range all {
		left -= t.size
	}
	for tries := 0; left != 0; tries++ {
		t := all[rng.IntN(len(all))]
		low, high := t.least, sizeClass[t.class][1]
		if tries > 200*len(all) {
			low, high = min(3, low), sizeClass[2][1]
		}
		if left > 0 && t.size < high {
			t.size++
			left--
		} else if left < 0 && t.size > low {
			t.size--
			left++
		}
	}
}

// officeMix is who works on an inner node.
func officeMix(d node) mix {
	if d.area < 0 {
		return mix{administration: 1}
	}
	if lead := areas[d.area].lead; lead != administration {
		return mix{administration: .55, lead: .45}
	}
	return mix{administration: .9, ict: .1}
}

func (c *County) hire(rng *rand.Rand, unit, n int, m mix) {
	for range n {
		c.People = append(c.People, Person{Unit: c.Units[unit].Code, Profession: c.Professions[m.draw(rng)].Code})
	}
}

// draw walks the professions in their order: a map's own order would make two
// runs differ.
func (m mix) draw(rng *rand.Rand) int {
	x, last := rng.Float64(), 0
	for p := range professionCount {
		if s, ok := m[p]; ok {
			last = p
			if x < s {
				break
			}
			x -= s
		}
	}
	return last
}

// appoint makes supervisors. Every inner node has a head on it. A unit has its
// own supervisor, or a small one shares with the unit beside it, or the place
// is open and the head above answers for it.
func (c *County) appoint(rng *rand.Rand) {
	byUnit := make([][]int, len(c.Units))
	for i, p := range c.People {
		u := c.unitAt[p.Unit]
		byUnit[u] = append(byUnit[u], i)
	}
	lead, leadOf := -1, -1 // the latest unit supervisor and the parent of their units
	for u, d := range c.plan {
		here := byUnit[u]
		if !d.leaf {
			c.lead(here[0], u)
			continue
		}
		if leadOf != d.parent {
			lead, leadOf = -1, d.parent
		}
		switch {
		case lead >= 0 && len(here) < 6 && len(c.People[lead].SupervisorOf) < 3 && rng.Float64() < 0.6:
			c.lead(lead, u)
		case len(here) < 3 || rng.Float64() < 0.05:
		default:
			lead = slices.MinFunc(here, c.likelierHead)
			c.lead(lead, u)
		}
	}
}

func (c *County) lead(person, unit int) {
	p := &c.People[person]
	p.SupervisorOf = append(p.SupervisorOf, c.Units[unit].Code)
}

// likelierHead orders people by how likely their profession is to lead a unit.
func (c *County) likelierHead(a, b int) int {
	return cmp.Compare(c.headRank(a), c.headRank(b))
}

func (c *County) headRank(person int) int {
	switch c.People[person].Profession {
	case "nurse", "social-worker", "public-health-nurse", "physiotherapist", "psychologist":
		return 0
	case "social-counsellor", "administration", "ict", "dental-hygienist":
		return 1
	case "physician", "support":
		return 2
	}
	return 3
}
