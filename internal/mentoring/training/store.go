package training

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

func readPaths(ctx context.Context, q db.Q, rest string, args ...any) (_ []Path, err error) {
	defer errs.Wrap(&err, "training.readPaths")
	return db.Rows(ctx, q, func(r *sql.Rows, p *Path) error {
		var steps string
		var at db.Time
		var by sql.NullInt64
		if err := r.Scan(&p.Version, &steps, &p.Activates, &p.Changes, &at, &by); err != nil {
			return err
		}
		p.Published, p.By = at.Time, by.Int64
		return json.Unmarshal([]byte(steps), &p.Steps)
	}, `SELECT version, steps, activates, changes, published_at, person_id FROM training_paths`+rest, args...)
}

// insertPath adds a version; one with its number that is there already stays.
func insertPath(ctx context.Context, tx *db.Tx, p *Path) (err error) {
	defer errs.Wrap(&err, "training.insertPath(%d)", p.Version)
	steps, err := encodeSteps(p.Steps)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO training_paths (version, steps, activates, changes, published_at, person_id)
		VALUES ($1, $2, $3, 1, $4, $5) ON CONFLICT DO NOTHING`, p.Version, steps, p.Activates, db.At(p.Published), id(p.By))
	return err
}

// updatePath stores a draft unless it has been changed, or published, since it was read.
func updatePath(ctx context.Context, tx *db.Tx, p *Path) (err error) {
	defer errs.Wrap(&err, "training.updatePath(%d)", p.Version)
	steps, err := encodeSteps(p.Steps)
	if err != nil {
		return err
	}
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE training_paths SET steps = $1, activates = $2, changes = changes + 1, published_at = $3, person_id = $4
		WHERE version = $5 AND changes = $6 AND published_at IS NULL`, steps, p.Activates, db.At(p.Published), id(p.By), p.Version, p.Changes))
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "training.changed")
	}
	return err
}

// id is a person's id for the database, NULL for the platform itself.
func id(person int64) sql.NullInt64 { return sql.NullInt64{Int64: person, Valid: person != 0} }

func readWalks(ctx context.Context, q db.Q, rest string, args ...any) (_ map[int64]walkRow, err error) {
	defer errs.Wrap(&err, "training.readWalks")
	all, err := db.Rows(ctx, q, func(r *sql.Rows, w *walkRow) error {
		var begun, done db.Time
		err := r.Scan(&w.mentor, &w.version, &begun, &done)
		w.begun, w.done = begun.Time, done.Time
		return err
	}, `SELECT mentor_id, version, begun_at, done_at FROM training_walks`+rest, args...)
	out := make(map[int64]walkRow, len(all))
	for _, w := range all {
		out[w.mentor] = w
	}
	return out, err
}

func readDone(ctx context.Context, q db.Q, rest string, args ...any) (_ map[int64]map[string]Done, err error) {
	defer errs.Wrap(&err, "training.readDone")
	type row struct {
		mentor int64
		step   string
		Done
	}
	all, err := db.Rows(ctx, q, func(r *sql.Rows, x *row) error {
		var at db.Time
		var by sql.NullInt64
		err := r.Scan(&x.mentor, &x.step, &at, &by)
		x.At, x.By = at.Time, by.Int64
		return err
	}, `SELECT mentor_id, step, at, person_id FROM training_done`+rest, args...)
	out := map[int64]map[string]Done{}
	for _, x := range all {
		if out[x.mentor] == nil {
			out[x.mentor] = map[string]Done{}
		}
		out[x.mentor][x.step] = x.Done
	}
	return out, err
}

func insertWalk(ctx context.Context, tx *db.Tx, w walkRow) (err error) {
	defer errs.Wrap(&err, "training.insertWalk(%d)", w.mentor)
	_, err = tx.ExecContext(ctx, `INSERT INTO training_walks (mentor_id, version, begun_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, w.mentor, w.version, db.At(w.begun))
	return err
}

func updateVersion(ctx context.Context, tx *db.Tx, mentor int64, version int) (err error) {
	defer errs.Wrap(&err, "training.updateVersion(%d)", mentor)
	_, err = tx.ExecContext(ctx, `UPDATE training_walks SET version = $1 WHERE mentor_id = $2`, version, mentor)
	return err
}

// finish notes when the last step was done. It reports false when that stood there already.
func finish(ctx context.Context, tx *db.Tx, mentor int64, at db.Time) (first bool, err error) {
	defer errs.Wrap(&err, "training.finish(%d)", mentor)
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE training_walks SET done_at = $1 WHERE mentor_id = $2 AND done_at IS NULL`, at, mentor))
	return n > 0, err
}

