package db

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
)

// Sum is what a table holds: how many rows, and a checksum that does not depend on their order or on the engine.
type Sum struct {
	Table string
	Rows  int64
	Sum   string // hexadecimal
}

func (d *DB) sums(ctx context.Context, q Q) ([]Sum, error) {
	tables, err := d.tables(ctx, q)
	if err != nil {
		return nil, err
	}
	var out []Sum
	for _, t := range tables {
		s, err := sumOf(ctx, q, t)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", t, err)
		}
		out = append(out, s)
	}
	return out, nil
}

// sumOf adds up the SHA-256 of the rows as four numbers: the order does not matter, and a row that is there twice counts twice. It
// finds what goes wrong by chance, not what somebody has forged.
func sumOf(ctx context.Context, q Q, table string) (Sum, error) {
	s := Sum{Table: table}
	var total [4]uint64
	var cols []string
	err := eachRow(ctx, q, `SELECT * FROM `+table, func(c []string) error { cols = c; return nil }, func(values []any) error {
		h := sha256.New()
		for i, v := range values {
			b := canonical(v)
			fmt.Fprintf(h, "%s %d ", cols[i], len(b))
			h.Write(b)
		}
		row := h.Sum(nil)
		for i := range total {
			total[i] += binary.BigEndian.Uint64(row[8*i:])
		}
		s.Rows++
		return nil
	})
	s.Sum = fmt.Sprintf("%016x%016x%016x%016x", total[0], total[1], total[2], total[3])
	return s, err
}

// canonical writes a value the same way whichever engine it comes from: truth is a number in SQLite.
func canonical(v any) []byte {
	switch v := v.(type) {
	case nil:
		return []byte{'n'}
	case bool:
		if v {
			return canonical(int64(1))
		}
		return canonical(int64(0))
	case int64:
		return binary.BigEndian.AppendUint64([]byte{'i'}, uint64(v))
	case float64:
		return binary.BigEndian.AppendUint64([]byte{'f'}, math.Float64bits(v+0)) // and -0 is 0
	case []byte:
		return append([]byte{'b'}, v...)
	case string:
		return append([]byte{'s'}, v...)
	}
	return fmt.Appendf(nil, "?%T %[1]v", v)
}
