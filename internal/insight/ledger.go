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
