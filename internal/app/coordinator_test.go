package app_test

import (
	"fmt"
	"net/url"
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

func TestAnInvitationSaysHowLongItsOwnSurveyTakes(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	r := openRound(t, s, "taitorinki-pulse")
	in, err := s.Survey.Instrument(t.Context(), r.InstrumentID)
	must(t, err)
	s.Work()
	for _, m := range s.Mail.Sent() {
		for _, text := range []string{m.Subject, m.Text} {
			if want := fmt.Sprintf(" %d min", in.Minutes); !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), want) {
				t.Errorf("want %q in %q", want, text)
			}
		}
	}
}

func TestWhoSignsInDoesNotWaitForTheInvitations(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		must(t, s.Survey.CheckAndOpen(t.Context(), draft(t, s, nil).ID, 0))
		s.Clock.Move(time.Minute)
		s.Anonymous().Get("/sign-in").Want(t, 200).Form(t, "/sign-in").Set("email", "b7@shores.example").Send().Want(t, 200)
		s.Work()
		all := s.Mail.Sent()
		if len(all) != 15 || all[0].To != "b7@shores.example" || !strings.Contains(all[0].Text, "/sign-in/") {
			t.Errorf("of %d mails the first, to %s, is\n%s", len(all), all[0].To, all[0].Text)
		}
	})
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

func TestACoordinatorOfAPartLooksAfterRoundsOfThatPartAlone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		s.Grant("local@shores.example", people.Coordinator, "A")
		local, boss := s.As("local@shores.example"), s.Role(people.Coordinator)
		tree, err := people.LoadTree(t.Context(), d)
		must(t, err)
		a, _ := tree.ByCode("A")
		b, _ := tree.ByCode("B")

		whole := draft(t, s, nil)
		page := fmt.Sprintf("/rounds/%d", whole.ID)
		local.Get(page).Want(t, 404)
		local.Get(page+"/edit").Want(t, 403)
		local.Post(page+"/open", nil).Want(t, 403)
		local.Get("/rounds").Want(t, 200).Without(t, page)
		local.Get("/").Want(t, 200).Without(t, page)
		boss.Post(page+"/open", nil).Want(t, 200)
		local.Get(page).Want(t, 200).Without(t, page+"/close")
		for _, path := range []string{"/close", "/pause", "/resend"} {
			local.Post(page+path, nil).Want(t, 403)
		}
		local.Get(page+"/refused.csv").Want(t, 403)
		local.Get("/audit").Want(t, 403)

		form := local.Get("/rounds/new").Want(t, 200).Form(t, "/rounds").Send().Want(t, 200, a.Name("en")).Without(t, b.Name("en"))
		edit := form.Path
		for _, units := range [][]string{nil, {fmt.Sprint(b.ID)}, {fmt.Sprint(a.ID), fmt.Sprint(b.ID)}, {"999"}} {
			v := url.Values{"languages": {"fi"}, "name_fi": {"Oma"}, "units": units}
			local.Post(edit, v).Want(t, 422, "your own units")
		}
		own := strings.TrimSuffix(edit, "/edit")
		local.Post(own+"/open", nil).Want(t, 200)
		rounds, err := survey.Rounds(t.Context(), d)
		must(t, err)
		for _, r := range rounds {
			if r.ID != whole.ID && (r.State != survey.Open || r.Invited != 7) {
				t.Errorf("the round of the part is %s with %d invited, want open with 7", r.State, r.Invited)
			}
		}
		boss.Get(own).Want(t, 200, own+"/close")
		local.Post(own+"/close", nil).Want(t, 200)
	})
}

func TestTheCheckNamesWhoHasNoAddressAndWhoseLanguageIsMissing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		_, err := s.People.Import(t.Context(), people.Files{People: people.File{Name: "p.csv", Data: []byte("number,email,name,unit\n")}}, people.ImportOptions{})
		if err == nil {
			t.Error("a list with a header alone was taken")
		}
		rows := "employee id,email,name,unit,language\n"
		for i := range 12 {
			rows += fmt.Sprintf("%d,p%d@shores.example,P%d,A,fi\n", i, i, i)
		}
		rows += "98,,Nelli Nomail,A,sv\n99,,Olli Offline,A,fi\n"
		_, err = s.People.Import(t.Context(), people.Files{People: people.File{Name: "p.csv", Data: []byte(rows)}}, people.ImportOptions{})
		must(t, err)
		r := draft(t, s, func(r *survey.Round) { r.Settings.Languages = []string{"fi"} })
		page := fmt.Sprintf("/rounds/%d", r.ID)
		boss := s.Role(people.Coordinator)
		boss.Get(page+"/open").Want(t, 200, "For 2 people the e-mail address is missing", "Nelli Nomail", "Olli Offline", "For 1 person the language is Swedish").
			Without(t, "the language is English")
		boss.Post(page+"/open", nil).Want(t, 200)
		s.Work()
		if n := len(links(s)); n != 12 {
			t.Errorf("%d invitations were sent, want 12", n)
		}
		all, err := s.Survey.Links(t.Context(), r.ID)
		must(t, err)
		if len(all) != 14 {
			t.Errorf("%d links, want one for each of 14", len(all))
		}
	})
}

func TestALanguageThatOurPagesDoNotHaveIsPreviewedButNotOffered(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	row, err := survey.InstrumentByVersion(t.Context(), s.DB, "taitorinki-pulse", "1.0")
	must(t, err)
	source := strings.NewReplacer(`"en"`, `"se"`, `"version": "1.0"`, `"version": "1.0-se"`).Replace(row.Source)
	id, _, err := s.Survey.ImportInstrument(t.Context(), []byte(source))
	must(t, err)
	boss := s.Role(people.Coordinator)
	boss.Get(fmt.Sprintf("/instruments/%d?in=se", id)).Want(t, 200, ">se</a>").Without(t, "survey.lang")
	r := draft(t, s, func(r *survey.Round) { r.InstrumentID = id })
	boss.Get(fmt.Sprintf("/rounds/%d/edit", r.ID)).Want(t, 200, `value="sv"`).Without(t, `value="se"`, "survey.lang")
}

func TestTheLicenceIsSeenWithoutOpeningAnything(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	openRound(t, s, "taitorinki-pulse")
	s.Work()
	body := s.Anonymous().Get(links(s)[0]).Want(t, 200).Body
	if at := strings.Index(body, "CC BY 4.0"); at < 0 || strings.Count(body[:at], "<details") != strings.Count(body[:at], "</details>") {
		t.Errorf("the licence stands in something closed, or nowhere: at %d", at)
	}
}
