package meetings

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
)

func meetingObject(id int64) string { return fmt.Sprintf("meeting:%d", id) }

const meetingColumns = `id, unit_id, title, starts_at, ends_at, expert, service_id, area, theme, questions, agenda, link, place, notes, state, why,
	uid, sequence, stamp, made_by, finished_at, version`

func scanMeeting(r *sql.Rows, m *Meeting) error {
	var unit, service sql.NullInt64
	var start, end, stamp, finished db.Time
	err := r.Scan(&m.ID, &unit, &m.Title, &start, &end, &m.Expert, &service, &m.Area, &m.Theme, &m.Questions, &m.Agenda, &m.Link, &m.Place,
		&m.Notes, &m.State, &m.Why, &m.UID, &m.Sequence, &stamp, &m.MadeBy, &finished, &m.Version)
	m.Unit, m.Service = unit.Int64, service.Int64
	m.Start, m.End, m.Stamp, m.Finished = start.Time, end.Time, stamp.Time, finished.Time
	return err
}

func meetings(ctx context.Context, q db.Q, rest string, args ...any) (_ []Meeting, err error) {
	defer errs.Wrap(&err, "meetings.meetings")
	return db.Rows(ctx, q, scanMeeting, `SELECT `+meetingColumns+` FROM meetings`+rest, args...)
}

func meetingByID(ctx context.Context, q db.Q, id int64) (Meeting, error) {
	all, err := meetings(ctx, q, ` WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "meetings.no-meeting")
	}
	if err != nil {
		return Meeting{}, err
	}
	return all[0], nil
}

// insertMeeting adds a meeting and sets its ID.
func insertMeeting(ctx context.Context, tx *db.Tx, m *Meeting, at time.Time) (err error) {
	defer errs.Wrap(&err, "meetings.insertMeeting")
	return tx.QueryRowContext(ctx, `INSERT INTO meetings (uid, unit_id, title, starts_at, ends_at, expert, service_id, area, theme, questions, agenda, link,
		place, notes, state, why, sequence, stamp, made_by, made_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', $14, '', $15, $16, $17, $18, $19) RETURNING id`,
		m.UID, db.OrNull(m.Unit), m.Title, db.At(m.Start), db.At(m.End), m.Expert, db.OrNull(m.Service), m.Area, m.Theme, m.Questions, m.Agenda, m.Link,
		m.Place, m.State, m.Sequence, db.At(m.Stamp), m.MadeBy, db.At(at), m.Version).Scan(&m.ID)
}

// updateMeeting stores a meeting unless somebody else has changed it since it was read.
func updateMeeting(ctx context.Context, tx *db.Tx, m *Meeting) (err error) {
	defer errs.Wrap(&err, "meetings.updateMeeting(%d)", m.ID)
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE meetings SET unit_id = $1, title = $2, starts_at = $3, ends_at = $4, expert = $5, service_id = $6,
		area = $7, theme = $8, questions = $9, agenda = $10, link = $11, place = $12, notes = $13, state = $14, why = $15, sequence = $16, stamp = $17,
		finished_at = $18, version = version + 1 WHERE id = $19 AND version = $20`,
		db.OrNull(m.Unit), m.Title, db.At(m.Start), db.At(m.End), m.Expert, db.OrNull(m.Service), m.Area, m.Theme, m.Questions, m.Agenda, m.Link, m.Place,
		m.Notes, m.State, m.Why, m.Sequence, db.At(m.Stamp), db.At(m.Finished), m.ID, m.Version))
	if err == nil && n == 0 {
		return conflict()
	}
	return err
}

// attendees are who was invited to a meeting or came, by name; somebody who has left comes without one.
func attendees(ctx context.Context, q db.Q, meeting int64) (out []attendee, err error) {
	defer errs.Wrap(&err, "meetings.attendees(%d)", meeting)
	out, err = db.Rows(ctx, q, func(r *sql.Rows, a *attendee) error { return r.Scan(&a.Person.ID, &a.Invited, &a.Present) },
		`SELECT person_id, invited, present FROM meeting_people WHERE meeting_id = $1 ORDER BY person_id`, meeting)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(out))
	at := map[int64]int{}
	for i, a := range out {
		ids[i], at[a.Person.ID] = a.Person.ID, i
	}
	here, err := people.PersonsByID(ctx, q, ids)
	for _, p := range here {
		out[at[p.ID]].Person = p
	}
	return out, err
}

// addInvited notes that somebody is invited, and reports false when they were before.
func addInvited(ctx context.Context, tx *db.Tx, meeting, person int64) (added bool, err error) {
	defer errs.Wrap(&err, "meetings.addInvited(%d)", meeting)
	n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO meeting_people (meeting_id, person_id, invited, present) VALUES ($1, $2, $3, $4)
		ON CONFLICT (meeting_id, person_id) DO UPDATE SET invited = excluded.invited WHERE meeting_people.invited <> excluded.invited`, meeting, person, true, false))
	return n > 0, err
}

