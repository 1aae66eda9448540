package app

import (
	"context"

	"github.com/a-h/templ"

	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/insight"
	"taitorinki/internal/mentoring/coverage"
	"taitorinki/internal/web"
)

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
