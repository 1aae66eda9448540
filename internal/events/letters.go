package events

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/ical"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// Notices tell those who hold information about an event when it has become old. What a letter says is decided when it is sent:
// one that waited says how things stand then, and one that would say what its reader knows is not sent.
//
// Outlook takes the first event of a mail alone and passes the others over (Microsoft, [MS-STANOICAL] 2.2.175), so each sitting of a
// series goes in a mail of its own.
type Notices struct {
	DB      *db.DB
	Kit     *web.Kit
	Outbox  *outbox.Outbox
	Now     func() time.Time
	BaseURL string // where links begin, without a slash at the end
	// Calendar is what calendars read of a mail about a sitting, and the method that stands in it.
	Calendar func(ctx context.Context, e *Event, x *Sitting, to ical.Person, cancel bool) (file []byte, method string, err error)
	// PassOn writes what a supervisor gets; errs.NotFound when there is nothing to write to them.
	PassOn func(ctx context.Context, e *Event, to *people.Person, kind PassKind) (subject, text string, err error)
}

// PassKind is what a supervisor is written about.
type PassKind string

// The kinds of mail to supervisors. They are the names of their words.
const (
	PassFirst     PassKind = "pass"
	PassCorrected PassKind = "corrected"
	PassOff       PassKind = "off"
	PassNudge     PassKind = "nudge"
)

// letterKind is what the outbox calls the letters; a letter is for the holder and, but for supervisors, one sitting.
const letterKind = "event-letter"

// News goes at any hour; what is sent to many at once for the first time keeps its pace.
const newsTopic = "events"

func paced(event int64) string { return "event:" + strconv.FormatInt(event, 10) }

type letter struct {
	ID, Holder, Sitting int64
	Kind                string // invite, change, pass or nudge
}

