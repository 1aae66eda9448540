package mentoring_test

import (
	"fmt"
	"strings"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// BenchmarkPagesOfAThousandMentors times the pages that read all mentors, in a county of 2,000 units.
func BenchmarkPagesOfAThousandMentors(b *testing.B) {
	s := apptest.New(b, dbtest.SQLite(b))
	var units, staff strings.Builder
	units.WriteString("code,parent,name_fi\nH,,Rannat\n")
	staff.WriteString("email,name,unit,language\n")
	for i := range 2000 {
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
	for i := range 1000 {
		p := s.Person(fmt.Sprintf("p%d-1@shores.example", i))
		id, err := s.Mentors.SignUp(b.Context(), p.ID, p.ID, mentoring.Profile{Langs: []string{"fi"}, Areas: []string{"remote"}}, []mentoring.Place{{Unit: p.UnitID}})
		if err == nil && i > 100 {
			err = s.Mentors.Confirm(b.Context(), 0, id, mentoring.AnyVersion, mentoring.Grant{Minutes: 120, From: "2026-01-01"})
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	s.Grant("p3-2@shores.example", people.Supervisor, "U3")
	boss, coordinator := s.As("p3-2@shores.example"), s.Role(people.Coordinator)
	for _, x := range []struct {
		name, path string
		who        *apptest.Reader
	}{{"list", "/mentors", coordinator}, {"limited", "/mentors?state=confirmed&strength=remote", coordinator}, {"csv", "/mentors/list.csv", coordinator},
		{"mentor", "/mentors/500", coordinator}, {"confirm", "/mentors/confirm", boss}, {"start", "/", boss}, {"join", "/mentors/join", boss}} {
		b.Run(x.name, func(b *testing.B) {
			for b.Loop() {
				if p := x.who.Get(x.path); p.Status != 200 {
					b.Fatalf("%s: status %d", x.path, p.Status)
				}
			}
		})
	}
	b.Run("upkeep", func(b *testing.B) {
		for b.Loop() {
			if err := s.Mentors.Upkeep(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
