package sdcattack

import (
	"fmt"
	"math"

	"taitorinki/internal/sdc"
)

// AttackWhereScoresAreMissing finds what can be learnt from what was published of answers of which some have no score in
// some areas. It reads in three ways: as somebody who sees what is published; as one who is told besides of how many each
// mean is; and as one who takes these numbers for all people, to see what is left of a mean without others. The last two
// are more than any reader knows.
func AttackWhereScoresAreMissing(c sdc.Catalogue, k int, answers []sdc.Answer, p sdc.Publication) (leaks []Leak) {
	scored := Scored(c, answers)
	add := func(reading string, found []Leak) {
		for _, l := range found {
			l.Text = fmt.Sprintf("%s (%s)", l.Text, reading)
			leaks = append(leaks, l)
		}
	}
	add("reader", Attack(c, k, Moment{Publication: p, Missing: true}))
	add("told of how many each mean is", Attack(c, k, Moment{Publication: p, Missing: true, Scored: scored}))
	for a, area := range c.Areas {
		one := c
		one.Areas = []sdc.Area{area}
		var found []Leak
		for _, l := range Attack(one, k, Moment{Publication: meansAlone(p, a, scored)}) {
			if l.Kind != Count { // no rule asks for an interval of a number that nobody is told
				l.Area = a
				found = append(found, l)
			}
		}
		add("means alone", found)
	}
	return leaks
}

// Scored counts who has a score, by cell and area.
func Scored(c sdc.Catalogue, answers []sdc.Answer) map[sdc.Cell][]int {
	out := map[sdc.Cell][]int{}
	add := func(cell sdc.Cell, scores []float64) {
		if out[cell] == nil {
			out[cell] = make([]int, len(scores))
		}
		for a, x := range scores {
			if !math.IsNaN(x) {
				out[cell][a]++
			}
		}
	}
	for _, answer := range answers {
		for u := answer.Unit; u != sdc.NoParent; u = c.Parent[u] {
			add(sdc.Cell{Unit: u, Variable: sdc.All, Category: sdc.All}, answer.Scores)
			for b, v := range answer.Values {
				add(sdc.Cell{Unit: u, Variable: b, Category: v}, answer.Scores)
			}
		}
	}
	return out
}

// meansAlone is what a publication says of one area, each mean with the number of those who have a score.
func meansAlone(p sdc.Publication, area int, scored map[sdc.Cell][]int) sdc.Publication {
	out := sdc.Publication{}
	for cell, f := range p {
		if f.Shown == sdc.Published && f.Means[area] != nil {
			out[cell] = sdc.Figure{Shown: sdc.Published, N: scored[cell][area], Means: []*float64{f.Means[area]}}
		}
	}
	return out
}
