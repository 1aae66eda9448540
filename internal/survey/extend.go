package survey

import (
	"context"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/people"
)

// ExtendRound gives an open round another closing time, which must be in the future. By is the person who does it, 0 the
// operator.
func (s *Service) ExtendRound(ctx context.Context, id, by int64, closes time.Time) (err error) {
	defer errs.Wrap(&err, "survey.ExtendRound(%d)", id)
	now := s.Now()
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		r, err := RoundByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !closes.After(now) || !closes.After(r.OpensAt) {
			return errs.New(errs.Invalid, "survey.extend-past")
		}
		n, err := db.Changed(tx.ExecContext(ctx, `UPDATE survey_rounds SET closes_at = $2 WHERE id = $1 AND state = 'open' AND (closes_at IS NULL OR closes_at > $3)`,
			id, db.At(closes), db.At(now)))
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "survey.not-open")
		}
		return people.Audit(ctx, tx, now, by, "round.extend", "round:"+r.Code, people.Detail("from", logTime(r.ClosesAt), "to", logTime(closes)))
	})
}

// logTime is a time as the log tells it in every language.
func logTime(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(i18n.Zone()).Format("2006-01-02 15:04")
}
