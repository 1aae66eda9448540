package calendar_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/ical"
	"taitorinki/internal/people"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// site is a platform with a host and somebody who comes.
type site struct {
	*apptest.Site
	t          *testing.T
	host, aino people.Person
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &site{Site: apptest.New(t, d), t: t}
	const units = "code,parent,name_fi,name_sv,name_en\nH,,Rannat,Stränderna,The Shores\n"
	const staff = "email,name,unit,language\nhost@shores.example,Helmi Saarela,H,fi\naino@shores.example,Aino Määttä,H,fi\n"
	_, err := s.People.Import(t.Context(), people.Files{Units: people.File{Name: "u.csv", Data: []byte(units)}, People: people.File{Name: "p.csv", Data: []byte(staff)}}, people.ImportOptions{})
	must(t, err)
	s.Grant("host@shores.example", people.Coordinator, "")
	s.host, s.aino = s.Person("host@shores.example"), s.Person("aino@shores.example")
	return s
}

// hour is a sitting of an hour.
func hour(start time.Time) events.Sitting {
	return events.Sitting{Start: start, End: start.Add(time.Hour)}
}

// in is a time so many days from now, on the hour.
func (s *site) in(days int) time.Time { return s.Clock.Now().AddDate(0, 0, days).Truncate(time.Hour) }

func (s *site) published(sittings ...events.Sitting) events.Event {
	s.t.Helper()
	p := events.Plan{Kind: events.Workshop, Title: "Räätälöity; chat, arki", Lead: "Uskallat avata keskustelun.", Open: events.ForStaff,
		Place: "Sali 2", Link: "https://meet.example/1", Sittings: sittings}
	id, err := s.Events.Create(s.t.Context(), s.host.ID, p)
	must(s.t, err)
	must(s.t, s.Events.Publish(s.t.Context(), s.host.ID, id, 1))
	return s.event(id)
}

func (s *site) event(id int64) events.Event {
	s.t.Helper()
	e, err := events.ByID(s.t.Context(), s.DB, id)
	must(s.t, err)
	return e
}

func (s *site) changed(e events.Event, change func(*events.Plan)) events.Event {
	s.t.Helper()
	p := e.Plan
	p.Sittings = slices.Clone(p.Sittings)
	change(&p)
	must(s.t, s.Events.Change(s.t.Context(), s.host.ID, e.ID, e.Version, p))
	return s.event(e.ID)
}

func (s *site) cancelled(e events.Event) events.Event {
	s.t.Helper()
	must(s.t, s.Events.Cancel(s.t.Context(), s.host.ID, e.ID, e.Version, "Puhuja on sairaana."))
	return s.event(e.ID)
}

// comes gives Aino a place.
func (s *site) comes(e events.Event) {
	s.t.Helper()
	must(s.t, s.DB.InTx(s.t.Context(), func(tx *db.Tx) error {
		return s.Notices.Hold(s.t.Context(), tx, &e, events.Recipient{Person: s.aino.ID}, e.Sequence)
	}))
}

func (s *site) part(e events.Event, at int, cancel bool, method string) []byte {
	s.t.Helper()
	file, got, err := s.Calendar.Part(s.t.Context(), &e, &e.Sittings[at], ical.Person{Name: s.aino.Name, Email: s.aino.Email}, cancel)
	must(s.t, err)
	if got != method {
		s.t.Errorf("the method is %s, want %s", got, method)
	}
	return file
}

// wanted is what a reader is to find of a sitting that was told with a stamp.
func (s *site) wanted(e events.Event, at int, stamp time.Time, join bool) foundEvent {
	x, page := e.Sittings[at], s.URL+e.PublicPath("")
	f := foundEvent{UID: x.UID, Sequence: e.Sequence, Status: "CONFIRMED", Stamp: stamp.Unix(), Start: x.Start.Unix(), End: x.End.Unix(), Summary: e.Title,
		Location: e.Place, URL: page, Organizer: ical.Person{Name: s.host.Name, Email: s.host.Email}}
	f.Description = e.Lead + "\n\n" + page
	if e.Why != "" {
		f.Description = e.Why + "\n\n" + f.Description
	}
	if join {
		f.URL = e.Link
		f.Description += "\n\n" + e.Link
	}
	if x.Cancelled || e.State == events.Cancelled {
		f.Status = "CANCELLED"
	}
	return f
}

func (f foundEvent) to(p people.Person) foundEvent {
	f.Attendee = ical.Person{Name: p.Name, Email: p.Email}
	return f
}

func whole(method, name string, all ...foundEvent) found {
	return found{Method: method, Name: name, Zones: []string{"Europe/Helsinki"}, Events: all}
}

