// Package workday knows the working days of Finland, from Monday to Friday without the public holidays, and counts in them.
//
// A day is a calendar day in Finland, whatever the zone of the time that names it. Midsummer Eve and Christmas Eve are no public
// holidays by law, but offices are closed and collective agreements give them off: nobody is to be promised an answer on them, so
// they are no working days here.
package workday

import (
	"time"
	_ "time/tzdata" // a server without the system's time zones must not be a day late at midnight
)

// helsinki is where the days begin and end.
var helsinki = func() *time.Location {
	z, err := time.LoadLocation("Europe/Helsinki")
	if err != nil {
		panic(err) // the zones are inside the program
	}
	return z
}()

// Is reports whether the day of t is a working day.
func Is(t time.Time) bool { return works(dateOf(t)) }

// Add goes n working days on, to the same time of the day. A time on a day off counts as the first moment of the next working day,
// 0.00: that is what n = 0 gives, and n = 1 gives 0.00 of the working day after. A negative n goes back. The result is in the
// Finnish zone and always on a working day, and Add(Add(t, a), b) = Add(t, a+b) for all whole numbers. The clock changes on
// Sundays only, so the time of the day is there, and only once, on every working day. It takes one step for each day.
func Add(t time.Time, n int) time.Time {
	t = t.In(helsinki)
	d := dateOf(t)
	clock := t.Sub(d.at(0))
	if !works(d) {
		d, clock = d.next(1), 0
	}
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for range n {
		d = d.plus(step).next(step)
	}
	return d.at(clock)
}

// Between counts the working days from the day of a, which is counted, until the day of b, which is not: 1 from a Thursday to
// the Friday after it, 0 from a Saturday to the Monday. It is negative when b is on an earlier day. Between(t, Add(t, n)) = n.
func Between(a, b time.Time) (n int) {
	from, to := dateOf(a), dateOf(b)
	if to.before(from) {
		return -Between(b, a)
	}
	for d := from; d.before(to); d = d.plus(1) {
		if works(d) {
			n++
		}
	}
	return n
}

// date is a calendar day without a clock, as midnight UTC, where every day has 24 hours.
type date struct{ time.Time }

func dateOf(t time.Time) date {
	y, m, d := t.In(helsinki).Date()
	return newDate(y, m, d)
}

func newDate(y int, m time.Month, d int) date { return date{time.Date(y, m, d, 0, 0, 0, 0, time.UTC)} }

func (d date) plus(days int) date { return date{d.AddDate(0, 0, days)} }

func (d date) before(e date) bool { return d.Time.Before(e.Time) }

// next is the nearest working day at d or, by steps of 1 or -1, beyond it.
func (d date) next(step int) date {
	for !works(d) {
		d = d.plus(step)
	}
	return d
}

// at is the moment that is so long after a day's midnight in Finland. On a working day, which has 24 hours, that is its clock.
func (d date) at(clock time.Duration) time.Time {
	y, m, day := d.Date()
	return time.Date(y, m, day, 0, 0, 0, 0, helsinki).Add(clock)
}

func works(d date) bool {
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	_, off := holiday(d)
	return !off
}
