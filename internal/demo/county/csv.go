package county

import (
	"bytes"
	"encoding/csv"
	"strings"
)

// UnitsCSV is org.csv, parents before their children.
func (c *County) UnitsCSV() []byte {
	rows := [][]string{{"code", "parent", "name_fi", "name_sv", "name_en"}}
	for _, u := range c.Units {
		rows = append(rows, []string{u.Code, u.Parent, u.NameFI, u.NameSV, u.NameEN})
	}
	return table(rows)
}

// PeopleCSV is people.csv. Who answers on paper has no address in it; the codes in supervisor_of are separated by a space.
func (c *County) PeopleCSV() []byte {
	rows := [][]string{{"staff_number", "email", "name", "unit", "profession", "language", "supervisor_of"}}
	for _, p := range c.People {
		if c.paper[p.Unit] {
			p.Email = ""
		}
		rows = append(rows, []string{p.StaffNumber, p.Email, p.Name, p.Unit, p.Profession, p.Lang, strings.Join(p.SupervisorOf, " ")})
	}
	return table(rows)
}

// ProfessionsCSV is professions.csv.
func (c *County) ProfessionsCSV() []byte {
	rows := [][]string{{"code", "name_fi", "name_sv", "name_en"}}
	for _, p := range c.Professions {
		rows = append(rows, []string{p.Code, p.FI, p.SV, p.EN})
	}
	return table(rows)
}

func table(rows [][]string) []byte {
	var b bytes.Buffer
	// Writing to a buffer cannot fail, and the default comma is a valid one.
	_ = csv.NewWriter(&b).WriteAll(rows)
	return b.Bytes()
}
