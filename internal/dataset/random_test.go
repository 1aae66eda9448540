package dataset

import (
	"fmt"
	"math/rand/v2"
	"time"

	"pgregory.net/rapid"
)

// drawTable makes any table that Check likes, with its rows.
func drawTable(t *rapid.T) (Table, [][]Cell) {
	table := Table{Name: "any", Titles: label("Aineisto", "", ""), Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	n := rapid.IntRange(1, 8).Draw(t, "variables")
	for i := range n {
		table.Variables = append(table.Variables, drawVariable(t, i))
	}
	rows := make([][]Cell, rapid.IntRange(0, 20).Draw(t, "rows"))
	for i := range rows {
		for k := range table.Variables {
			rows[i] = append(rows[i], drawCell(t, &table.Variables[k]))
		}
	}
	table.Rows = rowsOf(rows)
	return table, rows
}

func drawVariable(t *rapid.T, i int) Variable {
	stem := rapid.SampledFrom([]string{"v", "V000000", "ikä", "a_variable_with_a_long_name", "Q."}).Draw(t, "name")
	v := Variable{Name: fmt.Sprintf("%s%d", stem, i), Kind: Kind(rapid.IntRange(0, 2).Draw(t, "kind"))}
	v.Labels = Words{"fi": rapid.StringN(0, 300, 400).Draw(t, "label")}
	v.Measure = Measure(rapid.IntRange(0, 3).Draw(t, "measure"))
	switch v.Kind {
	case Text:
		v.Width = rapid.OneOf(rapid.IntRange(1, 20), rapid.SampledFrom([]int{250, 252, 253, 255, 256, 504, 505, 2000})).Draw(t, "width")
		if rapid.Bool().Draw(t, "labelled") {
			v.Values = []Value{{Str("k"), label("koodi", "", "")}, {Str("x"), Words{"fi": rapid.StringN(0, 200, -1).Draw(t, "value label")}}}
		}
	case Whole:
		if rapid.Bool().Draw(t, "ranged") {
			v.Min, v.Max = 1, 7
			v.Values = []Value{{Int(1), label("yksi", "", "")}, {Int(7), label("seitsemän", "sju", "")}}
			v.Missing = []Value{{Int(-9), label("ei vastausta", "", "")}}
		}
	case Number:
		v.Decimals = rapid.IntRange(0, 16).Draw(t, "decimals")
	}
	return v
}

func drawCell(t *rapid.T, v *Variable) Cell {
	if rapid.IntRange(0, 5).Draw(t, "empty") == 0 {
		return Cell{}
	}
	switch {
	case v.Kind == Text:
		return Str(cut(Str(rapid.StringN(0, v.Width, -1).Draw(t, "text")).text, v.Width))
	case v.Kind == Whole && v.ranged():
		return Int(rapid.SampledFrom([]int{-9, 1, 2, 7}).Draw(t, "code"))
	case v.Kind == Whole:
		return Int(rapid.OneOf(rapid.IntRange(-200, 300), rapid.IntRange(-maxWhole, maxWhole)).Draw(t, "whole"))
	}
	return Num(rapid.OneOf(rapid.Float64(), rapid.Float64Range(-200, 200)).Draw(t, "number"))
}

// wide makes a survey: an id, a unit, a mean and a text, and items from 1 to 5 with a code for "can't say"; the same each time.
func wide(rows, columns int) Table {
	t := example()
	item := t.Variables[3]
	t.Variables = []Variable{
		{Name: "id", Kind: Whole}, {Name: "unit", Kind: Text, Width: 12}, {Name: "mean", Kind: Number, Decimals: 2}, {Name: "comment", Kind: Text, Width: 200},
	}
	for i := len(t.Variables); i < columns; i++ {
		item.Name = fmt.Sprintf("item_%d", i)
		t.Variables = append(t.Variables, item)
	}
	t.Rows = func(yield func([]Cell, error) bool) {
		random := rand.New(rand.NewPCG(1, 2))
		row := make([]Cell, columns)
		for i := range rows {
			row[0], row[1], row[2] = Int(i+1), Str(units[random.IntN(len(units))]), Num(1+4*random.Float64())
			if row[3] = (Cell{}); random.IntN(5) == 0 {
				row[3] = Str("Tarvitsisin apua älypuhelimen käyttöön.")
			}
			for k := 4; k < columns; k++ {
				row[k] = answers[random.IntN(len(answers))]
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	return t
}

var units = []string{"A1", "A2", "B17", "Kotihoito Ö"}

var answers = []Cell{Int(1), Int(2), Int(3), Int(3), Int(4), Int(4), Int(5), Int(99), {}}
