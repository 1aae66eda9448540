package app_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

// drafted is a draft as the coordinator makes it, with the plan that every new round begins with.
func drafted(t *testing.T, s *apptest.Site, boss *apptest.Reader) survey.Round {
	t.Helper()
	f := boss.Get("/rounds/new").Want(t, 200).Form(t, "/rounds")
	p := f.Send().Want(t, 200, "Reminders", "7 days after answering starts", "On the last day")
	var id int64
	_, err := fmt.Sscanf(p.Path, "/rounds/%d/edit", &id)
	must(t, err)
	r, err := survey.RoundByID(t.Context(), s.DB, id)
	must(t, err)
	return r
}

// openedBefore lets a round be as if it had been opened some time ago, and the next look at what is due come. The clock itself
// cannot be moved by days: sessions would end.
func openedBefore(t *testing.T, s *apptest.Site, r survey.Round, d time.Duration) {
	t.Helper()
	_, err := s.DB.ExecContext(t.Context(), `UPDATE survey_rounds SET opened_at = $2 WHERE id = $1`, r.ID, db.At(s.Clock.Now().Add(-d)))
	must(t, err)
	_, err = s.DB.ExecContext(t.Context(), `UPDATE mail_messages SET run_at = $1`, db.At(s.Clock.Now().Add(-d)))
	must(t, err)
	s.Clock.Move(time.Minute)
}

func formTime(at time.Time) string { return at.In(i18n.Zone()).Format("2006-01-02T15:04") }

func TestACoordinatorPlansRemindersAndTriesTheMailsOut(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		boss := s.Role(people.Coordinator)
		r := drafted(t, s, boss)
		page := fmt.Sprintf("/rounds/%d", r.ID)
		plan := page + "/reminders"
		closes := s.Clock.Now().Add(14 * 24 * time.Hour)
		p := boss.Get(page+"/edit").Form(t, page+"/edit").Set("closes_at", formTime(closes)).Send("go", "reminders").Want(t, 200, "To come")
		if p.Path != plan {
			t.Fatalf("saved, and came to %s", p.Path)
		}

		one := boss.Get(plan+"/1").Want(t, 200).Form(t, plan+"/1")
		if !strings.Contains(one.Values["text_fi"][0], "{link}") || one.Values["days"][0] != "7" {
			t.Errorf("our own words are %v", one.Values)
		}
		one.Set("days", "0").Send("go", "save").Want(t, 422, "1–180")
		one.Set("days", "3").Set("text_sv", "").Send("go", "save").Want(t, 422, "Write a text here")
		mine := boss.Get("/me").Text()
		before := len(s.Mail.Sent())
		boss.Get(plan+"/1").Form(t, plan+"/1").Set("days", "3").Set("subject_en", "Do remember").Send("go", "test").Want(t, 200, "3 test mails were sent", "3 days after")
		boss.Get(plan).Form(t, page+"/test").Set("n", "0").Send().Want(t, 200, "3 test mails were sent")
		tests := s.Mail.Sent()[before:]
		if len(tests) != 6 {
			t.Fatalf("%d test mails, want 6", len(tests))
		}
		for _, m := range tests {
			if !strings.Contains(mine, m.To) || strings.Contains(m.Text, "/v/") || !strings.HasPrefix(s.LinkIn(m.Text), "/instruments/") {
				t.Errorf("a test mail to %s:\n%s", m.To, m.Text)
			}
		}
		boss.Get(s.LinkIn(tests[0].Text)).Want(t, 200)
		if m := tests[2]; m.Subject != "Test: Do remember" {
			t.Errorf("subject %q", m.Subject)
		}

		must(t, s.Survey.CheckAndOpen(t.Context(), r.ID, 0))
		s.Work()
		boss.Get(page).Want(t, 200, "3 days after answering starts", "To come")
		openedBefore(t, s, r, 4*24*time.Hour)
		s.Work()
		boss.Get(page).Want(t, 200, "Sent").Without(t, "Being sent")
		boss.Get(plan+"/1").Want(t, 409, "gone out already")
		boss.Post(plan+"/1/remove", nil).Want(t, 409)
		if m := s.Mailed("a1@shores.example"); len(m) != 2 || s.LinkIn(m[0].Text) != s.LinkIn(m[1].Text) {
			t.Errorf("a1 got %+v, want the invitation and a reminder with the same link", m)
		}

		// What has not run yet can be changed while the round is open, to a time that is still to come.
		boss.Get(plan+"/new").Form(t, plan).Set("days", "2").Send("go", "save").Want(t, 422, "too late")
		boss.Get(plan+"/new").Form(t, plan).Set("days", "6").Send("go", "save").Want(t, 200, "6 days after")
		boss.Post(plan+"/3/remove", nil).Want(t, 200, "removed").Without(t, "6 days after")
		boss.Get(plan+"/9").Want(t, 404)
		boss.Get("/audit").Want(t, 200, "Changed the reminders of a round", "A reminder was sent")

		must(t, s.Survey.CloseRound(t.Context(), r.ID, 0))
		boss.Get(page).Want(t, 200, "Not sent")
		boss.Get(plan+"/2").Want(t, 409)
		boss.Post(plan, url.Values{"when": {"last"}}).Want(t, 409)
	})
}

