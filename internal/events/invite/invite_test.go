package invite_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
	"taitorinki/internal/events/invite"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
)

// Home care has six units with people and one supervisor, the health centre two of each; rehabilitation has none at all.
const units = `code,parent,name_fi,name_sv,name_en
H,,Rannat,Stränderna,The Shores
A,H,Kotihoito,Hemvård,Home care
A1,A,Tiimi 1,Team 1,Team 1
A2,A,Tiimi 2,Team 2,Team 2
A3,A,Tiimi 3,Team 3,Team 3
A4,A,Tiimi 4,Team 4,Team 4
A5,A,Tiimi 5,Team 5,Team 5
B,H,Terveysasema,Hälsostation,Health centre
B1,B,Vastaanotto,Mottagning,Reception
C,H,Kuntoutus,Rehabilitering,Rehabilitation
`

const staff = `email,name,unit,language,supervises
a0@shores.example,Bea Boss,A,en,A
a1@shores.example,Aino Aalto,A1,en,
a2@shores.example,Anna Aro,A2,fi,
a3@shores.example,Antti Asp,A3,en,
a4@shores.example,Aila Alho,A4,en,
a5@shores.example,Asta Arvo,A5,en,
b0@shores.example,Bo Berg,B,sv,B
b1@shores.example,Berit Blom,B1,en,B1
b2@shores.example,Björn Bask,B1,en,
c1@shores.example,Carl Colling,C,en,
`

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type county struct {
	*apptest.Site
	t *testing.T
}

// newCounty is a county with a host of all events, and a supervisor of no unit.
func newCounty(t *testing.T, d *db.DB) county {
	t.Helper()
	c := county{apptest.New(t, d), t}
	c.list(staff, units)
	c.Grant("host@shores.example", people.Coordinator, "")
	c.Grant("nobody@shores.example", people.Supervisor, "")
	return c
}

func (c county) list(staff, units string) {
	c.t.Helper()
	_, err := c.People.Import(c.t.Context(), people.Files{Units: people.File{Name: "u.csv", Data: []byte(units)}, People: people.File{Name: "p.csv", Data: []byte(staff)}}, people.ImportOptions{})
	must(c.t, err)
}

func (c county) id(who string) int64           { return c.Person(who + "@shores.example").ID }
func (c county) as(who string) *apptest.Reader { return c.As(who + "@shores.example") }

// plan is an event with so many sittings, a week from now and from one another.
func (c county) plan(sittings int) events.Plan {
	p := events.Plan{Kind: events.Webinar, Title: "Chat in daily work", Lead: "You dare to open a chat.", Open: events.ForStaff, Place: "Hall", Link: "https://meet.example/1"}
	for i := range sittings {
		at := c.Clock.Now().AddDate(0, 0, 7*(i+1)).Truncate(time.Hour)
		p.Sittings = append(p.Sittings, events.Sitting{Start: at, End: at.Add(time.Hour)})
	}
	return p
}

func (c county) published(p events.Plan) events.Event {
	c.t.Helper()
	id, err := c.Events.Create(c.t.Context(), c.id("host"), p)
	must(c.t, err)
	must(c.t, c.Events.Publish(c.t.Context(), c.id("host"), id, 1))
	return c.event(id)
}

func (c county) event(id int64) events.Event {
	c.t.Helper()
	e, err := events.ByID(c.t.Context(), c.DB, id)
	must(c.t, err)
	return e
}

// changed stores a change of an event's plan.
func (c county) changed(id int64, change func(*events.Plan)) events.Event {
	c.t.Helper()
	e := c.event(id)
	p := e.Plan
	p.Sittings = slices.DeleteFunc(slices.Clone(p.Sittings), func(x events.Sitting) bool { return x.Cancelled })
	change(&p)
	must(c.t, c.Events.Change(c.t.Context(), c.id("host"), id, e.Version, p))
	return c.event(id)
}

func later(p *events.Plan) {
	p.Sittings[0].Start, p.Sittings[0].End = p.Sittings[0].Start.Add(time.Hour), p.Sittings[0].End.Add(time.Hour)
}

