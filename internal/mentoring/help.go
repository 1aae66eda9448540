package mentoring

import "time"

// The ways of helping. They are stored, with requests and in the log: never change one.
const (
	SideBySide = "side"
	Phone      = "phone"
	Remote     = "remote"
	Group      = "group"
	Written    = "written"
)

// HelpWays are the ways of helping in the order in which pages show them.
var HelpWays = []string{SideBySide, Phone, Remote, Group, Written}

// LeastThanks is how many colleagues must have said that the help helped before a mentor is told how many: one or two could be
// guessed.
const LeastThanks = 3

// DaysFrom is the day so many days after another, 2026-11-22, or before it when days is negative; the day itself when it is none.
func DaysFrom(day string, days int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, days).Format(time.DateOnly)
}
