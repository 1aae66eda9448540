package demo

import (
	"context"

	"taitorinki/internal/insight"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// aimMentors makes focuses of two findings: one of the past spring, and one that holds today.
func (d *Demo) aimMentors(ctx context.Context) error {
	all, err := d.App.Insight.Findings(ctx, insight.FindingFilter{})
	if err != nil {
		return err
	}
	tree, err := people.LoadTree(ctx, d.App.Config.DB)
	if err != nil {
		return err
	}
	boss := d.ids[d.before.Cast.Coordinator]
	var past, present []happening
	for _, f := range all {
		if _, there := tree.Unit(f.UnitID); !there {
			continue
		}
		from, to := day(-160, 9), day(-70, 9)
		if f.State == insight.FindingUnderway {
			from, to = day(-21, 9), day(69, 9)
		}
		x := mentoring.Focus{Finding: f.ID, Unit: f.UnitID, Area: f.Area, From: mentoring.Day(from), To: mentoring.Day(to)}
		h := happening{from, func(ctx context.Context) error {
			_, err := d.App.Mentors.SetFocus(ctx, boss, x)
			return err
		}}
		switch {
		case f.State == insight.FindingUnderway && len(present) == 0:
			present = append(present, h)
		case f.State == insight.FindingDone && len(past) == 0:
			past = append(past, h)
		}
	}
	return d.live(ctx, append(past, present...))
}