// signUp gives somebody a place, or takes it away, as the pages for signing up do.
func (c county) signUp(id int64, who ...string) {
	c.t.Helper()
	for _, w := range who {
		e := c.event(id)
		must(c.t, c.DB.InTx(c.t.Context(), func(tx *db.Tx) error {
			return c.Notices.Hold(c.t.Context(), tx, &e, events.Recipient{Person: c.id(w)}, e.Sequence)
		}))
	}
}

func (c county) withdraw(id int64, who string) {
	c.t.Helper()
	e := c.event(id)
	must(c.t, c.DB.InTx(c.t.Context(), func(tx *db.Tx) error {
		return c.Notices.Release(c.t.Context(), tx, &e, events.Recipient{Person: c.id(who)})
	}))
}

func (c county) supervisors(id int64) int {
	c.t.Helper()
	n, err := c.Invite.Supervisors(c.t.Context(), c.id("host"), id)
	must(c.t, err)
	return n
}

func (c county) direct(id int64, who ...string) int {
	c.t.Helper()
	var to []int64
	for _, w := range who {
		to = append(to, c.id(w))
	}
	n, err := c.Invite.Directly(c.t.Context(), c.id("host"), id, to)
	must(c.t, err)
	return n
}

// news are the mails that have come since the last look, sorted: to whom, and of calendars the method and sequence, else the subject.
type news struct {
	county
	seen int
}

func (n *news) want(want ...string) {
	n.t.Helper()
	n.Work()
	got := []string{}
	all := n.Mail.Sent()
	for _, m := range all[n.seen:] {
		if strings.Contains(m.Text, "/sign-in/") {
			continue
		}
		who, _, _ := strings.Cut(m.To, "@")
		line := who + " " + m.Subject
		if m.CalendarMethod != "" {
			line = who + " " + m.CalendarMethod
			for _, l := range strings.Split(string(m.Calendar), "\r\n") {
				if seq, ok := strings.CutPrefix(l, "SEQUENCE:"); ok {
					line += " " + seq
				}
			}
		}
		got = append(got, line)
	}
	n.seen = len(all)
	slices.Sort(got)
	if want == nil {
		want = []string{}
	}
	if d := cmp.Diff(want, got); d != "" {
		n.t.Errorf("mail: want -, got +\n%s", d)
	}
}

func TestEachSupervisorGetsOneMessageWithALinkForEachUnit(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		e := c.published(c.plan(1))
		if n := c.supervisors(e.ID); n != 3 {
			t.Errorf("%d were told, want 3", n)
		}
		post := news{county: c}
		post.want("a0 Pass on to your unit: Chat in daily work", "b0 Förmedla till din enhet: Chat in daily work", "b1 Pass on to your unit: Chat in daily work")
		text := c.Mailed("a0@shores.example")[0].Text
		for _, code := range []string{"A", "A1", "A2", "A3", "A4", "A5"} {
			if !strings.Contains(text, e.PublicPath("?u="+code)+"\n") {
				t.Errorf("no link of unit %s in\n%s", code, text)
			}
		}
		if strings.Contains(text, "?u=B") || strings.Contains(text, "meet.example") {
			t.Errorf("the text holds what is not to be passed on:\n%s", text)
		}
		if text := c.Mailed("b0@shores.example")[0].Text; !strings.Contains(text, "Hälsostation, en person") || strings.Contains(text, "Mottagning") {
			t.Errorf("the supervisor above gets\n%s", text)
		}
		if n := c.supervisors(e.ID); n != 0 {
			t.Errorf("%d were told again", n)
		}
		post.want()
		r, err := invite.ReachOf(t.Context(), d, &e)
		must(t, err)
		if len(r.Orphans) != 1 || r.Orphans[0].Code != "C" || len(r.Unitless) != 1 || r.Unitless[0].Email != "nobody@shores.example" {
			t.Errorf("left over are the units %v and the supervisors %v", r.Orphans, r.Unitless)
		}
	})
}

