package live

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

var errNoRoom = errs.New(errs.NotFound, "live.no-room")

const roomColumns = `SELECT id, code, event_id, title, host_id, moderated, anonymous, state, seal, present, speak, made_at, closed_at, published, version FROM live_rooms`

func scanRoom(scan func(...any) error, r *Room) error {
	var event sql.NullInt64
	var made, closed db.Time
	err := scan(&r.ID, &r.Code, &event, &r.Title, &r.Host, &r.Moderated, &r.Anonymous, &r.State, &r.seal, &r.present, &r.speak, &made, &closed, &r.Published, &r.Version)
	r.Event, r.Made, r.Closed = event.Int64, made.Time, closed.Time
	return err
}

func roomWhere(ctx context.Context, q db.Q, where string, arg any) (r Room, err error) {
	defer errs.Wrap(&err, "live.roomWhere")
	err = scanRoom(db.HotRow(ctx, q, roomColumns+where, arg).Scan, &r)
	if errors.Is(err, sql.ErrNoRows) {
		err = errNoRoom
	}
	return r, err
}

func roomByID(ctx context.Context, q db.Q, id int64) (Room, error) {
	return roomWhere(ctx, q, ` WHERE id = $1`, id)
}

func roomByCode(ctx context.Context, q db.Q, code string) (Room, error) {
	return roomWhere(ctx, q, ` WHERE code = $1`, code)
}

func roomsWhere(ctx context.Context, q db.Q, where string, args ...any) (_ []Room, err error) {
	defer errs.Wrap(&err, "live.roomsWhere")
	return db.Rows(ctx, q, func(rows *sql.Rows, r *Room) error { return scanRoom(rows.Scan, r) }, roomColumns+where, args...)
}

