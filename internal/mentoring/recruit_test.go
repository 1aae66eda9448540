package mentoring_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

const day = 24 * time.Hour

func email(who string) string { return who + "@shores.example" }

// as signs somebody in and reads in English.
func as(s *apptest.Site, email string) *apptest.Reader {
	r := s.As(email)
	r.Get("/?lang=en")
	return r
}

// state is the state of somebody as a mentor.
func state(t *testing.T, s *apptest.Site, who string) mentoring.State {
	t.Helper()
	m, has, err := s.Mentors.MentorOf(t.Context(), s.Person(email(who)).ID)
	must(t, err)
	if !has {
		return ""
	}
	return m.State
}

// lastMail is the subject and the text of the last mail that somebody got.
func lastMail(t *testing.T, s *apptest.Site, who string) (subject, text string) {
	t.Helper()
	s.Work()
	all := s.Mailed(email(who))
	if len(all) == 0 {
		t.Fatalf("no mail came to %s", who)
	}
	return all[len(all)-1].Subject, all[len(all)-1].Text
}

// mailsAbout counts the mails that somebody got whose subject holds a text.
func mailsAbout(s *apptest.Site, who, text string) (n int) {
	s.Work()
	for _, m := range s.Mailed(email(who)) {
		if strings.Contains(m.Subject, text) {
			n++
		}
	}
	return n
}

func page(id int64) string { return fmt.Sprintf("/mentors/%d", id) }

func TestAVolunteerBecomesADigimentorStepByStep(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.Grant(email("a1"), people.Supervisor, "A")
		coordinator := s.Role(people.Coordinator)
		tell(t, s, "a2", mentoring.Maybe)
		me := as(s, email("a2"))
		me.Get("/wishes").Want(t, 200, "You can come forward right now")
		f := me.Get("/mentors/join").Want(t, 200, "Northern team", "your own unit").Form(t, "/mentors/join")
		f.Set("langs").Send().Want(t, 422, "Choose at least one language")
		f.Set("units").Set("langs", "fi", "sv").Send().Want(t, 422, "Choose at least one unit")
		health := unitID(t, s, "B")
		f = f.Set("units", unitID(t, s, "A1")).Set("more", health).Send("do", "add").Want(t, 200, "Health centre").Form(t, "/mentors/join")
		if got := f.Values["units"]; len(got) != 2 || f.Values.Get("below") != "1" {
			t.Fatalf("the form holds %v", f.Values)
		}
		f.Values.Del("do")
		f.Set("areas", "remote", "no-such-area").Set("reach", " On Teams ").Send().Want(t, 200, "Your supervisor has yet to confirm it")
		m, _, err := s.Mentors.MentorOf(t.Context(), s.Person(email("a2")).ID)
		must(t, err)
		if len(m.Units) != 2 || !m.Units[0].Below || len(m.Areas) != 1 || m.Reach != "On Teams" || len(m.Langs) != 2 {
			t.Fatalf("stored is %+v", m)
		}
		me.Get("/wishes").Want(t, 200).Without(t, "You can come forward right now")

		subject, text := lastMail(t, s, "a1")
		if subject != "Anna Aro haluaisi digimentoriksi" {
			t.Fatalf("the supervisor got %q", subject)
		}
		boss := as(s, email("a1"))
		boss.Get("/").Want(t, 200, "A candidate for digimentor waits for your answer")
		boss.Get("/mentors/confirm").Want(t, 200, "Anna Aro", "Northern team")
		p := boss.Get("/sign-in?"+strings.SplitN(s.LinkIn(text), "?", 2)[1]).Want(t, 200, "Anna Aro", "On Teams", "Candidate")
		if p.Path != page(m.ID) {
			t.Fatalf("the mail leads to %s", p.Path)
		}
		if state(t, s, "a2") != mentoring.Candidate {
			t.Fatal("following the link changed something")
		}
		p.Form(t, "/confirm").Set("hours", "two").Set("grant_to", "2020-01-01").Send().Want(t, 422, "For example 2 or 1.5", "The last day is before the first", "two")
		p.Form(t, "/confirm").Set("hours", "1,5").Set("grant_from", "2026-01-01").Send().Want(t, 200, "Confirmed", "1.5 h a week")
		if _, text := lastMail(t, s, "a2"); !strings.Contains(text, "Aino Aalto") || !strings.Contains(text, "1,5 h viikossa") {
			t.Errorf("the answer reads %q", text)
		}
		me.Get("/mentors/join").Want(t, 200, "Next the coordinator appoints you")
		me.Get("/mentors/me").Want(t, 403)

		coordinator.Get("/").Want(t, 200, "One who is confirmed waits to be appointed")
		coordinator.Get("/mentors?state=confirmed").Want(t, 200, "Anna Aro", "1.5 h a week")
		coordinator.Get(page(m.ID)).Form(t, "/state").Send("do", "appoint").Want(t, 200, "In training")
		me.Get("/mentors/me").Want(t, 200, "In training", "1.5 h a week")
		coordinator.Get(page(m.ID)).Form(t, "/state").Send("do", "activate").Want(t, 200, "Active")
		if subject, _ := lastMail(t, s, "a2"); subject != "Voit aloittaa digimentorina" {
			t.Errorf("the last mail says %q", subject)
		}
		coordinator.Get(page(m.ID)).Form(t, "/state").Send("do", "end").Want(t, 422, "Tell briefly why")
		coordinator.Get(page(m.ID)).Form(t, "/state").Set("why", "Call 040 123 4567").Send("do", "end").Want(t, 422, "phone number")
		coordinator.Get(page(m.ID)).Form(t, "/state").Set("why", "Other work").Send("do", "end").Want(t, 200, "Ended", "Other work", "the-coordinator@apptest.example")
		me = as(s, email("a2")) // a role that was taken has ended the sessions
		me.Get("/mentors/join").Want(t, 200, "Other work", "Send")
		me.Get("/mentors/me").Want(t, 403)
	})
}

