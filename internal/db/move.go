package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A move copies a database table by table into an empty one, on either engine. The target remembers in moveTable what it is
// being filled from and how far it is, in the same transaction as the rows, so that a move that was cut off goes on where it
// was. The table goes when everything is there and the sums of both sides are the same; until then Migrate refuses the
// target, and so does everything that works on a database.

const moveTable = "taitorinki_move"

var (
	// ErrMoving tells that a database is the target of a move that is not whole.
	ErrMoving = errors.New("a move into this database is not finished: run taitorinki move again with the same source, or empty the database")
	// ErrServed tells that the source of a move has other users.
	ErrServed = errors.New("the source is in use: stop every server and command on it, then run the same command again")
)

// moveState is the one row of moveTable.
type moveState struct {
	Source []Sum             // what is moved
	Refs   map[string]string // PostgreSQL: the foreign keys that are put back at the end, "table name" to definition
}

// Batch is the most that goes in one transaction: a crash loses no more of a move, and memory holds no more.
const (
	batchRows  = 1000
	batchBytes = 4 << 20
)

// Move copies everything from one database into another, which must be fresh: nothing in it but the schema, or an unfinished
// move of this very source. It calls told when a batch of a table is on the disk, and returns the sums of both sides, which
// are the same table by table when there is no error. The source is locked as well as its engine allows; it is not changed.
func Move(ctx context.Context, from, to *DB, told func(table string, rows, of int64)) (source, target []Sum, err error) {
	src, release, err := from.frozen(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer release()
	if source, err = from.sums(ctx, src); err != nil {
		return nil, nil, err
	}
	m := &mover{from: from, to: to, src: src, told: told}
	if err := m.begin(ctx, source); err != nil {
		return nil, nil, err
	}
	for _, s := range source {
		if err := m.table(ctx, s); err != nil {
			return nil, nil, fmt.Errorf("table %s: %w", s.Table, err)
		}
	}
	target, err = m.finish(ctx)
	return source, target, err
}

// frozen opens a transaction that sees one moment of the source, and keeps others from writing where that can be done.
func (d *DB) frozen(ctx context.Context) (q Q, release func(), err error) {
	if d.engine == sqlite {
		if err := d.Lock(); err != nil {
			return nil, nil, err
		}
		tx, err := d.write.BeginTx(ctx, nil) // immediate: no command writes to the file until this ends
		if err != nil {
			return nil, nil, err
		}
		return tx, func() { tx.Rollback() }, d.sameSchema(ctx, tx)
	}
	d.read.SetMaxOpenConns(1)
	if err := d.onlyMe(ctx, d.read); err != nil {
		return nil, nil, err
	}
	tables, err := d.tables(ctx, d.read)
	if err != nil {
		return nil, nil, err
	}
	tx, err := d.read.BeginTx(ctx, d.snapshot())
	if err != nil {
		return nil, nil, err
	}
	release = func() { tx.Rollback() }
	if err := hold(ctx, tx, tables); err != nil {
		release()
		return nil, nil, err
	}
	return tx, release, d.sameSchema(ctx, tx)
}

// hold keeps everybody from writing to PostgreSQL's tables until the transaction ends; reading goes on. It stands before the
// transaction's first look, which decides what it sees.
func hold(ctx context.Context, tx *sql.Tx, tables []string) error {
	if len(tables) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `SET LOCAL lock_timeout = '10s'`); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `LOCK TABLE `+strings.Join(tables, ", ")+` IN SHARE MODE`)
	return err
}

