package outbox

import (
	"context"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// Backlog is what an operator wants to know of the mail that has not gone out.
type Backlog struct {
	Waiting, Refused, Unclear int
	Late                      int       // of those waiting: could have gone an hour ago, whatever their topic's hours and pace say
	Due                       time.Time // since when the longest waiting could have gone; zero when none waits
}

// BacklogAt counts the mail that has not gone out by now. What waits in a topic that is paused is not late.
func BacklogAt(ctx context.Context, q db.Q, now time.Time) (b Backlog, err error) {
	defer errs.Wrap(&err, "outbox.BacklogAt")
	var due db.Time
	err = q.QueryRowContext(ctx, `SELECT
			coalesce(sum(CASE WHEN state IN ('waiting', 'handing') THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN state = 'refused' THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN state = 'unclear' THEN 1 ELSE 0 END), 0)
		FROM mail_messages`).Scan(&b.Waiting, &b.Refused, &b.Unclear)
	if err != nil {
		return b, err
	}
	err = q.QueryRowContext(ctx, `SELECT count(*), min(m.run_at) FROM mail_messages m LEFT JOIN mail_topics t ON t.topic = m.pace
		WHERE m.state IN ('waiting', 'handing') AND m.run_at <= $1 AND (t.topic IS NULL OR NOT t.paused)`, db.At(now.Add(-time.Hour))).Scan(&b.Late, &due)
	b.Due = due.Time
	return b, err
}
