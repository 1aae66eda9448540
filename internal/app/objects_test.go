package app_test

import (
	"fmt"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/events/live"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

func TestTheLogNamesEventsAndTheirRoomsAndLeadsToThem(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		ctx := t.Context()
		s.Grant("boss@shores.example", people.Coordinator, "")
		boss := s.Person("boss@shores.example")
		start := s.Clock.Now().AddDate(0, 0, 9)
		id, err := s.Events.Create(ctx, boss.ID, events.Plan{Kind: events.Webinar, Title: "Chat & calm", Open: events.ForStaff, Sittings: []events.Sitting{{Start: start, End: start.Add(time.Hour)}}})
		must(t, err)
		v, err := s.People.Identify(ctx, boss.ID, boss.Epoch)
		must(t, err)
		room, err := s.Live.Create(ctx, v, live.Settings{Event: id, Title: "The room"})
		must(t, err)
		alone, err := s.Live.Create(ctx, v, live.Settings{Title: "By itself"})
		must(t, err)
		digi, err := survey.Instruments(ctx, d)
		must(t, err)
		in, err := s.Survey.Instrument(ctx, digi[0].ID)
		must(t, err)
		for object, want := range map[string][2]string{
			fmt.Sprintf("event:%d", id):              {"Chat & calm", fmt.Sprintf("/events/%d", id)},
			fmt.Sprintf("room:%d", room.ID):          {"The room", fmt.Sprintf("/events/%d", id)},
			fmt.Sprintf("room:%d", alone.ID):         {"By itself", ""},
			fmt.Sprintf("instrument:%d", digi[0].ID): {in.Title["en"] + " " + in.Version, fmt.Sprintf("/instruments/%d", digi[0].ID)},
			"request:7":                              {"Request for help 7", ""}, "instrument:999": {},
			"event:99": {}, "room:99": {}, "event:x": {}, "service:99": {}, "round:none": {}, "unheard:1": {},
		} {
			name, url, err := s.People.ObjectName(ctx, object, "en")
			must(t, err)
			if got := [2]string{name, url}; got != want {
				t.Errorf("%s is called %q, want %q", object, got, want)
			}
		}
		s.As("boss@shores.example").Get("/audit").Want(t, 200, "Chat & calm", "The room")
	})
}
