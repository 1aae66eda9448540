package workday

import (
	"testing"
	"time"
)

func TestTheHolidaysOfTheseYears(t *testing.T) {
	moving := []string{GoodFriday, EasterSunday, EasterMonday, AscensionDay, WhitSunday, MidsummerEve, MidsummerDay, AllSaintsDay}
	for year, days := range map[int][8]string{
		2023: {"04-07", "04-09", "04-10", "05-18", "05-28", "06-23", "06-24", "11-04"},
		2024: {"03-29", "03-31", "04-01", "05-09", "05-19", "06-21", "06-22", "11-02"},
		2025: {"04-18", "04-20", "04-21", "05-29", "06-08", "06-20", "06-21", "11-01"},
		2026: {"04-03", "04-05", "04-06", "05-14", "05-24", "06-19", "06-20", "10-31"},
		2027: {"03-26", "03-28", "03-29", "05-06", "05-16", "06-25", "06-26", "11-06"},
		2028: {"04-14", "04-16", "04-17", "05-25", "06-04", "06-23", "06-24", "11-04"},
		2029: {"03-30", "04-01", "04-02", "05-10", "05-20", "06-22", "06-23", "11-03"},
		2030: {"04-19", "04-21", "04-22", "05-30", "06-09", "06-21", "06-22", "11-02"},
	} {
		want := map[string]string{
			"01-01": NewYearsDay, "01-06": Epiphany, "05-01": MayDay, "12-06": IndependenceDay, "12-24": ChristmasEve, "12-25": ChristmasDay, "12-26": BoxingDay,
		}
		for i, day := range days {
			want[day] = moving[i]
		}
		for d := newDate(year, 1, 1); d.Year() == year; d = d.plus(1) {
			noon := d.at(12 * time.Hour)
			key, ok := Holiday(noon)
			if w := want[d.Format("01-02")]; key != w || ok != (w != "") {
				t.Errorf("%s is %q, want %q", d.Format(time.DateOnly), key, w)
			}
			weekend := noon.Weekday() == time.Saturday || noon.Weekday() == time.Sunday
			if got := Is(noon); got != (!ok && !weekend) {
				t.Errorf("Is(%s %v) = %v", d.Format(time.DateOnly), noon.Weekday(), got)
			}
		}
	}
}

func TestAscensionDayOnTheFirstOfMayIsMayDay(t *testing.T) {
	for _, year := range []int{2008, 2160} {
		if key, _ := holiday(newDate(year, 5, 1)); key != MayDay || easter(year).plus(39) != newDate(year, 5, 1) {
			t.Errorf("1.5.%d is %q, Easter %v", year, key, easter(year))
		}
	}
}

// easterByTheMoon follows the church's rule step by step, in another way than the program: Easter is the Sunday after the 14th
// day of the calendar moon that falls on 21 March or later. The moon's age comes from the golden number and the centuries'
// corrections of the Gregorian reform (Clavius 1603; D. Knuth, The Art of Computer Programming 1, exercise 1.3.2-14).
func easterByTheMoon(year int) date {
	golden := year%19 + 1
	century := year/100 + 1
	leapsLeftOut := 3*century/4 - 12
	moonsGained := (8*century+5)/25 - 5
	epact := ((11*golden+20+moonsGained-leapsLeftOut)%30 + 30) % 30
	if epact == 25 && golden > 11 || epact == 24 {
		epact++
	}
	full := newDate(year, time.March, 44-epact)
	if full.before(newDate(year, time.March, 21)) {
		full = full.plus(30)
	}
	for full = full.plus(1); full.Weekday() != time.Sunday; full = full.plus(1) {
	}
	return full
}

func TestEasterIsTheSundayAfterTheSpringMoon(t *testing.T) {
	for year := 1583; year <= 4099; year++ {
		if got, want := easter(year), easterByTheMoon(year); got != want {
			t.Errorf("Easter %d: %s, by the moon %s", year, got.Format(time.DateOnly), want.Format(time.DateOnly))
		}
	}
}
