package training_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/mentoring/supportlog"
	"taitorinki/internal/mentoring/training"
	"taitorinki/internal/people"
)

const units = "code,parent,name_fi,name_sv,name_en\nH,,Rannat,Stränderna,The Shores\nA,H,Kotihoito,Hemvård,Home care\nB,H,Terveysasema,Hälsostation,Health centre\n"

const staff = "email,name,unit,language\nboss@shores.example,Bea Boss,A,en\na1@shores.example,Aino Aalto,A,en\na2@shores.example,Anna Aro,A,sv\nb1@shores.example,Bo Berg,B,fi\n"

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, kind errs.Kind) {
	t.Helper()
	if err == nil || errs.KindOf(err) != kind {
		t.Fatalf("got %v, want an error of kind %v", err, kind)
	}
}

// site is a county whose boss is a coordinator.
func site(t testing.TB, d *db.DB) *apptest.Site {
	t.Helper()
	s := apptest.New(t, d)
	_, err := s.People.Import(t.Context(), people.Files{Units: people.File{Name: "u.csv", Data: []byte(units)}, People: people.File{Name: "p.csv", Data: []byte(staff)}}, people.ImportOptions{})
	must(t, err)
	s.Grant("boss@shores.example", people.Coordinator, "")
	return s
}

// appointed makes somebody a mentor in training.
func appointed(t testing.TB, s *apptest.Site, who string) int64 {
	t.Helper()
	p := s.Person(who + "@shores.example")
	id, err := s.Mentors.SignUp(t.Context(), p.ID, p.ID, mentoring.Profile{Langs: []string{"fi"}}, []mentoring.Place{{Unit: p.UnitID}})
	must(t, err)
	must(t, s.Mentors.Confirm(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 120, From: "2026-01-01"}))
	must(t, s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Appointment, ""))
	must(t, s.Mentors.WantNote(t.Context(), id, false)) // the last mail is the one to sign in with
	return id
}

// boss is the coordinator's number.
func boss(s *apptest.Site) int64 { return s.Person("boss@shores.example").ID }

// walk does every step of a mentor's path that is not done, but for those with the given keys.
func walk(t testing.TB, s *apptest.Site, mentor int64, but ...string) {
	t.Helper()
	w, err := s.Training.WalkOf(t.Context(), mentor)
	must(t, err)
steps:
	for _, x := range w.Path.Steps {
		for _, key := range but {
			if key == x.Key {
				continue steps
			}
		}
		if x.Kind.Own() {
			must(t, s.Training.Mark(t.Context(), boss(s), mentor, w.Path.Version, x.Key))
		} else {
			must(t, s.Training.Tick(t.Context(), boss(s), mentor, w.Path.Version, x.Key))
		}
	}
}

func wantProgress(t *testing.T, s *apptest.Site, mentor int64, done, total int) {
	t.Helper()
	d, n, err := s.Training.Progress(t.Context(), mentor)
	must(t, err)
	if d != done || n != total {
		t.Fatalf("progress is %d/%d, want %d/%d", d, n, done, total)
	}
}

func wantState(t *testing.T, s *apptest.Site, mentor int64, want mentoring.State) {
	t.Helper()
	m, err := s.Mentors.MentorByID(t.Context(), mentor)
	must(t, err)
	if m.State != want {
		t.Fatalf("the mentor is %s, want %s", m.State, want)
	}
}

// wantBadges is how many badges a mentor has ever had; it returns the newest.
func wantBadges(t *testing.T, s *apptest.Site, mentor int64, want int) (newest training.Badge) {
	t.Helper()
	all, err := s.Training.Badges(t.Context(), mentor)
	must(t, err)
	if len(all) != want {
		t.Fatalf("the mentor has %d badges, want %d", len(all), want)
	}
	if want > 0 {
		newest = all[0]
	}
	return newest
}

func TestACountyStartsWithAPathAndWhoDoesItAllHelpsAndHoldsABadge(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := site(t, d)
		id := appointed(t, s, "a1")
		wantProgress(t, s, id, 0, 6)
		walk(t, s, id, "talk")
		wantProgress(t, s, id, 5, 6)
		wantState(t, s, id, mentoring.Training)
		wantBadges(t, s, id, 0)
		w, err := s.Training.WalkOf(t.Context(), id)
		must(t, err)
		wantKind(t, s.Training.Mark(t.Context(), w.Mentor, id, w.Path.Version, "talk"), errs.Forbidden)
		walk(t, s, id)
		wantProgress(t, s, id, 6, 6)
		wantState(t, s, id, mentoring.Active)
		b := wantBadges(t, s, id, 1)
		if found, err := s.Training.Verify(t.Context(), []byte(b.Token)); err != nil || !found.True() {
			t.Errorf("the badge's token is refused: %v %v", found.Reasons, err)
		}
		found, err := s.Training.Verify(t.Context(), []byte(b.Document))
		if err != nil || !found.True() {
			t.Errorf("the badge's document is refused: %v %v", found.Reasons, err)
		}
		if c := found.Credential; c.Issuer.Name("") != "The Shores" || c.Achievement.Name != "Digimentor" || !c.Subject.Is("a1@shores.example") || c.Subject.Is("a2@shores.example") {
			t.Errorf("the badge says %+v", c)
		}
	})
}

