package events

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/web"
)

// Task is something to do for an event.
type Task struct {
	ID, Event int64
	Key       string // of the kind's template; "" for one of the host's own
	Text      string // of the host's own
	Days      int    // from the event: before it below 0; of the host's own 0
	Due       string // 2026-11-22
	Done      time.Time
	DoneBy    int64
}

// Late reports whether a task should have been done before a day, 2026-11-22.
func (t *Task) Late(day string) bool { return t.Done.IsZero() && t.Due < day }

// Tasks returns what is to be done for an event, what is due first first. What the template counts from the event moves with it.
func Tasks(ctx context.Context, q db.Q, e *Event) (out []Task, err error) {
	defer errs.Wrap(&err, "events.Tasks(%d)", e.ID)
	out, err = db.Rows(ctx, q, func(r *sql.Rows, t *Task) error {
		var done db.Time
		var by sql.NullInt64
		err := r.Scan(&t.ID, &t.Event, &t.Key, &t.Text, &t.Days, &t.Due, &done, &by)
		t.Done, t.DoneBy = done.Time, by.Int64
		return err
	}, `SELECT id, event_id, key, text, days, due, done_at, done_by FROM event_tasks WHERE event_id = $1 ORDER BY id`, e.ID)
	for i := range out {
		switch t := &out[i]; {
		case t.Due != "":
		case t.Days > 0:
			t.Due = Due(e.End, t.Days)
		default:
			t.Due = Due(e.Start, t.Days)
		}
	}
	slices.SortStableFunc(out, func(a, b Task) int { return strings.Compare(a.Due, b.Due) })
	return out, err
}

func insertTask(ctx context.Context, tx *db.Tx, t *Task) (err error) {
	defer errs.Wrap(&err, "events.insertTask(%d)", t.Event)
	_, err = tx.ExecContext(ctx, `INSERT INTO event_tasks (event_id, key, text, days, due) VALUES ($1, $2, $3, $4, $5)`, t.Event, t.Key, t.Text, t.Days, t.Due)
	return err
}

// AddTask adds something of the host's own to do for an event, by a day, 2026-11-22.
func (s *Service) AddTask(ctx context.Context, by, event int64, text, due string) error {
	text = web.Line(text)
	bad := errs.Fields{}
	if text == "" {
		bad.Add("task", "events.no-task")
	}
	tooLong(&bad, "task", text, MostLine)
	if _, err := time.Parse(time.DateOnly, due); err != nil {
		bad.Add("due", "web.bad-day")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		e, err := ByID(ctx, tx, event)
		if err != nil {
			return err
		}
		all, err := Tasks(ctx, tx, &e)
		if err == nil && len(all) >= MostTasks {
			err = errs.New(errs.Conflict, "events.too-many-tasks", "most", MostTasks)
		}
		if err != nil {
			return err
		}
		return insertTask(ctx, tx, &Task{Event: event, Text: text, Due: due})
	})
}

// SetDone stores whether something has been done for an event.
func (s *Service) SetDone(ctx context.Context, by, event, task int64, done bool) error {
	at, who := db.Time{}, int64(0)
	if done {
		at, who = db.At(s.Now()), by
	}
	n, err := db.Changed(s.DB.ExecContext(ctx, `UPDATE event_tasks SET done_at = $1, done_by = $2 WHERE id = $3 AND event_id = $4`, at, db.OrNull(who), task, event))
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "events.no-such-task")
	}
	return err
}

// RemoveTask takes something away that the host does not want to do.
func (s *Service) RemoveTask(ctx context.Context, event, task int64) error {
	_, err := s.DB.ExecContext(ctx, `DELETE FROM event_tasks WHERE id = $1 AND event_id = $2`, task, event)
	return err
}
