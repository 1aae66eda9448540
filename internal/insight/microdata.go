package insight

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"taitorinki/internal/dataset"
	"taitorinki/internal/errs"
	"taitorinki/internal/sdc"
)

// notApplicable is the stored answer of those to whom a statement does not apply, and its code in files.
const (
	notApplicable     = "na"
	notApplicableCode = 99
)

// Microdata is a round's responses for researchers, one row each: the declared background coarsened until every combination has
// at least the least group of people, the answers to the questions that are no background, and the scores. Free texts, codes
// that pair waves and undeclared background are not in it.
type Microdata struct {
	Table   dataset.Table
	Release sdc.Release
	Study   dataset.Study
	source  *Source
	least   int
}

// Microdata makes the microdata of a closed round. Of a round of which nothing is told there are none: errs.NotFound.
func (s *Service) Microdata(ctx context.Context, code string) (_ *Microdata, err error) {
	defer errs.Wrap(&err, "insight.Microdata(%s)", code)
	snap, err := s.Snapshot(ctx, code)
	if err != nil {
		return nil, err
	}
	if snap == nil || snap.Whole() == nil {
		return nil, errs.New(errs.NotFound, "insight.no-microdata")
	}
	source, err := s.Outline(ctx, code)
	if err != nil {
		return nil, err
	}
	return s.microdata(ctx, source, snap.Least)
}

func (s *Service) microdata(ctx context.Context, source *Source, least int) (*Microdata, error) {
	m := &Microdata{source: source, least: least}
	var err error
	if m.Release, err = coarsened(ctx, source, least); err != nil {
		return nil, err
	}
	t := &m.Table
	t.Name, t.Titles, t.Created, t.Cases = "round-"+source.Code, dataset.Words(source.Name), source.ClosedAt, len(m.Release.People)
	var columns []column
	columns = append(columns, m.unitColumn(s.Kit.Words.T))
	for v := range source.Variables {
		columns = append(columns, m.backgroundColumn(v, s.Kit.Words.T))
	}
	for i, it := range source.Items {
		columns = append(columns, m.itemColumns(i, it)...)
	}
	for a := range source.Areas {
		columns = append(columns, m.scoreColumn(a, s.Kit.Words.T))
	}
	for _, c := range columns {
		t.Variables = append(t.Variables, c.Variable)
	}
	t.Rows = m.rows(ctx, columns)
	m.describe(s.Kit.Words.T)
	return m, t.Check()
}

// coarsened makes the declared background coarse enough.
func coarsened(ctx context.Context, source *Source, least int) (sdc.Release, error) {
	parents := make([]int, len(source.Units))
	for i, u := range source.Units {
		parents[i] = u.Parent
	}
	var variables []sdc.Background
	for _, v := range source.Variables {
		variables = append(variables, sdc.Background{Categories: len(v.Categories), Ordinal: v.Ordered})
	}
	var people []sdc.Person
	alike := map[string][]int{} // people by the hundred thousand have few backgrounds: each is held once
	var key []byte
	if err := source.Each(ctx, func(r Response) error {
		key = key[:0]
		for _, c := range r.Values {
			key = binary.AppendVarint(key, int64(c))
		}
		values, ok := alike[string(key)]
		if !ok {
			values = r.Values
			alike[string(key)] = values
		}
		people = append(people, sdc.Person{Unit: r.Unit, Values: values})
		return nil
	}); err != nil {
		return sdc.Release{}, err
	}
	return sdc.Microdata(parents, variables, people, least)
}

// column is a variable, and its cell of a response with its coarsened background.
type column struct {
	dataset.Variable
	cell func(r *Response, told sdc.Person) dataset.Cell
}

// errEnough ends the reading when whoever writes has ended.
var errEnough = errors.New("enough")

