package events

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

const columns = `id, code, kind, state, unit_id, title, lead, text, area, service_id, rhythm, place, link, capacity, until_at, open_to, anonymous,
	copied_from, elsewhere, why, starts_at, ends_at, sequence, stamp, made_by, made_at, version`

func scan(r *sql.Rows, e *Event) error {
	var unit, service, copied sql.NullInt64
	var until, start, end, stamp, made db.Time
	err := r.Scan(&e.ID, &e.Code, &e.Kind, &e.State, &unit, &e.Title, &e.Lead, &e.Text, &e.Area, &service, &e.Rhythm, &e.Place, &e.Link, &e.Capacity,
		&until, &e.Open, &e.Anonymous, &copied, &e.Elsewhere, &e.Why, &start, &end, &e.Sequence, &stamp, &e.MadeBy, &made, &e.Version)
	e.Unit, e.Service, e.CopiedFrom = unit.Int64, service.Int64, copied.Int64
	e.Until, e.Start, e.End, e.Stamp, e.Made = until.Time, start.Time, end.Time, stamp.Time, made.Time
	return err
}

// read reads events with what belongs to them.
func read(ctx context.Context, q db.Q, rest string, args ...any) (_ []Event, err error) {
	defer errs.Wrap(&err, "events.read")
	all, err := db.Rows(ctx, q, scan, `SELECT `+columns+` FROM events `+rest, args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	at := make(map[int64]*Event, len(all))
	ids := make([]int64, len(all))
	for i := range all {
		at[all[i].ID], ids[i] = &all[i], all[i].ID
	}
	for part := range slices.Chunk(ids, db.MostIn) {
		list, args := db.In(0, part)
		if err := readParts(ctx, q, at, ` WHERE event_id IN `+list, args); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func readParts(ctx context.Context, q db.Q, at map[int64]*Event, where string, args []any) error {
	type sitting struct {
		event int64
		Sitting
	}
	sittings, err := db.Rows(ctx, q, func(r *sql.Rows, x *sitting) error {
		var start, end db.Time
		err := r.Scan(&x.ID, &x.event, &x.UID, &start, &end, &x.Cancelled)
		x.Start, x.End = start.Time, end.Time
		return err
	}, `SELECT id, event_id, uid, starts_at, ends_at, cancelled FROM event_sittings`+where+` ORDER BY starts_at, id`, args...)
	if err != nil {
		return err
	}
	for _, x := range sittings {
		at[x.event].Sittings = append(at[x.event].Sittings, x.Sitting)
	}
	type target struct {
		event       int64
		kind, value string
	}
	targets, err := db.Rows(ctx, q, func(r *sql.Rows, x *target) error { return r.Scan(&x.event, &x.kind, &x.value) },
		`SELECT event_id, kind, value FROM event_targets`+where+` ORDER BY kind, value`, args...)
	if err != nil {
		return err
	}
	for _, x := range targets {
		at[x.event].Target.add(x.kind, x.value)
	}
	type finding struct{ event, id int64 }
	findings, err := db.Rows(ctx, q, func(r *sql.Rows, x *finding) error { return r.Scan(&x.event, &x.id) },
		`SELECT event_id, finding_id FROM event_findings`+where+` ORDER BY finding_id`, args...)
	for _, x := range findings {
		at[x.event].Findings = append(at[x.event].Findings, x.id)
	}
	return err
}

func (t *Target) add(kind, value string) {
	switch kind {
	case "unit":
		id, _ := strconv.ParseInt(value, 10, 64)
		t.Units = append(t.Units, id)
	case "profession":
		t.Professions = append(t.Professions, value)
	case "role":
		t.Roles = append(t.Roles, value)
	}
}

// one is the only one of some events; errs.NotFound when there is none.
func one(all []Event, err error) (Event, error) {
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "events.no-event")
	}
	if err != nil {
		return Event{}, err
	}
	return all[0], nil
}

// ByID returns an event; errs.NotFound when there is none.
func ByID(ctx context.Context, q db.Q, id int64) (Event, error) {
	return one(read(ctx, q, `WHERE id = $1`, id))
}

// ByCode returns the event of a public link; errs.NotFound when there is none, and for drafts.
func ByCode(ctx context.Context, q db.Q, code string) (Event, error) {
	return one(read(ctx, q, `WHERE code = $1 AND state <> 'draft'`, code))
}

// ByElsewhere returns the event that is planned on another page; errs.NotFound when there is none.
func ByElsewhere(ctx context.Context, q db.Q, path string) (Event, error) {
	return one(read(ctx, q, `WHERE elsewhere = $1`, path))
}

// Between returns the events of which some part lies between two times, first to last, cancelled ones and drafts too.
func Between(ctx context.Context, q db.Q, from, to time.Time) ([]Event, error) {
	return read(ctx, q, `WHERE ends_at > $1 AND starts_at < $2 ORDER BY starts_at, id`, db.At(from), db.At(to))
}

// OfTheme returns the published events of a theme, the newest first.
func OfTheme(ctx context.Context, q db.Q, area string, service int64) ([]Event, error) {
	if service == 0 {
		return read(ctx, q, `WHERE state = 'published' AND area = $1 AND service_id IS NULL ORDER BY starts_at DESC, id DESC`, area)
	}
	return read(ctx, q, `WHERE state = 'published' AND area = $1 AND service_id = $2 ORDER BY starts_at DESC, id DESC`, area, service)
}

// Answering returns the events that answer a finding, first to last.
func Answering(ctx context.Context, q db.Q, finding int64) ([]Event, error) {
	return read(ctx, q, `WHERE state <> 'draft' AND id IN (SELECT event_id FROM event_findings WHERE finding_id = $1) ORDER BY starts_at, id`, finding)
}

func (e *Event) values() []any {
	return []any{e.Kind, e.State, db.OrNull(e.Unit), e.Title, e.Lead, e.Text, e.Area, db.OrNull(e.Service), e.Rhythm, e.Place, e.Link, e.Capacity, db.At(e.Until),
		e.Open, e.Anonymous, db.OrNull(e.CopiedFrom), e.Elsewhere, e.Why, db.At(e.Start), db.At(e.End), e.Sequence, db.At(e.Stamp)}
}

// insert adds an event with what belongs to it, and sets its numbers.
func insert(ctx context.Context, tx *db.Tx, e *Event) (err error) {
	defer errs.Wrap(&err, "events.insert")
	err = tx.QueryRowContext(ctx, `INSERT INTO events (kind, state, unit_id, title, lead, text, area, service_id, rhythm, place, link, capacity, until_at,
		open_to, anonymous, copied_from, elsewhere, why, starts_at, ends_at, sequence, stamp, code, made_by, made_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, 1) RETURNING id`,
		append(e.values(), e.Code, e.MadeBy, db.At(e.Made))...).Scan(&e.ID)
	if err != nil {
		return err
	}
	e.Version = 1
	return writeParts(ctx, tx, e)
}

// update stores an event unless somebody else has changed it since it was read.
func update(ctx context.Context, tx *db.Tx, e *Event) (err error) {
	defer errs.Wrap(&err, "events.update(%d)", e.ID)
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE events SET kind = $1, state = $2, unit_id = $3, title = $4, lead = $5, text = $6, area = $7,
		service_id = $8, rhythm = $9, place = $10, link = $11, capacity = $12, until_at = $13, open_to = $14, anonymous = $15, copied_from = $16,
		elsewhere = $17, why = $18, starts_at = $19, ends_at = $20, sequence = $21, stamp = $22, version = version + 1 WHERE id = $23 AND version = $24`,
		append(e.values(), e.ID, e.Version)...))
	if err == nil && n == 0 {
		return conflict()
	}
	if err != nil {
		return err
	}
	e.Version++
	return writeParts(ctx, tx, e)
}

// writeParts stores the sittings, target and findings of an event.
func writeParts(ctx context.Context, tx *db.Tx, e *Event) error {
	for i := range e.Sittings {
		if err := writeSitting(ctx, tx, e.ID, &e.Sittings[i]); err != nil {
			return err
		}
	}
	for _, stmt := range []string{`DELETE FROM event_targets WHERE event_id = $1`, `DELETE FROM event_findings WHERE event_id = $1`} {
		if _, err := tx.ExecContext(ctx, stmt, e.ID); err != nil {
			return err
		}
	}
	for kind, values := range map[string][]string{"unit": numbers(e.Target.Units), "profession": e.Target.Professions, "role": e.Target.Roles} {
		for _, v := range values {
			if _, err := tx.ExecContext(ctx, `INSERT INTO event_targets (event_id, kind, value) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, e.ID, kind, v); err != nil {
				return err
			}
		}
	}
	for _, f := range e.Findings {
		if _, err := tx.ExecContext(ctx, `INSERT INTO event_findings (event_id, finding_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, e.ID, f); err != nil {
			return err
		}
	}
	return nil
}

func numbers(ids []int64) (out []string) {
	for _, id := range ids {
		out = append(out, strconv.FormatInt(id, 10))
	}
	return out
}

func writeSitting(ctx context.Context, tx *db.Tx, event int64, x *Sitting) error {
	if x.ID == 0 {
		return tx.QueryRowContext(ctx, `INSERT INTO event_sittings (event_id, uid, starts_at, ends_at, cancelled) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			event, x.UID, db.At(x.Start), db.At(x.End), x.Cancelled).Scan(&x.ID)
	}
	_, err := tx.ExecContext(ctx, `UPDATE event_sittings SET starts_at = $1, ends_at = $2, cancelled = $3 WHERE id = $4 AND event_id = $5`,
		db.At(x.Start), db.At(x.End), x.Cancelled, x.ID, event)
	return err
}
