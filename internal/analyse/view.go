package analyse

import (
	"fmt"
	"strings"

	"taitorinki/internal/stats"
)

// view is what one analysis sees: the rows that its filter kept, or the persons whom they are of.
type view struct {
	plan   *document
	who    string // the analysis, for faults
	data   *dataFile
	rows   []int
	people *people // nil = the analysis works on rows
}

// people are the persons of long data in the order in which they come first.
type people struct {
	ids []string
	of  []int // for each row of the view its person, -1 when it has none
}

func (v *view) fault(at ref, format string, args ...any) error {
	return v.plan.fault(at.offset, v.who, format, args...)
}

// place finds a column of the file.
func (v *view) place(column ref) (int, error) {
	place, known := v.data.columns[column.name]
	if !known {
		return 0, v.fault(column, "%s has no column %q; it has %s", v.data.name, column.name, short(v.data.header))
	}
	return place, nil
}

// short lists the first names.
func short(names []string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// numbers are the values of a column as in the file, not turned around.
func (v *view) numbers(column ref) (stats.Column, error) {
	place, err := v.place(column)
	if err != nil {
		return stats.Column{}, err
	}
	return v.read(place)
}

func (v *view) read(place int) (stats.Column, error) {
	all := v.data.numbers(place)
	out := stats.NewColumn(len(v.rows))
	for i, row := range v.rows {
		switch all.states[row] {
		case isNumber:
			out.Set(i, all.values[row])
		case isText:
			return out, v.data.fault(row, place, notNumber(v.data.rows[row].Cells[place])+", but analysis "+v.who+" needs one")
		}
	}
	return out, nil
}

// texts are the cells of a column.
func (v *view) texts(column ref) (texts []string, known []bool, err error) {
	place, err := v.place(column)
	if err != nil {
		return nil, nil, err
	}
	texts, known = make([]string, len(v.rows)), make([]bool, len(v.rows))
	for i, row := range v.rows {
		texts[i], known[i] = v.data.cell(row, place)
	}
	return texts, known, nil
}

// scaleItems are the columns of a scale's items.
func (v *view) scaleItems(scale ref) (places []int, err error) {
	for _, item := range v.data.book.scale(v.data.name, scale.name) {
		places = append(places, v.data.columns[item.column])
	}
	if len(places) == 0 {
		return nil, v.fault(scale, "%s has no items of a scale %q for the file %s", v.data.book.name, scale.name, v.data.name)
	}
	return places, nil
}

// keyed are the values of items, the reversed ones turned around.
func (v *view) keyed(places []int) ([]stats.Column, error) {
	columns, err := v.raw(places)
	for i, place := range places {
		if item := v.data.variables[place]; err == nil && item != nil && item.reversed {
			columns[i] = columns[i].Reversed(*item.min, *item.max)
		}
	}
	return columns, err
}

// raw are the values of items as in the file.
func (v *view) raw(places []int) ([]stats.Column, error) {
	columns := make([]stats.Column, len(places))
	for i, place := range places {
		var err error
		if columns[i], err = v.read(place); err != nil {
			return nil, err
		}
	}
	return columns, nil
}

// keep leaves only the rows that meet the condition.
func (v *view) keep(c condition) error {
	met, _, err := c.answers(v)
	if err != nil {
		return err
	}
	var kept []int
	for i, row := range v.rows {
		if met[i] {
			kept = append(kept, row)
		}
	}
	v.rows = kept
	return nil
}

// findPeople makes the analysis work on persons.
func (v *view) findPeople(id ref) error {
	texts, known, err := v.texts(id)
	if err != nil {
		return err
	}
	p := &people{of: make([]int, len(texts))}
	number := map[string]int{}
	for i, text := range texts {
		p.of[i] = -1
		if !known[i] {
			continue
		}
		if _, met := number[text]; !met {
			number[text] = len(p.ids)
			p.ids = append(p.ids, text)
		}
		p.of[i] = number[text]
	}
	v.people = p
	return nil
}

// at is for each person the row of a moment, -1 when there is none.
func (v *view) at(m *moment) ([]int, error) {
	place, err := v.place(m.column)
	if err != nil {
		return nil, err
	}
	rows := make([]int, len(v.people.ids))
	for i := range rows {
		rows[i] = -1
	}
	for i, row := range v.rows {
		cell, known := v.data.cell(row, place)
		person := v.people.of[i]
		if !known || cell != m.equals || person < 0 {
			continue
		}
		if rows[person] >= 0 {
			return nil, v.data.fault(row, place, fmt.Sprintf("%s %s has %s %s on line %d already", m.id.name, v.people.ids[person], m.column.name, m.equals, v.data.rows[rows[person]].Line))
		}
		rows[person] = row
	}
	return rows, nil
}

// whose is the place of a row or a person in words, for a fault.
func (v *view) whose(i int) string {
	if v.people != nil {
		return "the person " + v.people.ids[i]
	}
	return fmt.Sprintf("line %d of %s", v.data.rows[v.rows[i]].Line, v.data.name)
}
