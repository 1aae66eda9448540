package asking_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/asking"
	"taitorinki/internal/people"
)

// Home care is a service area with two teams, the health centre another.
const units = `code,parent,name_fi,name_sv,name_en
H,,Rannat,Stränderna,The Shores
A,H,Kotihoito,Hemvård,Home care
A1,A,Pohjoinen tiimi,Norra teamet,Northern team
A2,A,Eteläinen tiimi,Södra teamet,Southern team
B,H,Terveysasema,Hälsostation,Health centre
`

const staff = `email,name,unit,language
asker@shores.example,Aino Aalto,A1,en
near@shores.example,Nea Niemi,A1,en
next@shores.example,Niilo Nurmi,A1,en
south1@shores.example,Sanna Salo,A2,en
south2@shores.example,Sami Suo,A2,en
health@shores.example,Heidi Helle,B,en
lead@shores.example,Kirsi Koski,H,en
leadb@shores.example,Kaj Kallio,B,en
`

// helpMails are the mails about requests to an address, "" for all: mentors also hear of their own state.
func helpMails(s *apptest.Site, to string) (out []mail.Message) {
	for _, m := range s.Mail.Sent() {
		if strings.HasPrefix(m.ID, "help-") && (to == "" || m.To == to) {
			out = append(out, m)
		}
	}
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newSite has coordinators of the whole county and of the health centre, and no mentor yet.
func newSite(t *testing.T, d *db.DB) *apptest.Site {
	t.Helper()
	s := apptest.New(t, d)
	bring(t, s, units, staff)
	s.Grant("lead@shores.example", people.Coordinator, "")
	s.Grant("leadb@shores.example", people.Coordinator, "B")
	return s
}

func bring(t *testing.T, s *apptest.Site, units, staff string) {
	t.Helper()
	_, err := s.People.Import(t.Context(), people.Files{
		Units:  people.File{Name: "units.csv", Data: []byte(units)},
		People: people.File{Name: "people.csv", Data: []byte(staff)},
	}, people.ImportOptions{})
	must(t, err)
}

func unit(t *testing.T, s *apptest.Site, code string) int64 {
	t.Helper()
	tree, err := people.LoadTree(t.Context(), s.DB)
	must(t, err)
	u, ok := tree.ByCode(code)
	if !ok {
		t.Fatalf("no unit %q", code)
	}
	return u.ID
}

// mentor makes somebody an active mentor of a unit and all below it.
func mentor(t *testing.T, s *apptest.Site, who, code string, areas ...string) *mentoring.Mentor {
	t.Helper()
	ctx, p := t.Context(), s.Person(who+"@shores.example")
	id, err := s.Mentors.SignUp(ctx, p.ID, p.ID, mentoring.Profile{Areas: areas, Langs: []string{"fi"}, Reach: "In Teams."}, []mentoring.Place{{Unit: unit(t, s, code), Below: true}})
	must(t, err)
	must(t, s.Mentors.Confirm(ctx, 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 120, From: "2026-01-01"}))
	move(t, s, id, mentoring.Appointment)
	move(t, s, id, mentoring.Activation)
	must(t, s.Mentors.WantNote(ctx, id, false)) // the only mail is that of requests
	m, err := s.Mentors.MentorByID(ctx, id)
	must(t, err)
	return &m
}

func move(t *testing.T, s *apptest.Site, id int64, kind mentoring.EventKind) {
	t.Helper()
	must(t, s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, kind, "Other work"))
}

// wanted is what the asker asks for.
func wanted(t *testing.T, s *apptest.Site, sentAs string) asking.Ask {
	t.Helper()
	return asking.Ask{By: s.Person("asker@shores.example").ID, Unit: unit(t, s, "A1"), Area: "remote", Way: "side", When: "week", Text: "The camera stays dark.", SentAs: sentAs}
}

