package app

import (
	"context"
	"strconv"
	"strings"

	"taitorinki/internal/db"
	"taitorinki/internal/events"
	"taitorinki/internal/events/calendar"
	"taitorinki/internal/events/feedback"
	"taitorinki/internal/events/invite"
	"taitorinki/internal/events/signup"
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
	a.Signups = &signup.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL, Events: a.Events}
	a.Events.Turnout = a.Signups.Turnout
	a.Events.Cards = append(a.Events.Cards, a.Signups.EventCard)
	a.Events.HostCards = append(a.Events.HostCards, a.Signups.HostCard)
	a.Calendar = &calendar.Service{DB: c.DB, Kit: a.Kit, Events: a.Events, Now: c.Now, BaseURL: c.BaseURL}
	a.Calendar.Mine = []func(context.Context, int64) ([]calendar.Entry, error){a.Calendar.Comings, a.meetingEntries}
	a.Notices = &events.Notices{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL, Calendar: a.Calendar.Part}
	a.Invite = &invite.Service{DB: c.DB, Kit: a.Kit, Events: a.Events, Notices: a.Notices, Now: c.Now, BaseURL: c.BaseURL, Sent: a.Outbox.Wake}
	a.Notices.PassOn = a.Invite.PassOn
	a.Invite.CountByUnit = func(ctx context.Context, event int64) (map[int64]int, error) {
		return a.Signups.CountByUnit(ctx, c.DB, event)
	}
	a.Events.React = append(a.Events.React, a.Signups.React, a.Notices.React) // the second behind the lock of the places
	a.Signups.Calendar, a.Signups.Hold, a.Signups.Release, a.Signups.Told = a.Notices.Part, a.Notices.Hold, a.Notices.Release, a.Notices.Told
	a.Events.Cards = append(a.Events.Cards, a.Invite.Card)
	a.Events.HostCards = append([]events.Card{a.Invite.HostCard}, a.Events.HostCards...)
	a.Feedback = &feedback.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Events: a.Events, Now: c.Now, BaseURL: c.BaseURL, Came: a.whoCame}
	a.Events.Said = a.Feedback.Said
	a.Events.Cards = append(a.Events.Cards, a.Feedback.Card)
	a.Events.HostCards = append(a.Events.HostCards, a.Feedback.HostCard)
}

// whoCame are the people who are asked about an event. Of a meeting of the network they are those who were invited to it.
func (a *App) whoCame(ctx context.Context, q db.Q, event int64) (out []events.Recipient, err error) {
	e, err := events.ByID(ctx, q, event)
	if err != nil {
		return nil, err
	}
	id, meeting := strings.CutPrefix(e.Elsewhere, "/meetings/")
	n, bad := strconv.ParseInt(id, 10, 64)
	if !meeting || bad != nil {
		return a.cameOrPlaced(ctx, q, event)
	}
	who, err := a.Meetings.Invited(ctx, n)
	if err != nil {
		return nil, err
	}
	here, err := people.PersonsByID(ctx, q, who)
	for _, p := range here {
		if p.Left.IsZero() && p.Email != "" {
			out = append(out, events.Recipient{Person: p.ID, Name: p.Name, Email: p.Email, Lang: p.Lang})
		}
	}
	return out, err
}

// cameOrPlaced are those who came to an event of our own, or had a place where nobody noted who came.
func (a *App) cameOrPlaced(ctx context.Context, q db.Q, event int64) ([]events.Recipient, error) {
	came, err := a.Signups.Attended(ctx, q, event)
	if err != nil || len(came) > 0 {
		return came, err
	}
	return a.Signups.Absent(ctx, q, event)
}

// runEvents adds the pages, mails and jobs of events.
func (a *App) runEvents() {
	a.Events.Routes()
	a.Signups.Routes()
	a.Signups.Mails()
	a.Signups.Jobs(a.Worker)
	a.Notices.Mails()
	a.Notices.Jobs(a.Worker)
	a.Invite.Routes()
	a.Invite.Jobs(a.Worker)
	a.Calendar.Routes()
	a.Feedback.Routes()
	a.Feedback.Mails()
	a.Feedback.Jobs(a.Worker)
}

// meetingEntries are the meetings of digimentors in a person's calendar.
func (a *App) meetingEntries(ctx context.Context, person int64) (out []calendar.Entry, err error) {
	all, err := a.Meetings.Calendar(ctx, person, a.Config.Now().Add(-calendar.KeepPast))
	for _, m := range all {
		out = append(out, calendar.Entry{Ready: m})
	}
	return out, err
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
