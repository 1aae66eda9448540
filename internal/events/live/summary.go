package live

import (
	"cmp"
	"context"
	"slices"

	"taitorinki/internal/errs"
	"taitorinki/internal/web"
)

// Report is what a room has come to.
type Report struct {
	Room      Room
	Questions []Question // that were shown, most votes first
	Polls     []Result   // that were held
}

// report reads a room's results. Hidden questions and those that the host never looked at are left out.
func (s *Service) report(ctx context.Context, r Room) (rep Report, err error) {
	rep.Room = r
	all, err := questionsOf(ctx, s.DB, r.ID)
	if err != nil {
		return rep, err
	}
	rep.Questions = visible(all)
	slices.SortStableFunc(rep.Questions, func(a, b Question) int { return cmp.Compare(b.Votes, a.Votes) })
	rep.Polls, err = s.results(ctx, r.ID)
	return rep, err
}

// ReportOf is the report of a room that a visitor leads.
func (s *Service) ReportOf(ctx context.Context, v web.Visitor, room int64) (rep Report, err error) {
	r, err := s.hosted(ctx, v, room)
	if err != nil {
		return rep, err
	}
	return s.report(ctx, r)
}

// results are those of the polls that were held.
func (s *Service) results(ctx context.Context, room int64) (out []Result, err error) {
	polls, err := pollsOf(ctx, s.DB, room)
	if err != nil {
		return nil, err
	}
	for _, p := range polls {
		if p.State == Draft {
			continue
		}
		given, err := answersOf(ctx, s.DB, p.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, p.result(given))
	}
	return out, nil
}

// Outcome is the report of an event's newest room, of which nothing but the room is filled in before it is over; ok is false when
// there is none. Whether it is public is for the caller to look at.
func (s *Service) Outcome(ctx context.Context, event int64) (rep Report, ok bool, err error) {
	r, ok, err := s.RoomOf(ctx, event)
	if err != nil || !ok || !r.Over() {
		return Report{Room: r}, ok, err
	}
	rep, err = s.report(ctx, r)
	return rep, true, err
}

// RoomOf is the newest room of an event; ok is false when there is none.
func (s *Service) RoomOf(ctx context.Context, event int64) (r Room, ok bool, err error) {
	all, err := roomsWhere(ctx, s.DB, ` WHERE event_id = $1 ORDER BY id DESC LIMIT 1`, event)
	if err != nil || len(all) == 0 {
		return r, false, err
	}
	return all[0], true, nil
}

// Name is a room's title and the event it belongs to (0: none), for the audit log; "" when it is gone.
func (s *Service) Name(ctx context.Context, id string) (title string, event int64, err error) {
	r, err := roomByID(ctx, s.DB, web.Number(id))
	if errs.KindOf(err) == errs.NotFound {
		return "", 0, nil
	}
	return r.Title, r.Event, err
}
