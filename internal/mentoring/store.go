package mentoring

import (
	"context"
	"database/sql"
	"encoding/json"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

func store(ctx context.Context, q db.Q, w Wish) (err error) {
	defer errs.Wrap(&err, "mentoring.store")
	ways, err := json.Marshal(append([]string{}, w.Ways...))
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO mentoring_wishes (person_id, mentor, ways) VALUES ($1, $2, $3)
		ON CONFLICT (person_id) DO UPDATE SET mentor = excluded.mentor, ways = excluded.ways`, w.PersonID, w.Mentor, string(ways))
	return err
}

func forget(ctx context.Context, q db.Q, personID int64) (err error) {
	defer errs.Wrap(&err, "mentoring.forget")
	_, err = q.ExecContext(ctx, `DELETE FROM mentoring_wishes WHERE person_id = $1`, personID)
	return err
}

func wishOf(ctx context.Context, q db.Q, personID int64) (w Wish, has bool, err error) {
	all, err := read(ctx, q, ` WHERE person_id = $1`, personID)
	if err != nil || len(all) == 0 {
		return w, false, err
	}
	return all[0], true, nil
}

// wishes are all wishes, in the order of the people's numbers.
func wishes(ctx context.Context, q db.Q) ([]Wish, error) { return read(ctx, q, ` ORDER BY person_id`) }

func read(ctx context.Context, q db.Q, rest string, args ...any) (_ []Wish, err error) {
	defer errs.Wrap(&err, "mentoring.read")
	return db.Rows(ctx, q, func(r *sql.Rows, w *Wish) error {
		var ways string
		if err := r.Scan(&w.PersonID, &w.Mentor, &ways); err != nil {
			return err
		}
		return json.Unmarshal([]byte(ways), &w.Ways)
	}, `SELECT person_id, mentor, ways FROM mentoring_wishes`+rest, args...)
}
