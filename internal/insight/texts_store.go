package insight

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// markTaken notes that a round's texts are copied, and reports whether they were not before.
func markTaken(ctx context.Context, tx *db.Tx, code string, at time.Time) (bool, error) {
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE insight_snapshots SET texts_at = $2 WHERE round_code = $1 AND texts_at IS NULL`, code, db.At(at)))
	return n > 0, err
}

func insertTexts(ctx context.Context, tx *db.Tx, questions []Question, texts []Text) (err error) {
	defer errs.Wrap(&err, "insight.insertTexts")
	for i, q := range questions {
		words, err := json.Marshal(q.Words)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO insight_questions (round_code, item, place, words, batch, fewest) VALUES ($1, $2, $3, $4, $5, $6)`,
			q.Round, q.Item, i, string(words), q.Batch, q.Fewest); err != nil {
			return err
		}
	}
	if len(texts) == 0 {
		return nil
	}
	var rows [][]any
	for _, t := range texts {
		rows = append(rows, []any{t.ID, questions[0].Round, t.Item, t.Body, t.State, "", false})
	}
	return tx.Insert(ctx, `INSERT INTO insight_texts (id, round_code, item, body, state, masked, shown) values`, 7, rows)
}

// Questions are a round's open questions, in the order in which they were asked.
func Questions(ctx context.Context, q db.Q, code string) (_ []Question, err error) {
	defer errs.Wrap(&err, "insight.Questions(%s)", code)
	return db.Rows(ctx, q, func(r *sql.Rows, x *Question) error {
		var words string
		if err := r.Scan(&x.Round, &x.Item, &words, &x.Batch, &x.Fewest); err != nil {
			return err
		}
		return json.Unmarshal([]byte(words), &x.Words)
	}, `SELECT round_code, item, words, batch, fewest FROM insight_questions WHERE round_code = $1 ORDER BY place`, code)
}

// progressOf counts the texts of a question. It is for those who check.
func progressOf(ctx context.Context, q db.Q, x Question) (p Progress, err error) {
	defer errs.Wrap(&err, "insight.progressOf(%s)", x.Item)
	rows, err := db.Rows(ctx, q, func(r *sql.Rows, c *struct {
		state string
		shown bool
		n     int
	}) error {
		return r.Scan(&c.state, &c.shown, &c.n)
	}, `SELECT state, shown, count(*) FROM insight_texts WHERE round_code = $1 AND item = $2 GROUP BY state, shown`, x.Round, x.Item)
	for _, c := range rows {
		switch c.state {
		case Waiting:
			p.Waiting += c.n
		case Released:
			p.Released += c.n
		case Withheld:
			p.Withheld += c.n
		}
		if c.shown {
			p.Shown += c.n
		}
	}
	return p, err
}

// Progress tells how far the checking of a round's questions is, in their order. It is for those who check.
func (s *Service) Progress(ctx context.Context, questions []Question) (out []Progress, err error) {
	for _, q := range questions {
		p, err := progressOf(ctx, s.DB, q)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// TextsToCheck returns a page of a question's texts: those that are waiting, or those that are decided.
func (s *Service) TextsToCheck(ctx context.Context, x Question, decided bool, limit, offset int) (_ []Text, err error) {
	defer errs.Wrap(&err, "insight.TextsToCheck(%s)", x.Item)
	return db.Rows(ctx, s.DB, func(r *sql.Rows, t *Text) error {
		return r.Scan(&t.ID, &t.Item, &t.Body, &t.State, &t.Masked, &t.Shown)
	}, `SELECT id, item, body, state, masked, shown FROM insight_texts
		WHERE round_code = $1 AND item = $2 AND (state <> 'waiting') = $3 ORDER BY id LIMIT $4 OFFSET $5`, x.Round, x.Item, decided, limit, offset)
}

// TextsByID returns texts of a question by their numbers, those of them that are waiting or those that are decided.
func (s *Service) TextsByID(ctx context.Context, x Question, decided bool, ids []int64) (out []Text, err error) {
	defer errs.Wrap(&err, "insight.TextsByID(%s)", x.Item)
	for _, id := range ids {
		var t Text
		err := s.DB.QueryRowContext(ctx, `SELECT id, item, body, state, masked, shown FROM insight_texts
			WHERE round_code = $1 AND item = $2 AND (state <> 'waiting') = $3 AND id = $4`, x.Round, x.Item, decided, id).
			Scan(&t.ID, &t.Item, &t.Body, &t.State, &t.Masked, &t.Shown)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// lockTexts makes those who decide of a round's texts wait for one another.
func lockTexts(ctx context.Context, tx *db.Tx, code string) error {
	_, err := tx.ExecContext(ctx, `UPDATE insight_snapshots SET texts_at = texts_at WHERE round_code = $1`, code)
	return err
}

// decide notes a decision. A text that is shown and stays released changes on the pages at once.
func decide(ctx context.Context, tx *db.Tx, code string, d Decision, by int64, at time.Time) (err error) {
	defer errs.Wrap(&err, "insight.decide")
	masked, shown := d.Masked, ` shown`
	if d.State != Released {
		masked, shown = "", ` $7`
	}
	args := []any{d.ID, code, d.State, masked, by, db.At(at)}
	if d.State != Released {
		args = append(args, false)
	}
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE insight_texts SET state = $3, masked = $4, checked_by = $5, checked_at = $6, shown =`+shown+
		` WHERE id = $1 AND round_code = $2`, args...))
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "insight.no-text")
	}
	return err
}

// show shows the first n released texts of a question that are not shown yet.
func show(ctx context.Context, tx *db.Tx, x Question, n int) error {
	if n == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE insight_texts SET shown = $3 WHERE id IN (SELECT id FROM insight_texts
		WHERE round_code = $1 AND item = $2 AND state = 'released' AND shown = $4 ORDER BY id LIMIT $5)`, x.Round, x.Item, true, false, n)
	return err
}

// ShownTexts returns all texts of a round that readers may see, in their lasting order.
func (s *Service) ShownTexts(ctx context.Context, code string) (_ []ShownText, err error) {
	defer errs.Wrap(&err, "insight.ShownTexts(%s)", code)
	return db.Rows(ctx, s.DB, func(r *sql.Rows, t *ShownText) error { return r.Scan(&t.Item, &t.Text) },
		`SELECT item, masked FROM insight_texts WHERE round_code = $1 AND state = 'released' AND shown = $2 ORDER BY id`, code, true)
}

// HasTexts reports whether a round has texts for a reader: some that are shown, or for one who checks any.
func (s *Service) HasTexts(ctx context.Context, code string, checks bool) (has bool, err error) {
	defer errs.Wrap(&err, "insight.HasTexts(%s)", code)
	err = s.DB.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM insight_texts WHERE round_code = $1 AND (shown = $2 OR $3 = $2))`, code, true, checks).Scan(&has)
	return has, err
}
