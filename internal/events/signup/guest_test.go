package signup_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/events/signup"
	"taitorinki/internal/web"
)

// calendarOf is a calendar part that says only what it is about.
func calendarOf(_ context.Context, _ *events.Event, x *events.Sitting, _ events.Recipient, cancel bool) ([]byte, string, error) {
	if cancel {
		return []byte(x.UID), "CANCEL", nil
	}
	return []byte(x.UID), "REQUEST", nil
}

// askAs fills the public form in and returns the page of the link that the mail brings.
func (s *site) askAs(r *apptest.Reader, e events.Event, email string) *apptest.Page {
	s.t.Helper()
	r.Get(e.PublicPath("?u=B")).Want(s.t, 200, e.Title).Form(s.t, "/e/"+e.Code).Set("email", email).Set("name", "Veera Vieras").Send().Want(s.t, 200, "Check your e-mail")
	s.Work()
	sent := s.Mailed(email)
	if len(sent) == 0 {
		s.t.Fatalf("no mail came to %s", email)
	}
	return r.Get(s.LinkIn(sent[len(sent)-1].Text))
}

func TestAGuestSignsUpByMailAndWithdraws(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.in(72, 2, forAll)
		r := s.Anonymous()
		page := s.askAs(r, e, "veera@ngo.example").Want(t, 200, "Confirm the sign-up")
		s.want(e)
		if n, err := s.Signups.Counts(t.Context(), d, e.ID); err != nil || n.Placed != 0 {
			t.Errorf("following the link alone took a place: %+v, %v", n, err)
		}
		page = page.Form(t, "/sign-up").Send().Want(t, 200, "You have a place")
		s.want(e, "veera place")
		page.Form(t, "/needs").Set("needs", "Viittomakielen tulkki").Send().Want(t, 200, "Viittomakielen tulkki")
		by, err := s.Signups.CountByUnit(t.Context(), d, e.ID)
		s.ok(err)
		if b := s.Person("b1@shores.example").UnitID; by[b] != 1 {
			t.Errorf("the unit whose link it was has %v", by)
		}
		// Asking again changes nothing and shows the same page.
		s.askAs(s.Anonymous(), e, "veera@ngo.example").Want(t, 200, "You have a place").Form(t, "/withdraw").Send().Want(t, 200, "Sign up again")
		s.want(e)
		for _, m := range s.Mailed("veera@ngo.example") {
			if strings.Contains(m.Text, "Veera") {
				t.Errorf("the mail repeats what anybody may have typed: %s", m.Text)
			}
		}
	})
}

func TestThePublicPageTellsNothingOfParticipants(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	e := s.in(72, 3, forAll)
	s.signUp(e, "a2")
	s.Anonymous().Get(e.PublicPath("")).Want(t, 200, e.Title, "Sign up by e-mail").Without(t, "Anna", "a2@", e.Link)
	inside := s.in(72, 3)
	s.Anonymous().Get(inside.PublicPath("")).Want(t, 200, "for staff", "Sign in").Without(t, "Send the link")
	s.Anonymous().Get("/e/nosuchevent").Want(t, 404)
	s.Anonymous().Get(e.PublicPath("/p/nosuchtoken")).Want(t, 404)
	r := s.Anonymous()
	if p := r.Get("/sign-in?next=" + inside.Path("/sign-up")); !strings.Contains(p.Body, inside.Path("/sign-up")) {
		t.Errorf("the sign-in does not lead back:\n%s", p.Body)
	}
}

func TestSomebodyWithAnAccountWhoAsksAsAGuestIsLedToIt(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	e := s.in(72, 3, forAll)
	s.ok(s.Signups.Ask(t.Context(), &e, signup.Wish{Email: "A2@shores.example", Lang: "fi"}))
	s.Work()
	sent := s.Mailed("a2@shores.example")
	if len(sent) != 1 || !strings.Contains(sent[0].Text, e.Path("/sign-up")) {
		t.Errorf("the mails are %+v", sent)
	}
	s.want(e)
}

