package county

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// helped is what changes by service area when the county has helped its people for a while: remote care and digital
// support rise where help was aimed, while the way work is organised suffers a little everywhere, most in the hospital.
var helped = map[int]effects{
	older:      {remote: .7, digital: .5, organisation: -.1},
	primary:    {remote: .6, digital: .45, organisation: -.1},
	hospital:   {organisation: -.25},
	mental:     {organisation: -.1},
	families:   {organisation: -.1},
	workingAge: {organisation: -.1},
	disability: {organisation: -.1},
	corporate:  {organisation: -.1},
	supporting: {organisation: -.1},
}

// Helped is the county after so much help: 0 is none, 1 is a year of it. Its people are the same.
func (c *County) Helped(much float64) *County {
	later := *c
	later.help = much
	return &later
}

// gain is what a year of help changes of a person on a scale.
func (c *County) gain(person, scale int) float64 {
	return helped[c.plan[c.unitAt[c.People[person].Unit]].area][scale]
}

// Reorganised is the county as a later staff list tells it: small units have been merged, a service has moved under another
// area, an area has another name, a unit is new, and people have moved, left and come. Who stays is the same person, and
// the cast stays where it is.
func (c *County) Reorganised(size Size, seed uint64) *County {
	r := &reorganiser{County: c.copied(), rng: stream(seed, streamLater), pairs: 10, founders: 12}
	if size == Small {
		r.pairs, r.founders = 2, 4
	}
	r.merge()
	r.move()
	r.rename()
	r.prune()
	r.found()
	r.change()
	r.index()
	return r.County
}

func (c *County) copied() *County {
	n := *c
	n.Units, n.plan, n.People = slices.Clone(c.Units), slices.Clone(c.plan), slices.Clone(c.People)
	for i := range n.People {
		n.People[i].SupervisorOf = slices.Clone(n.People[i].SupervisorOf)
	}
	t := c.traits
	n.traits = traits{slices.Clone(t.general), slices.Clone(t.level), slices.Clone(t.careless), slices.Clone(t.responds)}
	n.index()
	return &n
}

// index makes units, addresses and staff numbers found again.
func (c *County) index() {
	c.unitAt, c.emailAt, c.numberAt = map[string]int{}, map[string]int{}, map[string]int{}
	for i, u := range c.Units {
		c.unitAt[u.Code] = i
	}
	for i, p := range c.People {
		c.emailAt[p.Email], c.numberAt[p.StaffNumber] = i, i
	}
}

type reorganiser struct {
	*County
	rng             *rand.Rand
	pairs, founders int
	gone            map[string]bool // units that have been merged into another
}

// merge joins the two smallest units of a group, in some groups of care and health services.
func (r *reorganiser) merge() {
	r.gone = map[string]bool{}
	heads := r.heads()
	boss := r.People[r.emailAt[r.Cast.Supervisor]]
	for _, g := range r.Units {
		var in []int
		for i, u := range r.Units {
			if a := r.plan[i].area; u.Parent == g.Code && r.plan[i].leaf && (a == older || a == primary) && heads[u.Code] < 10 && !r.paper[u.Code] {
				in = append(in, i)
			}
		}
		if len(r.gone) == r.pairs || len(in) < 2 || g.Parent == "" || slices.Contains(boss.SupervisorOf, g.Code) {
			continue
		}
		slices.SortStableFunc(in, func(a, b int) int { return heads[r.Units[a].Code] - heads[r.Units[b].Code] })
		if r.plan[in[0]].service == r.plan[in[1]].service {
			r.join(in[1], in[0])
		}
	}
}

func (c *County) heads() map[string]int {
	n := map[string]int{}
	for _, p := range c.People {
		n[p.Unit]++
	}
	return n
}

// join puts a unit into another, which is then called after both places.
func (r *reorganiser) join(into, from int) {
	a, b := &r.Units[into], r.Units[from]
	r.gone[b.Code] = true
	a.NameFI += " ja " + placeOf(b.NameFI)
	a.NameSV += " och " + placeOf(b.NameSV)
	a.NameEN += " and " + placeOf(b.NameEN)
	for i := range r.People {
		p := &r.People[i]
		if p.Unit == b.Code {
			p.Unit = a.Code
		}
		p.SupervisorOf = slices.DeleteFunc(p.SupervisorOf, func(code string) bool { return code == b.Code })
	}
}

// placeOf is what stands after the comma of a unit's name.
func placeOf(unit string) string { return unit[strings.LastIndex(unit, ", ")+2:] }

// move puts hospital at home, or where there is none school health care, under primary health care.
func (r *reorganiser) move() {
	to := slices.IndexFunc(r.Units, func(u Unit) bool { return u.NameFI == areas[primary].fi })
	for _, service := range []string{"Kotisairaala", "Koulu- ja opiskeluterveydenhuolto"} {
		for i, u := range r.Units {
			topmost := r.plan[i].parent >= 0 && r.plan[r.plan[i].parent].service == nil
			if topmost && strings.HasPrefix(u.NameFI, service) {
				r.Units[i].Parent = r.Units[to].Code
				return
			}
		}
	}
}

func (r *reorganiser) rename() {
	for i := range r.Units {
		if u := &r.Units[i]; u.NameFI == areas[disability].fi {
			u.NameFI, u.NameSV, u.NameEN = "Vammaispalvelut ja omaishoidon tuki", "Funktionshinderservice och stöd för närståendevård", "Disability services and support for family carers"
		}
	}
}

