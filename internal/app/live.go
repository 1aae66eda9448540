package app

import (
	"context"
	"slices"

	"github.com/a-h/templ"

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
			return live.Event{ID: e.ID, Title: e.Title, Start: e.Start, End: e.End, HostPath: e.Path("/host")}, err
		},
		MaySpeak: a.maySpeak,
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

// maySpeak lets those see what is asked at an event who are named as its speakers, in any role, and its hosts.
func (a *App) maySpeak(ctx context.Context, v web.Visitor, event int64) error {
	named, err := a.named(ctx, v, event)
	if err != nil || named {
		return err
	}
	_, err = a.Events.Hosted(ctx, v, event)
	return err
}

// named reports whether a visitor with an account is named as a speaker of an event.
func (a *App) named(ctx context.Context, v web.Visitor, event int64) (bool, error) {
	if v.ID == 0 {
		return false, nil // speakers without an account have no number either
	}
	all, err := events.SpeakersOf(ctx, a.Config.DB, event)
	return slices.ContainsFunc(all, func(x events.Speaker) bool { return x.Person == v.ID }), err
}

// openRoomCard leads to the live room of an event while it is open.
func (a *App) openRoomCard(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	return a.roomCard(ctx, p, e, true)
}

// closedRoomCard shows what came of the live room when that is public. Who speaks finds the page for their phone before it opens.
func (a *App) closedRoomCard(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	return a.roomCard(ctx, p, e, false)
}

func (a *App) roomCard(ctx context.Context, p web.Page, e *events.Event, open bool) (templ.Component, error) {
	rep, has, err := a.Live.Outcome(ctx, e.ID)
	if err != nil || !has || open != (rep.Room.State == live.Open) {
		return nil, err
	}
	speaks, err := a.named(ctx, p.Who, e.ID)
	speaks = speaks && !rep.Room.Over()
	if err != nil || rep.Room.State != live.Open && !rep.Room.Published && !speaks {
		return nil, err
	}
	return roomView(p, rep, speaks), nil
}

// roomHostCard leads the hosts of an event to its live room, and shows what came of it.
func (a *App) roomHostCard(ctx context.Context, p web.Page, e *events.Event) (templ.Component, error) {
	rep, has, err := a.Live.Outcome(ctx, e.ID)
	return roomHostView(p, e, rep, has), err
}
