package live_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/people"
)

// stage is an event with people who are named for it.
type stage struct {
	*apptest.Site
	t    *testing.T
	boss int64
}

func newStage(t *testing.T, d *db.DB) *stage {
	s := &stage{Site: apptest.New(t, d), t: t}
	for _, who := range []string{"host", "talks", "other"} {
		s.Grant(who+"@x.example", "", "")
	}
	s.Grant("boss@x.example", people.Coordinator, "")
	s.boss = s.Person("boss@x.example").ID
	return s
}

// event plans and publishes an event, with people named by what they do.
func (s *stage) event(title string, named map[string]events.SpeakerRole) int64 {
	s.t.Helper()
	start := s.Clock.Now().Add(48 * time.Hour)
	id, err := s.Events.Create(s.t.Context(), s.boss, events.Plan{Kind: events.Webinar, Title: title, Open: events.ForStaff,
		Sittings: []events.Sitting{{Start: start, End: start.Add(time.Hour)}}})
	must(s.t, err)
	must(s.t, s.Events.Publish(s.t.Context(), s.boss, id, 1))
	for who, role := range named {
		x := events.Speaker{Event: id, Name: who, Role: role, Person: s.Person(who + "@x.example").ID}
		must(s.t, s.Events.AddSpeaker(s.t.Context(), s.boss, x))
	}
	return id
}

// room is the newest room of an event.
func (s *stage) room(event int64) string {
	s.t.Helper()
	r, has, err := s.Live.RoomOf(s.t.Context(), event)
	must(s.t, err)
	if !has {
		s.t.Fatalf("event %d has no room", event)
	}
	return fmt.Sprintf("/rooms/%d", r.ID)
}

func (s *stage) make(who *apptest.Reader, event int64) string {
	s.t.Helper()
	action := fmt.Sprintf("/events/%d/room", event)
	who.Get(action).Form(s.t, action).Send().Want(s.t, 200, "Not open yet")
	return s.room(event)
}

func TestWhoIsNamedAsHostLeadsTheRoomOfThatEventAndNothingElse(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		one := s.event("Own", map[string]events.SpeakerRole{"host": events.Host, "talks": events.Expert})
		two := s.event("Another", map[string]events.SpeakerRole{"other": events.Host})
		host, talks, other := s.As("host@x.example"), s.As("talks@x.example"), s.As("other@x.example")
		own := s.make(host, one)
		foreign := s.make(s.As("boss@x.example"), two)

		host.Get(fmt.Sprintf("/events/%d/host", one)).Want(t, 200, "Lead the room")
		host.Post(own+"/open", nil).Want(t, 200, "The room is open.")
		for path, words := range map[string]string{"": "How to join", "/settings": "Name", "/present": "Join at", "/after": "Close the room", "/speak": "No open questions"} {
			host.Get(own+path).Want(t, 200, words)
			other.Get(own+path).Want(t, 403)
			host.Get(foreign+path).Want(t, 403)
			s.Anonymous().NotFollowing().Get(own+path).Want(t, 303)
		}
		for _, path := range []string{"/settings", "/open", "/close", "/question", "/polls", "/poll", "/link", "/write", "/publish", "/speak"} {
			for _, who := range []*apptest.Reader{other, s.Anonymous()} {
				who.Post(own+path, url.Values{"title": {"x"}, "do": {"make"}, "kind": {"speak"}}).Want(t, 403)
			}
			host.Post(foreign+path, nil).Want(t, 403)
			if path != "/speak" {
				talks.Post(own+path, nil).Want(t, 403)
			}
		}
		host.Get("/rooms").Want(t, 403)
		host.Get("/rooms/new").Want(t, 403)
		host.Post("/rooms", url.Values{"title": {"Of my own"}}).Want(t, 403)
		host.Get(fmt.Sprintf("/events/%d/room", two)).Want(t, 403)
		host.Post(fmt.Sprintf("/events/%d/room", two), nil).Want(t, 403)
		host.Get("/events/99/room").Want(t, 404)

		all, err := events.SpeakersOf(t.Context(), d, one)
		must(t, err)
		for _, x := range all {
			must(t, s.Events.RemoveSpeaker(t.Context(), s.boss, one, x.ID))
		}
		host.Get(own).Want(t, 403) // also who made the room, when they are no longer named
		talks.Get(own+"/speak").Want(t, 403)
	})
}

