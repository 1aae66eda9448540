package demo_test

import (
	"testing"
	"time"

	"taitorinki/internal/demo/county"
	"taitorinki/internal/events"
	"taitorinki/internal/events/feedback"
)

func TestTheCountyHearsHowUsefulItsEventsAreAndGetsBetter(t *testing.T) {
	d := filled(t, county.Small)
	ctx, db := t.Context(), d.App.Config.DB
	all, err := events.Between(ctx, db, time.Now().AddDate(-3, 0, 0), time.Now())
	must(t, err)
	var ids []int64
	for _, e := range all {
		ids = append(ids, e.ID)
	}
	told, err := feedback.Usefulness(ctx, db, ids)
	must(t, err)
	shown, better, worse := 0, 0, 0
	for _, e := range all {
		before, now := told[e.CopiedFrom], told[e.ID]
		if now.Shown {
			shown++
		}
		if before.Shown && now.Shown && now.Mean > before.Mean {
			better++
		} else if before.Shown && now.Shown {
			worse++
		}
	}
	if shown < 15 || better <= worse {
		t.Errorf("of %d events %d have a figure; %d runs were better than the one before, %d were not", len(all), shown, better, worse)
	}
}
