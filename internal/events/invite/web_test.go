package invite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

func TestAHostPreviewsEditsAndSendsTheInvitation(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		e := c.published(c.plan(1))
		host := c.as("host")
		page := host.Get(e.Path("/invitations")).Want(t, 200, "is meant for 10 people", "Not invited yet (3)", "Bea Boss", "One unit has no supervisor", "Rehabilitation (1)",
			"Supervisors without a unit (1)", "You dare to open a chat.")
		texts := page.Form(t, e.Path("/invitations/texts"))
		texts.Set("text-en", "Ask 010190-123A").Send().Want(t, 422, "personal identity code")
		texts.Set("text-en", strings.Repeat("x", 2001)).Send().Want(t, 422, "too long")
		texts.Set("text-en", "Come <b>and</b> see.").Send().Want(t, 200, "Saved.", "Come <b>and</b> see.")
		texts.Set("text-en", "Mine is older.").Send().Want(t, 409)
		host.Get(e.Path("/invitations")).Form(t, e.Path("/invitations/supervisors")).Send().Want(t, 200, "going to 3 supervisors", "Invitation sent (3)")
		post := news{county: c}
		post.want("a0 Pass on to your unit: Chat in daily work", "b0 Förmedla till din enhet: Chat in daily work", "b1 Pass on to your unit: Chat in daily work")
		if text := c.Mailed("a0@shores.example")[0].Text; !strings.Contains(text, "Come <b>and</b> see.") {
			t.Errorf("the host's words are not in\n%s", text)
		}
		if text := c.Mailed("b0@shores.example")[0].Text; !strings.Contains(text, "You dare to open a chat.") {
			t.Errorf("without words in Swedish the text is\n%s", text)
		}

		nudge := host.Get(e.Path("/invitations")).Form(t, e.Path("/invitations/nudge"))
		nudge.Send().Want(t, 200, "going to 3 supervisors", "were reminded")
		nudge.Send().Want(t, 409, "only once")
		post.want("a0 Reminder: Chat in daily work", "b0 Påminnelse: Chat in daily work", "b1 Reminder: Chat in daily work")
	})
}

func TestASupervisorSeesTextLinkAndCodeOfEachUnit(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		c.Invite.CountByUnit = func(context.Context, int64) (map[int64]int, error) {
			return map[int64]int{c.unit("A1"): 3, c.unit("A2"): 2}, nil
		}
		e := c.published(c.plan(1))
		page := c.as("a0").Get(e.Path("/invite")).Want(t, 200, "Home care", "Team 5", c.URL+e.PublicPath("?u=A5"), "3 have signed up.", "Fewer than three have signed up.")
		page.Without(t, "2 have signed up", "0 have signed up", "Reception", "meet.example")
		if n := strings.Count(page.Body, "3 have signed up."); n != 1 {
			t.Errorf("a number is told of %d units", n)
		}
		qr := e.Path(fmt.Sprintf("/invite/%d/qr.png", c.unit("A5")))
		if _, err := png.Decode(bytes.NewReader([]byte(c.as("a0").Get(qr).Want(t, 200).Body))); err != nil {
			t.Error(err)
		}
		c.as("b0").Get(qr).Want(t, 403)
		for _, who := range []string{"a1", "nobody", "host"} {
			c.as(who).Get(e.Path("/invite")).Want(t, 403)
		}
		c.supervisors(e.ID)
		c.Work()
		if got := c.LinkIn(c.Mailed("b1@shores.example")[0].Text); !strings.HasPrefix(got, e.PublicPath("?u=B1")) {
			t.Errorf("the mail leads to %s first", got)
		}
		must(t, c.Events.Cancel(t.Context(), c.id("host"), e.ID, e.Version, "The speaker is ill."))
		c.as("a0").Get(e.Path("/invite")).Want(t, 200, "Called off", "The speaker is ill.").Without(t, "?u=A5")
	})
}

func TestPeopleAreInvitedDirectlyByRoleAndByAddressAndNobodyTwice(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		c.Grant("a1@shores.example", people.Mentor, "A1")
		c.Grant("b2@shores.example", people.Mentor, "B1")
		p := c.plan(1)
		p.Target.Units = []int64{c.unit("A")}
		e := c.published(p)
		form := c.as("host").Get(e.Path("/invitations")).Want(t, 200).Form(t, e.Path("/invitations/direct"))
		form.Send().Want(t, 422, "Choose a role or write")
		form.Set("emails", "c1@shores.example, nosuch@shores.example").Send().Want(t, 422, "nosuch@shores.example", "no account")
		form.Set("role", people.Mentor).Set("emails", "c1@shores.example\r\nA1@shores.example").Send().Want(t, 200, "2 invitations are going out")
		post := news{county: c}
		post.want("a1 REQUEST 0", "c1 REQUEST 0") // b2 helps elsewhere
		c.signUp(e.ID, "a2")
		form.Set("role", people.Mentor).Set("emails", "c1@shores.example a2@shores.example").Send().Want(t, 200, "0 invitations")
		c.withdraw(e.ID, "c1")
		form.Set("role").Set("emails", "c1@shores.example").Send().Want(t, 200, "0 invitations")
		post.want()
		c.as("a1").Get("/me").Want(t, 200, "Invitations to events")
	})
}

