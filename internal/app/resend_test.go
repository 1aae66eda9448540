package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
)

// fails makes an invitation that was sent look as if the mail server had not taken it.
func fails(t *testing.T, s *apptest.Site, address, state string) {
	t.Helper()
	n, err := db.Changed(s.DB.ExecContext(t.Context(), `UPDATE mail_messages SET state = $2, error = 'no such mailbox' WHERE address = $1`, address, state))
	must(t, err)
	if n != 1 {
		t.Fatalf("%d messages to %s", n, address)
	}
}

func TestACoordinatorSendsAFailedInvitationAgain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		r := openRound(t, s, "taitorinki-pulse")
		fails(t, s, "a1@shores.example", "refused")
		fails(t, s, "a2@shores.example", "refused")
		fails(t, s, "a3@shores.example", "unclear")
		_, err := d.ExecContext(t.Context(), `UPDATE persons SET email = 'new@shores.example', email_fold = 'new@shores.example' WHERE email = 'a1@shores.example'`)
		must(t, err)
		before := len(s.Mail.Sent())
		boss := s.Role(people.Coordinator)
		signins := len(s.Mail.Sent()) - before
		page := fmt.Sprintf("/rounds/%d", r.ID)
		again := page + "/resend"
		boss.Get(page).Want(t, 200, "Send again…", "a3@shores.example")
		// Looking sends nothing. Ticked is only what has another address by now.
		asked := boss.Get(again).Want(t, 200, "may get it twice", "did not reach a1@shores.example", "new@shores.example")
		f := asked.Form(t, again)
		if len(f.Choices["ref"]) != 3 || len(f.Values["ref"]) != 1 {
			t.Fatalf("offered %v, ticked %v", f.Choices["ref"], f.Values["ref"])
		}
		if all := boss.Get(again+"?all").Want(t, 200).Form(t, again); len(all.Values["ref"]) != 3 {
			t.Errorf("all: ticked %v", all.Values["ref"])
		}
		one := boss.Get(again+"?ref="+f.Choices["ref"][2]).Want(t, 200).Form(t, again)
		if len(one.Choices["ref"]) != 1 || len(one.Values["ref"]) != 1 {
			t.Errorf("one: offered %v, ticked %v", one.Choices["ref"], one.Values["ref"])
		}
		boss.Get(again).Form(t, again).Set("ref").Send().Want(t, 422, "Choose at least one")
		s.Work()
		if n := len(s.Mail.Sent()) - before - signins; n != 0 {
			t.Fatalf("%d messages went without a decision", n)
		}
		f.Send().Want(t, 200, "1 invitation is being sent again")
		s.Work()
		sent := s.Mailed("new@shores.example")
		if len(sent) != 1 || s.LinkIn(sent[0].Text) != s.LinkIn(s.Mailed("a1@shores.example")[0].Text) {
			t.Errorf("the new address got %+v", sent)
		}
		f.Send().Want(t, 200, "Nothing was sent") // the button pressed twice
		s.Work()
		if n := len(s.Mailed("new@shores.example")); n != 1 {
			t.Errorf("%d messages to the new address, want 1", n)
		}
		left, err := outbox.Troubles(t.Context(), d, r.Topic())
		must(t, err)
		if len(left) != 2 {
			t.Errorf("left: %+v", left)
		}
		boss.Get("/audit").Want(t, 200, "Sent invitations again: 1")
	})
}

func TestNothingIsSentAgainWhenAnsweringIsOver(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	r := openRound(t, s, "taitorinki-pulse")
	fails(t, s, "a1@shores.example", "unclear")
	boss := s.Role(people.Coordinator)
	again := fmt.Sprintf("/rounds/%d/resend", r.ID)
	f := boss.Get(again+"?all").Want(t, 200).Form(t, again)
	must(t, s.Survey.CloseRound(t.Context(), r.ID, 0))
	f.Send().Want(t, 409)
	if p := boss.Get(again); strings.HasSuffix(p.Path, "/resend") {
		t.Errorf("the page is still there: %s", p.Text())
	}
	boss.Get(fmt.Sprintf("/rounds/%d", r.ID)).Want(t, 200).Without(t, "Send again")
}

func TestWhoHasLeftIsNotInvitedAgain(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	r := openRound(t, s, "taitorinki-pulse")
	fails(t, s, "a1@shores.example", "refused")
	_, err := s.DB.ExecContext(context.Background(), `UPDATE persons SET left_at = 1 WHERE email = 'a1@shores.example'`)
	must(t, err)
	if p := s.Role(people.Coordinator).Get(fmt.Sprintf("/rounds/%d/resend", r.ID)); strings.HasSuffix(p.Path, "/resend") {
		t.Errorf("somebody who has left is offered: %s", p.Text())
	}
}
