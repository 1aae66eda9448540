package meetings

import (
	"context"
	"time"

	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// counted is for how long a topic counts for the share that is answered in time.
const counted = 365 * 24 * time.Hour

// Promise is how many topics were answered in time.
type Promise struct {
	Answered int // within InTime of being given
	Of       int // of the last year's topics whose time is up
}

// Kept counts how the promise of an answer was kept. A topic counts from the moment on at which its time is up, whether it was answered
// on the first day or never: counting the fast answers earlier would make the share look better than it is.
func Kept(all []Topic, now time.Time) (p Promise) {
	for _, t := range all {
		if age := now.Sub(t.At); age < InTime || age > counted {
			continue
		}
		p.Of++
		if !t.First.IsZero() && t.First.Sub(t.At) <= InTime {
			p.Answered++
		}
	}
	return p
}

// Percent is the share in whole percent; it has no meaning while Of is 0.
func (p Promise) Percent() int { return (200*p.Answered + p.Of) / max(2*p.Of, 1) }

// network reads who helps where today.
func (s *Service) network(ctx context.Context) (*mentoring.Network, error) {
	return mentoring.ReadNetwork(ctx, s.DB, mentoring.Day(s.Now()))
}

// inUnits reports whether the unit as whose a topic is shown is one of some units or lies under one. Its own unit is not asked: who
// limits a list to a team of three would know whose topic it is.
func inUnits(tree *people.Tree, unit int64, roots map[int64]bool) bool {
	for _, u := range tree.Path(shownUnit(tree, unit)) {
		if roots[u.ID] {
			return true
		}
	}
	return false
}
