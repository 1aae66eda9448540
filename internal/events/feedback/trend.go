package feedback

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"taitorinki/internal/events"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
	"taitorinki/internal/sdc"
	"taitorinki/internal/web"
)

// What is told over several events, and why no event can be told from it.
//
// An event whose own figure is not told takes no part in any group, count or total, whoever looks. A group's mean is reckoned from the
// events' told means and numbers and not from the answers. So everything here is a function of figures that are told on the events'
// own pages: whoever takes some away from others finds told figures again, and nothing depends on an answer that is not told.
// A group without such an event is left out, as one that held none is.

// By is how events are put into groups.
type By string

// The ways to group events.
const (
	ByTheme   By = "theme" // competence area
	ByKind    By = "kind"
	ByWeekday By = "weekday"
	ByHour    By = "hour" // in which the first sitting begins
	ByQuarter By = "quarter"
)

// ways lists them in the order in which the page shows them.
var ways = []By{ByTheme, ByKind, ByWeekday, ByHour, ByQuarter}

// run is an event with what is told of it.
type run struct {
	events.Event
	Figure
}

// row is a group of events.
type row struct {
	Key    string // area, kind, 1 to 7 from Monday, 08, 2026-4
	Events int
	N      int
	Mean   float64 // with one decimal
}

// key is the group of an event.
func (b By) key(e *events.Event) string {
	start := e.Start.In(i18n.Zone())
	switch b {
	case ByTheme:
		return e.Area
	case ByKind:
		return string(e.Kind)
	case ByWeekday:
		return strconv.Itoa((int(start.Weekday())+6)%7 + 1)
	case ByHour:
		return start.Format("15")
	}
	return strconv.Itoa(start.Year()) + "-" + strconv.Itoa((int(start.Month())+2)/3)
}

// gather reckons the figures of groups, in the order of their keys.
func gather(all []run, by By) (out []row) {
	sums := map[string]float64{}
	for _, x := range all {
		if !x.Shown {
			continue
		}
		key := by.key(&x.Event)
		i := slices.IndexFunc(out, func(r row) bool { return r.Key == key })
		if i < 0 {
			i = len(out)
			out = append(out, row{Key: key})
		}
		out[i].Events++
		out[i].N += x.N
		sums[key] += float64(x.N) * x.Mean
	}
	for i := range out {
		out[i].Mean = sdc.Round(sums[out[i].Key]/float64(out[i].N), 1)
	}
	slices.SortFunc(out, func(a, b row) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// trendYears is how many years back the trend looks.
const trendYears = 3

// runs are the events that a visitor looks after, with what is told of them.
func (s *Service) runs(ctx context.Context, v web.Visitor) (out []run, err error) {
	now := s.Now()
	all, err := events.Between(ctx, s.DB, now.AddDate(-trendYears, 0, 0), now)
	if err != nil {
		return nil, err
	}
	tree, err := people.LoadTree(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	within, everywhere := tree.Within(v, people.HostEvents)
	var ids []int64
	for _, e := range all {
		if e.State == events.Published && (everywhere || e.Unit != 0 && slices.Contains(within, e.Unit)) {
			out, ids = append(out, run{Event: e}), append(ids, e.ID)
		}
	}
	told, err := Usefulness(ctx, s.DB, ids)
	for i := range out {
		out[i].Figure = told[out[i].ID]
	}
	return out, err
}

// quarterOf names the quarter of a key.
func (p trendPage) quarterOf(key string) string {
	return p.T("feedback.quarter", "year", key[:4], "quarter", key[5:])
}

// hourOf names an hour of a key.
func (p trendPage) hourOf(key string) string {
	t, err := time.Parse("15", key)
	if err != nil {
		return key
	}
	return p.T("feedback.hour", "from", strconv.Itoa(t.Hour()), "to", strconv.Itoa(t.Hour()+1))
}
