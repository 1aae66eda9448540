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
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
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

func TestAnInvitationPromisesTheTimeThatItsInstrumentTakes(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	for name, want := range map[string]string{"taitorinki-pulse": "about 3", "taitorinki": "about 8"} {
		row, err := survey.InstrumentByVersion(t.Context(), s.DB, name, "1.0")
		must(t, err)
		in, err := s.Survey.Instrument(t.Context(), row.ID)
		must(t, err)
		set := s.Survey.DefaultSettings(in)
		for field, text := range map[string]string{"subject": set.Subject["en"], "invitation": set.Invitation["en"]} {
			if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), want) {
				t.Errorf("%s: the %s is %q, want %q in it", name, field, text, want)
			}
		}
		for l, text := range set.Invitation {
			if strings.Contains(text, "{takes}") || strings.Contains(set.Subject[l], "{minutes}") {
				t.Errorf("%s, %s: a placeholder is left in %q or %q", name, l, set.Subject[l], text)
			}
		}
	}
}

func TestBeforeARoundOpensItsCoordinatorIsToldWhenTheInvitationsGo(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	boss := s.Role(people.Coordinator)
	now := draft(t, s, nil)
	page := fmt.Sprintf("/rounds/%d/open", now.ID)
	boss.Get(page).Want(t, 200, "sent by e-mail at once").Form(t, page).Send().Want(t, 200, "Invitations are being sent now")
	later := draft(t, s, func(r *survey.Round) { r.OpensAt = s.Clock.Now().Add(time.Hour) })
	page = fmt.Sprintf("/rounds/%d/open", later.ID)
	boss.Get(page).Want(t, 200, "sent by e-mail when answering starts").Form(t, page).Send().Want(t, 200, "sent when answering starts")
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

func TestTheStartPageSaysWhatComesNext(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		admin := s.Role(people.Administrator)
		admin.Get("/").Want(t, 200, "What comes next?", "Bring in units and staff").Without(t, "Make the first survey round")
		s.Import("testdata/units.csv", "testdata/people.csv")
		admin.Get("/").Want(t, 200, "Make somebody a coordinator")
		boss := s.Role(people.Coordinator)
		admin.Get("/").Want(t, 200).Without(t, "What comes next?")
		boss.Get("/").Want(t, 200, "Make the first survey round")

		r := draft(t, s, nil)
		page := fmt.Sprintf("/rounds/%d", r.ID)
		boss.Get("/").Want(t, 200, "Check the round", `href="`+page+`/open"`).Without(t, "Make the first survey round")
		admin.Get("/").Want(t, 200).Without(t, "Check the round")

		must(t, s.Survey.CheckAndOpen(t.Context(), r.ID, 0))
		boss.Get("/").Want(t, 200, `href="`+page+`"`, "0/14 invitations have been sent", "14 days are left")
		must(t, outbox.Pause(t.Context(), d, r.Topic(), true))
		boss.Get("/").Want(t, 200, "Sending is paused")
		must(t, outbox.Pause(t.Context(), d, r.Topic(), false))
		s.Work()
		admin.Get("/").Want(t, 200, "All 14 invitations have been sent").Without(t, "paused")
		fails(t, s, "a1@shores.example", "refused")
		boss.Get("/").Want(t, 200, "13/14", "1 invitation was not delivered")

		// How many have answered is nowhere: the page is the same before and after.
		before := boss.Get("/").Text()
		for i, l := range links(s)[:11] {
			answer(t, s, l, i)
		}
		if after := boss.Get("/").Text(); after != before {
			t.Errorf("answering changes the page:\n%s\nbefore:\n%s", after, before)
		}
		for role, want := range map[string]bool{people.Supervisor: false, people.Researcher: false, people.DPO: false, people.Member: false} {
			if got := strings.Contains(s.Role(role).Get("/").Body, "What comes next?"); got != want {
				t.Errorf("%s is told what comes next", role)
			}
		}
		y, m, day := s.Clock.Now().In(i18n.Zone()).Date()
		for want, closes := range map[string]time.Time{
			"1 day is left":           time.Date(y, m, day+1, 0, 30, 0, 0, i18n.Zone()),
			"Answering ends today":    time.Date(y, m, day, 23, 59, 59, 0, i18n.Zone()),
			"open until it is closed": {},
			"The round will close":    s.Clock.Now(),
		} {
			_, err := d.ExecContext(t.Context(), `UPDATE survey_rounds SET closes_at = $1`, db.At(closes))
			must(t, err)
			boss.Get("/").Want(t, 200, want)
		}
		must(t, s.Survey.CloseRound(t.Context(), r.ID, 0))
		boss.Get("/").Want(t, 200, "Make a new round", `href="/results/`+r.Code+`"`).Without(t, "days are left")
	})
}

func TestTheStartPageWarnsOfALostKey(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	r := openRound(t, s, "taitorinki-pulse")
	boss := s.Role(people.Coordinator)
	boss.Get("/").Want(t, 200).Without(t, "key is missing")
	must(t, s.Survey.Vault.Destroy(r.Code))
	boss.Get("/").Want(t, 200, "key is missing")
}

func TestWhoBringsInOnlyAPartIsNotLedToTheStaffList(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	s.Grant("local@shores.example", people.Coordinator, "A")
	s.As("local@shores.example").Get("/").Want(t, 200).Without(t, "/people/import")
}
