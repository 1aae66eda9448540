// Package db opens the platform's database, SQLite or PostgreSQL, and gives both one face.
//
// Queries are written once, with $1 placeholders, in the part of SQL that both engines share. The few places
// where they differ are methods here; nothing outside this package may ask which engine runs.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"           // driver "sqlite"
)

// Q is what a query needs: a DB or a Tx. A store takes a Q, so that its caller decides what belongs in one transaction.
type Q interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// DB is an open database. Its queries run outside a transaction: reads on a pool that cannot write, statements that
// change something in a transaction of their own.
type DB struct {
	engine engine
	write  *sql.DB // SQLite: one connection, so that writers queue here and not inside the engine
	read   *sql.DB
	file   string // SQLite's file, "" otherwise
	url    string // PostgreSQL's address, "" otherwise
	name   string // under which the driver knows how to reach that

	// Committed is told of each group commit how many statements shared it. Set it before the first Save; nil: nobody wants to know.
	// PostgreSQL groups commits by itself and tells nothing.
	Committed func(statements int)

	group  *groupCommit // nil where the engine groups commits by itself
	mu     sync.Mutex
	hot    map[string]*sql.Stmt
	unlock func()
}

// Tx is a transaction.
type Tx struct {
	*sql.Tx
	engine engine
}

type engine int

const (
	sqlite engine = iota
	postgres
)

// Open opens url: "postgres://…", or the name of an SQLite file, which is made if it does not exist.
func Open(url string) (*DB, error) { return OpenTimed(url, nil) }

// OpenTimed is Open with an ear for every statement, which costs a little: it is for who works on speed.
func OpenTimed(url string, ran Ran) (*DB, error) {
	if err := CheckAddress(url); err != nil {
		return nil, err
	}
	if IsServer(url) {
		return openPostgres(url, ran)
	}
	return openSQLite(url, ran)
}

var (
	otherScheme = regexp.MustCompile(`(?i)^(?:[a-z][a-z0-9+.-]+://|postgres(?:ql)?:)`)
	keysValues  = regexp.MustCompile(`(?i)(?:^|\s)(?:host|hostaddr|port|dbname|user|password|passfile|service|sslmode)\s*=`)
)

// CheckAddress refuses what is neither the address of a server nor the name of a file, without repeating it: it may hold a password, and
// a file of that name would be made of it.
func CheckAddress(url string) error {
	if !IsServer(url) && (otherScheme.MatchString(url) || keysValues.MatchString(url)) {
		return errors.New("database: want postgres://user:password@host/name or the name of a file")
	}
	return nil
}

// IsServer reports whether url names a database server and not a file.
func IsServer(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

func openPostgres(url string, ran Ran) (*DB, error) {
	c, err := reaching(url)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL: %w", err)
	}
	name := stdlib.RegisterConnConfig(c)
	s, err := openPool("pgx", name, ran)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL: %w", err)
	}
	s.SetMaxOpenConns(16)
	s.SetMaxIdleConns(16)
	s.SetConnMaxLifetime(longestUse)
	if err := s.Ping(); err != nil {
		s.Close()
		return nil, fmt.Errorf("PostgreSQL: %w", err)
	}
	return &DB{engine: postgres, write: s, read: s, url: url, name: name, hot: map[string]*sql.Stmt{}}, nil
}

// pragmas: FULL makes each commit reach the disk before it is acknowledged; secure_delete overwrites what is deleted.
const pragmas = "_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)" +
	"&_pragma=synchronous(full)&_pragma=secure_delete(1)"

func openSQLite(file string, ran Ran) (*DB, error) {
	if dir := filepath.Dir(file); dir != "." {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	// The file is made here, readable by its owner alone; the driver would let everybody on the machine read it.
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	f.Close()
	name := "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(file)
	// The writer looks through its whole cache at many a commit, so a small one is faster; the system has the pages too.
	// A long log is brought into the file seldom, and a page that was written often only once: 4,000 pages are 16 MB.
	w, err := openPool("sqlite", name+"?"+pragmas+"&_pragma=cache_size(-4000)&_pragma=wal_autocheckpoint(4000)&_txlock=immediate", ran)
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	if err := w.Ping(); err != nil {
		w.Close()
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	r, err := openPool("sqlite", name+"?"+pragmas+"&_pragma=cache_size(-16000)&_pragma=query_only(1)", ran)
	if err != nil {
		w.Close()
		return nil, err
	}
	r.SetMaxOpenConns(8)
	r.SetMaxIdleConns(8)
	d := &DB{engine: sqlite, write: w, read: r, file: file, hot: map[string]*sql.Stmt{}}
	d.group = startGroupCommit(d)
	return d, nil
}

// Close ends the database's use.
func (d *DB) Close() error {
	if d.group != nil {
		d.group.stop()
	}
	err := d.write.Close()
	if d.read != d.write {
		err = errors.Join(err, d.read.Close())
	}
	if d.unlock != nil {
		d.unlock()
	}
	if d.name != "" {
		stdlib.UnregisterConnConfig(d.name)
	}
	return err
}

// Alone reports whether this process holds the Lock of its SQLite file: no other server writes to the database, though an
// operator's command may.
func (d *DB) Alone() bool { return d.unlock != nil }

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }

// Pools tells of each pool of connections how it is used: "write" and "read", which are one on PostgreSQL.
func (d *DB) Pools() map[string]sql.DBStats {
	if d.read == d.write {
		return map[string]sql.DBStats{"write": d.write.Stats()}
	}
	return map[string]sql.DBStats{"write": d.write.Stats(), "read": d.read.Stats()}
}

// ExecContext runs a statement in a transaction of its own.
func (d *DB) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return d.write.ExecContext(ctx, query, args...)
}

