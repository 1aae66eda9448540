package feedback_test

import (
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/events/feedback"
	"taitorinki/internal/people"
)

func BenchmarkGive(b *testing.B) {
	d := dbtest.SQLite(b)
	s := apptest.New(b, d)
	s.Grant("host@shores.example", people.Coordinator, "")
	host, at := s.Person("host@shores.example").ID, s.Clock.Now().Add(time.Hour)
	var all []events.Event // an event takes so many answers only
	for range 20 {
		id, err := s.Events.Create(b.Context(), host, events.Plan{Kind: events.Webinar, Title: "Webinaari", Open: events.ForStaff,
			Sittings: []events.Sitting{{Start: at, End: at.Add(time.Hour)}}})
		if err == nil {
			err = s.Events.Publish(b.Context(), host, id, 1)
		}
		e, missing := events.ByID(b.Context(), d, id)
		if err != nil || missing != nil {
			b.Fatal(err, missing)
		}
		all = append(all, e)
	}
	s.Clock.Move(3 * time.Hour)
	for i := 0; b.Loop(); i++ {
		a := feedback.Answer{Useful: i % 11, Change: "Lisää aikaa kysymyksille"}
		if err := s.Feedback.Give(b.Context(), &all[i%len(all)], feedback.NewDevice(), a); err != nil {
			b.Fatal(err)
		}
	}
}
