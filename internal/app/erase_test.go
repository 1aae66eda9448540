package app_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

func TestAPersonDeletesWhatRestsOnConsentAndAnAdministratorErasesThem(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		const email = "visitor@elsewhere.example"
		s.Grant(email, "", "")
		id := s.Person(email).ID
		mentor(t, s, email, mentoring.Profile{Areas: []string{"remote"}, Reach: "By the window."}, "A")
		must(t, s.Mentors.Save(t.Context(), mentoring.Wish{PersonID: id, Mentor: mentoring.Yes, Ways: []string{"video"}}))
		admin := s.Role(people.Administrator)
		path := fmt.Sprintf("/people/%d/erase", id)
		sure := url.Values{"sure": {"yes"}}
		admin.Get(path).Want(t, 200, "has not asked to be erased", "Name, e-mail address").Without(t, "Erase this person")
		admin.Post(path, sure).Want(t, 409, "has not asked to be erased")

		own := s.As(email)
		own.Get("/me").Want(t, 200, "Deleting my data", "You are not in the staff list", "By the window.").Form(t, "/me/erase").Send().
			Want(t, 200, "What rested on your consent is deleted").Without(t, "By the window.")
		if n := count(t, d, `SELECT count(*) FROM mentoring_wishes`); n != 0 {
			t.Errorf("%d wishes are left", n)
		}
		own.Get("/me/data.json").Want(t, 200, email).Without(t, "By the window.")

		page := admin.Get(path).Want(t, 200, "They asked for it on", "The address on", "cannot be undone")
		admin.Post(path, nil).Want(t, 422, "Confirm on the page")
		own.Get("/me").Want(t, 200, email)
		page.Form(t, path).Send().Want(t, 200, "The person is erased")
		if p := own.Get("/me"); p.Path != "/sign-in" {
			t.Errorf("an erased person still reads %s", p.Path)
		}
		admin.Get(path).Want(t, 200, "has been erased already").Without(t, "Erase this person", email)
		admin.Post(path, sure).Want(t, 409)
		admin.Get("/people?q=visitor").Want(t, 200).Without(t, email)
		admin.Get("/audit").Want(t, 200, "Erased a person").Without(t, email)
		s.Anonymous().Post("/sign-in", url.Values{"email": {email}}).Want(t, 200)
		before := len(s.Mailed(email))
		s.Work()
		if n := len(s.Mailed(email)); n != before {
			t.Error("a mail went to an erased person")
		}
		// Whoever comes again is somebody new.
		s.Grant(email, "", "")
		if s.Person(email).ID == id {
			t.Error("the erased person is back")
		}
	})
}

func TestWhoIsInTheStaffListIsErasedOnceTheyHaveLeft(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l := &life{Site: apptest.New(t, d), t: t}
		l.staff(true)
		admin := l.Role(people.Administrator)
		id := l.Person(zorvaneEmail).ID
		path := fmt.Sprintf("/people/%d/erase", id)
		own := l.As(zorvaneEmail)
		own.Get("/me").Want(t, 200, "staff list", "cannot delete them on request").Form(t, "/me/erase").Send().Want(t, 200, "is deleted")
		admin.Get(path).Want(t, 200, "is in the staff list and has not left").Without(t, "Erase this person")
		admin.Post(path, url.Values{"sure": {"yes"}}).Want(t, 409)

		l.staff(false)
		admin.Get(path).Want(t, 200, zorvane).Form(t, path).Send().Want(t, 200, "The person is erased")
		l.Role(people.Supervisor).Post(path, url.Values{"sure": {"yes"}}).Want(t, 403)
		l.Role(people.Researcher).Get(path).Want(t, 403)
		if found := everywhere(t, d, "zorvane"); len(found) > 0 {
			t.Errorf("left are %v", found)
		}
		// A list that names them again makes somebody new, as it must: who they were is not known.
		l.staff(true)
		if l.Person(zorvaneEmail).ID == id {
			t.Error("the erased person is back")
		}
	})
}

func TestAPlaceOfAnErasedPersonGoesToWhoWaits(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l := lived(t, d)
		l.staff(false)
		l.Clock.Move(60 * time.Hour) // one event has been, the other is to come
		must(t, l.People.Erase(t.Context(), l.boss.ID, l.who.ID))
		l.Work()
		all, err := l.Signups.List(t.Context(), l.coming.ID)
		must(t, err)
		if len(all) != 1 || all[0].Person != l.Person("a5@shores.example").ID || all[0].State != "offered" {
			t.Errorf("the list of the event is %+v", all)
		}
		if n := count(t, d, fmt.Sprintf(`SELECT taken FROM event_places WHERE event_id = %d`, l.coming.ID)); n != 1 {
			t.Errorf("%d places are taken, want the one that is offered", n)
		}
		if n := count(t, d, `SELECT taken FROM event_places WHERE taken < 0 OR event_id IN (SELECT id FROM events WHERE title = 'For all')`); n != 0 {
			t.Errorf("%d places of a guest are taken", n)
		}
		if n := count(t, d, `SELECT count(*) FROM event_needs`); n != 0 {
			t.Error("what they needed is still there")
		}
		tally, err := l.Signups.Turnout(t.Context(), d, []int64{l.event.ID})
		must(t, err)
		if tally[l.event.ID].Came != 1 {
			t.Errorf("of the event that was, %+v is told", tally[l.event.ID])
		}
	})
}
