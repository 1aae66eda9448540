package outbox

import (
	"context"
	"database/sql"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// States are those that Queue tells of, each with how many messages are in it. Sent messages are not counted: nobody may learn from
// their number, looked at often enough, whom a reminder was for.
type States map[string]int

// Queue is how the mail of all topics stands.
type Queue struct {
	States States        // waiting, handing, refused, unclear
	Oldest time.Duration // for how long the oldest message has been due that nothing holds up; 0: there is none
}

// Queued tells how the mail stands. A message that a pause, its pace, the hours or the mail server holds up is not overdue, and
// none counts from before since, such as the program's start.
func (o *Outbox) Queued(ctx context.Context, since time.Time) (q Queue, err error) {
	defer errs.Wrap(&err, "outbox.Queued")
	q.States = States{"waiting": 0, "handing": 0, "refused": 0, "unclear": 0}
	for state := range q.States {
		var n int
		if err := o.DB.QueryRowContext(ctx, `SELECT count(*) FROM mail_messages WHERE state = $1`, state).Scan(&n); err != nil {
			return q, err
		}
		q.States[state] = n
	}
	if o.Trouble() == "" {
		q.Oldest, err = o.overdue(ctx, since)
	}
	return q, err
}

// standing is the oldest waiting message of a pace.
type standing struct {
	due, free sql.NullInt64
	Pace
}

func (o *Outbox) overdue(ctx context.Context, since time.Time) (longest time.Duration, err error) {
	now := o.Now()
	list, err := db.Rows(ctx, o.DB, func(r *sql.Rows, s *standing) error {
		return r.Scan(&s.due, &s.free, &s.PerMinute, &s.FromHour, &s.ToHour)
	}, `SELECT min(m.run_at), max(t.free_at), coalesce(max(t.per_minute), 1), coalesce(max(t.from_hour), 0), coalesce(max(t.to_hour), 24)
		FROM mail_messages m LEFT JOIN mail_topics t ON t.topic = m.pace
		WHERE m.state = 'waiting' AND m.run_at <= $1 AND (t.topic IS NULL OR t.paused = $2) GROUP BY m.pace`, db.At(now), false)
	for _, s := range list {
		longest = max(longest, now.Sub(s.since(since, now)))
	}
	return longest, err
}

// since is the moment since when nothing holds the message up: it is due, the messages before it have had their time, and the
// hours have begun.
func (s standing) since(from, now time.Time) time.Time {
	for _, at := range []sql.NullInt64{s.due, s.free} {
		if t := time.UnixMicro(at.Int64); at.Valid && t.After(from) {
			from = t
		}
	}
	if !s.Next(now).Equal(now) {
		return now // the hours are over, or have not begun
	}
	if s.FromHour == 0 && s.ToHour == 24 {
		return from
	}
	return s.Next(from)
}