func TestAChangeReachesExactlyThoseWhoHoldOldInformation(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		e := c.published(c.plan(1))
		c.supervisors(e.ID)
		if n := c.direct(e.ID, "a1", "a2", "a1"); n != 2 {
			t.Errorf("%d were invited, want 2", n)
		}
		c.signUp(e.ID, "a2", "a3", "a4")
		c.withdraw(e.ID, "a4")
		post := news{county: c}
		post.want("a0 Pass on to your unit: Chat in daily work", "a1 REQUEST 0", "b0 Förmedla till din enhet: Chat in daily work", "b1 Pass on to your unit: Chat in daily work")

		c.changed(e.ID, func(p *events.Plan) { p.Text = "Of no matter to a calendar." })
		post.want()
		c.changed(e.ID, later)
		post.want("a0 Details have changed: Chat in daily work", "a1 REQUEST 1", "a2 REQUEST 1", "a3 REQUEST 1",
			"b0 Uppgifterna har ändrats: Chat in daily work", "b1 Details have changed: Chat in daily work")

		c.withdraw(e.ID, "a3")
		c.signUp(e.ID, "a5") // knows the change already
		c.signUp(e.ID, "a4") // is back
		c.changed(e.ID, func(p *events.Plan) { p.Place = "Library" })
		post.want("a0 Details have changed: Chat in daily work", "a1 REQUEST 2", "a2 REQUEST 2", "a4 REQUEST 4", "a5 REQUEST 2",
			"b0 Uppgifterna har ändrats: Chat in daily work", "b1 Details have changed: Chat in daily work")

		e = c.event(e.ID)
		must(t, c.Events.Cancel(t.Context(), c.id("host"), e.ID, e.Version, "The speaker is ill."))
		post.want("a0 Called off: Chat in daily work", "a1 CANCEL 3", "a2 CANCEL 3", "a4 CANCEL 5", "a5 CANCEL 3",
			"b0 Inställt: Chat in daily work", "b1 Called off: Chat in daily work")
		for _, who := range []string{"a0", "a1", "a2"} {
			all := c.Mailed(who + "@shores.example")
			if last := all[len(all)-1].Text; !strings.Contains(last, "The speaker is ill.") {
				t.Errorf("%s is not told why:\n%s", who, last)
			}
		}
	})
}

func TestOfASeriesOnlyTheSittingThatChangesIsTold(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		e := c.published(c.plan(3))
		c.direct(e.ID, "a1")
		post := news{county: c}
		post.want("a1 REQUEST 0", "a1 REQUEST 0", "a1 REQUEST 0")
		var subjects []string
		for _, m := range c.Mailed("a1@shores.example") {
			subjects = append(subjects, m.Subject)
		}
		slices.Sort(subjects)
		want := []string{"Invitation: Chat in daily work (1/3)", "Invitation: Chat in daily work (2/3)", "Invitation: Chat in daily work (3/3)"}
		if !slices.Equal(subjects, want) {
			t.Errorf("the subjects are %q", subjects)
		}
		gone := e.Sittings[1]
		c.changed(e.ID, func(p *events.Plan) { p.Sittings = slices.Delete(p.Sittings, 1, 2) })
		post.want("a1 CANCEL 1")
		all := c.Mailed("a1@shores.example")
		if last := string(all[len(all)-1].Calendar); !strings.Contains(last, gone.UID) {
			t.Errorf("called off is not %s:\n%s", gone.UID, last)
		}
		c.signUp(e.ID, "a2") // holds the two that are left
		c.changed(e.ID, later)
		post.want("a1 REQUEST 2", "a2 REQUEST 2")
		e = c.event(e.ID)
		must(t, c.Events.Cancel(t.Context(), c.id("host"), e.ID, e.Version, ""))
		post.want("a1 CANCEL 3", "a1 CANCEL 3", "a2 CANCEL 3", "a2 CANCEL 3")
	})
}

