package supportlog

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// keyShape is what a device may call an entry: it makes 128 random bits.
var keyShape = regexp.MustCompile(`^[A-Za-z0-9-]{16,64}$`)

// known is what entries may name.
type known struct {
	areas    []catalog.Area
	services []catalog.DigitalService
	units    map[int64]people.Unit // of today; nil: each is read by itself
}

func readKnown(ctx context.Context, q db.Q) (k known, err error) {
	if k.areas, err = catalog.Areas(ctx, q); err != nil {
		return k, err
	}
	k.services, err = catalog.Services(ctx, q)
	return k, err
}

// Add stores an entry of a mentor. An entry whose key the mentor has used is there already, and nothing is done. What is wrong
// with it comes as *errs.Fields, of the fields area, service, way, minutes, unit, ago and note.
func (s *Service) Add(ctx context.Context, m *mentoring.Mentor, e Entry) error {
	k, err := readKnown(ctx, s.DB)
	if err != nil {
		return err
	}
	return s.addKnown(ctx, m, e, k)
}

func (s *Service) addKnown(ctx context.Context, m *mentoring.Mentor, e Entry, k known) error {
	if err := s.prepare(ctx, m, &e, k, s.today()); err != nil {
		return err
	}
	if err := saveEntry(ctx, s.DB, &e); err != nil || s.First == nil {
		return err
	}
	if only, err := onlyEntry(ctx, s.DB, m.ID, e.Key); err != nil || !only {
		return err
	}
	return s.First(ctx, m.ID) // when it fails the entry is sent again, stored once, and this is done anew
}

// AddAll stores entries of many mentors in one transaction, all or none, and returns the first thing that is wrong. It is for
// programs; entries of a person are added one by one, so that one that is refused holds up no other.
func (s *Service) AddAll(ctx context.Context, list []Entry) error {
	k, err := readKnown(ctx, s.DB)
	if err != nil {
		return err
	}
	today, err := people.Units(ctx, s.DB)
	if err != nil {
		return err
	}
	k.units = make(map[int64]people.Unit, len(today))
	for _, u := range today {
		k.units[u.ID] = u
	}
	all, err := mentoring.Mentors(ctx, s.DB)
	if err != nil {
		return err
	}
	at := make(map[int64]*mentoring.Mentor, len(all))
	for i := range all {
		at[all[i].ID] = &all[i]
	}
	for i := range list {
		m := at[list[i].Mentor]
		if m == nil {
			return errs.New(errs.NotFound, "supportlog.no-mentor")
		}
		if err := s.prepare(ctx, m, &list[i], k, s.today()); err != nil {
			return err
		}
	}
	return insertEntries(ctx, s.DB, list)
}

// prepare fills in what the server knows of an entry, and tells everything that is wrong with it. The last day it may be for is
// given: that on which it was made, for an entry that is corrected.
func (s *Service) prepare(ctx context.Context, m *mentoring.Mentor, e *Entry, k known, last string) error {
	if !m.State.Appointed() {
		return errs.New(errs.Forbidden, "supportlog.no-mentor")
	}
	if !keyShape.MatchString(e.Key) {
		return errs.New(errs.Invalid, "supportlog.bad-key")
	}
	e.Mentor, e.Note = m.ID, strings.Join(strings.Fields(e.Note), " ")
	if e.Made.IsZero() {
		e.Made = s.Now()
	}
	bad := errs.Fields{}
	k.check(e, &bad)
	if err := s.checkUnit(ctx, m, e.Unit, k, &bad); err != nil {
		return err
	}
	switch {
	case e.Day < mentoring.DaysFrom(last, -DaysBack):
		bad.Add("ago", "supportlog.day-old", "most", DaysBack)
	case e.Day > s.today() || len(e.Day) != len("2026-11-22"):
		bad.Add("ago", "supportlog.day-future")
	}
	if utf8.RuneCountInString(e.Note) > MostNote {
		bad.Add("note", "supportlog.note-long", "most", MostNote)
	} else if err := s.checkNote(ctx, e.Note, &bad); err != nil {
		return err
	}
	return bad.Err()
}

// check looks at what is chosen.
func (k known) check(e *Entry, bad *errs.Fields) {
	if !slices.ContainsFunc(k.areas, func(a catalog.Area) bool { return a.ID == e.Area }) {
		bad.Add("area", "supportlog.choose-area")
	}
	// One that is out of use may have been in use on the day.
	if e.Service != 0 && !slices.ContainsFunc(k.services, func(d catalog.DigitalService) bool { return d.ID == e.Service }) {
		bad.Add("service", "supportlog.choose-service")
	}
	if !slices.Contains(mentoring.HelpWays, e.Way) {
		bad.Add("way", "supportlog.choose-way")
	}
	if e.Minutes < 1 || e.Minutes > MostMinutes {
		bad.Add("minutes", "supportlog.choose-minutes", "most", MostMinutes)
	}
}

// checkUnit sees to it that the unit is one of today that the mentor serves: by itself, or with all under one above it.
func (s *Service) checkUnit(ctx context.Context, m *mentoring.Mentor, unit int64, k known, bad *errs.Fields) error {
	for at := unit; at != 0; {
		u, there, err := k.unit(ctx, s.DB, at)
		if err != nil {
			return err
		}
		if !there {
			break
		}
		if slices.ContainsFunc(m.Units, func(p mentoring.Place) bool { return p.Unit == at && (at == unit || p.Below) }) {
			return nil
		}
		at = u.ParentID
	}
	bad.Add("unit", "supportlog.choose-unit")
	return nil
}

// unit is a unit of today.
func (k known) unit(ctx context.Context, q db.Q, id int64) (u people.Unit, there bool, err error) {
	if k.units != nil {
		u, there = k.units[id]
		return u, there, nil
	}
	u, err = people.UnitByID(ctx, q, id)
	if errs.KindOf(err) == errs.NotFound {
		return u, false, nil
	}
	return u, err == nil && u.Ended.IsZero(), err
}

// Change corrects an entry of a mentor, for a week after it was made; then it is a conflict, as it is when the version is not the
// stored one. errs.NotFound when the mentor has no such entry.
func (s *Service) Change(ctx context.Context, m *mentoring.Mentor, id int64, version int, e Entry) error {
	old, err := s.open(ctx, m, id)
	if err != nil {
		return err
	}
	k, err := readKnown(ctx, s.DB)
	if err != nil {
		return err
	}
	e.ID, e.Key, e.Made, e.Version = old.ID, old.Key, old.Made, version
	if err := s.prepare(ctx, m, &e, k, mentoring.Day(old.Made)); err != nil {
		return err
	}
	return updateEntry(ctx, s.DB, &e)
}

// open is an entry of a mentor that can still be corrected.
func (s *Service) open(ctx context.Context, m *mentoring.Mentor, id int64) (Entry, error) {
	e, err := entryByID(ctx, s.DB, m.ID, id)
	if err == nil && !e.Open(s.Now()) {
		err = errs.New(errs.Conflict, "supportlog.closed", "days", DaysOpen)
	}
	return e, err
}

// Delete empties an entry of a mentor. Its key stays, so that a device that has not heard of it does not bring it back.
func (s *Service) Delete(ctx context.Context, m *mentoring.Mentor, id int64) error {
	e, err := s.open(ctx, m, id)
	if err != nil {
		return err
	}
	return emptyEntry(ctx, s.DB, e.ID)
}
