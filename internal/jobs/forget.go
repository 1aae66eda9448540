package jobs

import (
	"context"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// ForgetDead deletes jobs that were given up before a time, and returns how many there were.
func ForgetDead(ctx context.Context, q db.Q, before time.Time) (_ int, err error) {
	defer errs.Wrap(&err, "jobs.ForgetDead")
	n, err := db.Changed(q.ExecContext(ctx, `DELETE FROM jobs WHERE state = 'dead' AND run_at < $1`, db.At(before)))
	return int(n), err
}
