package signup_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/events/signup"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// herePath is where the link leads that the host shows.
func (s *site) herePath(e events.Event) string {
	s.t.Helper()
	page := s.As("a1@shores.example").Get(e.Path("/here")).Want(s.t, 200, s.code(e)[:3])
	return s.LinkIn(page.Text())
}

func TestPeopleSayThatTheyCameByLinkCodeOrList(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		e := s.in(1, 0, forAll)
		for _, who := range []string{"a2", "a3", "b1", "b2"} {
			s.signUp(e, who)
		}
		guest := s.Anonymous()
		s.askAs(guest, e, "v@ngo.example").Form(t, "/sign-up").Send().Want(t, 200)
		here := s.herePath(e)
		a2 := s.As("a2@shores.example")
		a2.Get(here).Want(t, 200, "puoli tuntia ennen")
		a2.Post(here, nil).Want(t, 409)
		s.Clock.Move(45 * time.Minute)

		a2.Get(here).Form(t, here).Send().Want(t, 200, "Läsnäolosi on merkitty")
		// The guest's own device knows the place; another one asks for the address, and tells nothing of who is on the list.
		guest.Get(here).Form(t, here).Send().Want(t, 200, "You are marked")
		s.Anonymous().Get(here).Form(t, here).Set("who", "nobody@ngo.example").Send().Want(t, 200, "If you are on the list")
		s.As("a3@shores.example").Get(e.Path("/sign-up")).Form(t, "/came").Set("code", " "+s.code(e)+" ").Send().Want(t, 200, "You are marked")

		host := s.As("a1@shores.example")
		form := host.Get(e.Path("/participants")).Want(t, 200).Form(t, "/ticks")
		all, err := s.Signups.List(ctx, e.ID)
		s.ok(err)
		form.Values.Add("came", fmt.Sprint(all[2].ID))
		form.Send().Want(t, 200)
		n, err := s.Signups.Counts(ctx, d, e.ID)
		if err != nil || n.Came != 4 || n.Absent() != 1 {
			t.Errorf("%+v, %v: want 4 who came and 1 who did not", n, err)
		}
		if all, _ = s.Signups.List(ctx, e.ID); all[0].How != "link" || all[1].How != "code" || all[2].How != "list" || all[4].How != "link" {
			t.Errorf("they came so: %+v", all)
		}
		if p := s.Anonymous().Get("/sign-in?next=" + here); !strings.Contains(p.Body, here) {
			t.Errorf("the sign-in does not lead back to the attendance link:\n%s", p.Text())
		}
		s.Anonymous().Get(e.PublicPath("/here/wrongsecret")).Want(t, 404)
		host.Post(here, nil).Want(t, 409, "Pyydä järjestäjää")
	})
}

func TestGuessingTheCodeEndsAfterAHundredTriesAnHour(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		e := s.in(1, 0)
		x := s.signUp(e, "a2")
		s.Clock.Move(time.Hour)
		right := s.code(e)
		wrong := "000000"
		if right == wrong {
			wrong = "111111"
		}
		if bad := web.FieldsOf(s.Signups.ComeByCode(ctx, &e, x.ID, wrong)); bad == nil || bad.List[0].Key != "signup.wrong-code" {
			t.Errorf("a wrong code: %v", bad)
		}
		for range 99 {
			_ = s.Signups.ComeByCode(ctx, &e, x.ID, wrong)
		}
		if err := s.Signups.ComeByCode(ctx, &e, x.ID, right); key(err) != "signup.too-many-codes" {
			t.Errorf("after a hundred wrong codes: %v", err)
		}
		s.Clock.Move(time.Hour)
		s.ok(s.Signups.ComeByCode(ctx, &e, x.ID, right))
	})
}

func TestNeedsAreCheckedSeenByHostsAloneAndEveryLookIsNoted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.in(48, 0)
		s.signUp(e, "a2")
		r := s.As("a2@shores.example")
		own := r.Get(e.Path("/sign-up")).Want(t, 200)
		for text, says := range map[string]string{"Soita 040 123 4567": "Poista puhelinnumero", "131052-308T": "Poista henkilötunnus", strings.Repeat("ä", 301): "Enintään 300"} {
			own.Form(t, "/needs").Set("needs", text).Send().Want(t, 422, says, text[:10])
		}
		own.Form(t, "/needs").Set("needs", "Viittomakielen tulkki").Send().Want(t, 200)
		s.As("b1@shores.example").Get(e.Path("/participants/needs")).Want(t, 403)
		s.As("b1@shores.example").Get(e.Path("/participants")).Want(t, 403)
		host := s.As("a1@shores.example")
		host.Get(e.Path("/participants")).Want(t, 200, "Anna Aro").Without(t, "Viittomakielen")
		host.Get(e.Path("/participants/needs")).Want(t, 200, "Anna Aro", "Viittomakielen tulkki")
		log, _, err := people.AuditLog(t.Context(), d, "viewed", 10, 0)
		s.ok(err)
		if len(log) != 2 || log[0].Action != "event.needs.view" || log[1].Action != "event.participants.view" {
			t.Errorf("the log says %+v", log)
		}
		r.Get("/me").Want(t, 200)
	})
}

