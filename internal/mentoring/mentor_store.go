package mentoring

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
)

func mentorObject(id int64) string { return fmt.Sprintf("mentor:%d", id) }

const mentorColumns = `id, person_id, state, minutes, starts, ends, areas, services, langs, reach, away_from, away_to, note_off, since, version`

func scanMentor(r *sql.Rows, m *Mentor) error {
	var areas, services, langs string
	var since db.Time
	if err := r.Scan(&m.ID, &m.Person.ID, &m.State, &m.Minutes, &m.Starts, &m.Ends, &areas, &services, &langs, &m.Reach,
		&m.AwayFrom, &m.AwayTo, &m.NoteOff, &since, &m.Version); err != nil {
		return err
	}
	m.Since = since.Time
	for _, x := range []struct {
		text string
		to   any
	}{{areas, &m.Areas}, {services, &m.Services}, {langs, &m.Langs}} {
		if err := json.Unmarshal([]byte(x.text), x.to); err != nil {
			return err
		}
	}
	return nil
}

// readMentors reads mentors with their units and people. Somebody who has left comes without a name.
func readMentors(ctx context.Context, q db.Q, rest string, args ...any) (_ []Mentor, err error) {
	defer errs.Wrap(&err, "mentoring.readMentors")
	all, err := db.Rows(ctx, q, scanMentor, `SELECT `+mentorColumns+` FROM mentoring_mentors m`+rest, args...)
	if err != nil {
		return nil, err
	}
	at := make(map[int64]*Mentor, len(all))
	who := make([]int64, len(all))
	for i := range all {
		at[all[i].ID] = &all[i]
		who[i] = all[i].Person.ID
	}
	type served struct {
		mentor int64
		Place
	}
	places, err := db.Rows(ctx, q, func(r *sql.Rows, x *served) error { return r.Scan(&x.mentor, &x.Unit, &x.Below) },
		`SELECT mentor_id, unit_id, below FROM mentoring_mentor_units WHERE mentor_id IN (SELECT id FROM mentoring_mentors m`+rest+`) ORDER BY mentor_id, unit_id`, args...)
	if err != nil {
		return nil, err
	}
	for _, x := range places {
		at[x.mentor].Units = append(at[x.mentor].Units, x.Place)
	}
	here, err := people.PersonsByID(ctx, q, who)
	if err != nil {
		return nil, err
	}
	person := make(map[int64]people.Person, len(here))
	for _, p := range here {
		person[p.ID] = p
	}
	for i := range all {
		if p, ok := person[all[i].Person.ID]; ok {
			all[i].Person = p
		}
	}
	return all, nil
}

func mentorByID(ctx context.Context, q db.Q, id int64) (Mentor, error) {
	all, err := readMentors(ctx, q, ` WHERE m.id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "mentoring.no-mentor")
	}
	if err != nil {
		return Mentor{}, err
	}
	return all[0], nil
}

// MentorByID returns a mentor in whatever state; errs.NotFound when there is none.
func (s *Service) MentorByID(ctx context.Context, id int64) (Mentor, error) {
	return mentorByID(ctx, s.DB, id)
}

func mentorOf(ctx context.Context, q db.Q, person int64) (m Mentor, has bool, err error) {
	all, err := readMentors(ctx, q, ` WHERE m.person_id = $1`, person)
	if err != nil || len(all) == 0 {
		return m, false, err
	}
	return all[0], true, nil
}

// MentorOf returns what somebody is as a mentor, in whatever state; has is false for those who never came forward.
func (s *Service) MentorOf(ctx context.Context, person int64) (m Mentor, has bool, err error) {
	return mentorOf(ctx, s.DB, person)
}

// Mentors returns everybody who is, was or would be a mentor, by id.
func Mentors(ctx context.Context, q db.Q) ([]Mentor, error) {
	return readMentors(ctx, q, ` ORDER BY m.id`)
}

// peopleIn are the people whose state as a mentor is the given one.
func peopleIn(ctx context.Context, q db.Q, state State) (_ []int64, err error) {
	defer errs.Wrap(&err, "mentoring.peopleIn(%s)", state)
	return db.Rows(ctx, q, func(r *sql.Rows, id *int64) error { return r.Scan(id) }, `SELECT person_id FROM mentoring_mentors WHERE state = $1`, state)
}

func lists(m *Mentor) (out [3]string, err error) {
	for i, x := range []any{append([]string{}, m.Areas...), append([]int64{}, m.Services...), append([]string{}, m.Langs...)} {
		b, err := json.Marshal(x)
		if err != nil {
			return out, err
		}
		out[i] = string(b)
	}
	return out, nil
}

// insertMentor adds a mentor and sets the ID. It reports false when the person is there already.
func insertMentor(ctx context.Context, tx *db.Tx, m *Mentor) (made bool, err error) {
	defer errs.Wrap(&err, "mentoring.insertMentor(%d)", m.Person.ID)
	l, err := lists(m)
	if err != nil {
		return false, err
	}
	m.Version = 1
	err = tx.QueryRowContext(ctx, `INSERT INTO mentoring_mentors (person_id, state, minutes, starts, ends, areas, services, langs, reach, away_from, away_to, note_off, since, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1) ON CONFLICT (person_id) DO NOTHING RETURNING id`,
		m.Person.ID, m.State, m.Minutes, m.Starts, m.Ends, l[0], l[1], l[2], m.Reach, m.AwayFrom, m.AwayTo, m.NoteOff, db.At(m.Since)).Scan(&m.ID)
	if err == sql.ErrNoRows {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, putUnits(ctx, tx, m)
}

// updateMentor stores a mentor unless somebody else has changed it since it was read.
func updateMentor(ctx context.Context, tx *db.Tx, m *Mentor) (err error) {
	defer errs.Wrap(&err, "mentoring.updateMentor(%d)", m.ID)
	l, err := lists(m)
	if err != nil {
		return err
	}
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE mentoring_mentors SET state = $1, minutes = $2, starts = $3, ends = $4, areas = $5, services = $6, langs = $7,
		reach = $8, away_from = $9, away_to = $10, note_off = $11, since = $12, version = version + 1 WHERE id = $13 AND version = $14`,
		m.State, m.Minutes, m.Starts, m.Ends, l[0], l[1], l[2], m.Reach, m.AwayFrom, m.AwayTo, m.NoteOff, db.At(m.Since), m.ID, m.Version))
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "mentoring.changed")
	}
	if err != nil {
		return err
	}
	m.Version++
	return putUnits(ctx, tx, m)
}

