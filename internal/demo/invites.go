package demo

import (
	"context"

	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/events/invite"
	"taitorinki/internal/people"
)

// InviteTo invites to a published event as its host would: with words of their own, by language, if any, through the supervisors, and
// the digimentors of its part of the county themselves when mentors says so.
func (d *Demo) InviteTo(ctx context.Context, host, event int64, words map[string]string, mentors bool) error {
	s := d.App.Invite
	if len(words) > 0 {
		if err := s.SaveTexts(ctx, host, event, invite.Texts{In: words}); err != nil {
			return err
		}
	}
	if _, err := s.Supervisors(ctx, host, event); err != nil || !mentors {
		return err
	}
	e, err := events.ByID(ctx, d.App.Config.DB, event)
	if err != nil {
		return err
	}
	to, err := s.HoldersIn(ctx, &e, []string{people.Mentor})
	if err != nil {
		return err
	}
	_, err = s.Directly(ctx, host, event, to)
	return err
}

// Nudge reminds the supervisors of an event, if any were told.
func (d *Demo) Nudge(ctx context.Context, host, event int64) error {
	_, err := d.App.Invite.Nudge(ctx, host, event)
	if errs.KindOf(err) == errs.Conflict {
		return nil
	}
	return err
}