func TestOnlyTheHostsOfAnEventInviteToIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		c.Grant("b2@shores.example", people.Coordinator, "B")
		p := c.plan(1)
		p.Unit = c.unit("A")
		e := c.published(p)
		for _, who := range []string{"a0", "b2", "nobody"} {
			r := c.as(who)
			r.Get(e.Path("/invitations")).Want(t, 403)
			for _, more := range []string{"texts", "supervisors", "direct", "nudge"} {
				r.Post(e.Path("/invitations/"+more), url.Values{"emails": {"a1@shores.example"}, "role": {people.Supervisor}}).Want(t, 403)
			}
		}
		must(t, c.Events.AddSpeaker(t.Context(), c.id("host"), events.Speaker{Event: e.ID, Person: c.id("a1"), Name: "Aino", Role: events.Host}))
		c.as("a1").Get(e.Path("/invitations")).Want(t, 200)
		post := news{county: c}
		post.want()
	})
}

func TestNobodyIsInvitedToADraftOrToWhatIsPlannedElsewhere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		id, err := c.Events.Create(t.Context(), c.id("host"), c.plan(1))
		must(t, err)
		draft := c.event(id)
		host := c.as("host")
		host.Get(draft.Path("/invitations")).Want(t, 200, "Publish the event first")
		host.Post(draft.Path("/invitations/supervisors"), nil).Want(t, 409)
		c.as("a0").Get(draft.Path("/invite")).Want(t, 404)
		must(t, d.InTx(t.Context(), func(tx *db.Tx) error {
			return c.Events.Mirror(t.Context(), tx, c.id("host"), events.Mirrored{Path: "/meetings/1", Plan: c.plan(1)})
		}))
		mirrored, err := events.ByElsewhere(t.Context(), d, "/meetings/1")
		must(t, err)
		host.Get(mirrored.Path("/invitations")).Want(t, 404)
		host.Post(mirrored.Path("/invitations/supervisors"), nil).Want(t, 404)
		c.as("a0").Get(mirrored.Path("/invite")).Want(t, 404)
		post := news{county: c}
		post.want()
	})
}

func TestTheHostsPageAndTheEventsPageLeadToTheInvitations(t *testing.T) {
	c := newCounty(t, dbtest.SQLite(t))
	e := c.published(c.plan(1))
	c.supervisors(e.ID)
	page := c.Kit.PrivatePage(httptest.NewRequest("GET", "/", nil), "en", "x")
	draw := func(card func(context.Context, web.Page, *events.Event) (templ.Component, error), who string) string {
		t.Helper()
		page.Who.ID = c.id(who)
		x, err := card(t.Context(), page, &e)
		must(t, err)
		if x == nil {
			return ""
		}
		var b strings.Builder
		must(t, x.Render(t.Context(), &b))
		return b.String()
	}
	if got := draw(c.Invite.HostCard, "host"); !strings.Contains(got, "sent to 3 of 3 supervisors") || !strings.Contains(got, e.Path("/invitations")) {
		t.Errorf("the hosts see %s", got)
	}
	if got := draw(c.Invite.Card, "a0"); !strings.Contains(got, e.Path("/invite")) {
		t.Errorf("a supervisor sees %s", got)
	}
	if got := draw(c.Invite.Card, "a1"); got != "" {
		t.Errorf("a colleague sees %s", got)
	}
	if err := errors.Join(forgotten(c, 300, 3), forgotten(c, 100, 0)); err != nil {
		t.Error(err)
	}
}

// forgotten tells when after so many more days it is known of another number of people that they were invited.
func forgotten(c county, days, want int) error {
	c.Clock.Move(time.Duration(days) * 24 * time.Hour)
	c.Work()
	var n int
	if err := c.DB.QueryRowContext(c.t.Context(), `SELECT count(*) FROM event_invited`).Scan(&n); err != nil {
		return err
	}
	if n != want {
		return fmt.Errorf("%d people are known to have been invited, want %d", n, want)
	}
	return nil
}

func (c county) unit(code string) int64 {
	c.t.Helper()
	tree, err := people.LoadTree(c.t.Context(), c.DB)
	must(c.t, err)
	u, ok := tree.ByCode(code)
	if !ok {
		c.t.Fatalf("no unit %s", code)
	}
	return u.ID
}
