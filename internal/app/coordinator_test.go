package app_test

import (
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/survey"
)

// draft makes a round of the short instrument that closes in two weeks; change may alter it.
func draft(t *testing.T, s *apptest.Site, change func(*survey.Round)) survey.Round {
	t.Helper()
	row, err := survey.InstrumentByVersion(t.Context(), s.DB, "taitorinki-pulse", "1.0")
	must(t, err)
	in, err := s.Survey.Instrument(t.Context(), row.ID)
	must(t, err)
	r := survey.Round{InstrumentID: row.ID, Settings: s.Survey.DefaultSettings(in), ClosesAt: s.Clock.Now().Add(14 * 24 * time.Hour)}
	if change != nil {
		change(&r)
	}
	must(t, s.Survey.CreateRound(t.Context(), &r))
	return r
}

func TestASubjectIsFilledAsTheTextIsButNeverWithTheLink(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	r := draft(t, s, func(r *survey.Round) {
		r.ClosesAt = time.Time{}
		r.Settings.Name["en"], r.Settings.Name["sv"] = "Spring survey", "Vårens enkät"
		for _, l := range r.Settings.Languages {
			r.Settings.Subject[l] = "“{name}” {link} {closes}"
		}
	})
	must(t, s.Survey.CheckAndOpen(t.Context(), r.ID, 0))
	s.Work()
	if got, want := s.Mailed("a1@shores.example")[0].Subject, "“Vårens enkät” dess att enkäten stängs"; got != want {
		t.Errorf("subject %q, want %q", got, want)
	}
	for _, m := range s.Mail.Sent() {
		if strings.ContainsAny(m.Subject, "{}") || strings.Contains(m.Subject, "/v/") || !strings.Contains(m.Text, "/v/") {
			t.Errorf("subject %q of\n%s", m.Subject, m.Text)
		}
	}
}
