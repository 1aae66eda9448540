package invite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/events"
)

// addInvited notes that people are invited, and returns those who were not before.
func addInvited(ctx context.Context, tx *db.Tx, event int64, persons []int64, c events.Channel, now time.Time) (fresh []int64, err error) {
	defer errs.Wrap(&err, "invite.addInvited(%d)", event)
	for _, p := range persons {
		n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO event_invited (event_id, person_id, channel, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			event, p, c, db.At(now)))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			fresh = append(fresh, p)
		}
	}
	return fresh, nil
}

// invited are the people who were invited to an event in one way, with the time.
func invited(ctx context.Context, q db.Q, event int64, c events.Channel) (_ map[int64]time.Time, err error) {
	defer errs.Wrap(&err, "invite.invited(%d)", event)
	type row struct {
		person int64
		at     db.Time
	}
	all, err := db.Rows(ctx, q, func(r *sql.Rows, x *row) error { return r.Scan(&x.person, &x.at) },
		`SELECT person_id, at FROM event_invited WHERE event_id = $1 AND channel = $2`, event, c)
	out := map[int64]time.Time{}
	for _, x := range all {
		out[x.person] = x.at.Time
	}
	return out, err
}

// invitedTo counts the events to which a person was invited in each way.
func invitedTo(ctx context.Context, q db.Q, person int64) (_ map[events.Channel][]int64, err error) {
	defer errs.Wrap(&err, "invite.invitedTo(%d)", person)
	type row struct {
		event   int64
		channel events.Channel
	}
	all, err := db.Rows(ctx, q, func(r *sql.Rows, x *row) error { return r.Scan(&x.event, &x.channel) },
		`SELECT event_id, channel FROM event_invited WHERE person_id = $1 ORDER BY event_id`, person)
	out := map[events.Channel][]int64{}
	for _, x := range all {
		out[x.channel] = append(out[x.channel], x.event)
	}
	return out, err
}

// forgetInvited forgets who was invited to events that ended before a time.
func forgetInvited(ctx context.Context, q db.Q, before time.Time) (err error) {
	defer errs.Wrap(&err, "invite.forgetInvited")
	_, err = q.ExecContext(ctx, `DELETE FROM event_invited WHERE event_id IN (SELECT id FROM events WHERE ends_at < $1)`, db.At(before))
	return err
}

func textsOf(ctx context.Context, q db.Q, event int64) (t Texts, err error) {
	defer errs.Wrap(&err, "invite.textsOf(%d)", event)
	var fi, sv, en string
	var nudged db.Time
	err = q.QueryRowContext(ctx, `SELECT text_fi, text_sv, text_en, nudged_at, version FROM event_invitations WHERE event_id = $1`, event).
		Scan(&fi, &sv, &en, &nudged, &t.Version)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	t.In, t.Nudged = map[string]string{"fi": fi, "sv": sv, "en": en}, nudged.Time
	return t, err
}

// begin makes sure that there is a row of an event's invitation.
func begin(ctx context.Context, tx *db.Tx, event int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO event_invitations (event_id, text_fi, text_sv, text_en, version) VALUES ($1, '', '', '', 0) ON CONFLICT DO NOTHING`, event)
	return err
}

// putTexts stores texts, and reports false when they have another version than was read.
func putTexts(ctx context.Context, tx *db.Tx, event int64, t Texts) (ok bool, err error) {
	defer errs.Wrap(&err, "invite.putTexts(%d)", event)
	if err := begin(ctx, tx, event); err != nil {
		return false, err
	}
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE event_invitations SET text_fi = $1, text_sv = $2, text_en = $3, version = version + 1
		WHERE event_id = $4 AND version = $5`, t.In["fi"], t.In["sv"], t.In["en"], event, t.Version))
	return n > 0, err
}

// markNudged notes that supervisors are reminded, and reports false when they were before.
func markNudged(ctx context.Context, tx *db.Tx, event int64, now time.Time) (first bool, err error) {
	defer errs.Wrap(&err, "invite.markNudged(%d)", event)
	if err := begin(ctx, tx, event); err != nil {
		return false, err
	}
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE event_invitations SET nudged_at = $1 WHERE event_id = $2 AND nudged_at IS NULL`, db.At(now), event))
	return n > 0, err
}
