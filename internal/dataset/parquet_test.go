package dataset

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

func openParquet(t interface{ Fatal(...any) }, table Table) *parquet.File {
	var b bytes.Buffer
	if _, err := Parquet(&b, table); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAnyTableAsParquetReadsBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, rows := drawTable(t)
		f := openParquet(t, table)
		if n := int(f.NumRows()); n != len(rows) {
			t.Fatalf("got %d rows, want %d", n, len(rows))
		}
		r := parquet.NewReader(f)
		defer r.Close()
		batch := make([]parquet.Row, 1)
		for i, want := range rows {
			if n, err := r.ReadRows(batch); n != 1 {
				t.Fatalf("row %d: %v", i, err)
			}
			var got []Cell
			for k, value := range batch[0] {
				got = append(got, fromParquet(&table.Variables[k], value))
			}
			if diff := cmp.Diff(want, got, cells); diff != "" {
				t.Fatalf("row %d: %s", i, diff)
			}
		}
	})
}

func fromParquet(v *Variable, value parquet.Value) Cell {
	switch {
	case value.IsNull():
		return Cell{}
	case v.Kind == Text:
		return Str(string(value.ByteArray()))
	case v.Kind == Number:
		return Num(value.Double())
	case value.Kind() == parquet.Int32:
		return Int(int(value.Int32()))
	}
	return Int(int(value.Int64()))
}

func TestAParquetFileHasTypesInOrderAndTheCodebook(t *testing.T) {
	f := openParquet(t, example())
	var got []string
	for _, field := range f.Schema().Fields() {
		got = append(got, field.Name()+" "+field.Type().String())
	}
	want := []string{"id INT(64,true)", "ammattiryhmä STRING", "mean_of_a_scale_with_a_long_name DOUBLE", "q1.digital INT(32,true)", "comment STRING", "long_text STRING"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	text, _ := f.Lookup(parquetMetadata)
	var book bookJSON
	if err := json.Unmarshal([]byte(text), &book); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	item := book.Variables[3]
	if item.Labels["sv"] != "Jag kan använda smarta enheter" || *item.Max != 5 || item.Missing[1].Code != 99.0 || item.Scale != "digital" || !item.Reversed {
		t.Errorf("got %+v", item)
	}
	if code := book.Variables[1].Values[1].Code; code != "lääk" {
		t.Errorf("got code %v, want lääk", code)
	}
}
