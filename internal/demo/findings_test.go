package demo_test

import (
	"testing"

	"taitorinki/internal/demo"
	"taitorinki/internal/insight"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// From the first survey help was aimed and given; what the second one showed waits for somebody.
func hasFindingsThatTell(t *testing.T, d *demo.Demo) {
	ctx := t.Context()
	all, err := d.App.Insight.Findings(ctx, insight.FindingFilter{})
	must(t, err)
	everywhere := web.Visitor{ID: 1, Scopes: map[web.Action][]int64{people.ReadResults: {0}}}
	states := map[insight.FindingState]int{}
	for i, f := range all {
		states[f.State]++
		if i > 0 && f.MarkedAt.After(all[i-1].MarkedAt) {
			t.Errorf("%s is marked after %s", f.UnitCode, all[i-1].UnitCode)
		}
		since, err := d.App.Insight.SinceFinding(ctx, &f, everywhere)
		must(t, err)
		t.Logf("%s %s %s: said %+v, since %d", f.UnitCode, f.Area, f.State, f.Origin.Said, len(since))
		if f.State == insight.FindingDone && (!f.Origin.Said.Told() || len(since) != 1 || since[0].Said.Mean == nil || since[0].Said.Mean.Mean <= f.Origin.Said.Mean.Mean) {
			t.Errorf("where help was given, %s, the story is %+v and then %+v", f.UnitCode, f.Origin.Said, since)
		}
	}
	if states[insight.FindingOpen] != 2 || states[insight.FindingDone] != 2 || len(all) != 6 {
		t.Errorf("the findings are %v", states)
	}
}
