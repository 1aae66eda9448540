package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

// The pages that a file may have stand for a disk: when it is full nothing is acknowledged, and when there is room again all goes on.
func TestAFullDiskLosesNothingAcknowledgedAndRoomIsFoundWithoutAStart(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx := t.Context()
	pages := 0
	must(t, d.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages))
	room := func(n int) {
		_, err := d.ExecContext(ctx, fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+n))
		must(t, err)
	}
	room(10)
	var stored []string
	save := func(i int) error {
		topic := fmt.Sprint(i, strings.Repeat("x", 3000))
		n, err := d.Save(ctx, `INSERT INTO mail_topics (topic, paused) VALUES ($1, $2)`, topic, false)
		if err != nil && n > 0 {
			t.Errorf("%d rows are told of a save that failed: %v", n, err)
		}
		if err == nil {
			stored = append(stored, topic)
		}
		return err
	}
	var full error
	for i := 0; full == nil && i < 1000; i++ {
		full = save(i)
	}
	if !db.Unavailable(full) || !strings.Contains(full.Error(), "full") {
		t.Fatalf("the disk is full: %v", full)
	}
	if err := d.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO mail_topics (topic, paused) VALUES ($1, $2)`, strings.Repeat("y", 90_000), false)
		return err
	}); !db.Unavailable(err) {
		t.Errorf("a transaction on a full disk: %v", err)
	}
	room(1000)
	for i := range 20 {
		must(t, save(2000+i))
	}
	for _, topic := range stored {
		n := 0
		must(t, d.QueryRowContext(ctx, `SELECT count(*) FROM mail_topics WHERE topic = $1`, topic).Scan(&n))
		if n != 1 {
			t.Errorf("%.10s is there %d times", topic, n)
		}
	}
}

func TestOnlyTroubleOfTheDatabaseCountsAsSuch(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		_, bad := d.ExecContext(t.Context(), `INSERT INTO no_such_table VALUES (1)`)
		_, null := d.ExecContext(t.Context(), `INSERT INTO mail_topics (topic, paused) VALUES ($1, $2)`, nil, nil)
		for _, err := range []error{nil, bad, null, sql.ErrNoRows, context.Canceled, errors.New("x")} {
			if db.Unavailable(err) {
				t.Errorf("%v is told as trouble of the database", err)
			}
		}
	})
	_, err := db.Open("postgres://nobody@127.0.0.1:1/x")
	if !db.Unavailable(err) {
		t.Errorf("a server that is not there: %v", err)
	}
}

func TestACallToADatabaseThatIsBeingStoppedIsToldAsTrouble(t *testing.T) {
	d := dbtest.Postgres(t)
	_, err := d.ExecContext(t.Context(), `SELECT pg_terminate_backend(pg_backend_pid())`)
	if !db.Unavailable(err) {
		t.Errorf("a connection that was ended: %v", err)
	}
	must(t, d.Ping(t.Context()))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
