package db

import (
	"context"
	"database/sql"
)

// AtOneMoment runs f with a reader that sees the database as it stood at one moment, however long f takes.
func (d *DB) AtOneMoment(ctx context.Context, f func(q Q) error) error {
	var how *sql.TxOptions // each read transaction of SQLite sees one moment
	if d.engine == postgres {
		how = &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	}
	tx, err := d.read.BeginTx(ctx, how)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return f(tx)
}

// Writers names the transactions that have written to a table, or are about to, and have not ended. A row whose id was drawn
// before the call is visible afterwards once none of those named is named any more: PostgreSQL draws an id after it has taken the
// lock that is looked at here, and lets go of the lock after the rows can be seen. SQLite has one writer, whose rows come in the
// order of their ids: it names nobody.
func (d *DB) Writers(ctx context.Context, table string) ([]string, error) {
	if d.engine != postgres {
		return nil, nil
	}
	return Rows(ctx, d, func(r *sql.Rows, s *string) error { return r.Scan(s) },
		`SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND relation = CAST($1 AS regclass)`, table)
}
