package browsertest

import (
	"slices"
	"strings"
	"testing"

	"taitorinki/internal/survey"
)

func TestASupervisorSeesHowManyHaveAnsweredAndPassesAMessageOn(t *testing.T) {
	s := shown(t)
	b := newBrowser(t, s.URL, Phone)
	b.as(s.County.Cast.Supervisor)
	if text := b.Text("main"); !strings.Contains(text, "vastannut noin") {
		t.Fatalf("the start page does not tell how many have answered:\n%s", text)
	}
	rounds, err := survey.Rounds(t.Context(), s.App.Config.DB)
	must(t, err)
	i := slices.IndexFunc(rounds, func(r survey.Round) bool { return r.State == survey.Open && r.Settings.Series != 0 })
	b.Go(`main .card a[href="` + rd(&rounds[i], "") + `"]`)
	say := b.Text("blockquote")
	for _, want := range []string{"voi vastata", "Kukaan työpaikalla ei näe", "on vastannut noin", "Kiitos kaikille"} {
		if !strings.Contains(say, want) {
			t.Errorf("what to say in the morning does not hold %q:\n%s", want, say)
		}
	}
	if !b.Has(`main a[href^="mailto:"]`) {
		t.Error("there is nobody to ask")
	}
	b.Go(`main a[href$="/tell"]`)
	message := JS[string](b, `document.querySelector("textarea").value`)
	mailto := JS[string](b, `document.querySelector('main a[href^="mailto:?"]').href`)
	for _, want := range []string{"Hei!", "Oma linkki on tullut sähköpostiin", "/privacy/"} {
		if !strings.Contains(message, want) {
			t.Errorf("the message does not hold %q:\n%s", want, message)
		}
	}
	if strings.Contains(message, "/v/") || !strings.Contains(mailto, "body=Hei%21%0D%0A") && !strings.Contains(mailto, "body=Hei!%0D%0A") {
		t.Errorf("the message is %s\nand its mail %s", message, mailto)
	}
}
