package web

import (
	"regexp"
	"strconv"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/workday"
)

var clockShape = regexp.MustCompile(`^([01]?\d|2[0-3])(?:[.:]([0-5]\d))?$`)

// Moment is the moment of a day, 2026-11-22, at which the Finnish clock shows a time, as 13, 13.30 or 13:30. On the two nights on
// which the clock is changed it refuses the hour that is not there and the one that comes twice: nobody would know which is meant.
// What cannot be read is added to bad under the name of its field, and the moment is zero.
func Moment(bad *errs.Fields, day, clock, dayField, clockField string) (t time.Time) {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		bad.Add(dayField, "web.bad-day")
		return t
	}
	m := clockShape.FindStringSubmatch(clock)
	if m == nil {
		bad.Add(clockField, "web.bad-clock")
		return t
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi("0" + m[2])
	t = time.Date(d.Year(), d.Month(), d.Day(), hour, minute, 0, 0, i18n.Zone())
	switch shown := wall(t); {
	case t.Hour() != hour || t.Minute() != minute:
		bad.Add(clockField, "web.no-such-hour", "day", DayInFigures(d))
	case wall(t.Add(time.Hour)) == shown || wall(t.Add(-time.Hour)) == shown:
		bad.Add(clockField, "web.hour-twice", "day", DayInFigures(d))
	default:
		return t
	}
	return time.Time{}
}

func wall(t time.Time) string { return t.In(i18n.Zone()).Format("2006-01-02 15:04") }

// DayInFigures is a day, 22.11.2026, for messages in every language.
func DayInFigures(d time.Time) string { return d.Format("2.1.2006") }

// ClockOf is what the Finnish clock shows, 13.30, as fields of forms have it; "" for the zero time.
func ClockOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(i18n.Zone()).Format("15.04")
}

// Off is the key of the reason why the day of t in Finland is no working day; ok is false on working days.
func Off(t time.Time) (key string, ok bool) {
	if key, ok := workday.Holiday(t); ok {
		return "web.holiday-" + key, true
	}
	if !workday.Is(t) {
		return "web.weekend", true
	}
	return "", false
}
