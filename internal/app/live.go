package app

import (
	"context"

	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/events/live"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// joinLive makes live rooms: of events, and rooms that stand by themselves.
func (a *App) joinLive() {
	c := a.Config
	a.Live = &live.Service{DB: c.DB, Kit: a.Kit, Now: c.Now, BaseURL: c.BaseURL,
		Event: func(ctx context.Context, id int64) (live.Event, error) {
			e, err := events.ByID(ctx, c.DB, id)
			return live.Event{ID: e.ID, Title: e.Title, Start: e.Start, End: e.End}, err
		},
		MayHost: func(ctx context.Context, v web.Visitor, id int64) error {
			if id != 0 {
				_, err := a.Events.Hosted(ctx, v, id)
				return err
			}
			if !v.May(people.HostEvents) {
				return errs.New(errs.Forbidden, "web.forbidden")
			}
			return nil
		}}
}
