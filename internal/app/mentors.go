package app

import (
	"context"

	"taitorinki/internal/errs"
	"taitorinki/internal/insight"
	"taitorinki/internal/mentoring/coverage"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

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