func TestAMailThatWaitsSaysHowThingsStandWhenItGoes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		c.Outbox.Connections = 1
		e := c.published(c.plan(1))
		c.direct(e.ID, "a1")
		c.supervisors(e.ID)
		c.changed(e.ID, later)
		c.changed(e.ID, func(p *events.Plan) { p.Place = "Library" })
		post := news{county: c}
		post.want("a0 Pass on to your unit: Chat in daily work", "a1 REQUEST 2", "b0 Förmedla till din enhet: Chat in daily work", "b1 Pass on to your unit: Chat in daily work")
		if text := c.Mailed("a0@shores.example")[0].Text; !strings.Contains(text, "Library") {
			t.Errorf("the text to pass on is old:\n%s", text)
		}
		c.changed(e.ID, later)
		c.changed(e.ID, func(p *events.Plan) { // and back
			p.Sittings[0].Start, p.Sittings[0].End = p.Sittings[0].Start.Add(-time.Hour), p.Sittings[0].End.Add(-time.Hour)
		})
		post.want()

		off := c.published(c.plan(1))
		c.direct(off.ID, "a1")
		c.supervisors(off.ID)
		must(t, c.Events.Cancel(t.Context(), c.id("host"), off.ID, off.Version, ""))
		post.want() // nobody has heard of it
	})
}

func TestALetterThatTheServerPutsOffGoesLater(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		e := c.published(c.plan(1))
		host, server := c.as("host"), apptest.NewSMTP(t)
		var err error
		c.Outbox.Sender, err = mail.NewSMTP(server.URL, "events@example.fi")
		must(t, err)
		server.PutOff("a1@shores.example", 1)
		c.direct(e.ID, "a1")
		c.Work()
		if n := len(server.Taken()); n != 0 {
			t.Fatalf("%d letters were taken", n)
		}
		c.Clock.Move(time.Hour)
		c.Work()
		server.Refuse("a2@shores.example")
		c.direct(e.ID, "a2")
		c.Work()
		host.Get(e.Path("/invitations")).Want(t, 200, "did not reach one address", "a2@shores.example")
		if all := server.Taken(); len(all) != 1 || !strings.Contains(all[0].Text, "Subject: Invitation: ") {
			t.Errorf("later the server took %v", all)
		}
	})
}

func TestWhoHasLeftHearsNothingAndANewSupervisorIsWrittenToOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		e := c.published(c.plan(1))
		c.supervisors(e.ID)
		c.signUp(e.ID, "a1", "b2")
		post := news{county: c}
		post.want("a0 Pass on to your unit: Chat in daily work", "b0 Förmedla till din enhet: Chat in daily work", "b1 Pass on to your unit: Chat in daily work")

		// b2 leaves, a5 leads home care instead of a0, and the reception is merged into the health centre.
		now := strings.Replace(staff, "b2@shores.example,Björn Bask,B1,en,\n", "", 1)
		now = strings.Replace(now, "Blom,B1,en,B1", "Blom,B,en,", 1)
		now = strings.Replace(strings.Replace(now, "Boss,A,en,A", "Boss,A,en,", 1), "Arvo,A5,en,", "Arvo,A5,en,A", 1)
		c.list(now, strings.Replace(units, "B1,B,Vastaanotto,Mottagning,Reception\n", "", 1))
		c.changed(e.ID, later)
		post.want("a0 Details have changed: Chat in daily work", "a1 REQUEST 1", "b0 Uppgifterna har ändrats: Chat in daily work", "b1 Details have changed: Chat in daily work")
		all := c.Mailed("b0@shores.example")
		if last := all[len(all)-1].Text; !strings.Contains(last, "Hälsostation, 2 personer") {
			t.Errorf("the merged unit is told as\n%s", last)
		}
		all = c.Mailed("a0@shores.example")
		if last := all[len(all)-1].Text; strings.Contains(last, "?u=") {
			t.Errorf("who leads no unit any more gets links of units:\n%s", last)
		}
		page := c.as("host").Get(e.Path("/invitations")).Want(t, 200, "The invitation also went to 2 supervisors")
		page.Want(t, 200, "Send the invitation to one supervisor")
		c.supervisors(e.ID)
		post.want("a5 Pass on to your unit: Chat in daily work")
	})
}

