package supportlog

import (
	"context"
	"math"
	"time"

	"taitorinki/internal/mentoring"
)

// Spent is what a mentor has used and been granted in a time, in minutes.
type Spent struct {
	From, To      string // first and last day
	Used, Granted int
}

// weeksShown is how many weeks a mentor's page of hours goes back.
const weeksShown = 12

// hours are a mentor's own: this week, this month, and the latest weeks, the oldest first. What was granted is counted by the grant
// that was in force, in whole days: a week's minutes are spread evenly.
func (s *Service) hours(ctx context.Context, m *mentoring.Mentor) (week, month Spent, weeks []Spent, err error) {
	today := s.today()
	t, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return week, month, nil, err
	}
	monday := mentoring.DaysFrom(today, -(int(t.Weekday())+6)%7)
	first := t.AddDate(0, 0, 1-t.Day()).Format(time.DateOnly)
	by, err := minutesByDay(ctx, s.DB, m.ID, min(first, mentoring.DaysFrom(monday, -7*(weeksShown-1))))
	if err != nil {
		return week, month, nil, err
	}
	grants, err := s.Mentors.GrantsOf(ctx, m)
	if err != nil {
		return week, month, nil, err
	}
	for i := weeksShown - 1; i >= 0; i-- {
		from := mentoring.DaysFrom(monday, -7*i)
		weeks = append(weeks, spent(grants, by, from, mentoring.DaysFrom(from, 6)))
	}
	month = spent(grants, by, first, t.AddDate(0, 1, -t.Day()).Format(time.DateOnly))
	return weeks[weeksShown-1], month, weeks, nil
}

func spent(grants mentoring.Grants, by map[string]int, from, to string) Spent {
	x := Spent{From: from, To: to}
	granted := 0
	for day := from; day <= to; day = mentoring.DaysFrom(day, 1) {
		x.Used += by[day]
		granted += grants.On(day)
	}
	x.Granted = int(math.Round(float64(granted) / 7))
	return x
}
