package meetings_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/mail"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/meetings"
	"taitorinki/internal/people"
)

const units = "code,parent,name_fi,name_sv,name_en\nH,,Rannat,Stränderna,The Shores\nA,H,Kotihoito,Hemvård,Home care\nA1,A,Pieni tiimi,Lilla teamet,Small team\nB,H,Terveysasema,Hälsostation,Health centre\n"

// Home care has six people, one of whom works in a team of one.
const staff = `email,name,unit,language,supervises
a0@shores.example,Bea Boss,A,en,A
a1@shores.example,Aino Aalto,A,en,
a2@shores.example,Anna Aro,A,sv,
a3@shores.example,Antti Asp,A,en,
a4@shores.example,Aila Alho,A,en,
a5@shores.example,Asta Arvo,A1,en,
b1@shores.example,Bo Berg,B,en,
b2@shores.example,Berit Blom,B,en,
`

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// county is a county with a mentor in each of two services: a1 in home care, b1 in the health centre; boss leads all meetings, and
// part those of the health centre.
type county struct {
	*apptest.Site
	t *testing.T
}

func newCounty(t *testing.T, d *db.DB) county {
	t.Helper()
	s := apptest.New(t, d)
	_, err := s.People.Import(t.Context(), people.Files{Units: people.File{Name: "u.csv", Data: []byte(units)}, People: people.File{Name: "p.csv", Data: []byte(staff)}}, people.ImportOptions{})
	must(t, err)
	c := county{s, t}
	c.mentor("a1")
	c.mentor("b1")
	s.Grant("boss@shores.example", people.Coordinator, "")
	s.Grant("part@shores.example", people.Coordinator, "B")
	return c
}

func (c county) id(who string) int64 { return c.Person(who + "@shores.example").ID }

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

// mentor makes somebody an active mentor of their unit and what is below it.
func (c county) mentor(who string) int64 {
	c.t.Helper()
	ctx, p := c.t.Context(), c.Person(who+"@shores.example")
	id, err := c.Mentors.SignUp(ctx, p.ID, p.ID, mentoring.Profile{Langs: []string{"fi"}}, []mentoring.Place{{Unit: p.UnitID, Below: true}})
	must(c.t, err)
	must(c.t, c.Mentors.Confirm(ctx, 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 120, From: "2020-01-01"}))
	must(c.t, c.Mentors.Move(ctx, 0, id, mentoring.AnyVersion, mentoring.Appointment, ""))
	must(c.t, c.Mentors.Move(ctx, 0, id, mentoring.AnyVersion, mentoring.Activation, ""))
	return id
}

// in is a plan of a meeting so many days from now.
func (c county) in(days int, unit int64) meetings.Plan {
	start := c.Clock.Now().AddDate(0, 0, days)
	return meetings.Plan{Unit: unit, Title: fmt.Sprintf("Network in %d", days), Start: start, End: start.Add(time.Hour), Link: "https://teams.example/x", Agenda: "News (10 min)"}
}

// planned plans a meeting with invitations.
func (c county) planned(days int, unit int64) meetings.Meeting {
	c.t.Helper()
	ids, err := c.Meetings.Create(c.t.Context(), c.id("boss"), []meetings.Plan{c.in(days, unit)}, true)
	must(c.t, err)
	return c.meeting(ids[0])
}

func (c county) meeting(id int64) meetings.Meeting {
	c.t.Helper()
	m, err := c.Meetings.ByID(c.t.Context(), id)
	must(c.t, err)
	return m
}

func (c county) asked(who, text string) int64 {
	c.t.Helper()
	id, err := c.Meetings.Give(c.t.Context(), c.id(who), text)
	must(c.t, err)
	return id
}