// insertRoom adds a room and sets its ID. It reports false when the code is taken.
func insertRoom(ctx context.Context, tx *db.Tx, r *Room) (made bool, err error) {
	defer errs.Wrap(&err, "live.insertRoom")
	r.Version = 1
	err = tx.QueryRowContext(ctx, `INSERT INTO live_rooms (code, event_id, title, host_id, moderated, anonymous, state, seal, made_at, published, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) ON CONFLICT (code) DO NOTHING RETURNING id`,
		r.Code, sql.NullInt64{Int64: r.Event, Valid: r.Event != 0}, r.Title, r.Host, r.Moderated, r.Anonymous, r.State, r.seal, db.At(r.Made), false).Scan(&r.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// updateRoom stores a room unless somebody else has changed it since it was read.
func updateRoom(ctx context.Context, tx *db.Tx, r *Room) (err error) {
	defer errs.Wrap(&err, "live.updateRoom(%d)", r.ID)
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE live_rooms SET title = $1, moderated = $2, anonymous = $3, state = $4, present = $5, speak = $6,
		closed_at = $7, published = $8, version = version + 1 WHERE id = $9 AND version = $10`,
		r.Title, r.Moderated, r.Anonymous, r.State, r.present, r.speak, db.At(r.Closed), r.Published, r.ID, r.Version))
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "live.changed")
	}
	r.Version++
	return err
}

// questionsOf are a room's questions in the order in which they came.
func questionsOf(ctx context.Context, q db.Q, room int64) (_ []Question, err error) {
	defer errs.Wrap(&err, "live.questionsOf(%d)", room)
	return db.Rows(ctx, q, func(rows *sql.Rows, x *Question) error {
		return rows.Scan(&x.ID, &x.Text, &x.Name, &x.State, &x.Answer, &x.Pinned, &x.Votes)
	}, `SELECT q.id, q.text, q.name, q.state, q.answer, q.pinned, q.kept + (SELECT count(*) FROM live_votes v WHERE v.question_id = q.id)
		FROM live_questions q WHERE q.room_id = $1 ORDER BY q.id`, room)
}

// pollsOf are a room's polls in the host's order.
func pollsOf(ctx context.Context, q db.Q, room int64) (_ []Poll, err error) {
	defer errs.Wrap(&err, "live.pollsOf(%d)", room)
	return db.Rows(ctx, q, func(rows *sql.Rows, p *Poll) error {
		var options string
		err := rows.Scan(&p.ID, &p.Kind, &p.Title, &options, &p.State, &p.Shown, &p.turn)
		p.Options = lines(options)
		return err
	}, `SELECT id, kind, title, options, state, shown, turn FROM live_polls WHERE room_id = $1 ORDER BY place, id`, room)
}

// given is how many have answered a poll in one way.
type given struct {
	answer []string
	n      int
}

func answersOf(ctx context.Context, q db.Q, poll int64) (_ []given, err error) {
	defer errs.Wrap(&err, "live.answersOf(%d)", poll)
	return db.Rows(ctx, q, func(rows *sql.Rows, g *given) error {
		var text string
		err := rows.Scan(&text, &g.n)
		g.answer = lines(text)
		return err
	}, `SELECT answer, count(*) FROM live_answers WHERE poll_id = $1 GROUP BY answer
		UNION ALL SELECT answer, n FROM live_tallies WHERE poll_id = $1`, poll)
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// The hot path: each is one statement that db.Save puts on the disk together with others. A room or poll that is not open takes
// nothing, whatever the page still shows.
const (
	saveVote = `INSERT INTO live_votes (question_id, voter) SELECT q.id, $1 FROM live_questions q JOIN live_rooms r ON r.id = q.room_id
		WHERE q.id = $2 AND r.id = $3 AND r.state = 'open' ON CONFLICT (question_id, voter) DO NOTHING`
	saveAnswer = `INSERT INTO live_answers (poll_id, voter, answer) SELECT p.id, $1, $2 FROM live_polls p JOIN live_rooms r ON r.id = p.room_id
		WHERE p.id = $3 AND r.id = $4 AND p.state = 'open' AND r.state = 'open' ON CONFLICT (poll_id, voter) DO UPDATE SET answer = excluded.answer`
	dropVote = `DELETE FROM live_votes WHERE voter = $1 AND question_id IN (SELECT q.id FROM live_questions q JOIN live_rooms r ON r.id = q.room_id
		WHERE q.id = $2 AND r.id = $3 AND r.state = 'open')`
	saveQuestion = `INSERT INTO live_questions (room_id, text, fold, name, state, answer, kept) SELECT r.id, $1, $2, $3, $4, '', 0 FROM live_rooms r
		WHERE r.id = $5 AND r.state = 'open' ON CONFLICT (room_id, fold) DO NOTHING`
)

func hasVoted(ctx context.Context, q db.Q, question int64, voter []byte) (ok bool, err error) {
	defer errs.Wrap(&err, "live.hasVoted(%d)", question)
	err = db.HotRow(ctx, q, `SELECT count(*) > 0 FROM live_votes WHERE question_id = $1 AND voter = $2`, question, voter).Scan(&ok)
	return ok, err
}

func answerOf(ctx context.Context, q db.Q, poll int64, voter []byte) (answer []string, err error) {
	defer errs.Wrap(&err, "live.answerOf(%d)", poll)
	var text string
	err = db.HotRow(ctx, q, `SELECT answer FROM live_answers WHERE poll_id = $1 AND voter = $2`, poll, voter).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return lines(text), err
}

func questionByFold(ctx context.Context, q db.Q, room int64, fold string) (x Question, err error) {
	defer errs.Wrap(&err, "live.questionByFold(%d)", room)
	err = db.HotRow(ctx, q, `SELECT id, text, state FROM live_questions WHERE room_id = $1 AND fold = $2`, room, fold).Scan(&x.ID, &x.Text, &x.State)
	if errors.Is(err, sql.ErrNoRows) {
		err = errs.New(errs.NotFound, "live.no-question")
	}
	return x, err
}

func countQuestions(ctx context.Context, q db.Q, room int64) (n int, err error) {
	defer errs.Wrap(&err, "live.countQuestions(%d)", room)
	err = db.HotRow(ctx, q, `SELECT count(*) FROM live_questions WHERE room_id = $1`, room).Scan(&n)
	return n, err
}

// setState gives a question another state. It stands among the others again: what was pinned has had its turn.
func setState(ctx context.Context, q db.Q, room, id int64, state string) error {
	return setQuestion(ctx, q, `state = $1, pinned = FALSE`, state, room, id)
}

func setAnswer(ctx context.Context, q db.Q, room, id int64, answer string) error {
	return setQuestion(ctx, q, `answer = $1`, answer, room, id)
}

// setPinned pins a question that is shown, or lets it go; errs.NotFound when it is not shown.
func setPinned(ctx context.Context, q db.Q, room, id int64, on bool) error {
	return setQuestion(ctx, q, `pinned = $1`, on, room, id, ` AND state = 'shown'`)
}

func setQuestion(ctx context.Context, q db.Q, set string, value any, room, id int64, more ...string) (err error) {
	defer errs.Wrap(&err, "live.setQuestion(%d, %s)", id, set)
	n, err := db.Changed(q.ExecContext(ctx, `UPDATE live_questions SET `+set+` WHERE id = $2 AND room_id = $3`+strings.Join(more, ""), value, id, room))
	if err == nil && n == 0 {
		err = errs.New(errs.NotFound, "live.no-question")
	}
	return err
}

func insertPoll(ctx context.Context, tx *db.Tx, room int64, p *Poll) (err error) {
	defer errs.Wrap(&err, "live.insertPoll(%d)", room)
	return tx.QueryRowContext(ctx, `INSERT INTO live_polls (room_id, kind, title, options, state, shown, place)
		SELECT $1, $2, $3, $4, $5, $6, coalesce(max(place), 0) + 1 FROM live_polls WHERE room_id = $7 RETURNING id`,
		room, p.Kind, p.Title, strings.Join(p.Options, "\n"), p.State, p.Shown, room).Scan(&p.ID)
}

func updatePoll(ctx context.Context, tx *db.Tx, p *Poll) (err error) {
	defer errs.Wrap(&err, "live.updatePoll(%d)", p.ID)
	_, err = tx.ExecContext(ctx, `UPDATE live_polls SET state = $1, shown = $2, turn = $3 WHERE id = $4`, p.State, p.Shown, p.turn, p.ID)
	return err
}

// lockRoom lets nobody else change the room until the transaction ends.
func lockRoom(ctx context.Context, tx *db.Tx, room int64) (err error) {
	defer errs.Wrap(&err, "live.lockRoom(%d)", room)
	_, err = tx.ExecContext(ctx, `UPDATE live_rooms SET version = version WHERE id = $1`, room)
	return err
}

// placePolls stores the order of a room's polls.
func placePolls(ctx context.Context, tx *db.Tx, all []Poll) (err error) {
	defer errs.Wrap(&err, "live.placePolls")
	for i, p := range all {
		if _, err := tx.ExecContext(ctx, `UPDATE live_polls SET place = $1 WHERE id = $2`, i+1, p.ID); err != nil {
			return err
		}
	}
	return nil
}

// nextTurn is the number of a room's next start of a poll.
func nextTurn(ctx context.Context, tx *db.Tx, room int64) (n int, err error) {
	defer errs.Wrap(&err, "live.nextTurn(%d)", room)
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(turn), 0) + 1 FROM live_polls WHERE room_id = $1`, room).Scan(&n)
	return n, err
}

func endPolls(ctx context.Context, tx *db.Tx, room int64) (err error) {
	defer errs.Wrap(&err, "live.endPolls(%d)", room)
	_, err = tx.ExecContext(ctx, `UPDATE live_polls SET state = 'ended' WHERE room_id = $1 AND state = 'open'`, room)
	return err
}

func deletePoll(ctx context.Context, tx *db.Tx, id int64) (err error) {
	defer errs.Wrap(&err, "live.deletePoll(%d)", id)
	_, err = tx.ExecContext(ctx, `DELETE FROM live_polls WHERE id = $1 AND state = 'draft'`, id)
	return err
}

// dropKeys leaves of a room's votes and answers the counts.
func dropKeys(ctx context.Context, tx *db.Tx, room int64) (err error) {
	defer errs.Wrap(&err, "live.dropKeys(%d)", room)
	const polls = `(SELECT id FROM live_polls WHERE room_id = $1)`
	const questions = `(SELECT id FROM live_questions WHERE room_id = $1)`
	for _, do := range []string{
		`UPDATE live_questions SET kept = kept + (SELECT count(*) FROM live_votes v WHERE v.question_id = live_questions.id) WHERE room_id = $1`,
		`DELETE FROM live_votes WHERE question_id IN ` + questions,
		`INSERT INTO live_tallies (poll_id, answer, n) SELECT poll_id, answer, count(*) FROM live_answers WHERE poll_id IN ` + polls + ` GROUP BY poll_id, answer`,
		`DELETE FROM live_answers WHERE poll_id IN ` + polls,
	} {
		if _, err := tx.ExecContext(ctx, do, room); err != nil {
			return err
		}
	}
	return nil
}

func forgetNames(ctx context.Context, q db.Q, before time.Time) (err error) {
	defer errs.Wrap(&err, "live.forgetNames")
	_, err = q.ExecContext(ctx, `UPDATE live_questions SET name = '' WHERE name <> '' AND room_id IN (SELECT id FROM live_rooms WHERE state IN ('closed', 'ended') AND closed_at < $1)`, db.At(before))
	return err
}
