package county

import (
	"reflect"
	"slices"
	"testing"
)

func TestAReorganisationLeavesATreeAndThePeopleThatItShould(t *testing.T) {
	each(t, func(t *testing.T, size Size, c *County) {
		later := c.Reorganised(size, 1)
		seen := map[string]bool{"": true}
		moved, renamed, fresh := 0, 0, 0
		for _, u := range later.Units {
			if seen[u.Code] || !seen[u.Parent] {
				t.Errorf("unit %q under %q: code twice or parent not before it", u.Code, u.Parent)
			}
			seen[u.Code] = true
			was, known := c.Unit(u.Code)
			switch {
			case !known:
				fresh++
			case was.Parent != u.Parent:
				moved++
			case was.NameFI != u.NameFI:
				renamed++
			}
		}
		merged := len(c.Units) + fresh - len(later.Units)
		if moved != 1 || fresh != 1 || merged < 2 || renamed != merged+1 {
			t.Errorf("size %d: %d units moved, %d new, %d merged, %d renamed; want 1, 1, some, those and an area", size, moved, fresh, merged, renamed)
		}
		stayed, elsewhere, came := 0, 0, 0
		numbers, addresses := map[string]bool{}, map[string]bool{}
		for i, p := range later.People {
			if numbers[p.StaffNumber] || addresses[p.Email] || !seen[p.Unit] {
				t.Errorf("twice, or nowhere: %+v", p)
			}
			numbers[p.StaffNumber], addresses[p.Email] = true, true
			for _, code := range p.SupervisorOf {
				if !seen[code] {
					t.Errorf("%s leads %q, which is no more", p.Email, code)
				}
			}
			was, known := c.ByNumber(p.StaffNumber)
			if !known {
				came++
				continue
			}
			stayed++
			if c.People[was].Email != p.Email || c.traits.level[was] != later.traits.level[i] {
				t.Errorf("%s is not who they were", p.Email)
			}
			if c.People[was].Unit != p.Unit {
				elsewhere++
			}
		}
		n := len(c.People)
		if left := n - stayed; left*100 < n*3 || left*100 > n*8 || came*100 < n*2 || came*100 > n*7 || elsewhere*100 < n*2 {
			t.Errorf("size %d: of %d people %d left, %d came, %d moved", size, n, left, came, elsewhere)
		}
		for _, mail := range c.Cast.All() {
			i, ok := later.Person(mail)
			was, _ := c.Person(mail)
			if !ok || !reflect.DeepEqual(later.People[i], c.People[was]) {
				t.Errorf("%s of the cast is not where they were", mail)
			}
		}
	})
}

func TestHelpShowsWhereItWasAimed(t *testing.T) {
	c := Make(Medium, 1)
	after := c.Helped(1)
	area := func(a int) func(Person) bool {
		return func(p Person) bool { return c.plan[c.unitAt[p.Unit]].area == a }
	}
	for _, x := range []struct {
		area      int
		scale     string
		low, high float64
	}{
		{older, "remote", 0.5, 0.71}, {primary, "digital", 0.35, 0.46}, {families, "remote", 0, 0}, {older, "ethics", 0, 0},
		{hospital, "organisation", -0.26, -0.2}, {hospital, "remote", 0, 0},
	} {
		if d := mean(after, x.scale, area(x.area)) - mean(c, x.scale, area(x.area)); d < x.low || d > x.high {
			t.Errorf("area %d, %s: changed by %.2f, want %.2f to %.2f", x.area, x.scale, d, x.low, x.high)
		}
	}
	if c.help != 0 {
		t.Error("the county before has changed")
	}
}

func TestAFewUnitsAnswerOnPaper(t *testing.T) {
	each(t, func(t *testing.T, size Size, c *County) {
		paper := c.OnPaper()
		units, want := paper.PaperUnits(), 4
		if size == Small {
			want = 1
		}
		if len(units) > want || len(units) == 0 && size == Medium || len(c.PaperUnits()) != 0 {
			t.Errorf("size %d: units on paper %v, want %d", size, units, want)
		}
		for _, p := range paper.People {
			if slices.Contains(units, p.Unit) && slices.Contains(c.Cast.All(), p.Email) {
				t.Errorf("%s of the cast answers on paper", p.Email)
			}
		}
		later := paper.Reorganised(size, 1)
		for _, code := range units {
			if _, ok := later.Unit(code); !ok {
				t.Errorf("unit %q on paper is no more", code)
			}
		}
	})
}
