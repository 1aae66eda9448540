package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/people"
)

// ledCounty has units of 24, 22 and 8 people, each led by its first.
func ledCounty(t *testing.T, d *db.DB) *apptest.Site {
	t.Helper()
	var units, staff strings.Builder
	units.WriteString("code,parent,name_fi,name_sv,name_en\nH,,Rannat,Stränderna,The Shores\n")
	staff.WriteString("email,name,unit,language,supervisor_of\n")
	for code, n := range map[string]int{"A": 24, "B": 22, "C": 8} {
		fmt.Fprintf(&units, "%s,H,Yksikkö %[1]s,Enhet %[1]s,Unit %[1]s\n", code)
		for i := range n {
			leads := ""
			if i == 0 {
				leads = code
			}
			fmt.Fprintf(&staff, "%s%d@shores.example,Aino %[1]s,%[1]s,en,%[3]s\n", code, i, leads)
		}
	}
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "units.csv"), []byte(units.String()), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "people.csv"), []byte(staff.String()), 0o600))
	s := apptest.New(t, d)
	s.Import(filepath.Join(dir, "units.csv"), filepath.Join(dir, "people.csv"))
	return s
}

func TestASupervisorSeesHowManyOfTheirOwnHaveAnsweredAndWhatToSay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := ledCounty(t, d)
		boss := s.Role(people.Coordinator)
		r := openRound(t, s, "taitorinki-pulse")
		page := fmt.Sprintf("/rounds/%d", r.ID)
		lead := s.As("A0@shores.example")
		lead.Get(page).Want(t, 200, "The first figures come on the morning after", "Say it in the morning meeting")
		lead.Get(page+"/rates").Want(t, 200, "There are no figures yet")

		for i := range 12 {
			for _, m := range s.Mailed(fmt.Sprintf("A%d@shores.example", i)) {
				if strings.Contains(m.Text, "/v/") {
					answer(t, s, s.LinkIn(m.Text), 1)
				}
			}
		}
		s.Clock.Move(36 * time.Hour)
		must(t, s.Survey.CountRates(t.Context()))

		lead.Get("/").Want(t, 200, "Unit A: about 50 % have answered")
		lead.Get(page).Want(t, 200, "Unit A:", "In Unit A, about 50 % have answered.", "the-coordinator@apptest.example").Without(t, "Unit B", "Shores: about")
		lead.Get(page+"/rates").Want(t, 200, "Unit A", "about 50 %").Without(t, "Unit B")
		lead.Get(page+"/tell").Want(t, 200, "You can answer the survey", "has come in an e-mail", "Kyselyyn", "Enkäten").Without(t, "/v/")

		// The two others could be worked out from each other.
		for unit, code := range map[string]string{"Unit B": "B0", "Unit C": "C0"} {
			s.As(code+"@shores.example").Get(page).Want(t, 200, "about 20 %", "The unit "+unit+" is part of this figure").Without(t, "Unit A")
		}
		boss.Get("/").Want(t, 200, "The Shores: about 20 % have answered")
		boss.Get(page+"/rates").Want(t, 200, "The Shores", "about 20 %", "Unit A", "about 50 %").Without(t, "Unit B", "Unit C")
		boss.Get(page+"/tell").Want(t, 200, "Pass it on")
		s.As("A1@shores.example").Get(page+"/rates").Want(t, 403)
		s.Anonymous().NotFollowing().Get(page+"/tell").Want(t, 303)
	})
}