// prune takes the merged units out of the tree.
func (r *reorganiser) prune() {
	units, plan := r.Units[:0:0], r.plan[:0:0]
	for i, u := range r.Units {
		if !r.gone[u.Code] {
			units, plan = append(units, u), append(plan, r.plan[i])
		}
	}
	r.Units, r.plan = units, plan
	r.index()
	for i, u := range r.Units {
		if at, ok := r.unitAt[u.Parent]; ok {
			r.plan[i].parent = at
		}
	}
}

// found adds a unit of digital support, with people from the units beside it.
func (r *reorganiser) found() {
	top := slices.IndexFunc(r.Units, func(u Unit) bool { return u.NameFI == areas[corporate].fi })
	d := node{service: serviceOf("development"), area: corporate, region: nowhere, leaf: true}
	at := r.add(top, name{"Digituki", "Digistöd", "Digital support"}, d)
	for _, i := range r.rng.Perm(len(r.People)) {
		if p := &r.People[i]; r.founders > 0 && r.plan[r.unitAt[p.Unit]].area == corporate && r.mayGo(i) {
			p.Unit = r.Units[at].Code
			if r.founders--; r.founders == 0 {
				p.SupervisorOf = []string{p.Unit}
			}
		}
	}
}

func serviceOf(key string) *service {
	return &services[slices.IndexFunc(services, func(s service) bool { return s.key == key })]
}

// mayGo reports whether somebody may move or leave without the story losing them.
func (r *reorganiser) mayGo(person int) bool {
	p := r.People[person]
	return len(p.SupervisorOf) == 0 && !slices.Contains(r.Cast.All(), p.Email)
}

// All are the addresses of the whole cast.
func (c Cast) All() []string {
	return []string{c.Coordinator, c.Administrator, c.DataProtectionOfficer, c.Researcher, c.Supervisor, c.MentorCandidate, c.Expert, c.Mentor}
}

// change lets people move, leave and come: of a hundred three move to another unit of their service, six leave, and five of
// their places are filled.
func (r *reorganiser) change() {
	same := map[*service][]string{}
	for i, u := range r.Units {
		if r.plan[i].leaf {
			same[r.plan[i].service] = append(same[r.plan[i].service], u.Code)
		}
	}
	people, t := r.People[:0:0], traits{}
	for i, p := range r.People {
		x := 1.0
		if r.mayGo(i) {
			x = r.rng.Float64()
		}
		switch u := r.unitAt[p.Unit]; {
		case x < 0.01:
			continue
		case x < 0.06:
			p = r.comer(p, len(people))
			r.anew(i)
		case x < 0.09 && r.plan[u].leaf:
			others := same[r.plan[u].service]
			p.Unit = others[r.rng.IntN(len(others))]
		}
		people = append(people, p)
		t.general, t.level = append(t.general, r.traits.general[i]), append(t.level, r.traits.level[i])
		t.careless, t.responds = append(t.careless, r.traits.careless[i]), append(t.responds, r.traits.responds[i])
	}
	r.People, r.traits = people, t
}

// comer is somebody new in a person's place.
func (r *reorganiser) comer(was Person, nth int) Person {
	p := Person{Unit: was.Unit, Profession: was.Profession, StaffNumber: fmt.Sprint(200_017 + 7*nth)}
	p.Lang = drawLang(r.rng, r.plan[r.unitAt[p.Unit]].region)
	first, last := drawName(r.rng, p.Lang)
	p.Name = first + " " + last
	p.Email = r.freeAddress(first, last)
	r.emailAt[p.Email] = nth
	return p
}

// anew draws the traits of somebody new, who shares with the one before what the place brings along.
func (r *reorganiser) anew(person int) {
	t := &r.traits
	able := 0.5 * r.rng.NormFloat64()
	for s := range scaleCount {
		t.level[person][s] += 0.8 * (able - t.general[person])
	}
	t.general[person], t.careless[person] = able, drawCareless(r.rng)
}

// OnPaper is the county in which the people of a few units have no e-mail address: they clean, cook or care all day, and
// answer on paper slips.
func (c *County) OnPaper() *County {
	n := *c
	n.paper = map[string]bool{}
	heads, taken := c.heads(), map[string]bool{}
	pick := func(right func(d node) bool, most int) {
		for i, u := range c.Units {
			if d := c.plan[i]; d.leaf && right(d) && len(n.paper) < most && !taken[u.Parent] && heads[u.Code] >= 6 && heads[u.Code] <= 25 {
				n.paper[u.Code], taken[u.Parent] = true, true
			}
		}
	}
	pick(func(d node) bool { return d.area == supporting }, 4)
	if len(n.paper) == 0 {
		pick(func(d node) bool { return d.service.key == "service housing" }, 1)
	}
	return &n
}

// PaperUnits are the codes of the units that answer on paper.
func (c *County) PaperUnits() []string {
	var out []string
	for _, u := range c.Units {
		if c.paper[u.Code] {
			out = append(out, u.Code)
		}
	}
	return out
}

// ByNumber returns the index in People of the person with this staff number.
func (c *County) ByNumber(number string) (int, bool) {
	i, ok := c.numberAt[number]
	return i, ok
}