// letters are what has come of meetings, to whom and with which method and sequence: "a1 REQUEST 0".
func (c county) letters() (out []string) {
	c.Work()
	for _, m := range c.Mail.Sent() {
		if strings.Contains(m.Text, "/mentors/me") || strings.Contains(m.Text, "/sign-in/") {
			continue // the monthly note, and links to sign in
		}
		who, _, _ := strings.Cut(m.To, "@")
		seq := ""
		for line := range strings.SplitSeq(string(m.Calendar), "\r\n") {
			if n, ok := strings.CutPrefix(line, "SEQUENCE:"); ok {
				seq = " " + n
			}
		}
		out = append(out, strings.TrimSpace(who+" "+m.CalendarMethod+seq))
	}
	slices.Sort(out)
	return out
}

// last is the newest message to somebody.
func (c county) last(who string) mail.Message {
	c.t.Helper()
	all := c.Mailed(who + "@shores.example")
	if len(all) == 0 {
		c.t.Fatalf("no mail came to %s", who)
	}
	return all[len(all)-1]
}

func wantMail(t *testing.T, c county, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := c.letters(); !slices.Equal(got, want) {
		t.Errorf("mail: got %q, want %q", got, want)
	}
}

func TestTheSequenceRisesAndACancellationReachesExactlyThoseWhoWereInvited(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		m := c.planned(10, 0)
		wantMail(t, c, "a1 REQUEST 0", "b1 REQUEST 0")
		must(t, c.Meetings.Change(t.Context(), c.id("boss"), m.ID, m.Version, m.Plan)) // the same plan tells nobody anything
		wantMail(t, c, "a1 REQUEST 0", "b1 REQUEST 0")
		c.mentor("a2")
		m = c.meeting(m.ID)
		p := m.Plan
		p.Start, p.End = p.Start.Add(time.Hour), p.End.Add(time.Hour)
		must(t, c.Meetings.Change(t.Context(), c.id("boss"), m.ID, m.Version, p))
		wantMail(t, c, "a1 REQUEST 0", "b1 REQUEST 0", "a1 REQUEST 1", "b1 REQUEST 1")
		n, err := c.Meetings.Invite(t.Context(), c.id("boss"), m.ID)
		if must(t, err); n != 1 {
			t.Errorf("%d more were invited, want 1", n)
		}
		wantMail(t, c, "a1 REQUEST 0", "b1 REQUEST 0", "a1 REQUEST 1", "b1 REQUEST 1", "a2 REQUEST 1")
		c.mentor("a3") // who has not been invited hears nothing
		m = c.meeting(m.ID)
		must(t, c.Meetings.Cancel(t.Context(), c.id("boss"), m.ID, m.Version, "The expert is ill."))
		wantMail(t, c, "a1 REQUEST 0", "b1 REQUEST 0", "a1 REQUEST 1", "b1 REQUEST 1", "a2 REQUEST 1", "a1 CANCEL 2", "b1 CANCEL 2", "a2 CANCEL 2")
		if text := c.last("a2").Text; !strings.Contains(text, "The expert is ill.") || !strings.Contains(text, "inställd") {
			t.Errorf("the cancellation says\n%s", text)
		}
		err = c.Meetings.Change(t.Context(), c.id("boss"), m.ID, c.meeting(m.ID).Version, m.Plan)
		if errs.KindOf(err) != errs.Conflict {
			t.Errorf("a meeting that was called off is changed: %v", err)
		}
	})
}

func TestAMeetingOfAPartInvitesItsOwnMentors(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		c.planned(10, c.unit("A1")) // a1 serves home care and what is below it
		wantMail(t, c, "a1 REQUEST 0")
		title, _, path, ok, err := c.Meetings.Next(t.Context(), c.mentorID("a1"))
		if must(t, err); !ok || title != "Network in 10" || path != "/meetings/1" {
			t.Errorf("next for a1: %q %q %v", title, path, ok)
		}
		if _, _, _, ok, err = c.Meetings.Next(t.Context(), c.mentorID("b1")); err != nil || ok {
			t.Errorf("next for b1: %v %v, want none", ok, err)
		}
	})
}