func TestAPlaceByNumberKnowsNobody(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.in(1, 2, forAll, func(p *events.Plan) { p.Anonymous = true })
		r := s.Anonymous()
		page := r.Get(e.PublicPath("")).Form(t, "/number").Send().Want(t, 200, "Your place is number 1")
		// The same device keeps its place.
		if again := r.Post(e.PublicPath("/number"), nil); again.Path != page.Path {
			t.Errorf("a second tap led to %s, not back to %s", again.Path, page.Path)
		}
		other := s.Anonymous().Post(e.PublicPath("/number"), nil).Want(t, 200, "number 2")
		s.Anonymous().Post(e.PublicPath("/number"), nil).Want(t, 409, "run out")
		other.Form(t, "/withdraw").Send().Want(t, 200)
		s.Anonymous().Post(e.PublicPath("/number"), nil).Want(t, 200, "number 3")
		var kept int
		s.ok(d.QueryRowContext(t.Context(), `SELECT count(*) FROM event_signups WHERE person_id IS NOT NULL OR email <> '' OR name <> ''`).Scan(&kept))
		if kept != 0 {
			t.Errorf("%d places by number know somebody", kept)
		}
		s.Clock.Move(time.Hour)
		code := s.code(e)
		r.Get(page.Path).Form(t, "/came").Set("code", code).Send().Want(t, 200, "You are marked as present")
		plain := s.in(72, 2, forAll)
		s.Anonymous().Post(plain.PublicPath("/number"), nil).Want(t, 403)
	})
}

// code is what the host shows at an event.
func (s *site) code(e events.Event) (code string) {
	s.t.Helper()
	s.ok(s.DB.QueryRowContext(s.t.Context(), `SELECT code FROM event_places WHERE event_id = $1`, e.ID).Scan(&code))
	return code
}

func TestWhatIsWrongWithAGuestsFormIsSaidAtItsField(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	e := s.in(72, 2, forAll)
	for name, x := range map[string]struct {
		wish       signup.Wish
		field, key string
	}{
		"no address":      {signup.Wish{}, "email", "signup.bad-email"},
		"broken address":  {signup.Wish{Email: "veera(at)ngo"}, "email", "signup.bad-email"},
		"no domain":       {signup.Wish{Email: "veera@ngo"}, "email", "signup.bad-email"},
		"two addresses":   {signup.Wish{Email: "a@ngo.example, b@ngo.example"}, "email", "signup.bad-email"},
		"header":          {signup.Wish{Email: "a@ngo.example\r\nBcc: b@ngo.example"}, "email", "signup.bad-email"},
		"long address":    {signup.Wish{Email: strings.Repeat("a", 250) + "@ngo.example"}, "email", "signup.bad-email"},
		"5,000 letters":   {signup.Wish{Email: "v@ngo.example", Name: strings.Repeat("ä", 5000)}, "name", "signup.too-long"},
		"identity code":   {signup.Wish{Email: "v@ngo.example", Name: "Veera 131052-308T"}, "name", "signup.names-identity"},
		"link for a name": {signup.Wish{Email: "v@ngo.example", Name: "https://facebook.com/veera"}, "name", "signup.names-link"},
	} {
		bad := web.FieldsOf(s.Signups.Ask(t.Context(), &e, x.wish))
		if bad == nil || bad.List[0].Name != x.field || bad.List[0].Key != x.key {
			t.Errorf("%s: %v, want %s at %s", name, bad, x.key, x.field)
		}
	}
	r := s.Anonymous()
	r.Get(e.PublicPath("")).Form(t, "/e/"+e.Code).Set("email", "x").Set("name", strings.Repeat("ä", 5000)).Send().Want(t, 422, "Check the e-mail address", "too long")
	s.ok(s.Signups.Ask(t.Context(), &e, signup.Wish{Email: "v@ngo.example", Name: "ورا", Lang: "en"}))
}

func TestARightToLeftNameStandsInItsOwnDirection(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	e := s.in(72, 2, forAll)
	r := s.Anonymous()
	r.Get(e.PublicPath("")).Form(t, "/e/"+e.Code).Set("email", "v@ngo.example").Set("name", "ورا <b>").Send().Want(t, 200)
	s.Work()
	r.Get(s.LinkIn(s.Mailed("v@ngo.example")[0].Text)).Form(t, "/sign-up").Send().Want(t, 200)
	p := s.As("a1@shores.example").Get(e.Path("/participants")).Want(t, 200)
	if !strings.Contains(p.Body, `<th scope="row" dir="auto">ورا &lt;b&gt;</th>`) {
		t.Errorf("the list shows the name so:\n%s", p.Body)
	}
}

