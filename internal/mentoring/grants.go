package mentoring

import "context"

// Grants are what was granted to a mentor as time went on.
type Grants []datedGrant

type datedGrant struct {
	since string // the day on which it was given, by the mentor's history
	Grant
}

// GrantsOf reads a mentor's grants of today and before.
func (s *Service) GrantsOf(ctx context.Context, m *Mentor) (Grants, error) {
	all, err := s.Events(ctx, m.ID)
	var out Grants
	for _, e := range all {
		if e.Grant != nil {
			out = append(out, datedGrant{Day(e.At), *e.Grant})
		}
	}
	return append(out, datedGrant{s.today(), *m.grant()}), err
}

// On is how many minutes a week were granted on a day, by what was the newest grant when the day ended. Where that says nothing, a
// grant that was given later for days before counts.
func (g Grants) On(day string) int {
	at := -1
	for i, x := range g {
		if x.since <= day {
			at = i
		}
	}
	for _, x := range g[max(at, 0):] {
		if x.holds(day) {
			return x.Minutes
		}
	}
	return 0
}

func (g Grant) holds(day string) bool {
	return g.Minutes > 0 && g.From <= day && (g.To == "" || day <= g.To)
}

func (m *Mentor) grant() *Grant { return &Grant{Minutes: m.Minutes, From: m.Starts, To: m.Ends} }
