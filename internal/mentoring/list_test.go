package mentoring_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"taitorinki/internal/app"
	"taitorinki/internal/apptest"
	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// upload brings a list to its dry run.
func upload(r *apptest.Reader, list string) *apptest.Page {
	return r.Upload("/mentors/import", map[string][]byte{"list": []byte(list)}, nil)
}

// kept is all that the database holds of mentors, for tests that nothing has changed.
func kept(t *testing.T, s *apptest.Site) (out []string) {
	t.Helper()
	all, err := mentoring.Mentors(t.Context(), s.DB)
	must(t, err)
	for _, m := range all {
		events, err := s.Mentors.Events(t.Context(), m.ID)
		must(t, err)
		out = append(out, fmt.Sprintf("%+v %d", m, len(events)))
	}
	return out
}

// many are mentors in all states, with strengths and words that a table could break.
func many(t *testing.T, s *apptest.Site) {
	t.Helper()
	for _, name := range []string{"Chat", "=Sum|of all", "Chat"} {
		_, err := s.Catalog.Save(t.Context(), 1, catalog.DigitalService{Name: catalog.Words{"fi": name}})
		must(t, err)
	}
	id := to(t, s, "a1", mentoring.Active, "A", "B")
	must(t, s.Mentors.Tell(t.Context(), id, mentoring.Profile{Areas: []string{"remote", "ethics"}, Services: []int64{3, 1, 2}, Langs: []string{"sv", "fi"},
		Reach: "=Teams; \"arkisin\",\r\n8–15 | puhelin"}))
	must(t, s.Mentors.Absent(t.Context(), id, "2099-07-01", "2099-07-31"))
	must(t, s.Mentors.WantNote(t.Context(), id, false))
	must(t, s.Mentors.Regrant(t.Context(), 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 95, From: "2026-01-01", To: "2027-12-31"}))
	id = to(t, s, "a2", mentoring.Training, "A1")
	must(t, s.Mentors.Tell(t.Context(), id, mentoring.Profile{Langs: []string{"fi"}, Reach: "'=1"}))
	id = to(t, s, "a3", mentoring.Ended, "A")
	_, err := s.DB.ExecContext(t.Context(), `UPDATE mentoring_mentors SET langs = '[]' WHERE id = $1`, id) // as a year after the end
	must(t, err)
	to(t, s, "a4", mentoring.Candidate, "H")
	to(t, s, "b1", mentoring.Resting, "B")
	to(t, s, "b2", mentoring.Confirmed, "B")
}

func TestTheListThatIsTakenOutChangesNothingWhenItIsBroughtIn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		many(t, s)
		before := kept(t, s)
		r := s.Role(people.Coordinator)
		for _, lang := range i18n.Langs {
			r.Get("/?lang=" + lang)
			list := r.Get("/mentors/list.csv").Want(t, 200).Body
			r.Get("/?lang=en")
			upload(r, list).Want(t, 200, "As before", "6").Without(t, "Bring the list in", "nothing was brought in", "The changes\n")
		}
		if after := kept(t, s); !slices.Equal(before, after) {
			t.Errorf("mentors are\n%s\nwere\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
		}
	})
}