func ask(t *testing.T, s *apptest.Site, sentAs string) asking.Request {
	t.Helper()
	r, err := s.Asking.Ask(t.Context(), wanted(t, s, sentAs))
	must(t, err)
	return r
}

// stands is the request of a form as it stands now: asking again for what is asked for already changes nothing.
func stands(t *testing.T, s *apptest.Site, sentAs string) asking.Request {
	t.Helper()
	return ask(t, s, sentAs)
}

func climb(t *testing.T, s *apptest.Site) {
	t.Helper()
	must(t, s.Asking.Climb(t.Context()))
}

// where is a request's level, state, and the mentors whose turn is not over.
func where(r asking.Request) string {
	var who []string
	for _, x := range r.Turns {
		if x.Over.IsZero() {
			who = append(who, fmt.Sprintf("%d/%d", x.Level, x.Mentor))
		}
	}
	return fmt.Sprintf("%s at %d: %s", r.State, r.Level, strings.Join(who, " "))
}

func wantAt(t *testing.T, r asking.Request, state asking.State, level asking.Level, mentors ...*mentoring.Mentor) {
	t.Helper()
	var got, want []int64
	for _, x := range r.Turns {
		if x.Over.IsZero() && x.Level == level && x.Mentor != 0 {
			got = append(got, x.Mentor)
		}
	}
	for _, m := range mentors {
		want = append(want, m.ID)
	}
	slices.Sort(got)
	slices.Sort(want)
	if r.State != state || r.Level != level || !slices.Equal(got, want) {
		t.Fatalf("the request is %s, want %s at %d with the mentors %v", where(r), state, level, want)
	}
}

// setClock sets the clock to a time in Finland.
func setClock(t *testing.T, s *apptest.Site, local string) {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", local, i18n.Zone())
	must(t, err)
	s.Clock.Move(at.Sub(s.Clock.Now()))
}

func TestARequestGoesToTheNearestMentorWithTheStrengthAndToNobodyElse(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		mentor(t, s, "near", "A1", "ethics")
		strong := mentor(t, s, "next", "A1", "remote")
		mentor(t, s, "south1", "A", "remote")
		r := ask(t, s, "one")
		wantAt(t, r, asking.Open, asking.Nearest, strong)
		s.Work()
		mails := helpMails(s, "")
		if len(mails) != 1 || mails[0].To != "next@shores.example" {
			t.Fatalf("mails are %v, want one to next@", mails)
		}
		for _, bad := range []string{"camera", "Aino", "asker@"} {
			if strings.Contains(mails[0].Text+mails[0].Subject, bad) {
				t.Errorf("the mail holds %q:\n%s", bad, mails[0].Text)
			}
		}
		for _, good := range []string{"Meeting a client remotely", "Northern team", fmt.Sprintf("/help/inbox/%d", r.ID)} {
			if !strings.Contains(mails[0].Text, good) {
				t.Errorf("the mail does not hold %q:\n%s", good, mails[0].Text)
			}
		}
	})
}

func TestOfTwoWhoAreAsStrongAndAsNearTheOneWithLessToDoIsAsked(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		a, b := mentor(t, s, "near", "A1", "remote"), mentor(t, s, "next", "A1", "remote")
		wantAt(t, ask(t, s, "one"), asking.Open, asking.Nearest, a)
		wantAt(t, ask(t, s, "two"), asking.Open, asking.Nearest, b)
		must(t, s.Asking.Finish(t.Context(), b, stands(t, s, "two").ID, asking.AnyVersion, 0))
		wantAt(t, ask(t, s, "three"), asking.Open, asking.Nearest, b)
		load, err := s.Asking.Load(t.Context())
		must(t, err)
		if load[a.ID] != 1 || load[b.ID] != 1 {
			t.Errorf("the load is %v, want 1 and 1", load)
		}
	})
}

