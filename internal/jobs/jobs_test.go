package jobs_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/jobs"
)

type greet struct{ Name string }

func (greet) Kind() string { return "test.greet" }

func insert(t *testing.T, d *db.DB, now time.Time, rollback error) {
	t.Helper()
	err := d.InTx(t.Context(), func(tx *db.Tx) error {
		if _, err := jobs.Insert(t.Context(), tx, now, greet{"Aino"}); err != nil {
			return err
		}
		return rollback
	})
	if !errors.Is(err, rollback) {
		t.Fatal(err)
	}
}

func step(t *testing.T, w *jobs.Worker) bool {
	t.Helper()
	ran, err := w.Step(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ran
}

func TestAJobRunsOnceItsTransactionCommittedAndNotOtherwise(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		w := &jobs.Worker{DB: d, Now: func() time.Time { return now }}
		var got []string
		jobs.Handle(w, func(_ context.Context, a greet, p *jobs.Progress) error {
			got = append(got, a.Name)
			return p.Set(t.Context(), 1, 1)
		})
		insert(t, d, now, errors.New("rolled back"))
		if step(t, w) {
			t.Error("a job of a failed transaction ran")
		}
		insert(t, d, now, nil)
		insert(t, d, now.Add(time.Hour), nil)
		for step(t, w) {
		}
		if len(got) != 1 || got[0] != "Aino" {
			t.Errorf("ran %v, want one greeting", got)
		}
	})
}

func TestAFailedJobIsTriedAgainLaterAndEndsInTheDeadLetters(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		w := &jobs.Worker{DB: d, Now: func() time.Time { return now }}
		runs := 0
		jobs.Handle(w, func(context.Context, greet, *jobs.Progress) error { runs++; return errors.New("boom") })
		insert(t, d, now, nil)
		for range 20 {
			for step(t, w) {
			}
			now = now.Add(time.Hour)
		}
		s, err := jobs.Of(t.Context(), d, 1)
		if err != nil || s.State != "dead" || s.LastError != "boom" || runs != 8 {
			t.Errorf("status %+v, %v after %d runs; want dead, boom, 8", s, err, runs)
		}
		if err := jobs.Revive(t.Context(), d, now); err != nil {
			t.Fatal(err)
		}
		if !step(t, w) || runs != 9 {
			t.Errorf("after the next start it ran %d times, want 9", runs)
		}
	})
}

func TestAJobWhoseProcessDiedIsDueAgainWhenItsLeaseEnds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		w := &jobs.Worker{DB: d, Now: func() time.Time { return now }}
		runs := 0
		ctx, die := context.WithCancel(t.Context())
		jobs.Handle(w, func(context.Context, greet, *jobs.Progress) error {
			if runs++; runs == 1 {
				die()
			}
			return nil
		})
		insert(t, d, now, nil)
		if _, err := w.Step(ctx); err != nil {
			t.Fatal(err)
		}
		if step(t, w) {
			t.Error("ran while leased")
		}
		now = now.Add(2 * time.Minute)
		if !step(t, w) || runs != 2 {
			t.Errorf("runs = %d, want 2", runs)
		}
	})
}
