package sdc

import (
	"encoding/csv"
	"io"
	"strconv"
)

// Names are the codes by which a ledger calls units, variables, their categories and areas.
type Names struct {
	Units      []string
	Variables  []string
	Categories [][]string
	Areas      []string
}

// Edition is a publication as it stands in a ledger. With several, a column tells which: of "release" (r1, r2, each with
// the answers of those before) or "wave".
type Edition struct {
	Column, Value string
	Publication
}

// WriteLedger writes what is told of every cell of a catalogue, as CSV with the columns unit, one for each background
// variable, that of the editions, n, and mean_ with one for each area. What is not told is empty; the n of a group that is
// placed is not told, and its placings have no column.
func WriteLedger(w io.Writer, c Catalogue, names Names, editions ...Edition) error {
	out := csv.NewWriter(w)
	head := append([]string{"unit"}, names.Variables...)
	if len(editions) > 0 && editions[0].Column != "" {
		head = append(head, editions[0].Column)
	}
	head = append(head, "n")
	for _, a := range names.Areas {
		head = append(head, "mean_"+a)
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for _, e := range editions {
		for _, cell := range c.Cells() {
			if err := out.Write(ledgerRow(c, names, cell, e)); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// Cells are all groups of a catalogue: the units alone, then each unit's categories of one variable after the other.
func (c Catalogue) Cells() (cells []Cell) {
	for u := range c.Parent {
		cells = append(cells, Cell{u, All, All})
	}
	for b, categories := range c.Categories {
		for u := range c.Parent {
			for v := range categories {
				cells = append(cells, Cell{u, b, v})
			}
		}
	}
	return cells
}

func ledgerRow(c Catalogue, names Names, cell Cell, e Edition) []string {
	f := e.Publication[cell]
	row := []string{names.Units[cell.Unit]}
	for b := range c.Categories {
		value := "*"
		if b == cell.Variable {
			value = names.Categories[b][cell.Category]
		}
		row = append(row, value)
	}
	if e.Column != "" {
		row = append(row, e.Value)
	}
	n := ""
	if f.Shown == Published {
		n = strconv.Itoa(f.N)
	}
	row = append(row, n)
	for i, a := range c.Areas {
		mean := ""
		if f.Shown == Published && i < len(f.Means) && f.Means[i] != nil {
			mean = strconv.FormatFloat(*f.Means[i], 'f', a.Decimals, 64)
		}
		row = append(row, mean)
	}
	return row
}
