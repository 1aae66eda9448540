package events

import (
	"cmp"
	"context"
	"slices"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/i18n"
	"taitorinki/internal/workday"
)

// Hour is a time of the week, by the Finnish clock.
type Hour struct {
	Weekday      time.Weekday
	Hour, Minute int
}

func hourOf(t time.Time) Hour {
	t = t.In(i18n.Zone())
	return Hour{t.Weekday(), t.Hour(), t.Minute()}
}

// fitting are the times that leave each rhythm in peace: day work has its own hours, shifts are both in the house when they change,
// and receptions have pauses before the first client, over lunch and after the last.
var fitting = map[Rhythm][][2]int{
	DayWork:    {{9, 0}, {13, 0}},
	Shifts:     {{13, 30}, {14, 15}},
	Receptions: {{8, 0}, {12, 15}, {15, 0}},
	"":         {{9, 0}, {13, 30}},
}

// fittingDays are the days on which most people are at work.
var fittingDays = []time.Weekday{time.Tuesday, time.Wednesday, time.Thursday}

// Turnout is how many of an event signed up and how many of them came.
type Turnout struct{ Signed, Came int }

// Suggestion is a time that should suit the group.
type Suggestion struct {
	Start  time.Time
	Events int     // earlier events at this hour, with a known turn-out; 0: it is suggested because of the rhythm
	Share  float64 // of those who signed up for them, who came: 0 to 1
}

// usualWeight is the weight of what is usual: an hour with fewer sign-ups than this is judged mostly by all hours together.
const usualWeight = 20

// leadDays is how long beforehand people are invited, in days: shifts are planned three weeks ahead.
const leadDays = 21

// rank puts hours in order: by the share of those who came, drawn towards the share of all hours as far as little is known of one
// (posterior mean of a share under a beta distribution with the weight usualWeight), then by the week.
func rank(rhythm Rhythm, earlier []Event, turnout map[int64]Turnout) (out []Suggestion, hours []Hour) {
	sum, all := map[Hour]Turnout{}, Turnout{}
	n := map[Hour]int{}
	for _, day := range fittingDays {
		for _, at := range fitting[rhythm] {
			sum[Hour{day, at[0], at[1]}] = Turnout{}
		}
	}
	for i := range earlier {
		t := turnout[earlier[i].ID]
		if t.Signed == 0 || earlier[i].Rhythm != rhythm {
			continue
		}
		h := hourOf(earlier[i].Start)
		sum[h] = Turnout{sum[h].Signed + t.Signed, sum[h].Came + t.Came}
		all = Turnout{all.Signed + t.Signed, all.Came + t.Came}
		n[h]++
	}
	mean := 0.5
	if all.Signed > 0 {
		mean = float64(all.Came) / float64(all.Signed)
	}
	for h := range sum {
		hours = append(hours, h)
	}
	expected := func(h Hour) float64 {
		return (float64(sum[h].Came) + usualWeight*mean) / (float64(sum[h].Signed) + usualWeight)
	}
	slices.SortFunc(hours, func(a, b Hour) int {
		return cmp.Or(cmp.Compare(expected(b), expected(a)), cmp.Compare(a.Weekday, b.Weekday), cmp.Compare(a.Hour*60+a.Minute, b.Hour*60+b.Minute))
	})
	for _, h := range hours {
		s := Suggestion{Events: n[h]}
		if n[h] > 0 {
			s.Share = float64(sum[h].Came) / float64(sum[h].Signed)
		}
		out = append(out, s)
	}
	return out, hours
}

// Suggest returns up to n times for a group, the best first: each at another hour of the week, on the first working day that leaves
// time to invite and on which the group has nothing else.
func (s *Service) Suggest(ctx context.Context, p *Plan, n int) (out []Suggestion, err error) {
	now := s.Now()
	earlier, err := Between(ctx, s.DB, now.AddDate(-2, 0, 0), now)
	if err != nil {
		return nil, err
	}
	turnout := map[int64]Turnout{}
	if s.Turnout != nil {
		ids := make([]int64, len(earlier))
		for i := range earlier {
			ids[i] = earlier[i].ID
		}
		if turnout, err = s.Turnout(ctx, s.DB, ids); err != nil {
			return nil, err
		}
	}
	ranked, hours := rank(p.Rhythm, earlier, turnout)
	coming, err := s.sharing(ctx, s.DB, p, now, now.AddDate(0, 3, 0))
	if err != nil {
		return nil, err
	}
	long := time.Duration(p.Kind.Template().Minutes) * time.Minute
	for i, x := range ranked {
		if len(out) == n {
			break
		}
		if x.Start = free(now.AddDate(0, 0, leadDays), hours[i], long, coming); !x.Start.IsZero() {
			out = append(out, x)
		}
	}
	return out, nil
}

// free is the first time at an hour of the week, on a working day from a day on, that does not meet any of some events; zero when
// there is none within eight weeks.
func free(from time.Time, h Hour, long time.Duration, busy []Clash) time.Time {
	y, m, d := from.In(i18n.Zone()).Date()
	for i := range 8 * 7 {
		t := time.Date(y, m, d+i, h.Hour, h.Minute, 0, 0, i18n.Zone())
		meets := slices.ContainsFunc(busy, func(c Clash) bool { return c.meets(t, t.Add(long)) })
		if t.Weekday() == h.Weekday && workday.Is(t) && !meets {
			return t
		}
	}
	return time.Time{}
}

// Clash is another event for some of the same people.
type Clash struct {
	Event  Event
	Shared int // how many people both are for
}

// meets reports whether one of the event's sittings lies in a time.
func (c *Clash) meets(start, end time.Time) bool {
	return slices.ContainsFunc(c.Event.Held(), func(x Sitting) bool { return x.Start.Before(end) && start.Before(x.End) })
}

// Clashes returns the other events that take place at the same time as a plan and are for some of the same people, those for the most
// first. Self is the event's own number, 0 for a new one.
func (s *Service) Clashes(ctx context.Context, p *Plan, self int64) (out []Clash, err error) {
	held := (&Event{Plan: *p}).Held()
	if len(held) == 0 {
		return nil, nil
	}
	from, to := held[0].Start, held[0].End
	for _, x := range held {
		if x.Start.Before(from) {
			from = x.Start
		}
		if x.End.After(to) {
			to = x.End
		}
	}
	all, err := s.sharing(ctx, s.DB, p, from, to)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Event.ID != self && slices.ContainsFunc(held, func(x Sitting) bool { return c.meets(x.Start, x.End) }) {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Clash) int { return b.Shared - a.Shared })
	return out, nil
}

// sharing are the events between two times that are for some of the people whom a plan is for.
func (s *Service) sharing(ctx context.Context, q db.Q, p *Plan, from, to time.Time) (out []Clash, err error) {
	all, err := Between(ctx, q, from, to)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	ours, err := p.Target.ids(ctx, q)
	if err != nil {
		return nil, err
	}
	mine := make(map[int64]bool, len(ours))
	for _, id := range ours {
		mine[id] = true
	}
	for i := range all {
		if all[i].State == Cancelled {
			continue
		}
		theirs, err := all[i].Target.ids(ctx, q)
		if err != nil {
			return nil, err
		}
		n := 0
		for _, id := range theirs {
			if mine[id] {
				n++
			}
		}
		if n > 0 {
			out = append(out, Clash{all[i], n})
		}
	}
	return out, nil
}
