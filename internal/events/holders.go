package events

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

// Channel is how somebody came to hold information about an event.
type Channel string

// The channels. They are stored: never change one.
const (
	BySupervisor Channel = "supervisor" // a text to pass on to their people
	Directly     Channel = "direct"     // an invitation of their own
	ByPlace      Channel = "place"      // they signed up
)

// holder is somebody who holds information about an event. Of a person only the number is kept; the rest is read when it is needed.
type holder struct {
	ID, Event int64
	Recipient
	Channel   Channel
	Holds     bool
	Withdrawn int
}

const holderColumns = `id, event_id, person_id, guest_id, channel, name, email, lang, holds, withdrawn`

func holders(ctx context.Context, q db.Q, where string, args ...any) (_ []holder, err error) {
	defer errs.Wrap(&err, "events.holders")
	return db.Rows(ctx, q, func(r *sql.Rows, h *holder) error {
		var person, guest sql.NullInt64
		err := r.Scan(&h.ID, &h.Event, &person, &guest, &h.Channel, &h.Name, &h.Email, &h.Lang, &h.Holds, &h.Withdrawn)
		h.Person, h.Guest = person.Int64, guest.Int64
		return err
	}, `SELECT `+holderColumns+` FROM event_holders WHERE `+where, args...)
}

// holderOf is what a person or guest holds for their own calendar; ok is false when they never held anything.
func holderOf(ctx context.Context, q db.Q, event int64, to Recipient) (h holder, ok bool, err error) {
	where, id := `person_id = $2 AND channel <> 'supervisor'`, to.Person
	if id == 0 {
		where, id = `guest_id = $2`, to.Guest
	}
	all, err := holders(ctx, q, `event_id = $1 AND `+where, event, id)
	if err != nil || len(all) == 0 {
		return h, false, err
	}
	return all[0], true, nil
}

