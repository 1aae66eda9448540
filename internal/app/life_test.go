package app_test

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/about"
	"taitorinki/internal/apptest"
	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/events"
	"taitorinki/internal/events/fair"
	"taitorinki/internal/events/live"
	"taitorinki/internal/events/materials"
	"taitorinki/internal/insight"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/asking"
	"taitorinki/internal/mentoring/meetings"
	"taitorinki/internal/mentoring/supportlog"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

// Who leaves traces: no word of these stands anywhere else.
const (
	zorvane       = "Zorvane Qvistbergh"
	zorvaneEmail  = "zorvane.qvistbergh@shores.example"
	zorvaneNumber = "ZQ-7731"
)

// life is a county with somebody who has done everything that the features offer, as one of the staff and as one who leads.
type life struct {
	*apptest.Site
	t    *testing.T
	who  people.Person
	boss people.Person
	read *apptest.Reader // signed in as the person

	unit, mentor, finding, service int64
	event, coming                  events.Event
}

// lived makes it. Words that the person wrote begin with "own", so that each is found where it is.
func lived(t *testing.T, d *db.DB) *life {
	t.Helper()
	l := &life{Site: apptest.New(t, d), t: t}
	l.staff(true)
	l.Grant("boss@apptest.example", people.Coordinator, "")
	l.Grant(zorvaneEmail, people.Coordinator, "")
	l.Grant(zorvaneEmail, people.Administrator, "")
	l.who, l.boss = l.Person(zorvaneEmail), l.Person("boss@apptest.example")
	l.unit = unitID(t, l.Site, "A")
	l.read = l.As(zorvaneEmail)
	l.surveyed()
	l.mentored()
	l.trained()
	l.asked()
	l.met()
	l.gathered()
	l.roomed()
	l.told()
	l.left()
	return l
}

// staff brings the staff list in, with the person or without.
func (l *life) staff(with bool) {
	l.t.Helper()
	list, err := os.ReadFile("testdata/people.csv")
	l.must(err)
	units, err := os.ReadFile("testdata/units.csv")
	l.must(err)
	text := "email,name,unit,language,staff number\n"
	for i, line := range strings.Split(strings.TrimSpace(string(list)), "\n")[1:] {
		text += fmt.Sprintf("%s,N-%d\n", line, i)
	}
	if with {
		text += fmt.Sprintf("%s,%s,A,en,%s\n", zorvaneEmail, zorvane, zorvaneNumber)
	}
	_, err = l.People.Import(l.t.Context(), people.Files{Units: people.File{Name: "units.csv", Data: units}, People: people.File{Name: "people.csv", Data: []byte(text)}}, people.ImportOptions{})
	l.must(err)
}

func (l *life) must(err error) {
	l.t.Helper()
	must(l.t, err)
}

func (l *life) exec(query string, args ...any) {
	l.t.Helper()
	_, err := l.DB.ExecContext(l.t.Context(), query, args...)
	l.must(err)
}

// surveyed is a round with an invitation, its result, and a finding that the person marked.
func (l *life) surveyed() {
	ctx := l.t.Context()
	id := unsentRound(l.t, l.Site, "taitorinki-pulse")
	l.Work()
	for i, link := range links(l.Site)[:11] {
		answer(l.t, l.Site, link, i)
	}
	l.must(l.Survey.CloseRound(ctx, id, 0))
	l.Work()
	r, err := survey.RoundByID(ctx, l.DB, id)
	l.must(err)
	snap, err := l.Insight.Snapshot(ctx, r.Code)
	l.must(err)
	l.finding, err = l.Insight.Mark(ctx, l.who.ID, insight.Marking{Round: r.Code, Unit: snap.Units[0].ID, Area: snap.Areas[0].ID, Note: "own-finding", SentAs: "1"})
	l.must(err)
	l.must(l.Insight.ChangeState(ctx, l.who.ID, l.finding, 1, insight.FindingUnderway, "own-state"))
	_, err = l.Mentors.SetFocus(ctx, l.who.ID, mentoring.Focus{Finding: l.finding, Unit: l.unit, Area: "remote", From: mentoring.Day(l.Clock.Now()), To: mentoring.Day(l.Clock.Now().AddDate(0, 1, 0))})
	l.must(err)
}

