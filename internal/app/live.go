package app

import (
	"context"

	"taitorinki/internal/errs"
	"taitorinki/internal/events/live"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// joinLive makes live rooms. Until events are planned here, a room stands by itself.
func (a *App) joinLive() {
	c := a.Config
	a.Live = &live.Service{DB: c.DB, Kit: a.Kit, Now: c.Now, BaseURL: c.BaseURL,
		Event: func(context.Context, int64) (live.Event, error) {
			return live.Event{}, errs.New(errs.NotFound, "web.not-found")
		},
		MayHost: func(_ context.Context, v web.Visitor, _ int64) error {
			if !v.May(people.HostEvents) {
				return errs.New(errs.Forbidden, "web.forbidden")
			}
			return nil
		}}
}