// unitID is a unit's id as a form holds it, by its code.
func unitID(t *testing.T, s *apptest.Site, code string) string {
	t.Helper()
	tree, err := people.LoadTree(t.Context(), s.DB)
	must(t, err)
	u, ok := tree.ByCode(code)
	if !ok {
		t.Fatalf("no unit %q", code)
	}
	return fmt.Sprint(u.ID)
}

// staffed brings another staff list in.
func staffed(t *testing.T, s *apptest.Site, units, staff string) {
	t.Helper()
	_, err := s.People.Import(t.Context(), people.Files{
		Units:  people.File{Name: "units.csv", Data: []byte(units)},
		People: people.File{Name: "people.csv", Data: []byte(staff)},
	}, people.ImportOptions{})
	must(t, err)
}

func TestASupervisorOfAnotherUnitSeesNothingAndChangesNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.Grant(email("b1"), people.Supervisor, "B")
		s.Grant(email("b2"), people.Coordinator, "B")
		waits, active := candidate(t, s, "a2", "A1"), to(t, s, "a3", mentoring.Active, "A")
		for _, who := range []string{"b1", "b2"} {
			r := as(s, email(who))
			r.Get("/mentors/confirm").Want(t, 200).Without(t, "Anna Aro", "Antti Asp")
			r.Get("/").Without(t, "waits for your answer")
			for _, id := range []int64{waits, active} {
				r.Get(page(id)).Want(t, 403)
				for _, do := range []string{"/confirm", "/decline", "/grant", "/state", "/units"} {
					r.Post(page(id)+do, url.Values{"version": {"1"}, "hours": {"2"}, "grant_from": {"2026-01-01"}, "decline_why": {"No"}, "why": {"No"}, "do": {"end"}}).Want(t, 403)
				}
			}
		}
		lead := as(s, email("b2"))
		lead.Get("/mentors").Want(t, 200).Without(t, "Anna Aro", "Antti Asp")
		lead.Get("/mentors/list.csv").Want(t, 200).Without(t, "Anna Aro", "Antti Asp")
		tell(t, s, "a4", mentoring.Yes)
		lead.Post("/mentors/willing/forward", url.Values{"person": {fmt.Sprint(s.Person(email("a4")).ID)}}).Want(t, 403)
		if a, b := state(t, s, "a2"), state(t, s, "a3"); a != mentoring.Candidate || b != mentoring.Active || state(t, s, "a4") != "" {
			t.Errorf("they are %s and %s", a, b)
		}
		s.Role(people.Coordinator).Get("/mentors/999").Want(t, 404)
	})
}

