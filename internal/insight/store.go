package insight

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/jobs"
)

// made is the row of a snapshot.
type made struct {
	job  int64
	at   time.Time // zero: not made yet
	sum  []byte
	body []byte
}

func snapshotRow(ctx context.Context, q db.Q, code string) (m made, err error) {
	defer errs.Wrap(&err, "insight.snapshotRow(%s)", code)
	var at db.Time
	err = q.QueryRowContext(ctx, `SELECT job_id, made_at, sha256, body FROM insight_snapshots WHERE round_code = $1`, code).Scan(&m.job, &at, &m.sum, &m.body)
	if errors.Is(err, sql.ErrNoRows) {
		return m, errs.New(errs.NotFound, "insight.no-result")
	}
	m.at = at.Time
	return m, err
}

// Ask makes it a job to make a round's snapshot, in the transaction that closes the round. A second wish changes nothing.
func (s *Service) Ask(ctx context.Context, tx *db.Tx, code string) (err error) {
	defer errs.Wrap(&err, "insight.Ask(%s)", code)
	n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO insight_snapshots (round_code, job_id) VALUES ($1, 0) ON CONFLICT DO NOTHING`, code))
	if err != nil || n == 0 {
		return err
	}
	if _, err := jobs.Insert(ctx, tx, s.Now(), textsJob{code}); err != nil {
		return err
	}
	id, err := jobs.Insert(ctx, tx, s.Now(), snapshotJob{code})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE insight_snapshots SET job_id = $2 WHERE round_code = $1`, code, id)
	return err
}

// keep writes a snapshot down, once.
func (s *Service) keep(ctx context.Context, code string, data []byte) (err error) {
	defer errs.Wrap(&err, "insight.keep(%s)", code)
	body, err := compressed(data)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	_, err = s.DB.ExecContext(ctx, `UPDATE insight_snapshots SET made_at = $2, sha256 = $3, body = $4 WHERE round_code = $1 AND body IS NULL`,
		code, db.At(s.Now()), sum[:], body)
	return err
}

// read opens a row's snapshot. One whose bytes are not those that were written is refused.
func (m *made) read() (*Snapshot, error) {
	data, err := plain(m.body)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); !bytes.Equal(sum[:], m.sum) {
		return nil, errors.New("insight: a snapshot is not as it was written")
	}
	return Decode(data)
}