func (c county) mentorID(who string) int64 {
	m, _, err := c.Mentors.MentorOf(c.t.Context(), c.id(who))
	must(c.t, err)
	return m.ID
}

func TestOfTwoCoordinatorsTheSecondOneIsToldOfTheFirst(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		m := c.planned(10, 0)
		p, q := m.Plan, m.Plan
		p.Title, q.Title = "First", "Second"
		must(t, c.Meetings.Change(t.Context(), c.id("boss"), m.ID, m.Version, p))
		if err := c.Meetings.Change(t.Context(), c.id("part"), m.ID, m.Version, q); errs.KindOf(err) != errs.Conflict {
			t.Errorf("the second change: %v, want a conflict", err)
		}
		if got := c.meeting(m.ID); got.Title != "First" || got.Sequence != 1 {
			t.Errorf("stored is %q with sequence %d", got.Title, got.Sequence)
		}
		boss := c.As("boss@shores.example")
		page := boss.Get("/meetings/1/lead").Want(t, 200)
		must(t, c.Meetings.Note(t.Context(), c.id("part"), m.ID, c.meeting(m.ID).Version, "Theirs"))
		again := page.Form(t, "/notes").Set("notes", "Mine").Send().Want(t, 422, "Theirs", "Mine", "Somebody else has saved notes")
		again.Form(t, "/notes").Set("notes", "Theirs and mine").Send().Want(t, 200, "Theirs and mine")
	})
}

func TestSeveralMeetingsAreMadeAllOrNone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		bad := c.in(20, 999)
		if _, err := c.Meetings.Create(t.Context(), c.id("boss"), []meetings.Plan{c.in(10, 0), bad}, true); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a meeting of a unit that is not there: %v", err)
		}
		if _, err := c.Meetings.ByID(t.Context(), 1); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the first one was made all the same: %v", err)
		}
		wantMail(t, c)
	})
}

func TestAPlanThatCannotBeIsToldField(t *testing.T) {
	c := newCounty(t, dbtest.SQLite(t))
	for name, x := range map[string]struct {
		field  string
		change func(*meetings.Plan)
	}{
		"ends first":   {"to", func(p *meetings.Plan) { p.End = p.Start }},
		"past":         {"day", func(p *meetings.Plan) { p.Start = c.Clock.Now().Add(-time.Minute) }},
		"http":         {"link", func(p *meetings.Plan) { p.Link = "http://teams.example/x" }},
		"nowhere":      {"link", func(p *meetings.Plan) { p.Link = "" }},
		"no title":     {"title", func(p *meetings.Plan) { p.Title = " " }},
		"identity":     {"agenda", func(p *meetings.Plan) { p.Agenda = "131052-308T" }},
		"long theme":   {"theme", func(p *meetings.Plan) { p.Theme = strings.Repeat("x", 201) }},
		"odd in links": {"link", func(p *meetings.Plan) { p.Link = "https://x.example/<b>" }},
	} {
		p := c.in(5, 0)
		x.change(&p)
		_, err := c.Meetings.Create(t.Context(), c.id("boss"), []meetings.Plan{p}, false)
		if err == nil || !strings.Contains(err.Error(), x.field+": ") {
			t.Errorf("%s: %v, want something of %s", name, err, x.field)
		}
	}
}

func TestEachPersonHasOneVote(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		c.planned(10, 0)
		id := c.asked("a1", "The chat is slow")
		votes := func() int {
			all, err := c.Meetings.Waiting(t.Context())
			must(t, err)
			return all[0].Votes
		}
		for range 3 {
			must(t, c.Meetings.Vote(t.Context(), c.id("a2"), id, true))
		}
		must(t, c.Meetings.Vote(t.Context(), c.id("a3"), id, true))
		if n := votes(); n != 2 {
			t.Errorf("%d votes, want 2", n)
		}
		for range 2 {
			must(t, c.Meetings.Vote(t.Context(), c.id("a2"), id, false))
		}
		if n := votes(); n != 1 {
			t.Errorf("%d votes after one was taken back, want 1", n)
		}
	})
}