func (m *Microdata) rows(ctx context.Context, columns []column) iter.Seq2[[]dataset.Cell, error] {
	return func(yield func([]dataset.Cell, error) bool) {
		row, i := make([]dataset.Cell, len(columns)), 0
		err := m.source.Each(ctx, func(r Response) error {
			for c := range columns {
				row[c] = columns[c].cell(&r, m.Release.People[i])
			}
			i++
			if !yield(row, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

type words = func(lang, key string, args ...any) string

// in3 is a message in the languages of the platform.
func in3(t words, key string, args ...any) dataset.Words {
	return dataset.Words{"fi": t("fi", key, args...), "sv": t("sv", key, args...), "en": t("en", key, args...)}
}

// unitColumn tells the unit by its number in the round, with its name as the label.
func (m *Microdata) unitColumn(t words) column {
	v := dataset.Variable{Name: "unit", Labels: in3(t, "insight.unit"), Kind: dataset.Whole, Measure: dataset.Nominal}
	used := map[int]bool{}
	for _, p := range m.Release.People {
		used[p.Unit] = true
	}
	for u, x := range m.source.Units {
		if used[u] {
			v.Values = append(v.Values, dataset.Value{Code: dataset.Int(u + 1), Labels: dataset.Words(x.Name)})
		}
	}
	v.Min, v.Max = 1, float64(len(m.source.Units))
	return column{v, func(_ *Response, told sdc.Person) dataset.Cell {
		if told.Unit != sdc.NoParent {
			return dataset.Int(told.Unit + 1)
		}
		return dataset.Cell{}
	}}
}

// backgroundColumn tells the category by its number; merged ones have the labels of all.
func (m *Microdata) backgroundColumn(b int, t words) column {
	x := m.source.Variables[b]
	title := dataset.Words(x.Title)
	if len(title) == 0 {
		title = in3(t, "insight."+x.ID)
	}
	v := dataset.Variable{Name: x.ID, Labels: title, Kind: dataset.Whole, Measure: dataset.Nominal, Min: 1, Max: float64(len(x.Categories)), Question: x.ID}
	if x.Ordered {
		v.Measure = dataset.Ordinal
	}
	for c := range x.Categories {
		labels := dataset.Words{}
		for d, into := range m.Release.Categories[b] {
			if into == c {
				for lang, text := range categoryLabel(x.Categories[d], t) {
					labels[lang] = strings.TrimPrefix(labels[lang]+" / "+text, " / ")
				}
			}
		}
		if len(labels) > 0 {
			v.Values = append(v.Values, dataset.Value{Code: dataset.Int(c + 1), Labels: labels})
		}
	}
	return column{v, func(_ *Response, told sdc.Person) dataset.Cell {
		if c := told.Values[b]; c != sdc.NoCategory {
			return dataset.Int(c + 1)
		}
		return dataset.Cell{}
	}}
}

func categoryLabel(c Category, t words) dataset.Words {
	if len(c.Title) > 0 {
		return dataset.Words(c.Title)
	}
	return in3(t, "insight.not-stated")
}

// itemColumns are the variables of a question that is no background and no free text: one, or of several choices one each.
func (m *Microdata) itemColumns(i int, it Item) []column {
	if it.Background || it.Kind == TextItem {
		return nil
	}
	v := dataset.Variable{Name: it.ID, Labels: dataset.Words(it.Text), Kind: dataset.Whole, Measure: dataset.Ordinal, Question: it.ID, Reversed: it.Reversed}
	if it.Area >= 0 {
		v.Scale = m.source.Areas[it.Area].ID
	}
	switch it.Kind {
	case MultipleItem:
		return choiceColumns(i, it)
	case SingleItem:
		v.Measure, v.Min, v.Max = dataset.Nominal, 1, float64(len(it.Choices))
		for c, x := range it.Choices {
			v.Values = append(v.Values, dataset.Value{Code: dataset.Int(c + 1), Labels: dataset.Words(x.Title)})
		}
		return []column{{v, func(r *Response, _ sdc.Person) dataset.Cell {
			if c := slices.IndexFunc(it.Choices, func(x Category) bool { return x.Value == r.Answers[i] }); c >= 0 {
				return dataset.Int(c + 1)
			}
			return dataset.Cell{}
		}}}
	case NumberItem:
		v.Measure = dataset.Scale
	case ScaleItem:
		for _, x := range it.Choices {
			if n, err := strconv.Atoi(x.Value); err == nil {
				v.Values = append(v.Values, dataset.Value{Code: dataset.Int(n), Labels: dataset.Words(x.Title)})
			}
		}
		if it.NotApplicable != nil {
			v.Missing = []dataset.Value{{Code: dataset.Int(notApplicableCode), Labels: dataset.Words(it.NotApplicable)}}
		}
	}
	v.Min, v.Max = float64(it.Min), float64(it.Max)
	return []column{{v, func(r *Response, _ sdc.Person) dataset.Cell {
		switch n, err := strconv.Atoi(r.Answers[i]); {
		case err == nil:
			return dataset.Int(n)
		case r.Answers[i] == notApplicable && v.Missing != nil:
			return dataset.Int(notApplicableCode)
		}
		return dataset.Cell{}
	}}}
}

func choiceColumns(i int, it Item) (out []column) {
	for c, x := range it.Choices {
		v := dataset.Variable{Name: fmt.Sprintf("%s_%d", it.ID, c+1), Kind: dataset.Whole, Measure: dataset.Nominal, Max: 1, Question: it.ID, Labels: dataset.Words{}}
		for lang, text := range it.Text {
			v.Labels[lang] = text + ": " + x.Title[lang]
		}
		out = append(out, column{v, func(r *Response, _ sdc.Person) dataset.Cell {
			switch given := r.Answers[i]; {
			case given == "":
				return dataset.Cell{}
			case slices.Contains(strings.Split(given, ","), x.Value):
				return dataset.Int(1)
			}
			return dataset.Int(0)
		}})
	}
	return out
}

func (m *Microdata) scoreColumn(a int, t words) column {
	area := m.source.Areas[a]
	v := dataset.Variable{Name: "score_" + area.ID, Labels: dataset.Words{}, Kind: dataset.Number, Decimals: 2, Measure: dataset.Scale, Min: float64(area.Min), Max: float64(area.Max), Scale: area.ID}
	for lang, text := range area.Title {
		v.Labels[lang] = text + ": " + t(lang, "insight.mean")
	}
	return column{v, func(r *Response, _ sdc.Person) dataset.Cell {
		if x := r.Scores[a]; !math.IsNaN(x) {
			return dataset.Num(x)
		}
		return dataset.Cell{}
	}}
}