func TestWhenTwoSupervisorsAnswerAtOnceTheSecondSeesHowItStands(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.Grant(email("a1"), people.Supervisor, "A")
		s.Grant(email("a3"), people.Supervisor, "A")
		id := candidate(t, s, "a2", "A1")
		for _, who := range []string{"a1", "a3"} {
			if n := mailsAbout(s, who, "Anna Aro"); n != 1 {
				t.Errorf("%s got %d mails", who, n)
			}
		}
		first := as(s, email("a1")).Get(page(id)).Form(t, "/confirm").Set("hours", "2")
		second := as(s, email("a3")).Get(page(id)).Form(t, "/confirm").Set("hours", "4")
		late := as(s, email("a3")).Get(page(id)).Form(t, "/decline").Set("decline_why", "No time")
		first.Send().Want(t, 200, "it is confirmed")
		second.Send().Want(t, 409, "Somebody else was faster", "Confirmed", "Aino Aalto", "2 h a week")
		late.Send().Want(t, 409, "Somebody else was faster")
		m, err := s.Mentors.MentorByID(t.Context(), id)
		must(t, err)
		if m.Minutes != 120 || m.State != mentoring.Confirmed {
			t.Errorf("stored is %+v", m)
		}
	})
}

func TestSupervisorsAreRemindedThreeTimesAndThenTheCoordinatorSees(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.Grant(email("a1"), people.Supervisor, "A")
		s.Grant(email("b1"), people.Supervisor, "")
		id := candidate(t, s, "a2", "A1")
		seen, err := s.Mentors.MentorByID(t.Context(), id)
		must(t, err)
		for week, want := range []int{0, 1, 2, 3, 3, 3} {
			s.Work()
			must(t, s.Mentors.Upkeep(t.Context())) // another server
			if n := mailsAbout(s, "a1", "odottaa vastaustasi"); n != want {
				t.Fatalf("after %d weeks there are %d reminders, want %d", week, n, want)
			}
			if all, err := s.Mentors.Unanswered(t.Context()); err != nil || len(all) != map[bool]int{true: 1}[week > 3] {
				t.Fatalf("after %d weeks %d are unanswered, %v", week, len(all), err)
			}
			s.Clock.Move(7 * day)
		}
		if n := mailsAbout(s, "b1", "Anna Aro"); n != 0 {
			t.Errorf("who is further up got %d mails", n)
		}
		// The answer of somebody who opened the page before the reminders still counts.
		must(t, s.Mentors.Confirm(t.Context(), s.Person(email("a1")).ID, id, seen.Version, twoHours))
		if n, err := s.Mentors.Unanswered(t.Context()); err != nil || len(n) != 0 {
			t.Errorf("unanswered: %v, %v", n, err)
		}
		s.Clock.Move(30 * day)
		if n := mailsAbout(s, "a1", "odottaa vastaustasi"); n != 3 {
			t.Errorf("%d reminders in the end", n)
		}
	})
}

func TestNobodyConfirmsThemself(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.Grant(email("a2"), people.Supervisor, "A1")
		s.Grant(email("a1"), people.Supervisor, "A")
		id := candidate(t, s, "a2", "A1")
		if own, above := mailsAbout(s, "a2", "Anna Aro"), mailsAbout(s, "a1", "Anna Aro"); own != 0 || above != 1 {
			t.Errorf("own %d, above %d mails", own, above)
		}
		me := as(s, email("a2"))
		me.Get(page(id)).Want(t, 200, "You cannot confirm yourself")
		me.Get("/").Without(t, "waits for your answer")
		me.Post(page(id)+"/confirm", url.Values{"version": {"1"}, "hours": {"2"}, "grant_from": {"2026-01-01"}}).Want(t, 403)
		as(s, email("a1")).Get(page(id)).Form(t, "/decline").Set("decline_why", "No time now").Send().Want(t, 200, "Ended")
		if _, text := lastMail(t, s, "a2"); !strings.Contains(text, "No time now") {
			t.Errorf("the answer reads %q", text)
		}
	})
}

func TestWhomNobodyLeadsTheCoordinatorSeesAtOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		candidate(t, s, "b1", "B")
		if all, err := s.Mentors.Unanswered(t.Context()); err != nil || len(all) != 1 {
			t.Fatalf("unanswered: %v, %v", all, err)
		}
		s.Role(people.Coordinator).Get("/mentors?state=unanswered").Want(t, 200, "has not answered any reminder", "Bo Berg")
		// As soon as somebody leads the unit they are asked.
		s.Grant(email("b2"), people.Supervisor, "B")
		must(t, s.Mentors.Upkeep(t.Context()))
		if n := mailsAbout(s, "b2", "Bo Berg"); n != 1 {
			t.Errorf("%d mails", n)
		}
	})
}