func TestOtherProgramsReadInvitationChangeCancellationAndFileOfASeries(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	first := s.published(hour(s.in(7)), hour(s.in(14)), hour(s.in(21)))
	began := s.Clock.Now()
	files := map[string][]byte{"first": s.part(first, 2, false, "REQUEST"), "withdrawn": s.part(first, 2, true, "CANCEL")}
	s.Clock.Move(time.Hour)
	moved := s.changed(first, func(p *events.Plan) {
		p.Sittings[2].Start = p.Sittings[2].Start.Add(30 * time.Minute)
		p.Sittings = slices.Delete(p.Sittings, 1, 2)
	})
	files["moved"], files["called off"] = s.part(moved, 2, false, "REQUEST"), s.part(moved, 1, false, "CANCEL")
	files["file"] = []byte(s.As("aino@shores.example").Get(moved.Path("/event.ics")).Want(t, 200).Body)
	files["public file"] = []byte(s.Anonymous().Get(moved.PublicPath("/event.ics")).Want(t, 200).Body)
	s.Clock.Move(time.Hour)
	off := s.cancelled(moved)
	files["off"] = s.part(off, 2, false, "CANCEL")
	files["file off"] = []byte(s.Anonymous().Get(off.PublicPath("/event.ics")).Want(t, 200).Body)

	withdrawn := s.wanted(first, 2, began, true).to(s.aino)
	withdrawn.Sequence, withdrawn.Status = 1, "CANCELLED"
	all := func(e events.Event, stamp time.Time, join bool) (out []foundEvent) {
		for i := range e.Sittings {
			out = append(out, s.wanted(e, i, stamp, join))
		}
		return out
	}
	agree(t, files, map[string]found{
		"first":       whole("REQUEST", "", s.wanted(first, 2, began, true).to(s.aino)),
		"withdrawn":   whole("CANCEL", "", withdrawn),
		"moved":       whole("REQUEST", "", s.wanted(moved, 2, began.Add(time.Hour), true).to(s.aino)),
		"called off":  whole("CANCEL", "", s.wanted(moved, 1, began.Add(time.Hour), true).to(s.aino)),
		"file":        whole("PUBLISH", "", all(moved, moved.Stamp, true)...),
		"public file": whole("PUBLISH", "", all(moved, moved.Stamp, false)...),
		"off":         whole("CANCEL", "", s.wanted(off, 2, began.Add(2*time.Hour), true).to(s.aino)),
		"file off":    whole("PUBLISH", "", all(off, off.Stamp, false)...),
	})
	if moved.Sequence != 1 || off.Sequence != 2 {
		t.Errorf("the sequences are %d and %d", moved.Sequence, off.Sequence)
	}
}

// changeOf is 1.00 UTC of the last Sunday of the next such month, when the clocks change.
func (s *site) changeOf(m time.Month) time.Time {
	now := s.Clock.Now()
	for year := now.Year(); ; year++ {
		last := time.Date(year, m+1, 0, 1, 0, 0, 0, time.UTC)
		last = last.AddDate(0, 0, -int(last.Weekday()))
		if last.After(now.AddDate(0, 0, 2)) {
			return last
		}
	}
}

func TestOtherProgramsReadTheSameMomentsAroundBothChangesOfTheClock(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	files, want := map[string][]byte{}, map[string]found{}
	var feed []foundEvent
	for name, m := range map[string]time.Month{"spring": time.March, "autumn": time.October} {
		at := s.changeOf(m)
		e := s.published(hour(at.Add(-26*time.Hour)), // the day before
			events.Sitting{Start: at.Add(-5 * time.Hour), End: at.Add(-150 * time.Minute)},
			hour(at.Add(-2*time.Hour)),
			events.Sitting{Start: at.Add(-30 * time.Minute), End: at}, // 3.30, in autumn for the first time
			events.Sitting{Start: at.Add(15 * time.Minute), End: at.Add(45 * time.Minute)},
			hour(at.Add(time.Hour)), hour(at.Add(30*time.Hour)))
		night := s.published(events.Sitting{Start: at.Add(-4 * time.Hour), End: at.Add(4 * time.Hour)})
		for _, x := range []events.Event{e, night} {
			s.comes(x)
			for i := range x.Sittings {
				key := name + " " + x.Sittings[i].UID
				files[key] = s.part(x, i, false, "REQUEST")
				want[key] = whole("REQUEST", "", s.wanted(x, i, s.Clock.Now(), true).to(s.aino))
				feed = append(feed, s.wanted(x, i, x.Stamp, true))
			}
		}
	}
	slices.SortStableFunc(feed, func(a, b foundEvent) int { return int(a.Start - b.Start) })
	files["feed"] = []byte(s.Anonymous().Get(s.feedOf("aino@shores.example")).Want(t, 200).Body)
	want["feed"] = whole("PUBLISH", "Taitorinki", feed...)
	agree(t, files, want)
}

// feedOf makes somebody's feed, and returns its path.
func (s *site) feedOf(email string) string {
	s.t.Helper()
	page := s.As(email).Get("/calendar").Want(s.t, 200).Form(s.t, "/calendar").Send("do", "make").Want(s.t, 200)
	return s.LinkIn(page.Body)
}

