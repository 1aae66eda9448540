package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
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

// died leaves a job whose process died at work on it, and returns another worker.
func died(t *testing.T, d *db.DB, now *time.Time, runs *int) *jobs.Worker {
	t.Helper()
	w := &jobs.Worker{DB: d, Now: func() time.Time { return *now }}
	ctx, die := context.WithCancel(t.Context())
	jobs.Handle(w, func(context.Context, greet, *jobs.Progress) error {
		if *runs++; *runs == 1 {
			die()
		}
		return nil
	})
	insert(t, d, *now, nil)
	if _, err := w.Step(ctx); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAJobWhoseProcessDiedIsDueAgainWhenItsLeaseEnds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now, runs := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 0
		w := died(t, d, &now, &runs)
		if step(t, w) {
			t.Error("ran while leased")
		}
		now = now.Add(2 * time.Minute)
		if !step(t, w) || runs != 2 {
			t.Errorf("runs = %d, want 2", runs)
		}
	})
}

// TestSeveralServersDoEachJobOnce has three programs, each with its own connections, take jobs from one queue as fast as they can.
func TestSeveralServersDoEachJobOnce(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		const all, servers = 120, 3
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		var mu sync.Mutex
		var who [servers]int
		done := map[string]int{}
		var together sync.WaitGroup
		for i := range servers {
			d, err := db.Open(url)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { d.Close() })
			if i == 0 {
				if err := d.Migrate(t.Context()); err != nil {
					t.Fatal(err)
				}
				err := d.InTx(t.Context(), func(tx *db.Tx) error {
					for n := range all {
						if _, err := jobs.Insert(t.Context(), tx, now, greet{fmt.Sprint(n)}); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			w := &jobs.Worker{DB: d, Now: func() time.Time { return now }}
			jobs.Handle(w, func(_ context.Context, a greet, _ *jobs.Progress) error {
				mu.Lock()
				defer mu.Unlock()
				done[a.Name]++
				who[i]++
				return nil
			})
			together.Go(func() {
				for ran := true; ran; {
					var err error
					if ran, err = w.Step(t.Context()); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		together.Wait()
		for name, n := range done {
			if n != 1 {
				t.Errorf("job %s was done %d times", name, n)
			}
		}
		if len(done) != all {
			t.Errorf("%d of %d jobs were done; by server: %v", len(done), all, who)
		}
	})
}

func TestAJobWhoseProcessDiedIsDueThoughTheClockWentBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now, runs := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 0
		w := died(t, d, &now, &runs)
		now = now.Add(-time.Minute) // as far as the clocks of two servers may differ: the other may be at work on it
		if step(t, w) {
			t.Error("ran while leased by a server whose clock is a minute ahead")
		}
		now = now.Add(-time.Hour)
		if !step(t, w) || runs != 2 {
			t.Errorf("an hour back: %d runs, want 2", runs)
		}
		if step(t, w) {
			t.Error("ran a third time")
		}
	})
}

func TestJobsThatWereGivenUpAreForgottenAfterTheirTimeAndNoOthers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for i, state := range []string{"dead", "dead", "waiting", "done"} {
			_, err := d.ExecContext(t.Context(), `INSERT INTO jobs (kind, args, state, run_at, ended_at) VALUES ('test.greet', '{}', $1, $2, $2)`,
				state, db.At(now.Add(time.Duration(i%2)*time.Minute)))
			if err != nil {
				t.Fatal(err)
			}
		}
		n, err := jobs.ForgetDead(t.Context(), d, now.Add(time.Minute))
		if err != nil || n != 1 {
			t.Errorf("forgot %d, %v; want the one that was given up before", n, err)
		}
		var left int
		if err := d.QueryRowContext(t.Context(), `SELECT count(*) FROM jobs`).Scan(&left); err != nil || left != 3 {
			t.Errorf("%d are left, %v; want 3", left, err)
		}
	})
}

func TestPeriodicWorkGoesOnAtItsPaceWhereverTheClockGoes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		w := &jobs.Worker{DB: d, Now: func() time.Time { return now }}
		runs := 0
		w.Every("look", 30*time.Second, func(context.Context) error { runs++; return nil })
		for _, x := range []struct {
			jump time.Duration
			want int // runs in all
		}{{0, 1}, {29 * time.Second, 1}, {time.Second, 2}, {time.Hour, 3}, {time.Second, 3}, {-time.Hour, 4}, {time.Second, 4}, {30 * time.Second, 5}, {-400 * 24 * time.Hour, 6}} {
			now = now.Add(x.jump)
			w.RunPeriodic(t.Context())
			if runs != x.want {
				t.Errorf("after a jump of %v to %v it ran %d times, want %d", x.jump, now, runs, x.want)
			}
		}
	})
}