// mentored is the person as a digimentor, who wrote entries and did things to another mentor.
func (l *life) mentored() {
	ctx := l.t.Context()
	l.must(l.Mentors.Save(ctx, mentoring.Wish{PersonID: l.who.ID, Mentor: "yes", Ways: []string{"video"}}))
	l.mentor = mentor(l.t, l.Site, zorvaneEmail, mentoring.Profile{Areas: []string{"remote"}, Reach: "own-reach"}, "A")
	l.must(l.Mentors.Absent(ctx, l.mentor, mentoring.Day(l.Clock.Now().AddDate(0, 0, 20)), mentoring.Day(l.Clock.Now().AddDate(0, 0, 25))))
	l.must(l.Mentors.Move(ctx, l.who.ID, l.mentor, mentoring.AnyVersion, mentoring.Rest, "own-rest"))
	l.must(l.Mentors.Move(ctx, l.who.ID, l.mentor, mentoring.AnyVersion, mentoring.Return, ""))
	m, err := l.Mentors.MentorByID(ctx, l.mentor)
	l.must(err)
	l.must(l.Log.Add(ctx, &m, supportlog.Entry{Key: "key-0123456789abcdef", Unit: l.unit, Area: "remote", Way: mentoring.Phone, Minutes: 15, Day: mentoring.Day(l.Clock.Now()), Note: "own-log"}))
	l.Grant("lead@apptest.example", people.Supervisor, "B")
	other := l.Person("b1@shores.example")
	id, err := l.Mentors.SignUp(ctx, other.ID, other.ID, mentoring.Profile{Langs: []string{"fi"}, Reach: "The desk."}, []mentoring.Place{{Unit: l.unit, Below: true}})
	l.must(err)
	l.must(l.Mentors.Confirm(ctx, l.who.ID, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 60, From: "2026-01-01"}))
	// The supervisor of a candidate is asked by mail; this one is the person.
	l.Grant(zorvaneEmail, people.Supervisor, "A")
	third := l.Person("a2@shores.example")
	_, err = l.Mentors.SignUp(ctx, third.ID, third.ID, mentoring.Profile{Langs: []string{"fi"}}, []mentoring.Place{{Unit: l.unit}})
	l.must(err)
	l.upload(mentoring.ListPath+"/import", "list", "email;name;units\n"+zorvaneEmail+";"+zorvane+";A\n")
}

// upload sends a file that waits for a word to be brought in.
func (l *life) upload(path, field, text string) {
	l.t.Helper()
	if p := l.read.Upload(path, map[string][]byte{field: []byte(text)}, nil); p.Status != 200 {
		l.t.Fatalf("%s: %d\n%s", path, p.Status, p.Text())
	}
}

// trained is a path that the person published, and badges that they hold, gave and took back.
func (l *life) trained() {
	ctx := l.t.Context()
	l.must(l.Training.Issue(ctx, l.boss.ID, l.mentor, "Learnt it elsewhere."))
	b, _, err := l.Training.Held(ctx, l.mentor)
	l.must(err)
	l.exec(`UPDATE training_badges SET shown = (1 = 1) WHERE id = $1`, b.ID)
	l.must(l.Training.Revoke(ctx, l.who.ID, l.mentor, b.Serial, "own-revocation"))
	l.must(l.Training.Issue(ctx, l.who.ID, l.mentor, "Given anew."))
	w, err := l.Training.WalkOf(ctx, l.mentor)
	l.must(err)
	for _, x := range w.Path.Steps {
		if x.Kind.Own() {
			l.must(l.Training.Mark(ctx, l.who.ID, l.mentor, w.Path.Version, x.Key))
			break
		}
	}
	l.must(l.Training.StartDraft(ctx))
	p, _, err := l.Training.Draft(ctx)
	l.must(err)
	l.must(l.Training.Publish(ctx, l.who.ID, p.Changes))
}

// asked is help that the person asked for, and that they were asked for.
func (l *life) asked() {
	ctx := l.t.Context()
	_, err := l.Asking.Ask(ctx, asking.Ask{By: l.who.ID, Unit: l.unit, Area: "remote", Way: mentoring.Phone, When: asking.Whens[0], Text: "own-request", SentAs: "z1"})
	l.must(err)
	r, err := l.Asking.Ask(ctx, asking.Ask{By: l.Person("a3@shores.example").ID, Unit: l.unit, Area: "remote", Way: mentoring.Phone, When: asking.Whens[0], Text: "Help me.", SentAs: "a1"})
	l.must(err)
	m, err := l.Mentors.MentorByID(ctx, l.mentor)
	l.must(err)
	l.must(l.Asking.Pass(ctx, &m, r.ID, asking.AnyVersion, 0, "own-pass"))
}

