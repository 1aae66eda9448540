package supportlog

import (
	"context"
	"database/sql"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

const (
	insertWords  = `INSERT INTO mentoring_entries (mentor_id, key, unit_id, area, service_id, way, minutes, day, note, made_at, deleted, version)`
	insertEntry  = insertWords + ` VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (mentor_id, key) DO NOTHING`
	entryColumns = `id, mentor_id, key, unit_id, area, service_id, way, minutes, day, note, made_at, version`
)

func (e *Entry) values() []any {
	service := sql.NullInt64{Int64: e.Service, Valid: e.Service != 0}
	return []any{e.Mentor, e.Key, e.Unit, e.Area, service, e.Way, e.Minutes, e.Day, e.Note, db.At(e.Made), false, 1}
}

// saveEntry stores an entry, unless the mentor has one of its key.
func saveEntry(ctx context.Context, d *db.DB, e *Entry) (err error) {
	defer errs.Wrap(&err, "supportlog.saveEntry(%d)", e.Mentor)
	_, err = d.Save(ctx, insertEntry, e.values()...)
	return err
}

// onlyEntry reports whether a mentor has one entry and no other, which is the one of this key.
func onlyEntry(ctx context.Context, q db.Q, mentor int64, key string) (only bool, err error) {
	defer errs.Wrap(&err, "supportlog.onlyEntry(%d)", mentor)
	err = q.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM mentoring_entries WHERE mentor_id = $1 AND key <> $2 AND NOT deleted)`, mentor, key).Scan(&only)
	return only, err
}

func insertEntries(ctx context.Context, d *db.DB, list []Entry) (err error) {
	defer errs.Wrap(&err, "supportlog.insertEntries")
	rows := make([][]any, len(list))
	for i := range list {
		rows[i] = list[i].values()
	}
	return d.InTx(ctx, func(tx *db.Tx) error { return tx.Insert(ctx, insertWords+` VALUES`, 12, rows) })
}

func scanEntry(r *sql.Rows, e *Entry) error {
	var service sql.NullInt64
	var made db.Time
	err := r.Scan(&e.ID, &e.Mentor, &e.Key, &e.Unit, &e.Area, &service, &e.Way, &e.Minutes, &e.Day, &e.Note, &made, &e.Version)
	e.Service, e.Made = service.Int64, made.Time
	return err
}

func entries(ctx context.Context, q db.Q, rest string, args ...any) (_ []Entry, err error) {
	defer errs.Wrap(&err, "supportlog.entries")
	return db.Rows(ctx, q, scanEntry, `SELECT `+entryColumns+` FROM mentoring_entries WHERE NOT deleted AND `+rest, args...)
}

func entryByID(ctx context.Context, q db.Q, mentor, id int64) (Entry, error) {
	all, err := entries(ctx, q, `mentor_id = $1 AND id = $2`, mentor, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "supportlog.no-entry")
	}
	if err != nil {
		return Entry{}, err
	}
	return all[0], nil
}

// lastEntry is what a mentor made last; has is false when there is nothing.
func lastEntry(ctx context.Context, q db.Q, mentor int64) (e Entry, has bool, err error) {
	all, err := entries(ctx, q, `mentor_id = $1 ORDER BY made_at DESC, id DESC LIMIT 1`, mentor)
	if err != nil || len(all) == 0 {
		return e, false, err
	}
	return all[0], true, nil
}

func updateEntry(ctx context.Context, d *db.DB, e *Entry) (err error) {
	defer errs.Wrap(&err, "supportlog.updateEntry(%d)", e.ID)
	v := e.values()
	n, err := d.Save(ctx, `UPDATE mentoring_entries SET unit_id = $1, area = $2, service_id = $3, way = $4, minutes = $5, day = $6, note = $7, version = version + 1
		WHERE id = $8 AND version = $9 AND NOT deleted`, v[2], v[3], v[4], v[5], v[6], v[7], v[8], e.ID, e.Version)
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "supportlog.changed")
	}
	return err
}

func emptyEntry(ctx context.Context, d *db.DB, id int64) (err error) {
	defer errs.Wrap(&err, "supportlog.emptyEntry(%d)", id)
	_, err = d.Save(ctx, `UPDATE mentoring_entries SET deleted = $1, minutes = 0, note = '', service_id = NULL, version = version + 1 WHERE id = $2`, true, id)
	return err
}

// MinutesOf is how many minutes of support a mentor has written down from one day to another, both included.
func (s *Service) MinutesOf(ctx context.Context, mentor int64, from, to string) (n int, err error) {
	defer errs.Wrap(&err, "supportlog.MinutesOf(%d)", mentor)
	err = s.DB.QueryRowContext(ctx, `SELECT coalesce(sum(minutes), 0) FROM mentoring_entries WHERE mentor_id = $1 AND day >= $2 AND day <= $3 AND NOT deleted`,
		mentor, from, to).Scan(&n)
	return n, err
}

// HasEntry reports whether a mentor has logged a support.
func (s *Service) HasEntry(ctx context.Context, mentor int64) (has bool, err error) {
	defer errs.Wrap(&err, "supportlog.HasEntry(%d)", mentor)
	n := 0
	err = s.DB.QueryRowContext(ctx, `SELECT count(*) FROM mentoring_entries WHERE mentor_id = $1 AND NOT deleted`, mentor).Scan(&n)
	return n > 0, err
}

// HelpedSince are the mentors with an entry of a day, 2026-11-22, or a later one, for who must see who has gone quiet.
func (s *Service) HelpedSince(ctx context.Context, day string) (_ map[int64]bool, err error) {
	defer errs.Wrap(&err, "supportlog.HelpedSince")
	all, err := db.Rows(ctx, s.DB, func(r *sql.Rows, id *int64) error { return r.Scan(id) },
		`SELECT DISTINCT mentor_id FROM mentoring_entries WHERE day >= $1 AND NOT deleted`, day)
	out := make(map[int64]bool, len(all))
	for _, id := range all {
		out[id] = true
	}
	return out, err
}

// minutesByDay are the minutes of a mentor on each day from one on.
func minutesByDay(ctx context.Context, q db.Q, mentor int64, from string) (_ map[string]int, err error) {
	defer errs.Wrap(&err, "supportlog.minutesByDay(%d)", mentor)
	type one struct {
		day string
		n   int
	}
	all, err := db.Rows(ctx, q, func(r *sql.Rows, x *one) error { return r.Scan(&x.day, &x.n) },
		`SELECT day, sum(minutes) FROM mentoring_entries WHERE mentor_id = $1 AND day >= $2 AND NOT deleted GROUP BY day`, mentor, from)
	out := make(map[string]int, len(all))
	for _, x := range all {
		out[x.day] = x.n
	}
	return out, err
}

// work is what a mentor did for a unit on a theme.
type work struct {
	mentor, unit int64
	area         string
	minutes      int
}

func workOf(ctx context.Context, q db.Q, from, to string) (_ []work, err error) {
	defer errs.Wrap(&err, "supportlog.workOf(%s)", from)
	return db.Rows(ctx, q, func(r *sql.Rows, w *work) error { return r.Scan(&w.mentor, &w.unit, &w.area, &w.minutes) },
		`SELECT mentor_id, unit_id, area, sum(minutes) FROM mentoring_entries WHERE day >= $1 AND day <= $2 AND NOT deleted
		GROUP BY mentor_id, unit_id, area ORDER BY mentor_id, unit_id, area`, from, to)
}

// firstDay is the day of the oldest entry, "" when there is none.
func firstDay(ctx context.Context, q db.Q) (string, error) {
	var day sql.NullString
	err := q.QueryRowContext(ctx, `SELECT min(day) FROM mentoring_entries WHERE NOT deleted`).Scan(&day)
	return day.String, err
}

func deleteOld(ctx context.Context, d *db.DB, before string, emptied time.Time) (err error) {
	defer errs.Wrap(&err, "supportlog.deleteOld(%s)", before)
	_, err = d.ExecContext(ctx, `DELETE FROM mentoring_entries WHERE day < $1 OR deleted AND made_at < $2`, before, db.At(emptied))
	return err
}