func TestAListBringsMentorsInChangesThemAndSaysSo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.Grant(email("b1"), people.Supervisor, "B")
		to(t, s, "a1", mentoring.Active, "A")
		r := s.Role(people.Coordinator)
		p := upload(r, "sähköposti;tila;yksiköt;tunnit;alkaa;syy\r\nA1@shores.example;tauolla;A|B+;1,5;1.9.2026;Perhevapaa\r\na2@shores.example;aktiivinen;A1;2;2026-09-01;\r\nb2@shores.example;ehdokas;B;;;\r\n").
			Want(t, 200, "Aino Aalto: Active → Resting, 1.5 h a week", "Anna Aro: new, Active", "Nothing is stored yet")
		if state(t, s, "a2") != "" || state(t, s, "a1") != mentoring.Active {
			t.Fatal("the dry run stored something")
		}
		p.Form(t, "/import/check/1").Send().Want(t, 200, "3 digimentors changed")
		m, _, err := s.Mentors.MentorOf(t.Context(), s.Person(email("a1")).ID)
		must(t, err)
		if m.State != mentoring.Resting || m.Minutes != 90 || m.Starts != "2026-09-01" || len(m.Units) != 2 || m.Units[0].Below || !m.Units[1].Below || m.Langs[0] != "fi" {
			t.Errorf("stored is %+v", m)
		}
		events, err := s.Mentors.Events(t.Context(), m.ID)
		must(t, err)
		if e := events[len(events)-1]; e.Kind != mentoring.Listed || e.Why != "Perhevapaa" || e.State != mentoring.Resting || e.By == 0 {
			t.Errorf("the last event is %+v", e)
		}
		roles, err := people.RolesOf(t.Context(), d, s.Person(email("a2")).ID)
		must(t, err)
		if len(roles) != 1 || roles[0].Role != people.Mentor {
			t.Errorf("who was brought in as active has the roles %v", roles)
		}
		must(t, s.Mentors.Upkeep(t.Context()))
		if n := mailsAbout(s, "b1", "Berit Blom"); n != 1 {
			t.Errorf("the supervisor of a listed candidate got %d mails", n)
		}
		if n := mailsAbout(s, "a2", "digimentor"); n != 0 {
			t.Errorf("who was brought in got %d mails", n)
		}
		p.Form(t, "/import/check/1").Send().Want(t, 404)
		r.Get("/audit").Want(t, 200, "Brought in a list of digimentors: 3 changes")
	})
}

func TestEveryBadRowIsNamedByItsLineAndNothingIsBroughtIn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		to(t, s, "b1", mentoring.Active, "B")
		before := kept(t, s)
		r := s.Role(people.Coordinator)
		rows := []struct{ row, want string }{
			{"a1@shores.example;active;A;2;2026-01-01;;remote;fi;", ""},
			{"nobody@shores.example;active;A;2;2026-01-01;;;fi;", "nobody@shores.example"},
			{"a2@shores.example;sleeping;A;2;2026-01-01;;;fi;", "no state “sleeping”"},
			{"a3@shores.example;active;A|NOWHERE+;2;2026-01-01;;;fi;", "no unit “NOWHERE”"},
			{"a4@shores.example;active;A;fifty;2026-01-01;;;fi;", "Write the hours a week"},
			{"b2@shores.example;active;A;41;2026-01-01;;;fi;", "Write the hours a week"},
			{"a1@shores.example;active;A;2;2026-01-01;;;fi;", "stands on line 2 already"},
			{"b1@shores.example;ended;B;2;2026-01-01;;;fi;", "Give the reason"},
		}
		list := "email;state;units;hours;from;to;areas;languages;reason\n"
		for _, x := range rows {
			list += x.row + "\n"
		}
		p := upload(r, list).Want(t, 200, "nothing was brought in").Without(t, "Bring the list in", "line 2,")
		for i, x := range rows[1:] {
			p.Want(t, 200, fmt.Sprintf("line %d,", i+3), x.want)
		}
		for _, x := range []struct{ row, want string }{
			{"a2@shores.example;active;;2;2026-01-01;;;fi;", "The units are missing"},
			{"a2@shores.example;active;A;;;;;fi;", "The hours are missing"},
			{"a2@shores.example;active;A;2;;;;fi;", "first day of the hours is missing"},
			{"a2@shores.example;active;A;2;soon;;;fi;", "Write the day like this"},
			{"a2@shores.example;active;A;2;2026-02-01;2026-01-01;;fi;", "The last day is before the first"},
			{"a2@shores.example;active;A;2;2026-01-01;;cooking;fi;", "no competence area “cooking”"},
			{"a2@shores.example;active;A;2;2026-01-01;;;xx;", "no language “xx”"},
			{"a2@shores.example;active;A;2;2026-01-01;;;;", "Choose at least one language"},
			{"a2@shores.example;active;A;2;2026-01-01;;;fi;" + strings.Repeat("x", 301), "300 characters"},
			{"a2@shores.example;active;A", "line 2"},
		} {
			upload(r, "email;state;units;hours;from;to;areas;languages;reason\n"+x.row+"\n").Want(t, 200, x.want, "line 2").Without(t, "Bring the list in")
		}
		upload(r, "email;state\na1@shores.example;active\n").Want(t, 200, "units").Without(t, "Bring the list in")
		upload(r, "").Want(t, 422)
		// Whoever sends the form all the same is refused.
		p = upload(r, list)
		r.Post(p.Path, nil).Want(t, 422, "no unit “NOWHERE”")
		if after := kept(t, s); !slices.Equal(before, after) {
			t.Errorf("mentors are\n%s\nwere\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
		}
	})
}

