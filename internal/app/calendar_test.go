package app_test

import (
	"net/url"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/meetings"
	"taitorinki/internal/people"
)

func TestADigimentorsFeedHoldsTheMeetingsOfTheNetwork(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		ctx := t.Context()
		s.Grant("boss@shores.example", people.Coordinator, "")
		all, err := people.Population(ctx, d, nil, nil)
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		ok(err)
		p := all[0]
		id, err := s.Mentors.SignUp(ctx, p.ID, p.ID, mentoring.Profile{Langs: []string{"fi"}}, []mentoring.Place{{Unit: p.UnitID, Below: true}})
		ok(err)
		ok(s.Mentors.Confirm(ctx, 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 120, From: "2020-01-01"}))
		ok(s.Mentors.Move(ctx, 0, id, mentoring.AnyVersion, mentoring.Appointment, ""))
		ok(s.Mentors.Move(ctx, 0, id, mentoring.AnyVersion, mentoring.Activation, ""))
		start := s.Clock.Now().AddDate(0, 0, 9)
		ids, err := s.Meetings.Create(ctx, s.Person("boss@shores.example").ID, []meetings.Plan{{Title: "Verkosto", Start: start, End: start.Add(time.Hour), Link: "https://meet.example/2"}}, true)
		ok(err)
		m, err := s.Meetings.ByID(ctx, ids[0])
		ok(err)
		page := s.As(p.Email).Post("/calendar", url.Values{"do": {"make"}}).Want(t, 200)
		s.Anonymous().Get(s.LinkIn(page.Body)).Want(t, 200, m.UID, "SUMMARY:Verkosto")
	})
}
