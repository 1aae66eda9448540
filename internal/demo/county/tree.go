package county

import (
	"fmt"
	"math"
	"math/rand/v2"
)

const (
	rootCode    = "KR"
	mediumUnits = 600
)

// node is what Make knows of a unit beside its row.
type node struct {
	service *service // nil above the groups
	area    int      // -1 for the county
	region  int
	named   int // place among the service's named units, from 1; 0 for others
	leaf    bool
	parent  int
	inside  int // children given a code so far
}

// add appends a unit under parent and returns its index. Codes grow by level,
// KR, KR11, KR1101, KR1101001, so that a code tells where it belongs.
func (c *County) add(parent int, n name, d node) int {
	u := Unit{Code: rootCode, NameFI: n.fi, NameSV: n.sv, NameEN: n.en}
	if parent >= 0 {
		p := &c.plan[parent]
		p.inside++
		u.Parent = c.Units[parent].Code
		switch {
		case parent == 0:
			u.Code = fmt.Sprintf("%s%d", u.Parent, 10+p.inside)
		case d.leaf:
			u.Code = fmt.Sprintf("%s%03d", u.Parent, p.inside)
		default:
			u.Code = fmt.Sprintf("%s%02d", u.Parent, p.inside)
		}
	}
	d.parent = parent
	c.unitAt[u.Code] = len(c.Units)
	c.Units = append(c.Units, u)
	c.plan = append(c.plan, d)
	return len(c.Units) - 1
}

// grower adds units with places.
type grower struct {
	*County
	rng    *rand.Rand
	places [regionCount][]place
	areaAt map[int]int // area to index in Units
}

func (c *County) grower(rng *rand.Rand) *grower {
	c.add(-1, countyName, node{area: -1, region: nowhere})
	return &grower{c, rng, drawPlaces(rng), map[int]int{}}
}

// area returns the unit of a service area, added when first asked for.
func (g *grower) area(a int) int {
	if at, ok := g.areaAt[a]; ok {
		return at
	}
	at := g.add(0, areas[a].name, node{area: a, region: nowhere})
	g.areaAt[a] = at
	return at
}

func (c *County) growMedium(rng *rand.Rand) {
	g := c.grower(rng)
	count := shareUnits()
	for i := range services {
		g.grow(&services[i], count[i], services[i].groups)
	}
}

func (c *County) growSmall(rng *rand.Rand) {
	g := c.grower(rng)
	for i := range services {
		if s := &services[i]; s.small[0] > 0 {
			g.grow(s, s.small[0], s.small[1])
		}
	}
}

// shareUnits gives each service its number of units so that Medium comes to
// exactly mediumUnits. Named units are as many as their names; the rest is
// shared by weight, the rounding carried from one service to the next.
func shareUnits() []int {
	left, weight := mediumUnits-1-len(areas), 0
	count := make([]int, len(services))
	for i, s := range services {
		count[i] = len(s.named)
		left -= s.groups + count[i]
		weight += s.weight
	}
	seen, given := 0, 0
	for i, s := range services {
		if s.weight > 0 {
			seen += s.weight
			count[i] = left*seen/weight - given
			given += count[i]
		}
	}
	return count
}

// grow adds a service: its groups, when it has any, and its units.
func (g *grower) grow(s *service, units, groups int) {
	top := g.area(s.area)
	parts := division[max(groups, 1)]
	taken := map[place]bool{}
	done := 0
	for i, n := range splitUneven(g.rng, units, len(parts)) {
		parent := top
		if groups > 0 {
			parent = g.add(top, groupName(s, parts, i), node{service: s, area: s.area, region: groupRegion(parts, i)})
		}
		for range n {
			g.leaf(s, parent, parts[i], done, taken)
			done++
		}
	}
}

// leaf adds the nth unit of a service somewhere in the given regions.
func (g *grower) leaf(s *service, parent int, regions []int, nth int, taken map[place]bool) {
	d := node{service: s, area: s.area, region: nowhere, leaf: true}
	if nth < len(s.named) {
		d.named = nth + 1
		g.add(parent, s.named[nth], d)
		return
	}
	d.region = regions[g.rng.IntN(len(regions))]
	p := g.place(d.region, taken)
	g.add(parent, name{s.unit.fi + ", " + p.fi, s.unit.sv + ", " + p.sv, s.unit.en + ", " + p.fi}, d)
}

// place picks a place where the service does not work yet. The first places of
// a region are picked most, so that they look like its towns.
func (g *grower) place(region int, taken map[place]bool) place {
	in := g.places[region]
	for {
		p := in[int(math.Pow(g.rng.Float64(), 1.8)*float64(len(in)))]
		if !taken[p] {
			taken[p] = true
			return p
		}
	}
}

func groupName(s *service, parts [][]int, i int) name {
	if len(parts) == 1 {
		return s.group
	}
	r := regionNames[parts[i][0]]
	return name{s.group.fi + ", " + r.fi, s.group.sv + ", " + r.sv, s.group.en + ", " + r.en}
}

func groupRegion(parts [][]int, i int) int {
	if len(parts) == 1 {
		return nowhere
	}
	return parts[i][0]
}

// splitUneven shares n units over parts, some getting up to twice as many as
// others and each at least two where there is enough.
func splitUneven(rng *rand.Rand, n, parts int) []int {
	weight, sum := make([]float64, parts), 0.0
	for i := range weight {
		weight[i] = 1 + rng.Float64()
		sum += weight[i]
	}
	least := min(2, n/parts)
	out, given, seen := make([]int, parts), 0, 0.0
	for i := range out {
		seen += weight[i]
		out[i] = int(math.Round(float64(n-least*parts)*seen/sum)) - given
		given += out[i]
		out[i] += least
	}
	return out
}
