package county

import (
	"cmp"
	"slices"
	"strings"
)

// castRoles seats the people of the demo story. They take the place of someone
// already hired, so that headcounts stay, and never of a supervisor.
func (c *County) castRoles() {
	group := c.middlingGroup("home care")
	head := slices.IndexFunc(c.People, func(p Person) bool { return slices.Contains(p.SupervisorOf, group) })
	c.Cast = Cast{
		Coordinator:           c.seat(c.memberOf("development", 1), "Helmi Saarela", administration, "fi"),
		Researcher:            c.seat(c.memberOf("development", 2), "Elina Vuorela", administration, "fi"),
		Expert:                c.seat(c.memberOf("ict", 1), "Antti Rautiola", ict, "fi"),
		Administrator:         c.seat(c.memberOf("ict", 2), "Joonas Kettula", ict, "fi"),
		DataProtectionOfficer: c.seat(c.memberOf("legal", 1), "Kerstin Nystrand", administration, "sv"),
		Supervisor:            c.seat(head, "Päivi Korpela", nurse, "fi"),
		MentorCandidate:       c.seat(c.nurseUnder(group), "Noora Niemelä", nurse, "fi"),
	}
	c.Cast.Mentor = c.seatBeside(c.Cast.MentorCandidate, "Sanna Lehtomäki")
}

// seatBeside renames a colleague in the same unit, who keeps the profession, and returns the address.
func (c *County) seatBeside(email, name string) string {
	at := slices.IndexFunc(c.People, func(p Person) bool { return p.Email == email })
	unit := c.People[at].Unit
	i := slices.IndexFunc(c.People, func(p Person) bool { return p.Unit == unit && p.Email != email && len(p.SupervisorOf) == 0 })
	profession := slices.IndexFunc(c.Professions, func(p Profession) bool { return p.Code == c.People[i].Profession })
	return c.seat(i, name, profession, "fi")
}

// seat renames a person for the cast and returns the address.
func (c *County) seat(person int, name string, profession int, lang string) string {
	p := &c.People[person]
	p.Name, p.Lang = name, lang
	p.Profession = c.Professions[profession].Code
	p.Email = address(strings.ReplaceAll(name, " ", "."))
	return p.Email
}

// memberOf finds someone without a role in the nth named unit of a service.
func (c *County) memberOf(key string, nth int) int {
	return slices.IndexFunc(c.People, func(p Person) bool {
		d := c.plan[c.unitAt[p.Unit]]
		return d.service != nil && d.service.key == key && d.named == nth && len(p.SupervisorOf) == 0
	})
}

// nurseUnder finds someone without a role in a group's units: a nurse if there
// is one, in the largest unit that has any, where a mentor is of most use.
func (c *County) nurseUnder(group string) int {
	heads := map[string]int{}
	for _, p := range c.People {
		heads[p.Unit]++
	}
	best, most := -1, -1
	for i, p := range c.People {
		if len(p.SupervisorOf) > 0 || c.Units[c.unitAt[p.Unit]].Parent != group {
			continue
		}
		worth := heads[p.Unit]
		if p.Profession == c.Professions[nurse].Code {
			worth += len(c.People)
		}
		if worth > most {
			best, most = i, worth
		}
	}
	return best
}

// middlingGroup is the code of a service's group of median headcount.
func (c *County) middlingGroup(key string) string {
	heads := map[string]int{}
	for _, p := range c.People {
		if u := c.unitAt[p.Unit]; c.plan[u].leaf && c.plan[u].service.key == key {
			heads[c.Units[u].Parent]++
		}
	}
	var groups []string
	for g := range heads {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b string) int {
		return cmp.Or(cmp.Compare(heads[a], heads[b]), cmp.Compare(a, b))
	})
	return groups[len(groups)/2]
}
