package browsertest

import (
	"strings"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/survey"
)

// sendAll answers a whole survey alike and stops before sending.
func (b *Browser) sendAll(link, value string) {
	b.Open(link)
	answerRest(b, value)
}

func TestACodeFromTheFirstWaveShowsItsHolderTheEarlierProfileInTheSecond(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := fresh(t, d)
		first := s.opened(t, pulse, nil)
		b := newBrowser(t, s.URL, Phone)
		b.sendAll(s.blank(t, first.ID, 1)[0], "2")
		made := JS[string](b, `document.querySelector("input[data-wave-code]").value`)
		b.Go("#send button")
		code := strings.TrimSpace(b.Text("#own-code"))
		if len(code) != 9 || code != made {
			t.Fatalf("the feedback shows the code %q, the browser had made %q", code, made)
		}
		plain := newBrowser(t, s.URL, Phone)
		plain.NoScript(true)
		plain.sendAll(s.blank(t, first.ID, 2)[1], "3")
		plain.Go("#send button")
		if got := strings.TrimSpace(plain.Text("#own-code")); len(got) != 9 {
			t.Errorf("without JavaScript the code is %q", got)
		}
		must(t, s.App.Survey.CloseRound(t.Context(), first.ID, 0))

		second := s.opened(t, pulse, func(r *survey.Round) { r.Settings.Series = first.ID })
		b.sendAll(s.blank(t, second.ID, 1)[0], "4")
		wrong := code[:8] + "0"
		if code[8] == '0' {
			wrong = code[:8] + "1"
		}
		b.Fill("#old_code", wrong)
		b.Go("#send button")
		if !b.Has("[data-error-summary]") || JS[string](b, `document.getElementById("old_code").value`) != wrong {
			t.Fatalf("a mistyped code: %s", b.Text("main"))
		}
		JS[bool](b, `(() => { document.getElementById("old_code").value = ""; return true; })()`)
		b.Fill("#old_code", strings.ToLower(strings.ReplaceAll(code, "-", " ")))
		b.Go("#send button")
		if got := strings.TrimSpace(b.Text("#own-code")); got != code {
			t.Errorf("the code is now %q, want %q still", got, code)
		}
		// Areas with a reversed statement come to 3 both times; all others went from 2 to 4.
		table := JS[string](b, `(() => { document.querySelector("main details").open = true; return document.querySelector("main tbody").innerText; })()`)
		if !strings.Contains(table, "\t2,0\t4,0") {
			t.Errorf("the table is %q, want the earlier score before the new one", table)
		}
	})
}
