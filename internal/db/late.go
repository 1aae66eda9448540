package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

// late is what came into a migration after it had stood on the main line for an hour: a database made in between counts as migrated
// and lacks it. Nothing more belongs here: a migration that others may have run is never changed, which a test holds by their sums.
var late = []struct{ table, column, kind string }{
	{"mentoring_mentor_events", "minutes", "Int"},
	{"mentoring_mentor_events", "starts", "TEXT"},
	{"mentoring_mentor_events", "ends", "TEXT"},
}

// addLate adds what is missing of it.
func (d *DB) addLate(ctx context.Context) error {
	has, err := d.columns(ctx, d.read)
	if err != nil {
		return err
	}
	for _, l := range late {
		if has[l.table+"."+l.column] != "" {
			continue
		}
		kind := cmp.Or(words[d.engine][l.kind], l.kind)
		if _, err := d.ExecContext(ctx, fmt.Sprintf(`ALTER TABLE %s ADD COLUMN %s %s`, l.table, l.column, kind)); err != nil {
			return err
		}
	}
	// Looked for first: even with IF NOT EXISTS the statement would wait for whoever writes.
	indexed := `SELECT count(*) > 0 FROM sqlite_master WHERE name = $1`
	if d.engine == postgres {
		indexed = `SELECT to_regclass($1) IS NOT NULL`
	}
	var is bool
	if err := d.read.QueryRowContext(ctx, indexed, "audit_log_at").Scan(&is); err != nil || is {
		return err
	}
	_, err = d.ExecContext(ctx, `CREATE INDEX IF NOT EXISTS audit_log_at ON audit_log (at, id)`)
	return err
}

// Lacks lists what this program's schema has and the database does not, as "table.column". The number of the schema alone does not
// tell: a migration that was changed, or a hand that helped, leaves the number as it is.
func (d *DB) Lacks(ctx context.Context) ([]string, error) {
	has, err := d.columns(ctx, d.read)
	if err != nil {
		return nil, err
	}
	wants, err := wanted(ctx)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(wants, func(name, _ string) bool { return has[name] != "" || strings.HasPrefix(name, "sqlite_") })
	return slices.Sorted(maps.Keys(wants)), nil
}

// wanted are the columns of an empty database that this program has made, in memory.
func wanted(ctx context.Context) (map[string]string, error) {
	mem, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer mem.Close()
	mem.SetMaxOpenConns(1) // each connection would have a memory of its own
	p, err := goose.NewProvider(goose.DialectSQLite3, mem, filled{words[sqlite]})
	if err != nil {
		return nil, err
	}
	if _, err := p.Up(ctx); err != nil {
		return nil, err
	}
	return (&DB{engine: sqlite}).columns(ctx, mem)
}
