package meetings

import (
	"context"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// attendee is somebody who was invited or came.
type attendee struct {
	Person           people.Person // without a name when they have left
	Invited, Present bool
}

// belongs reports whether a meeting of a unit, 0 for the whole county, is one for the people of another unit.
func belongs(tree *people.Tree, meeting, unit int64) bool {
	return meeting == 0 || slices.ContainsFunc(tree.Path(unit), func(u people.Unit) bool { return u.ID == meeting })
}

// serves reports whether a mentor helps somewhere in the part of the county that a meeting is for.
func serves(tree *people.Tree, meeting int64, m *mentoring.Mentor) bool {
	return slices.ContainsFunc(m.Units, func(p mentoring.Place) bool {
		return belongs(tree, meeting, p.Unit) || p.Below && belongs(tree, p.Unit, meeting)
	})
}

// mentorsOf are the mentors of a part of the county, by id: those who help and those who learn to. Who rests is left in peace.
func mentorsOf(n *mentoring.Network, meeting int64) (out []*mentoring.Mentor) {
	for i := range n.Mentors {
		if m := &n.Mentors[i]; m.State != mentoring.Resting && serves(n.Tree, meeting, m) {
			out = append(out, m)
		}
	}
	return out
}

// Invite invites all mentors of the meeting's part who have not been invited yet, and tells how many there were.
func (s *Service) Invite(ctx context.Context, by, id int64) (n int, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		m, err := meetingByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if m.State != Planned || m.Over(s.Now()) {
			return errs.New(errs.Conflict, "meetings.too-late")
		}
		n, err = s.invite(ctx, tx, by, &m)
		return err
	})
	s.sent(err)
	return n, err
}

func (s *Service) invite(ctx context.Context, tx *db.Tx, by int64, m *Meeting) (int, error) {
	net, err := mentoring.ReadNetwork(ctx, tx, mentoring.Day(s.Now()))
	if err != nil {
		return 0, err
	}
	var to []int64
	for _, x := range mentorsOf(net, m.Unit) {
		added, err := addInvited(ctx, tx, m.ID, x.Person.ID)
		if err != nil {
			return 0, err
		}
		if added {
			to = append(to, x.Person.ID)
		}
	}
	if len(to) == 0 {
		return 0, nil
	}
	if err := s.post(ctx, tx, letter{Kind: "invite", Meeting: m.ID}, to); err != nil {
		return 0, err
	}
	return len(to), s.audit(ctx, tx, by, "meeting.invite", m.ID)
}

// Invited are the people who were invited to a meeting, by id.
func (s *Service) Invited(ctx context.Context, id int64) (out []int64, err error) {
	all, err := attendees(ctx, s.DB, id)
	for _, a := range all {
		if a.Invited {
			out = append(out, a.Person.ID)
		}
	}
	return out, err
}
