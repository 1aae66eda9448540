package county

import (
	"bytes"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// made holds the counties that the tests share; nothing changes them.
var made = sync.OnceValue(func() (out []*County) {
	for seed := range uint64(4) {
		out = append(out, Make(Small, seed), Make(Medium, seed))
	}
	return out
})

// each runs a test on both sizes and a few seeds.
func each(t *testing.T, f func(t *testing.T, size Size, c *County)) {
	for i, c := range made() {
		f(t, Size(i%2), c)
		if t.Failed() {
			t.Fatalf("seed %d", i/2)
		}
	}
}

func heads(c *County) map[string]int {
	n := map[string]int{}
	for _, p := range c.People {
		n[p.Unit]++
	}
	return n
}

func depth(t *testing.T, c *County, u Unit) int {
	d := 1
	for u.Parent != "" {
		parent, ok := c.Unit(u.Parent)
		if !ok || d > 4 {
			t.Fatalf("unit %q hangs loose from %q", u.Code, u.Parent)
		}
		u, d = parent, d+1
	}
	return d
}

func TestTheCountyHasTheSizeAskedFor(t *testing.T) {
	each(t, func(t *testing.T, size Size, c *County) {
		units, people := 600, 9000
		if size == Small {
			units, people = 40, 300
		}
		if len(c.Units) != units || len(c.People) != people || len(c.Professions) != 12 {
			t.Errorf("size %d: got %d units, %d people, %d professions, want %d, %d, 12", size, len(c.Units), len(c.People), len(c.Professions), units, people)
		}
	})
}

func TestTheUnitsAreOneTreeOfThreeToFourLevels(t *testing.T) {
	each(t, func(t *testing.T, size Size, c *County) {
		seen, inner := map[string]bool{"": true}, map[string]bool{}
		roots := 0
		for _, u := range c.Units {
			if seen[u.Code] || !seen[u.Parent] {
				t.Errorf("unit %q under %q: code twice or parent not before it", u.Code, u.Parent)
			}
			seen[u.Code], inner[u.Parent] = true, true
			if u.Parent == "" {
				roots++
			}
		}
		if roots != 1 {
			t.Errorf("got %d roots, want 1", roots)
		}
		levels := map[int]int{}
		for _, u := range c.Units {
			if !inner[u.Code] {
				levels[depth(t, c, u)]++
			}
		}
		if levels[4] == 0 || (levels[3] > 0) != (size == Small) || len(levels) > 2 {
			t.Errorf("size %d: leaves by level %v", size, levels)
		}
	})
}

func TestNamesStandInThreeLanguagesAndTellUnitsApart(t *testing.T) {
	each(t, func(t *testing.T, _ Size, c *County) {
		seen := map[string]bool{}
		for _, u := range c.Units {
			if u.NameFI == "" || u.NameSV == "" || u.NameEN == "" {
				t.Errorf("unit %q lacks a name: %+v", u.Code, u)
			}
			for _, n := range []string{"fi:" + u.NameFI, "sv:" + u.NameSV, "en:" + u.NameEN} {
				if seen[n] {
					t.Errorf("two units are called %q", n)
				}
				seen[n] = true
			}
		}
		for _, p := range c.Professions {
			if p.Code == "" || p.FI == "" || p.SV == "" || p.EN == "" {
				t.Errorf("profession lacks a name: %+v", p)
			}
		}
	})
}

func TestPeopleAreUniqueAndBelongSomewhere(t *testing.T) {
	each(t, func(t *testing.T, _ Size, c *County) {
		jobs := map[string]bool{}
		for _, p := range c.Professions {
			jobs[p.Code] = true
		}
		mails, numbers := map[string]bool{}, map[string]bool{}
		for i, p := range c.People {
			if mails[p.Email] || numbers[p.StaffNumber] {
				t.Errorf("twice: %+v", p)
			}
			mails[p.Email], numbers[p.StaffNumber] = true, true
			if at, ok := c.Person(p.Email); !ok || at != i {
				t.Errorf("Person(%q) = %d, %v, want %d", p.Email, at, ok, i)
			}
			if _, ok := c.Unit(p.Unit); !ok || !jobs[p.Profession] || p.Name == "" {
				t.Errorf("not placed: %+v", p)
			}
			if !slices.Contains([]string{"fi", "sv", "en"}, p.Lang) {
				t.Errorf("%s reads %q", p.Email, p.Lang)
			}
			for _, r := range p.Email {
				if r > 127 || r == ' ' {
					t.Errorf("address %q is not plain ASCII", p.Email)
				}
			}
			if !strings.HasSuffix(p.Email, ".example") || strings.Count(p.Email, "@") != 1 {
				t.Errorf("address %q could be real", p.Email)
			}
		}
	})
}

func TestUnitSizesAreSkewed(t *testing.T) {
	each(t, func(t *testing.T, size Size, c *County) {
		n := heads(c)
		inner := map[string]bool{}
		for _, u := range c.Units {
			inner[u.Parent] = true
		}
		var small, large, leaves, onInner int
		for _, u := range c.Units {
			k := n[u.Code]
			if k < 1 || k > 60 {
				t.Errorf("unit %q has %d people", u.Code, k)
			}
			switch {
			case inner[u.Code]:
				onInner += k
				continue
			case k <= 9:
				small++
			case k >= 30:
				large++
			}
			leaves++
		}
		if onInner == 0 || small*10 < leaves*3 {
			t.Errorf("size %d: %d people on inner nodes, %d of %d units small", size, onInner, small, leaves)
		}
		if size == Medium && (large*100 < leaves*8 || large*100 > leaves*25 || onInner > 600) {
			t.Errorf("%d of %d units large, %d people on inner nodes", large, leaves, onInner)
		}
	})
}

func TestEveryUnitHasASupervisorAtItOrAboveIt(t *testing.T) {
	each(t, func(t *testing.T, size Size, c *County) {
		led := map[string]int{}
		for _, p := range c.People {
			for _, code := range p.SupervisorOf {
				if _, ok := c.Unit(code); !ok {
					t.Errorf("%s supervises unknown %q", p.Email, code)
				}
				led[code]++
			}
		}
		own := 0
		for _, u := range c.Units {
			own += min(led[u.Code], 1)
			if u.Parent != "" && led[u.Code]+led[u.Parent] == 0 {
				t.Errorf("nobody answers for %q", u.Code)
			}
			if led[u.Code] > 1 {
				t.Errorf("%d people lead %q", led[u.Code], u.Code)
			}
		}
		if own*10 < len(c.Units)*6 {
			t.Errorf("only %d of %d units have a supervisor of their own", own, len(c.Units))
		}
	})
}

func TestTheCastIsSeatedWhereItsStoryNeedsIt(t *testing.T) {
	each(t, func(t *testing.T, _ Size, c *County) {
		cast := reflect.ValueOf(c.Cast)
		seen := map[int]bool{}
		for i := range cast.NumField() {
			field, mail := cast.Type().Field(i).Name, cast.Field(i).String()
			at, ok := c.Person(mail)
			if !ok || seen[at] {
				t.Fatalf("%s %q: nobody, or one who has a part already", field, mail)
			}
			seen[at] = true
			if leads := len(c.People[at].SupervisorOf) > 0; leads != (field == "Supervisor") {
				t.Errorf("%s leads %v", field, c.People[at].SupervisorOf)
			}
		}
		boss, _ := c.Person(c.Cast.Supervisor)
		mentor, _ := c.Person(c.Cast.MentorCandidate)
		unit, _ := c.Unit(c.People[mentor].Unit)
		if !slices.Contains(c.People[boss].SupervisorOf, unit.Parent) || c.People[mentor].Profession != "nurse" {
			t.Errorf("mentor candidate %+v is not a nurse under %v", c.People[mentor], c.People[boss].SupervisorOf)
		}
	})
	if a, b := Make(Small, 1).Cast, Make(Medium, 2).Cast; a != b {
		t.Errorf("the cast differs: %+v and %+v", a, b)
	}
}

func TestTheSameSeedGivesTheSameCounty(t *testing.T) {
	for _, size := range []Size{Small, Medium} {
		a, b, other := Make(size, 7), Make(size, 7), Make(size, 8)
		if !reflect.DeepEqual(a.People, b.People) || !reflect.DeepEqual(a.Units, b.Units) || !reflect.DeepEqual(a.traits, b.traits) {
			t.Errorf("size %d: two counties of one seed differ", size)
		}
		if reflect.DeepEqual(a.People, other.People) {
			t.Errorf("size %d: two seeds give the same people", size)
		}
	}
}

func TestLanguagesAreSharedAsInABilingualCounty(t *testing.T) {
	for seed := range uint64(5) {
		n := map[string]int{}
		c := Make(Medium, seed)
		for _, p := range c.People {
			n[p.Lang]++
		}
		if sv := float64(n["sv"]) / 9000; sv < 0.055 || sv > 0.085 || n["en"] < 20 || n["en"] > 150 {
			t.Errorf("seed %d: languages %v", seed, n)
		}
	}
}

func TestEveryProfessionWorksInAMediumCounty(t *testing.T) {
	n := map[string]int{}
	for _, p := range Make(Medium, 1).People {
		n[p.Profession]++
	}
	for _, p := range professions() {
		if n[p.Code] < 40 {
			t.Errorf("only %d of profession %s", n[p.Code], p.Code)
		}
	}
}

func TestTablesReadBackAsWritten(t *testing.T) {
	c := Make(Small, 3)
	for _, f := range []struct {
		head string
		body []byte
		rows int
	}{
		{"code,parent,name_fi,name_sv,name_en", c.UnitsCSV(), len(c.Units)},
		{"staff_number,email,name,unit,profession,language,supervisor_of", c.PeopleCSV(), len(c.People)},
		{"code,name_fi,name_sv,name_en", c.ProfessionsCSV(), len(c.Professions)},
	} {
		rows, err := csv.NewReader(bytes.NewReader(f.body)).ReadAll()
		if err != nil || len(rows) != f.rows+1 || strings.Join(rows[0], ",") != f.head {
			t.Errorf("got %d rows, error %v, want %d under %q", len(rows), err, f.rows+1, f.head)
		}
	}
}

func TestPlaceNamesAreInventedAndWrittenProperly(t *testing.T) {
	for _, region := range drawPlaces(stream(1, 1)) {
		for _, p := range region {
			if realPlaces[p.fi] || strings.Contains(p.sv, "nnn") || strings.Contains(p.sv, "lll") {
				t.Errorf("bad place %+v", p)
			}
		}
	}
	if got := joinSwedish("Rönn", "näs"); got != "Rönnäs" {
		t.Errorf("got %q, want Rönnäs", got)
	}
}

func mean(c *County, scaleID string, who func(Person) bool) float64 {
	sum, n := 0.0, 0
	for i, p := range c.People {
		if who(p) {
			sum += c.Skill(i, scaleID)
			n++
		}
	}
	return sum / float64(n)
}

func TestSkillFollowsProfessionServiceAndUnit(t *testing.T) {
	c := Make(Medium, 1)
	everyone := func(Person) bool { return true }
	job := func(code string) func(Person) bool { return func(p Person) bool { return p.Profession == code } }
	homeCare := func(p Person) bool {
		s := c.plan[c.unitAt[p.Unit]].service
		return s != nil && s.key == "home care"
	}
	if got, all := mean(c, "skills", job("ict")), mean(c, "skills", everyone); got < all+0.5 {
		t.Errorf("ICT skills %.2f, county %.2f", got, all)
	}
	if got, all := mean(c, "remote", homeCare), mean(c, "remote", everyone); got > all-0.2 {
		t.Errorf("home care remote %.2f, county %.2f", got, all)
	}
	if got, all := mean(c, "colleagues", job("physician")), mean(c, "colleagues", everyone); got > all-0.15 {
		t.Errorf("physicians' colleagues %.2f, county %.2f", got, all)
	}
	for _, id := range Scales() {
		if all := mean(c, id, everyone); all < 2.5 || all > 4.2 {
			t.Errorf("county level of %s is %.2f", id, all)
		}
		share := betweenUnits(c, id)
		if share < 0.05 || share > 0.5 {
			t.Errorf("units carry %.2f of the variance of %s", share, id)
		}
	}
	for i := range c.People {
		for _, id := range append(Scales(), "of another instrument") {
			if x := c.Skill(i, id); x < 1 || x > 5 || math.IsNaN(x) {
				t.Fatalf("Skill(%d, %q) = %v", i, id, x)
			}
		}
	}
}

// betweenUnits is the share of the variance that lies between units.
func betweenUnits(c *County, id string) float64 {
	n, sum, all := heads(c), map[string]float64{}, 0.0
	for i, p := range c.People {
		sum[p.Unit] += c.Skill(i, id)
		all += c.Skill(i, id)
	}
	all /= float64(len(c.People))
	between, total := 0.0, 0.0
	for i, p := range c.People {
		between += math.Pow(sum[p.Unit]/float64(n[p.Unit])-all, 2)
		total += math.Pow(c.Skill(i, id)-all, 2)
	}
	return between / total
}

func TestAnswersSkipsAndCarelessnessComeInTheirShares(t *testing.T) {
	c, rng := Make(Medium, 1), rand.New(rand.NewPCG(1, 2))
	skipped, unconcerned, careless, total := 0, 0, 0, 0
	for i := range c.People {
		if c.traits.careless[i] >= 0 {
			careless++
		}
		for _, id := range Scales() {
			a := c.Answer(rng, i, id, i%2 == 0, 5)
			total++
			switch {
			case a == Skipped:
				skipped++
			case a == DoesNotConcern:
				unconcerned++
			case a < 1 || a > 5:
				t.Fatalf("answer %d to five steps", a)
			}
		}
	}
	for what, share := range map[string]float64{
		"skipped": float64(skipped) / float64(total), "does not concern": float64(unconcerned) / float64(total),
	} {
		if share < 0.014 || share > 0.028 {
			t.Errorf("%s: %.3f of the answers", what, share)
		}
	}
	if share := float64(careless) / 9000; share < 0.02 || share > 0.04 {
		t.Errorf("careless: %.3f of the people", share)
	}
}

func TestReversedItemsTurnRoundExceptForTheCareless(t *testing.T) {
	c := Make(Medium, 1)
	for i := range c.People[:2000] {
		for steps := 2; steps <= 11; steps++ {
			a := c.Answer(rand.New(rand.NewPCG(uint64(i), 1)), i, "ethics", false, steps)
			b := c.Answer(rand.New(rand.NewPCG(uint64(i), 1)), i, "ethics", true, steps)
			want := steps + 1 - a
			if a < 1 || c.traits.careless[i] >= 0 {
				want = a
			}
			if b != want {
				t.Fatalf("person %d, %d steps: straight %d, reversed %d, want %d", i, steps, a, b, want)
			}
		}
	}
}

func TestAboutTwoInThreeRespondUnevenlyByUnit(t *testing.T) {
	each(t, func(t *testing.T, size Size, c *County) {
		if size == Small {
			return
		}
		rng := rand.New(rand.NewPCG(5, 5))
		yes, by := 0, map[string]int{}
		for i, p := range c.People {
			if c.Responds(rng, i) {
				yes++
				by[p.Unit]++
			}
		}
		if rate := float64(yes) / float64(len(c.People)); rate < 0.58 || rate > 0.72 {
			t.Errorf("response rate %.3f", rate)
		}
		low, high := 0, 0
		for u, n := range heads(c) {
			if n < 10 {
				continue
			}
			switch rate := float64(by[u]) / float64(n); {
			case rate < 0.5:
				low++
			case rate > 0.8:
				high++
			}
		}
		if low < 15 || high < 15 {
			t.Errorf("only %d units answered little and %d much", low, high)
		}
	})
}

func TestAMediumCountyIsMadeInATenthOfASecond(t *testing.T) {
	best := time.Hour
	for seed := range uint64(5) {
		start := time.Now()
		Make(Medium, seed)
		best = min(best, time.Since(start))
	}
	// Room for the race detector and a busy machine; see the benchmark.
	if best > 500*time.Millisecond {
		t.Errorf("took %v", best)
	}
}

func BenchmarkMedium(b *testing.B) {
	for b.Loop() {
		Make(Medium, 1)
	}
}