func TestARequestClimbsAfterAWorkingDayWhateverLiesBetween(t *testing.T) {
	for name, x := range map[string]struct{ asked, area, coordinator string }{
		"in the week":       {"2027-02-01 09:12", "2027-02-02 09:12", "2027-02-03 09:12"},
		"over a weekend":    {"2027-02-05 09:12", "2027-02-08 09:12", "2027-02-09 09:12"},
		"asked on a Sunday": {"2027-02-07 20:00", "2027-02-09 00:00", "2027-02-10 00:00"},
		"over Easter":       {"2027-03-25 15:00", "2027-03-30 15:00", "2027-03-31 15:00"},
		"over Midsummer":    {"2027-06-24 08:30", "2027-06-28 08:30", "2027-06-29 08:30"},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				s := newSite(t, d)
				near, south, health := mentor(t, s, "near", "A1", "remote"), mentor(t, s, "south1", "A2"), mentor(t, s, "health", "B", "remote")
				setClock(t, s, x.asked)
				wantAt(t, ask(t, s, "one"), asking.Open, asking.Nearest, near)
				for _, step := range []struct {
					at     string
					before func(r asking.Request)
					after  func(r asking.Request)
				}{
					{x.area, func(r asking.Request) { wantAt(t, r, asking.Open, asking.Nearest, near) }, func(r asking.Request) { wantAt(t, r, asking.Open, asking.Area, south) }},
					{x.coordinator, func(r asking.Request) { wantAt(t, r, asking.Open, asking.Area, south) }, func(r asking.Request) { wantAt(t, r, asking.Open, asking.Coordinator) }},
				} {
					setClock(t, s, step.at)
					s.Clock.Move(-time.Minute)
					climb(t, s)
					step.before(stands(t, s, "one"))
					s.Clock.Move(time.Minute)
					climb(t, s)
					step.after(stands(t, s, "one"))
				}
				r := stands(t, s, "one")
				last := r.Turns[len(r.Turns)-1]
				if last.Person != s.Person("lead@shores.example").ID || len(r.Turns) != 3 || !r.Due.IsZero() {
					t.Errorf("the coordinator's turn is %+v of %d", last, len(r.Turns))
				}
				for _, x := range r.Turns {
					if x.Mentor == health.ID {
						t.Error("it went to a mentor of another service area")
					}
				}
			})
		})
	}
}

func TestWithoutAReachableMentorARequestStartsHigher(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		mentor(t, s, "asker", "A1", "remote") // nobody is asked for their own help
		away := mentor(t, s, "near", "A1", "remote")
		today := mentoring.Day(s.Clock.Now())
		must(t, s.Mentors.Absent(t.Context(), away.ID, today, today))
		asker := as(t, s, "asker")
		r := ask(t, s, "one")
		wantAt(t, r, asking.Open, asking.Coordinator)
		asker.Get("/help/mine").Want(t, 200, "No digimentor can be reached just now, so the request went straight to the coordinator.")
		south := mentor(t, s, "south1", "A2")
		must(t, s.Asking.Withdraw(t.Context(), r.By, r.ID, asking.AnyVersion))
		wantAt(t, ask(t, s, "two"), asking.Open, asking.Area, south)
		asker.Get("/help/mine").Want(t, 200, "No digimentor of your unit can help just now, so the request went to the whole service area.")
		s.Work()
		if n := len(helpMails(s, "lead@shores.example")); n != 0 {
			t.Errorf("%d mails of a request that was withdrawn before they were sent", n)
		}
		if n := len(helpMails(s, "south1@shores.example")); n != 1 {
			t.Errorf("%d mails to the mentor of the area, want 1", n)
		}
	})
}

