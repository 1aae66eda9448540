package survey_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/survey"
)

// hire brings somebody into the staff list of today, in a unit.
func (p *posted) hire(id int64, unit int64, profession string) {
	p.t.Helper()
	to := fmt.Sprintf("late%d@example.fi", id)
	_, err := p.d.ExecContext(p.t.Context(), `INSERT INTO persons (id, email, email_fold, name, name_fold, unit_id, profession, lang, listed)
		VALUES ($1, $2, $3, 'L', 'l', $4, $5, 'fi', $6)`, id, to, to, unit, nullText(profession), true)
	must(p.t, err)
}

func nullText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// county is a round with a unit of nurses and physicians, one of nurses alone, one where no profession is known, one where
// nobody is, and some people at the top.
func (p *posted) county() survey.Round {
	p.t.Helper()
	ctx := p.t.Context()
	for _, q := range []string{
		`INSERT INTO professions (code, name_fi, name_sv, name_en) VALUES ('nurse', 'n', 'n', 'n'), ('physician', 'p', 'p', 'p'), ('cook', 'c', 'c', 'c')`,
		`UPDATE persons SET profession = 'nurse' WHERE unit_id IN (2, 3)`,
		`UPDATE persons SET profession = 'physician' WHERE id BETWEEN 7 AND 12`, // of unit 2
		`UPDATE persons SET unit_id = 1 WHERE unit_id = 5`,
	} {
		_, err := p.d.ExecContext(ctx, q)
		must(p.t, err)
	}
	r := p.planned()
	r.Settings.ByProf = true
	must(p.t, p.s.UpdateRound(ctx, &r))
	pop, err := survey.PopulationOf(ctx, p.d, r.Settings)
	must(p.t, err)
	must(p.t, p.s.OpenRound(ctx, r.ID, 0, pop))
	return p.round(r.ID)
}

func TestWhoComesLaterIsInvitedOnceIntoAGroupThatIsThere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPosted(t, d, 4, 12) // units 2 to 5
		ctx := t.Context()
		r := p.county()
		must(t, p.s.InviteLate(ctx))
		if got := p.round(r.ID).Invited; got != 48 {
			t.Fatalf("%d invited before anybody came, want 48", got)
		}
		_, err := d.ExecContext(ctx, `INSERT INTO units (id, parent_id, code, name_fi, name_sv, name_en) VALUES (50, 3, 'new', 'new', 'new', 'new')`)
		must(t, err)
		for id, x := range map[int64]struct {
			unit int64
			prof string
		}{101: {2, "nurse"}, 102: {2, "physician"}, 103: {4, "nurse"}, 104: {50, "nurse"}, 105: {5, "nurse"}, 106: {3, "cook"}, 107: {2, ""}} {
			p.hire(id, x.unit, x.prof)
		}
		p.hire(108, 2, "nurse")
		_, err = d.ExecContext(ctx, `UPDATE persons SET left_at = 1 WHERE id IN (108, 1)`)
		must(t, err)
		inParallel(4, func(int) {
			if err := p.restarted().InviteLate(context.Background()); err != nil {
				t.Error(err)
			}
		})
		must(t, p.s.InviteLate(ctx))
		p.send()
		if got := p.round(r.ID).Invited; got != 55 {
			t.Errorf("%d invited, want 48 and 7", got)
		}
		for id := int64(101); id <= 108; id++ {
			want := 1
			if id == 108 {
				want = 0
			}
			if got := len(p.box.got[fmt.Sprintf("late%d@example.fi", id)]); got != want {
				t.Errorf("person %d got %d mails, want %d", id, got, want)
			}
		}
		if n := p.count(`SELECT count(*) FROM audit_log WHERE action = 'round.late' AND detail = '{"n":7}'`); n != 1 {
			t.Errorf("the log tells of newcomers %d times, want once", n)
		}

		// Everybody answers, and says who it is; then the groups must hold just those whom they say.
		links, err := p.s.Links(ctx, r.ID)
		must(t, err)
		for _, l := range links {
			p.answer(l.URL[len(l.URL)-35:], map[string]string{"number": fmt.Sprint(l.PersonID)})
		}
		must(t, p.s.CloseRound(ctx, r.ID, 0))
		p.groupsAreTrue(r.ID)
		got := p.groupsOf(r.ID)
		for id, want := range map[int64]string{101: "2 nurse", 102: "2 physician", 103: "4 -", 104: "3 nurse", 105: "1 -", 106: "1 -", 107: "1 -"} {
			if got[id] != want {
				t.Errorf("person %d answers as %q, want %q", id, got[id], want)
			}
		}
	})
}

// groupsOf is as what each person has answered: unit and profession.
func (p *posted) groupsOf(round int64) map[int64]string {
	p.t.Helper()
	out := map[int64]string{}
	rows, err := p.d.QueryContext(p.t.Context(), `SELECT x.answers, coalesce(g.unit_id, 0), coalesce(g.profession, '-') FROM survey_responses x
		JOIN survey_groups g ON g.round_id = x.round_id AND g.grp = x.grp WHERE x.round_id = $1`, round)
	must(p.t, err)
	defer rows.Close()
	for rows.Next() {
		var answers, prof string
		var unit int64
		must(p.t, rows.Scan(&answers, &unit, &prof))
		var m map[string]string
		must(p.t, json.Unmarshal([]byte(answers), &m))
		out[int64(num(m["number"]))] = fmt.Sprintf("%d %s", unit, prof)
	}
	must(p.t, rows.Err())
	return out
}

