package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
)

// Pace is how fast and at which hours of the county's day the messages of a topic go out.
type Pace struct {
	PerMinute        int
	FromHour, ToHour int // from 7 to 20: the last message goes before 20.00
}

// DefaultPace is that of a topic for which nobody has said anything else: an evening's or a night's mail waits for the
// morning, and a small mail server has time for its other work.
var DefaultPace = Pace{PerMinute: 600, FromHour: 7, ToHour: 20}

// MostPerMinute is the fastest pace that can be set.
const MostPerMinute = 60_000

// ErrPace tells that a pace cannot be kept.
var ErrPace = errors.New("a pace needs a rate above 0 and hours from 0 to 24, the first before the last")

func (p Pace) valid() bool {
	return p.PerMinute > 0 && p.PerMinute <= MostPerMinute && 0 <= p.FromHour && p.FromHour < p.ToHour && p.ToHour <= 24
}

// Next is when the pace next lets messages go: now, or when the hours begin.
func (p Pace) Next(now time.Time) time.Time {
	local := now.In(i18n.Zone())
	if h := local.Hour(); h < p.FromHour {
		return atHour(local, 0, p.FromHour)
	} else if h >= p.ToHour {
		return atHour(local, 1, p.FromHour)
	}
	return now
}

func atHour(local time.Time, days, hour int) time.Time {
	return time.Date(local.Year(), local.Month(), local.Day()+days, hour, 0, 0, 0, local.Location())
}

// paceOf names the topic whose pace a topic keeps: "round:X" for "round:X" and all that begins with "round:X:". A topic of one
// word, such as that of sign-in mails, keeps none: somebody waits for each of them.
func paceOf(topic string) string {
	parts := strings.SplitN(topic, ":", 3)
	if len(parts) < 2 {
		return ""
	}
	return parts[0] + ":" + parts[1]
}

// SetPace sets the pace of a topic and of all below it.
func SetPace(ctx context.Context, q db.Q, topic string, p Pace) (err error) {
	defer errs.Wrap(&err, "outbox.SetPace(%s)", topic)
	if !p.valid() {
		return fmt.Errorf("%w: %+v", ErrPace, p)
	}
	_, err = q.ExecContext(ctx, `INSERT INTO mail_topics (topic, paused, per_minute, from_hour, to_hour) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (topic) DO UPDATE SET per_minute = excluded.per_minute, from_hour = excluded.from_hour, to_hour = excluded.to_hour, free_at = 0`,
		paceOf(topic), false, p.PerMinute, p.FromHour, p.ToHour)
	return err
}

// PaceOf is the pace that a topic's messages keep.
func PaceOf(ctx context.Context, q db.Q, topic string) (p Pace, err error) {
	err = q.QueryRowContext(ctx, `SELECT per_minute, from_hour, to_hour FROM mail_topics WHERE topic = $1`, paceOf(topic)).Scan(&p.PerMinute, &p.FromHour, &p.ToHour)
	if errors.Is(err, sql.ErrNoRows) {
		return DefaultPace, nil
	}
	return p, err
}

// share is what is sent at a time: a second's worth, or one message where a second brings none.
const share = time.Second

// allowance is how many messages may go now when the next may go at free, and how long each holds up those after it. Nothing holds
// mail up for minutes: a free that is so far ahead was set before the clock went back, it may be by years.
func (p Pace) allowance(free, now time.Time) (n int, each time.Duration) {
	each = time.Minute / time.Duration(p.PerMinute)
	if free.After(now) && free.Before(now.Add(db.ClocksApart)) || !p.Next(now).Equal(now) {
		return 0, each
	}
	return max(1, int(share/each)), each
}

// paced is a topic with messages that are due.
type paced struct {
	topic string
	free  db.Time
	Pace
}

// due lists messages that may go now: first those that nothing holds up, then of each topic as many as its pace lets go. Next
// is when a pace lets more go, zero when none holds any up.
func (o *Outbox) due(ctx context.Context) (list []message, next time.Time, err error) {
	defer errs.Wrap(&err, "outbox.due")
	now := o.Now()
	if list, err = o.waiting(ctx, "", now, most); err != nil {
		return nil, next, err
	}
	topics, err := db.Rows(ctx, o.DB, func(r *sql.Rows, p *paced) error {
		return r.Scan(&p.topic, &p.free, &p.PerMinute, &p.FromHour, &p.ToHour)
	},
		`SELECT topic, free_at, per_minute, from_hour, to_hour FROM mail_topics t WHERE paused = $2
			AND EXISTS (SELECT 1 FROM mail_messages m WHERE m.state = 'waiting' AND m.pace = t.topic AND m.run_at <= $1)`, db.At(now), false)
	if err != nil {
		return nil, next, err
	}
	for _, p := range topics {
		more, err := o.ofTopic(ctx, p, now)
		if err != nil {
			return nil, next, err
		}
		list = append(list, more...)
		if next.IsZero() || p.free.Before(next) {
			next = p.free.Time
		}
	}
	return list, next, nil
}

// ofTopic lists what a topic's pace lets go, and holds up the rest for as long as these take. Of two servers that ask at once
// only one gets a list.
func (o *Outbox) ofTopic(ctx context.Context, p paced, now time.Time) ([]message, error) {
	n, each := p.allowance(p.free.Time, now)
	if o.Unpaced {
		n, each = most, 0
	}
	if n == 0 {
		return nil, nil
	}
	list, err := o.waiting(ctx, p.topic, now, min(n, most))
	if err != nil || each == 0 {
		return list, err
	}
	got, err := o.DB.Save(ctx, `UPDATE mail_topics SET free_at = $2 WHERE topic = $1 AND free_at = $3`,
		p.topic, db.At(now.Add(time.Duration(len(list))*each)), p.free)
	if err != nil || got == 0 {
		return nil, err
	}
	return list, nil
}

func (o *Outbox) waiting(ctx context.Context, pace string, now time.Time, n int) ([]message, error) {
	return db.Rows(ctx, o.DB, func(r *sql.Rows, m *message) error {
		return r.Scan(&m.id, &m.kind, &m.ref, &m.address, &m.tries)
	}, `SELECT id, kind, ref, address, tries FROM mail_messages WHERE state = 'waiting' AND pace = $1 AND run_at <= $2 ORDER BY run_at, id LIMIT $3`,
		pace, db.At(now), n)
}
