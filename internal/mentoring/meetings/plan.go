package meetings

import (
	"context"
	"net/url"
	"strings"
	"time"

	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mask"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// MostMonths is the longest rhythm, in months.
const MostMonths = 12

// check trims a plan and tells everything that is wrong with it. A start that was stored before may have passed.
func (s *Service) check(p *Plan, before time.Time, bad *errs.Fields) {
	for _, x := range []*string{&p.Title, &p.Expert, &p.Theme, &p.Link, &p.Place} {
		*x = strings.Join(strings.Fields(*x), " ")
	}
	p.Questions, p.Agenda = web.Lines(p.Questions), web.Lines(p.Agenda)
	if p.Title == "" {
		bad.Add("title", "meetings.no-title")
	}
	switch {
	case p.Start.IsZero() || p.End.IsZero(): // told where the times are read
	case !p.End.After(p.Start):
		bad.Add("to", "meetings.ends-first")
	case !p.Start.After(s.Now()) && !p.Start.Equal(before):
		bad.Add("day", "meetings.past-time")
	}
	for _, x := range []struct {
		field, text string
		n           int
	}{{"title", p.Title, MostTitle}, {"expert", p.Expert, MostLine}, {"theme", p.Theme, MostLine}, {"place", p.Place, MostLine},
		{"link", p.Link, 1000}, {"questions", p.Questions, MostText}, {"agenda", p.Agenda, MostText}} {
		most(bad, x.field, x.text, x.n)
		named(bad, x.field, x.text, mask.Identity)
	}
	if u, err := url.Parse(p.Link); p.Link != "" && (err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsAny(p.Link, " \"<>")) {
		bad.Add("link", "meetings.bad-link")
	}
	if p.Link == "" && p.Place == "" {
		bad.Add("link", "meetings.no-place")
	}
}

// known checks that what a plan names is there.
func known(ctx context.Context, q db.Q, p *Plan) error {
	if p.Service != 0 {
		if _, err := catalog.ServiceByID(ctx, q, p.Service); err != nil {
			return err
		}
	}
	if p.Unit != 0 {
		u, err := people.UnitByID(ctx, q, p.Unit)
		if err == nil && !u.Ended.IsZero() {
			err = errs.New(errs.NotFound, "people.unit-missing")
		}
		return err
	}
	return nil
}

// Create makes meetings, all or none, and invites to each when invite says so. It returns their ids.
func (s *Service) Create(ctx context.Context, by int64, plans []Plan, invite bool) (ids []int64, err error) {
	bad := errs.Fields{}
	for i := range plans {
		if s.check(&plans[i], time.Time{}, &bad); bad.Err() != nil {
			return nil, bad.Err()
		}
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		for i := range plans {
			if err := known(ctx, tx, &plans[i]); err != nil {
				return err
			}
			m := Meeting{Plan: plans[i], State: Planned, UID: s.newUID(), Stamp: s.Now(), MadeBy: by, Version: 1}
			if err := insertMeeting(ctx, tx, &m, s.Now()); err != nil {
				return err
			}
			if err := s.stored(ctx, tx, &m); err != nil {
				return err
			}
			if err := s.audit(ctx, tx, by, "meeting.plan", m.ID); err != nil {
				return err
			}
			if invite {
				if _, err := s.invite(ctx, tx, by, &m); err != nil {
					return err
				}
			}
			ids = append(ids, m.ID)
		}
		return nil
	})
	s.sent(err)
	return ids, err
}

// sent lets mail go out at once that a change has asked for.
func (s *Service) sent(err error) {
	if err == nil && s.Outbox != nil {
		s.Outbox.Wake()
	}
}

// Change stores another plan of a meeting. Whoever was invited gets the new one for their calendar; a plan that is the same tells
// nobody anything.
func (s *Service) Change(ctx context.Context, by, id int64, version int, p Plan) error {
	err := s.alter(ctx, id, version, func(tx *db.Tx, m *Meeting) error {
		if m.State != Planned {
			return conflict()
		}
		bad := errs.Fields{}
		if s.check(&p, m.Start, &bad); bad.Err() != nil {
			return bad.Err()
		}
		if err := known(ctx, tx, &p); err != nil {
			return err
		}
		if samePlan(m.Plan, p) {
			return nil
		}
		m.Plan = p
		if err := s.audit(ctx, tx, by, "meeting.change", id); err != nil {
			return err
		}
		return s.tellInvited(ctx, tx, m, "change")
	})
	s.sent(err)
	return err
}

func samePlan(a, b Plan) bool {
	if !a.Start.Equal(b.Start) || !a.End.Equal(b.End) {
		return false
	}
	a.Start, a.End = b.Start, b.End
	return a == b
}

// Cancel calls a meeting off. Whoever was invited is told why, and their calendars forget it.
func (s *Service) Cancel(ctx context.Context, by, id int64, version int, why string) error {
	bad := errs.Fields{}
	why = web.Lines(why)
	most(&bad, "why", why, MostTopic)
	if err := bad.Err(); err != nil {
		return err
	}
	err := s.alter(ctx, id, version, func(tx *db.Tx, m *Meeting) error {
		if m.State != Planned {
			return conflict()
		}
		m.State, m.Why = Cancelled, why
		if err := s.audit(ctx, tx, by, "meeting.cancel", id); err != nil {
			return err
		}
		return s.tellInvited(ctx, tx, m, "cancel")
	})
	s.sent(err)
	return err
}

// tellInvited raises the sequence of a meeting and asks for mail to all who were invited to it, if its time is still to come.
func (s *Service) tellInvited(ctx context.Context, tx *db.Tx, m *Meeting, kind string) error {
	m.Sequence++
	m.Stamp = s.Now()
	if m.Over(s.Now()) {
		return nil
	}
	who, err := attendees(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	var to []int64
	for _, a := range who {
		if a.Invited {
			to = append(to, a.Person.ID)
		}
	}
	return s.post(ctx, tx, letter{Kind: kind, Meeting: m.ID}, to)
}

// alter reads a meeting, changes it and stores it, unless it has another version than was seen.
func (s *Service) alter(ctx context.Context, id int64, version int, change func(tx *db.Tx, m *Meeting) error) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		m, err := meetingByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if m.Version != version {
			return conflict()
		}
		if err := change(tx, &m); err != nil {
			return err
		}
		if err := updateMeeting(ctx, tx, &m); err != nil {
			return err
		}
		return s.stored(ctx, tx, &m)
	})
}

// stored tells those who show meetings among other events.
func (s *Service) stored(ctx context.Context, tx *db.Tx, m *Meeting) error {
	if s.Stored == nil {
		return nil
	}
	return s.Stored(ctx, tx, m)
}

func (s *Service) audit(ctx context.Context, tx *db.Tx, by int64, action string, id int64) error {
	return people.Audit(ctx, tx, s.Now(), by, action, meetingObject(id), "")
}
