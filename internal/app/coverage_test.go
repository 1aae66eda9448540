package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// mentor makes somebody an active digimentor with a grant that ends soon, who serves units by their codes.
func mentor(t *testing.T, s *apptest.Site, email string, p mentoring.Profile, codes ...string) int64 {
	t.Helper()
	ctx := t.Context()
	var units []mentoring.Place
	for _, c := range codes {
		units = append(units, mentoring.Place{Unit: unitID(t, s, c), Below: true})
	}
	who := s.Person(email)
	p.Langs = []string{"en"}
	id, err := s.Mentors.SignUp(ctx, who.ID, who.ID, p, units)
	must(t, err)
	must(t, s.Mentors.Confirm(ctx, 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 120, From: "2026-01-01"}))
	must(t, s.Mentors.Move(ctx, 0, id, mentoring.AnyVersion, mentoring.Appointment, ""))
	must(t, s.Mentors.Move(ctx, 0, id, mentoring.AnyVersion, mentoring.Activation, ""))
	return id
}

func unitID(t *testing.T, s *apptest.Site, code string) int64 {
	t.Helper()
	tree, err := people.LoadTree(t.Context(), s.DB)
	must(t, err)
	u, ok := tree.ByCode(code)
	if !ok {
		t.Fatalf("no unit %s", code)
	}
	return u.ID
}

func TestCoverageShowsGapsFirstAndASupervisorTheOwnUnitsOnly(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := finding(t, d)
		area := f.snap.Areas[0].ID
		mentor(t, f.Site, "a1-0@shores.example", mentoring.Profile{Areas: []string{f.snap.Areas[1].ID}, Reach: "By the coffee machine."}, "A1")
		f.mark(t, f.boss, "A1", "Somebody shows how.")

		all := f.boss.Get("/mentors/coverage").Want(t, 200, "3 units have no digimentor, out of 4", "Home care south", "Ward", "no digimentor", "thin and no strong mentor")
		text := all.Text()[strings.Index(all.Text(), "Ending soon"):]
		for _, pair := range [][2]string{{"Ward", "Home care south"}, {"Home care south", "Office"}, {"Office", "Home care north"}} {
			if strings.Index(text, pair[0]) > strings.Index(text, pair[1]) {
				t.Errorf("%s stands after %s:\n%s", pair[0], pair[1], text)
			}
		}
		if !strings.Contains(all.Body, `class="c-gap"`) || !strings.Contains(all.Body, `role="img"`) {
			t.Errorf("there is no picture of the network")
		}
		f.a.Get("/mentors/coverage").Want(t, 200, "Home care north").Without(t, "Ward", "Health centre")
		f.a.Get("/mentors/coverage?under="+fmt.Sprint(unitID(t, f.Site, "B"))).Want(t, 200, "No units with these limits")
		f.b.Get("/mentors/coverage/list.csv").Want(t, 200, "B1;Ward", "B2;Office").Without(t, "Home care")
		f.boss.Get("/mentors/coverage/list.csv?gaps=1").Want(t, 200, "B1;Ward").Without(t, "A1;Home care north")
		f.boss.Get("/mentors/coverage?thin=1&area="+area).Want(t, 200, "Home care north").Without(t, "Home care south")
		f.boss.Get("/mentors/coverage?area="+f.snap.Areas[1].ID+"&thin=1").Want(t, 200, "No units with these limits")
		mentor(t, f.Site, "a1-1@shores.example", mentoring.Profile{Areas: []string{area}}, "A")
		f.boss.Get("/mentors/coverage?thin=1").Want(t, 200, "No units with these limits")
		f.Role(people.Researcher).Get("/mentors/coverage").Want(t, 403)
	})
}