// QueryContext reads. A statement that changes something and returns rows belongs in InTx.
func (d *DB) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return d.read.QueryContext(ctx, query, args...)
}

// QueryRowContext reads one row.
func (d *DB) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return d.read.QueryRowContext(ctx, query, args...)
}

// HotRow is QueryRowContext for a query that runs at every request: it is prepared once.
func (d *DB) HotRow(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := d.prepared(ctx, d.read, query)
	if err != nil {
		return d.read.QueryRowContext(ctx, query, args...)
	}
	return s.QueryRowContext(ctx, args...)
}

// HotRow is Q's QueryRowContext for a query that runs for every message or person: outside a transaction it is prepared once.
func HotRow(ctx context.Context, q Q, query string, args ...any) *sql.Row {
	if d, ok := q.(*DB); ok {
		return d.HotRow(ctx, query, args...)
	}
	return q.QueryRowContext(ctx, query, args...)
}

func (d *DB) prepared(ctx context.Context, pool *sql.DB, query string) (*sql.Stmt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.hot[query]; s != nil {
		return s, nil
	}
	s, err := pool.PrepareContext(context.WithoutCancel(ctx), query)
	if err == nil {
		d.hot[query] = s
	}
	return s, err
}

// InTx runs f in a transaction, which commits if f returns nil.
func (d *DB) InTx(ctx context.Context, f func(tx *Tx) error) error {
	t, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback()
	if err := f(&Tx{t, d.engine}); err != nil {
		return err
	}
	return t.Commit()
}

// SkipLocked goes at the end of the inner select of a claim: where several processes work on one queue, each
// takes rows that no other has taken. SQLite has one writer and needs no words.
func (t *Tx) SkipLocked() string {
	if t.engine == postgres {
		return " for update skip locked"
	}
	return ""
}

// ForShare goes at the end of the select of an INSERT that is right only while the selected rows stay as they are: who
// changes them meanwhile is waited for, and the select is done anew. SQLite has one writer and needs no words.
func (d *DB) ForShare() string {
	if d.engine == postgres {
		return " for share"
	}
	return ""
}

// Insert adds rows. The query ends with "values"; each row has cols values.
func (t *Tx) Insert(ctx context.Context, query string, cols int, rows [][]any) error {
	for _, row := range rows {
		if len(row) != cols {
			return fmt.Errorf("db: row of %d values, want %d", len(row), cols)
		}
	}
	// A row at a time costs SQLite nothing, while PostgreSQL would answer each over the wire.
	per := 1
	if t.engine == postgres {
		per = min(30_000/cols, 500) // it takes 65,535 values a statement
	}
	for len(rows) > 0 {
		n := min(per, len(rows))
		stmt, err := t.PrepareContext(ctx, query+placeholders(n, cols))
		if err != nil {
			return err
		}
		for len(rows) >= n && err == nil {
			args := make([]any, 0, n*cols)
			for _, row := range rows[:n] {
				args = append(args, row...)
			}
			_, err = stmt.ExecContext(ctx, args...)
			rows = rows[n:]
		}
		if err = errors.Join(err, stmt.Close()); err != nil {
			return err
		}
	}
	return nil
}

// placeholders are those of n rows: ($1,$2), ($3,$4).
func placeholders(n, cols int) string {
	var b strings.Builder
	for i := range n {
		for j := range cols {
			switch {
			case j > 0:
				b.WriteByte(',')
			case i > 0:
				b.WriteString("),(")
			default:
				b.WriteString(" (")
			}
			fmt.Fprintf(&b, "$%d", i*cols+j+1)
		}
	}
	b.WriteByte(')')
	return b.String()
}

// Rows runs a query and scans each row with scan.
func Rows[T any](ctx context.Context, q Q, scan func(*sql.Rows, *T) error, query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var t T
		if err := scan(rows, &t); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, rows.Err()
}

// In writes the list of an IN with placeholders that go on after n others. An empty list is in nothing.
func In[T any](n int, values []T) (string, []any) {
	if len(values) == 0 {
		return `(NULL)`, nil
	}
	var b strings.Builder
	args := make([]any, len(values))
	for i, v := range values {
		fmt.Fprintf(&b, ",$%d", n+i+1)
		args[i] = v
	}
	return "(" + b.String()[1:] + ")", args
}

// OrNull stores 0 as NULL.
func OrNull[T ~int | ~int64](n T) sql.NullInt64 { return sql.NullInt64{Int64: int64(n), Valid: n != 0} }

// MostIn is how many values an IN may have: an engine takes so many placeholders.
const MostIn = 500

// Changed reports how many rows a statement changed.
func Changed(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}