func TestAMentorWhoCannotHelpAnyMoreKeepsNoRequest(t *testing.T) {
	leave := strings.ReplaceAll(staff, "near@shores.example,Nea Niemi,A1,en\n", "")
	for name, gone := range map[string]func(*testing.T, *apptest.Site, *mentoring.Mentor){
		"absent": func(t *testing.T, s *apptest.Site, m *mentoring.Mentor) {
			today := mentoring.Day(s.Clock.Now())
			must(t, s.Mentors.Absent(t.Context(), m.ID, today, today))
		},
		"rests": func(t *testing.T, s *apptest.Site, m *mentoring.Mentor) { move(t, s, m.ID, mentoring.Rest) },
		"ended": func(t *testing.T, s *apptest.Site, m *mentoring.Mentor) { move(t, s, m.ID, mentoring.End) },
		"left":  func(t *testing.T, s *apptest.Site, _ *mentoring.Mentor) { bring(t, s, units, leave) },
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				s := newSite(t, d)
				first, second := mentor(t, s, "near", "A1", "remote"), mentor(t, s, "next", "A1")
				ask(t, s, "waits")
				wantAt(t, stands(t, s, "waits"), asking.Open, asking.Nearest, first)
				ask(t, s, "taken")
				must(t, s.Asking.Take(t.Context(), first, stands(t, s, "taken").ID))
				gone(t, s, first)
				climb(t, s)
				wantAt(t, stands(t, s, "waits"), asking.Open, asking.Nearest, second)
				if r := stands(t, s, "taken"); name == "absent" {
					wantAt(t, r, asking.Taken, asking.Nearest, first) // what is arranged stays arranged
				} else {
					wantAt(t, r, asking.Open, asking.Nearest, second)
				}
			})
		})
	}
}

func TestOfTwoMentorsWhoTakeAtOnceOneHelpsAndTheOtherIsToldKindly(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		a, b := mentor(t, s, "south1", "A2"), mentor(t, s, "south2", "A2")
		r := ask(t, s, "one")
		wantAt(t, r, asking.Open, asking.Area, a, b)
		fails := make([]error, 2)
		var both sync.WaitGroup
		for i, m := range []*mentoring.Mentor{a, b} {
			both.Go(func() { fails[i] = s.Asking.Take(t.Context(), m, r.ID) })
		}
		both.Wait()
		lost := 0
		for _, err := range fails {
			if e, ok := errors.AsType[*errs.E](err); ok && e.Kind == errs.Conflict && e.Key == "asking.taken-already" {
				lost++
			} else if err != nil {
				t.Error(err)
			}
		}
		if got := stands(t, s, "one"); lost != 1 || got.State != asking.Taken || fails[0] == nil && got.Mentor != a.ID || fails[1] == nil && got.Mentor != b.ID {
			t.Errorf("%d lost, and the request is %s with %d", lost, where(got), got.Mentor)
		}
		s.Work()
		if n := len(helpMails(s, "asker@shores.example")); n != 1 {
			t.Errorf("the asker got %d mails, want one that somebody helps", n)
		}
	})
}

func TestTwoServersMoveARequestOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		mentor(t, s, "near", "A1")
		south := mentor(t, s, "south1", "A2")
		setClock(t, s, "2027-02-01 09:12")
		ask(t, s, "one")
		setClock(t, s, "2027-02-02 10:00")
		var both sync.WaitGroup
		for range 4 {
			both.Go(func() {
				if err := s.Asking.Climb(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		r := stands(t, s, "one")
		wantAt(t, r, asking.Open, asking.Area, south)
		if len(r.Turns) != 2 {
			t.Errorf("it has had %d turns, want 2", len(r.Turns))
		}
	})
}

func TestAFormSentTwiceIsOneRequest(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		mentor(t, s, "near", "A1")
		var all sync.WaitGroup
		ids := make([]int64, 6)
		a := wanted(t, s, "one")
		for i := range ids {
			all.Go(func() {
				r, err := s.Asking.Ask(t.Context(), a)
				if err != nil {
					t.Error(err)
				}
				ids[i] = r.ID
			})
		}
		all.Wait()
		if slices.Sort(ids); ids[0] != ids[5] || ids[0] == 0 {
			t.Errorf("the requests are %v, want one", ids)
		}
		s.Work()
		if n := len(helpMails(s, "near@shores.example")); n != 1 {
			t.Errorf("the mentor got %d mails, want 1", n)
		}
		a.By = s.Person("next@shores.example").ID
		if _, err := s.Asking.Ask(t.Context(), a); errs.KindOf(err) != errs.Conflict {
			t.Errorf("the form of somebody else gave %v, want a conflict", err)
		}
	})
}

