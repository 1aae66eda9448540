package mentoring

import (
	"context"
	"slices"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
)

// MostMinutes is the most that can be granted a week: full-time work, for a county with a small central team.
const MostMinutes = 40 * 60

// Profile is what a mentor tells of themself.
type Profile struct {
	Areas    []string
	Services []int64
	Langs    []string
	Reach    string
}

// SignUp makes a person a candidate, who would serve the given units; by is who did it, which is the person or a coordinator.
// Somebody who is a mentor already, in any state but Ended, is a conflict.
func (s *Service) SignUp(ctx context.Context, by, person int64, p Profile, units []Place) (id int64, err error) {
	bad := errs.Fields{}
	if len(units) == 0 {
		bad.Add("units", "mentoring.choose-units")
	}
	if err := s.checkProfile(&p, &bad); err != nil {
		return 0, err
	}
	lead, err := s.supervisors(ctx)
	if err != nil {
		return 0, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		who, err := people.PersonByID(ctx, tx, person)
		if err != nil {
			return err
		}
		if !who.Left.IsZero() {
			return errs.New(errs.Conflict, "people.person-left")
		}
		if id, err = s.comeForward(ctx, tx, by, who, p, units); err != nil {
			return err
		}
		return s.ask(ctx, tx, lead.Of(who), id, 0)
	})
	return id, err
}

// comeForward makes a person a candidate, the first time or again.
func (s *Service) comeForward(ctx context.Context, tx *db.Tx, by int64, who people.Person, p Profile, units []Place) (id int64, err error) {
	fresh := Mentor{Person: who, State: Candidate, Since: s.Now(), Units: units, Areas: p.Areas, Services: p.Services, Langs: p.Langs, Reach: p.Reach}
	old, has, err := mentorOf(ctx, tx, who.ID)
	if err != nil {
		return 0, err
	}
	if has && old.State != Ended {
		return 0, errs.New(errs.Conflict, "mentoring.already")
	}
	if !has {
		made, err := insertMentor(ctx, tx, &fresh)
		if err == nil && !made {
			err = errs.New(errs.Conflict, "mentoring.already")
		}
		if err != nil {
			return 0, err
		}
		return fresh.ID, s.record(ctx, tx, Event{Mentor: fresh.ID, At: s.Now(), By: by, Kind: CameForward, State: Candidate, Grant: fresh.grant()})
	}
	if err := forgetAsks(ctx, tx, old.ID); err != nil {
		return 0, err
	}
	return old.ID, s.change(ctx, tx, by, old.ID, old.Version, CameForward, "", func(m *Mentor) error {
		fresh.ID, fresh.Version, fresh.NoteOff = m.ID, m.Version, m.NoteOff
		*m = fresh
		return nil
	})
}

// checkProfile trims what a mentor tells. Which areas and services there are is known to the page that asks; what is not there
// any more is left where it is named by nobody.
func (s *Service) checkProfile(p *Profile, bad *errs.Fields) error {
	if bad == nil {
		bad = &errs.Fields{}
	}
	p.Reach = strings.TrimSpace(p.Reach)
	p.Langs = slices.DeleteFunc(slices.Clone(p.Langs), func(l string) bool { return !i18n.Known(l) })
	if len(p.Langs) == 0 {
		bad.Add("langs", "mentoring.choose-langs")
	}
	reason(bad, "reach", p.Reach, false)
	return bad.Err()
}

// Tell stores what a mentor tells of themself.
func (s *Service) Tell(ctx context.Context, mentor int64, p Profile) error {
	if err := s.checkProfile(&p, nil); err != nil {
		return err
	}
	return s.own(ctx, mentor, func(m *Mentor) { m.Areas, m.Services, m.Langs, m.Reach = p.Areas, p.Services, p.Langs, p.Reach })
}

