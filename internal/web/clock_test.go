package web

import (
	"testing"
	"time"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
)

func TestAnHourThatIsNotThereOrComesTwiceIsRefused(t *testing.T) {
	for _, x := range []struct{ day, clock, want string }{
		{"2027-03-28", "3.30", "web.no-such-hour"}, // the clock goes from 3.00 to 4.00
		{"2027-03-28", "2.59", "2027-03-28T00:59:00Z"},
		{"2027-03-28", "4", "2027-03-28T01:00:00Z"},
		{"2026-10-25", "3.00", "web.hour-twice"}, // the clock goes from 4.00 to 3.00
		{"2026-10-25", "3:59", "web.hour-twice"},
		{"2026-10-25", "2.59", "2026-10-24T23:59:00Z"},
		{"2026-10-25", "4.00", "2026-10-25T02:00:00Z"},
		{"2027-01-12", "14", "2027-01-12T12:00:00Z"},
		{"2027-07-13", "14:05", "2027-07-13T11:05:00Z"},
		{"2027-01-12", "24.00", "web.bad-clock"},
		{"2027-01-12", "two", "web.bad-clock"},
		{"12.1.2027", "14.00", "web.bad-day"},
		{"2027-02-30", "14.00", "web.bad-day"},
	} {
		var bad errs.Fields
		at := Moment(&bad, x.day, x.clock, "day", "from")
		got := at.UTC().Format(time.RFC3339)
		if len(bad.List) > 0 {
			got = bad.List[0].Key
		}
		if got != x.want {
			t.Errorf("%s at %s: got %s, want %s", x.day, x.clock, got, x.want)
		}
	}
}

func TestOffNamesTheReasonAndClockOfIsTheFinnishClock(t *testing.T) {
	for day, want := range map[string]string{"2026-12-24": "web.holiday-christmas-eve", "2026-11-22": "web.weekend", "2026-11-23": ""} {
		d, err := time.ParseInLocation(time.DateOnly, day, i18n.Zone())
		if err != nil {
			t.Fatal(err)
		}
		if key, ok := Off(d); key != want || ok != (want != "") {
			t.Errorf("%s is off for %q, %v, want %q", day, key, ok, want)
		}
	}
	if got := ClockOf(time.Date(2026, 7, 1, 10, 5, 0, 0, time.UTC)); got != "13.05" {
		t.Errorf("10:05 UTC in July is %s on the clock, want 13.05", got)
	}
	if got := ClockOf(time.Time{}); got != "" {
		t.Errorf("no time is %q on the clock, want nothing", got)
	}
}
