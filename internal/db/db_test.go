package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

func TestSavedStatementsOfManyCallersAllArriveAndABadOneFailsAlone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				topic := fmt.Sprint("t", i)
				if i%10 == 0 {
					topic = "same"
				}
				_, err := d.Save(ctx, `INSERT INTO mail_topics (topic, paused) VALUES ($1, $2)`, topic, i%2 == 0)
				if err != nil && topic != "same" {
					t.Errorf("save %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		var n int
		if err := d.QueryRowContext(ctx, `SELECT count(*) FROM mail_topics`).Scan(&n); err != nil || n != 181 {
			t.Errorf("rows = %d, %v; want 181", n, err)
		}
	})
}

func TestAFailedTransactionLeavesNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		boom := errors.New("boom")
		err := d.InTx(t.Context(), func(tx *db.Tx) error {
			if err := tx.Insert(t.Context(), `INSERT INTO mail_topics (topic, paused) VALUES`, 2, [][]any{{"a", true}, {"b", false}}); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("err = %v", err)
		}
		var n int
		if err := d.QueryRowContext(t.Context(), `SELECT count(*) FROM mail_topics`).Scan(&n); err != nil || n != 0 {
			t.Errorf("rows = %d, %v; want 0", n, err)
		}
	})
}

func TestATimeComesBackAsItWas(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		want := time.Date(2026, 11, 22, 9, 30, 0, 123000, time.UTC)
		if _, err := d.ExecContext(t.Context(), `INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, $3)`, []byte{1}, []byte("x"), db.At(want)); err != nil {
			t.Fatal(err)
		}
		var got db.Time
		if err := d.QueryRowContext(t.Context(), `SELECT expires_at FROM sessions`).Scan(&got); err != nil || !got.Equal(want) {
			t.Errorf("got %v, %v; want %v", got, err, want)
		}
	})
}

func TestADatabaseOfANewerVersionIsRefused(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(context.Background()); err != nil {
			t.Fatalf("migrating twice: %v", err)
		}
		if _, err := d.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, $1)`, true); err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(context.Background()); !errors.Is(err, db.ErrNewer) {
			t.Errorf("err = %v, want ErrNewer", err)
		}
	})
}

func TestOnlyOneServerServesAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.db")
	a, err := db.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := db.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := a.Lock(); err != nil {
		t.Fatal(err)
	}
	if err := b.Lock(); !errors.Is(err, db.ErrInUse) {
		t.Errorf("second lock: %v, want ErrInUse", err)
	}
	a.Close()
	if err := b.Lock(); err != nil {
		t.Errorf("lock after the first ended: %v", err)
	}
}

func BenchmarkSave(b *testing.B) {
	d := dbtest.SQLite(b)
	if _, err := d.ExecContext(b.Context(), `INSERT INTO mail_topics (topic, paused) VALUES ('a', 1)`); err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := d.Save(b.Context(), `UPDATE mail_topics SET paused = $1 WHERE topic = $2`, true, "a"); err != nil {
				b.Error(err)
			}
		}
	})
}
