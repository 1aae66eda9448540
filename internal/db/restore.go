package db

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrNotEmpty tells that a backup is about to be restored over data.
var ErrNotEmpty = errors.New("the database is not empty: restore into a new one")

// Restore reads a backup into an empty migrated database, all of it or nothing.
func (d *DB) Restore(ctx context.Context, r io.Reader) error {
	in, head, err := openBackup(r)
	if err != nil {
		return err
	}
	has, err := d.schema(ctx, d)
	if err != nil {
		return err
	}
	if head.Schema != has {
		return fmt.Errorf("the backup has schema %d and this program writes %d: restore with the version that made it, then upgrade", head.Schema, has)
	}
	return d.InTx(ctx, func(tx *Tx) error {
		if err := d.mustBeEmpty(ctx, tx); err != nil {
			return err
		}
		check, err := d.deferReferences(ctx, tx)
		if err != nil {
			return err
		}
		if err := d.load(ctx, tx, in); err != nil {
			return err
		}
		if err := check(); err != nil {
			return fmt.Errorf("damaged backup: %w", err)
		}
		return d.raiseCounters(ctx, tx)
	})
}

// deferReferences lets rows come before those they refer to, until check is called: a unit may be older than the one
// above it.
func (d *DB) deferReferences(ctx context.Context, tx *Tx) (check func() error, err error) {
	if d.engine != postgres {
		_, err = tx.ExecContext(ctx, `PRAGMA defer_foreign_keys = on`) // until the commit, which checks
		return func() error { return nil }, err
	}
	all, err := references(ctx, tx)
	if err != nil {
		return nil, err
	}
	alter := func(how string) error {
		for _, x := range all {
			if _, err := tx.ExecContext(ctx, `ALTER TABLE `+x.table+` ALTER CONSTRAINT `+x.name+` `+how); err != nil {
				return err
			}
		}
		return nil
	}
	if err := alter("DEFERRABLE INITIALLY DEFERRED"); err != nil {
		return nil, err
	}
	return func() error {
		if _, err := tx.ExecContext(ctx, `SET CONSTRAINTS ALL IMMEDIATE`); err != nil {
			return err
		}
		return alter("NOT DEFERRABLE")
	}, nil
}

func (d *DB) mustBeEmpty(ctx context.Context, tx *Tx) error {
	for _, t := range []string{"persons", "survey_rounds", "units"} {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM `+t).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return ErrNotEmpty
		}
	}
	tables, err := d.tables(ctx, tx)
	if err != nil {
		return err
	}
	for i := len(tables) - 1; i >= 0; i-- {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+tables[i]); err != nil {
			return err
		}
	}
	return nil
}

func (d *DB) load(ctx context.Context, tx *Tx, in *bufio.Reader) error {
	known, err := d.columns(ctx, tx)
	if err != nil {
		return err
	}
	var t backupTable
	var rows [][]any
	flush := func() error {
		if len(rows) == 0 {
			return nil
		}
		err := tx.Insert(ctx, `INSERT INTO `+t.Table+` (`+strings.Join(t.Columns, ", ")+`) VALUES`, len(t.Columns), rows)
		rows = rows[:0]
		return err
	}
	for {
		var raw json.RawMessage
		err := nextLine(in, &raw)
		if errors.Is(err, io.EOF) {
			return flush()
		}
		if err != nil {
			return fmt.Errorf("damaged backup: %w", err)
		}
		if len(raw) > 0 && raw[0] == '{' {
			if err := flush(); err != nil {
				return err
			}
			t = backupTable{}
			if err := json.Unmarshal(raw, &t); err != nil {
				return fmt.Errorf("damaged backup: %w", err)
			}
			for _, c := range t.Columns {
				// Names go into SQL, so only those that the schema has are taken.
				if known[t.Table+"."+c] == "" {
					return fmt.Errorf("damaged backup: no column %q in table %q", c, t.Table)
				}
			}
			continue
		}
		row, err := parseRow(raw, t, known)
		if err != nil {
			return err
		}
		if rows = append(rows, row); len(rows) == 500 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
}

// columns maps table.column to its type.
func (d *DB) columns(ctx context.Context, q Q) (map[string]string, error) {
	list := `SELECT m.name, p.name, lower(p.type) FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'`
	if d.engine == postgres {
		list = `SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema()`
	}
	type column struct{ table, name, kind string }
	all, err := Rows(ctx, q, func(r *sql.Rows, c *column) error { return r.Scan(&c.table, &c.name, &c.kind) }, list)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, c := range all {
		out[c.table+"."+c.name] = c.kind
	}
	return out, nil
}

// raiseCounters makes PostgreSQL hand out ids after those that were restored; SQLite finds that out by itself.
func (d *DB) raiseCounters(ctx context.Context, tx *Tx) error {
	if d.engine != postgres {
		return nil
	}
	tables, err := Rows(ctx, tx, func(r *sql.Rows, s *string) error { return r.Scan(s) },
		`SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'id' AND is_identity = 'YES' AND table_name <> 'goose_db_version'`)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if _, err := tx.ExecContext(ctx, `SELECT setval(pg_get_serial_sequence('`+t+`', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM `+t+`), false)`); err != nil {
			return err
		}
	}
	return nil
}