func TestWhoCannotHelpGivesTheRequestToTheNextAndAtLastToTheCoordinator(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		ctx := t.Context()
		lead := as(t, s, "lead")
		a, b, c := mentor(t, s, "near", "A1", "remote"), mentor(t, s, "next", "A1"), mentor(t, s, "south1", "A2")
		id := ask(t, s, "one").ID
		must(t, s.Asking.Cannot(ctx, a, id))
		must(t, s.Asking.Cannot(ctx, a, id)) // pressed twice
		wantAt(t, stands(t, s, "one"), asking.Open, asking.Nearest, b)
		must(t, s.Asking.Take(ctx, b, id))
		if err := s.Asking.Pass(ctx, b, id, asking.AnyVersion, 0, " "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("passed on without a reason: %v", err)
		}
		must(t, s.Asking.Pass(ctx, b, id, asking.AnyVersion, 0, "I am on leave from tomorrow"))
		wantAt(t, stands(t, s, "one"), asking.Open, asking.Area, c)
		must(t, s.Asking.Cannot(ctx, c, id))
		r := stands(t, s, "one")
		wantAt(t, r, asking.Open, asking.Coordinator)
		if why := r.Turns[1].Why; why != "I am on leave from tomorrow" {
			t.Errorf("the reason kept is %q", why)
		}
		lead.Get(fmt.Sprintf("/help/%d", id)).Want(t, 200, "Aino Aalto", "Could not help", "Reason: I am on leave from tomorrow")
	})
}

func TestAMentorPassesARequestToAnotherByName(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		a, _, c, other := mentor(t, s, "near", "A1", "remote"), mentor(t, s, "next", "A1"), mentor(t, s, "south1", "A2"), mentor(t, s, "health", "B")
		id := ask(t, s, "one").ID
		if err := s.Asking.Pass(t.Context(), a, id, asking.AnyVersion, other.ID, "Knows this"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("passed out of the service area: %v", err)
		}
		wantAt(t, stands(t, s, "one"), asking.Open, asking.Nearest, a)
		must(t, s.Asking.Pass(t.Context(), a, id, asking.AnyVersion, c.ID, "Knows this"))
		wantAt(t, stands(t, s, "one"), asking.Open, asking.Named, c)
	})
}

func TestTheCoordinatorsMentorWhoIsSilentSendsTheRequestBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		lead := s.Person("lead@shores.example").ID
		setClock(t, s, "2027-02-01 09:12")
		r := ask(t, s, "one")
		wantAt(t, r, asking.Open, asking.Coordinator)
		m := mentor(t, s, "south1", "A2")
		must(t, s.Asking.Hand(t.Context(), lead, r.ID, r.Version, m.ID))
		if err := s.Asking.Hand(t.Context(), lead, r.ID, r.Version, m.ID); errs.KindOf(err) != errs.Invalid && errs.KindOf(err) != errs.Conflict {
			t.Errorf("handed again from an old page: %v", err)
		}
		wantAt(t, stands(t, s, "one"), asking.Open, asking.Named, m)
		setClock(t, s, "2027-02-02 09:12")
		climb(t, s)
		wantAt(t, stands(t, s, "one"), asking.Open, asking.Coordinator)
		must(t, s.Asking.Take(t.Context(), m, r.ID)) // late, and still welcome
		r = stands(t, s, "one")
		must(t, s.Asking.Close(t.Context(), lead, r.ID, r.Version, "Come to the clinic on Tuesday."))
		if err := s.Asking.Take(t.Context(), m, r.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a closed request was taken: %v", err)
		}
		if got := stands(t, s, "one"); got.State != asking.Answered || got.Answer != "Come to the clinic on Tuesday." {
			t.Errorf("the request is %s with the answer %q", where(got), got.Answer)
		}
	})
}

