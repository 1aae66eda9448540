package feedback

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
)

func number(id int64) string { return strconv.FormatInt(id, 10) }

// noteDevice stores that a device has answered, and reports whether it is the first time.
func noteDevice(ctx context.Context, tx *db.Tx, event int64, trace string) (bool, error) {
	n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO event_feedback_devices (event_id, device) VALUES ($1, $2) ON CONFLICT DO NOTHING`, event, trace))
	return n > 0, err
}

// given reports whether a device has answered.
func given(ctx context.Context, q db.Q, event int64, trace string) (yes bool, err error) {
	defer errs.Wrap(&err, "feedback.given(%d)", event)
	var n int
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM event_feedback_devices WHERE event_id = $1 AND device = $2`, event, trace).Scan(&n)
	return n > 0, err
}

// count counts one more answer that waits. It holds the event's row until the transaction ends, so that two answers do not both
// believe that they are the fifth, or neither.
func count(ctx context.Context, tx *db.Tx, event int64) (waiting, told int, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO event_feedback (event_id, waiting, told) VALUES ($1, 1, 0)
		ON CONFLICT (event_id) DO UPDATE SET waiting = event_feedback.waiting + 1 RETURNING waiting, told`, event).Scan(&waiting, &told)
	return waiting, told, err
}

func insertWaiting(ctx context.Context, tx *db.Tx, event int64, a Answer) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO event_feedback_waiting (id, event_id, useful, keep_text, change_text, next_text) VALUES ($1, $2, $3, $4, $5, $6)`,
		db.RandomID(), event, a.Useful, a.Keep, a.Change, a.Next)
	return err
}

// takeWaiting reads and removes the answers of an event that wait.
func takeWaiting(ctx context.Context, tx *db.Tx, event int64) ([]Answer, error) {
	all, err := db.Rows(ctx, tx, func(r *sql.Rows, a *Answer) error { return r.Scan(&a.Useful, &a.Keep, &a.Change, &a.Next) },
		`SELECT useful, keep_text, change_text, next_text FROM event_feedback_waiting WHERE event_id = $1`, event)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM event_feedback_waiting WHERE event_id = $1`, event); err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE event_feedback SET waiting = 0, told = told + $1 WHERE event_id = $2`, len(all), event)
	return all, err
}

func addCounts(ctx context.Context, tx *db.Tx, event int64, c Counts) error {
	for useful, n := range c {
		if n == 0 {
			continue
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO event_feedback_counts (event_id, useful, n) VALUES ($1, $2, $3)
			ON CONFLICT (event_id, useful) DO UPDATE SET n = event_feedback_counts.n + excluded.n`, event, useful, n); err != nil {
			return err
		}
	}
	return nil
}

func insertComments(ctx context.Context, tx *db.Tx, event int64, all []Comment) error {
	rows := make([][]any, len(all))
	for i, c := range all {
		rows[i] = []any{c.ID, event, string(c.Question), c.Text, ""}
	}
	return tx.Insert(ctx, `INSERT INTO event_feedback_comments (id, event_id, question, text, hidden) VALUES`, 5, rows)
}

// countsOf are the answers that are told of some events.
func countsOf(ctx context.Context, q db.Q, ids []int64) (_ map[int64]*Counts, err error) {
	defer errs.Wrap(&err, "feedback.countsOf")
	out := map[int64]*Counts{}
	for part := range slices.Chunk(ids, db.MostIn) {
		list, args := db.In(0, part)
		type row struct {
			event     int64
			useful, n int
		}
		all, err := db.Rows(ctx, q, func(r *sql.Rows, x *row) error { return r.Scan(&x.event, &x.useful, &x.n) },
			`SELECT event_id, useful, n FROM event_feedback_counts WHERE event_id IN `+list, args...)
		if err != nil {
			return nil, err
		}
		for _, x := range all {
			if out[x.event] == nil {
				out[x.event] = &Counts{}
			}
			out[x.event][x.useful] = x.n
		}
	}
	return out, nil
}

// commentsOf are the comments of an event in their random order.
func commentsOf(ctx context.Context, q db.Q, event int64) (_ []Comment, err error) {
	defer errs.Wrap(&err, "feedback.commentsOf(%d)", event)
	return db.Rows(ctx, q, func(r *sql.Rows, c *Comment) error {
		var theme sql.NullInt64
		err := r.Scan(&c.ID, &c.Question, &c.Text, &theme, &c.Hidden)
		c.Theme = theme.Int64
		return err
	}, `SELECT id, question, text, theme_id, hidden FROM event_feedback_comments WHERE event_id = $1 ORDER BY id`, event)
}

// themesOf are the groups of an event's comments, in the order in which hosts made them, with how many comments are in each.
func themesOf(ctx context.Context, q db.Q, event int64) (_ []Theme, err error) {
	defer errs.Wrap(&err, "feedback.themesOf(%d)", event)
	return db.Rows(ctx, q, func(r *sql.Rows, t *Theme) error { return r.Scan(&t.ID, &t.Name, &t.N) },
		`SELECT t.id, t.name, count(c.id) FROM event_feedback_themes t LEFT JOIN event_feedback_comments c ON c.theme_id = t.id AND c.hidden = ''
		WHERE t.event_id = $1 GROUP BY t.id, t.name ORDER BY t.id`, event)
}

func insertTheme(ctx context.Context, tx *db.Tx, event int64, name string) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO event_feedback_themes (event_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id`, event, name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, errs.Fault("theme", "feedback.theme-there")
	}
	return id, err
}

func removeTheme(ctx context.Context, tx *db.Tx, event, id int64) error {
	for _, stmt := range []string{`UPDATE event_feedback_comments SET theme_id = NULL WHERE event_id = $1 AND theme_id = $2`,
		`DELETE FROM event_feedback_themes WHERE event_id = $1 AND id = $2`} {
		if _, err := tx.ExecContext(ctx, stmt, event, id); err != nil {
			return err
		}
	}
	return nil
}

// setTheme puts a comment of an event into one of its groups, 0 for none. A group that was removed meanwhile changes nothing.
func setTheme(ctx context.Context, tx *db.Tx, event, comment, theme int64) error {
	if theme == 0 {
		_, err := tx.ExecContext(ctx, `UPDATE event_feedback_comments SET theme_id = NULL WHERE id = $1 AND event_id = $2`, comment, event)
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE event_feedback_comments SET theme_id = (SELECT id FROM event_feedback_themes WHERE id = $1 AND event_id = $2)
		WHERE id = $3 AND event_id = $2`, theme, event, comment)
	return err
}

// hideComment takes a comment's text away, and reports whether it was there.
func hideComment(ctx context.Context, tx *db.Tx, event, comment int64, why string) (bool, error) {
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE event_feedback_comments SET text = '', theme_id = NULL, hidden = $1 WHERE id = $2 AND event_id = $3 AND hidden = ''`,
		why, comment, event))
	return n > 0, err
}