// onlyMe refuses a PostgreSQL database to which the same user has connections that are not this program's. It has a little patience:
// PostgreSQL takes a moment to see that a server has gone.
func (d *DB) onlyMe(ctx context.Context, q Q) error {
	if d.engine == sqlite {
		return nil // its file is locked
	}
	for tries := 40; ; tries-- {
		others, err := othersIn(ctx, q)
		if err == nil && others > 0 && tries == 0 {
			err = fmt.Errorf("%w (%d connections of the same database user)", ErrServed, others)
		}
		if err != nil || others == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func othersIn(ctx context.Context, q Q) (n int, err error) {
	// Within a transaction the list would stay as it was when first looked at.
	if _, err := q.ExecContext(ctx, `SELECT pg_stat_clear_snapshot()`); err != nil {
		return 0, err
	}
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user
		AND pid <> pg_backend_pid() AND backend_type = 'client backend'`).Scan(&n)
	return n, err
}

// sameSchema refuses a source whose schema is not this program's.
func (d *DB) sameSchema(ctx context.Context, q Q) error {
	has, err := d.schema(ctx, q)
	if err != nil {
		return fmt.Errorf("the source holds no Taitorinki: %w", err)
	}
	if knows := newest(); has != knows {
		return fmt.Errorf("the source has schema %d and this program writes %d: upgrade it first with taitorinki migrate", has, knows)
	}
	if moving, err := d.moving(ctx, q); err != nil || moving {
		return errors.Join(err, ErrMoving)
	}
	return nil
}

// moving reports whether the database is the target of a move that is not whole.
func (d *DB) moving(ctx context.Context, q Q) (yes bool, err error) {
	look := `SELECT count(*) > 0 FROM sqlite_master WHERE name = $1`
	if d.engine == postgres {
		look = `SELECT count(*) > 0 FROM pg_class WHERE relname = $1 AND relnamespace = current_schema()::regnamespace`
	}
	err = q.QueryRowContext(ctx, look, moveTable).Scan(&yes)
	return yes, err
}

type mover struct {
	from, to *DB
	src      Q
	told     func(table string, rows, of int64)
	kinds    map[string]string
}

// begin makes the target ready, or finds that it is, from an earlier move of the same source.
func (m *mover) begin(ctx context.Context, sums []Sum) error {
	moving, err := m.to.moving(ctx, m.to)
	if err != nil {
		return err
	}
	if moving {
		if err := m.resume(ctx, sums); err != nil {
			return err
		}
	} else if err := m.start(ctx, sums); err != nil {
		return err
	}
	if m.to.engine == sqlite { // one connection, which keeps this
		if _, err := m.to.write.ExecContext(ctx, `PRAGMA foreign_keys = off`); err != nil {
			return err
		}
	}
	m.kinds, err = m.to.columns(ctx, m.to)
	return err
}

func (m *mover) resume(ctx context.Context, sums []Sum) error {
	state, err := readMove(ctx, m.to)
	if err != nil {
		return err
	}
	if len(state.Source) != len(sums) {
		return errOtherMove
	}
	for i, s := range sums {
		if state.Source[i] != s {
			return errOtherMove
		}
	}
	return nil
}

var errOtherMove = errors.New("the target holds an unfinished move of another source, or the source has changed since: empty the target and begin anew")

func readMove(ctx context.Context, q Q) (state moveState, err error) {
	var text string
	if err := q.QueryRowContext(ctx, `SELECT state FROM `+moveTable+` WHERE name = ''`).Scan(&text); err != nil {
		return state, err
	}
	return state, json.Unmarshal([]byte(text), &state)
}

func (m *mover) start(ctx context.Context, sums []Sum) error {
	if err := m.to.Migrate(ctx); err != nil {
		return err
	}
	return m.to.InTx(ctx, func(tx *Tx) error {
		if err := m.to.mustBeFresh(ctx, tx); err != nil {
			return err
		}
		state := moveState{Source: sums}
		var err error
		if state.Refs, err = m.to.dropReferences(ctx, tx); err != nil {
			return err
		}
		text, err := json.Marshal(state)
		if err != nil {
			return err
		}
		// One row with the empty name for the whole, and one for each table.
		if _, err := tx.ExecContext(ctx, `CREATE TABLE `+moveTable+` (name TEXT PRIMARY KEY, done BIGINT NOT NULL, state TEXT NOT NULL)`); err != nil {
			return err
		}
		rows := [][]any{{"", int64(0), string(text)}}
		for _, s := range sums {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+s.Table); err != nil { // what the migrations have put there
				return err
			}
			rows = append(rows, []any{s.Table, int64(0), ""})
		}
		return tx.Insert(ctx, `INSERT INTO `+moveTable+` (name, done, state) VALUES`, 3, rows)
	})
}

// mustBeFresh refuses a database that holds more than what the migrations put there.
func (d *DB) mustBeFresh(ctx context.Context, tx *Tx) error {
	tables, err := d.tables(ctx, tx)
	if err != nil {
		return err
	}
	seeded, err := seededTables()
	if err != nil {
		return err
	}
	for _, t := range tables {
		var some bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM `+t+`)`).Scan(&some); err != nil {
			return err
		}
		if some && !seeded[t] {
			return fmt.Errorf("%w: the table %s has rows", ErrNotEmpty, t)
		}
	}
	return nil
}

