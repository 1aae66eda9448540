package coverage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// BenchmarkCoveragePages times the pages of coverage through the whole program, with 2,000 units, 10,000 staff and 900 mentors, and
// tells how long half of the requests and all but one in twenty took.
func BenchmarkCoveragePages(b *testing.B) {
	s := apptest.New(b, dbtest.SQLite(b))
	var units, staff strings.Builder
	units.WriteString("code,parent,name_fi\nH,,Rannat\n")
	staff.WriteString("email,name,unit,language\n")
	for i := range 1999 {
		parent := "H"
		if i >= 20 {
			parent = fmt.Sprintf("U%d", i%20)
		}
		fmt.Fprintf(&units, "U%d,%s,Yksikkö %d\n", i, parent, i)
		for j := range 5 {
			fmt.Fprintf(&staff, "p%d-%d@shores.example,Nimi %d %d,U%d,fi\n", i, j, i, j, i)
		}
	}
	_, err := s.People.Import(b.Context(), people.Files{Units: people.File{Name: "u.csv", Data: []byte(units.String())},
		People: people.File{Name: "p.csv", Data: []byte(staff.String())}}, people.ImportOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range 900 {
		p := s.Person(fmt.Sprintf("p%d-1@shores.example", i*2))
		id, err := s.Mentors.SignUp(b.Context(), p.ID, p.ID, mentoring.Profile{Langs: []string{"fi"}, Areas: []string{"remote"}}, []mentoring.Place{{Unit: p.UnitID}})
		if err == nil {
			err = s.Mentors.Confirm(b.Context(), 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 120, From: "2026-01-01"})
		}
		if err == nil {
			err = s.Mentors.Move(b.Context(), 0, id, mentoring.AnyVersion, mentoring.Appointment, "")
		}
		if err == nil {
			err = s.Mentors.WantNote(b.Context(), id, false) // 900 notes would be written meanwhile
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	s.Work()
	coordinator := s.Role(people.Coordinator)
	for _, path := range []string{"/mentors/coverage", "/mentors/coverage?q=12", "/mentors/coverage/list.csv", "/mentors/find", "/"} {
		b.Run(path, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				if p := coordinator.Get(path); p.Status != 200 {
					b.Fatalf("%s: status %d", path, p.Status)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}
