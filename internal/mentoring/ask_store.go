package mentoring

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// insertAsk notes that a supervisor is asked; made is false when that is noted already.
func insertAsk(ctx context.Context, tx *db.Tx, mentor, person int64, n int, at time.Time) (id int64, made bool, err error) {
	defer errs.Wrap(&err, "mentoring.insertAsk(%d)", mentor)
	err = tx.QueryRowContext(ctx, `INSERT INTO mentoring_asks (mentor_id, person_id, n, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING RETURNING id`, mentor, person, n, db.At(at)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return id, err == nil, err
}

// askings tell how the supervisors of each candidate have been asked, by mentor.
func askings(ctx context.Context, q db.Q) (_ map[int64]asking, err error) {
	defer errs.Wrap(&err, "mentoring.askings")
	type row struct {
		mentor int64
		asking
	}
	all, err := db.Rows(ctx, q, func(r *sql.Rows, x *row) error {
		var last db.Time
		err := r.Scan(&x.mentor, &x.rounds, &last)
		x.rounds, x.last = x.rounds+1, last.Time
		return err
	}, `SELECT mentor_id, max(n), max(at) FROM mentoring_asks GROUP BY mentor_id`)
	out := make(map[int64]asking, len(all))
	for _, x := range all {
		out[x.mentor] = x.asking
	}
	return out, err
}

// askByID returns whom a mail is about, to whom it goes and which in the row it is, from 0.
func askByID(ctx context.Context, q db.Q, id int64) (mentor, person int64, n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT mentor_id, person_id, n FROM mentoring_asks WHERE id = $1`, id).Scan(&mentor, &person, &n)
	if errors.Is(err, sql.ErrNoRows) {
		err = errs.Because(err, errs.NotFound, "mentoring.no-mentor")
	}
	errs.Wrap(&err, "mentoring.askByID(%d)", id)
	return mentor, person, n, err
}

// forgetAsks forgets who was asked about a mentor: whoever comes forward again is asked about anew.
func forgetAsks(ctx context.Context, tx *db.Tx, mentor int64) (err error) {
	defer errs.Wrap(&err, "mentoring.forgetAsks(%d)", mentor)
	_, err = tx.ExecContext(ctx, `DELETE FROM mentoring_asks WHERE mentor_id = $1`, mentor)
	return err
}

// pruneAsks forgets who was asked about those who have had their answer.
func pruneAsks(ctx context.Context, q db.Q) (err error) {
	defer errs.Wrap(&err, "mentoring.pruneAsks")
	_, err = q.ExecContext(ctx, `DELETE FROM mentoring_asks WHERE mentor_id IN (SELECT id FROM mentoring_mentors WHERE state <> 'candidate')`)
	return err
}