func TestHostsOfAnotherUnitSeeAndChangeNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.Grant("b1@shores.example", people.Coordinator, "B")
		e := s.in(48, 0, func(p *events.Plan) { p.Unit = s.Person("a2@shores.example").UnitID })
		x := s.signUp(e, "a2")
		r := s.As("b1@shores.example")
		for _, path := range []string{"/participants", "/participants.csv", "/participants/needs", "/here", fmt.Sprintf("/participants/%d/remove", x.ID)} {
			r.Get(e.Path(path)).Want(t, 403)
		}
		for _, path := range []string{"/participants", "/participants/ticks", fmt.Sprintf("/participants/%d/remove", x.ID)} {
			r.Post(e.Path(path), url.Values{"email": {"x@ngo.example"}}).Want(t, 403)
		}
		s.want(e, "a2 place")
	})
}

func TestAHostAddsAndTakesOffAndDownloadsTheList(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.in(48, 2, forAll)
		host := s.As("a1@shores.example")
		add := func(email string) {
			t.Helper()
			host.Get(e.Path("/participants")).Form(t, "/participants").Set("email", email).Send().Want(t, 200)
		}
		host.Get(e.Path("/participants")).Form(t, "/participants").Set("email", "nobody").Send().Want(t, 422, "Tarkista sähköpostiosoite")
		add("a2@shores.example")
		add("v@ngo.example")
		add("v@ngo.example")
		add("b1@shores.example")
		s.want(e, "a2 place", "v place", "b1 waiting")
		if n := s.mailed("v@ngo.example", "Olet mukana"); n != 1 {
			t.Errorf("the added guest got %d mails, want 1", n)
		}
		_, err := d.ExecContext(t.Context(), `UPDATE event_signups SET name = '=HYPERLINK("x")' WHERE email = 'v@ngo.example'`)
		s.ok(err)
		csv := host.Get(e.Path("/participants.csv")).Want(t, 200)
		if !strings.Contains(csv.Body, `'=HYPERLINK`) || !strings.Contains(csv.Body, "Anna Aro;a2@shores.example;Kotihoito;Paikka;") {
			t.Errorf("the file is\n%s", csv.Body)
		}
		all, err := s.Signups.List(t.Context(), e.ID)
		s.ok(err)
		host.Get(e.Path(fmt.Sprintf("/participants/%d/remove", all[0].ID))).Want(t, 200, "Anna Aro").Form(t, "/remove").Send().Want(t, 200)
		s.want(e, "v place", "b1 offered")
		if n := s.mailed("a2@shores.example", "peruttu"); n != 1 {
			t.Errorf("who was taken off got %d mails, want 1", n)
		}
		other := s.in(48, 2)
		host.Post(other.Path(fmt.Sprintf("/participants/%d/remove", all[1].ID)), nil).Want(t, 404)
	})
}

func TestOneTapOnTheEventsPageSignsUpAndAnotherPageWithdraws(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.in(48, 1)
		r := s.As("a2@shores.example")
		r.Get(e.Path("")).Want(t, 200).Form(t, "/sign-up").Send().Want(t, 200, "Sinulla on paikka")
		other := s.As("b1@shores.example")
		other.Get(e.Path("")).Form(t, "/sign-up").Send().Want(t, 200, "Du står på väntelistan", "Du är först i kön")
		r.Get(e.Path("/sign-up")).Form(t, "/withdraw").Send().Want(t, 200, "Ilmoittautuminen on peruttu")
		other.Get(e.Path("")).Want(t, 200, "En plats har blivit ledig").Form(t, "/sign-up").Send().Want(t, 200, "Du har en plats")
		s.As("a1@shores.example").Get(e.Path("/host")).Want(t, 200, "1/1")
		part, err := s.Signups.Part(t.Context(), s.id("a2"), func(key string, _ ...any) string { return key })
		if err != nil || len(part.Facts) != 1 || part.Facts[0].Value != "signup.state-gone" {
			t.Errorf("my data holds %+v, %v", part, err)
		}
	})
}

func TestAMeetingOfTheNetworkIsAnsweredOnItsOwnPage(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	at := s.Clock.Now().Add(48 * time.Hour)
	s.ok(s.DB.InTx(t.Context(), func(tx *db.Tx) error {
		return s.Events.Mirror(t.Context(), tx, s.host, events.Mirrored{Path: "/meetings/1", Plan: events.Plan{Kind: events.Meeting, Title: "Tapaaminen", Open: events.ForTarget,
			Sittings: []events.Sitting{{Start: at, End: at.Add(time.Hour)}}}})
	}))
	if _, err := s.Signups.SignUp(t.Context(), 1, s.id("a2")); key(err) != "signup.elsewhere" {
		t.Errorf("signing up for a meeting: %v", err)
	}
	s.As("a2@shores.example").Get("/events/1/sign-up").Want(t, 404)
	e := s.event(1)
	if err := s.Signups.Ask(t.Context(), &e, signup.Wish{Email: "x@ngo.example"}); key(err) != "signup.elsewhere" {
		t.Errorf("a guest: %v", err)
	}
}
