package insight

import (
	"context"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// Forget deletes the open answers of a round whose responses are about to be deleted, released or not. Its published figures stay. It
// reports false, and deletes nothing, while the results or the copies of the open answers are still to be made.
func Forget(ctx context.Context, tx *db.Tx, code string) (_ bool, err error) {
	defer errs.Wrap(&err, "insight.Forget(%s)", code)
	var made bool
	if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM insight_snapshots WHERE round_code = $1 AND made_at IS NOT NULL AND texts_at IS NOT NULL)`, code).Scan(&made); err != nil || !made {
		return false, err
	}
	for _, query := range []string{`DELETE FROM insight_texts WHERE round_code = $1`, `DELETE FROM insight_questions WHERE round_code = $1`} {
		if _, err := tx.ExecContext(ctx, query, code); err != nil {
			return false, err
		}
	}
	return true, nil
}
