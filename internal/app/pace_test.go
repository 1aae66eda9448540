package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/remind"
)

// night is a pace whose hours are not now, and the hour at which they begin: the library of sessions reads the machine's
// clock, so that it can be night for the mail alone.
func night(s *apptest.Site) (p outbox.Pace, begins string) {
	h := s.Clock.Now().In(i18n.Zone()).Hour()
	if h < 20 {
		return outbox.Pace{PerMinute: 600, FromHour: h + 2, ToHour: 24}, fmt.Sprintf("%d:00", h+2)
	}
	return outbox.Pace{PerMinute: 600, FromHour: 3, ToHour: 15}, "3:00"
}

func TestARoundsMailGoesAtTheHoursAndPaceThatTheCoordinatorChose(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		s.Outbox.Unpaced = false
		r, err := survey.RoundByID(t.Context(), d, unsentRound(t, s, "taitorinki-pulse"))
		must(t, err)
		page := fmt.Sprintf("/rounds/%d", r.ID)
		at, begins := night(s)
		must(t, outbox.SetPace(t.Context(), d, r.Topic(), at))
		boss := s.Role(people.Coordinator) // the mail for signing in comes all the same
		if n := len(links(s)); n != 0 {
			t.Fatalf("%d invitations went at night", n)
		}
		boss.Get(page).Want(t, 200, "Sending goes on at "+begins, "at most 600 a minute")
		f := boss.Get(page+"/pace").Want(t, 200, "never sent at night").Form(t, page+"/pace")
		f.Set("from", "7").Set("to", "20").Set("rate", "0").Send().Want(t, 422, "whole number")
		f.Set("rate", "12").Set("from", "20").Set("to", "9").Send().Want(t, 422, "later than the beginning")
		f.Set("from", "0").Set("to", "24").Send().Want(t, 422)
		f.Set("from", "6").Set("to", "22").Send().Want(t, 200, "The time for sending is saved.", "between 6:00 and 22:00, at most 12 a minute")
		boss.Get("/audit").Want(t, 200, "Changed when mails go out: 6:00 to 22:00, at most 12 a minute")
		must(t, outbox.SetPace(t.Context(), d, r.Topic(), outbox.Pace{PerMinute: 12, ToHour: 24}))
		for want := 1; want <= 3; want++ {
			s.Work()
			if n := len(links(s)); n != want {
				t.Fatalf("%d invitations went, want one every five seconds: %d", n, want)
			}
			s.Clock.Move(5 * time.Second)
		}
		must(t, s.Survey.CloseRound(t.Context(), r.ID, 0))
		boss.Get(page+"/pace").Want(t, 409)
		f.Send().Want(t, 409)
	})
}

func TestACoordinatorSeesThatTheMailServerTakesNothing(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	boss := s.Role(people.Coordinator)
	server := apptest.NewSMTP(t)
	server.Feel(func(step, _ string) string {
		if step == "MAIL" {
			return "550 not from you"
		}
		return ""
	})
	sender, err := mail.NewSMTP(server.URL, "survey@shores.example")
	must(t, err)
	working := s.Outbox.Sender
	s.Outbox.Sender = sender
	r := unsentRound(t, s, "taitorinki-pulse")
	if _, err := s.Outbox.Step(t.Context()); err == nil || !strings.Contains(err.Error(), "not from you") {
		t.Errorf("the log says %v", err)
	}
	page := fmt.Sprintf("/rounds/%d", r)
	boss.Get(page).Want(t, 200, "No mails are going out at the moment", "550 not from you")
	s.Outbox.Sender = working
	s.Work()
	boss.Get(page).Want(t, 200).Without(t, "No mails are going out")
}

// A reminder whose time comes late in the evening waits for the morning, and passes over those who answer in the night.
func TestARemindersMailWaitsForTheMorningToo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		r := draft(t, s, nil)
		must(t, d.InTx(t.Context(), func(tx *db.Tx) error { return remind.Save(t.Context(), tx, r.ID, &remind.Reminder{AfterDays: 7}) }))
		must(t, s.Survey.CheckAndOpen(t.Context(), r.ID, 0))
		s.Work()
		invitations := links(s)
		openedBefore(t, s, r, 8*24*time.Hour)

		s.Outbox.Unpaced = false
		at, _ := night(s)
		must(t, outbox.SetPace(t.Context(), d, r.Topic(), at))
		before := len(s.Mail.Sent())
		s.Work()
		if c, err := outbox.Count(t.Context(), d, r.Topic()+":reminder:1"); err != nil || c.Waiting != 14 {
			t.Fatalf("%d reminders wait, %v; want one for each of the 14 invited", c.Waiting, err)
		}
		if n := len(s.Mail.Sent()) - before; n != 0 {
			t.Fatalf("%d reminders went at night", n)
		}
		for i, l := range invitations[:5] {
			answer(t, s, l, i)
		}
		must(t, outbox.SetPace(t.Context(), d, r.Topic(), outbox.Pace{PerMinute: 600, ToHour: 24})) // it is morning
		for range 20 {
			s.Work()
			s.Clock.Move(time.Second)
		}
		if n := len(s.Mail.Sent()) - before; n != 9 {
			t.Errorf("%d reminders went, want those to the 9 who have not answered", n)
		}
		if c, err := outbox.Count(t.Context(), d, r.Topic()+":reminder:1"); err != nil || c.Waiting != 0 || c.Sent != 14 {
			t.Errorf("rows of reminders: %+v, %v; want 14 that look alike", c, err)
		}
	})
}