func TestTheCoordinatorPutsSomebodyWillingForward(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.Grant(email("a1"), people.Supervisor, "A")
		tell(t, s, "a2", mentoring.Maybe)
		tell(t, s, "a3", mentoring.No)
		_, before := stored(t, d)
		r := s.Role(people.Coordinator)
		r.Get("/mentors/willing").Want(t, 200).Form(t, "/willing/forward").Send().Want(t, 200, "Anna Aro is a candidate now", "Candidate").Without(t, "Put forward")
		if _, after := stored(t, d); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("the wishes are %v, were %v", after, before)
		}
		if subject, text := lastMail(t, s, "a2"); subject != "Olet ehdolla digimentoriksi" || !strings.Contains(text, "/mentors/join") {
			t.Errorf("the mail is %q, %q", subject, text)
		}
		if n := mailsAbout(s, "a1", "Anna Aro"); n != 1 {
			t.Errorf("the supervisor got %d mails", n)
		}
		forward := func(who string) *apptest.Page {
			return r.Post("/mentors/willing/forward", url.Values{"person": {fmt.Sprint(s.Person(email(who)).ID)}})
		}
		forward("a2").Want(t, 409)
		forward("a3").Want(t, 404) // told "not now"
		forward("b1").Want(t, 404) // told nothing
		as(s, email("a2")).Get("/mentors/join").Form(t, "/withdraw").Send().Want(t, 200, "It is taken back")
		if got := state(t, s, "a2"); got != mentoring.Ended {
			t.Errorf("who took it back is %s", got)
		}
	})
}

func TestAMentorLooksAfterTheOwnPage(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		id := to(t, s, "a2", mentoring.Active, "A1")
		r := as(s, email("a2"))
		own := func() *apptest.Page { return r.Get("/mentors/me").Want(t, 200) }
		own().Form(t, "/profile").Set("langs").Send().Want(t, 422, "at least one language")
		own().Form(t, "/profile").Set("areas", "ethics").Set("reach", "Ring 040 123 4567").Send().Want(t, 200, "Ring 040 123 4567")
		own().Form(t, "/absence").Set("away_from", "2026-07-01").Send().Want(t, 422, "Write both days")
		own().Form(t, "/absence").Set("away_from", "2026-07-01").Set("away_to", "2026-07-20").Send().Want(t, 200, "The absence is saved")
		own().Form(t, "/note").Set("note").Send().Want(t, 200)
		own().Form(t, "/state").Set("why", "Busy").Send("do", "rest").Want(t, 200, "Resting", "Busy")
		m, err := s.Mentors.MentorByID(t.Context(), id)
		must(t, err)
		if m.AwayTo != "2026-07-20" || !m.NoteOff || m.State != mentoring.Resting || m.Areas[0] != "ethics" {
			t.Errorf("stored is %+v", m)
		}
		r.Get("/me").Want(t, 200, "You as a digimentor", "Paused", "Busy", "Ring 040 123 4567")
		r.Get("/me/data.json").Want(t, 200, `"mentor"`, `"what": "rest"`, `"why": "Busy"`, `"A1"`)
		own().Form(t, "/state").Send("do", "return").Want(t, 200, "Active")
		// Others' pages are not theirs, and who is no mentor has none.
		r.Get(page(id)).Want(t, 403)
		as(s, email("a3")).Post("/mentors/me/note", nil).Want(t, 403)
		s.Role(people.Mentor).Post("/mentors/me/note", nil).Want(t, 404)
	})
}

func TestWhoHasNotBegunDoesNotBeginByPausing(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	id := to(t, s, "a2", mentoring.Training, "A1")
	must(t, s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Rest, ""))
	as(s, email("a2")).Get("/mentors/me").Form(t, "/state").Send("do", "return").Want(t, 409)
	if got := state(t, s, "a2"); got != mentoring.Resting {
		t.Errorf("the mentor is %s", got)
	}
}