func setPresent(ctx context.Context, tx *db.Tx, meeting, person int64, yes bool) (err error) {
	defer errs.Wrap(&err, "meetings.setPresent(%d)", meeting)
	_, err = tx.ExecContext(ctx, `INSERT INTO meeting_people (meeting_id, person_id, invited, present) VALUES ($1, $2, $3, $4)
		ON CONFLICT (meeting_id, person_id) DO UPDATE SET present = excluded.present`, meeting, person, false, yes)
	return err
}

// attended is a meeting of somebody's own.
type attended struct {
	Meeting          int64
	Invited, Present bool
}

// attendedBy are the meetings to which somebody was invited or came.
func attendedBy(ctx context.Context, q db.Q, person int64) (_ []attended, err error) {
	defer errs.Wrap(&err, "meetings.attendedBy")
	return db.Rows(ctx, q, func(r *sql.Rows, a *attended) error { return r.Scan(&a.Meeting, &a.Invited, &a.Present) },
		`SELECT meeting_id, invited, present FROM meeting_people WHERE person_id = $1 ORDER BY meeting_id`, person)
}

const decisionColumns = `id, meeting_id, text, owner, owner_id, due, done_at`

func decisions(ctx context.Context, q db.Q, rest string, args ...any) (_ []Decision, err error) {
	defer errs.Wrap(&err, "meetings.decisions")
	return db.Rows(ctx, q, func(r *sql.Rows, d *Decision) error {
		var owner sql.NullInt64
		var done db.Time
		err := r.Scan(&d.ID, &d.Meeting, &d.Text, &d.Owner, &owner, &d.Due, &done)
		d.OwnerID, d.Done = owner.Int64, done.Time
		return err
	}, `SELECT `+decisionColumns+` FROM meeting_decisions`+rest, args...)
}

func decisionByID(ctx context.Context, q db.Q, id int64) (Decision, error) {
	all, err := decisions(ctx, q, ` WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "meetings.no-such-decision")
	}
	if err != nil {
		return Decision{}, err
	}
	return all[0], nil
}

func insertDecision(ctx context.Context, tx *db.Tx, d *Decision) (err error) {
	defer errs.Wrap(&err, "meetings.insertDecision(%d)", d.Meeting)
	return tx.QueryRowContext(ctx, `INSERT INTO meeting_decisions (meeting_id, text, owner, owner_id, due) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		d.Meeting, d.Text, d.Owner, db.OrNull(d.OwnerID), d.Due).Scan(&d.ID)
}

func updateDone(ctx context.Context, tx *db.Tx, d *Decision) (err error) {
	defer errs.Wrap(&err, "meetings.updateDone(%d)", d.ID)
	_, err = tx.ExecContext(ctx, `UPDATE meeting_decisions SET done_at = $1 WHERE id = $2`, db.At(d.Done), d.ID)
	return err
}

func deleteDecision(ctx context.Context, tx *db.Tx, id int64) (err error) {
	defer errs.Wrap(&err, "meetings.deleteDecision(%d)", id)
	_, err = tx.ExecContext(ctx, `DELETE FROM meeting_decisions WHERE id = $1`, id)
	return err
}

func insertLetter(ctx context.Context, tx *db.Tx, l *letter, at time.Time) (id int64, err error) {
	defer errs.Wrap(&err, "meetings.insertLetter(%s)", l.Kind)
	err = tx.QueryRowContext(ctx, `INSERT INTO meeting_letters (kind, meeting_id, topic_id, person_id, made_at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		l.Kind, db.OrNull(l.Meeting), db.OrNull(l.Topic), l.Person, db.At(at)).Scan(&id)
	return id, err
}

func letterByID(ctx context.Context, q db.Q, id int64) (l letter, err error) {
	defer errs.Wrap(&err, "meetings.letterByID(%d)", id)
	all, err := db.Rows(ctx, q, func(r *sql.Rows, l *letter) error {
		var meeting, topic sql.NullInt64
		err := r.Scan(&l.ID, &l.Kind, &meeting, &topic, &l.Person)
		l.Meeting, l.Topic = meeting.Int64, topic.Int64
		return err
	}, `SELECT id, kind, meeting_id, topic_id, person_id FROM meeting_letters WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "meetings.no-meeting")
	}
	if err != nil {
		return l, err
	}
	return all[0], nil
}

func pruneLetters(ctx context.Context, q db.Q, before time.Time) (err error) {
	defer errs.Wrap(&err, "meetings.pruneLetters")
	_, err = q.ExecContext(ctx, `DELETE FROM meeting_letters WHERE made_at < $1`, db.At(before))
	return err
}
