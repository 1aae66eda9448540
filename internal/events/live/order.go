package live

import (
	"context"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/web"
)

// Pin puts a question that is shown before those with more votes, or back among them. Questions have no order by hand beyond this:
// votes move them all the time, and all that a host in a hurry has to say is which one is taken up next.
func (s *Service) Pin(ctx context.Context, v web.Visitor, room, question int64, on bool) error {
	r, err := s.hosted(ctx, v, room)
	if err != nil {
		return err
	}
	if err := setPinned(ctx, s.DB, r.ID, question, on); err != nil {
		return err
	}
	s.changed(r.ID)
	return nil
}

// Move moves a poll so many places down among the room's polls, or up when by is below 0. It stops at the ends.
func (s *Service) Move(ctx context.Context, v web.Visitor, room, poll int64, by int) error {
	r, err := s.hosted(ctx, v, room)
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := lockRoom(ctx, tx, r.ID); err != nil { // two hosts may move at once
			return err
		}
		all, err := pollsOf(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		from := slices.IndexFunc(all, func(p Poll) bool { return p.ID == poll })
		if from < 0 {
			return errs.New(errs.NotFound, "live.no-poll")
		}
		moved := all[from]
		all = slices.Delete(all, from, from+1)
		all = slices.Insert(all, max(0, min(from+by, len(all))), moved)
		return placePolls(ctx, tx, all)
	})
	if err == nil {
		s.changed(r.ID)
	}
	return err
}
