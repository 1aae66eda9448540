package calendar

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

func putFeed(ctx context.Context, tx *db.Tx, person int64, hash []byte, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO calendar_feeds (person_id, hash, made_at) VALUES ($1, $2, $3)
		ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, made_at = excluded.made_at`, person, hash, db.At(now))
	return err
}

func dropFeed(ctx context.Context, tx *db.Tx, person int64) (int64, error) {
	return db.Changed(tx.ExecContext(ctx, `DELETE FROM calendar_feeds WHERE person_id = $1`, person))
}

// madeOf tells when a person's feed was made; zero when they have none.
func madeOf(ctx context.Context, q db.Q, person int64) (_ time.Time, err error) {
	defer errs.Wrap(&err, "calendar.madeOf(%d)", person)
	var at db.Time
	err = q.QueryRowContext(ctx, `SELECT made_at FROM calendar_feeds WHERE person_id = $1`, person).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return at.Time, err
}

// ownerOf is whose feed a secret opens; errs.NotFound when it opens none.
func ownerOf(ctx context.Context, q db.Q, hash []byte) (person int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT person_id FROM calendar_feeds WHERE hash = $1`, hash).Scan(&person)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, errs.Because(err, errs.NotFound, "calendar.no-feed")
	}
	errs.Wrap(&err, "calendar.ownerOf")
	return person, err
}