func TestTheCoordinatorChangesUnitsAndHours(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.Grant(email("a1"), people.Supervisor, "A")
		id := to(t, s, "a2", mentoring.Active, "A1")
		r := s.Role(people.Coordinator)
		f := r.Get(page(id)).Form(t, "/units")
		f.Set("add", unitID(t, s, "B")).Send().Want(t, 200, "Northern team, Health centre")
		f.Send().Want(t, 409, "Somebody else was faster") // an old page
		f = r.Get(page(id)).Form(t, "/units")
		f.Set("place_"+unitID(t, s, "A1"), "drop").Set("place_"+unitID(t, s, "B"), "drop").Send().Want(t, 422, "Choose at least one unit")
		f.Set("place_"+unitID(t, s, "B"), "only").Send().Want(t, 200)
		m, err := s.Mentors.MentorByID(t.Context(), id)
		must(t, err)
		if len(m.Units) != 1 || m.Units[0].Below {
			t.Errorf("serves %v", m.Units)
		}
		roles, err := people.RolesOf(t.Context(), d, m.Person.ID)
		must(t, err)
		if len(roles) != 1 || fmt.Sprint(roles[0].UnitID) != unitID(t, s, "B") {
			t.Errorf("roles %v", roles)
		}
		// The supervisor may change the hours, and nothing else.
		boss := as(s, email("a1"))
		boss.Get(page(id)).Want(t, 200).Form(t, "/grant").Set("hours", "3").Send().Want(t, 200, "3 h a week")
		boss.Post(page(id)+"/state", url.Values{"do": {"end"}, "why": {"No"}}).Want(t, 403)
		boss.Post(page(id)+"/units", nil).Want(t, 403)
	})
}

func TestTheListIsLimited(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		id := to(t, s, "a2", mentoring.Active, "A1")
		to(t, s, "a3", mentoring.Training, "A")
		candidate(t, s, "b1", "B")
		must(t, s.Mentors.Tell(t.Context(), id, mentoring.Profile{Langs: []string{"fi"}, Areas: []string{"ethics"}}))
		r := s.Role(people.Coordinator)
		all := map[string]string{"a2": "Anna Aro", "a3": "Antti Asp", "b1": "Bo Berg"}
		for query, want := range map[string]string{"": "a2 a3 b1", "?state=active": "a2", "?state=candidate": "b1", "?unit=" + unitID(t, s, "A"): "a2 a3",
			"?unit=" + unitID(t, s, "A1"): "a2", "?strength=ethics": "a2", "?q=asp": "a3", "?q=BERG+bo": "b1", "?strength=ethics&state=training": "", "?unit=x&page=9": "a2 a3 b1"} {
			p, list := r.Get("/mentors"+query).Want(t, 200), r.Get("/mentors/list.csv"+query).Want(t, 200)
			for who, name := range all {
				if strings.Contains(want, who) {
					p.Want(t, 200, name)
					list.Want(t, 200, name)
				} else {
					p.Without(t, name)
					list.Without(t, name)
				}
			}
		}
		r.Get("/mentors").Want(t, 200, "All 3", "Active 1", "In training 1", "Candidate 1", "Resting 0")
	})
}

func TestHoursAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]int{"2": 120, "1,5": 90, " 0.25 ": 15, "40": 2400, "0,1": 6, "40,01": 0, "0": 0, "-1": 0, "two": 0, "": 0, "NaN": 0, "1e9": 0} {
		if got, ok := mentoring.ParseHours(text); got != want || ok != (want > 0) {
			t.Errorf("%q is %d minutes, %v, want %d", text, got, ok, want)
		}
	}
	for minutes := 1; minutes <= mentoring.MostMinutes; minutes++ {
		if got, ok := mentoring.ParseHours(mentoring.Hours("fi", minutes)); !ok || got != minutes {
			t.Fatalf("%d minutes are written %s and read %d", minutes, mentoring.Hours("fi", minutes), got)
		}
	}
}

func TestWhoHasLeftDoesNotComeForward(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	p := s.Person(email("a2"))
	staffed(t, s, units, strings.ReplaceAll(staff, "a2@shores.example,Anna Aro,A1,fi\n", ""))
	if _, err := s.Mentors.SignUp(t.Context(), p.ID, p.ID, mentoring.Profile{Langs: []string{"fi"}}, []mentoring.Place{{Unit: p.UnitID}}); errs.KindOf(err) != errs.Conflict {
		t.Errorf("signing up: %v", err)
	}
}
