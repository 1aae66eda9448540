package asking

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

func null(id int64) sql.NullInt64 { return sql.NullInt64{Int64: id, Valid: id != 0} }

// insertRequest adds a request and sets its ID. It reports false when its form has become one already.
func insertRequest(ctx context.Context, tx *db.Tx, r *Request, sentAs string) (made bool, err error) {
	defer errs.Wrap(&err, "asking.insertRequest")
	r.Version = 1
	err = tx.QueryRowContext(ctx, `INSERT INTO mentoring_requests (asked_by, unit_id, area, service_id, way, wanted, text, sent_as, asked_at, state, level, minutes, answer, said, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '', $12, 1) ON CONFLICT (sent_as) DO NOTHING RETURNING id`,
		r.By, r.Unit, r.Area, null(r.Service), r.Way, r.When, r.Text, sentAs, db.At(r.Asked), r.State, r.Level, false).Scan(&r.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// updateRequest stores a request unless somebody else has changed it since it was read.
func updateRequest(ctx context.Context, tx *db.Tx, r *Request) (err error) {
	defer errs.Wrap(&err, "asking.updateRequest(%d)", r.ID)
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE mentoring_requests SET unit_id = $1, state = $2, level = $3, due_at = $4, mentor_id = $5, minutes = $6,
		answer = $7, said = $8, closed_at = $9, version = version + 1 WHERE id = $10 AND version = $11`,
		r.Unit, r.State, r.Level, db.At(r.Due), null(r.Mentor), r.Minutes, r.Answer, r.Said, db.At(r.Closed), r.ID, r.Version))
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "asking.changed")
	}
	r.Version++
	return err
}

func insertTurn(ctx context.Context, tx *db.Tx, t *Turn) (err error) {
	defer errs.Wrap(&err, "asking.insertTurn(%d)", t.Request)
	return tx.QueryRowContext(ctx, `INSERT INTO mentoring_request_turns (request_id, level, mentor_id, person_id, at, how, why) VALUES ($1, $2, $3, $4, $5, '', '') RETURNING id`,
		t.Request, t.Level, null(t.Mentor), t.Person, db.At(t.At)).Scan(&t.ID)
}

func updateTurn(ctx context.Context, tx *db.Tx, t *Turn) (err error) {
	defer errs.Wrap(&err, "asking.updateTurn(%d)", t.ID)
	_, err = tx.ExecContext(ctx, `UPDATE mentoring_request_turns SET over_at = $1, how = $2, why = $3 WHERE id = $4`, db.At(t.Over), t.How, t.Why, t.ID)
	return err
}

// waitingUnits counts the requests that have come to the coordinator, by unit.
func waitingUnits(ctx context.Context, q db.Q) (_ map[int64]int, err error) {
	defer errs.Wrap(&err, "asking.waitingUnits")
	return counted[int64](ctx, q, `SELECT unit_id, count(*) FROM mentoring_requests WHERE state = 'open' AND level = $1 GROUP BY unit_id`, Coordinator)
}

// requests reads requests with their turns.
func requests(ctx context.Context, q db.Q, rest string, args ...any) (_ []Request, err error) {
	defer errs.Wrap(&err, "asking.requests")
	all, err := db.Rows(ctx, q, func(rows *sql.Rows, r *Request) error {
		var by, service, mentor sql.NullInt64
		var asked, due, closed db.Time
		err := rows.Scan(&r.ID, &by, &r.Unit, &r.Area, &service, &r.Way, &r.When, &r.Text, &asked, &r.State, &r.Level, &due, &mentor,
			&r.Minutes, &r.Answer, &r.Said, &closed, &r.Version)
		r.By, r.Service, r.Mentor = by.Int64, service.Int64, mentor.Int64
		r.Asked, r.Due, r.Closed = asked.Time, due.Time, closed.Time
		return err
	}, `SELECT r.id, r.asked_by, r.unit_id, r.area, r.service_id, r.way, r.wanted, r.text, r.asked_at, r.state, r.level, r.due_at, r.mentor_id,
		r.minutes, r.answer, r.said, r.closed_at, r.version FROM mentoring_requests r`+rest, args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	at := make(map[int64]*Request, len(all))
	for i := range all {
		at[all[i].ID] = &all[i]
	}
	turns, err := db.Rows(ctx, q, func(rows *sql.Rows, t *Turn) error {
		var mentor sql.NullInt64
		var when, over db.Time
		err := rows.Scan(&t.ID, &t.Request, &t.Level, &mentor, &t.Person, &when, &over, &t.How, &t.Why)
		t.Mentor, t.At, t.Over = mentor.Int64, when.Time, over.Time
		return err
	}, `SELECT t.id, t.request_id, t.level, t.mentor_id, t.person_id, t.at, t.over_at, t.how, t.why FROM mentoring_request_turns t
		WHERE t.request_id IN (SELECT r.id FROM mentoring_requests r`+rest+`) ORDER BY t.id`, args...)
	for _, t := range turns {
		if r := at[t.Request]; r != nil {
			r.Turns = append(r.Turns, t)
		}
	}
	return all, err
}

func requestByID(ctx context.Context, q db.Q, id int64) (Request, error) {
	all, err := requests(ctx, q, ` WHERE r.id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errNoRequest
	}
	if err != nil {
		return Request{}, err
	}
	return all[0], nil
}

func addThanks(ctx context.Context, tx *db.Tx, mentor int64, month string) (err error) {
	defer errs.Wrap(&err, "asking.addThanks(%d)", mentor)
	_, err = tx.ExecContext(ctx, `INSERT INTO mentoring_thanks (mentor_id, month, n) VALUES ($1, $2, 1)
		ON CONFLICT (mentor_id, month) DO UPDATE SET n = mentoring_thanks.n + 1`, mentor, month)
	return err
}

// eraseClosed leaves of requests that were closed before a time what figures need and nothing else.
func eraseClosed(ctx context.Context, tx *db.Tx, before time.Time) (err error) {
	defer errs.Wrap(&err, "asking.eraseClosed")
	old := `state IN ('done', 'answered', 'withdrawn') AND closed_at < $1 AND asked_by IS NOT NULL`
	if _, err := tx.ExecContext(ctx, `DELETE FROM mentoring_request_turns WHERE request_id IN (SELECT id FROM mentoring_requests WHERE `+old+`)`, db.At(before)); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE mentoring_requests SET asked_by = NULL, text = '', sent_as = NULL, mentor_id = NULL, minutes = 0, answer = '', version = version + 1
		WHERE `+old, db.At(before))
	return err
}

// counted reads numbers by a key.
func counted[K comparable](ctx context.Context, q db.Q, query string, args ...any) (map[K]int, error) {
	type pair struct {
		key K
		n   int
	}
	all, err := db.Rows(ctx, q, func(rows *sql.Rows, p *pair) error { return rows.Scan(&p.key, &p.n) }, query, args...)
	out := make(map[K]int, len(all))
	for _, p := range all {
		out[p.key] = p.n
	}
	return out, err
}