func TestTheFirstSupportDoesItsStepByItself(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := site(t, d)
		id, other := appointed(t, s, "a1"), appointed(t, s, "a2")
		logged := false
		s.Training.FirstSupport = func(_ context.Context, mentor int64) (bool, error) { return logged && mentor == id, nil }
		walk(t, s, id, "first")
		walk(t, s, other, "first")
		logged = true
		wantProgress(t, s, id, 6, 6)
		wantProgress(t, s, other, 5, 6)
		wantBadges(t, s, id, 0)
		s.Work()
		wantBadges(t, s, id, 1)
		wantBadges(t, s, other, 0)
		wantState(t, s, id, mentoring.Active)
		wantState(t, s, other, mentoring.Training)
		logged = false // an entry that is corrected away takes nothing back
		wantProgress(t, s, id, 6, 6)
	})
}

func TestTheFirstEntryFinishesThePathAtOnceAndAMailTellsOfTheBadge(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := site(t, d)
		for who, subject := range map[string]string{"a1": "Your digimentor badge is here", "a2": "Ditt kompetensmärke som digimentor är klart", "b1": "Digimentorin osaamismerkkisi on valmis"} {
			id := appointed(t, s, who)
			walk(t, s, id, "first")
			m, err := s.Mentors.MentorByID(t.Context(), id)
			must(t, err)
			must(t, s.Log.Add(t.Context(), &m, supportlog.Entry{Key: "first-0000000000-" + who, Unit: m.Person.UnitID, Area: "skills", Way: mentoring.Phone, Minutes: 15, Day: mentoring.Day(s.Clock.Now())}))
			wantBadges(t, s, id, 1)
			wantState(t, s, id, mentoring.Active)
			s.Work()
			told := 0
			for _, x := range s.Mailed(m.Person.Email) {
				if x.Subject == subject && strings.Contains(x.Text, "next=/training/badge") {
					told++
				}
			}
			if told != 1 {
				t.Errorf("%s was told %d times of the badge: %+v", who, told, s.Mailed(m.Person.Email))
			}
		}
	})
}

func TestAPublishedVersionStaysAsItIsAndWhatIsDoneStaysDone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s, ctx := site(t, d), t.Context()
		old, fresh := appointed(t, s, "a1"), appointed(t, s, "a2")
		must(t, s.Training.Mark(ctx, boss(s), old, 1, "role"))
		must(t, s.Training.StartDraft(ctx))
		must(t, s.Training.StartDraft(ctx)) // twice is once
		draft := func() training.Path {
			t.Helper()
			p, has, err := s.Training.Draft(ctx)
			if err != nil || !has {
				t.Fatalf("there is no draft: %v", err)
			}
			return p
		}
		for _, key := range []string{"answers", "talk", "first"} {
			must(t, s.Training.RemoveStep(ctx, draft().Changes, key))
		}
		words := training.Words{"fi": "Uusi", "sv": "Ny", "en": "New"}
		key, err := s.Training.SaveStep(ctx, draft().Changes, training.Step{Kind: training.Text, Title: words, Text: training.Words{"fi": "x", "sv": "y"}})
		must(t, err)
		wantKind(t, s.Training.Publish(ctx, boss(s), draft().Changes), errs.Invalid) // no English text
		stale := draft().Changes
		_, err = s.Training.SaveStep(ctx, stale, training.Step{Key: key, Kind: training.Text, Title: words, Text: words})
		must(t, err)
		wantKind(t, s.Training.RemoveStep(ctx, stale, "role"), errs.Conflict)
		must(t, s.Training.MoveStep(ctx, draft().Changes, key, -9))
		must(t, s.Training.SetActivates(ctx, draft().Changes, false))
		must(t, s.Training.Publish(ctx, boss(s), draft().Changes))
		wantKind(t, s.Training.Publish(ctx, boss(s), 1), errs.Conflict)

		wantProgress(t, s, old, 1, 6)
		wantProgress(t, s, fresh, 0, 4)
		wantKind(t, s.Training.Mark(ctx, boss(s), fresh, 1, "role"), errs.Conflict) // a page of the old version
		now, err := s.Training.Newest(ctx)
		must(t, err)
		if now.Version != 2 || now.Steps[0].Key != key || now.Steps[1].Key != "role" {
			t.Fatalf("published is %d with %+v", now.Version, now.Steps)
		}
		must(t, s.Training.ToNewest(ctx, boss(s), old))
		wantProgress(t, s, old, 1, 4)
		walk(t, s, old)
		wantBadges(t, s, old, 1)
		wantState(t, s, old, mentoring.Training) // this version activates nobody
		m, err := s.Mentors.MentorByID(ctx, old)
		must(t, err)
		must(t, s.Training.Activate(ctx, boss(s), old, m.Version))
		wantState(t, s, old, mentoring.Active)
	})
}

func TestTwoRequestsTogetherGiveOneBadge(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := site(t, d)
		id := appointed(t, s, "a1")
		walk(t, s, id, "talk")
		var wait sync.WaitGroup
		faults := make(chan error, 8)
		for range cap(faults) {
			wait.Go(func() { faults <- s.Training.Tick(t.Context(), boss(s), id, 1, "talk") })
		}
		wait.Wait()
		close(faults)
		for err := range faults {
			if err != nil {
				t.Error(err)
			}
		}
		wantBadges(t, s, id, 1)
		wantState(t, s, id, mentoring.Active)
	})
}

func TestWhoIsNoMentorGetsNoBadge(t *testing.T) {
	s := site(t, dbtest.SQLite(t))
	id := appointed(t, s, "a1")
	walk(t, s, id, "talk")
	must(t, s.Mentors.Move(t.Context(), boss(s), id, mentoring.AnyVersion, mentoring.End, "Moved away."))
	wantKind(t, s.Training.Tick(t.Context(), boss(s), id, 1, "talk"), errs.Conflict)
	wantKind(t, s.Training.Issue(t.Context(), boss(s), id, "Was good."), errs.Conflict)
	s.Work()
	wantBadges(t, s, id, 0)
}
