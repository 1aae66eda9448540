package web

import (
	"testing"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
)

// A moment that is read shows on the Finnish clock just what was typed; what is not read has a fault at its field.
func FuzzMoment(f *testing.F) {
	for _, s := range [][2]string{{"2026-11-22", "13"}, {"2026-11-22", "13.30"}, {"2026-03-29", "3.30"}, {"2026-10-25", "3:30"}, {"2026-02-30", "1"}, {"", ""}, {"0000-01-01", "0"}, {"9999-12-31", "23:59"},
		{"2026-11-22", "24"}, {"2026-11-22", "1.5"}, {"x", "٣"}, {"1921-05-01", "0.10"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, day, clock string) {
		var bad errs.Fields
		at := Moment(&bad, day, clock, "day", "clock")
		if (bad.Err() == nil) == at.IsZero() && day != "0001-01-01" {
			t.Fatalf("%q %q: %v with %v", day, clock, at, bad.Err())
		}
		if at.IsZero() {
			return
		}
		if got := at.In(i18n.Zone()).Format("2006-01-02"); got != day {
			t.Fatalf("%q %q is on %s", day, clock, got)
		}
		var again errs.Fields
		if back := Moment(&again, day, ClockOf(at), "day", "clock"); !back.Equal(at) {
			t.Fatalf("%q %q is %v, and as a field has it %v (%v)", day, clock, at, back, again.Err())
		}
	})
}