// hold makes somebody a holder. A place takes over an invitation: whoever signed up hears of the event once.
func hold(ctx context.Context, tx *db.Tx, event int64, to Recipient, c Channel, now time.Time) (h holder, err error) {
	defer errs.Wrap(&err, "events.hold(%d)", event)
	if to.Person != 0 {
		to.Name, to.Email, to.Lang = "", "", ""
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO event_holders (event_id, person_id, guest_id, channel, name, email, lang, holds, withdrawn, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9) ON CONFLICT DO NOTHING`,
		event, db.OrNull(to.Person), db.OrNull(to.Guest), c, to.Name, to.Email, to.Lang, true, db.At(now))
	if err != nil {
		return h, err
	}
	if c == BySupervisor {
		all, err := holders(ctx, tx, `event_id = $1 AND person_id = $2 AND channel = 'supervisor'`, event, to.Person)
		if err != nil {
			return h, err
		}
		return all[0], nil
	}
	if h, _, err = holderOf(ctx, tx, event, to); err != nil {
		return h, err
	}
	h.Recipient, h.Channel, h.Holds = to, c, true
	_, err = tx.ExecContext(ctx, `UPDATE event_holders SET channel = $1, name = $2, email = $3, lang = $4, holds = $5 WHERE id = $6`,
		c, to.Name, to.Email, to.Lang, true, h.ID)
	return h, err
}

// release takes away what somebody held for their own calendar.
func release(ctx context.Context, tx *db.Tx, event int64, to Recipient) (err error) {
	defer errs.Wrap(&err, "events.release(%d)", event)
	h, ok, err := holderOf(ctx, tx, event, to)
	if err != nil || !ok || !h.Holds {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE event_holders SET holds = $1, withdrawn = withdrawn + 1 WHERE id = $2`, false, h.ID); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM event_told WHERE holder_id = $1`, h.ID)
	return err
}

// told is what a holder was told last of a sitting, or of the event as a whole.
type told struct {
	Sitting int64
	Print   string
	Letter  int64
}

func toldTo(ctx context.Context, q db.Q, holder int64) (out map[int64]told, err error) {
	defer errs.Wrap(&err, "events.toldTo(%d)", holder)
	all, err := db.Rows(ctx, q, func(r *sql.Rows, t *told) error { return r.Scan(&t.Sitting, &t.Print, &t.Letter) },
		`SELECT sitting_id, print, letter_id FROM event_told WHERE holder_id = $1`, holder)
	out = map[int64]told{}
	for _, t := range all {
		out[t.Sitting] = t
	}
	return out, err
}

// claim notes that a letter tells something, and reports whether it is to go out: not when another mail has told the same. A letter
// that the mail server put off may claim what it claimed before.
func claim(ctx context.Context, q db.Q, holder int64, t told) (_ bool, err error) {
	defer errs.Wrap(&err, "events.claim(%d)", holder)
	n, err := db.Changed(q.ExecContext(ctx, `INSERT INTO event_told (holder_id, sitting_id, print, letter_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (holder_id, sitting_id) DO UPDATE SET print = excluded.print, letter_id = excluded.letter_id
		WHERE event_told.print <> excluded.print OR event_told.letter_id = excluded.letter_id AND excluded.letter_id <> 0`,
		holder, t.Sitting, t.Print, t.Letter))
	return n > 0, err
}

// off is the print of what was called off.
const off = "off"

// printOf tells apart what people are told of a sitting: two prints are alike when a calendar would show the same.
func printOf(e *Event, x *Sitting) string {
	if e.State == Cancelled || x.Cancelled {
		return off
	}
	return digest(e, x)
}

// wholePrint is the print of an event in a text to pass on.
func wholePrint(e *Event) string {
	if e.State == Cancelled {
		return off
	}
	held := e.Held()
	all := make([]*Sitting, len(held))
	for i := range held {
		all[i] = &held[i]
	}
	return digest(e, all...)
}

func digest(e *Event, all ...*Sitting) string {
	parts := []string{e.Title, e.Lead, e.Place, e.Link}
	for _, x := range all {
		parts = append(parts, strconv.FormatInt(x.Start.Unix(), 10), strconv.FormatInt(x.End.Unix(), 10))
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}

// ComingTo returns the events that a person holds an invitation to or a place at, or that they speak at or host, unless they ended
// before the given time. Drafts are not among them.
func ComingTo(ctx context.Context, q db.Q, person int64, since time.Time) ([]Event, error) {
	return read(ctx, q, `WHERE state <> 'draft' AND elsewhere = '' AND ends_at > $2 AND (
		id IN (SELECT event_id FROM event_holders WHERE person_id = $1 AND channel <> 'supervisor' AND holds)
		OR id IN (SELECT event_id FROM event_speakers WHERE person_id = $1)) ORDER BY starts_at, id`, person, db.At(since))
}

// lockHolders lets nobody begin to hold an event while it changes, nor change it meanwhile: who holds it too late for the change and
// too early for its sequence would never be told. It is not the event's own row: a change locks that before the places, a sign-up
// the places before this.
func lockHolders(ctx context.Context, tx *db.Tx, event int64) (err error) {
	defer errs.Wrap(&err, "events.lockHolders(%d)", event)
	_, err = tx.ExecContext(ctx, `INSERT INTO event_invitations (event_id, text_fi, text_sv, text_en, version) VALUES ($1, '', '', '', 0) ON CONFLICT DO NOTHING`, event)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE event_invitations SET version = version WHERE event_id = $1`, event)
	return err
}

// currentSequence locks the holders of an event and reads its sequence.
func currentSequence(ctx context.Context, tx *db.Tx, event int64) (seq int, err error) {
	if err := lockHolders(ctx, tx, event); err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `SELECT sequence FROM events WHERE id = $1`, event).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = errs.Because(err, errs.NotFound, "events.no-event")
	}
	return seq, err
}
