package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// What an operator's look at the database needs, without changing anything. It is here because the engines keep it in
// different places.

// Engine tells in words which engine runs, for people.
func (d *DB) Engine(ctx context.Context) (string, error) {
	var version string
	if d.engine == sqlite {
		err := d.read.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&version)
		return "SQLite " + version, err
	}
	err := d.read.QueryRowContext(ctx, `SHOW server_version`).Scan(&version)
	return "PostgreSQL " + version, err
}

// Telltale lists settings of the server under which it keeps what was said and when: doc/operating.md tells what they should be. An
// SQLite file has no server.
func (d *DB) Telltale(ctx context.Context) ([]string, error) {
	if d.engine == sqlite {
		return nil, nil
	}
	return Rows(ctx, d.read, func(r *sql.Rows, s *string) error { return r.Scan(s) }, `
		SELECT name || ' = ' || setting FROM pg_settings WHERE name = 'log_statement' AND setting IN ('mod', 'all')
			OR name IN ('log_min_duration_statement', 'log_min_duration_sample') AND setting <> '-1'
				AND current_setting('log_parameter_max_length') <> '0'
			OR name = 'log_transaction_sample_rate' AND setting <> '0'
			OR name = 'track_commit_timestamp' AND setting = 'on'
			OR name IN ('shared_preload_libraries', 'session_preload_libraries') AND setting ~ 'auto_explain|pgaudit'
		ORDER BY name`)
}

// Schema returns the number of the newest migration that the database has had, and of the newest that this program knows.
// The first is 0 when the database holds no Taitorinki.
func (d *DB) Schema(ctx context.Context) (has, knows int64, err error) {
	look := `SELECT count(*) > 0 FROM sqlite_master WHERE name = $1`
	if d.engine == postgres {
		look = `SELECT to_regclass($1) IS NOT NULL`
	}
	var some bool
	if err := d.read.QueryRowContext(ctx, look, "goose_db_version").Scan(&some); err != nil || !some {
		return 0, newest(), err
	}
	has, err = d.schema(ctx, d.read)
	return has, newest(), err
}

// Moving returns ErrMoving when the database is the target of a move that is not whole.
func (d *DB) Moving(ctx context.Context) error {
	moving, err := d.moving(ctx, d.read)
	if err == nil && moving {
		err = ErrMoving
	}
	return err
}

// Folder is where an SQLite file lies, "" for a database on a server.
func (d *DB) Folder() string {
	if d.engine == sqlite {
		return filepath.Dir(d.file)
	}
	return ""
}

// Clock is what time the database's server has, and false for SQLite, whose clock is the program's own.
func (d *DB) Clock(ctx context.Context) (at time.Time, ok bool, err error) {
	if d.engine == sqlite {
		return at, false, nil
	}
	var micro int64
	err = d.read.QueryRowContext(ctx, `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`).Scan(&micro)
	return time.UnixMicro(micro), true, err
}

// Damage is what SQLite's quick look through the whole file finds, at most ten lines. PostgreSQL has no such look.
func (d *DB) Damage(ctx context.Context) ([]string, error) {
	if d.engine != sqlite {
		return nil, nil
	}
	found, err := Rows(ctx, d.read, func(r *sql.Rows, s *string) error { return r.Scan(s) }, `PRAGMA quick_check(10)`)
	return slices.DeleteFunc(found, func(s string) bool { return s == "ok" }), err
}

// Orphans lists the foreign keys that are broken, as "table: n rows refer to nothing in other".
func (d *DB) Orphans(ctx context.Context, q Q) ([]string, error) {
	if d.engine == sqlite {
		return Rows(ctx, q, func(r *sql.Rows, s *string) error {
			var table, other string
			var n int
			err := r.Scan(&table, &other, &n)
			*s = fmt.Sprintf("%s: %d rows refer to nothing in %s", table, n, other)
			return err
		}, `SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2`)
	}
	all, err := references(ctx, q)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range all {
		n, err := r.orphans(ctx, q)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, fmt.Sprintf("%s: %d rows refer to nothing in %s", r.table, n, r.other))
		}
	}
	return out, nil
}

// reference is a foreign key of PostgreSQL. Its names are quoted where they must be.
type reference struct {
	table, name, other, definition string
	columns, others                string // a,b
}

func references(ctx context.Context, q Q) ([]reference, error) {
	return Rows(ctx, q, func(r *sql.Rows, x *reference) error {
		return r.Scan(&x.table, &x.name, &x.other, &x.definition, &x.columns, &x.others)
	}, `SELECT conrelid::regclass::text, quote_ident(conname), confrelid::regclass::text, pg_get_constraintdef(c.oid),
			(SELECT string_agg(quote_ident(attname), ',' ORDER BY k.i) FROM unnest(conkey) WITH ORDINALITY k (n, i) JOIN pg_attribute ON attrelid = conrelid AND attnum = k.n),
			(SELECT string_agg(quote_ident(attname), ',' ORDER BY k.i) FROM unnest(confkey) WITH ORDINALITY k (n, i) JOIN pg_attribute ON attrelid = confrelid AND attnum = k.n)
		FROM pg_constraint c WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2`)
}

// orphans counts the rows that refer to nothing. A foreign key with a NULL refers to nothing on purpose.
func (r reference) orphans(ctx context.Context, q Q) (n int64, err error) {
	var set, same []string
	others := strings.Split(r.others, ",")
	for i, c := range strings.Split(r.columns, ",") {
		set = append(set, "x."+c+" IS NOT NULL")
		same = append(same, "y."+others[i]+" = x."+c)
	}
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM `+r.table+` x WHERE `+strings.Join(set, " AND ")+
		` AND NOT EXISTS (SELECT 1 FROM `+r.other+` y WHERE `+strings.Join(same, " AND ")+`)`).Scan(&n)
	return n, err
}

// primaryKey lists the columns of a table's primary key for an ORDER BY.
func (d *DB) primaryKey(ctx context.Context, q Q, table string) (string, error) {
	list := `SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk`
	if d.engine == postgres {
		list = `SELECT quote_ident(a.attname) FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY k (n, i)
			JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY k.i`
	}
	cols, err := Rows(ctx, q, func(r *sql.Rows, s *string) error { return r.Scan(s) }, list, table)
	if err == nil && len(cols) == 0 {
		err = errors.New("no primary key")
	}
	return strings.Join(cols, ", "), err
}

var seeding = regexp.MustCompile(`(?i)INSERT\s+INTO\s+([a-z_]+)`)

// seededTables are those that the migrations put rows into.
func seededTables() (map[string]bool, error) {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, f := range files {
		b, err := migrations.ReadFile("migrations/" + f.Name())
		if err != nil {
			return nil, err
		}
		for _, m := range seeding.FindAllStringSubmatch(string(b), -1) {
			out[m[1]] = true
		}
	}
	return out, nil
}
