package county

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Scales of the shipped instrument, in its order.
const (
	remote = iota
	digital
	skills
	evaluate
	ethics
	management
	organisation
	colleagues
	scaleCount
)

var scaleIDs = [scaleCount]string{"remote", "digital", "skills", "evaluate", "ethics", "management", "organisation", "colleagues"}

// What Answer returns when there is no answer to count.
const (
	Skipped        = 0
	DoesNotConcern = -1
)

// countyLevel is where the county stands on each scale, 1 to 5.
var countyLevel = effects{remote: 3.1, digital: 3.4, skills: 3.6, evaluate: 3.2, ethics: 3.9, management: 3.2, organisation: 3.1, colleagues: 3.7}

var professionEffect = [professionCount]effects{
	practicalNurse:    {remote: -.2, digital: -.1, skills: -.2, evaluate: -.15},
	physician:         {remote: .1, digital: .1, skills: .15, evaluate: .1, management: -.1, organisation: -.15, colleagues: -.35},
	socialWorker:      {remote: .05, skills: -.1, ethics: .2, organisation: -.1},
	socialCounsellor:  {remote: .05, ethics: .1},
	physiotherapist:   {remote: .2, digital: .1},
	publicHealthNurse: {remote: .15, digital: .15, colleagues: .1},
	dentalHygienist:   {remote: -.25, digital: -.1},
	psychologist:      {remote: .3, skills: .1, ethics: .15, colleagues: -.1},
	administration:    {remote: -.1, digital: .2, skills: .3, evaluate: .1},
	ict:               {remote: -.1, digital: .6, skills: .9, evaluate: .6, management: .1, organisation: .1},
	support:           {remote: -.4, digital: -.45, skills: -.4, evaluate: -.4, ethics: -.2},
}

// traits is what lies behind the answers: drawn once, so that a person is the
// same person on every question and in every wave.
type traits struct {
	general  []float64 // by person: how able one feels overall
	level    []effects // by person: the tendency on each scale
	careless []float64 // by person: where on the line a straight-liner ticks, 0..1; below 0 for others
	responds []float64 // by person: the chance of taking part
}

// drawTraits adds up the county, the profession, the service, the units from
// the area down, and the person. People share their unit's effect, which is
// larger for the support factors: a unit has one management, not each its own.
func drawTraits(c *County, rng *rand.Rand) traits {
	n := len(c.People)
	t := traits{make([]float64, n), make([]effects, n), make([]float64, n), make([]float64, n)}
	units, zeal := c.drawUnits(rng)
	code := map[string]int{}
	for i, p := range c.Professions {
		code[p.Code] = i
	}
	for i, p := range c.People {
		u, job := c.unitAt[p.Unit], code[p.Profession]
		t.general[i] = 0.5 * rng.NormFloat64()
		for s := range scaleCount {
			own := 0.8*t.general[i] + 0.42*rng.NormFloat64()
			t.level[i][s] = countyLevel[s] + professionEffect[job][s] + units[u][s] + own
		}
		t.careless[i] = drawCareless(rng)
		t.responds[i] = zeal[u]
		if job == physician {
			t.responds[i] -= 0.12
		}
		t.responds[i] = min(max(t.responds[i], 0.1), 0.97)
	}
	return t
}

func drawCareless(rng *rand.Rand) float64 {
	if rng.Float64() < 0.03 {
		return 0.5 + 0.5*rng.Float64()
	}
	return -1
}

// drawUnits draws each unit's effect and its zeal to answer, children on top
// of their parent's.
func (c *County) drawUnits(rng *rand.Rand) (level []effects, zeal []float64) {
	level, zeal = make([]effects, len(c.Units)), make([]float64, len(c.Units))
	for u, d := range c.plan {
		if d.parent < 0 {
			zeal[u] = 0.66
			continue
		}
		level[u], zeal[u] = level[d.parent], zeal[d.parent]
		if d.service != nil && c.plan[d.parent].service == nil {
			for s := range scaleCount {
				level[u][s] += d.service.effect[s]
			}
		}
		spread, keen := 0.08, 0.04
		if d.leaf {
			spread, keen = 0.16, 0.13
		}
		shared := spread * rng.NormFloat64()
		for s := range scaleCount {
			wide := spread
			if s >= management {
				wide *= 1.5
			}
			level[u][s] += 0.7*shared + wide*rng.NormFloat64()
		}
		zeal[u] += keen * rng.NormFloat64()
	}
	return level, zeal
}

// Scales lists the scale ids that Skill knows.
func Scales() []string { return slices.Clone(scaleIDs[:]) }

func scale(id string) int {
	for s, known := range scaleIDs {
		if id == known {
			return s
		}
	}
	return -1
}

// Skill is the person's tendency on a scale, from 1 to 5. On a scale of another
// instrument it is the person's general level, so that such a survey too gets
// answers that hang together.
func (c *County) Skill(personIndex int, scaleID string) float64 {
	x := 3.4 + c.traits.general[personIndex]
	if s := scale(scaleID); s >= 0 {
		x = c.traits.level[personIndex][s] + c.help*c.gain(personIndex, s)
	}
	return min(max(x, 1), 5)
}

// Answer draws the person's answer to one item with that many steps: 1 to
// steps, Skipped or DoesNotConcern. On a reversed item a high tendency gives a
// low answer, except from the careless, who tick the same box all the way down.
func (c *County) Answer(rng *rand.Rand, person int, scaleID string, reversed bool, steps int) int {
	top := float64(max(steps, 1) - 1)
	if at := c.traits.careless[person]; at >= 0 {
		return 1 + int(math.Round(at*top))
	}
	switch x := rng.Float64(); {
	case x < 0.02:
		return Skipped
	case x < 0.02+c.unconcerned(person, scaleID):
		return DoesNotConcern
	}
	x := c.Skill(person, scaleID) + 0.75*rng.NormFloat64()
	a := 1 + int(math.Round(min(max((x-1)/4, 0), 1)*top))
	if reversed {
		return max(steps, 1) + 1 - a
	}
	return a
}

// unconcerned is the chance that an item does not concern the person: about
// 2 % over the county, most where the work has no clients to meet remotely.
func (c *County) unconcerned(person int, scaleID string) float64 {
	if scaleID == scaleIDs[remote] || scaleID == scaleIDs[ethics] {
		switch c.People[person].Profession {
		case "support", "administration", "ict":
			return 0.09
		}
	}
	return 0.016
}

// Responds draws whether the person answers a round at all: about two in three
// do, in some units nearly all and in others a few.
func (c *County) Responds(rng *rand.Rand, person int) bool {
	return rng.Float64() < c.traits.responds[person]
}
