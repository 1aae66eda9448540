package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/events"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/meetings"
	"taitorinki/internal/people"
)

func TestAMeetingOfTheNetworkStandsAmongTheEvents(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		ctx := t.Context()
		reader := s.Role(people.Coordinator)
		boss, err := people.Holders(ctx, d, people.Coordinator)
		must(t, err)
		by, at := boss[0].Person.ID, s.Clock.Now().Add(72*time.Hour)
		plan := meetings.Plan{Title: "Verkoston tapaaminen", Start: at, End: at.Add(time.Hour), Place: "Teams"}
		ids, err := s.Meetings.Create(ctx, by, []meetings.Plan{plan}, false)
		must(t, err)
		m, err := s.Meetings.ByID(ctx, ids[0])
		must(t, err)
		e, err := events.ByElsewhere(ctx, d, m.Path())
		must(t, err)
		if e.Kind != events.Meeting || e.State != events.Published || e.Title != plan.Title || !e.Start.Equal(at) {
			t.Errorf("the meeting stands there as %+v", e)
		}
		plan.Start, plan.End = plan.Start.Add(time.Hour), plan.End.Add(time.Hour)
		must(t, s.Meetings.Change(ctx, by, m.ID, 1, plan))
		now, err := events.ByID(ctx, d, e.ID)
		must(t, err)
		if !now.Start.Equal(at.Add(time.Hour)) || now.Sittings[0].UID != e.Sittings[0].UID || now.Sequence != 1 {
			t.Errorf("the moved meeting stands there as %+v", now)
		}
		must(t, s.Meetings.Cancel(ctx, by, m.ID, 2, "Asiantuntija sairastui"))
		if now, err = events.ByID(ctx, d, e.ID); err != nil || now.State != events.Cancelled {
			t.Errorf("the cancelled meeting stands there as %+v (%v)", now, err)
		}
		reader.Get(e.Path("")).Want(t, 200, m.Path(), "Asiantuntija sairastui")
	})
}

func TestThoseInvitedToAMeetingAreAskedHowUsefulItWas(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		ctx := t.Context()
		s.Grant("boss@apptest.example", people.Coordinator, "")
		units, err := people.Units(ctx, d)
		must(t, err)
		s.Grant("mentor@apptest.example", "", "")
		mentor := s.Person("mentor@apptest.example")
		id, err := s.Mentors.SignUp(ctx, mentor.ID, mentor.ID, mentoring.Profile{Langs: []string{"fi"}}, []mentoring.Place{{Unit: units[0].ID}})
		must(t, err)
		must(t, s.Mentors.Confirm(ctx, 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 120, From: "2026-01-01"}))
		must(t, s.Mentors.Move(ctx, 0, id, mentoring.AnyVersion, mentoring.Appointment, ""))
		must(t, s.Mentors.Move(ctx, 0, id, mentoring.AnyVersion, mentoring.Activation, ""))
		at := s.Clock.Now().Add(72 * time.Hour)
		_, err = s.Meetings.Create(ctx, s.Person("boss@apptest.example").ID, []meetings.Plan{{Title: "Verkoston tapaaminen", Start: at, End: at.Add(time.Hour), Place: "Teams"}}, true)
		must(t, err)
		s.Clock.Move(75 * time.Hour)
		must(t, s.Feedback.Ask(ctx))
		s.Work()
		asked := 0
		for _, m := range s.Mailed(mentor.Email) {
			if strings.Contains(m.Text, "/e/") && strings.Contains(m.Text, "/feedback") {
				asked++
			}
		}
		if asked != 1 {
			t.Errorf("the mentor was asked %d times, want once: %+v", asked, s.Mailed(mentor.Email))
		}
	})
}

func TestWhoCameIsAskedAndWhereNobodyKeptAccountWhoHadAPlace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		ctx := t.Context()
		s.Grant("boss@apptest.example", people.Coordinator, "")
		boss := s.Person("boss@apptest.example").ID
		at := s.Clock.Now().Add(48 * time.Hour)
		var kept events.Event
		for _, title := range []string{"Lista pidettiin", "Listaa ei pidetty"} {
			id, err := s.Events.Create(ctx, boss, events.Plan{Kind: events.Webinar, Title: title, Open: events.ForStaff, Sittings: []events.Sitting{{Start: at, End: at.Add(time.Hour)}}})
			must(t, err)
			must(t, s.Events.Publish(ctx, boss, id, 1))
			for _, email := range []string{"aino@apptest.example", "bertta@apptest.example"} {
				s.Grant(email, "", "")
				x, err := s.Signups.SignUp(ctx, id, s.Person(email).ID)
				must(t, err)
				if kept.ID == 0 {
					kept, err = events.ByID(ctx, d, id)
					must(t, err)
					s.Clock.Move(48 * time.Hour)
					must(t, s.Signups.Come(ctx, &kept, x.ID, "link"))
					s.Clock.Move(-48 * time.Hour)
				}
			}
		}
		s.Clock.Move(52 * time.Hour)
		must(t, s.Feedback.Ask(ctx))
		s.Work()
		for email, want := range map[string]string{"aino@apptest.example": "Lista pidettiin Listaa ei pidetty", "bertta@apptest.example": "Listaa ei pidetty"} {
			var asked []string
			for _, m := range s.Mailed(email) {
				if _, title, ok := strings.Cut(m.Subject, "? "); ok && strings.Contains(m.Text, "/feedback") {
					asked = append(asked, title)
				}
			}
			slices.Sort(asked)
			if got := strings.Join(asked, " "); got != want {
				t.Errorf("%s is asked about %q, want %q", email, got, want)
			}
		}
	})
}
