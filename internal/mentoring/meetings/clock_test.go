package meetings

import (
	"strings"
	"testing"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
)

func on(t *testing.T, day string) time.Time {
	t.Helper()
	d, err := time.ParseInLocation("2006-01-02 15:04", day+" 12:00", i18n.Zone())
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

func TestAnHourThatIsNotThereOrComesTwiceIsRefused(t *testing.T) {
	for _, x := range []struct{ day, clock, want string }{
		{"2027-03-28", "3.30", "meetings.no-such-hour"}, // the clock goes from 3.00 to 4.00
		{"2027-03-28", "2.59", "2027-03-28T00:59:00Z"},
		{"2027-03-28", "4", "2027-03-28T01:00:00Z"},
		{"2026-10-25", "3.00", "meetings.hour-twice"}, // the clock goes from 4.00 to 3.00
		{"2026-10-25", "3:59", "meetings.hour-twice"},
		{"2026-10-25", "2.59", "2026-10-24T23:59:00Z"},
		{"2026-10-25", "4.00", "2026-10-25T02:00:00Z"},
		{"2027-01-12", "14", "2027-01-12T12:00:00Z"},
		{"2027-07-13", "14:05", "2027-07-13T11:05:00Z"},
		{"2027-01-12", "24.00", "meetings.bad-clock"},
		{"2027-01-12", "two", "meetings.bad-clock"},
		{"12.1.2027", "14.00", "meetings.bad-day"},
		{"2027-02-30", "14.00", "meetings.bad-day"},
	} {
		var bad errs.Fields
		at := moment(&bad, x.day, x.clock, "day", "from")
		got := at.UTC().Format(time.RFC3339)
		if len(bad.List) > 0 {
			got = bad.List[0].Key
		}
		if got != x.want {
			t.Errorf("%s at %s: got %s, want %s", x.day, x.clock, got, x.want)
		}
	}
}

func TestTheShareAnsweredInTimeCountsTopicsWhoseTimeIsUp(t *testing.T) {
	now := on(t, "2027-01-12")
	ago := func(days int) time.Time { return now.Add(-time.Duration(days) * 24 * time.Hour) }
	for _, x := range []struct {
		name string
		all  []Topic
		want Promise
	}{
		{"nothing asked", nil, Promise{}},
		{"answered fast, but the time is not up", []Topic{{At: ago(10), First: ago(9)}}, Promise{}},
		{"waiting, but the time is not up", []Topic{{At: ago(29)}}, Promise{}},
		{"answered on the last day", []Topic{{At: ago(60), First: ago(30)}}, Promise{1, 1}},
		{"answered a day late", []Topic{{At: ago(60), First: ago(29)}}, Promise{0, 1}},
		{"never answered", []Topic{{At: ago(31)}}, Promise{0, 1}},
		{"corrected later", []Topic{{At: ago(60), First: ago(50), Answered: ago(1)}}, Promise{1, 1}},
		{"of an earlier year", []Topic{{At: ago(366), First: ago(360)}}, Promise{}},
		{"two of three", []Topic{{At: ago(60), First: ago(50)}, {At: ago(90), First: ago(80)}, {At: ago(40)}}, Promise{2, 3}},
	} {
		if got := Kept(x.all, now); got != x.want {
			t.Errorf("%s: got %+v, want %+v", x.name, got, x.want)
		}
	}
	if got := (Promise{2, 3}).Percent(); got != 67 {
		t.Errorf("two of three are %d %%, want 67", got)
	}
}
