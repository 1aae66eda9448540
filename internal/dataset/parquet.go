package dataset

import (
	"encoding/json"
	"io"
	"math"

	"github.com/parquet-go/parquet-go"
)

// rowsInGroup is how many cases are held in memory before they are written.
const rowsInGroup = 16384

// parquetMetadata is the key under which the codebook stands in the file's metadata.
const parquetMetadata = "taitorinki.codebook"

// Parquet writes the cases in columns of the variables' kinds: DOUBLE, INT32 (INT64 where the range needs it or is not known)
// and STRING, each nullable, in groups of 16,384 rows compressed by Snappy. The codebook is in the file's metadata under
// "taitorinki.codebook", as JSON with all languages.
func Parquet(w io.Writer, t Table) (rows int, err error) {
	if err := t.Check(); err != nil {
		return 0, err
	}
	book, err := json.Marshal(t.metadata())
	if err != nil {
		return 0, err
	}
	p := parquet.NewWriter(w, t.schema(),
		parquet.CreatedBy("Taitorinki", "1", ""), // the library's version would change the bytes
		parquet.Compression(&parquet.Snappy),
		parquet.MaxRowsPerRowGroup(rowsInGroup),
		parquet.KeyValueMetadata(parquetMetadata, string(book)))
	row := make(parquet.Row, len(t.Variables)) // in use for all rows
	batch := []parquet.Row{row}
	rows, err = t.each(func(cells []Cell) error {
		for i := range cells {
			row[i] = t.Variables[i].parquet(&cells[i], i)
		}
		_, err := p.WriteRows(batch)
		return err
	})
	if err != nil {
		return rows, err
	}
	return rows, p.Close()
}

func (t *Table) schema() *parquet.Schema {
	g := inOrder{Group: parquet.Group{}}
	for i := range t.Variables {
		g.names = append(g.names, t.Variables[i].Name)
		g.Group[t.Variables[i].Name] = parquet.Optional(t.Variables[i].node())
	}
	return parquet.NewSchema("dataset", g)
}

// inOrder keeps the columns in the order of the variables; a plain Group sorts them.
type inOrder struct {
	parquet.Group
	names []string
}

// Fields is parquet.Node's.
func (g inOrder) Fields() []parquet.Field {
	sorted := map[string]parquet.Field{}
	for _, f := range g.Group.Fields() {
		sorted[f.Name()] = f
	}
	fields := make([]parquet.Field, len(g.names))
	for i, name := range g.names {
		fields[i] = sorted[name]
	}
	return fields
}

func (v *Variable) node() parquet.Node {
	switch {
	case v.Kind == Text:
		return parquet.String()
	case v.Kind == Number:
		return parquet.Leaf(parquet.DoubleType)
	case v.small():
		return parquet.Int(32)
	}
	return parquet.Int(64)
}

// small reports whether all numbers that may stand in the column have 32 bits. Many readers handle those better.
func (v *Variable) small() bool {
	fits := func(x float64) bool { return x >= math.MinInt32 && x <= math.MaxInt32 }
	for _, m := range v.Missing {
		if !fits(m.Code.number) {
			return false
		}
	}
	return v.ranged() && fits(v.Min) && fits(v.Max)
}

// parquet returns the cell as a value of the column.
func (v *Variable) parquet(c *Cell, column int) parquet.Value {
	var value parquet.Value
	switch {
	case c.kind == empty:
		return parquet.NullValue().Level(0, 0, column)
	case v.Kind == Text:
		value = parquet.ByteArrayValue([]byte(c.text))
	case v.Kind == Number:
		value = parquet.DoubleValue(c.number)
	case v.small():
		value = parquet.Int32Value(int32(c.number))
	default:
		value = parquet.Int64Value(int64(c.number))
	}
	return value.Level(0, 1, column)
}

// bookJSON is the codebook in the metadata.
type bookJSON struct {
	Name      string         `json:"name"`
	Titles    Words          `json:"titles,omitempty"`
	Created   string         `json:"created"`
	Variables []variableJSON `json:"variables"`
}

type variableJSON struct {
	Name     string      `json:"name"`
	Labels   Words       `json:"labels,omitempty"`
	Type     string      `json:"type"`
	Measure  string      `json:"measure"`
	Min      *float64    `json:"min,omitempty"`
	Max      *float64    `json:"max,omitempty"`
	Values   []valueJSON `json:"values,omitempty"`
	Missing  []valueJSON `json:"missing,omitempty"`
	Question string      `json:"question,omitempty"`
	Scale    string      `json:"scale,omitempty"`
	Reversed bool        `json:"reversed,omitempty"`
}

type valueJSON struct {
	Code   any   `json:"code"`
	Labels Words `json:"labels,omitempty"`
}

func (t *Table) metadata() bookJSON {
	book := bookJSON{Name: t.Name, Titles: t.Titles, Created: t.Created.UTC().Format("2006-01-02T15:04:05Z")}
	for i := range t.Variables {
		v := &t.Variables[i]
		x := variableJSON{v.Name, v.Labels, kindNames[v.Kind], measureNames[v.measure()], nil, nil, valuesJSON(v.Values), valuesJSON(v.Missing), v.Question, v.Scale, v.Reversed}
		if v.ranged() {
			x.Min, x.Max = &v.Min, &v.Max
		}
		book.Variables = append(book.Variables, x)
	}
	return book
}

func valuesJSON(values []Value) (out []valueJSON) {
	for _, value := range values {
		x := valueJSON{Code: value.Code.number, Labels: value.Labels}
		if value.Code.kind == text {
			x.Code = value.Code.text
		}
		out = append(out, x)
	}
	return out
}