func TestAFeedHoldsWhatIsOnesOwnAndShowsWhatWasCalledOff(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		place, invited, spoken, foreign, gone := s.published(hour(s.in(3))), s.published(hour(s.in(4))), s.published(hour(s.in(5))), s.published(hour(s.in(6))), s.published(hour(s.in(7)))
		s.comes(place)
		s.comes(gone)
		_, err := s.Invite.Directly(t.Context(), s.host.ID, invited.ID, []int64{s.aino.ID})
		must(t, err)
		must(t, s.Events.AddSpeaker(t.Context(), s.host.ID, events.Speaker{Event: spoken.ID, Person: s.aino.ID, Name: "Aino", Role: events.Practitioner}))
		must(t, d.InTx(t.Context(), func(tx *db.Tx) error {
			return s.Notices.Release(t.Context(), tx, &gone, events.Recipient{Person: s.aino.ID})
		}))
		path := s.feedOf("aino@shores.example")
		page := s.Anonymous().Get(path).Want(t, 200, "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H", place.Sittings[0].UID, invited.Sittings[0].UID, spoken.Sittings[0].UID)
		page.Without(t, foreign.Sittings[0].UID, gone.Sittings[0].UID, "STATUS:CANCELLED")
		s.cancelled(place)
		s.Anonymous().Get(path).Want(t, 200, place.Sittings[0].UID, "STATUS:CANCELLED")
		s.Clock.Move(200 * 24 * time.Hour)
		s.Anonymous().Get(path).Want(t, 200).Without(t, "BEGIN:VEVENT")
	})
}

func TestAFeedIsReadByItsSecretAloneAndOnlyWhenItHasChanged(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		e := s.published(hour(s.in(3)))
		s.comes(e)
		path := s.feedOf("aino@shores.example")
		token := strings.TrimSuffix(path[strings.LastIndex(path, "/")+1:], ".ics")
		if len(token) != 32 {
			t.Errorf("the secret %q has not 128 bits", token)
		}
		tag := s.Anonymous().Get(path).Want(t, 200).Header.Get("ETag")
		ask := func() *apptest.Page {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
			must(t, err)
			req.Header.Set("If-None-Match", tag)
			return s.Anonymous().Do(req)
		}
		if got := ask(); got.Status != http.StatusNotModified || got.Body != "" {
			t.Errorf("an unchanged feed answers %d with %d bytes", got.Status, len(got.Body))
		}
		s.changed(e, func(p *events.Plan) { p.Place = "Sali 3" })
		ask().Want(t, 200, "Sali 3")

		second := s.feedOf("aino@shores.example")
		s.Anonymous().Get(path).Want(t, 404)
		s.Anonymous().Get(second).Want(t, 200)
		s.As("aino@shores.example").Get("/calendar").Want(t, 200).Without(t, "/calendar/feed/")
		s.As("aino@shores.example").Post("/calendar", url.Values{"do": {"revoke"}}).Want(t, 200, "Linkki on poistettu")
		s.Anonymous().Get(second).Want(t, 404)
		for _, wrong := range []string{"/calendar/feed/x.ics", "/calendar/feed/.ics", "/calendar/feed/" + token} {
			s.Anonymous().Get(wrong).Want(t, 404)
		}
		s.As("host@shores.example").Get("/audit").Want(t, 200, "Loi oman kalenterilinkin", "Poisti kalenterilinkin")
	})
}

func TestNeitherTheLogNorTheDatabaseKnowsTheSecretOfAFeed(t *testing.T) {
	d := dbtest.SQLite(t)
	s := newSite(t, d)
	var said bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	path := s.feedOf("aino@shores.example")
	token := strings.TrimSuffix(path[strings.LastIndex(path, "/")+1:], ".ics")
	said.Reset()
	s.Anonymous().Get(path).Want(t, 200)
	s.Anonymous().Get("/calendar/feed/"+strings.Repeat("0", 32)+".ics").Want(t, 404)
	if log := said.String(); strings.Contains(log, token) || strings.Contains(log, "aino") || strings.Contains(log, "feed/") {
		t.Errorf("the log says\n%s", log)
	}
	var kept bytes.Buffer
	must(t, d.Backup(t.Context(), io.Writer(&kept)))
	if strings.Contains(kept.String(), token) {
		t.Error("the database holds the secret itself")
	}
}

func TestADraftIsInNoCalendarButItsHosts(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		id, err := s.Events.Create(t.Context(), s.host.ID, events.Plan{Kind: events.Webinar, Title: "Luonnos", Open: events.ForStaff, Sittings: []events.Sitting{hour(s.in(3))}})
		must(t, err)
		e := s.event(id)
		s.As("aino@shores.example").Get(e.Path("/event.ics")).Want(t, 403)
		s.Anonymous().Get(e.PublicPath("/event.ics")).Want(t, 404)
		s.As("host@shores.example").Get(e.Path("/event.ics")).Want(t, 200, "Luonnos")
		s.Anonymous().Get("/e/nothing/event.ics").Want(t, 404)
	})
}