func insertDone(ctx context.Context, tx *db.Tx, mentor int64, step string, d Done) (err error) {
	defer errs.Wrap(&err, "training.insertDone(%d)", mentor)
	_, err = tx.ExecContext(ctx, `INSERT INTO training_done (mentor_id, step, at, person_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		mentor, step, db.At(d.At), id(d.By))
	return err
}

const badgeColumns = `id, serial, mentor_id, place, lang, issued_at, person_id, token, document, shown, revoked_at, why`

// readBadges reads badges, without what was signed unless whole.
func readBadges(ctx context.Context, q db.Q, whole bool, rest string, args ...any) (_ []Badge, err error) {
	defer errs.Wrap(&err, "training.readBadges")
	columns := badgeColumns
	if !whole {
		columns = `id, serial, mentor_id, place, lang, issued_at, person_id, '', '', shown, revoked_at, why`
	}
	return db.Rows(ctx, q, func(r *sql.Rows, b *Badge) error {
		var issued, revoked db.Time
		var by sql.NullInt64
		err := r.Scan(&b.ID, &b.Serial, &b.Mentor, &b.place, &b.Lang, &issued, &by, &b.Token, &b.Document, &b.Shown, &revoked, &b.Why)
		b.Issued, b.Revoked, b.By = issued.Time, revoked.Time, by.Int64
		return err
	}, `SELECT `+columns+` FROM training_badges`+rest, args...)
}

// insertBadge adds a badge and sets its ID, unless the mentor holds one that is not revoked, or its place or serial is taken.
func insertBadge(ctx context.Context, tx *db.Tx, b *Badge) (made bool, err error) {
	defer errs.Wrap(&err, "training.insertBadge(%d)", b.Mentor)
	err = tx.QueryRowContext(ctx, `INSERT INTO training_badges (serial, mentor_id, place, lang, issued_at, person_id, token, document, shown, why)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, FALSE, '') ON CONFLICT DO NOTHING RETURNING id`,
		b.Serial, b.Mentor, b.place, b.Lang, db.At(b.Issued), id(b.By), b.Token, b.Document).Scan(&b.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func updateShown(ctx context.Context, q db.Q, badge int64, shown bool) (err error) {
	defer errs.Wrap(&err, "training.updateShown(%d)", badge)
	_, err = q.ExecContext(ctx, `UPDATE training_badges SET shown = $1 WHERE id = $2`, shown, badge)
	return err
}

// updateRevoked takes a badge back; it reports false when that had been done already.
func updateRevoked(ctx context.Context, tx *db.Tx, badge int64, at db.Time, by int64, why string) (done bool, err error) {
	defer errs.Wrap(&err, "training.updateRevoked(%d)", badge)
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE training_badges SET revoked_at = $1, revoked_by = $2, why = $3 WHERE id = $4 AND revoked_at IS NULL`, at, id(by), why, badge))
	return n > 0, err
}

// places are the places of the status list: those that are taken, and those of badges that were taken back.
func places(ctx context.Context, q db.Q) (used map[int]bool, revoked []int, err error) {
	defer errs.Wrap(&err, "training.places")
	type row struct {
		place int
		gone  bool
	}
	all, err := db.Rows(ctx, q, func(r *sql.Rows, x *row) error { return r.Scan(&x.place, &x.gone) },
		`SELECT place, revoked_at IS NOT NULL FROM training_badges ORDER BY place`)
	used = make(map[int]bool, len(all))
	for _, x := range all {
		used[x.place] = true
		if x.gone {
			revoked = append(revoked, x.place)
		}
	}
	return used, revoked, err
}
