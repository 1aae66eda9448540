package db_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

// TestAServerThatStartsWhileItsDatabaseIsMovedWritesNothingAndIsNoticed begins to use the source when the first rows have gone over.
func TestAServerThatStartsWhileItsDatabaseIsMovedWritesNothingAndIsNoticed(t *testing.T) {
	url, file := dbtest.PostgresURL(t), filepath.Join(t.TempDir(), "to.db")
	here := open(t, url)
	must(t, here.Migrate(t.Context()))
	_, err := here.ExecContext(t.Context(), `INSERT INTO units (code, name_fi, name_sv, name_en) VALUES ('H', 'Koti', 'Hem', 'Home')`)
	must(t, err)
	must(t, here.Close())

	var late *db.DB
	units := 0
	err = move(t, url, file, func() {
		late = open(t, url)
		must(t, late.QueryRowContext(t.Context(), `SELECT count(*) FROM units`).Scan(&units))
		wait, cancel := context.WithCancel(t.Context())
		written := make(chan error)
		go func() {
			_, err := late.ExecContext(wait, `UPDATE units SET name_fi = 'Muu'`)
			written <- err
		}()
		for waits := false; !waits; {
			select {
			case err := <-written:
				t.Fatalf("the source did not hold a change back while it was moved: %v", err)
			default:
			}
			must(t, late.QueryRowContext(t.Context(), `SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waits))
		}
		cancel()
		if err := <-written; err == nil {
			t.Error("the source took a change while it was moved")
		}
	})
	if !errors.Is(err, db.ErrServed) || units != 1 {
		t.Fatalf("moving beside a server: %v, which read %d units; want ErrServed and one", err, units)
	}
	must(t, late.Close())
	to := open(t, file)
	if err := to.Migrate(t.Context()); !errors.Is(err, db.ErrMoving) {
		t.Errorf("serving the target of a move that was refused: %v", err)
	}
	must(t, to.Close())
	must(t, move(t, url, file, func() {}))
	var name string
	to = open(t, file)
	defer to.Close()
	must(t, to.QueryRowContext(t.Context(), `SELECT name_fi FROM units`).Scan(&name))
	if name != "Koti" {
		t.Errorf("the unit is called %q", name)
	}
}

func open(t *testing.T, url string) *db.DB {
	t.Helper()
	d, err := db.Open(url)
	must(t, err)
	return d
}

// move moves a database and calls first when rows of the first table are on the target's disk.
func move(t *testing.T, from, to string, first func()) error {
	t.Helper()
	a, b := open(t, from), open(t, to)
	defer a.Close()
	defer b.Close()
	begun := false
	_, _, err := db.Move(t.Context(), a, b, func(string, int64, int64) {
		if !begun {
			begun = true
			first()
		}
	})
	return err
}
