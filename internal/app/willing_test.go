package app_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
)

// wish tells a wish on the page.
func wish(t *testing.T, r *apptest.Reader, mentor string, ways ...string) *apptest.Page {
	t.Helper()
	f := r.Get("/wishes").Want(t, 200).Form(t, "/wishes").Set("mentor", mentor).Set("ways", ways...)
	if _, asked := f.Choices["consent"]; asked {
		f.Set("consent", "1")
	}
	return f.Send().Want(t, 200)
}

func count(t *testing.T, d *db.DB, query string) (n int) {
	t.Helper()
	must(t, d.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}

func TestAPersonTellsAWishUnderTheOwnNameChangesItAndTakesItBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		r := s.Anonymous()
		r.Get("/wishes").Want(t, 200, "under your own name").Without(t, "<form method=\"post\" action=\"/wishes\"")
		ask := r.Get("/sign-in?next=/wishes").Want(t, 200).Form(t, "/sign-in")
		ask.Set("email", "a1@shores.example").Send().Want(t, 200)
		s.Work()
		link := s.LinkIn(s.Mailed("a1@shores.example")[0].Text)
		// The mail may be opened on another device: it leads to the page all the same.
		r = s.Anonymous()
		if p := r.Get(link).Form(t, link).Send().Want(t, 200); p.Path != "/wishes" {
			t.Fatalf("the sign-in leads to %s", p.Path)
		}
		p := r.Get("/wishes?lang=en").Want(t, 200, "coordinator sees your name")
		p.Form(t, "/wishes").Set("mentor", "yes").Send().Want(t, 422, "only with your consent")
		p.Form(t, "/wishes").Set("consent", "1").Send().Want(t, 422, "Choose an answer")
		r.Post("/wishes", url.Values{"mentor": {"perhaps"}, "consent": {"1"}}).Want(t, 422)
		if n := count(t, d, `SELECT count(*) FROM mentoring_wishes`); n != 0 {
			t.Fatalf("%d wishes are stored of forms that were refused", n)
		}
		wish(t, r, "yes", "video", "webinar", "nonsense").Want(t, 200, "saved")
		r.Get("/me").Want(t, 200, "Would you like to be a digimentor?", "webinar, video")
		r.Get("/me/data.json").Want(t, 200, `"mentor": "yes"`, `"webinar"`).Without(t, "nonsense")
		f := wish(t, r, "maybe", "course").Form(t, "/wishes")
		if f.Values.Get("mentor") != "maybe" || !slices.Equal(f.Values["ways"], []string{"course"}) {
			t.Errorf("the form shows %v", f.Values)
		}
		if n := count(t, d, `SELECT count(*) FROM mentoring_wishes`); n != 1 {
			t.Errorf("%d wishes of one person", n)
		}
		r.Get("/wishes").Form(t, "/wishes/withdraw").Send().Want(t, 200, "deleted")
		if n := count(t, d, `SELECT count(*) FROM mentoring_wishes`); n != 0 {
			t.Errorf("%d wishes after it was taken back", n)
		}
		r.Get("/me/data.json").Without(t, "mentor")
		if n := count(t, d, `SELECT count(*) FROM audit_log WHERE action NOT LIKE 'people.audit-%'`); n != 0 {
			t.Errorf("%d entries in the log about telling a wish", n)
		}
	})
}

func TestOnlyTheCoordinatorSeesWhoIsWillingAndTheLogTellsOfIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		wish(t, s.As("a1@shores.example"), "yes", "video")
		wish(t, s.As("a2@shores.example"), "maybe")
		wish(t, s.As("a3@shores.example"), "no", "course")
		boss := s.Role(people.Coordinator)
		boss.Get("/").Want(t, 200, "Willing to be digimentors")
		boss.Get("/mentors/willing").Want(t, 200, "Aino A1", "Yes", "video", "Aino A2", "Home care").Without(t, "Aino A3", "course")
		csv := boss.Get("/mentors/willing/list.csv").Want(t, 200, "Aino A1", "a2@shores.example").Without(t, "Aino A3")
		if n := strings.Count(csv.Body, "\r\n"); n != 3 {
			t.Errorf("the list has %d lines:\n%s", n, csv.Body)
		}
		s.Grant("near@shores.example", people.Coordinator, "B")
		s.As("near@shores.example").Get("/mentors/willing").Want(t, 200).Without(t, "Aino A1")
		for _, role := range []string{"", people.Administrator, people.Supervisor, people.Researcher, people.DPO, people.Mentor} {
			r := s.Role(role)
			r.Get("/mentors/willing").Want(t, 403).Without(t, "Aino")
			r.Get("/mentors/willing/list.csv").Want(t, 403)
		}
		s.Role(people.DPO).Get("/audit").Want(t, 200, "Looked at the list of those who would be digimentors", "Downloaded the list of those")
		wish(t, s.As("a4@shores.example"), "no", "course")
		wish(t, s.As("a5@shores.example"), "no", "course")
		boss.Get("/mentors/willing").Want(t, 200, "How do people like to learn?", "course").Without(t, "Aino A4")
	})
}

