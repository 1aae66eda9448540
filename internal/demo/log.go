package demo

import (
	"context"
	"fmt"
	"time"

	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/supportlog"
)

// weeksLogged is how far back the demo's digimentors have written their log.
const weeksLogged = 52

// logbook lets the digimentors of today write down a year of support, a week at a time, and makes the quarters' figures.
func (d *Demo) logbook(ctx context.Context) error {
	d.tell("log", 0, 1)
	all, err := mentoring.Mentors(ctx, d.App.Config.DB)
	if err != nil {
		return err
	}
	var weeks []happening
	for week := weeksLogged; week >= 0; week-- {
		at := day(-7*week, 15)
		if week == 0 {
			at = day(-1, 15)
		}
		var list []supportlog.Entry
		for i := range all {
			list = append(list, d.weekOf(&all[i], at)...)
		}
		weeks = append(weeks, happening{at, func(ctx context.Context) error { return d.App.Log.AddAll(ctx, list) }})
	}
	if err := d.live(ctx, weeks); err != nil {
		return err
	}
	d.Clock.present()
	return d.App.Log.Freeze(ctx)
}

// weekOf is what a digimentor writes down in the week before a time: those who are active, from when they became it.
func (d *Demo) weekOf(m *mentoring.Mentor, at time.Time) (out []supportlog.Entry) {
	if m.State != mentoring.Active || m.Since.After(at.AddDate(0, 0, -7)) || len(m.Units) == 0 {
		return nil
	}
	// Who tends to help much does so every week; holidays are quiet.
	n := []int{1, 0, 1, 1, 2}[m.ID%5] + d.rng.IntN(2)
	if at.Month() == time.July {
		n /= 2
	}
	for i := range n {
		out = append(out, d.helped(m, at, i))
	}
	return out
}

// helped draws an act of help in the week before a time.
func (d *Demo) helped(m *mentoring.Mentor, at time.Time, i int) supportlog.Entry {
	e := supportlog.Entry{Mentor: m.ID, Key: fmt.Sprintf("demo-%d-%d-%d", m.ID, at.Unix(), i), Unit: m.Units[0].Unit,
		Area: []string{"remote", "digital", "skills", "skills", "evaluate", "ethics"}[d.rng.IntN(6)],
		Way:  []string{mentoring.SideBySide, mentoring.SideBySide, mentoring.Phone, mentoring.Remote, mentoring.Group, mentoring.Written}[d.rng.IntN(6)],
		Day:  mentoring.Day(at.AddDate(0, 0, -d.rng.IntN(6))), Minutes: []int{5, 10, 15, 15, 30, 30, 45, 60}[d.rng.IntN(8)]}
	if len(m.Areas) > 0 && d.rng.IntN(2) == 0 {
		e.Area = m.Areas[d.rng.IntN(len(m.Areas))]
	}
	if len(m.Services) > 0 && d.rng.IntN(2) == 0 {
		e.Service = m.Services[d.rng.IntN(len(m.Services))]
	}
	if e.Way == mentoring.Group {
		e.Minutes = 45
	}
	if d.rng.IntN(8) == 0 && at.After(day(-30, 0)) { // each week the names of all staff are read anew, which takes its time
		e.Note = logNotes[d.rng.IntN(len(logNotes))]
	}
	return e
}

// logNotes are what notes say. None may look like a name.
var logNotes = []string{"Etävastaanoton ääni ei kuulunut, asetukset kuntoon.", "Ajanvarauksen uusi näkymä.", "Harjoiteltiin viestin lähettämistä.",
	"Kirjaaminen puhelimella käynnillä.", "Ohjeen paikka intrassa.", "Nya vyn i tidsbokningen."}
