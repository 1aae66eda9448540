// Package remind holds the plan of a round's reminders: when each is due, what it says, and whether it has run.
//
// It knows nothing of people. Who gets a reminder is asked when it is sent, and stands nowhere.
package remind

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
)

// Most is how many reminders a round can have. More would tire people, not reach them.
const Most = 5

// MostDays is the longest time after which a reminder can be planned.
const MostDays = 180

// State is where a reminder is in its life.
type State string

// A planned reminder runs once, or is passed over because another was due with it.
const (
	Planned State = "planned"
	Ran     State = "ran"
	Passed  State = "passed"
)

// Reminder is one reminder of a round.
type Reminder struct {
	N         int // 0: not stored yet
	AfterDays int // days after answering began; 0: on the last day
	Subject   map[string]string
	Text      map[string]string
	State     State
	RanAt     time.Time
}

const (
	hour      = 9             // reminders begin in the morning
	leastLeft = 6 * time.Hour // before the end, for those who read their mail in the afternoon
)

// Due is when the reminder of a round that lasts from starts to closes runs; zero: never, or not as long as nobody knows
// when the round closes.
func (r Reminder) Due(starts, closes time.Time) time.Time {
	var due time.Time
	switch {
	case r.AfterDays > 0:
		due = morning(starts, r.AfterDays)
	case closes.IsZero():
		return time.Time{}
	default:
		if due = morning(closes, 0); closes.Sub(due) < leastLeft {
			due = morning(closes, -1)
		}
	}
	if !due.After(starts) || !closes.IsZero() && !due.Before(closes) {
		return time.Time{}
	}
	return due
}

func morning(t time.Time, days int) time.Time {
	y, m, d := t.In(i18n.Zone()).Date()
	return time.Date(y, m, d+days, hour, 0, 0, 0, i18n.Zone())
}

// Next is what is due at the given time: the reminder to run, and those that it makes needless because nobody wants two in
// one day.
func Next(plan []Reminder, starts, closes, now time.Time) (run *Reminder, passed []Reminder) {
	var at time.Time
	for i, r := range plan {
		due := r.Due(starts, closes)
		if r.State != Planned || due.IsZero() || due.After(now) {
			continue
		}
		switch {
		case run == nil:
			run, at = &plan[i], due
		case due.Before(at) || due.Equal(at) && r.AfterDays > 0:
			passed = append(passed, r)
		default:
			passed = append(passed, *run)
			run, at = &plan[i], due
		}
	}
	return run, passed
}

// Sorted is the plan in the order in which it happens; what has no time yet comes last.
func Sorted(plan []Reminder, starts, closes time.Time) []Reminder {
	out := slices.Clone(plan)
	when := func(r Reminder) time.Time {
		if !r.RanAt.IsZero() {
			return r.RanAt
		}
		if due := r.Due(starts, closes); !due.IsZero() {
			return due
		}
		return starts.AddDate(100, 0, r.AfterDays)
	}
	slices.SortStableFunc(out, func(a, b Reminder) int { return when(a).Compare(when(b)) })
	return out
}

const cols = `n, after_days, subject, body, state, ran_at`

func scan(row interface{ Scan(...any) error }, r *Reminder) error {
	var days sql.NullInt64
	var subject, text string
	var ran db.Time
	if err := row.Scan(&r.N, &days, &subject, &text, &r.State, &ran); err != nil {
		return err
	}
	r.AfterDays, r.RanAt = int(days.Int64), ran.Time
	return errors.Join(json.Unmarshal([]byte(subject), &r.Subject), json.Unmarshal([]byte(text), &r.Text))
}

// Plan returns the reminders of a round.
func Plan(ctx context.Context, q db.Q, round int64) (_ []Reminder, err error) {
	defer errs.Wrap(&err, "remind.Plan(%d)", round)
	return db.Rows(ctx, q, func(rows *sql.Rows, r *Reminder) error { return scan(rows, r) },
		`SELECT `+cols+` FROM survey_reminders WHERE round_id = $1 ORDER BY n`, round)
}

// Of returns one reminder of a round.
func Of(ctx context.Context, q db.Q, round int64, n int) (r Reminder, err error) {
	defer errs.Wrap(&err, "remind.Of(%d, %d)", round, n)
	err = scan(q.QueryRowContext(ctx, `SELECT `+cols+` FROM survey_reminders WHERE round_id = $1 AND n = $2`, round, n), &r)
	if errors.Is(err, sql.ErrNoRows) {
		return r, errs.Because(err, errs.NotFound, "survey.no-reminder")
	}
	return r, err
}

// Save stores a reminder, a new one under the next number. One that is no longer planned is errs.Conflict.
func Save(ctx context.Context, tx *db.Tx, round int64, r *Reminder) (err error) {
	defer errs.Wrap(&err, "remind.Save(%d, %d)", round, r.N)
	subject, err := json.Marshal(r.Subject)
	if err != nil {
		return err
	}
	text, err := json.Marshal(r.Text)
	if err != nil {
		return err
	}
	days := sql.NullInt64{Int64: int64(r.AfterDays), Valid: r.AfterDays > 0}
	if r.N > 0 {
		return one(tx.ExecContext(ctx, `UPDATE survey_reminders SET after_days = $3, subject = $4, body = $5 WHERE round_id = $1 AND n = $2 AND state = 'planned'`,
			round, r.N, days, string(subject), string(text)))
	}
	plan, err := Plan(ctx, tx, round)
	if err != nil {
		return err
	}
	if len(plan) >= Most {
		return errs.New(errs.Conflict, "survey.reminders-enough", "n", Most)
	}
	r.N = 1
	for _, x := range plan {
		r.N = max(r.N, x.N+1)
	}
	return one(tx.ExecContext(ctx, `INSERT INTO survey_reminders (round_id, n, after_days, subject, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		round, r.N, days, string(subject), string(text)))
}

// Remove takes a planned reminder out of the plan. One that is no longer planned is errs.Conflict.
func Remove(ctx context.Context, tx *db.Tx, round int64, n int) (err error) {
	defer errs.Wrap(&err, "remind.Remove(%d, %d)", round, n)
	return one(tx.ExecContext(ctx, `DELETE FROM survey_reminders WHERE round_id = $1 AND n = $2 AND state = 'planned'`, round, n))
}

func one(r sql.Result, err error) error {
	n, err := db.Changed(r, err)
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "survey.reminder-ran")
	}
	return err
}

// Settle marks a planned reminder as run or passed over, and tells whether this call did it.
func Settle(ctx context.Context, tx *db.Tx, round int64, n int, state State, now time.Time) (ok bool, err error) {
	defer errs.Wrap(&err, "remind.Settle(%d, %d)", round, n)
	changed, err := db.Changed(tx.ExecContext(ctx, `UPDATE survey_reminders SET state = $3, ran_at = $4 WHERE round_id = $1 AND n = $2 AND state = 'planned'`,
		round, n, string(state), db.At(now)))
	return changed == 1, err
}

// Forget takes the whole plan of a draft away.
func Forget(ctx context.Context, tx *db.Tx, round int64) (err error) {
	defer errs.Wrap(&err, "remind.Forget(%d)", round)
	_, err = tx.ExecContext(ctx, `DELETE FROM survey_reminders WHERE round_id = $1`, round)
	return err
}