func TestEverybodySeesWhoHelpsTheOwnUnitAndWhoStandsIn(t *testing.T) {
	f := finding(t, dbtest.SQLite(t))
	near := mentor(t, f.Site, "a1-0@shores.example", mentoring.Profile{Areas: []string{f.snap.Areas[0].ID}, Reach: "By the coffee machine."}, "A1")
	mentor(t, f.Site, "a2-0@shores.example", mentoring.Profile{}, "A")
	own := f.As("a1-5@shores.example")
	own.Get("/mentors/mine").Want(t, 200, "Aino A1 0", "By the coffee machine.", "Strengths: ", "Languages: English", "Helps all of Home care").Without(t, "meanwhile")
	today := mentoring.Day(f.Clock.Now())
	must(t, f.Mentors.Absent(t.Context(), near, today, today))
	own.Get("/mentors/mine").Want(t, 200, "away until", "Aino A2 0 helps meanwhile.")
	f.boss.Get(fmt.Sprintf("/units/%d", unitID(t, f.Site, "A1"))).Want(t, 200, "Your digimentors", "By the coffee machine.")
	f.boss.Get(fmt.Sprintf("/results/%s/units/%d", f.code, unitID(t, f.Site, "A1"))).Want(t, 200, "Your digimentors", "Aino A1 0")

	f.As("b1-0@shores.example").Get("/mentors/mine").Want(t, 200, "no digimentor of its own yet", "the-coordinator@apptest.example").Without(t, "Aino A1 0")
	own.Get("/mentors/find").Want(t, 200, "Health centre", "Home care")
	own.Get("/mentors/find?q=NORTH").Want(t, 200, "Home care north").Without(t, "Home care south")
	own.Get("/mentors/find?q=zzz").Want(t, 200, "No such unit")
	own.Get(fmt.Sprintf("/mentors/find?unit=%d", unitID(t, f.Site, "A2"))).Want(t, 200, "Aino A2 0")
	for _, no := range []string{"99999", "x"} {
		own.Get("/mentors/find?unit="+no).Want(t, 404)
	}
	f.boss.Get("/mentors/mine").Want(t, 200, "You are not listed in a unit")
}

func TestAFindingBecomesAFocusOfTheMentorsAndEndsEarly(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := finding(t, d)
		p := f.mark(t, f.boss, "A1", "Somebody shows how.")
		page := f.boss.Get(p.Path).Want(t, 200, "has not been a focus")
		page.Form(t, "/mentors/focus").Set("focus_to", "2020-01-01").Send().Want(t, http.StatusUnprocessableEntity, "Check the form")
		page.Form(t, "/mentors/focus").Set("unit", fmt.Sprint(unitID(t, f.Site, "B"))).Send().Want(t, http.StatusUnprocessableEntity, "Choose in which units")
		made := page.Form(t, "/mentors/focus").Set("unit", fmt.Sprint(unitID(t, f.Site, "A"))).Send().Want(t, 200, "now see the focus first", "holds now", "Home care, ")
		f.boss.Get("/mentors/coverage/list.csv").Want(t, 200)
		if n := strings.Count(f.boss.Get("/mentors/coverage").Body, "focus: "); n != 3 {
			t.Errorf("the focus holds in %d rows, want A, A1 and A2", n)
		}
		id := p.Path[strings.LastIndex(p.Path, "/")+1:]
		f.a.Get(p.Path).Want(t, 200, "holds now").Without(t, "Make it a focus", "End the focus")
		f.a.Post("/mentors/focus", url.Values{"finding": {id}}).Want(t, 403)
		f.boss.Post("/mentors/focus/99/end", url.Values{"finding": {id}}).Want(t, 404)
		f.boss.Post("/mentors/focus/1/end", url.Values{"finding": {"99"}}).Want(t, 404)
		f.boss.Post("/mentors/focus", url.Values{"finding": {"99"}}).Want(t, 404)
		f.Grant("b-mentors@shores.example", people.Coordinator, "B")
		f.As("b-mentors@shores.example").Post("/mentors/focus/1/end", url.Values{"finding": {id}}).Want(t, 403)
		made.Form(t, "/end").Send().Want(t, 200, "The focus has ended").Without(t, "holds now")
		f.boss.Get("/mentors/coverage").Want(t, 200).Without(t, "focus: ")
		f.boss.Get("/audit").Want(t, 200, "Made a finding a focus of the digimentors", "Ended a focus of the digimentors")
	})
}

func TestWhereNoMentorServesTheCoordinatorOfThePartIsNamed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := finding(t, d)
		f.Grant("a1-0@shores.example", people.Coordinator, "A")
		r := f.As("a2-0@shores.example")
		for _, x := range []struct {
			unit  string
			named bool
		}{{"A2", true}, {"B", false}} {
			p := r.Get(fmt.Sprintf("/mentors/find?unit=%d", unitID(t, f.Site, x.unit))).Want(t, 200)
			if got := strings.Contains(p.Text(), "a1-0@shores.example"); got != x.named {
				t.Errorf("for %s the coordinator of A is named: %v, want %v\n%s", x.unit, got, x.named, p.Text())
			}
		}
	})
}
