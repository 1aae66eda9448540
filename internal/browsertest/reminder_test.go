package browsertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/survey"
)

const reminderSubject = "Muistathan vastata"

// reminded are the addresses that a reminder came to, sorted.
func (s *Site) reminded() (out []string) {
	for _, m := range s.Demo.Mail.Sent() {
		if m.Subject == reminderSubject {
			out = append(out, m.To)
		}
	}
	slices.Sort(out)
	return out
}

func TestAReminderArrivesOnlyAtThoseWhoHaveNotAnswered(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := fresh(t, d)
		me := s.County.Cast.Coordinator
		r := s.draft(t, pulse, func(r *survey.Round) { r.Settings.Languages = []string{"fi"} })

		// The coordinator plans a reminder, in own words, and tries it out.
		b := newBrowser(t, s.URL, Desktop)
		b.as(me)
		b.Open(rd(r, "/edit"))
		b.Go(`button[value="reminders"]`)
		b.Go(`main a[href$="/reminders/new"]`)
		b.Fill("#subject_fi", reminderSubject)
		b.Go(`button[value="test"]`)
		if got := b.Text("main"); !strings.Contains(got, me) || !strings.Contains(got, "Tulossa") {
			t.Errorf("after the test mail\n%s", got)
		}
		_, preview := s.mailTo(t, me, func(m mail.Message) bool { return m.Subject == "Kokeilu: "+reminderSubject })
		b.Open(preview)
		if !strings.HasPrefix(b.Path(), "/instruments/") {
			t.Errorf("the test mail leads to %s", b.where())
		}
		b.Open(rd(r, "/open"))
		b.Go(`form[action$="/open"] button`)

		// One answers, one begins, one answers and takes it back. Everybody else does nothing.
		var links []string
		var who []string
		for _, p := range s.County.People[:3] {
			_, link := s.mailTo(t, p.Email, func(m mail.Message) bool { return strings.Contains(m.Text, "/v/") })
			links, who = append(links, link), append(who, p.Email)
		}
		answers := newBrowser(t, s.URL, Phone)
		answers.Open(links[0])
		answerRest(answers, "4")
		answers.Go("#send button")
		begins := newBrowser(t, s.URL, Phone)
		begins.Open(links[1])
		items := pageItems(begins)
		begins.Choose(items[0], "2")
		begins.Saved()
		withdraws := newBrowser(t, s.URL, Phone)
		withdraws.Open(links[2])
		answerRest(withdraws, "3")
		withdraws.Go("#send button")
		withdraws.Open(links[2])
		withdraws.Click("main details summary")
		withdraws.Go(`form[action$="/withdraw"] button`)

		// A week later.
		_, err := d.ExecContext(t.Context(), `UPDATE survey_rounds SET opened_at = $2 WHERE id = $1`, r.ID, db.At(time.Now().Add(-8*24*time.Hour)))
		must(t, err)
		_, err = d.ExecContext(t.Context(), `UPDATE mail_messages SET run_at = $1`, db.At(time.Now().Add(-8*24*time.Hour)))
		must(t, err)
		must(t, s.App.Survey.RemindDue(t.Context()))
		for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
			c, err := outbox.Count(t.Context(), d, r.Topic()+":reminder:1")
			must(t, err)
			if c.All() > 0 && c.Waiting == 0 {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("the reminder stands at %+v", c)
			}
		}
		var want []string
		for _, p := range s.County.People {
			if p.Email != who[0] {
				want = append(want, p.Email)
			}
		}
		slices.Sort(want)
		if got := s.reminded(); !slices.Equal(got, want) {
			t.Errorf("%d were reminded, want the %d who have not answered; who answered is among them: %v", len(got), len(want), slices.Contains(got, who[0]))
		}

		// The reminder's link leads on from where one stopped; and nobody sees how many there were.
		_, link := s.mailTo(t, who[1], func(m mail.Message) bool { return m.Subject == reminderSubject })
		desk := newBrowser(t, s.URL, Desktop)
		desk.Open(link)
		if !desk.Chosen(items[0], "2") {
			t.Errorf("the reminder's link leads to %s, without what was answered", desk.where())
		}
		b.Open(rd(r, ""))
		if got := b.Text("main"); !strings.Contains(got, "Lähetetty") || strings.Contains(got, fmt.Sprint(len(want))) {
			t.Errorf("the round's page says\n%s", got)
		}
	})
}
