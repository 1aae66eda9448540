package app

import (
	"context"

	"taitorinki/internal/events"
	"taitorinki/internal/events/calendar"
	"taitorinki/internal/events/invite"
)

// joinEvents puts the parts of events together: what one needs, another offers.
func (a *App) joinEvents() {
	c := a.Config
	a.Events = &events.Service{DB: c.DB, Kit: a.Kit, Now: c.Now, BaseURL: c.BaseURL, Sent: a.Outbox.Wake}
	a.Calendar = &calendar.Service{DB: c.DB, Kit: a.Kit, Events: a.Events, Now: c.Now, BaseURL: c.BaseURL}
	a.Calendar.Mine = []func(context.Context, int64) ([]calendar.Entry, error){a.Calendar.Comings, a.meetingEntries}
	a.Notices = &events.Notices{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL, Calendar: a.Calendar.Part}
	a.Invite = &invite.Service{DB: c.DB, Kit: a.Kit, Events: a.Events, Notices: a.Notices, Now: c.Now, BaseURL: c.BaseURL, Sent: a.Outbox.Wake}
	a.Notices.PassOn = a.Invite.PassOn
	a.Events.React = append(a.Events.React, a.Notices.React)
}

// runEvents adds the pages, mails and jobs of events.
func (a *App) runEvents() {
	a.Notices.Mails()
	a.Notices.Jobs(a.Worker)
	a.Invite.Routes()
	a.Invite.Jobs(a.Worker)
	a.Calendar.Routes()
}

// meetingEntries are the meetings of digimentors in a person's calendar.
func (a *App) meetingEntries(ctx context.Context, person int64) (out []calendar.Entry, err error) {
	all, err := a.Meetings.Calendar(ctx, person, a.Config.Now().Add(-calendar.KeepPast))
	for _, m := range all {
		out = append(out, calendar.Entry{Ready: m})
	}
	return out, err
}
