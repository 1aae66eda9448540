package workday

import "time"

// Date is a day in a monthly rhythm, at noon in Finland.
type Date struct {
	Day     time.Time
	Instead time.Time // the holiday that it was moved off; zero when it was not
	Off     string    // the holiday's key, as Holiday gives it; "" when the day is as the rhythm has it
	Skipped bool      // that month has no date: Day is the holiday
}

// Rhythm are the days of n months from the first one on: always the same weekday of the month with the same number, such as the second
// Tuesday. A fifth weekday is the last of its month. A holiday is skipped, or moved by a week: to the week after, unless that is in
// another month or a holiday too, and to the week before otherwise. Where both are impossible the month is skipped.
func Rhythm(first time.Time, n int, move bool) (out []Date) {
	y, m, d := first.In(helsinki).Date()
	number := (d - 1) / 7
	weekday := noon(y, m, d).Weekday()
	for i := range n {
		x := Date{Day: numbered(y, m+time.Month(i), weekday, number)}
		if key, is := Holiday(x.Day); is {
			x.Off = key
			if to, ok := beside(x.Day); move && ok {
				x.Instead, x.Day = x.Day, to
			} else {
				x.Skipped = true
			}
		}
		out = append(out, x)
	}
	return out
}

func noon(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, helsinki) }

// numbered is a weekday of a month by its number from 0; 4 is the last.
func numbered(y int, m time.Month, weekday time.Weekday, number int) time.Time {
	if number == 4 {
		last := noon(y, m+1, 0)
		return last.AddDate(0, 0, -(int(last.Weekday()-weekday)+7)%7)
	}
	first := noon(y, m, 1)
	return first.AddDate(0, 0, (int(weekday-first.Weekday())+7)%7+7*number)
}

// beside is the same weekday a week later or earlier in the same month that is no holiday.
func beside(t time.Time) (time.Time, bool) {
	for _, days := range []int{7, -7} {
		to := t.AddDate(0, 0, days)
		if _, is := Holiday(to); !is && to.Month() == t.Month() {
			return to, true
		}
	}
	return time.Time{}, false
}
