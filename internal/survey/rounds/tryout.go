package rounds

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"taitorinki/internal/errs"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/remind"
	"taitorinki/internal/web"
)

// A coordinator can have the invitation and each reminder sent to the own address. Such a mail has no respondent's link: its
// link leads to the preview of the questions.

const kindTest = "survey.test"

func (s *Pages) sendTest(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.managedRound(r)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PostFormValue("n"))
	if err != nil {
		return errs.New(errs.NotFound, "survey.no-reminder")
	}
	return s.testOf(w, r, &rd, n)
}

// testOf sends a round's invitation (n is 0) or one of its reminders to who asks, in each of the round's languages.
func (s *Pages) testOf(w http.ResponseWriter, r *http.Request, rd *survey.Round, n int) error {
	me, err := people.PersonByID(r.Context(), s.DB, web.VisitorOf(r).ID)
	if err != nil {
		return err
	}
	all, err := s.testMails(r.Context(), rd, n, me.Email)
	if err != nil {
		return err
	}
	if s.Outbox == nil {
		return errs.New(errs.Conflict, "survey.test-no-mail")
	}
	for _, m := range all {
		if err := s.Outbox.Hand(r.Context(), kindTest, m); err != nil {
			s.Kit.Flash(r, "survey.test-failed", "why", err.Error())
			return web.See(w, r, remindersURL(rd.ID))
		}
	}
	s.Kit.Flash(r, "survey.test-sent", "address", me.Email, "n", len(all))
	return web.See(w, r, remindersURL(rd.ID))
}

func (s *Pages) testMails(ctx context.Context, rd *survey.Round, n int, address string) (all []mail.Message, err error) {
	langs, err := s.writtenIn(ctx, rd)
	if err != nil {
		return nil, err
	}
	var x remind.Reminder
	if n > 0 {
		if x, err = remind.Of(ctx, s.DB, rd.ID, n); err != nil {
			return nil, err
		}
	}
	url := fmt.Sprintf("%s/instruments/%d", s.BaseURL, rd.InstrumentID)
	for _, l := range langs {
		if !slices.Contains(rd.Settings.Languages, l) {
			continue
		}
		m := s.InvitationMail(rd, l, address, url)
		if n > 0 {
			m = s.ReminderMail(rd, &x, l, address, url)
		}
		m.Subject = s.Kit.Words.T(l, "survey.test-subject", "subject", m.Subject)
		m.Text = s.Kit.Words.T(l, "survey.test-note") + "\n\n" + m.Text
		all = append(all, m)
	}
	return all, nil
}
