package app

import (
	"context"

	"taitorinki/internal/errs"
	"taitorinki/internal/insight"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/asking"
	"taitorinki/internal/mentoring/coverage"
	"taitorinki/internal/mentoring/monthly"
	"taitorinki/internal/mentoring/supportlog"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// joinMentoring puts the parts of mentoring together: what one needs, another offers.
func (a *App) joinMentoring() {
	c := a.Config
	a.Mentors = &mentoring.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL, Suspect: suspect}
	a.Asking = &asking.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Mentors: a.Mentors, Now: c.Now, BaseURL: c.BaseURL}
	a.Log = &supportlog.Service{DB: c.DB, Kit: a.Kit, Now: c.Now, Mentors: a.Mentors, Names: a.People.Names}
	a.Cover = &coverage.Service{DB: c.DB, Kit: a.Kit, Now: c.Now, Mentors: a.Mentors, Thin: a.thin, Finding: a.findingToFocus}
	a.Monthly = &monthly.Service{DB: c.DB, Kit: a.Kit, Outbox: a.Outbox, Now: c.Now, BaseURL: c.BaseURL,
		Open: a.Asking.CountFor, Thanks: a.Asking.Thanks, Minutes: a.Log.MinutesOf, Last: a.Log.LastEntryDay}
	a.Asking.LogURL, a.Log.Request = "/log/new", a.requestToLog
	a.People.UnitCard = a.Cover.Card
	a.Insight.Helpers, a.Insight.FindingCard = a.Cover.Names, a.Cover.FocusCard
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
	a.Cover.Routes()
}

// requestToLog is what a request that a mentor has helped with says of the support.
func (a *App) requestToLog(ctx context.Context, mentor, id int64) (p supportlog.Preset, ok bool, err error) {
	r, err := a.Asking.HelpedBy(ctx, mentor, id)
	if errs.KindOf(err) == errs.NotFound {
		return p, false, nil
	}
	return supportlog.Preset{Area: r.Area, Service: r.Service, Way: r.Way, Minutes: r.Minutes, Unit: r.Unit}, err == nil, err
}

// thin gives coverage the findings about which something is to be done, as far as the reader may see them.
func (a *App) thin(ctx context.Context, reader web.Visitor) (out []coverage.Thin, err error) {
	all, err := a.Insight.Findings(ctx, insight.FindingFilter{States: []insight.FindingState{insight.FindingOpen, insight.FindingUnderway}, Reader: &reader})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	tree, err := people.LoadTree(ctx, a.Config.DB)
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		out = append(out, thinOf(tree, &f))
	}
	return out, nil
}

// thinOf is a finding as it concerns the units of today: its unit is found by its code, and that of a whole round is the top.
func thinOf(tree *people.Tree, f *insight.Finding) coverage.Thin {
	t := coverage.Thin{Finding: f.ID, Area: f.Area, Whole: f.Whole()}
	if u, ok := tree.ByCode(f.UnitCode); ok && f.UnitCode != "" {
		t.Unit = u.ID
	} else if roots := tree.Roots(); f.Whole() && len(roots) == 1 {
		t.Unit = roots[0].ID
	}
	return t
}

// findingToFocus is a finding that a reader may make a focus of the mentors: one that they manage, of a unit that is still there.
func (a *App) findingToFocus(ctx context.Context, reader web.Visitor, id int64) (t coverage.Thin, err error) {
	f, err := a.Insight.FindingByID(ctx, id)
	if err != nil {
		return t, err
	}
	if !f.ManagedBy(reader) {
		return t, errs.New(errs.Forbidden, "web.forbidden")
	}
	tree, err := people.LoadTree(ctx, a.Config.DB)
	if err != nil {
		return t, err
	}
	if t = thinOf(tree, &f); t.Unit == 0 {
		return t, errs.New(errs.NotFound, "people.unit-missing")
	}
	return t, nil
}
