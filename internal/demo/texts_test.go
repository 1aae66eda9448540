package demo_test

import (
	"strings"
	"testing"

	"taitorinki/internal/demo"
	"taitorinki/internal/insight"
	"taitorinki/internal/survey"
)

// readTexts: of the first round the coordinator has read the open answers, those of the second wait.
func readTexts(t *testing.T, d *demo.Demo, first, second survey.Round) {
	ctx, in := t.Context(), d.App.Insight
	for _, r := range []survey.Round{first, second} {
		must(t, in.TakeTexts(ctx, r.Code)) // the job does, when the demonstration runs
		questions, err := insight.Questions(ctx, d.App.Config.DB, r.Code)
		must(t, err)
		progress, err := in.Progress(ctx, questions)
		must(t, err)
		t.Logf("%s: %+v", r.Code, progress)
		if len(questions) == 0 || progress[0].All() < 15 || (progress[0].Waiting > 0) != (r.ID == second.ID) {
			t.Errorf("%s: %d questions, %+v", r.Code, len(questions), progress)
		}
	}
	f, err := in.Finder(ctx)
	must(t, err)
	shown, err := in.ShownTexts(ctx, first.Code)
	must(t, err)
	if len(shown) < 15 {
		t.Errorf("%d texts are shown", len(shown))
	}
	marks := 0
	for _, x := range shown {
		marks += strings.Count(x.Text, "[")
		for _, s := range f.Find(x.Text) {
			t.Errorf("shown with %s %q: %s", s.Kind, x.Text[s.Start:s.End], x.Text)
		}
	}
	if marks == 0 {
		t.Error("nothing was covered")
	}
}
