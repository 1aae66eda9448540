package signup

import (
	"testing"
	"time"

	"taitorinki/internal/i18n"
)

func finnish(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("Mon 2006-01-02 15:04", s, i18n.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestAnAnswerIsWantedWithinADayButNeverByNight(t *testing.T) {
	for name, x := range map[string]struct{ now, start, want string }{ // want "": no time to answer
		"the same hour of the next day":             {"Tue 2027-01-12 10:30", "Fri 2027-01-29 13:00", "Wed 2027-01-13 10:30"},
		"an evening waits for the morning":          {"Tue 2027-01-12 20:00", "Fri 2027-01-29 13:00", "Thu 2027-01-14 08:00"},
		"a night too":                               {"Tue 2027-01-12 03:00", "Fri 2027-01-29 13:00", "Wed 2027-01-13 08:00"},
		"Friday's waits for Monday":                 {"Fri 2027-01-15 10:00", "Fri 2027-01-29 13:00", "Mon 2027-01-18 08:00"},
		"a holiday is no day to answer":             {"Tue 2027-01-05 10:00", "Fri 2027-01-29 13:00", "Thu 2027-01-07 08:00"},
		"two hours before the event":                {"Tue 2027-01-12 08:00", "Tue 2027-01-12 14:00", "Tue 2027-01-12 12:00"},
		"an early event is answered the day before": {"Mon 2027-01-11 09:00", "Tue 2027-01-12 08:30", "Mon 2027-01-11 16:00"},
		"an evening event by the afternoon":         {"Tue 2027-01-12 08:00", "Tue 2027-01-12 20:00", "Tue 2027-01-12 16:00"},
		"Monday morning's by Friday":                {"Fri 2027-01-15 09:00", "Mon 2027-01-18 09:00", "Fri 2027-01-15 16:00"},
		"the last hours leave no time":              {"Tue 2027-01-12 11:00", "Tue 2027-01-12 14:00", ""},
		"nor does the night before":                 {"Mon 2027-01-11 19:00", "Tue 2027-01-12 09:00", ""},
		"the clock goes forward":                    {"Fri 2027-03-26 12:00", "Fri 2027-04-30 12:00", "Tue 2027-03-30 08:00"},
	} {
		t.Run(name, func(t *testing.T) {
			until, ok := answerBy(finnish(t, x.now), finnish(t, x.start))
			if ok != (x.want != "") {
				t.Fatalf("offered on %s for %s: there is time %v until %s", x.now, x.start, ok, until.In(i18n.Zone()))
			}
			if ok && !until.Equal(finnish(t, x.want)) {
				t.Errorf("offered on %s for %s: answer by %s, want %s", x.now, x.start, until.In(i18n.Zone()), x.want)
			}
		})
	}
}
