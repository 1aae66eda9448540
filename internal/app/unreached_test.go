package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
)

func TestARoundTellsHowManyHaveNeitherMailNorSlip(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		staff := filepath.Join(t.TempDir(), "people.csv")
		rows := "staff_number,email,name,unit\n1,,Aino,A\n2,,Berit,A\n"
		for i := range 8 {
			rows += fmt.Sprintf("1%d,a%d@shores.example,Nimi,A\n", i, i)
		}
		must(t, os.WriteFile(staff, []byte(rows), 0o600))
		s.Import("testdata/units.csv", staff)
		boss := s.Role(people.Coordinator)
		edit := boss.Get("/rounds/new").Form(t, "/rounds").Send().Want(t, 200)
		round := strings.TrimSuffix(edit.Path, "/edit")
		boss.Get(round+"/open").Want(t, 200, "10 people", "8 invitations are sent", "paper slips")
		boss.Post(round+"/open", nil).Want(t, 200, "2 invited people have neither e-mail nor a paper slip")
		slips := func() *apptest.Form {
			f := boss.Get(round+"/slips").Want(t, 200).Form(t, round+"/slips")
			return f.Set("unit", fmt.Sprint(unit(t, d, "A"))).Set("number", "1")
		}
		slips().Send().Want(t, 200)
		boss.Get(round).Want(t, 200, "1 invited person has neither")
		slips().Send().Want(t, 200)
		boss.Get(round).Want(t, 200).Without(t, "has neither", "have neither")
	})
}

func unit(t *testing.T, d *db.DB, code string) int64 {
	t.Helper()
	tree, err := people.LoadTree(t.Context(), d)
	must(t, err)
	u, _ := tree.ByCode(code)
	return u.ID
}