func TestHelpThatDidNotHelpSendsTheRequestToTheNextAndTellsTheMentor(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		asker := s.Person("asker@shores.example").ID
		near, next := mentor(t, s, "near", "A1", "remote"), mentor(t, s, "next", "A1")
		id := ask(t, s, "one").ID
		must(t, s.Asking.Finish(t.Context(), near, id, asking.AnyVersion, 15))
		must(t, s.Asking.Say(t.Context(), asker, id, false))
		r := stands(t, s, "one")
		wantAt(t, r, asking.Open, asking.Nearest, next)
		if r.Minutes != 0 || !r.Closed.IsZero() || r.Said {
			t.Errorf("the request is open with %d minutes, closed %v, said %v", r.Minutes, r.Closed, r.Said)
		}
		s.Work()
		if got := helpMails(s, near.Person.Email); len(got) == 0 || !strings.Contains(got[len(got)-1].Subject, "some more help") {
			t.Errorf("the mentor is told %+v", got)
		}
		if err := s.Asking.Take(t.Context(), near, id); errs.KindOf(err) != errs.NotFound {
			t.Errorf("who has helped takes it again: %v", err)
		}
		must(t, s.Asking.Finish(t.Context(), next, id, asking.AnyVersion, 20))
		must(t, s.Asking.Say(t.Context(), asker, id, false))
		wantAt(t, stands(t, s, "one"), asking.Open, asking.Coordinator) // nobody is left who has not tried
		if n, err := s.Asking.Thanks(t.Context(), near.ID); err != nil || n != 0 {
			t.Errorf("%d thanks for help that did not help, %v", n, err)
		}
	})
}

func TestWhatTheCoordinatorHandsOverIsTheOldMentorsNoMore(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		lead := s.Person("lead@shores.example").ID
		near, south := mentor(t, s, "near", "A1"), mentor(t, s, "south1", "A2")
		id := ask(t, s, "one").ID
		must(t, s.Asking.Take(t.Context(), near, id))
		must(t, s.Asking.Hand(t.Context(), lead, id, asking.AnyVersion, south.ID))
		wantAt(t, stands(t, s, "one"), asking.Open, asking.Named, south)
		if err := s.Asking.Finish(t.Context(), near, id, asking.AnyVersion, 5); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the old mentor closes it: %v", err)
		}
		s.Work()
		if got := helpMails(s, near.Person.Email); len(got) == 0 || !strings.Contains(got[len(got)-1].Subject, "Another digimentor helps now") {
			t.Errorf("the old mentor is told %+v", got)
		}
		must(t, s.Asking.Take(t.Context(), south, id))
		wantAt(t, stands(t, s, "one"), asking.Taken, asking.Named, south)
	})
}

func TestARequestOfAUnitThatWasMergedGoesOnWhereTheAskerIsNow(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		near, south := mentor(t, s, "near", "A1"), mentor(t, s, "south1", "A2")
		wantAt(t, ask(t, s, "one"), asking.Open, asking.Nearest, near)
		bring(t, s, strings.ReplaceAll(units, "A1,A,Pohjoinen tiimi,Norra teamet,Northern team\n", ""),
			strings.ReplaceAll(strings.ReplaceAll(staff, "Aalto,A1", "Aalto,A2"), ",A1,", ",B,"))
		move(t, s, near.ID, mentoring.Rest)
		climb(t, s)
		all, err := s.Asking.OpenFor(t.Context(), south.ID)
		must(t, err)
		if len(all) != 1 || all[0].Unit != unit(t, s, "A2") {
			t.Fatalf("the mentor of the new unit has %v", all)
		}
		wantAt(t, all[0], asking.Open, asking.Nearest, south)
	})
}

