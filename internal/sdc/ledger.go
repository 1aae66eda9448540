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
// variable, that of the editions, n, mean_ with one for each area, and band_ with one for each. What is not told is empty.
// The n of a group that is placed is the word placed, and its bands are below, near or above.
func WriteLedger(w io.Writer, c Catalogue, names Names, editions ...Edition) error {
	out := csv.NewWriter(w)
	head := append([]string{"unit"}, names.Variables...)
	if len(editions) > 0 && editions[0].Column != "" {
		head = append(head, editions[0].Column)
	}
	head = append(head, "n")
	for _, column := range []string{"mean_", "band_"} {
		for _, a := range names.Areas {
			head = append(head, column+a)
		}
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
	switch f.Shown {
	case Published:
		n = strconv.Itoa(f.N)
	case Placed:
		n = "placed"
	}
	row = append(row, n)
	for i, a := range c.Areas {
		mean := ""
		if f.Shown == Published && i < len(f.Means) && f.Means[i] != nil {
			mean = strconv.FormatFloat(*f.Means[i], 'f', a.Decimals, 64)
		}
		row = append(row, mean)
	}
	for i := range c.Areas {
		row = append(row, bandWord(f, i))
	}
	return row
}

func bandWord(f Figure, area int) string {
	if f.Shown != Placed || area >= len(f.Bands) {
		return ""
	}
	return map[int]string{-1: "below", 0: "near", 1: "above"}[f.Bands[area]]
}
