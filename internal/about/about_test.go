package about_test

import (
	"strings"
	"testing"
	"time"

	"taitorinki/internal/about"
	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
)

func TestFeedbackOnAccessibilityIsAnsweredWithinFourteenDays(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		s.Clock.Move(-800 * 24 * time.Hour) // sessions are dated by the machine's clock: the end of the test is not later than that
		s.Grant("boss@shores.example", people.Coordinator, "")
		s.Grant("bo@shores.example", "", "")
		anybody := s.Anonymous()
		form := anybody.Get("/accessibility").Want(t, 200, "What happened?", "Traficom").Form(t, "/accessibility")
		form.Send().Want(t, 422, "Tell what did not work")
		form.Set("text", "Hetu 010190-123A").Set("email", "x").Send().Want(t, 422, "identity code", "Check the e-mail address")
		form.Set("text", "<b>Nappi</b> ei puhu\r\nruudunlukijalle").Set("page", "Ilmoittautuminen").Set("email", "nina@home.example").
			Send().Want(t, 200, "Thank you for telling us", "We answer by")
		s.Work()
		if got := s.Mailed("boss@shores.example"); len(got) != 1 || strings.Contains(got[0].Text, "Nappi") {
			t.Fatalf("those who answer got %+v", got)
		}
		s.Clock.Move(9 * 24 * time.Hour)
		s.Work()
		s.Clock.Move(2 * 24 * time.Hour)
		s.Work()
		s.Clock.Move(4 * 24 * time.Hour)
		s.Work()
		s.Work()
		got := s.Mailed("boss@shores.example")
		if len(got) != 3 || !strings.Contains(got[2].Subject, "should have been answered") {
			t.Fatalf("after fifteen days those who answer have %d mails: %+v", len(got), got)
		}

		boss := s.As("boss@shores.example")
		boss.Get("/").Want(t, 200, "Feedback on accessibility waits")
		boss.Get("/accessibility/feedback").Want(t, 200, "Late", "&lt;b&gt;Nappi")
		p := boss.Get("/accessibility/feedback/1").Want(t, 200, "nina@home.example", "The time to answer is over")
		answer := p.Form(t, "/accessibility/feedback/1")
		answer.Send().Want(t, 422, "Write an answer")
		answer.Set("answer", "Nimi lisättiin nappiin.").Send().Want(t, 200, "The answer is stored", "Answered").Without(t, "Late")
		answer.Send().Want(t, 409, "Somebody else has answered")
		s.Work()
		if got := s.Mailed("nina@home.example"); len(got) != 1 || !strings.Contains(got[0].Text, "Nimi lisättiin") {
			t.Fatalf("who asked got %+v", got)
		}
		boss.Get("/").Want(t, 200).Without(t, "Feedback on accessibility waits")
		s.As("bo@shores.example").Get("/accessibility/feedback").Want(t, 403)

		left := func(where string) (n int) {
			if err := d.QueryRowContext(t.Context(), `SELECT count(*) FROM about_feedback WHERE `+where).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		s.Clock.Move(31 * 24 * time.Hour)
		s.Work()
		if left(`email <> ''`) != 0 || left(`id = 1`) != 1 {
			t.Error("a month after the answer the address is kept, or the feedback is gone")
		}
		s.Clock.Move(2 * 365 * 24 * time.Hour)
		s.Work()
		if left(`id = 1`) != 0 {
			t.Error("two years after the answer the feedback is kept")
		}
	})
}

func TestFloodsOfFeedbackAreHeldBack(t *testing.T) {
	s := apptest.New(t, dbtest.SQLite(t))
	for i := range 61 {
		err := s.About.Give(t.Context(), about.Feedback{Lang: "fi", Text: "Ei toimi"})
		if want := i >= 60; want != (errs.KindOf(err) == errs.Conflict) {
			t.Fatalf("number %d: %v", i+1, err)
		}
	}
	s.Clock.Move(time.Hour)
	if err := s.About.Give(t.Context(), about.Feedback{Lang: "fi", Text: "Ei toimi"}); err != nil {
		t.Error("an hour later:", err)
	}
}

func TestTheCountyWritesItsOwnStatementAndGoesBackToOurs(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		s.Grant("bo@shores.example", "", "")
		admin, anybody := s.Role(people.Administrator), s.Anonymous()
		path := "/settings/texts/accessibility"
		edit := admin.Get(path).Want(t, 200, "Act on the Provision of Digital Services").Form(t, path)
		edit.Set("en", "# Oma\n{nobody}").Send().Want(t, 422, "{nobody}", "which the service does not know")
		edit.Set("en", "# How it is\nWritten by <i>us</i>, {controller}.\n- first\n- second").Send().Want(t, 200, "The text is stored")
		anybody.Get("/accessibility").Want(t, 200, "<h2>How it is</h2>", "&lt;i&gt;us", "<li>second</li>", "What happened?", "The county last changed this text").Without(t, "Traficom", "{")
		swede := s.Anonymous()
		swede.Lang = "sv"
		swede.Get("/accessibility").Want(t, 200, "Traficom").Without(t, "ändrade texten")
		edit.Set("en", "Late").Send().Want(t, 409, "Somebody else has changed the text")
		admin.Get(path).Form(t, path).Set("ours_en", "1").Send().Want(t, 200)
		anybody.Get("/accessibility").Want(t, 200, "Traficom").Without(t, "The county last changed")

		privacy := "/settings/texts/privacy"
		admin.Get(privacy).Form(t, privacy).Set("en", "Ours alone.\n{form}").Send().Want(t, 200)
		anybody.Get("/privacy").Want(t, 200, "Ours alone.").Without(t, "What happened?", "{form}")
		admin.Get("/settings/texts/other").Want(t, 404)
		s.As("bo@shores.example").Get(path).Want(t, 403)
	})
}