func TestATopicNamesNobodyAndIsTakenBackByItsWriterOnly(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		for _, text := range []string{"Soita 040 123 4567", "Kysy anna.aro@shores.example", "Asiakas 131052-308T", "", strings.Repeat("x", 301)} {
			if _, err := c.Meetings.Give(t.Context(), c.id("a1"), text); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%q is let through: %v", text, err)
			}
		}
		id := c.asked("a1", "The chat is slow")
		if err := c.Meetings.Withdraw(t.Context(), c.id("a2"), id); errs.KindOf(err) != errs.NotFound {
			t.Errorf("somebody else takes a topic back: %v", err)
		}
		must(t, c.Meetings.Vote(t.Context(), c.id("a2"), id, true))
		must(t, c.Meetings.Withdraw(t.Context(), c.id("a1"), id))
		if all, err := c.Meetings.Waiting(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("after it was taken back there are %v, %v", all, err)
		}
		if entries, _, err := people.AuditLog(t.Context(), d, "mentors", 50, 0); err != nil || slices.ContainsFunc(entries, func(e people.Entry) bool { return e.PersonID == c.id("a2") }) {
			t.Errorf("the log tells of topics or votes: %v %v", entries, err)
		}
	})
}

func TestAnAnswerFindsItsWayBackToTheUnit(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		m := c.planned(1, 0)
		wantMail(t, c, "a1 REQUEST 0", "b1 REQUEST 0")
		id := c.asked("a5", "The chat is slow")
		must(t, c.Meetings.Answer(t.Context(), c.id("boss"), id, 1, m.ID, "A new version comes in March."))
		wantMail(t, c, "a1 REQUEST 0", "b1 REQUEST 0", "a1", "a5")
		mine, theirs := c.last("a5").Text, c.last("a1").Text
		for _, text := range []string{mine, theirs} {
			if !strings.Contains(text, "The chat is slow") || !strings.Contains(text, "A new version comes in March.") || !strings.Contains(text, "Home care") {
				t.Errorf("the answer is\n%s", text)
			}
		}
		if got, want := strings.ReplaceAll(theirs, "Aino Aalto", "Asta Arvo"), mine; got != want || strings.Contains(theirs, "Small team") {
			t.Errorf("the mentor's mail tells another thing than the writer's:\n%s", theirs)
		}
		if err := c.Meetings.Answer(t.Context(), c.id("part"), id, 1, 0, "Another"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a second answer at the same time: %v, want a conflict", err)
		}
		c.Clock.Move(time.Hour)
		must(t, c.Meetings.Answer(t.Context(), c.id("boss"), id, 2, 0, "It came in February."))
		wantMail(t, c, "a1 REQUEST 0", "b1 REQUEST 0", "a1", "a5", "a1", "a5")
		if last := c.last("a5"); !strings.Contains(last.Subject, "corrected") {
			t.Errorf("the correction is called %q", last.Subject)
		}
		if err := c.Meetings.Withdraw(t.Context(), c.id("a5"), id); errs.KindOf(err) != errs.Conflict {
			t.Errorf("an answered topic is taken back: %v", err)
		}
	})
}

