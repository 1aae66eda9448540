package db

import (
	"bufio"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A backup is gzipped text with a JSON value a line: a head, and for each table its name and columns followed by its rows.
// It is the same on both engines, so that a county can move from one to the other with it.

const backupFormat = "taitorinki-backup/1"

type backupHead struct {
	Format string `json:"format"`
	Schema int64  `json:"schema"`
}

type backupTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

// Rowed is how many rows a table has.
type Rowed struct {
	Table string
	Rows  int64
}

// Backup writes everything in the database as it stands at one moment.
func (d *DB) Backup(ctx context.Context, w io.Writer) error {
	_, err := d.BackupCounted(ctx, w)
	return err
}

// BackupCounted is Backup, and tells what it has written, in the order in which it stands there.
func (d *DB) BackupCounted(ctx context.Context, w io.Writer) (wrote []Rowed, err error) {
	tx, err := d.read.BeginTx(ctx, d.snapshot())
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	version, err := d.schema(ctx, tx)
	if err != nil {
		return nil, err
	}
	z := gzip.NewWriter(w)
	enc := json.NewEncoder(z)
	if err := enc.Encode(backupHead{backupFormat, version}); err != nil {
		return nil, err
	}
	tables, err := d.tables(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		n, err := dump(ctx, tx, enc, t)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", t, err)
		}
		wrote = append(wrote, Rowed{t, n})
	}
	return wrote, z.Close()
}

// CountBackup reads a backup to its end and tells what it holds. Every line must be whole and every sum right.
func CountBackup(r io.Reader) (holds []Rowed, err error) {
	in, _, err := openBackup(r)
	if err != nil {
		return nil, err
	}
	var t backupTable
	for {
		var raw json.RawMessage
		err := nextLine(in, &raw)
		if errors.Is(err, io.EOF) {
			return holds, nil
		}
		if err != nil {
			return nil, fmt.Errorf("damaged backup: %w", err)
		}
		if raw[0] == '{' {
			t = backupTable{}
			if err := json.Unmarshal(raw, &t); err != nil {
				return nil, fmt.Errorf("damaged backup: %w", err)
			}
			holds = append(holds, Rowed{Table: t.Table})
			continue
		}
		if _, err := parseRow(raw, t, nil); err != nil {
			return nil, err
		}
		holds[len(holds)-1].Rows++ // a row before any table has too many columns for parseRow
	}
}

// openBackup reads a backup as far as its head.
func openBackup(r io.Reader) (in *bufio.Reader, head backupHead, err error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, head, fmt.Errorf("not a backup of Taitorinki: %w", err)
	}
	in = bufio.NewReaderSize(z, 1<<16)
	if err := nextLine(in, &head); err != nil || head.Format != backupFormat {
		return nil, head, errors.New("not a backup of Taitorinki")
	}
	return in, head, nil
}

// snapshot is how a transaction is opened that sees one moment: each read transaction of SQLite does.
func (d *DB) snapshot() *sql.TxOptions {
	if d.engine == postgres {
		return &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	}
	return nil
}

func (d *DB) schema(ctx context.Context, q Q) (v int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied = $1`, true).Scan(&v)
	return v, err
}

// tables lists our tables in the order in which they were made, so that a row comes after those it refers to.
func (d *DB) tables(ctx context.Context, q Q) ([]string, error) {
	list := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('goose_db_version', '` + moveTable + `') ORDER BY rowid`
	if d.engine == postgres {
		list = `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE c.relkind = 'r' AND n.nspname = current_schema() AND c.relname NOT IN ('goose_db_version', '` + moveTable + `') ORDER BY c.oid`
	}
	return Rows(ctx, q, func(r *sql.Rows, s *string) error { return r.Scan(s) }, list)
}

func dump(ctx context.Context, q Q, enc *json.Encoder, table string) (n int64, err error) {
	head := func(cols []string) error { return enc.Encode(backupTable{table, cols}) }
	err = eachRow(ctx, q, `SELECT * FROM `+table, head, func(values []any) error {
		n++
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				values[i] = map[string]string{"b": base64.StdEncoding.EncodeToString(b)}
			}
		}
		return enc.Encode(values)
	})
	return n, err
}

// eachRow calls head with the columns of a query, and f with each row, which f may keep.
func eachRow(ctx context.Context, q Q, query string, head func(cols []string) error, f func(values []any) error) error {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return err
	}
	if err := head(cols); err != nil {
		return err
	}
	into := make([]any, len(cols))
	for rows.Next() {
		values := make([]any, len(cols))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := f(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

func parseRow(raw json.RawMessage, t backupTable, known map[string]string) ([]any, error) {
	var cells []json.RawMessage
	if err := json.Unmarshal(raw, &cells); err != nil || len(cells) != len(t.Columns) || len(cells) == 0 {
		return nil, fmt.Errorf("damaged backup: bad row in table %q", t.Table)
	}
	out := make([]any, len(cells))
	for i, c := range cells {
		v, err := parseCell(c, known[t.Table+"."+t.Columns[i]])
		if err != nil {
			return nil, fmt.Errorf("damaged backup: table %q, column %q: %w", t.Table, t.Columns[i], err)
		}
		out[i] = v
	}
	return out, nil
}

func parseCell(c json.RawMessage, kind string) (any, error) {
	if string(c) == "null" {
		return nil, nil
	}
	switch c[0] {
	case '"':
		var s string
		err := json.Unmarshal(c, &s)
		return s, err
	case '{':
		var b struct{ B []byte }
		if err := json.Unmarshal(c, &b); err != nil {
			return nil, err
		}
		return b.B, nil
	case 't', 'f':
		return string(c) == "true", nil
	}
	if kind == "boolean" { // SQLite keeps truth as 0 and 1
		return string(c) != "0", nil
	}
	var n json.Number = json.Number(c)
	if i, err := n.Int64(); err == nil {
		return i, nil
	}
	return n.Float64()
}

func nextLine(in *bufio.Reader, v any) error {
	line, err := in.ReadBytes('\n')
	if len(line) == 0 {
		return err
	}
	return json.Unmarshal(line, v)
}
