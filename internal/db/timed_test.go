package db_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

func TestEveryStatementIsToldWithItsTimeAndWithoutItsValues(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		var mu sync.Mutex
		var told []string
		d, err := db.OpenTimed(url, func(_ context.Context, query string, took time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			if told = append(told, query); took < 0 {
				t.Errorf("%s took %v", query, took)
			}
		})
		must(t, err)
		defer d.Close()
		must(t, d.Migrate(t.Context())) // the locks and versions of others go through it too
		seen := func(word string) bool {
			mu.Lock()
			defer mu.Unlock()
			for _, q := range told {
				if strings.Contains(q, "s3cret") {
					t.Errorf("a value is told: %s", q)
				}
				if strings.Contains(q, word) {
					return true
				}
			}
			return false
		}
		ctx, now := t.Context(), db.At(time.Now())
		_, err = d.Save(ctx, `INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, $3)`, []byte("s3cret"), []byte("s3cret"), now)
		must(t, err)
		var n int
		must(t, d.HotRow(ctx, `SELECT count(*) AS hot FROM sessions WHERE id = $1`, []byte("s3cret")).Scan(&n))
		rows, err := db.Rows(ctx, d, func(r *sql.Rows, b *[]byte) error { return r.Scan(b) }, `SELECT id AS listed FROM sessions WHERE id = $1`, []byte("s3cret"))
		must(t, err)
		if n != 1 || len(rows) != 1 || string(rows[0]) != "s3cret" {
			t.Errorf("read %d and %q", n, rows)
		}
		must(t, d.InTx(ctx, func(tx *db.Tx) error {
			if err := tx.Insert(ctx, `INSERT INTO jobs (kind, args, run_at) VALUES`, 3, [][]any{{"s3cret", "{}", now}}); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE id = $1`, []byte("s3cret"))
			return err
		}))
		_, err = d.ExecContext(ctx, `SELECT broken FROM nowhere WHERE x = $1`, "s3cret")
		if err == nil {
			t.Error("a wrong statement is right")
		}
		for _, word := range []string{"INSERT INTO sessions", "AS hot", "AS listed", "INSERT INTO jobs", "DELETE FROM sessions", "FROM nowhere"} {
			if !seen(word) {
				t.Errorf("%s is not told of", word)
			}
		}
	})
}

func TestAFileTellsHowManyStatementsShareACommit(t *testing.T) {
	d := dbtest.SQLite(t)
	var mu sync.Mutex
	commits, statements := 0, 0
	d.Committed = func(n int) {
		mu.Lock()
		defer mu.Unlock()
		commits, statements = commits+1, statements+n
	}
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			_, err := d.Save(context.Background(), `INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, 1)`, []byte{byte(i)}, []byte{})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if statements != 100 || commits == 0 || commits > 100 {
		t.Errorf("%d statements in %d commits, want 100", statements, commits)
	}
}

func TestADatabaseTellsAtWhichMigrationItIs(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		has, knows, err := d.Schema(t.Context())
		if err != nil || has != knows || has < 29 {
			t.Errorf("at %d of %d: %v", has, knows, err)
		}
	})
}
