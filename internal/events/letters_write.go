package events

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"taitorinki/internal/mail"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/ical"
	"taitorinki/internal/jobs"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
)

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
