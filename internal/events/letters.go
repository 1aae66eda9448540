package events

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/ical"
	"taitorinki/internal/jobs"
	"taitorinki/internal/mail"
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

// Mails adds the writer of the letters.
func (n *Notices) Mails() { n.Outbox.Handle(letterKind, n.write) }

// noLetter tells that there is nothing to write any more.
func noLetter() error { return errs.New(errs.NotFound, "events.no-letter") }

// write writes a letter as things stand now.
func (n *Notices) write(ctx context.Context, id int64) (m mail.Message, err error) {
	defer errs.Wrap(&err, "events.write(%d)", id)
	l, h, err := letterByID(ctx, n.DB, id)
	if err != nil {
		return m, err
	}
	e, err := ByID(ctx, n.DB, h.Event)
	if err != nil {
		return m, err
	}
	if e.State == Draft || e.Over(n.Now()) {
		return m, noLetter()
	}
	if h.Person != 0 {
		p, err := people.PersonByID(ctx, n.DB, h.Person)
		if err != nil {
			return m, err
		}
		if !p.Left.IsZero() {
			return m, noLetter()
		}
		h.Recipient = Recipient{Person: p.ID, Name: p.Name, Email: p.Email, Lang: p.Lang}
		if h.Channel == BySupervisor {
			return n.writePassOn(ctx, l, &p, &e)
		}
	}
	if h.Email == "" {
		return m, noLetter()
	}
	return n.writeSitting(ctx, l, &h, &e)
}

// writePassOn writes to a supervisor: for the first time, with what has changed, or that there is nothing to pass on any more.
func (n *Notices) writePassOn(ctx context.Context, l letter, p *people.Person, e *Event) (m mail.Message, err error) {
	if p.Email == "" {
		return m, noLetter()
	}
	known, err := toldTo(ctx, n.DB, l.Holder)
	if err != nil {
		return m, err
	}
	was, kind := known[0], PassFirst
	switch {
	case l.Kind == "nudge":
		kind = PassNudge
	case e.State == Cancelled:
		kind = PassOff
	case l.Kind == "change" && was.Print != "":
		kind = PassCorrected
	}
	if kind == PassOff && was.Print == "" || kind == PassNudge && e.State == Cancelled {
		return m, noLetter()
	}
	if m.Subject, m.Text, err = n.PassOn(ctx, e, p, kind); err != nil {
		return m, err
	}
	if kind != PassNudge {
		if ok, err := claim(ctx, n.DB, l.Holder, told{Print: wholePrint(e), Letter: l.ID}); err != nil || !ok {
			return mail.Message{}, cmp.Or(err, noLetter())
		}
	}
	m.To = p.Email
	return m, nil
}

// writeSitting writes of one sitting what a calendar reads too.
func (n *Notices) writeSitting(ctx context.Context, l letter, h *holder, e *Event) (m mail.Message, err error) {
	at := slices.IndexFunc(e.Sittings, func(x Sitting) bool { return x.ID == l.Sitting })
	if at < 0 || !n.Now().Before(e.Sittings[at].End) {
		return m, noLetter()
	}
	x := &e.Sittings[at]
	known, err := toldTo(ctx, n.DB, h.ID)
	if err != nil {
		return m, err
	}
	was, now, kind := known[x.ID], printOf(e, x), l.Kind
	switch {
	case now == off && was.Print == "":
		return m, noLetter()
	case now == off && e.State == Cancelled:
		kind = "cancelled"
	case now == off:
		kind = "off"
	case was.Print != "" && was.Letter != l.ID:
		kind = "change"
	}
	if m, err = n.message(ctx, h, e, x, kind); err != nil {
		return m, err
	}
	ok, err := claim(ctx, n.DB, h.ID, told{x.ID, now, l.ID})
	if err != nil || !ok {
		return mail.Message{}, cmp.Or(err, noLetter())
	}
	return m, nil
}

func (n *Notices) message(ctx context.Context, h *holder, e *Event, x *Sitting, kind string) (m mail.Message, err error) {
	m.To = h.Email
	file, method, err := n.Part(ctx, e, x, h.Recipient, kind == "off" || kind == "cancelled")
	switch {
	case errors.Is(err, ical.ErrEvent): // the text alone tells all
		slog.ErrorContext(ctx, "an event fits no calendar", "event", e.ID, "err", err)
	case err != nil:
		return m, err
	default:
		m.Calendar, m.CalendarMethod = file, method
	}
	link := n.BaseURL + e.Path("")
	if h.Person == 0 {
		link = n.BaseURL + e.PublicPath("")
	}
	args := []any{"title", e.Title + partOf(e, x), "start", x.Start, "end", i18n.Time(h.Lang, x.End), "where", whereLines(e), "lead", paragraph(e.Lead), "why", paragraph(e.Why),
		"link", link, "name", h.Name, "service", n.Kit.Service}
	m.Subject = n.Kit.Words.T(h.Lang, "events.mail-"+kind+"-subject", args...)
	m.Text = n.Kit.Words.T(h.Lang, "events.mail-"+kind, args...)
	return m, nil
}

// partOf says which sitting of a series it is: " (1/3)"; one that was called off has no number among the others.
func partOf(e *Event, x *Sitting) string {
	held := e.Held()
	at := slices.IndexFunc(held, func(o Sitting) bool { return o.ID == x.ID })
	if len(held) < 2 || at < 0 {
		return ""
	}
	return " (" + strconv.Itoa(at+1) + "/" + strconv.Itoa(len(held)) + ")"
}

func whereLines(e *Event) string {
	if e.Place != "" && e.Link != "" {
		return "\n" + e.Place + "\n" + e.Link
	}
	if e.Place+e.Link == "" {
		return ""
	}
	return "\n" + e.Place + e.Link
}

// paragraph is a text with an empty line before it, "" for none.
func paragraph(s string) string {
	if s == "" {
		return ""
	}
	return "\n\n" + s
}

// keepHolders is how long it is known who was told of an event that is over.
const keepHolders = 30 * 24 * time.Hour

// Jobs adds the work that is done regularly.
func (n *Notices) Jobs(w *jobs.Worker) {
	w.Every("forget whom mail of old events went to", 24*time.Hour, n.prune)
}

func (n *Notices) prune(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "events.prune")
	before := n.Now().Add(-keepHolders)
	if err := outbox.Prune(ctx, n.DB, newsTopic, before); err != nil {
		return err
	}
	old, err := db.Rows(ctx, n.DB, func(r *sql.Rows, id *int64) error { return r.Scan(id) },
		`SELECT DISTINCT e.id FROM events e JOIN event_holders h ON h.event_id = e.id WHERE e.ends_at < $1`, db.At(before))
	if err != nil {
		return err
	}
	for _, id := range old {
		if err := n.DB.InTx(ctx, func(tx *db.Tx) error { return forgetHolders(ctx, tx, id) }); err != nil {
			return err
		}
	}
	return nil
}

func forgetHolders(ctx context.Context, tx *db.Tx, event int64) error {
	for _, stmt := range []string{
		`DELETE FROM event_letters WHERE holder_id IN (SELECT id FROM event_holders WHERE event_id = $1)`,
		`DELETE FROM event_told WHERE holder_id IN (SELECT id FROM event_holders WHERE event_id = $1)`,
		`DELETE FROM event_holders WHERE event_id = $1`,
	} {
		if _, err := tx.ExecContext(ctx, stmt, event); err != nil {
			return err
		}
	}
	return outbox.Forget(ctx, tx, paced(event))
}
