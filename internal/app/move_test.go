package app_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/seal"
)

func TestACountyMovesToTheOtherEngineInTheMiddleOfARound(t *testing.T) {
	for _, x := range []struct {
		name     string
		from, to func(testing.TB) *db.DB
	}{
		{"sqlite to postgres", dbtest.SQLite, dbtest.Postgres},
		{"postgres to sqlite", dbtest.Postgres, dbtest.SQLite},
	} {
		t.Run(x.name, func(t *testing.T) {
			old := staffed(t, x.from(t))
			r := openRound(t, old, "taitorinki-pulse")
			all := links(old)
			for i, l := range all[:7] {
				answer(t, old, l, i)
			}
			// One respondent is in the middle of it.
			p := old.Anonymous().Get(all[7]).Want(t, 200)
			f := fill(p.Form(t, p.Path), nth(2))
			f.Send("go", "next").Want(t, 200)

			var file bytes.Buffer
			must(t, old.DB.Backup(t.Context(), &file))
			keys, err := (&seal.Vault{Dir: old.Keys}).Export()
			must(t, err)
			d := x.to(t)
			must(t, d.Restore(t.Context(), bytes.NewReader(file.Bytes())))
			dir := t.TempDir()
			for name, data := range keys {
				must(t, (&seal.Vault{Dir: dir}).Import(name, data))
			}
			s := apptest.Open(t, d, dir)
			p = s.Anonymous().Get(all[7]).Want(t, 200)
			same(t, p.Form(t, p.Path).Values, f.Values)
			s.Anonymous().Get(all[0]).Want(t, 409)
			for i, l := range all[7:12] { // with fewer the parts of so small a whole could be worked out, and nothing is shown
				answer(t, s, l, i)
			}
			s.Work()
			if n := len(s.Mail.Sent()); n != 0 {
				t.Errorf("%d invitations were sent again", n)
			}
			boss := s.Role(people.Coordinator) // ids go on after those that were restored
			closing := fmt.Sprintf("/rounds/%d/close", r.ID)
			boss.Get(closing).Want(t, 200).Form(t, closing).Send().Want(t, 200)
			s.Work()
			r, err = survey.RoundByID(t.Context(), d, r.ID)
			must(t, err)
			if r.State != survey.Closed || r.Responses != 12 {
				t.Errorf("the round is %s with %d responses, want closed with 12", r.State, r.Responses)
			}
			boss.Get("/results/"+r.Code).Want(t, 200, "<figure")
			if err := d.Restore(t.Context(), bytes.NewReader(file.Bytes())); err == nil {
				t.Error("a backup was restored over data")
			}
		})
	}
}

func TestABackupHoldsNoAnswerThatCanBeReadWithoutTheKey(t *testing.T) {
	s := staffed(t, dbtest.SQLite(t))
	openRound(t, s, "taitorinki-pulse")
	answer(t, s, links(s)[0], 1)
	var file bytes.Buffer
	must(t, s.DB.Backup(t.Context(), &file))
	other := apptest.Open(t, restored(t, file.Bytes()), t.TempDir())
	other.Anonymous().Get(links(s)[0]).Want(t, 409).Without(t, "q_")
}

func restored(t *testing.T, file []byte) *db.DB {
	t.Helper()
	d := dbtest.SQLite(t)
	must(t, d.Restore(t.Context(), bytes.NewReader(file)))
	return d
}

// A tree may grow upwards: a unit that is older than its parent is restored all the same.
func TestAUnitThatIsOlderThanItsParentIsRestored(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		var b strings.Builder
		b.WriteString("code,parent,name_fi,name_sv,name_en\nH,,H,H,H\n")
		for i := range 1100 {
			fmt.Fprintf(&b, "u%d,H,Y,E,U\n", i)
		}
		bring := func(csv string) {
			_, err := s.People.Import(t.Context(), people.Files{Units: people.File{Name: "u.csv", Data: []byte(csv)}}, people.ImportOptions{})
			must(t, err)
		}
		bring(b.String())
		bring(strings.Replace(b.String(), "u0,H,Y,E,U", "new,H,N,N,N\nu0,new,Y,E,U", 1))
		var file bytes.Buffer
		must(t, d.Backup(t.Context(), &file))
		restored(t, file.Bytes())
		pg := dbtest.Postgres(t)
		must(t, pg.Restore(t.Context(), bytes.NewReader(file.Bytes())))
	})
}

func TestARoundKeepsTheTreeAsItStoodAtOpening(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := staffed(t, d)
		openRound(t, s, "taitorinki-pulse")
		tree := func() (out string) {
			rows, err := db.Rows(t.Context(), d, func(r *sql.Rows, line *string) error { return r.Scan(line) },
				`SELECT u.code || ' under ' || COALESCE(p.code, '-') || ': ' || u.name_en FROM survey_round_units u
					LEFT JOIN survey_round_units p ON p.round_id = u.round_id AND p.unit_id = u.parent_id ORDER BY u.code`)
			must(t, err)
			return strings.Join(rows, "; ")
		}
		before := tree()
		if want := "A under H: Home care; B under H: Health centre; H under -: Wellbeing County of the Shores"; before != want {
			t.Fatalf("the tree is %q, want %q", before, want)
		}
		_, err := s.People.Import(t.Context(), people.Files{Units: people.File{Name: "u.csv",
			Data: []byte("code,parent,name\nH,,New county\nA,H,New care\nB,A,New centre\n")}}, people.ImportOptions{})
		must(t, err)
		if now, err := people.LoadTree(t.Context(), d); err != nil || len(now.Roots()) != 1 || now.Roots()[0].NameEN != "New county" {
			t.Fatalf("the list did not come in: %v", err)
		}
		if after := tree(); after != before {
			t.Errorf("the round's tree is %q, want %q", after, before)
		}
		s.Work()
		for i, l := range links(s)[:11] {
			answer(t, s, l, i)
		}
	})
}
