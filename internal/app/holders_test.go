package app_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/people"
)

// Sign-ups and changes lock the places first and the holders after them: none waits for ever, and whoever has a place hears.
func TestWhoSignsUpWhileAnEventChangesHearsOfIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		ctx := t.Context()
		s.Grant("boss@shores.example", people.Coordinator, "")
		boss := s.Person("boss@shores.example").ID
		start := s.Clock.Now().AddDate(0, 0, 9)
		id, err := s.Events.Create(ctx, boss, events.Plan{Kind: events.Webinar, Title: "Chat", Open: events.ForStaff, Sittings: []events.Sitting{{Start: start, End: start.Add(time.Hour)}}})
		if err == nil {
			err = s.Events.Publish(ctx, boss, id, 1)
		}
		if err != nil {
			t.Fatal(err)
		}
		e, err := events.ByID(ctx, d, id)
		if err != nil {
			t.Fatal(err)
		}
		all, err := people.Population(ctx, d, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		all = slices.DeleteFunc(all, func(p people.Person) bool { return p.Email == "" })
		all = all[:min(len(all), 8)]
		var wait sync.WaitGroup
		for _, p := range all {
			wait.Go(func() {
				if _, err := s.Signups.SignUp(ctx, id, p.ID); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Go(func() {
			plan := e.Plan
			plan.Place = "Library"
			if err := s.Events.Change(ctx, boss, id, e.Version, plan); err != nil {
				t.Error(err)
			}
		})
		wait.Wait()
		s.Work()
		for _, p := range all {
			mails := s.Mailed(p.Email)
			if n := len(mails); n == 0 || mails[n-1].CalendarMethod != "REQUEST" {
				t.Errorf("%s got %d mails", p.Email, n)
			}
		}
	})
}