func TestWhatIsLeftOpenGoesToTheNextMeetingOfThePart(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		first, other, second := c.planned(1, c.unit("A")), c.planned(2, c.unit("B")), c.planned(5, 0)
		moved, left, theirs := c.asked("a1", "Moved by hand"), c.asked("a2", "Left open"), c.asked("b2", "Of the other part")
		want := func(when string, at map[int64][]int64) {
			t.Helper()
			for m, ids := range at {
				got, err := c.Meetings.WaitingFor(t.Context(), m)
				must(t, err)
				if !slices.Equal(got, ids) {
					t.Errorf("%s: meeting %d has %v, want %v", when, m, got, ids)
				}
			}
		}
		want("at first", map[int64][]int64{first.ID: {moved, left}, other.ID: {theirs}, second.ID: nil})
		must(t, c.Meetings.Pass(t.Context(), c.id("boss"), moved, first.ID))
		want("moved by hand", map[int64][]int64{first.ID: {left}, second.ID: {moved}})
		if err := c.Meetings.Finish(t.Context(), c.id("boss"), first.ID, first.Version); errs.KindOf(err) != errs.Conflict {
			t.Errorf("finished before it began: %v", err)
		}
		c.Clock.Move(25 * time.Hour)
		must(t, c.Meetings.Finish(t.Context(), c.id("boss"), first.ID, first.Version))
		want("finished", map[int64][]int64{first.ID: nil, second.ID: {moved, left}})
		must(t, c.Meetings.Cancel(t.Context(), c.id("boss"), other.ID, other.Version, ""))
		want("called off", map[int64][]int64{other.ID: nil, second.ID: {moved, left, theirs}})
	})
}

func TestWhoCouldNotComeGetsTheSummary(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		c.mentor("a2")
		m := c.planned(1, 0)
		before := c.letters()
		if err := c.Meetings.MarkPresent(t.Context(), c.id("a1"), m.ID, true); errs.KindOf(err) != errs.Conflict {
			t.Errorf("present the day before: %v", err)
		}
		c.Clock.Move(24*time.Hour + time.Minute)
		must(t, c.Meetings.MarkPresent(t.Context(), c.id("a1"), m.ID, true))
		// The coordinator's page was made before a1 pressed the button.
		must(t, c.Meetings.Attend(t.Context(), c.id("boss"), m.ID, nil, []int64{c.id("b1")}))
		must(t, c.Meetings.Decide(t.Context(), c.id("boss"), meetings.Decision{Meeting: m.ID, Text: "Write a guide", Owner: "aino aalto", Due: "2099-01-31"}))
		must(t, c.Meetings.Finish(t.Context(), c.id("boss"), m.ID, m.Version))
		wantMail(t, c, append(before, "a2")...)
		if text := c.last("a2").Text; !strings.Contains(text, "/meetings/1/summary") {
			t.Errorf("the summary is told as\n%s", text)
		}
		if d := c.open(); len(d) != 1 || d[0].OwnerID != c.id("a1") {
			t.Errorf("the decision is %+v, want Aino's", d)
		}
	})
}

func (c county) open() []meetings.Decision {
	all, err := c.Meetings.OpenDecisions(context.Background())
	must(c.t, err)
	return all
}

func TestWritersAreForgottenInTime(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCounty(t, d)
		id := c.asked("a2", "The chat is slow")
		must(t, c.Meetings.Vote(t.Context(), c.id("a3"), id, true))
		must(t, c.Meetings.Answer(t.Context(), c.id("boss"), id, 1, 0, "Soon."))
		c.letters()
		count := func(query string) (n int) {
			must(t, d.QueryRowContext(t.Context(), query).Scan(&n))
			return n
		}
		rows := func() [3]int {
			c.Worker.RunPeriodic(t.Context())
			return [3]int{count(`SELECT count(*) FROM meeting_topics WHERE person_id IS NOT NULL`), count(`SELECT count(*) FROM meeting_votes`), count(`SELECT count(*) FROM meeting_letters`)}
		}
		if got, want := rows(), [3]int{1, 1, 2}; got != want {
			t.Errorf("at first %v, want %v", got, want)
		}
		c.Clock.Move(40 * 24 * time.Hour)
		if got, want := rows(), [3]int{1, 1, 0}; got != want {
			t.Errorf("after 40 days %v, want %v", got, want)
		}
		c.Clock.Move(330 * 24 * time.Hour)
		if got, want := rows(), [3]int{0, 0, 0}; got != want {
			t.Errorf("after a year %v, want %v", got, want)
		}
	})
}