func TestASpeakerSeesOnTheirPhoneWhatIsAskedAtTheirOwnEvent(t *testing.T) {
	s := newStage(t, dbtest.SQLite(t))
	one := s.event("Own", map[string]events.SpeakerRole{"talks": events.Practitioner})
	two := s.event("Another", nil)
	boss, talks, other := s.As("boss@x.example"), s.As("talks@x.example"), s.As("other@x.example")
	own, foreign := s.make(boss, one), s.make(boss, two)
	talks.Get(fmt.Sprintf("/events/%d", one)).Want(t, 200, "Questions on your phone")
	other.Get(fmt.Sprintf("/events/%d", one)).Without(t, "Questions on your phone")
	boss.Post(own+"/open", nil).Want(t, 200)
	r, _, err := s.Live.RoomOf(t.Context(), one)
	must(t, err)
	s.Anonymous().Get("/live/"+r.Code).Form(t, "/ask").Set("text", "How did you begin?").Send().Want(t, 200)
	talks.Get(own+"/speak").Want(t, 200, "How did you begin?").Form(t, own+"/speak").Send().Want(t, 200, "No open questions")
	for _, path := range []string{own, own + "/present", own + "/after", own + "/settings", foreign + "/speak"} {
		if p := talks.Get(path); p.Status != http.StatusForbidden {
			t.Errorf("a speaker at %s: status %d", path, p.Status)
		}
	}
	other.Get(own+"/speak").Want(t, 403)
}

func TestAnEventKeepsWhatCameOfItsRoom(t *testing.T) {
	s := newStage(t, dbtest.SQLite(t))
	event := s.event("Own", nil)
	boss, reader := s.As("boss@x.example"), s.As("other@x.example")
	page, hosts := fmt.Sprintf("/events/%d", event), fmt.Sprintf("/events/%d/host", event)
	boss.Get(hosts).Want(t, 200, "Make a room")
	own := s.make(boss, event)
	boss.Post(own+"/open", nil).Want(t, 200)
	r, _, err := s.Live.RoomOf(t.Context(), event)
	must(t, err)
	reader.Get(page).Want(t, 200, "Enter the room")
	s.Anonymous().Get("/live/"+r.Code).Form(t, "/ask").Set("text", "Who helps at night?").Send().Want(t, 200)
	boss.Post(own+"/close", nil).Want(t, 200)
	boss.Get(hosts).Want(t, 200, "Who helps at night?", "1 question has no answer yet.", "has not been published")
	reader.Get(page).Want(t, 200).Without(t, "Who helps at night?", "Live room")
	boss.Get(own+"/after").Form(t, "/write").Set("answer", "The home care line.").Send().Want(t, 200)
	boss.Get(own+"/after").Form(t, "/publish").Send().Want(t, 200)
	reader.Get(page).Want(t, 200, "Who helps at night?", "The home care line.", "See what was asked")
	boss.Get(hosts).Want(t, 200, "The summary is public.").Without(t, "no answer yet")
}

func TestAHostOrdersPollsByKeyboardWithoutJavaScript(t *testing.T) {
	s := apptest.New(t, dbtest.SQLite(t))
	host, room, _ := opened(t, s)
	own := fmt.Sprintf("/rooms/%d", room.ID)
	for _, title := range []string{"First poll", "Second poll"} {
		host.Post(own+"/polls", url.Values{"poll-title": {title}, "kind": {"words"}}).Want(t, 200)
	}
	p := host.NotFollowing().Post(own+"/poll", url.Values{"poll": {"2"}, "do": {"up"}}).Want(t, 303)
	if got, want := p.Header.Get("Location"), own+"#poll-up-2"; got != want {
		t.Errorf("moving leads to %s, want %s", got, want)
	}
	host.Post(own+"/poll", url.Values{"poll": {"99"}, "do": {"up"}}).Want(t, 404)
}

func TestARoomStandsInItsMakersOwnData(t *testing.T) {
	s := apptest.New(t, dbtest.SQLite(t))
	host, _, _ := opened(t, s)
	host.Get("/me").Want(t, 200, "Coffee & <talk>", "is not joined to you")
	host.Get("/me/data.json").Want(t, 200, `"rooms"`, `"state": "open"`)
	s.Role(people.Member).Get("/me").Want(t, 200, "You have made no live rooms.")
}
