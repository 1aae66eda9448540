package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"

	"taitorinki/internal/demo/county"
	"taitorinki/internal/people"
)

// staffOf is the lists of an invented county of about n people: 300, or as many copies of the county of 9,000 under one roof as it takes.
func staffOf(n int) (files people.Files, staff int, err error) {
	size, copies := county.Small, 1
	if n > 300 {
		size, copies = county.Medium, max(1, (n+4500)/9000)
	}
	c := county.Make(size, 1)
	units, err := copied(c.UnitsCSV(), copies, "code", "parent")
	if err != nil {
		return files, 0, err
	}
	list, err := copied(c.PeopleCSV(), copies, "staff_number", "email", "unit", "supervisor_of")
	files = people.Files{Units: people.File{Name: "u.csv", Data: units}, People: people.File{Name: "p.csv", Data: list},
		Professions: people.File{Name: "pr.csv", Data: c.ProfessionsCSV()}}
	return files, len(c.People) * copies, err
}

// copied repeats a list's rows, each time with other values in the columns that name something. Below the first copy's root stand the
// roots of the others.
func copied(list []byte, copies int, columns ...string) ([]byte, error) {
	rows, err := csv.NewReader(bytes.NewReader(list)).ReadAll()
	if err != nil {
		return nil, err
	}
	var at []int
	for _, name := range columns {
		at = append(at, slices.Index(rows[0], name))
	}
	first, parent := rows[1:], slices.Index(rows[0], "parent")
	for i := 1; i < copies; i++ {
		for n, row := range first {
			again := slices.Clone(row)
			for _, k := range at {
				if again[k] != "" {
					again[k] = prefixed(again[k], i)
				}
			}
			if parent >= 0 && n == 0 {
				again[parent] = first[0][slices.Index(rows[0], "code")]
			}
			rows = append(rows, again)
		}
	}
	var b bytes.Buffer
	err = csv.NewWriter(&b).WriteAll(rows)
	return b.Bytes(), err
}

// prefixed names the i-th copy of something; a cell may hold several codes.
func prefixed(cell string, i int) string {
	var out []byte
	for k, word := range bytes.Fields([]byte(cell)) {
		if k > 0 {
			out = append(out, ' ')
		}
		out = append(out, fmt.Sprintf("c%d%s", i, word)...)
	}
	return string(out)
}
