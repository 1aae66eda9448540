// Package faults breaks the real program and looks at what is left. Its tests kill it at random moments, take its disk, its database
// and its mail server away, run several of it on one database, and promote a standby while people answer.
//
// After each fault the same must hold: what was acknowledged is there, nothing is doubled, no import and no closing is half done, and
// the program starts again without a hand. `make faults` runs 50 moments, `make faults MOMENTS=1000 SEED=7` a thousand; a moment that
// fails prints its seed and number, and `MOMENT=12` runs that one alone.
package faults