// changesOf is what the hosts of an event change; the zero one when nothing is written.
func changesOf(ctx context.Context, q db.Q, event int64) (c Changes, err error) {
	defer errs.Wrap(&err, "feedback.changesOf(%d)", event)
	err = q.QueryRowContext(ctx, `SELECT text, published, version FROM event_feedback_changes WHERE event_id = $1`, event).Scan(&c.Text, &c.Published, &c.Version)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return c, err
}

// storeChanges writes what the hosts change, unless somebody else has since it was read.
func storeChanges(ctx context.Context, tx *db.Tx, event int64, c Changes) error {
	stmt := `UPDATE event_feedback_changes SET text = $2, published = $3, version = $4 + 1 WHERE event_id = $1 AND version = $4`
	if c.Version == 0 {
		stmt = `INSERT INTO event_feedback_changes (event_id, text, published, version) VALUES ($1, $2, $3, $4 + 1) ON CONFLICT DO NOTHING`
	}
	n, err := db.Changed(tx.ExecContext(ctx, stmt, event, c.Text, c.Published, c.Version))
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "feedback.changed")
	}
	return err
}

// noteAsked stores that people are asked about an event, and reports whether it is the first time.
func noteAsked(ctx context.Context, tx *db.Tx, event int64) (bool, error) {
	n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO event_feedback_asked (event_id) VALUES ($1) ON CONFLICT DO NOTHING`, event))
	return n > 0, err
}

// insertLetter adds a mail to somebody; 0 when one to the same address is there.
func insertLetter(ctx context.Context, tx *db.Tx, event int64, to events.Recipient) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO event_feedback_letters (event_id, address, lang) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id`,
		event, to.Email, to.Lang).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

func letterByID(ctx context.Context, q db.Q, id int64) (event int64, address, lang string, err error) {
	err = q.QueryRowContext(ctx, `SELECT event_id, address, lang FROM event_feedback_letters WHERE id = $1`, id).Scan(&event, &address, &lang)
	if errors.Is(err, sql.ErrNoRows) {
		err = errs.New(errs.NotFound, "feedback.not-open")
	}
	return event, address, lang, err
}

// unswept are the events of which something is kept that goes when feedback closes.
func unswept(ctx context.Context, q db.Q) ([]int64, error) {
	return db.Rows(ctx, q, func(r *sql.Rows, id *int64) error { return r.Scan(id) },
		`SELECT event_id FROM event_feedback_devices UNION SELECT event_id FROM event_feedback_letters ORDER BY event_id`)
}

// sweep removes of an event what goes when feedback closes.
func sweep(ctx context.Context, tx *db.Tx, event int64) error {
	for _, stmt := range []string{`DELETE FROM event_feedback_waiting WHERE event_id = $1`, `DELETE FROM event_feedback_devices WHERE event_id = $1`,
		`DELETE FROM event_feedback_letters WHERE event_id = $1`, `UPDATE event_feedback SET waiting = 0 WHERE event_id = $1`} {
		if _, err := tx.ExecContext(ctx, stmt, event); err != nil {
			return err
		}
	}
	return nil
}
