package app_test

import (
	"errors"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
)

func TestResponsesGoWhenTheirTimeIsOverAndPublishedResultsStay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		r := closedRound(t, s, "taitorinki")
		must(t, s.People.SetCounty(t.Context(), 0, people.County{Months: 12}))
		left := func() int {
			return count(t, d, `SELECT count(*) FROM survey_responses`) + count(t, d, `SELECT count(*) FROM survey_feedbacks`) +
				count(t, d, `SELECT count(*) FROM survey_invitations`) + count(t, d, `SELECT count(*) FROM insight_texts`)
		}
		sum, err := s.Insight.Sum(t.Context(), r.Code)
		must(t, err)
		s.Clock.Move(364 * 24 * time.Hour)
		s.Work()
		if left() == 0 {
			t.Fatal("they went too early")
		}
		s.Clock.Move(3 * 24 * time.Hour)
		s.Work()
		s.Clock.Move(2 * time.Hour)
		s.Work()
		if n := left(); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		if n := count(t, d, `SELECT count(*) FROM audit_log WHERE action = 'retention.responses'`); n != 1 {
			t.Errorf("the log tells of it %d times", n)
		}
		if n := count(t, d, `SELECT count(*) FROM mail_messages WHERE address <> '' AND state = 'sent'`); n != 0 {
			t.Errorf("%d addresses of sent mail are left", n)
		}
		if now, err := s.Insight.Sum(t.Context(), r.Code); err != nil || string(now) != string(sum) {
			t.Errorf("the published results are others: %x, %v", now, err)
		}
		if snap, err := s.Insight.Snapshot(t.Context(), r.Code); err != nil || snap == nil {
			t.Errorf("the published results: %v", err)
		}
		// The clock of sessions is the machine's, so nobody can sign in here any more.
		_, err = s.Insight.Microdata(t.Context(), r.Code)
		if e, ok := errors.AsType[*errs.E](err); !ok || e.Key != "survey.forgotten" {
			t.Errorf("researchers' files: %v", err)
		}
		if _, _, err = s.Insight.Same(t.Context(), r.Code); err == nil {
			t.Error("results are made again of no responses")
		}
	})
}