func putUnits(ctx context.Context, tx *db.Tx, m *Mentor) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM mentoring_mentor_units WHERE mentor_id = $1`, m.ID); err != nil {
		return err
	}
	seen := map[int64]bool{}
	for _, p := range m.Units {
		if seen[p.Unit] {
			continue
		}
		seen[p.Unit] = true
		if _, err := tx.ExecContext(ctx, `INSERT INTO mentoring_mentor_units (mentor_id, unit_id, below) VALUES ($1, $2, $3)`, m.ID, p.Unit, p.Below); err != nil {
			return err
		}
	}
	return nil
}

// begun reports whether a mentor has been active since coming forward.
func begun(ctx context.Context, tx *db.Tx, mentor int64) (has bool, err error) {
	defer errs.Wrap(&err, "mentoring.begun(%d)", mentor)
	n := 0
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM mentoring_mentor_events WHERE mentor_id = $1 AND state = 'active'
		AND id > (SELECT coalesce(max(id), 0) FROM mentoring_mentor_events WHERE mentor_id = $1 AND kind = $2)`, mentor, CameForward).Scan(&n)
	return n > 0, err
}

// insertEvent keeps an event, with the grant after it, and sets its ID.
func insertEvent(ctx context.Context, tx *db.Tx, e *Event) (err error) {
	defer errs.Wrap(&err, "mentoring.insertEvent(%d)", e.Mentor)
	by := sql.NullInt64{Int64: e.By, Valid: e.By != 0}
	return tx.QueryRowContext(ctx, `INSERT INTO mentoring_mentor_events (mentor_id, at, person_id, kind, state, why, minutes, starts, ends)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`, e.Mentor, db.At(e.At), by, e.Kind, e.State, e.Why,
		e.Grant.Minutes, e.Grant.From, e.Grant.To).Scan(&e.ID)
}

// Events returns what has been done to a mentor, the oldest first.
func (s *Service) Events(ctx context.Context, mentor int64) ([]Event, error) {
	return events(ctx, s.DB, ` WHERE mentor_id = $1 ORDER BY id`, mentor)
}

func eventByID(ctx context.Context, q db.Q, id int64) (Event, error) {
	all, err := events(ctx, q, ` WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "mentoring.no-mentor")
	}
	if err != nil {
		return Event{}, err
	}
	return all[0], nil
}

// lastReasons are the reasons of what was done last to each mentor, by mentor.
func lastReasons(ctx context.Context, q db.Q) (map[int64]string, error) {
	all, err := events(ctx, q, ` WHERE id IN (SELECT max(id) FROM mentoring_mentor_events GROUP BY mentor_id)`)
	out := make(map[int64]string, len(all))
	for _, e := range all {
		out[e.Mentor] = e.Why
	}
	return out, err
}

func events(ctx context.Context, q db.Q, rest string, args ...any) (_ []Event, err error) {
	defer errs.Wrap(&err, "mentoring.events")
	return db.Rows(ctx, q, func(r *sql.Rows, e *Event) error {
		var at db.Time
		var by, minutes sql.NullInt64
		var from, to sql.NullString
		err := r.Scan(&e.ID, &e.Mentor, &at, &by, &e.Kind, &e.State, &e.Why, &minutes, &from, &to)
		e.At, e.By = at.Time, by.Int64
		if minutes.Valid {
			e.Grant = &Grant{Minutes: int(minutes.Int64), From: from.String, To: to.String}
		}
		return err
	}, `SELECT id, mentor_id, at, person_id, kind, state, why, minutes, starts, ends FROM mentoring_mentor_events`+rest, args...)
}

// forgetEnded forgets what those whose time as a mentor ended before a time have told of themselves, and why things were done.
func forgetEnded(ctx context.Context, q db.Q, before time.Time) (err error) {
	defer errs.Wrap(&err, "mentoring.forgetEnded")
	const ended = `SELECT id FROM mentoring_mentors WHERE state = 'ended' AND since < $1`
	if _, err := q.ExecContext(ctx, `UPDATE mentoring_mentor_events SET why = '' WHERE why <> '' AND mentor_id IN (`+ended+`)`, db.At(before)); err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `UPDATE mentoring_mentors SET areas = '[]', services = '[]', langs = '[]', reach = '', away_from = '', away_to = ''
		WHERE (areas <> '[]' OR services <> '[]' OR langs <> '[]' OR reach <> '' OR away_from <> '') AND id IN (`+ended+`)`, db.At(before))
	return err
}