// dropReferences takes PostgreSQL's foreign keys away, as rows come in batches and before those that they refer to.
func (d *DB) dropReferences(ctx context.Context, tx *Tx) (map[string]string, error) {
	if d.engine != postgres {
		return nil, nil
	}
	all, err := references(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, r := range all {
		out[r.table+" "+r.name] = r.definition
		if _, err := tx.ExecContext(ctx, `ALTER TABLE `+r.table+` DROP CONSTRAINT `+r.name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// table copies what is left of one table.
func (m *mover) table(ctx context.Context, s Sum) error {
	var done int64
	if err := m.to.write.QueryRowContext(ctx, `SELECT done FROM `+moveTable+` WHERE name = $1`, s.Table).Scan(&done); err != nil {
		return err
	}
	if done == s.Rows {
		return nil
	}
	key, err := m.from.primaryKey(ctx, m.src, s.Table)
	if err != nil {
		return err
	}
	b := batch{m: m, sum: s, done: done}
	query := fmt.Sprintf(`SELECT * FROM %s ORDER BY %s LIMIT %d OFFSET %d`, s.Table, key, s.Rows, done)
	err = eachRow(ctx, m.src, query, func(cols []string) error { b.cols = cols; return nil }, func(values []any) error { return b.add(ctx, values) })
	if err != nil {
		return err
	}
	return b.flush(ctx)
}

// batch gathers rows of one table.
type batch struct {
	m     *mover
	sum   Sum
	cols  []string
	done  int64 // rows on the target's disk
	rows  [][]any
	bytes int
}

func (b *batch) add(ctx context.Context, values []any) error {
	for i, v := range values {
		switch v := v.(type) {
		case string:
			b.bytes += len(v)
		case []byte:
			b.bytes += len(v)
		case int64:
			if b.m.kinds[b.sum.Table+"."+b.cols[i]] == "boolean" { // SQLite keeps truth as 0 and 1
				values[i] = v != 0
			}
		}
	}
	if b.rows = append(b.rows, values); len(b.rows) < batchRows && b.bytes < batchBytes {
		return nil
	}
	return b.flush(ctx)
}

func (b *batch) flush(ctx context.Context) error {
	if len(b.rows) == 0 {
		return nil
	}
	next := b.done + int64(len(b.rows))
	err := b.m.to.InTx(ctx, func(tx *Tx) error {
		n, err := Changed(tx.ExecContext(ctx, `UPDATE `+moveTable+` SET done = $3 WHERE name = $1 AND done = $2`, b.sum.Table, b.done, next))
		if err != nil {
			return err
		}
		if n != 1 {
			return errors.New("another move works on the same target")
		}
		return tx.Insert(ctx, `INSERT INTO `+b.sum.Table+` (`+strings.Join(b.cols, ", ")+`) VALUES`, len(b.cols), b.rows)
	})
	if err != nil {
		return err
	}
	b.done, b.rows, b.bytes = next, nil, 0
	b.m.told(b.sum.Table, next, b.sum.Rows)
	return nil
}

// finish puts back what keeps the target in order, compares the sums, and lets the target be served, all of it or nothing.
func (m *mover) finish(ctx context.Context) (have []Sum, err error) {
	err = m.to.InTx(ctx, func(tx *Tx) error {
		state, err := readMove(ctx, tx)
		if err != nil {
			return err
		}
		if have, err = m.to.sums(ctx, tx); err != nil {
			return err
		}
		for i, s := range state.Source {
			if i >= len(have) || have[i] != s {
				return fmt.Errorf("table %s differs from the source after the copying: the target is not used; empty it and begin anew", s.Table)
			}
		}
		for where, definition := range state.Refs {
			table, name, _ := strings.Cut(where, " ")
			if _, err := tx.ExecContext(ctx, `ALTER TABLE `+table+` ADD CONSTRAINT `+name+` `+definition); err != nil {
				return err
			}
		}
		orphans, err := m.to.Orphans(ctx, tx)
		if err != nil {
			return err
		}
		if len(orphans) > 0 {
			return fmt.Errorf("rows of the source refer to rows that are not there: %v", orphans)
		}
		if err := m.to.raiseCounters(ctx, tx); err != nil {
			return err
		}
		if err := m.from.onlyMe(ctx, m.src); err != nil { // it has waited with its writing, and would go on with it in the old database
			return err
		}
		_, err = tx.ExecContext(ctx, `DROP TABLE `+moveTable)
		return err
	})
	return have, err
}
