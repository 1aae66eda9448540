package meetings

import (
	"context"
	"slices"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mask"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Decision is what a meeting has decided.
type Decision struct {
	ID, Meeting int64
	Text        string
	Owner       string // who sees to it
	OwnerID     int64  // when that is somebody of the meeting
	Due         string // 2026-11-22, "" for none
	Done        time.Time
}

// Overdue reports whether a decision that is not done should be.
func (d Decision) Overdue(day string) bool { return d.Done.IsZero() && d.Due != "" && d.Due < day }

// Note stores a meeting's notes. A version that is not the stored one is a conflict.
func (s *Service) Note(ctx context.Context, by, id int64, version int, text string) error {
	text = web.Lines(text)
	bad := errs.Fields{}
	most(&bad, "notes", text, MostNotes)
	named(&bad, "notes", text, mask.Identity)
	if err := bad.Err(); err != nil {
		return err
	}
	return s.alter(ctx, id, version, func(tx *db.Tx, m *Meeting) error {
		if m.State == Cancelled {
			return conflict()
		}
		m.Notes = text
		return s.audit(ctx, tx, by, "meeting.notes", id)
	})
}

// MarkPresent notes for a mentor that they are at a meeting today, or takes it back.
func (s *Service) MarkPresent(ctx context.Context, person, id int64, yes bool) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		m, err := meetingByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if m.State != Planned || mentoring.Day(m.Start) != mentoring.Day(s.Now()) {
			return errs.New(errs.Conflict, "meetings.not-today")
		}
		return setPresent(ctx, tx, id, person, yes)
	})
}

// Attend stores who of those on the page were present. shown are those who were marked so when the page was made: who has marked
// themself since stays marked.
func (s *Service) Attend(ctx context.Context, by, id int64, shown, ticked []int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		m, err := meetingByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if m.State == Cancelled || !m.Begun(s.Now()) && mentoring.Day(m.Start) != mentoring.Day(s.Now()) {
			return errs.New(errs.Conflict, "meetings.not-yet")
		}
		all, err := attendees(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, a := range all {
			was, is := slices.Contains(shown, a.Person.ID), slices.Contains(ticked, a.Person.ID)
			if was == is {
				continue
			}
			if err := setPresent(ctx, tx, id, a.Person.ID, is); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, by, "meeting.attend", id)
	})
}

// Decide adds a decision. An owner with the name of somebody of the meeting is that person.
func (s *Service) Decide(ctx context.Context, by int64, d Decision) error {
	d.Text, d.Owner = strings.Join(strings.Fields(d.Text), " "), strings.Join(strings.Fields(d.Owner), " ")
	bad := errs.Fields{}
	if d.Text == "" {
		bad.Add("decision", "meetings.no-decision")
	}
	most(&bad, "decision", d.Text, MostTopic)
	named(&bad, "decision", d.Text, mask.Identity)
	if d.Owner == "" {
		bad.Add("owner", "meetings.no-owner")
	}
	most(&bad, "owner", d.Owner, MostTitle)
	if _, err := time.Parse(time.DateOnly, d.Due); d.Due != "" && err != nil {
		bad.Add("due", "web.bad-day")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		m, err := meetingByID(ctx, tx, d.Meeting)
		if err != nil {
			return err
		}
		if m.State == Cancelled {
			return conflict()
		}
		who, err := attendees(ctx, tx, d.Meeting)
		if err != nil {
			return err
		}
		d.OwnerID = ownerOf(who, d.Owner)
		if err := insertDecision(ctx, tx, &d); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "meeting.decide", d.Meeting)
	})
}

// ownerOf is who of a meeting has a name; 0 when nobody or several have it.
func ownerOf(who []attendee, name string) (id int64) {
	for _, a := range who {
		if a.Person.Name == "" || i18n.Fold(a.Person.Name) != i18n.Fold(name) {
			continue
		}
		if id != 0 {
			return 0
		}
		id = a.Person.ID
	}
	return id
}

// SetDone marks a decision as done, or open again.
func (s *Service) SetDone(ctx context.Context, by, id int64, done bool) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		d, err := decisionByID(ctx, tx, id)
		if err != nil {
			return err
		}
		d.Done = time.Time{}
		action := "meeting.reopen"
		if done {
			d.Done, action = s.Now(), "meeting.done"
		}
		if err := updateDone(ctx, tx, &d); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, action, d.Meeting)
	})
}

// Undecide removes a decision that was written wrong, until the meeting is finished.
func (s *Service) Undecide(ctx context.Context, by, id int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		d, err := decisionByID(ctx, tx, id)
		if err != nil {
			return err
		}
		m, err := meetingByID(ctx, tx, d.Meeting)
		if err != nil {
			return err
		}
		if m.State != Planned {
			return conflict()
		}
		if err := deleteDecision(ctx, tx, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "meeting.undecide", d.Meeting)
	})
}

// Finish ends a meeting: its summary is out, who was invited and could not come gets it by mail, and what was not answered goes to the
// next meeting.
func (s *Service) Finish(ctx context.Context, by, id int64, version int) error {
	err := s.alter(ctx, id, version, func(tx *db.Tx, m *Meeting) error {
		if m.State != Planned {
			return conflict()
		}
		if !m.Begun(s.Now()) {
			return errs.New(errs.Conflict, "meetings.not-yet")
		}
		if err := s.passRest(ctx, tx, m); err != nil {
			return err
		}
		m.State, m.Finished = Finished, s.Now()
		who, err := attendees(ctx, tx, id)
		if err != nil {
			return err
		}
		var missed []int64
		for _, a := range who {
			if a.Invited && !a.Present {
				missed = append(missed, a.Person.ID)
			}
		}
		if err := s.audit(ctx, tx, by, "meeting.finish", id); err != nil {
			return err
		}
		return s.post(ctx, tx, letter{Kind: "summary", Meeting: id}, missed)
	})
	s.sent(err)
	return err
}

// passRest moves what a meeting leaves open to the next one.
func (s *Service) passRest(ctx context.Context, tx *db.Tx, m *Meeting) error {
	tree, err := people.LoadTree(ctx, tx)
	if err != nil {
		return err
	}
	c, err := readCalendar(ctx, tx, tree, s.Now())
	if err != nil {
		return err
	}
	waiting, err := waitingTopics(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range c.of(m.ID, waiting) {
		if err := passTopic(ctx, tx, t.ID, m.ID); err != nil {
			return err
		}
	}
	return nil
}

// OpenDecisions are the decisions that are not done, by the day until which they should be; those without one last.
func (s *Service) OpenDecisions(ctx context.Context) ([]Decision, error) {
	return decisions(ctx, s.DB, ` WHERE done_at IS NULL ORDER BY CASE WHEN due = '' THEN 1 ELSE 0 END, due, id`)
}
