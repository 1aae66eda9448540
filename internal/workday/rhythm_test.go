package workday

import (
	"strings"
	"testing"
	"time"
)

func on(t *testing.T, day string) time.Time {
	t.Helper()
	d, err := time.ParseInLocation("2006-01-02 15:04", day+" 12:00", helsinki)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestARhythmKeepsTheWeekdayOfTheMonthAndMovesOffHolidays(t *testing.T) {
	for _, x := range []struct {
		name, first string
		n           int
		move        bool
		want        string
	}{
		{"second Tuesdays", "2027-01-12", 4, true, "2027-01-12 2027-02-09 2027-03-09 2027-04-13"},
		{"the last Monday: Easter Monday goes a week back", "2027-03-29", 3, true, "2027-03-22 2027-04-26 2027-05-31"},
		{"fourth Fridays: Good Friday goes a week back, as the week on is in April", "2027-01-22", 4, true, "2027-01-22 2027-02-26 2027-03-19 2027-04-23"},
		{"fourth Thursdays: Christmas Eve 2026 goes a week on", "2026-10-22", 4, true, "2026-10-22 2026-11-26 2026-12-31 2027-01-28"},
		{"fourth Thursdays, skipping", "2026-10-22", 4, false, "2026-10-22 2026-11-26 -2026-12-24 2027-01-28"},
		{"fifth weekdays are the last", "2027-03-31", 4, true, "2027-03-31 2027-04-28 2027-05-26 2027-06-30"},
		{"the last Friday before Christmas Day 2026 goes a week back", "2026-10-30", 3, true, "2026-10-30 2026-11-27 2026-12-18"},
		{"first Fridays: New Year's Day goes a week on", "2026-12-04", 3, true, "2026-12-04 2027-01-08 2027-02-05"},
		{"over the end of a year from December", "2026-12-08", 2, true, "2026-12-08 2027-01-12"},
		{"the holiday that the first day is", "2027-05-06", 2, true, "2027-05-13 2027-06-03"},
	} {
		var got []string
		for _, d := range Rhythm(on(t, x.first), x.n, x.move) {
			text := d.Day.Format(time.DateOnly)
			if d.Skipped {
				text = "-" + text
			}
			if (d.Off != "") != (d.Skipped || !d.Instead.IsZero()) {
				t.Errorf("%s: %s has the reason %q", x.name, text, d.Off)
			}
			got = append(got, text)
		}
		if text := strings.Join(got, " "); text != x.want {
			t.Errorf("%s: got\n%s, want\n%s", x.name, text, x.want)
		}
	}
}
