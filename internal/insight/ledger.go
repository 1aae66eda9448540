package insight

import (
	"cmp"
	"encoding/csv"
	"io"
	"strconv"

	"taitorinki/internal/sdc"
)

// Catalogue is the tables of the snapshot, as disclosure control speaks of them.
func (s *Snapshot) Catalogue() sdc.Catalogue {
	source := Source{Units: s.Units, Variables: s.Variables, Areas: s.Areas}
	return source.catalogue()
}

// Publication is all that is told of the tables of the snapshot.
func (s *Snapshot) Publication() sdc.Publication {
	p := sdc.Publication{}
	for _, c := range s.Cells {
		f := sdc.Figure{Shown: sdc.Published, N: c.N, Means: c.Means, Bands: c.Bands}
		if c.Placed {
			f.Shown = sdc.Placed
		}
		p[sdc.Cell{Unit: c.Unit, Variable: c.Variable, Category: c.Category}] = f
	}
	return p
}

// WriteLedger writes what is published of the units and categories, as CSV: doc/file-formats.md.
func (s *Snapshot) WriteLedger(w io.Writer) error {
	names := sdc.Names{}
	for _, u := range s.Units {
		names.Units = append(names.Units, u.ledgerCode())
	}
	for _, v := range s.Variables {
		var values []string
		for _, c := range v.Categories {
			values = append(values, cmp.Or(c.Value, "not-stated"))
		}
		names.Variables, names.Categories = append(names.Variables, v.ID), append(names.Categories, values)
	}
	for _, a := range s.Areas {
		names.Areas = append(names.Areas, a.ID)
	}
	return sdc.WriteLedger(w, s.Catalogue(), names, sdc.Edition{Publication: s.Publication()})
}

// WriteMatched writes what is published of those who answered both this wave and the one before, as CSV: for each unit how many they
// are, how many of that wave they are out of, and both means of each area; empty where it is not told, without rows when nothing is.
func (s *Snapshot) WriteMatched(w io.Writer) error {
	head := []string{"unit", "wave", "n", "n_before"}
	for _, a := range s.Areas {
		head = append(head, "mean_before_"+a.ID, "mean_"+a.ID)
	}
	rows := [][]string{head}
	if s.Change == nil {
		return csv.NewWriter(w).WriteAll(rows)
	}
	told := map[int]Matched{}
	for _, m := range s.Change.Units {
		told[m.Unit] = m
	}
	for i, u := range s.Units {
		row := make([]string, len(head))
		row[0], row[1] = u.ledgerCode(), "1&2"
		if m, ok := told[i]; ok {
			row[2], row[3] = strconv.Itoa(m.N), strconv.Itoa(m.Before)
			for a, x := range m.Areas {
				if x != nil {
					row[4+2*a], row[5+2*a] = decimal(x.Before), decimal(x.After)
				}
			}
		}
		rows = append(rows, row)
	}
	return csv.NewWriter(w).WriteAll(rows)
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// WriteTree writes the units of the ledger: code, the unit above, and how many people with all below it could have answered as
// one of them.
func (s *Snapshot) WriteTree(w io.Writer) error {
	heads := make([]int, len(s.Units))
	for u := len(s.Units) - 1; u >= 0; u-- { // those above come first
		heads[u] += s.Units[u].Heads
		if up := s.Units[u].Parent; up != sdc.NoParent {
			heads[up] += heads[u]
		}
	}
	rows := [][]string{{"code", "parent", "headcount"}}
	for i, u := range s.Units {
		parent := ""
		if u.Parent != sdc.NoParent {
			parent = s.Units[u.Parent].ledgerCode()
		}
		rows = append(rows, []string{u.ledgerCode(), parent, strconv.Itoa(heads[i])})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// ledgerCode is the unit's code; the whole above several trees has none of its own.
func (u Unit) ledgerCode() string { return cmp.Or(u.Code, "all") }
