// Package jobs runs work later. A job is a row, inserted in the transaction that wants the work done, so that it
// exists exactly if the rest committed.
//
// A claim is a lease that is renewed while the job runs: when a process dies its jobs are due again, so every job
// must bear being run twice.
package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// Args is a job's payload. Kind is stored: never change it.
type Args interface{ Kind() string }

// Again asks for the job to be run again after Delay: it did some of its work and there is more. It is no failure.
type Again struct{ Delay time.Duration }

func (Again) Error() string { return "more to do" }

const (
	lease    = time.Minute
	mostTry  = 8
	keepDone = 30 * 24 * time.Hour
)

// Insert adds a job to the transaction, to be run at the given time or later, and returns its id.
func Insert(ctx context.Context, tx *db.Tx, at time.Time, a Args) (id int64, err error) {
	defer errs.Wrap(&err, "jobs.Insert(%s)", a.Kind())
	b, err := json.Marshal(a)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO jobs (kind, args, run_at) VALUES ($1, $2, $3) RETURNING id`,
		a.Kind(), string(b), db.At(at)).Scan(&id)
	return id, err
}

// Revive gives jobs that were given up another chance from the given time on: a server does so when it starts, as what they failed
// of may be mended by then.
func Revive(ctx context.Context, q db.Q, at time.Time) (err error) {
	defer errs.Wrap(&err, "jobs.Revive")
	_, err = q.ExecContext(ctx, `UPDATE jobs SET state = 'waiting', tries = 0, run_at = $1 WHERE state = 'dead'`, db.At(at))
	return err
}

// Status is what a page shows of a job.
type Status struct {
	Kind, State, LastError string
	Done, Total            int
}

// Of returns a job's status.
func Of(ctx context.Context, q db.Q, id int64) (s Status, err error) {
	defer errs.Wrap(&err, "jobs.Of(%d)", id)
	err = q.QueryRowContext(ctx, `SELECT kind, state, last_error, done, total FROM jobs WHERE id = $1`, id).
		Scan(&s.Kind, &s.State, &s.LastError, &s.Done, &s.Total)
	return s, err
}

// Queue is how the jobs of one kind stand.
type Queue struct {
	Kind                   string
	Waiting, Running, Dead int
	Due                    time.Time // since when the oldest is due that nobody has taken, or whose lease has run out; zero: none is
}

// Queues tells of each kind with unfinished jobs how they stand.
func Queues(ctx context.Context, q db.Q, now time.Time) (_ []Queue, err error) {
	defer errs.Wrap(&err, "jobs.Queues")
	return db.Rows(ctx, q, func(r *sql.Rows, x *Queue) error {
		var due sql.NullInt64
		err := r.Scan(&x.Kind, &x.Waiting, &x.Running, &x.Dead, &due)
		if due.Valid {
			x.Due = time.UnixMicro(due.Int64)
		}
		return err
	}, `SELECT kind, count(CASE WHEN state = 'waiting' THEN 1 END), count(CASE WHEN state = 'running' THEN 1 END), count(CASE WHEN state = 'dead' THEN 1 END),
			min(CASE WHEN state <> 'dead' AND run_at <= $1 THEN run_at END)
		FROM jobs WHERE state IN ('waiting', 'running', 'dead') GROUP BY kind ORDER BY kind`, db.At(now))
}

// Worker runs jobs.
type Worker struct {
	DB   *db.DB
	Now  func() time.Time
	Idle time.Duration // how long to wait when there is nothing to do; 0 means half a second

	run      map[string]func(context.Context, []byte, *Progress) error
	periodic []periodic
	wake     chan struct{}
	once     sync.Once
}

type periodic struct {
	name  string
	every time.Duration
	next  time.Time
	f     func(context.Context) error
}

// Progress lets a job tell how far it is.
type Progress struct {
	w  *Worker
	id int64
}

// Set stores how much is done.
func (p *Progress) Set(ctx context.Context, done, total int) error {
	_, err := p.w.DB.ExecContext(ctx, `UPDATE jobs SET done = $2, total = $3 WHERE id = $1`, p.id, done, total)
	return err
}

// Handle makes f the code that runs jobs of A's kind.
func Handle[A Args](w *Worker, f func(context.Context, A, *Progress) error) {
	var zero A
	if w.run == nil {
		w.run = map[string]func(context.Context, []byte, *Progress) error{}
	}
	w.run[zero.Kind()] = func(ctx context.Context, b []byte, p *Progress) error {
		var a A
		if err := json.Unmarshal(b, &a); err != nil {
			return err
		}
		return f(ctx, a, p)
	}
}

// Every runs f regularly in this process; f must bear being run by several processes at once.
func (w *Worker) Every(name string, d time.Duration, f func(context.Context) error) {
	w.periodic = append(w.periodic, periodic{name: name, every: d, f: f})
}

func (w *Worker) setUp() {
	w.once.Do(func() {
		w.wake = make(chan struct{}, 1)
		if w.Idle == 0 {
			w.Idle = 500 * time.Millisecond
		}
		w.Every("prune jobs", time.Hour, w.prune)
	})
}

// Wake makes a running worker look at once.
func (w *Worker) Wake() {
	w.setUp()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Run runs jobs until ctx is done.
func (w *Worker) Run(ctx context.Context) {
	w.setUp()
	for ctx.Err() == nil {
		w.RunPeriodic(ctx)
		ran, err := w.Step(ctx)
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "jobs", "err", err)
		}
		if ran && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-w.wake:
		case <-time.After(w.Idle):
		}
	}
}

// RunPeriodic runs the periodic work that is due.
func (w *Worker) RunPeriodic(ctx context.Context) {
	w.setUp()
	now := w.Now()
	for i := range w.periodic {
		p := &w.periodic[i]
		// A next time that is further off than it was ever set to be: the clock has gone back since.
		if now.Before(p.next) && p.next.Sub(now) <= p.every {
			continue
		}
		p.next = now.Add(p.every)
		if err := p.f(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "periodic work failed", "name", p.name, "err", err)
		}
	}
}

func (w *Worker) prune(ctx context.Context) error {
	_, err := w.DB.ExecContext(ctx, `DELETE FROM jobs WHERE state = 'done' AND ended_at < $1`, db.At(w.Now().Add(-keepDone)))
	return err
}

type claimed struct {
	id         int64
	kind, args string
	tries      int
}

// Step claims one job that is due and runs it. It reports whether there was one.
func (w *Worker) Step(ctx context.Context) (ran bool, err error) {
	w.setUp()
	c, err := w.claim(ctx)
	if err != nil || c.id == 0 {
		return false, err
	}
	err = w.execute(ctx, c)
	if ctx.Err() != nil {
		return true, nil // the lease runs out and the job is due again
	}
	return true, w.settle(ctx, c, err)
}

func (w *Worker) claim(ctx context.Context) (c claimed, err error) {
	now := db.At(w.Now())
	err = w.DB.InTx(ctx, func(tx *db.Tx) error {
		err := tx.QueryRowContext(ctx, `
			UPDATE jobs SET state = 'running', run_at = $2, tries = tries + 1
			WHERE id = (SELECT id FROM jobs WHERE state IN ('waiting', 'running') AND run_at <= $1 OR state = 'running' AND run_at > $3
				ORDER BY run_at, id LIMIT 1`+tx.SkipLocked()+`)
			RETURNING id, kind, args, tries`, now, db.At(now.Add(lease)), db.At(now.Add(lease+db.ClocksApart))).Scan(&c.id, &c.kind, &c.args, &c.tries)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return c, err
}

func (w *Worker) execute(ctx context.Context, c claimed) error {
	f := w.run[c.kind]
	if f == nil {
		return fmt.Errorf("no code for job kind %q", c.kind)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go w.renew(ctx, c.id)
	return f(ctx, []byte(c.args), &Progress{w, c.id})
}

func (w *Worker) renew(ctx context.Context, id int64) {
	t := time.NewTicker(lease / 3)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if _, err := w.DB.ExecContext(ctx, `UPDATE jobs SET run_at = $2 WHERE id = $1 AND state = 'running'`, id, db.At(w.Now().Add(lease))); err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "lease not renewed", "job", id, "err", err)
			}
		}
	}
}

func (w *Worker) settle(ctx context.Context, c claimed, failed error) (err error) {
	defer errs.Wrap(&err, "jobs.settle(%d)", c.id)
	now := w.Now()
	again, more := errors.AsType[Again](failed)
	switch {
	case failed == nil:
		_, err = w.DB.ExecContext(ctx, `UPDATE jobs SET state = 'done', ended_at = $2, last_error = '' WHERE id = $1`, c.id, db.At(now))
	case more:
		_, err = w.DB.ExecContext(ctx, `UPDATE jobs SET state = 'waiting', run_at = $2, tries = 0 WHERE id = $1`, c.id, db.At(now.Add(again.Delay)))
	default:
		slog.ErrorContext(ctx, "job failed", "kind", c.kind, "id", c.id, "tries", c.tries, "err", failed)
		state, at := "waiting", now.Add(time.Duration(c.tries*c.tries)*10*time.Second)
		if c.tries >= mostTry {
			state = "dead"
		}
		_, err = w.DB.ExecContext(ctx, `UPDATE jobs SET state = $2, run_at = $3, last_error = $4 WHERE id = $1`, c.id, state, db.At(at), failed.Error())
	}
	return err
}
