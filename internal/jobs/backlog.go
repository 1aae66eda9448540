package jobs

import (
	"context"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// Backlog is what an operator wants to know of the jobs that are not done.
type Backlog struct {
	Overdue, Dead int
	Oldest        time.Time // since when the longest overdue has been due; zero when none is
	LastError     string    // of the newest job that was given up
}

// BacklogAt counts the jobs that have been due for ten minutes and more by now, which a running server has long claimed, and those
// that were given up.
func BacklogAt(ctx context.Context, q db.Q, now time.Time) (b Backlog, err error) {
	defer errs.Wrap(&err, "jobs.BacklogAt")
	var oldest db.Time
	err = q.QueryRowContext(ctx, `SELECT count(*), min(run_at) FROM jobs WHERE state IN ('waiting', 'running') AND run_at <= $1`, db.At(now.Add(-10*time.Minute))).
		Scan(&b.Overdue, &oldest)
	if err != nil {
		return b, err
	}
	b.Oldest = oldest.Time
	err = q.QueryRowContext(ctx, `SELECT count(*), coalesce(max(CASE WHEN id = (SELECT max(id) FROM jobs WHERE state = 'dead') THEN last_error END), '')
		FROM jobs WHERE state = 'dead'`).Scan(&b.Dead, &b.LastError)
	return b, err
}
