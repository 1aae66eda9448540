package app

import (
	"context"

	"github.com/a-h/templ"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/asking"
	"taitorinki/internal/mentoring/coverage"
	"taitorinki/internal/mentoring/meetings"
	"taitorinki/internal/mentoring/monthly"
	"taitorinki/internal/mentoring/supportlog"
	"taitorinki/internal/mentoring/training"
	"taitorinki/internal/web"
)

// joinMentoring puts the parts of mentoring together: what one needs, another offers.
func (a *App) joinMentoring() {
	c := a.Config
	a.Mentors = &mentoring.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL, Suspect: suspect}
	a.Asking = &asking.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Mentors: a.Mentors, Now: c.Now, BaseURL: c.BaseURL}
	a.Log = &supportlog.Service{DB: c.DB, Kit: a.Kit, Now: c.Now, Mentors: a.Mentors, Names: a.People.Names}
	a.Coverage = &coverage.Service{DB: c.DB, Kit: a.Kit, Now: c.Now, Mentors: a.Mentors, AskURL: "/help/new?unit=", Thin: a.thinUnits, Finding: a.managedFinding}
	a.Meetings = &meetings.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL, Mentors: a.Mentors}
	a.Training = &training.Service{DB: c.DB, Kit: a.Kit, Now: c.Now, Mentors: a.Mentors, Keys: &training.Keyring{Dir: c.Keys, Copy: c.KeysCopy, Safe: c.Safe}, Outbox: a.Outbox, BaseURL: c.BaseURL,
		FirstSupport: a.Log.HasEntry}
	a.Monthly = &monthly.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL,
		Open: a.Asking.CountFor, Thanks: a.Asking.Thanks, Minutes: a.Log.MinutesOf, Helped: a.Log.HelpedSince, Meeting: a.nextMeeting}
	a.Asking.LogURL, a.Log.Request, a.Log.First = "/log/new", a.requestToLog, a.Training.Settle
	a.People.UnitParts = a.Coverage.UnitCard
}

// runMentoring adds the pages, mails and jobs of mentoring.
func (a *App) runMentoring() {
	a.Mentors.Routes()
	a.Mentors.Mails()
	a.Mentors.Jobs(a.Worker)
	a.Asking.Routes()
	a.Asking.Mails()
	a.Asking.Jobs(a.Worker)
	a.Log.Routes()
	a.Log.Jobs(a.Worker)
	a.Monthly.Routes()
	a.Monthly.Mails()
	a.Monthly.Jobs(a.Worker)
	a.Coverage.Routes()
	a.Meetings.Routes()
	a.Meetings.Jobs(a.Worker)
	a.Meetings.Mails()
	a.Training.Routes()
	a.Training.Mails()
	a.Training.Jobs(a.Worker)
}

// requestToLog is what a request that a mentor has helped with says of the support.
func (a *App) requestToLog(ctx context.Context, mentor, id int64) (p supportlog.Preset, ok bool, err error) {
	r, err := a.Asking.HelpedBy(ctx, mentor, id)
	if errs.KindOf(err) == errs.NotFound {
		return p, false, nil
	}
	return supportlog.Preset{Area: r.Area, Service: r.Service, Way: r.Way, Minutes: r.Minutes, Unit: r.Unit}, err == nil, err
}

// thinUnits gives coverage the unfinished findings that a reader may see.
func (a *App) thinUnits(ctx context.Context, reader web.Visitor) (out []coverage.ThinUnit, err error) {
	all, err := a.Insight.Findings(ctx, insight.FindingFilter{Reader: &reader, States: []insight.FindingState{insight.FindingOpen, insight.FindingUnderway}})
	for _, f := range all {
		out = append(out, thinUnit(&f, reader.Lang))
	}
	return out, err
}

func thinUnit(f *insight.Finding, lang string) coverage.ThinUnit {
	return coverage.ThinUnit{Finding: f.ID, UnitID: f.UnitID, UnitCode: f.UnitCode, Area: f.Area, AreaName: i18n.In(f.Origin.Area, lang)}
}

// managedFinding gives coverage a finding that a visitor manages.
func (a *App) managedFinding(ctx context.Context, id int64, v web.Visitor) (coverage.ThinUnit, error) {
	f, err := a.Insight.FindingByID(ctx, id)
	if err == nil && !f.ManagedBy(v) {
		err = errs.New(errs.Forbidden, "web.forbidden")
	}
	if err != nil {
		return coverage.ThinUnit{}, err
	}
	return thinUnit(&f, v.Lang), nil
}

// focusOf shows on a finding's page what mentors are asked to look at because of it.
func (a *App) focusOf(ctx context.Context, p web.Page, f *insight.Finding) (templ.Component, error) {
	return a.Coverage.FocusCard(ctx, p, thinUnit(f, p.Lang))
}
