package asking

import (
	"context"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
)

// Erasers are the requests of a person, of which no more is left than of those that were closed long ago, and their own words of why
// they could not help with another's.
func (s *Service) Erasers() []people.Eraser {
	return []people.Eraser{
		{Name: "requests", Erase: s.eraseRequests, Count: func(ctx context.Context, q db.Q, id int64) (n int, err error) {
			err = q.QueryRowContext(ctx, `SELECT count(*) FROM mentoring_requests WHERE asked_by = $1`, id).Scan(&n)
			return n, err
		}},
		people.EraserSQL("reasons", false, `SELECT count(*) FROM mentoring_request_turns WHERE why <> '' AND person_id = $1`,
			`UPDATE mentoring_request_turns SET why = '' WHERE why <> '' AND person_id = $1`),
	}
}

// eraseRequests withdraws the requests of a person that still wait for help, and forgets what all of them said.
func (s *Service) eraseRequests(ctx context.Context, tx *db.Tx, person int64) (err error) {
	defer errs.Wrap(&err, "asking.eraseRequests(%d)", person)
	if _, err := tx.ExecContext(ctx, `UPDATE mentoring_requests SET state = 'withdrawn', closed_at = $2, due_at = NULL WHERE asked_by = $1 AND state IN ('open', 'taken')`,
		person, db.At(s.Now())); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM mentoring_request_turns WHERE request_id IN (SELECT id FROM mentoring_requests WHERE asked_by = $1)`, person); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE mentoring_requests SET asked_by = NULL, text = '', sent_as = NULL, mentor_id = NULL, minutes = 0, answer = '', version = version + 1
		WHERE asked_by = $1`, person)
	return err
}
