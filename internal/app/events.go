package app

import (
	"context"
	"strconv"

	"taitorinki/internal/db"
	"taitorinki/internal/events"
	"taitorinki/internal/events/fair"
	"taitorinki/internal/events/materials"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/mentoring/meetings"
	"taitorinki/internal/people"
	"taitorinki/internal/ui"
	"taitorinki/internal/web"
)

// joinEvents puts the parts of events together: what one needs, another offers.
func (a *App) joinEvents() {
	c := a.Config
	a.Events = &events.Service{DB: c.DB, Kit: a.Kit, Now: c.Now, BaseURL: c.BaseURL, Sent: a.Outbox.Wake,
		MeetingsPath: "/meetings/new", Findings: a.findingChoices}
	a.Meetings.Stored = a.mirrorMeeting
	a.Materials = &materials.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL, Events: a.Events}
	a.Fairs = &fair.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL, Events: a.Events}
	a.Events.React = append(a.Events.React, a.Fairs.React)
	a.Events.Cards = append(a.Events.Cards, a.Fairs.Card, a.Materials.Card)
	a.Events.HostCards = append(a.Events.HostCards, a.Fairs.HostCard, a.Materials.HostCard)
}

// runEvents adds the pages, mails and jobs of events.
func (a *App) runEvents() {
	a.Events.Routes()
	a.Materials.Routes()
	a.Materials.Mails()
	a.Materials.Jobs(a.Worker)
	a.Fairs.Routes()
	a.Fairs.Mails()
	a.Fairs.Jobs(a.Worker)
}

// mirrorMeeting shows a meeting of the digimentors' network among the events.
func (a *App) mirrorMeeting(ctx context.Context, tx *db.Tx, m *meetings.Meeting) error {
	p := events.Plan{Kind: events.Meeting, Unit: m.Unit, Title: m.Title, Lead: m.Theme, Area: m.Area, Service: m.Service, Place: m.Place, Link: m.Link,
		Open: events.ForTarget, Target: events.Target{Roles: []string{people.Mentor}}, Sittings: []events.Sitting{{Start: m.Start, End: m.End}}}
	if m.Unit != 0 {
		p.Target.Units = []int64{m.Unit}
	}
	return a.Events.Mirror(ctx, tx, m.MadeBy, events.Mirrored{Path: m.Path(), Plan: p, Cancelled: m.State == meetings.Cancelled, Why: m.Why})
}

// findingChoices are the unfinished findings that a host may aim an event at.
func (a *App) findingChoices(ctx context.Context, v web.Visitor) (out []ui.Option, err error) {
	all, err := a.Insight.Findings(ctx, insight.FindingFilter{Reader: &v, States: []insight.FindingState{insight.FindingOpen, insight.FindingUnderway}})
	for _, f := range all {
		out = append(out, ui.Option{Value: strconv.FormatInt(f.ID, 10), Label: i18n.In(f.Origin.Area, v.Lang), Help: i18n.In(f.Unit(), v.Lang)})
	}
	return out, err
}