func TestAWishIsForgottenWhenItsGiverHasLeft(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		for _, who := range []string{"a1@shores.example", "a2@shores.example"} {
			wish(t, s.As(who), "yes")
		}
		_, err := d.ExecContext(t.Context(), `UPDATE persons SET left_at = 1 WHERE email = 'a1@shores.example'`)
		must(t, err)
		s.Role(people.Coordinator).Get("/mentors/willing").Want(t, 200, "Aino A2").Without(t, "Aino A1")
		s.Clock.Move(25 * time.Hour)
		s.Work()
		if n := count(t, d, `SELECT count(*) FROM mentoring_wishes`); n != 1 {
			t.Errorf("%d wishes, want 1", n)
		}
	})
}

func TestASignInLeadsOnlyToPagesOfOursThatAreNoRespondents(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	round := openRound(t, s, "taitorinki-pulse").Code
	for next, want := range map[string]string{
		"/wishes": "/wishes", "/me": "/me",
		"//evil.example": "", "https://evil.example": "", "/\\evil.example": "", "/wishes?round=" + round: "", "/nothing-here": "",
		"/wishes#x": "", "/../wishes": "", "wishes": "", "/wishes\r\nX: y": "", "/%2f/evil": "",
		"/a/" + round + "/1": "", "/a/" + round + "/feedback": "", "/v/abc": "", "/f/abc": "", "/privacy/" + round: "",
	} {
		if got := s.Kit.Local(next); got != want {
			t.Errorf("after a sign-in %q leads to %q, want %q", next, got, want)
		}
	}
	r := s.Anonymous()
	r.Post("/sign-in", url.Values{"email": {"a1@shores.example"}, "next": {"//evil.example"}}).Want(t, 200)
	s.Work()
	sent := s.Mailed("a1@shores.example")
	link := s.LinkIn(sent[len(sent)-1].Text)
	if p := r.NotFollowing().Post(link, nil); p.Header.Get("Location") != "/" {
		t.Errorf("a planted address leads to %s", p.Header.Get("Location"))
	}
	if p := r.NotFollowing().Get("/sign-in?next=//evil.example"); p.Header.Get("Location") != "/" {
		t.Errorf("whoever is signed in is led to %s", p.Header.Get("Location"))
	}
}

func TestInvitationAndThanksLeadToTheSameAddressWhichTellsNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		r := openRound(t, s, "taitorinki-pulse")
		for _, m := range s.Mail.Sent() {
			if strings.Count(m.Text, "/wishes") != 1 || !strings.Contains(m.Text, "\n"+s.URL+"/wishes\n") || !strings.Contains(m.Text, "\n"+s.URL+"/privacy/"+r.Code+"\n") {
				t.Fatalf("the invitation says\n%s", m.Text)
			}
		}
		link := links(s)[0]
		p := answer(t, s, link, 1)
		if strings.Count(p.Body, "/wishes") != 1 || !strings.Contains(p.Body, `href="/wishes"`) || p.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("the page after sending leads on with %q\n%s", p.Header.Get("Referrer-Policy"), p.Text())
		}
		// Who only looks leaves nothing behind.
		before := [2]int{count(t, d, `SELECT count(*) FROM sessions`), count(t, d, `SELECT count(*) FROM audit_log`)}
		look := s.Anonymous()
		look.Get("/wishes").Want(t, 200)
		look.Get("/privacy/"+r.Code).Want(t, 200)
		if now := [2]int{count(t, d, `SELECT count(*) FROM sessions`), count(t, d, `SELECT count(*) FROM audit_log`)}; now != before {
			t.Errorf("sessions and log entries before and after looking: %v, %v", before, now)
		}
	})
}

func TestAnsweringTouchesNoSessionAlsoOfSomebodyWhoIsSignedIn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		openRound(t, s, "taitorinki-pulse")
		r := s.As("a1@shores.example")
		stored := func() (out []string) {
			rows, err := d.QueryContext(t.Context(), `SELECT data, expires_at FROM sessions`)
			must(t, err)
			defer rows.Close()
			for rows.Next() {
				var data []byte
				var at int64
				must(t, rows.Scan(&data, &at))
				out = append(out, string(data)+time.UnixMicro(at).String())
			}
			return out
		}
		before, logged := stored(), count(t, d, `SELECT count(*) FROM audit_log`)
		s.Clock.Move(10 * time.Minute)
		p := r.Get(links(s)[0]).Want(t, 200)
		for !strings.HasSuffix(p.Path, "/send") {
			p = fill(p.Form(t, p.Path), nth(1)).Send("go", "next").Want(t, 200)
		}
		done := p.Form(t, "/send").Send().Want(t, 200, "Your own feedback")
		if c := done.Header.Values("Set-Cookie"); slices.ContainsFunc(c, func(x string) bool { return strings.HasPrefix(x, "session=") }) {
			t.Errorf("a respondent's page sets %v", c)
		}
		if len(before) != 1 || !slices.Equal(stored(), before) {
			t.Error("answering touched the session of whoever is signed in in the same browser")
		}
		if n := count(t, d, `SELECT count(*) FROM audit_log`); n != logged {
			t.Errorf("answering left %d entries in the log", n-logged)
		}
	})
}