// Hold notes, in the transaction in which somebody gets a place, that they know an event as of a sequence. Who knows what is old
// already gets the news by a letter.
func (n *Notices) Hold(ctx context.Context, tx *db.Tx, e *Event, to Recipient, sequence int) (err error) {
	defer errs.Wrap(&err, "events.Hold(%d)", e.ID)
	now, err := currentSequence(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	h, err := hold(ctx, tx, e.ID, to, ByPlace, n.Now())
	if err != nil {
		return err
	}
	at := e
	if now != e.Sequence {
		fresh, err := ByID(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		at = &fresh
	}
	if sequence < at.Sequence {
		return n.update(ctx, tx, at, []holder{h})
	}
	for i := range at.Sittings {
		x := &at.Sittings[i]
		if x.Cancelled {
			continue
		}
		if _, err := claim(ctx, tx, h.ID, told{Sitting: x.ID, Print: printOf(at, x)}); err != nil {
			return err
		}
	}
	return nil
}

// Told notes that another mail, about a place, tells of a sitting as it is now, so that no letter tells the same. Who has withdrawn
// meanwhile goes on holding nothing.
func (n *Notices) Told(ctx context.Context, e *Event, x *Sitting, to Recipient) (err error) {
	defer errs.Wrap(&err, "events.Told(%d)", e.ID)
	h, _, err := holderOf(ctx, n.DB, e.ID, to)
	if err != nil || !h.Holds {
		return err
	}
	_, err = claim(ctx, n.DB, h.ID, told{Sitting: x.ID, Print: printOf(e, x)})
	return err
}

// Release notes that somebody withdrew: they hold nothing and hear nothing, whoever had invited them.
func (n *Notices) Release(ctx context.Context, tx *db.Tx, e *Event, to Recipient) error {
	return release(ctx, tx, e.ID, to)
}

// Part is the calendar part of a mail to somebody about a sitting. It is newer for their calendar than all that they were sent
// before; cancel takes the sitting out of the calendar of somebody who withdrew.
func (n *Notices) Part(ctx context.Context, e *Event, x *Sitting, to Recipient, cancel bool) (file []byte, method string, err error) {
	h, _, err := holderOf(ctx, n.DB, e.ID, to)
	if err != nil {
		return nil, "", err
	}
	at := *e
	at.Sequence += 2 * h.Withdrawn
	if cancel && h.Withdrawn > 0 && printOf(e, x) != off {
		at.Sequence -= 2 // after the invitation before the withdrawal, before the next
	}
	return n.Calendar(ctx, &at, x, ical.Person{Name: to.Name, Email: to.Email}, cancel)
}

// Invite sends an invitation of their own to people who hold nothing of an event, and tells how many there are.
func (n *Notices) Invite(ctx context.Context, tx *db.Tx, e *Event, persons []int64) (count int, err error) {
	if _, err := currentSequence(ctx, tx, e.ID); err != nil {
		return 0, err
	}
	var out []letter
	for _, p := range persons {
		to := Recipient{Person: p}
		if h, ok, err := holderOf(ctx, tx, e.ID, to); err != nil {
			return 0, err
		} else if ok && (h.Holds || h.Withdrawn > 0) {
			continue
		}
		h, err := hold(ctx, tx, e.ID, to, Directly, n.Now())
		if err != nil {
			return 0, err
		}
		count++
		for _, x := range e.Held() {
			out = append(out, letter{Holder: h.ID, Sitting: x.ID, Kind: "invite"})
		}
	}
	return count, n.post(ctx, tx, paced(e.ID), out)
}

// Tell sends supervisors what they are to pass on.
func (n *Notices) Tell(ctx context.Context, tx *db.Tx, e *Event, persons []int64) error {
	if _, err := currentSequence(ctx, tx, e.ID); err != nil {
		return err
	}
	var out []letter
	for _, p := range persons {
		h, err := hold(ctx, tx, e.ID, Recipient{Person: p}, BySupervisor, n.Now())
		if err != nil {
			return err
		}
		out = append(out, letter{Holder: h.ID, Kind: "pass"})
	}
	return n.post(ctx, tx, paced(e.ID), out)
}

// Nudge reminds the supervisors who were told, and tells how many they are.
func (n *Notices) Nudge(ctx context.Context, tx *db.Tx, e *Event) (int, error) {
	all, err := holders(ctx, tx, `event_id = $1 AND channel = 'supervisor' AND holds ORDER BY id`, e.ID)
	if err != nil {
		return 0, err
	}
	var out []letter
	for _, h := range all {
		out = append(out, letter{Holder: h.ID, Kind: "nudge"})
	}
	return len(out), n.post(ctx, tx, paced(e.ID), out)
}

// React asks for letters to those who hold what a change has made old. It runs after the reaction of the places.
func (n *Notices) React(ctx context.Context, tx *db.Tx, _ int64, before, after *Event) error {
	if before == nil || after.Elsewhere != "" || after.Sequence == before.Sequence {
		return nil
	}
	if err := lockHolders(ctx, tx, after.ID); err != nil {
		return err
	}
	all, err := holders(ctx, tx, `event_id = $1 AND holds ORDER BY id`, after.ID)
	if err != nil {
		return err
	}
	return n.update(ctx, tx, after, all)
}

// update asks for a letter of each sitting of which a holder was told anything else. A text to pass on may still wait to be
// sent, so that nothing has been told: its letter then tells all.
func (n *Notices) update(ctx context.Context, tx *db.Tx, e *Event, all []holder) error {
	var out []letter
	for _, h := range all {
		known, err := toldTo(ctx, tx, h.ID)
		if err != nil {
			return err
		}
		if h.Channel == BySupervisor {
			if known[0].Print != wholePrint(e) {
				out = append(out, letter{Holder: h.ID, Kind: "change"})
			}
			continue
		}
		for i := range e.Sittings {
			x := &e.Sittings[i]
			if was, now := known[x.ID].Print, printOf(e, x); was != now && (was != "" || now != off) {
				out = append(out, letter{Holder: h.ID, Sitting: x.ID, Kind: "change"})
			}
		}
	}
	return n.post(ctx, tx, newsTopic, out)
}

// post asks for letters. Who has no address gets none.
func (n *Notices) post(ctx context.Context, tx *db.Tx, topic string, all []letter) (err error) {
	defer errs.Wrap(&err, "events.post")
	address, err := addresses(ctx, tx, all)
	if err != nil {
		return err
	}
	var items []outbox.Item
	for _, l := range all {
		if address[l.Holder] == "" {
			continue
		}
		var id int64
		err := tx.QueryRowContext(ctx, `INSERT INTO event_letters (holder_id, kind, sitting_id, made_at) VALUES ($1, $2, $3, $4) RETURNING id`,
			l.Holder, l.Kind, l.Sitting, db.At(n.Now())).Scan(&id)
		if err != nil {
			return err
		}
		items = append(items, outbox.Item{Topic: topic, Kind: letterKind, Ref: id, Address: address[l.Holder]})
	}
	return outbox.Add(ctx, tx, n.Now(), items)
}

// addresses are those of the holders of some letters.
func addresses(ctx context.Context, tx *db.Tx, all []letter) (map[int64]string, error) {
	var ids []int64
	for _, l := range all {
		ids = append(ids, l.Holder)
	}
	slices.Sort(ids)
	out, persons := map[int64]string{}, map[int64][]int64{}
	for part := range slices.Chunk(slices.Compact(ids), db.MostIn) {
		list, args := db.In(0, part)
		some, err := holders(ctx, tx, `id IN `+list, args...)
		if err != nil {
			return nil, err
		}
		for _, h := range some {
			out[h.ID] = h.Email
			if h.Person != 0 {
				persons[h.Person] = append(persons[h.Person], h.ID)
			}
		}
	}
	here, err := people.PersonsByID(ctx, tx, slices.Collect(maps.Keys(persons)))
	for _, p := range here {
		for _, h := range persons[p.ID] {
			out[h] = p.Email
		}
	}
	return out, err
}

// Undelivered are the invitations to an event that the mail server refused, or of which nobody knows whether they arrived.
func (n *Notices) Undelivered(ctx context.Context, event int64) ([]outbox.Trouble, error) {
	return outbox.Troubles(ctx, n.DB, paced(event))
}

func letterByID(ctx context.Context, q db.Q, id int64) (l letter, h holder, err error) {
	l.ID = id
	err = q.QueryRowContext(ctx, `SELECT holder_id, kind, sitting_id FROM event_letters WHERE id = $1`, id).Scan(&l.Holder, &l.Kind, &l.Sitting)
	if errors.Is(err, sql.ErrNoRows) {
		err = errs.Because(err, errs.NotFound, "events.no-letter")
	}
	if err != nil {
		return l, h, err
	}
	all, err := holders(ctx, q, `id = $1 AND holds`, l.Holder)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "events.no-letter")
	}
	if err != nil {
		return l, h, err
	}
	return l, all[0], nil
}