func TestAnEventThatIsOffOrFullOrLateRefusesGuests(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		full := s.in(72, 1, forAll)
		s.signUp(full, "a2")
		s.askAs(s.Anonymous(), full, "v@ngo.example").Form(t, "/sign-up").Send().Want(t, 200, "You are on the waiting list")
		off := s.in(72, 1, forAll)
		page := s.askAs(s.Anonymous(), off, "w@ngo.example")
		s.ok(s.Events.Cancel(ctx, s.host, off.ID, off.Version, "Puhuja sairastui"))
		off = s.event(off.ID)
		if err := s.Signups.Ask(ctx, &off, signup.Wish{Email: "x@ngo.example"}); key(err) != "signup.cancelled" {
			t.Errorf("asking for a place at a cancelled event: %v", err)
		}
		s.Anonymous().Get(off.PublicPath("")).Want(t, 200, "Puhuja sairastui").Without(t, "Send the link")
		s.Anonymous().Post(page.Path+"/sign-up", nil).Want(t, 409, "cancelled")
		s.Clock.Move(73 * time.Hour)
		s.Anonymous().Post(full.PublicPath(""), url.Values{"email": {"y@ngo.example"}}).Want(t, 409, "closed")
	})
}

func TestMailThatNobodyAskedForIsLimited(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.in(72, 0, forAll)
		for range 10 {
			s.ok(s.Signups.Ask(t.Context(), &e, signup.Wish{Email: "v@ngo.example", Lang: "fi"}))
		}
		s.Work()
		if n := len(s.Mailed("v@ngo.example")); n != 3 {
			t.Errorf("ten asks sent %d mails, want 3", n)
		}
		_, err := d.ExecContext(t.Context(), `UPDATE event_tries SET n = 300 WHERE kind = 'ask'`)
		s.ok(err)
		if err := s.Signups.Ask(t.Context(), &e, signup.Wish{Email: "w@ngo.example"}); key(err) != "signup.too-many-asks" {
			t.Errorf("the 301st ask of an hour: %v", err)
		}
		s.Clock.Move(time.Hour)
		s.ok(s.Signups.Ask(t.Context(), &e, signup.Wish{Email: "w@ngo.example"}))
	})
}

func TestWhatIsKeptOfGuestsGoesAndTheNumbersStay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		e := s.in(72, 0, forAll)
		page := s.askAs(s.Anonymous(), e, "v@ngo.example").Form(t, "/sign-up").Send()
		page.Form(t, "/needs").Set("needs", "Tekstitys").Send().Want(t, 200)
		s.askAs(s.Anonymous(), e, "nobody@ngo.example")
		mine := s.signUp(e, "a2")
		s.ok(s.Signups.SetNeeds(ctx, mine.ID, "Esteetön kulku"))
		count := func(query string) (n int) {
			s.ok(d.QueryRowContext(ctx, query).Scan(&n))
			return n
		}
		s.Clock.Move(72*time.Hour + 46*time.Minute)
		s.Work()
		if n := count(`SELECT count(*) FROM event_needs`); n != 2 {
			t.Errorf("on the day of the event %d needs are kept, want 2", n)
		}
		if n := count(`SELECT count(*) FROM event_signups WHERE state = 'asked'`); n != 0 {
			t.Errorf("%d sign-ups that nobody confirmed are kept", n)
		}
		s.Clock.Move(25 * time.Hour)
		s.Work()
		if n := count(`SELECT count(*) FROM event_needs`); n != 0 {
			t.Errorf("the day after %d needs are kept", n)
		}
		s.Clock.Move(30 * 24 * time.Hour)
		s.Work()
		if n := count(`SELECT count(*) FROM event_signups WHERE name <> '' OR email <> ''`) + count(`SELECT count(*) FROM event_signup_tokens`) + count(`SELECT count(*) FROM event_signup_letters`); n != 0 {
			t.Errorf("30 days after the event %d traces of guests are kept", n)
		}
		if got, err := s.Signups.Turnout(ctx, d, []int64{e.ID}); err != nil || got[e.ID].Signed != 2 {
			t.Errorf("the numbers are %v, %v, want 2 signed up", got, err)
		}
		s.Anonymous().Get(page.Path).Want(t, 404)
		if to, err := s.Signups.Holders(ctx, d, e.ID); err != nil || !slices.Equal(names(to), []string{"Anna Aro"}) {
			t.Errorf("holders %v, %v", to, err)
		}
		s.Clock.Move(2 * 365 * 24 * time.Hour)
		s.Work()
		if n := count(`SELECT count(*) FROM event_signups WHERE person_id IS NOT NULL`); n != 0 {
			t.Errorf("two years after the event %d sign-ups are somebody's", n)
		}
		if got, err := s.Signups.Turnout(ctx, d, []int64{e.ID}); err != nil || got[e.ID].Signed != 2 {
			t.Errorf("after two years the numbers are %v, %v, want 2 signed up", got, err)
		}
	})
}

func names(to []events.Recipient) (out []string) {
	for _, x := range to {
		out = append(out, x.Name)
	}
	return out
}