func TestOfTwoHostsWhoChangeAtOnceOneIsToldAndThePeopleHearOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		e := c.published(c.plan(1))
		c.signUp(e.ID, "a1")
		host := c.id("host")
		var wait sync.WaitGroup
		var said [2]error
		for i := range said {
			wait.Go(func() {
				p := e.Plan
				p.Place = fmt.Sprint("Room ", i)
				said[i] = c.Events.Change(t.Context(), host, e.ID, e.Version, p)
			})
		}
		wait.Wait()
		if (said[0] == nil) == (said[1] == nil) || errs.KindOf(said[0]) != errs.Conflict && errs.KindOf(said[1]) != errs.Conflict {
			t.Errorf("the hosts are told %v and %v", said[0], said[1])
		}
		post := news{county: c}
		post.want("a1 REQUEST 1")
	})
}

// Whoever signs up while the event changes is told by the change or by the place, whichever comes last.
func TestWhoSignsUpWhileTheEventChangesHoldsWhatIsTrue(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		e := c.published(c.plan(1))
		host := c.id("host")
		who := []string{"a1", "a2", "a3", "a4", "a5", "b1", "b2", "c1"}
		ids := make([]int64, len(who))
		for i, w := range who {
			ids[i] = c.id(w)
		}
		var wait sync.WaitGroup
		wait.Go(func() {
			p := e.Plan
			p.Place = "Library"
			if err := c.Events.Change(t.Context(), host, e.ID, e.Version, p); err != nil {
				t.Error(err)
			}
		})
		known := make([]int, len(who))
		for i := range who {
			wait.Go(func() {
				err := c.DB.InTx(t.Context(), func(tx *db.Tx) error {
					seen, err := events.ByID(t.Context(), tx, e.ID)
					if err != nil {
						return err
					}
					known[i] = seen.Sequence
					return c.Notices.Hold(t.Context(), tx, &seen, events.Recipient{Person: ids[i]}, seen.Sequence)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		var want []string
		for i, w := range who {
			if known[i] == 0 {
				want = append(want, w+" REQUEST 1")
			}
		}
		post := news{county: c}
		post.want(want...)
	})
}

func TestAGuestHearsOfChangesInTheirOwnLanguage(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		e := c.published(c.plan(1))
		guest := events.Recipient{Guest: 7, Name: "Gun Gäst", Email: "gun@partner.example", Lang: "sv"}
		must(t, d.InTx(t.Context(), func(tx *db.Tx) error { return c.Notices.Hold(t.Context(), tx, &e, guest, 0) }))
		c.changed(e.ID, later)
		post := news{county: c}
		post.want("gun REQUEST 1")
		m := c.Mailed("gun@partner.example")[0]
		if !strings.Contains(m.Text, e.PublicPath("")) || !strings.HasPrefix(m.Subject, "Ändring:") {
			t.Errorf("the guest gets %q\n%s", m.Subject, m.Text)
		}
		c.Clock.Move(60 * 24 * time.Hour)
		c.Work()
		var n int
		must(t, d.QueryRowContext(t.Context(), `SELECT count(*) FROM event_holders`).Scan(&n))
		if n != 0 {
			t.Errorf("%d holders are known for ever", n)
		}
	})
}

// A calendar takes each part for newer than those before it: a place, its withdrawal, a place again.
func TestThePartsOfWhoComesAndGoesRiseInSequence(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		e := c.published(c.plan(1))
		me := events.Recipient{Person: c.id("a1"), Name: "Aino Aalto", Email: "a1@shores.example"}
		last := -1
		part := func(cancel bool, want string) {
			t.Helper()
			file, method, err := c.Notices.Part(t.Context(), &e, &e.Sittings[0], me, cancel)
			must(t, err)
			var seq int
			_, rest, _ := strings.Cut(string(file), "SEQUENCE:")
			fmt.Sscan(rest, &seq)
			if method != want || seq <= last {
				t.Errorf("%s with sequence %d after %d, want %s and more", method, seq, last, want)
			}
			last = seq
		}
		for range 3 {
			c.signUp(e.ID, "a1")
			part(false, "REQUEST")
			c.withdraw(e.ID, "a1")
			part(true, "CANCEL")
		}
		c.signUp(e.ID, "a1")
		part(false, "REQUEST")
		e = c.changed(e.ID, later)
		part(false, "REQUEST")
		must(t, c.Events.Cancel(t.Context(), c.id("host"), e.ID, e.Version, ""))
		e = c.event(e.ID)
		part(true, "CANCEL")
	})
}