func TestTheRequestOfSomebodyWhoHasLeftIsWithdrawn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		m := mentor(t, s, "near", "A1")
		ask(t, s, "one")
		bring(t, s, units, strings.ReplaceAll(staff, "asker@shores.example,Aino Aalto,A1,en\n", ""))
		climb(t, s)
		all, err := s.Asking.OpenFor(t.Context(), m.ID)
		must(t, err)
		counts, err := s.Asking.Counts(t.Context())
		must(t, err)
		if len(all) != 0 || counts[asking.Withdrawn] != 1 {
			t.Errorf("open for the mentor: %v, in all %v", all, counts)
		}
	})
}

func TestSixtyDaysAfterClosingNothingTellsWhoAskedAndWhat(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		m := mentor(t, s, "near", "A1")
		old := ask(t, s, "old")
		must(t, s.Asking.Finish(t.Context(), m, old.ID, asking.AnyVersion, 20))
		ask(t, s, "waits")
		s.Work()
		s.Clock.Move(59 * 24 * time.Hour)
		young := ask(t, s, "young")
		must(t, s.Asking.Withdraw(t.Context(), young.By, young.ID, asking.AnyVersion))
		s.Work()
		if r := stands(t, s, "old"); r.Text == "" || r.By == 0 {
			t.Errorf("after 59 days it is %+v", r)
		}
		s.Clock.Move(2 * 24 * time.Hour)
		s.Work()
		for id, known := range map[int64]bool{old.ID: false, young.ID: true} {
			var kept, turns int
			must(t, d.QueryRowContext(t.Context(), `SELECT count(*) FROM mentoring_requests WHERE id = $1 AND
				(asked_by IS NOT NULL OR text <> '' OR mentor_id IS NOT NULL OR sent_as IS NOT NULL OR minutes > 0 OR answer <> '')`, id).Scan(&kept))
			must(t, d.QueryRowContext(t.Context(), `SELECT count(*) FROM mentoring_request_turns WHERE request_id = $1`, id).Scan(&turns))
			if kept == 1 != known || turns > 0 != known {
				t.Errorf("of request %d %d rows with somebody's name or words are left and %d turns; known: %v", id, kept, turns, known)
			}
		}
		var area, way string
		must(t, d.QueryRowContext(t.Context(), `SELECT area, way FROM mentoring_requests WHERE id = $1 AND asked_at IS NOT NULL AND closed_at IS NOT NULL`, old.ID).Scan(&area, &way))
		if area != "remote" || way != "side" {
			t.Errorf("for figures %q and %q are left", area, way)
		}
		var mails int
		must(t, d.QueryRowContext(t.Context(), `SELECT count(*) FROM mail_messages WHERE topic = 'help' AND run_at < $1`, db.At(s.Clock.Now().Add(-14*24*time.Hour))).Scan(&mails))
		if mails != 0 {
			t.Errorf("%d old mails still tell to whom they went", mails)
		}
		if r := stands(t, s, "waits"); r.By == 0 || r.State != asking.Open {
			t.Errorf("one that waits was forgotten: %+v", r)
		}
	})
}

func mentorOf(t *testing.T, s *apptest.Site, who string) *mentoring.Mentor {
	t.Helper()
	m, has, err := s.Mentors.MentorOf(t.Context(), s.Person(who+"@shores.example").ID)
	must(t, err)
	if !has {
		t.Fatalf("%s is no mentor", who)
	}
	return &m
}

// as signs somebody in by a link that the operator made: a mentor's newest mail may be another one.
func as(t *testing.T, s *apptest.Site, who string) *apptest.Reader {
	t.Helper()
	link, err := s.People.SigninLink(t.Context(), s.Person(who+"@shores.example").ID)
	must(t, err)
	r, path := s.Anonymous(), s.LinkIn(link)
	r.Get(path).Want(t, 200).Form(t, path).Send().Want(t, 200)
	return r
}
