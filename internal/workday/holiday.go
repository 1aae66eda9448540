package workday

import "time"

// The keys of the days off, for callers to translate.
const (
	NewYearsDay     = "new-years-day"
	Epiphany        = "epiphany"
	GoodFriday      = "good-friday"
	EasterSunday    = "easter-sunday"
	EasterMonday    = "easter-monday"
	MayDay          = "may-day"
	AscensionDay    = "ascension-day"
	WhitSunday      = "whit-sunday"
	MidsummerEve    = "midsummer-eve" // no public holiday by law
	MidsummerDay    = "midsummer-day"
	AllSaintsDay    = "all-saints-day"
	IndependenceDay = "independence-day"
	ChristmasEve    = "christmas-eve" // no public holiday by law
	ChristmasDay    = "christmas-day"
	BoxingDay       = "boxing-day"
)

// fixed are the days off that have the same date each year.
var fixed = map[monthDay]string{
	{time.January, 1}: NewYearsDay, {time.January, 6}: Epiphany, {time.May, 1}: MayDay, {time.December, 6}: IndependenceDay,
	{time.December, 24}: ChristmasEve, {time.December, 25}: ChristmasDay, {time.December, 26}: BoxingDay,
}

type monthDay struct {
	month time.Month
	day   int
}

// byEaster are the days off that move with Easter, by the days after Easter Sunday.
var byEaster = map[int]string{-2: GoodFriday, 0: EasterSunday, 1: EasterMonday, 39: AscensionDay, 49: WhitSunday}

// byWeekday are those that fall on a weekday within seven dates, of which first is the earliest.
var byWeekday = []struct {
	first   monthDay
	weekday time.Weekday
	key     string
}{
	{monthDay{time.June, 19}, time.Friday, MidsummerEve},
	{monthDay{time.June, 20}, time.Saturday, MidsummerDay},
	{monthDay{time.October, 31}, time.Saturday, AllSaintsDay},
}

// Holiday names the day off that the day of t is, "" and false when it is none. Ordinary Saturdays and Sundays are none. On the
// years when Ascension Day falls on the first of May (2008, 2160) the day is MayDay. These are the holidays since 1992, when
// Epiphany and Ascension Day went back to their own weekdays; earlier years had other ones.
func Holiday(t time.Time) (key string, ok bool) { return holiday(dateOf(t)) }

func holiday(d date) (key string, ok bool) {
	if key, ok = fixed[monthDay{d.Month(), d.Day()}]; ok {
		return key, true
	}
	for _, h := range byWeekday {
		first := newDate(d.Year(), h.first.month, h.first.day)
		if d.Weekday() == h.weekday && !d.before(first) && d.before(first.plus(7)) {
			return h.key, true
		}
	}
	key, ok = byEaster[int(d.Sub(easter(d.Year()).Time)/(24*time.Hour))]
	return key, ok
}

// easter is Easter Sunday of a year of the Gregorian calendar, by the anonymous algorithm that J. Meeus gives in Astronomical
// Algorithms (2nd ed. 1998), chapter 8. It holds for every year from 1583 on.
func easter(year int) date {
	golden := year % 19
	century, ofCentury := year/100, year%100
	correction := (century - (century+8)/25 + 1) / 3 // of the moon's months against the sun's years
	epact := (19*golden + century - century/4 - correction + 15) % 30
	weekday := (32 + 2*(century%4) + 2*(ofCentury/4) - epact - ofCentury%4) % 7
	late := (golden + 11*epact + 22*weekday) / 451
	n := epact + weekday - 7*late + 114
	return newDate(year, time.Month(n/31), n%31+1)
}