func TestAListIsNotBroughtInWhenItWouldDoSomethingElseThanWasSeen(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		id := to(t, s, "a1", mentoring.Training, "A")
		r := s.Role(people.Coordinator)
		p := upload(r, "email;state;units;hours;from\na1@shores.example;active;A;2;2026-01-01\na2@shores.example;active;A;2;2026-01-01\n").Want(t, 200)
		must(t, s.Mentors.Move(t.Context(), 0, id, mentoring.AnyVersion, mentoring.End, "Left"))
		p.Form(t, p.Path).Send().Want(t, 409)
		if a, b := state(t, s, "a1"), state(t, s, "a2"); a != mentoring.Ended || b != "" {
			t.Errorf("they are %q and %q", a, b)
		}
	})
}

func TestACoordinatorOfAPartBringsInThatPartOnly(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.Grant("lead@shores.example", people.Coordinator, "A")
		s.Grant("other@shores.example", people.Coordinator, "A")
		r := s.As("lead@shores.example")
		upload(r, "email;state;units;hours;from\nb1@shores.example;active;A;2;2026-01-01\n").Want(t, 200, "b1@shores.example", "not of your part")
		upload(r, "email;state;units;hours;from\na1@shores.example;active;B;2;2026-01-01\n").Want(t, 200, "“B”")
		p := upload(r, "email;state;units;hours;from\na1@shores.example;active;A+;2;2026-01-01\n").Want(t, 200, "Aino Aalto")
		s.As("other@shores.example").Get(p.Path).Want(t, 404) // a list is its uploader's
		p.Form(t, p.Path).Send().Want(t, 200, "one digimentor changed")
	})
}

// What the platform writes it must be able to read, in every language.
func TestEveryStateAndColumnIsReadInEveryLanguage(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	words, err := app.Words()
	must(t, err)
	r := s.Role(people.Coordinator)
	for _, lang := range i18n.Langs {
		var header []string
		for _, key := range []string{"email", "state", "units", "hours", "from", "to", "areas", "services", "languages", "reach", "reason", "number", "name"} {
			header = append(header, words.T(lang, "mentoring.column-"+key))
		}
		for _, st := range mentoring.States {
			list := strings.Join(header, ";") + "\na1@shores.example;" + words.T(lang, "mentoring.state-"+string(st)) + ";A;2;2026-01-01;2026-12-31;remote;;fi;Teams;Why;;\n"
			upload(r, list).Want(t, 200, "Aino Aalto: new, "+words.T("en", "mentoring.state-"+string(st))+", 2 h a week, 1 January 2026–31 December 2026")
		}
	}
}

func TestAListBringsAbsencesAndWhoWantsNoNote(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		to(t, s, "a1", mentoring.Active, "A")
		id := to(t, s, "a2", mentoring.Active, "A")
		must(t, s.Mentors.Absent(t.Context(), id, "2099-07-01", "2099-07-31"))
		r := s.Role(people.Coordinator)
		head := "email;state;units;hours;from;away from;away to;monthly note\r\n"
		upload(r, head+"a1@shores.example;active;A;2;2026-01-01;2099-07-31;2099-07-01;perhaps\r\n").Want(t, 200, "neither yes nor no").Without(t, "Nothing is stored yet")
		p := upload(r, head+"a1@shores.example;active;A;2;2026-01-01;1.7.2099;31.7.2099;nej\r\na2@shores.example;active;A;2;2026-01-01;;;\r\n").Want(t, 200, "Nothing is stored yet")
		p.Form(t, "/import/check/2").Send().Want(t, 200, "digimentors changed")
		for who, want := range map[string]string{"a1": "2099-07-01 2099-07-31 true", "a2": "  false"} {
			m, _, err := s.Mentors.MentorOf(t.Context(), s.Person(email(who)).ID)
			must(t, err)
			if got := fmt.Sprintf("%s %s %v", m.AwayFrom, m.AwayTo, m.NoteOff); got != want {
				t.Errorf("%s is %q, want %q", who, got, want)
			}
		}
	})
}
