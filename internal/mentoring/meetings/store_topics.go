package meetings

import (
	"context"
	"database/sql"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
)

const topicColumns = `t.id, t.unit_id, t.person_id, t.text, t.made_at, t.meeting_id, t.answer, t.first_at, t.answered_at, t.version,
	(SELECT count(*) FROM meeting_votes v WHERE v.topic_id = t.id)`

func topics(ctx context.Context, q db.Q, rest string, args ...any) (_ []Topic, err error) {
	defer errs.Wrap(&err, "meetings.topics")
	return db.Rows(ctx, q, func(r *sql.Rows, t *Topic) error {
		var by, meeting sql.NullInt64
		var at, first, answered db.Time
		err := r.Scan(&t.ID, &t.Unit, &by, &t.Text, &at, &meeting, &t.Answer, &first, &answered, &t.Version, &t.Votes)
		t.By, t.Meeting = by.Int64, meeting.Int64
		t.At, t.First, t.Answered = at.Time, first.Time, answered.Time
		return err
	}, `SELECT `+topicColumns+` FROM meeting_topics t`+rest, args...)
}

// waitingTopics are the topics without an answer, the oldest first.
func waitingTopics(ctx context.Context, q db.Q) ([]Topic, error) {
	return topics(ctx, q, ` WHERE t.first_at IS NULL ORDER BY t.made_at, t.id`)
}

func topicByID(ctx context.Context, q db.Q, id int64) (Topic, error) {
	all, err := topics(ctx, q, ` WHERE t.id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "meetings.no-such-topic")
	}
	if err != nil {
		return Topic{}, err
	}
	return all[0], nil
}

func insertTopic(ctx context.Context, tx *db.Tx, t *Topic) (id int64, err error) {
	defer errs.Wrap(&err, "meetings.insertTopic")
	err = tx.QueryRowContext(ctx, `INSERT INTO meeting_topics (unit_id, person_id, text, made_at, answer, version) VALUES ($1, $2, $3, $4, '', 1) RETURNING id`,
		t.Unit, t.By, t.Text, db.At(t.At)).Scan(&id)
	return id, err
}

// updateTopic stores the answer to a topic unless somebody else has answered since it was read.
func updateTopic(ctx context.Context, tx *db.Tx, t *Topic) (err error) {
	defer errs.Wrap(&err, "meetings.updateTopic(%d)", t.ID)
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE meeting_topics SET meeting_id = $1, answer = $2, first_at = $3, answered_at = $4, version = version + 1
		WHERE id = $5 AND version = $6`, db.OrNull(t.Meeting), t.Answer, db.At(t.First), db.At(t.Answered), t.ID, t.Version))
	if err == nil && n == 0 {
		return conflict()
	}
	return err
}

func deleteTopic(ctx context.Context, tx *db.Tx, id int64) (err error) {
	defer errs.Wrap(&err, "meetings.deleteTopic(%d)", id)
	for _, stmt := range []string{`DELETE FROM meeting_votes WHERE topic_id = $1`, `DELETE FROM meeting_moves WHERE topic_id = $1`, `DELETE FROM meeting_topics WHERE id = $1`} {
		if _, err := tx.ExecContext(ctx, stmt, id); err != nil {
			return err
		}
	}
	return nil
}

// waitingOf is how many topics of a person wait for an answer.
func waitingOf(ctx context.Context, q db.Q, person int64) (n int, err error) {
	defer errs.Wrap(&err, "meetings.waitingOf")
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM meeting_topics WHERE person_id = $1 AND first_at IS NULL`, person).Scan(&n)
	return n, err
}

func vote(ctx context.Context, tx *db.Tx, topic, person int64, yes bool) (err error) {
	defer errs.Wrap(&err, "meetings.vote(%d)", topic)
	stmt := `DELETE FROM meeting_votes WHERE topic_id = $1 AND person_id = $2`
	if yes {
		stmt = `INSERT INTO meeting_votes (topic_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	}
	_, err = tx.ExecContext(ctx, stmt, topic, person)
	return err
}

// votesOf are the topics for which a person has voted.
func votesOf(ctx context.Context, q db.Q, person int64) (out map[int64]bool, err error) {
	defer errs.Wrap(&err, "meetings.votesOf")
	ids, err := db.Rows(ctx, q, func(r *sql.Rows, id *int64) error { return r.Scan(id) }, `SELECT topic_id FROM meeting_votes WHERE person_id = $1`, person)
	out = map[int64]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

func passTopic(ctx context.Context, tx *db.Tx, topic, meeting int64) (err error) {
	defer errs.Wrap(&err, "meetings.passTopic(%d)", topic)
	_, err = tx.ExecContext(ctx, `INSERT INTO meeting_moves (topic_id, meeting_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, topic, meeting)
	return err
}

// moves are the meetings from which waiting topics were moved away, by topic.
func moves(ctx context.Context, q db.Q) (out map[int64]map[int64]bool, err error) {
	defer errs.Wrap(&err, "meetings.moves")
	all, err := db.Rows(ctx, q, func(r *sql.Rows, x *[2]int64) error { return r.Scan(&x[0], &x[1]) },
		`SELECT m.topic_id, m.meeting_id FROM meeting_moves m JOIN meeting_topics t ON t.id = m.topic_id WHERE t.first_at IS NULL`)
	out = map[int64]map[int64]bool{}
	for _, x := range all {
		if out[x[0]] == nil {
			out[x[0]] = map[int64]bool{}
		}
		out[x[0]][x[1]] = true
	}
	return out, err
}

// topicsOfMeeting are the topics that were answered in a meeting or moved on from it.
func topicsOfMeeting(ctx context.Context, q db.Q, meeting int64) (answered, moved []Topic, err error) {
	if answered, err = topics(ctx, q, ` WHERE t.meeting_id = $1 ORDER BY t.first_at, t.id`, meeting); err != nil {
		return nil, nil, err
	}
	moved, err = topics(ctx, q, ` JOIN meeting_moves m ON m.topic_id = t.id WHERE m.meeting_id = $1 AND (t.meeting_id IS NULL OR t.meeting_id <> $1) ORDER BY t.made_at, t.id`, meeting)
	return answered, moved, err
}

// forgetWriters forgets who wrote topics that were answered before a time, who voted for them, and who wrote at all of those who left.
func forgetWriters(ctx context.Context, tx *db.Tx, before time.Time) (err error) {
	defer errs.Wrap(&err, "meetings.forgetWriters")
	if _, err := tx.ExecContext(ctx, `UPDATE meeting_topics SET person_id = NULL WHERE answered_at < $1`, db.At(before)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM meeting_votes WHERE topic_id IN (SELECT id FROM meeting_topics WHERE answered_at < $1)`, db.At(before)); err != nil {
		return err
	}
	written, err := topics(ctx, tx, ` WHERE t.person_id IS NOT NULL`)
	if err != nil {
		return err
	}
	var who []int64
	for _, t := range written {
		who = append(who, t.By)
	}
	persons, err := people.PersonsByID(ctx, tx, who)
	if err != nil {
		return err
	}
	here := map[int64]bool{}
	for _, p := range persons {
		here[p.ID] = true
	}
	for _, t := range written {
		if here[t.By] {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE meeting_topics SET person_id = NULL WHERE id = $1`, t.ID); err != nil {
			return err
		}
	}
	return nil
}