// groupsAreTrue checks the numbers of a round in which everybody has answered.
func (p *posted) groupsAreTrue(round int64) {
	p.t.Helper()
	for what, q := range map[string]string{
		"groups under 5 invited": `SELECT count(*) FROM survey_groups WHERE round_id = $1 AND invited < 5`,
		"groups whose number of invited is not that of responses": `SELECT count(*) FROM survey_groups g WHERE g.round_id = $1 AND g.invited <>
			(SELECT count(*) FROM survey_responses x WHERE x.round_id = g.round_id AND x.grp = g.grp)`,
		"units whose number of invited is not that of invitations": `SELECT count(*) FROM survey_round_units u WHERE u.round_id = $1 AND u.invited <>
			(SELECT count(*) FROM survey_invitations i WHERE i.round_id = u.round_id AND i.unit_id = u.unit_id)`,
		"rounds whose number of invited is not that of invitations": `SELECT count(*) FROM survey_rounds r WHERE r.id = $1 AND r.invited <>
			(SELECT count(*) FROM survey_invitations i WHERE i.round_id = r.id)`,
	} {
		if n := p.count(q, round); n != 0 {
			p.t.Errorf("%d %s", n, what)
		}
	}
}

func TestWhereNoGroupStandsTheSmallestIsMadeCoarser(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPosted(t, d, 3, 8)
		ctx := t.Context()
		p.pop.People = p.pop.People[:22] // unit 4 is the smallest
		_, err := d.ExecContext(ctx, `DELETE FROM persons WHERE id > 22`)
		must(t, err)
		r := p.opened()
		_, err = d.ExecContext(ctx, `INSERT INTO units (id, parent_id, code, name_fi, name_sv, name_en) VALUES (60, NULL, 'far', 'far', 'far', 'far')`)
		must(t, err)
		p.hire(101, 60, "") // a tree of which the round knows nothing
		p.hire(102, 1, "")  // the top, where nobody was
		must(t, p.s.InviteLate(ctx))
		links, err := p.s.Links(ctx, r.ID)
		must(t, err)
		for _, l := range links {
			p.answer(l.URL[len(l.URL)-35:], map[string]string{"number": fmt.Sprint(l.PersonID)})
		}
		must(t, p.s.CloseRound(ctx, r.ID, 0))
		p.groupsAreTrue(r.ID)
		got := p.groupsOf(r.ID)
		for id, want := range map[int64]string{101: "0 -", 102: "0 -", 1: "2 -", 9: "3 -", 22: "0 -"} {
			if got[id] != want {
				t.Errorf("person %d answers as %q, want %q", id, got[id], want)
			}
		}
		if as := p.unitOf(r.ID); as[2] != 2 || as[3] != 3 || as[4] != 0 {
			t.Errorf("the tree says %v", as)
		}
	})
}

func (p *posted) unitOf(round int64) map[int64]int64 {
	p.t.Helper()
	units, err := survey.RoundUnits(p.t.Context(), p.d, round)
	must(p.t, err)
	out := map[int64]int64{}
	for _, u := range units {
		out[u.ID] = u.AnswersAs
	}
	return out
}

func TestNobodyIsInvitedWhenAnsweringIsOver(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPosted(t, d, 2, 6)
		ctx := t.Context()
		closed, over := p.opened(), p.opened()
		must(t, p.s.CloseRound(ctx, closed.ID, 0))
		p.clk.move(15 * 24 * time.Hour)
		p.hire(101, 2, "")
		must(t, p.s.InviteLate(ctx))
		p.send()
		if n := p.count(`SELECT count(*) FROM survey_invitations WHERE person_id = 101`); n != 0 {
			t.Errorf("%d invitations to rounds %d and %d", n, closed.ID, over.ID)
		}
	})
}

func TestALateInvitationAndAClosingAtOnceAgree(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPosted(t, d, 2, 6)
		for i := range int64(8) {
			r := p.opened()
			p.hire(100+i, 2, "")
			inParallel(2, func(k int) {
				var err error
				if k == 0 {
					err = p.s.InviteLate(context.Background())
				} else {
					err = p.s.CloseRound(context.Background(), r.ID, 0)
				}
				if err != nil {
					t.Error(err)
				}
			})
			p.pop, _ = survey.PopulationOf(t.Context(), d, r.Settings)
			if got, want := p.round(r.ID), p.count(`SELECT count(*) FROM survey_invitations WHERE round_id = $1`, r.ID); got.State != survey.Closed || got.Invited != want {
				t.Errorf("round %+v with %d invitations", got, want)
			}
		}
	})
}

func TestWhoHasJustBeenInvitedIsNotRemindedTheSameDay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPosted(t, d, 2, 6)
		r := p.opened()
		p.clk.move(week)
		p.hire(101, 2, "")
		must(t, p.s.InviteLate(t.Context()))
		p.send()
		must(t, p.s.RemindDue(t.Context()))
		p.send()
		if got := p.box.got["late101@example.fi"]; len(got) != 1 || got[0] != survey.KindInvite {
			t.Errorf("the newcomer got %v", got)
		}
		if got := p.box.reminded(); len(got) != 12 {
			t.Errorf("round %d reminded %v", r.ID, got)
		}
	})
}
