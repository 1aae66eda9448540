package meetings

import (
	"regexp"
	"strconv"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/workday"
)

var clockShape = regexp.MustCompile(`^([01]?\d|2[0-3])(?:[.:]([0-5]\d))?$`)

// moment is the moment of a day, 2026-11-22, at which the Finnish clock shows a time, as 13, 13.30 or 13:30. On the two nights on
// which the clock is changed it refuses the hour that is not there and the one that comes twice: nobody would know which is meant.
func moment(bad *errs.Fields, day, clock, dayField, clockField string) (t time.Time) {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		bad.Add(dayField, "meetings.bad-day")
		return t
	}
	m := clockShape.FindStringSubmatch(clock)
	if m == nil {
		bad.Add(clockField, "meetings.bad-clock")
		return t
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi("0" + m[2])
	t = time.Date(d.Year(), d.Month(), d.Day(), hour, minute, 0, 0, i18n.Zone())
	switch shown := wall(t); {
	case t.Hour() != hour || t.Minute() != minute:
		bad.Add(clockField, "meetings.no-such-hour", "day", i18nDay(d))
	case wall(t.Add(time.Hour)) == shown || wall(t.Add(-time.Hour)) == shown:
		bad.Add(clockField, "meetings.hour-twice", "day", i18nDay(d))
	default:
		return t
	}
	return time.Time{}
}

func wall(t time.Time) string { return t.In(i18n.Zone()).Format("2006-01-02 15:04") }

// i18nDay is a day in figures, for messages in every language.
func i18nDay(d time.Time) string { return d.Format("2.1.2006") }

// clockOf is what the Finnish clock shows, as fields of forms have it.
func clockOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(i18n.Zone()).Format("15.04")
}

// off is the key of the reason why a day is no working day; ok is false on working days.
func off(t time.Time) (key string, ok bool) {
	if key, ok := workday.Holiday(t); ok {
		return "meetings.holiday-" + key, true
	}
	if !workday.Is(t) {
		return "meetings.weekend", true
	}
	return "", false
}

// Date is a meeting's day in a monthly rhythm, at noon.
type Date struct {
	Day     time.Time
	Instead time.Time // the holiday that it was moved off; zero when it was not
	Off     string    // key of the holiday's name
	Skipped bool      // there is no meeting in that month: Day is the holiday
}

// Rhythm are the days of n months from the first one on: always the same weekday of the month with the same number, such as the second
// Tuesday. A fifth weekday is the last of its month. A holiday is skipped, or moved by a week: to the week after, unless that is in
// another month or a holiday too, and to the week before otherwise. Where both are impossible the month is skipped.
func Rhythm(first time.Time, n int, move bool) (out []Date) {
	y, m, d := first.In(i18n.Zone()).Date()
	number := (d - 1) / 7
	weekday := noon(y, m, d).Weekday()
	for i := range n {
		x := Date{Day: numbered(y, m+time.Month(i), weekday, number)}
		if key, holiday := workday.Holiday(x.Day); holiday {
			x.Off = "meetings.holiday-" + key
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

func noon(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, i18n.Zone()) }

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
		if _, holiday := workday.Holiday(to); !holiday && to.Month() == t.Month() {
			return to, true
		}
	}
	return time.Time{}, false
}

// dayIn writes a stored day as a language does.
func dayIn(day, lang string) string {
	d, err := time.ParseInLocation(time.DateOnly, day, i18n.Zone())
	if err != nil {
		return day
	}
	return i18n.Date(lang, d)
}