// Absent stores an absence from one day to another, both included; two empty days end it. Requests go to others meanwhile.
func (s *Service) Absent(ctx context.Context, mentor int64, from, to string) error {
	bad := errs.Fields{}
	checkDays(&bad, "away", from, to)
	if (from == "") != (to == "") && bad.Err() == nil {
		bad.Add("away_to", "mentoring.both-days")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return s.own(ctx, mentor, func(m *Mentor) { m.AwayFrom, m.AwayTo = from, to })
}

// WantNote turns the monthly note on or off.
func (s *Service) WantNote(ctx context.Context, mentor int64, want bool) error {
	return s.own(ctx, mentor, func(m *Mentor) { m.NoteOff = !want })
}

// own changes what is a mentor's own to say: it is no step on the way and stands in no log.
func (s *Service) own(ctx context.Context, mentor int64, alter func(*Mentor)) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		m, err := mentorByID(ctx, tx, mentor)
		if err != nil {
			return err
		}
		alter(&m)
		return updateMentor(ctx, tx, &m)
	})
}

// checkDays checks two days of a form, of fields named prefix_from and prefix_to. Empty ones are let through.
func checkDays(bad *errs.Fields, prefix, from, to string) {
	ok := true
	for _, x := range []struct{ name, day string }{{prefix + "_from", from}, {prefix + "_to", to}} {
		if _, err := time.Parse(time.DateOnly, x.day); x.day != "" && err != nil {
			bad.Add(x.name, "mentoring.bad-day")
			ok = false
		}
	}
	if ok && from != "" && to != "" && to < from {
		bad.Add(prefix+"_to", "mentoring.days-swapped")
	}
}

// Grant is what a supervisor grants.
type Grant struct {
	Minutes  int    // a week
	From, To string // days; To "" is until further notice
}

func (g Grant) check(bad *errs.Fields) {
	if g.Minutes < 1 || g.Minutes > MostMinutes {
		bad.Add("hours", "mentoring.bad-hours", "most", MostMinutes/60)
	}
	if g.From == "" {
		bad.Add("grant_from", "mentoring.bad-day")
	}
	checkDays(bad, "grant", g.From, g.To)
}

// Confirm says for a supervisor that a candidate may be a mentor, and grants the hours. When two supervisors answer at once, the
// second one's answer is a conflict.
func (s *Service) Confirm(ctx context.Context, by, mentor int64, version int, g Grant) error {
	return s.grant(ctx, by, mentor, version, WasGranted, g)
}

// Regrant changes what is granted. Whose grant was over helps again.
func (s *Service) Regrant(ctx context.Context, by, mentor int64, version int, g Grant) error {
	return s.grant(ctx, by, mentor, version, GrantMoved, g)
}

func (s *Service) grant(ctx context.Context, by, mentor int64, version int, kind EventKind, g Grant) error {
	bad := errs.Fields{}
	g.check(&bad)
	if err := bad.Err(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return s.change(ctx, tx, by, mentor, version, kind, "", func(m *Mentor) error {
			over := m.Ends != "" && m.Ends < s.today()
			switch {
			case kind == WasGranted && m.May(kind):
				m.State = Confirmed
			case kind == WasGranted || m.State == Candidate || m.State == Ended:
				return errs.New(errs.Conflict, "mentoring.changed")
			case m.State == Resting && over && (g.To == "" || g.To >= s.today()):
				m.Minutes, m.Starts, m.Ends = g.Minutes, g.From, g.To
				return backTo(ctx, tx, m)
			}
			m.Minutes, m.Starts, m.Ends = g.Minutes, g.From, g.To
			return nil
		})
	})
}

// Serve says which units a mentor serves.
func (s *Service) Serve(ctx context.Context, by, mentor int64, version int, units []Place) error {
	if len(units) == 0 {
		return errs.Fault("units", "mentoring.choose-units")
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return s.change(ctx, tx, by, mentor, version, Moved, "", func(m *Mentor) error {
			m.Units = units
			return nil
		})
	})
}