// met is a meeting that the person planned, was at and took a task from.
func (l *life) met() {
	ctx, s := l.t.Context(), l.Meetings
	at := l.Clock.Now().Add(time.Hour)
	ids, err := s.Create(ctx, l.who.ID, []meetings.Plan{{Title: "The network", Start: at, End: at.Add(time.Hour), Place: "Room 1", Expert: zorvane + ", own-expert"}}, true)
	l.must(err)
	l.Clock.Move(90 * time.Minute)
	l.must(s.Attend(ctx, l.boss.ID, ids[0], []int64{l.who.ID}, []int64{l.who.ID}))
	l.must(s.Decide(ctx, l.boss.ID, meetings.Decision{Meeting: ids[0], Text: "Write a list.", Owner: zorvane}))
	l.Clock.Move(-90 * time.Minute) // the clock of sessions is the machine's
	topic, err := s.Give(ctx, l.who.ID, "own-topic")
	l.must(err)
	other, err := s.Give(ctx, l.Person("a4@shores.example").ID, "What hurts.")
	l.must(err)
	l.must(s.Vote(ctx, l.who.ID, other, true))
	l.must(s.Answer(ctx, l.boss.ID, topic, 1, ids[0], "An answer."))
}

// gathered are events: one that was, at which the person spoke, and one that is to come, of which they hold the only place.
func (l *life) gathered() {
	ctx, s := l.t.Context(), l.Events
	l.event = l.anEvent("The fair", events.Fair, 48*time.Hour, 0)
	l.must(s.AddSpeaker(ctx, l.boss.ID, events.Speaker{Event: l.event.ID, Person: l.who.ID, Name: zorvane, Title: "own-title", Role: events.Expert}))
	l.must(s.AddSpeaker(ctx, l.boss.ID, events.Speaker{Event: l.event.ID, Name: zorvane, Role: events.Expert})) // typed, without their account
	all, err := events.SpeakersOf(ctx, l.DB, l.event.ID)
	l.must(err)
	l.must(s.Agree(ctx, l.who.ID, l.event.ID, all[0].ID, true))
	l.must(s.AddTask(ctx, l.who.ID, l.event.ID, "Book the room.", mentoring.Day(l.Clock.Now())))
	tasks, err := events.Tasks(ctx, l.DB, &l.event)
	l.must(err)
	l.must(s.SetDone(ctx, l.who.ID, l.event.ID, tasks[len(tasks)-1].ID, true))
	_, err = l.Invite.Directly(ctx, l.boss.ID, l.event.ID, []int64{l.who.ID})
	l.must(err)
	x, err := l.Signups.SignUp(ctx, l.event.ID, l.who.ID)
	l.must(err)
	l.coming = l.anEvent("A small one", events.Webinar, 20*24*time.Hour, 1)
	y, err := l.Signups.SignUp(ctx, l.coming.ID, l.who.ID)
	l.must(err)
	l.must(l.Signups.SetNeeds(ctx, y.ID, "own-needs"))
	_, err = l.Signups.SignUp(ctx, l.coming.ID, l.Person("a5@shores.example").ID)
	l.must(err)
	// Before the account there was a guest.
	guests := l.anEvent("For all", events.Webinar, 30*24*time.Hour, 0)
	l.exec(`INSERT INTO event_signups (event_id, name, email, email_fold, lang, state, queue, made_at, came_how) VALUES ($1, $2, $3, $4, 'en', 'place', 1, $5, '')`,
		guests.ID, zorvane, strings.ToUpper(zorvaneEmail[:1])+zorvaneEmail[1:], zorvaneEmail, db.At(l.Clock.Now()))
	l.exec(`UPDATE event_places SET taken = 1 WHERE event_id = $1`, guests.ID)
	l.exec(`INSERT INTO event_holders (event_id, guest_id, channel, name, email, lang, holds, withdrawn, made_at) VALUES ($1, 1, 'place', $2, $3, 'en', (1 = 1), 0, $4)`,
		guests.ID, zorvane, zorvaneEmail, db.At(l.Clock.Now()))
	l.exec(`INSERT INTO event_material_letters (event_id, email, lang, made_at) VALUES ($1, $2, 'en', $3)`, guests.ID, zorvaneEmail, db.At(l.Clock.Now()))
	_, err = l.Fairs.Add(ctx, l.who.ID, fair.Exhibitor{Event: l.event.ID, Place: "Hall", Card: fair.Card{Name: "Tools", What: "Tools.", Whom: "All.", Contact: zorvane, Reach: "own-exhibitor", Email: zorvaneEmail, Lang: "en"}})
	l.must(err)
	l.read = l.As(zorvaneEmail)
	l.read.Post("/calendar", url.Values{"do": {"make"}}).Want(l.t, 200, "/calendar/feed/")
	l.Clock.Move(48 * time.Hour)
	l.must(l.Signups.Come(ctx, &l.event, x.ID, "link"))
	l.Clock.Move(5 * time.Hour)
	l.must(l.Feedback.Ask(ctx))
	_, err = l.Materials.Add(ctx, l.boss.ID, materials.Material{Event: l.event.ID, Kind: materials.Link, Title: "Slides", Lang: "en", URL: "https://shores.example/slides"})
	l.must(err)
	_, err = l.Materials.Tell(ctx, l.boss.ID, l.event.ID)
	l.must(err)
	l.Clock.Move(-53 * time.Hour)
}