func TestAReminderSaysTheNewEndWhenItWasMoved(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		boss := s.Role(people.Coordinator)
		r := drafted(t, s, boss)
		r.ClosesAt = s.Clock.Now().Add(3 * 24 * time.Hour)
		must(t, s.Survey.UpdateRound(t.Context(), &r))
		must(t, s.Survey.CheckAndOpen(t.Context(), r.ID, 0))
		s.Work()
		page := fmt.Sprintf("/rounds/%d", r.ID)
		boss.Get(page).Want(t, 200, "outside the time for answering") // the reminder after a week
		f := boss.Get(page+"/extend").Want(t, 200, "stay valid until the new time", i18n.Time("en", r.ClosesAt)).Form(t, page+"/extend")
		f.Set("closes_at", formTime(s.Clock.Now().Add(-time.Hour))).Send().Want(t, 422, "still to come")
		f.Set("closes_at", "").Send().Want(t, 422)
		later := s.Clock.Now().Add(20 * 24 * time.Hour).Truncate(time.Minute)
		f.Set("closes_at", formTime(later)).Send().Want(t, 200, "Answering now ends "+i18n.Time("en", later)).Without(t, "outside the time")
		boss.Get("/audit").Want(t, 200, "Changed the end of answering")
		link := links(s)[0]
		openedBefore(t, s, r, 8*24*time.Hour)
		s.Work()
		s.Anonymous().Get(link).Want(t, 200)
		mails := s.Mailed("a1@shores.example")
		if len(mails) != 2 || !strings.Contains(mails[1].Text, i18n.Time("sv", later)) {
			t.Fatalf("a1 got %+v", mails)
		}
		if s.LinkIn(mails[0].Text) != s.LinkIn(mails[1].Text) {
			t.Error("the reminder has another link")
		}
		_, err := d.ExecContext(t.Context(), `UPDATE survey_rounds SET closes_at = $1`, db.At(s.Clock.Now()))
		must(t, err)
		boss.Post(page+"/extend", url.Values{"closes_at": {formTime(s.Clock.Now().Add(time.Hour))}}).Want(t, 409)
		if p := boss.Get(page + "/extend"); strings.HasSuffix(p.Path, "/extend") {
			t.Errorf("an ended round can be extended: %s", p.Text())
		}
	})
}

func TestWhoComesWithALaterStaffListIsInvited(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	r := openRound(t, s, "taitorinki-pulse")
	_, err := s.People.Import(t.Context(), people.Files{People: people.File{Name: "list.csv", Data: []byte("email,name,unit,language\n" +
		"a1@shores.example,Aino A1,B,sv\nnew@shores.example,Uusi U,A,sv\n")}}, people.ImportOptions{})
	must(t, err)
	s.Clock.Move(2 * time.Minute)
	s.Work()
	if got, old := len(s.Mailed("new@shores.example")), len(s.Mailed("a1@shores.example")); got != 1 || old != 1 {
		t.Errorf("the newcomer got %d mails, and who has moved %d; want 1 and 1", got, old)
	}
	boss := s.Role(people.Coordinator)
	boss.Get(fmt.Sprintf("/rounds/%d", r.ID)).Want(t, 200, "15")
	boss.Get("/audit").Want(t, 200, "Newly invited to a round: 1", "Taitorinki: short survey")
	s.Anonymous().Get(s.LinkIn(s.Mailed("new@shores.example")[0].Text)).Want(t, 200)
}

func TestATestMailThatTheServerRefusesSaysSo(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	r := openRound(t, s, "taitorinki-pulse")
	boss := s.Role(people.Coordinator)
	page := fmt.Sprintf("/rounds/%d", r.ID)
	s.Outbox.Sender = noServer{}
	boss.Get(page+"/reminders").Form(t, page+"/test").Send().Want(t, 200, "The test mail was not sent", "no mail server today")
}

type noServer struct{}

func (noServer) Dial(context.Context) (mail.Conn, error) {
	return nil, errors.New("no mail server today")
}
