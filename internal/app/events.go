package app

import (
	"context"
	"strconv"
	"strings"

	"taitorinki/internal/db"
	"taitorinki/internal/events"
	"taitorinki/internal/events/calendar"
	"taitorinki/internal/events/fair"
	"taitorinki/internal/events/feedback"
	"taitorinki/internal/events/invite"
	"taitorinki/internal/events/materials"
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
	a.Calendar = &calendar.Service{DB: c.DB, Kit: a.Kit, Events: a.Events, Now: c.Now, BaseURL: c.BaseURL}
	a.Notices = &events.Notices{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL, Calendar: a.Calendar.Part}
	a.Invite = &invite.Service{DB: c.DB, Kit: a.Kit, Events: a.Events, Notices: a.Notices, Now: c.Now, BaseURL: c.BaseURL, Sent: a.Outbox.Wake}
	a.Feedback = &feedback.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Events: a.Events, Now: c.Now, BaseURL: c.BaseURL, Came: a.whoCame}
	a.Materials = &materials.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL, Events: a.Events}
	a.Fairs = &fair.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL, Events: a.Events}

	a.Calendar.Mine = []func(context.Context, int64) ([]calendar.Entry, error){a.Calendar.Comings, a.meetingEntries}
	a.Notices.PassOn = a.Invite.PassOn
	a.Invite.CountByUnit = func(ctx context.Context, event int64) (map[int64]int, error) {
		return a.Signups.CountByUnit(ctx, c.DB, event)
	}
	a.Signups.Calendar, a.Signups.Hold, a.Signups.Release, a.Signups.Told = a.Notices.Part, a.Notices.Hold, a.Notices.Release, a.Notices.Told
	a.Events.Turnout, a.Events.Said = a.Signups.Turnout, a.Feedback.Said
	a.Materials.Had = a.Signups.Holders
	// Behind the lock of the places that signing up takes.
	a.Events.React = []events.Reaction{a.Signups.React, a.Notices.React, a.Fairs.React}
	a.Events.Top = []events.Card{a.openRoomCard, a.Signups.EventCard}
	a.Events.Cards = []events.Card{a.closedRoomCard, a.Fairs.Card, a.Materials.Card, a.Feedback.Card, a.Invite.Card}
	a.Signups.Cards = []events.Card{a.openRoomCard, a.closedRoomCard, a.Fairs.Card, a.Materials.Card}
	a.Events.HostCards = []events.Card{a.Invite.HostCard, a.Signups.HostCard, a.roomHostCard, a.Fairs.HostCard, a.Materials.HostCard, a.Feedback.HostCard}
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
	a.Materials.Routes()
	a.Materials.Mails()
	a.Materials.Jobs(a.Worker)
	a.Fairs.Routes()
	a.Fairs.Mails()
	a.Fairs.Jobs(a.Worker)
}

// whoCame are the people who are asked about an event: who came, and where nobody kept account of it who had a place. Of a meeting of
// the network they are those who were invited to it.
func (a *App) whoCame(ctx context.Context, q db.Q, event int64) (out []events.Recipient, err error) {
	e, err := events.ByID(ctx, q, event)
	if err != nil {
		return nil, err
	}
	id, meeting := strings.CutPrefix(e.Elsewhere, "/meetings/")
	if n, bad := strconv.ParseInt(id, 10, 64); meeting && bad == nil {
		return a.invitedTo(ctx, q, n)
	}
	came, err := a.Signups.Attended(ctx, q, event)
	if err != nil || len(came) > 0 {
		return came, err
	}
	return a.Signups.Holders(ctx, q, event)
}

// invitedTo are the people of today who were invited to a meeting.
func (a *App) invitedTo(ctx context.Context, q db.Q, meeting int64) (out []events.Recipient, err error) {
	who, err := a.Meetings.Invited(ctx, meeting)
	if err != nil {
		return nil, err
	}
	here, err := people.PersonsByID(ctx, q, who)
	for _, p := range here {
		if p.Email != "" {
			out = append(out, events.Recipient{Person: p.ID, Name: p.Name, Email: p.Email, Lang: p.Lang})
		}
	}
	return out, err
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
