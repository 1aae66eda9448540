// Package dbtest gives each test a database of its own, on every engine.
package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"taitorinki/internal/db"
)

// Run runs f once for each engine. Where PostgreSQL is not installed its half is skipped, and fails when CI is set, so
// that no run passes by leaving an engine out.
func Run(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	RunURL(t, func(t *testing.T, url string) { f(t, open(t, url)) })
}

// RunURL is Run for tests that start processes: f gets the address of a fresh migrated database.
func RunURL(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); f(t, SQLiteFile(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); f(t, PostgresURL(t)) })
}

// SQLite returns a fresh migrated SQLite database.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return open(t, SQLiteFile(t))
}

// SQLiteFile makes a fresh migrated SQLite file, for tests that start a process on it.
func SQLiteFile(t testing.TB) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(name, template(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// template is a migrated file's bytes, made once a process: a copy costs far less than the migrations.
var template = func() func(testing.TB) []byte {
	var once sync.Once
	var b []byte
	return func(t testing.TB) []byte {
		once.Do(func() {
			dir, err := os.MkdirTemp("", "dbtest")
			must(t, err)
			defer os.RemoveAll(dir)
			name := filepath.Join(dir, "t.db")
			d, err := db.Open(name)
			must(t, err)
			must(t, d.Migrate(context.Background()))
			must(t, d.Close()) // the last close folds the log into the file
			b, err = os.ReadFile(name)
			must(t, err)
		})
		return b
	}
}()

var (
	pgOnce     sync.Once
	pgTemplate string
	pgErr      error
	serial     atomic.Int64
)

// Postgres returns a fresh migrated PostgreSQL database, a copy of a template made once a process.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return open(t, PostgresURL(t))
}

// PostgresURL makes a fresh migrated PostgreSQL database and returns its address.
func PostgresURL(t testing.TB) string {
	t.Helper()
	base, err := Server()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	admin, err := sql.Open("pgx", with(base, "postgres"))
	must(t, err)
	defer admin.Close()
	pgOnce.Do(func() {
		pgTemplate = fmt.Sprintf("template_%d", os.Getpid())
		if _, pgErr = admin.Exec(`create database ` + pgTemplate); pgErr != nil {
			return
		}
		d, err := db.Open(with(base, pgTemplate))
		if err != nil {
			pgErr = err
			return
		}
		pgErr = d.Migrate(context.Background())
		d.Close()
	})
	must(t, pgErr)
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), serial.Add(1))
	_, err = admin.Exec(`create database ` + name + ` template ` + pgTemplate)
	must(t, err)
	t.Cleanup(func() {
		admin, err := sql.Open("pgx", with(base, "postgres"))
		must(t, err)
		defer admin.Close()
		_, err = admin.Exec(`drop database if exists ` + name + ` with (force)`)
		must(t, err)
	})
	return with(base, name)
}

func with(base, name string) string { return strings.Replace(base, "/DATABASE", "/"+name, 1) }

func open(t testing.TB, url string) *db.DB {
	t.Helper()
	d, err := db.Open(url)
	must(t, err)
	t.Cleanup(func() { d.Close() })
	return d
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