func (l *life) anEvent(title string, kind events.Kind, in time.Duration, places int) events.Event {
	l.t.Helper()
	ctx, at := l.t.Context(), l.Clock.Now().Add(in)
	id, err := l.Events.Create(ctx, l.who.ID, events.Plan{Kind: kind, Title: title, Place: "Room 2", Open: events.ForAll, Capacity: places, Sittings: []events.Sitting{{Start: at, End: at.Add(time.Hour)}}})
	l.must(err)
	l.must(l.Events.Publish(ctx, l.who.ID, id, 1))
	e, err := events.ByID(ctx, l.DB, id)
	l.must(err)
	return e
}

// roomed is a live room that the person made, and a question that they put in another one under their name.
func (l *life) roomed() {
	ctx := l.t.Context()
	v, err := l.People.Identify(ctx, l.who.ID, l.Person(zorvaneEmail).Epoch)
	l.must(err)
	r, err := l.Live.Create(ctx, v, live.Settings{Title: "A talk"})
	l.must(err)
	r, err = l.Live.Begin(ctx, v, r.ID)
	l.must(err)
	_, err = l.Live.Ask(ctx, &r, live.NewDevice(), "Why so?", zorvane)
	l.must(err)
}

// told is what the person wrote and answered in the county's name, and to the county.
func (l *life) told() {
	ctx := l.t.Context()
	var err error
	l.service, err = l.Catalog.Save(ctx, l.who.ID, catalog.DigitalService{Name: catalog.Words{"fi": "Chat", "sv": "Chat", "en": "Chat"}, Owner: zorvane + ", own-service"})
	l.must(err)
	l.must(l.Catalog.Tell(ctx, l.who.ID, l.service, catalog.Words{"fi": "own-news", "sv": "own-news", "en": "own-news"}))
	l.must(l.About.Give(ctx, about.Feedback{Lang: "en", Text: "own-feedback", Email: zorvaneEmail}))
	l.must(l.About.Give(ctx, about.Feedback{Lang: "en", Text: "Too small.", Email: "somebody@shores.example"}))
	waiting, err := about.Waiting(ctx, l.DB)
	l.must(err)
	i := slices.IndexFunc(waiting, func(f about.Feedback) bool { return f.Text == "Too small." })
	l.must(l.About.Answer(ctx, l.who.ID, waiting[i].ID, "Larger now."))
	l.must(l.People.SetCounty(ctx, l.who.ID, people.County{DPO: zorvane + ", own-county"}))
	l.read = l.As(zorvaneEmail)
	l.upload("/people/import", "people", "email,name,unit\n"+zorvaneEmail+","+zorvane+",A\n")
	l.exec(`INSERT INTO person_identities (person_id, issuer, subject, linked_at, used_at) VALUES ($1, 'https://login.example', 'own-subject', 1, 1)`, l.who.ID)
	l.exec(`INSERT INTO identity_sessions (session, identity_id, sub, sid, began_at) SELECT 'own-session', id, 'own-sub', 'own-sid', 1 FROM person_identities WHERE person_id = $1`, l.who.ID)
	l.read.Get("/people/"+fmt.Sprint(l.boss.ID)).Want(l.t, 200)
	l.Work()
	l.Anonymous().Post("/sign-in", url.Values{"email": {zorvaneEmail}}).Want(l.t, 200)
	l.Anonymous().Post("/sign-in", url.Values{"email": {zorvaneEmail}}).Want(l.t, 200)
}

// left notes what only somebody outside the staff list can do: ask to be erased.
func (l *life) left() {
	l.exec(`INSERT INTO erasure_asks (person_id, asked_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, l.who.ID, db.At(l.Clock.Now()))
}
