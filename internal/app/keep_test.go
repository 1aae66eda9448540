package app_test

import (
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
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
		before := s.Role(people.Coordinator).Get("/results/"+r.Code).Want(t, 200).Body
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
		after := s.Role(people.Coordinator).Get("/results/"+r.Code).Want(t, 200).Body
		if len(before) != len(after) {
			t.Errorf("the results have %d bytes, before %d", len(after), len(before))
		}
		if _, err := s.Insight.Snapshot(t.Context(), r.Code); err != nil {
			t.Error(err)
		}
		s.Role(people.Researcher).Get("/results/"+r.Code+"/microdata/data.csv").Want(t, 404, "have been deleted")
		s.Role(people.DPO).Get("/audit").Want(t, 200, "How long data is kept", "12 months", "The log is sealed")
	})
}
