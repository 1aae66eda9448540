package materials

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

func object(event int64) string { return "event:" + strconv.FormatInt(event, 10) }

const columns = `id, event_id, kind, title, lang, url, format, size, file_id, source_id`

func scan(r *sql.Rows, m *Material) error {
	var file, source sql.NullInt64
	err := r.Scan(&m.ID, &m.Event, &m.Kind, &m.Title, &m.Lang, &m.URL, &m.Format, &m.Size, &file, &source)
	m.file, m.Source = file.Int64, source.Int64
	return err
}

// Of returns the materials of an event in the order in which they were added.
func Of(ctx context.Context, q db.Q, event int64) (_ []Material, err error) {
	defer errs.Wrap(&err, "materials.Of(%d)", event)
	return db.Rows(ctx, q, scan, `SELECT `+columns+` FROM event_materials WHERE event_id = $1 ORDER BY id`, event)
}

// one is a material of an event; errs.NotFound when there is none.
func one(ctx context.Context, q db.Q, event, id int64) (m Material, err error) {
	all, err := db.Rows(ctx, q, scan, `SELECT `+columns+` FROM event_materials WHERE event_id = $1 AND id = $2`, event, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "materials.none")
	}
	if err != nil {
		return m, err
	}
	return all[0], nil
}

// data is the content of a material's file.
func data(ctx context.Context, q db.Q, m *Material) (b []byte, err error) {
	err = q.QueryRowContext(ctx, `SELECT data FROM event_files WHERE id = $1`, m.file).Scan(&b)
	return b, err
}

// room makes an event's materials n more, unless they become too many.
func room(ctx context.Context, tx *db.Tx, event int64, n int) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO event_shelves (event_id, n) VALUES ($1, 0) ON CONFLICT DO NOTHING`, event); err != nil {
		return err
	}
	got, err := db.Changed(tx.ExecContext(ctx, `UPDATE event_shelves SET n = n + $1 WHERE event_id = $2 AND n + $1 <= $3`, n, event, Most))
	if err == nil && got == 0 {
		err = errs.Fault("title", "materials.too-many", "most", Most)
	}
	return err
}

func insert(ctx context.Context, tx *db.Tx, m *Material, now time.Time) (id int64, err error) {
	defer errs.Wrap(&err, "materials.insert")
	if m.Kind == File && m.file == 0 {
		if err := tx.QueryRowContext(ctx, `INSERT INTO event_files (data) VALUES ($1) RETURNING id`, m.Data).Scan(&m.file); err != nil {
			return 0, err
		}
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO event_materials (event_id, kind, title, lang, url, format, size, file_id, source_id, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`, m.Event, m.Kind, m.Title, m.Lang, m.URL, m.Format, m.Size,
		db.OrNull(m.file), db.OrNull(m.Source), db.At(now)).Scan(&id)
	return id, err
}

// remove takes a material away, and its file when no other run has it.
func remove(ctx context.Context, tx *db.Tx, event, id int64) (err error) {
	defer errs.Wrap(&err, "materials.remove(%d)", id)
	m, err := one(ctx, tx, event, id)
	if err != nil {
		return err
	}
	n, err := db.Changed(tx.ExecContext(ctx, `DELETE FROM event_materials WHERE id = $1`, id))
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "materials.none")
	}
	if err != nil {
		return err
	}
	for _, x := range []struct {
		stmt string
		arg  int64
	}{
		{`UPDATE event_shelves SET n = n - 1 WHERE event_id = $1`, event},
		{`DELETE FROM event_files WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM event_materials WHERE file_id = event_files.id)`, m.file},
	} {
		if _, err := tx.ExecContext(ctx, x.stmt, x.arg); err != nil {
			return err
		}
	}
	return nil
}

// toldAt is when people were told of an event's materials; the zero time when they were not.
func toldAt(ctx context.Context, q db.Q, event int64) (time.Time, error) {
	all, err := db.Rows(ctx, q, func(r *sql.Rows, t *db.Time) error { return r.Scan(t) }, `SELECT told_at FROM event_shelves WHERE event_id = $1`, event)
	if err != nil || len(all) == 0 {
		return time.Time{}, err
	}
	return all[0].Time, nil
}

// letter is a mail about materials that has been asked for.
type letter struct {
	id, event, person int64
	email, lang       string
}

func letterByID(ctx context.Context, q db.Q, id int64) (x letter, err error) {
	all, err := db.Rows(ctx, q, func(r *sql.Rows, x *letter) error {
		var person sql.NullInt64
		err := r.Scan(&x.id, &x.event, &person, &x.email, &x.lang)
		x.person = person.Int64
		return err
	}, `SELECT id, event_id, person_id, email, lang FROM event_material_letters WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "materials.none")
	}
	if err != nil {
		return x, err
	}
	return all[0], nil
}
