package survey

import (
	"context"
	"database/sql"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

const forgottenAtOnce = 2000 // rows of a table in one transaction

// forgetting are the tables that lose a round's rows. What stays of it: when it was, how many were asked and answered, its tree, and
// the published results.
var forgetting = []string{"survey_responses", "survey_feedbacks", "survey_invitations"}

// Forget deletes the responses, feedbacks and invitations of rounds that closed before a time and whose results are made. A round is
// marked first, so that nobody reads half of its responses; it returns how many rows went.
func (s *Service) Forget(ctx context.Context, before time.Time) (n int, err error) {
	defer errs.Wrap(&err, "survey.Forget")
	if err := s.markForgotten(ctx, before); err != nil {
		return 0, err
	}
	ids, err := db.Rows(ctx, s.DB, func(r *sql.Rows, id *int64) error { return r.Scan(id) }, `SELECT id FROM survey_rounds WHERE forgotten_at IS NOT NULL ORDER BY id`)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		for _, table := range forgetting {
			some, err := s.forgetRows(ctx, table, id)
			if n += some; err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// markForgotten marks the rounds whose time is over.
func (s *Service) markForgotten(ctx context.Context, before time.Time) error {
	type due struct {
		id   int64
		code string
	}
	all, err := db.Rows(ctx, s.DB, func(r *sql.Rows, d *due) error { return r.Scan(&d.id, &d.code) },
		`SELECT id, code FROM survey_rounds WHERE state = 'closed' AND closed_at < $1 AND forgotten_at IS NULL ORDER BY id`, db.At(before))
	if err != nil {
		return err
	}
	for _, d := range all {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			if s.Forgetting != nil {
				if may, err := s.Forgetting(ctx, tx, d.code); err != nil || !may {
					return err
				}
			}
			_, err := tx.ExecContext(ctx, `UPDATE survey_rounds SET forgotten_at = $2 WHERE id = $1`, d.id, db.At(s.Now()))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) forgetRows(ctx context.Context, table string, round int64) (n int, err error) {
	for {
		some, err := db.Changed(s.DB.ExecContext(ctx, `DELETE FROM `+table+` WHERE id IN (SELECT id FROM `+table+` WHERE round_id = $1 LIMIT $2)`, round, forgottenAtOnce))
		if n += int(some); err != nil || some < forgottenAtOnce {
			return n, err
		}
	}
}

// Forgotten tells when a round's responses were deleted; zero while they are there.
func Forgotten(ctx context.Context, q db.Q, round int64) (at time.Time, err error) {
	defer errs.Wrap(&err, "survey.Forgotten(%d)", round)
	var t db.Time
	err = q.QueryRowContext(ctx, `SELECT forgotten_at FROM survey_rounds WHERE id = $1`, round).Scan(&t)
	return t.Time, err
}
