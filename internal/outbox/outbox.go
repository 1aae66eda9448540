// Package outbox sends mail that features have asked for, each message at most once.
//
// A message is a row, inserted in the transaction that wants it sent. It holds no text: the feature that asked for it
// writes the message when it is sent, so that no link or token ever stands in the queue. Before a message goes to
// the server its row says so, and after the server's word it says what became of it. A process that dies in
// between leaves at most one message for each connection of which nobody can know; it is listed as unclear and never
// sent again by itself; a person may ask for it.
package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mail"
)

const (
	lease   = 2 * time.Minute
	mostTry = 20 // about two days: a server that puts mail off for its quota does so for hours
)

// ErrSkip is what a writer returns when nothing is to go out and nobody may see that: the row is settled exactly as one that
// was sent, by the same statement.
var ErrSkip = errors.New("outbox: nothing to send, to be settled as sent")

// Writer writes the message of one kind for what ref names. errs.NotFound means that it is no longer wanted, and its row goes;
// for ErrSkip the row stays as if it had been sent.
type Writer func(ctx context.Context, ref int64) (mail.Message, error)

// Outbox sends messages.
type Outbox struct {
	DB     *db.DB
	Sender mail.Sender
	Now    func() time.Time
	Host   string        // the part of Message-IDs after the @
	Idle   time.Duration // how long to wait when there is nothing to send; 0 means half a second

	writers map[string]Writer
	wake    chan struct{}
	once    sync.Once
}

// Handle makes f the writer of messages of a kind.
func (o *Outbox) Handle(kind string, f Writer) {
	if o.writers == nil {
		o.writers = map[string]Writer{}
	}
	o.writers[kind] = f
}

// Item asks for one message. A topic holds one message of a kind and ref: asking again changes nothing.
type Item struct {
	Topic, Kind string
	Ref         int64
	Address     string // "" when the row is to name nobody: the writer says whom the message goes to
}

// Add asks for messages in the transaction, to be sent at the given time or later.
func Add(ctx context.Context, tx *db.Tx, at time.Time, items []Item) (err error) {
	defer errs.Wrap(&err, "outbox.Add")
	rows := make([][]any, len(items))
	for i, it := range items {
		rows[i] = []any{it.Topic, it.Kind, it.Ref, it.Address, db.At(at)}
	}
	return tx.Insert(ctx, `INSERT INTO mail_messages (topic, kind, ref, address, run_at) VALUES`, 5, rows)
}

// Counts tells how a topic's messages stand.
type Counts struct{ Waiting, Sent, Refused, Unclear int }

// All is the number of messages.
func (c Counts) All() int { return c.Waiting + c.Sent + c.Refused + c.Unclear }

// Count counts a topic's messages.
func Count(ctx context.Context, q db.Q, topic string) (c Counts, err error) {
	defer errs.Wrap(&err, "outbox.Count(%s)", topic)
	rows, err := q.QueryContext(ctx, `SELECT state, count(*) FROM mail_messages WHERE topic = $1 GROUP BY state`, topic)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return c, err
		}
		switch state {
		case "waiting", "handing":
			c.Waiting += n
		case "sent":
			c.Sent += n
		case "refused":
			c.Refused += n
		case "unclear":
			c.Unclear += n
		}
	}
	return c, rows.Err()
}

// Trouble is a message that was refused or of which nobody knows.
type Trouble struct {
	Ref                   int64
	Address, State, Error string
}

// Troubles lists a topic's refused and unclear messages by address.
func Troubles(ctx context.Context, q db.Q, topic string) (_ []Trouble, err error) {
	defer errs.Wrap(&err, "outbox.Troubles(%s)", topic)
	return db.Rows(ctx, q, func(r *sql.Rows, t *Trouble) error { return r.Scan(&t.Ref, &t.Address, &t.State, &t.Error) },
		`SELECT ref, address, state, error FROM mail_messages WHERE topic = $1 AND state IN ('refused', 'unclear') ORDER BY address, id`, topic)
}

// Again asks once more for messages that were refused or are unclear, each at the address given now, and reports how many
// there were; messages in any other state stay as they are. It is for somebody who has looked at the list and decided, never
// for a program: an unclear message may have arrived. The Message-ID stays, so that a mailbox can tell that it is the same.
func Again(ctx context.Context, tx *db.Tx, at time.Time, items []Item) (n int, err error) {
	defer errs.Wrap(&err, "outbox.Again")
	for _, it := range items {
		changed, err := db.Changed(tx.ExecContext(ctx, `UPDATE mail_messages SET state = 'waiting', tries = 0, run_at = $1, error = '', address = $2
			WHERE topic = $3 AND kind = $4 AND ref = $5 AND state IN ('refused', 'unclear')`, db.At(at), it.Address, it.Topic, it.Kind, it.Ref))
		if err != nil {
			return 0, err
		}
		n += int(changed)
	}
	return n, nil
}

// Pause stops or resumes the sending of a topic.
func Pause(ctx context.Context, q db.Q, topic string, paused bool) (err error) {
	defer errs.Wrap(&err, "outbox.Pause(%s)", topic)
	_, err = q.ExecContext(ctx, `INSERT INTO mail_topics (topic, paused) VALUES ($1, $2) ON CONFLICT (topic) DO UPDATE SET paused = excluded.paused`, topic, paused)
	return err
}

// Paused reports whether a topic is stopped.
func Paused(ctx context.Context, q db.Q, topic string) (paused bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT paused FROM mail_topics WHERE topic = $1`, topic).Scan(&paused)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return paused, err
}

// Drop forgets a topic's messages that have not been sent: a closed round invites nobody.
func Drop(ctx context.Context, tx *db.Tx, topic string) (err error) {
	defer errs.Wrap(&err, "outbox.Drop(%s)", topic)
	_, err = tx.ExecContext(ctx, `DELETE FROM mail_messages WHERE topic = $1 AND state = 'waiting'`, topic)
	return err
}

// Prune forgets a topic's messages that were settled before the given time: nobody needs to know for ever who got mail.
func Prune(ctx context.Context, q db.Q, topic string, before time.Time) (err error) {
	defer errs.Wrap(&err, "outbox.Prune(%s)", topic)
	_, err = q.ExecContext(ctx, `DELETE FROM mail_messages WHERE topic = $1 AND run_at < $2 AND state NOT IN ('waiting', 'handing')`, topic, db.At(before))
	return err
}

func (o *Outbox) setUp() {
	o.once.Do(func() {
		o.wake = make(chan struct{}, 1)
		if o.Idle == 0 {
			o.Idle = 500 * time.Millisecond
		}
	})
}

// Wake makes a running outbox look at once.
func (o *Outbox) Wake() {
	o.setUp()
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Run sends messages until ctx is done.
func (o *Outbox) Run(ctx context.Context) {
	o.setUp()
	for ctx.Err() == nil {
		n, err := o.Step(ctx)
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "outbox", "err", err)
		}
		if n > 0 && err == nil {
			continue
		}
		wait := o.Idle
		if err != nil {
			wait = 10 * o.Idle
		}
		select {
		case <-ctx.Done():
		case <-o.wake:
		case <-time.After(wait):
		}
	}
}

type message struct {
	id      int64
	topic   string
	kind    string
	ref     int64
	address string
	tries   int
}

// Step sends what is due over one connection and reports how many messages it settled. It returns when nothing is
// due or the connection fails.
func (o *Outbox) Step(ctx context.Context) (n int, err error) {
	o.setUp()
	if err := o.markUnclear(ctx); err != nil {
		return 0, err
	}
	m, err := o.claim(ctx)
	if err != nil || m.id == 0 {
		return 0, err
	}
	conn, err := o.Sender.Dial(ctx)
	if err != nil {
		return 0, errors.Join(err, o.putBack(context.WithoutCancel(ctx), m))
	}
	defer conn.Close()
	for m.id != 0 {
		sendErr := o.send(ctx, conn, m)
		if err := o.settle(context.WithoutCancel(ctx), m, sendErr); err != nil {
			return n, err
		}
		n++
		if ctx.Err() != nil {
			return n, nil
		}
		if sendErr != nil && mail.OutcomeOf(sendErr) != mail.Refused && errs.KindOf(sendErr) != errs.NotFound {
			return n, nil // the connection may be broken; the next step opens another
		}
		if m, err = o.claim(ctx); err != nil {
			return n, err
		}
	}
	return n, nil
}

// markUnclear finds messages whose process died while it handed them over.
func (o *Outbox) markUnclear(ctx context.Context) error {
	_, err := o.DB.ExecContext(ctx, `UPDATE mail_messages SET state = 'unclear', error = 'interrupted while handing over' WHERE state = 'handing' AND run_at < $1`, db.At(o.Now()))
	return err
}

func (o *Outbox) claim(ctx context.Context) (m message, err error) {
	now := db.At(o.Now())
	err = o.DB.InTx(ctx, func(tx *db.Tx) error {
		err := tx.QueryRowContext(ctx, `
			UPDATE mail_messages SET state = 'handing', run_at = $2, tries = tries + 1
			WHERE id = (SELECT m.id FROM mail_messages m WHERE m.state = 'waiting' AND m.run_at <= $1
				AND NOT EXISTS (SELECT 1 FROM mail_topics t WHERE t.topic = m.topic AND t.paused = $3)
				ORDER BY m.run_at, m.id LIMIT 1`+tx.SkipLocked()+`)
			RETURNING id, topic, kind, ref, address, tries`, now, db.At(now.Add(lease)), true).
			Scan(&m.id, &m.topic, &m.kind, &m.ref, &m.address, &m.tries)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return m, err
}

func (o *Outbox) send(ctx context.Context, conn mail.Conn, m message) error {
	w := o.writers[m.kind]
	if w == nil {
		return fmt.Errorf("no writer for messages of kind %q", m.kind)
	}
	msg, err := w(ctx, m.ref)
	if errors.Is(err, ErrSkip) {
		return nil
	}
	if err != nil {
		return err
	}
	msg.ID = fmt.Sprintf("%s.%d@%s", m.kind, m.id, o.Host)
	if msg.To == "" {
		msg.To = m.address
	}
	return conn.Send(ctx, msg)
}

// putBack makes a claimed message wait as before. A server that cannot be reached says nothing of the message, so the try
// does not count, however long the server is down.
func (o *Outbox) putBack(ctx context.Context, m message) (err error) {
	defer errs.Wrap(&err, "outbox.putBack(%d)", m.id)
	_, err = o.DB.Save(ctx, `UPDATE mail_messages SET state = 'waiting', tries = tries - 1, run_at = $2 WHERE id = $1`, m.id, db.At(o.Now()))
	return err
}

// settle writes what became of a message.
func (o *Outbox) settle(ctx context.Context, m message, failed error) (err error) {
	defer errs.Wrap(&err, "outbox.settle(%d)", m.id)
	if failed == nil {
		_, err = o.DB.Save(ctx, `UPDATE mail_messages SET state = 'sent', error = '' WHERE id = $1`, m.id)
		return err
	}
	if errs.KindOf(failed) == errs.NotFound {
		_, err = o.DB.Save(ctx, `DELETE FROM mail_messages WHERE id = $1`, m.id)
		return err
	}
	state := map[mail.Outcome]string{mail.TryAgain: "waiting", mail.Refused: "refused", mail.Unclear: "unclear"}[mail.OutcomeOf(failed)]
	if state == "waiting" && m.tries >= mostTry {
		state = "refused"
	}
	wait := time.Duration(m.tries*m.tries) * time.Minute
	_, err = o.DB.Save(ctx, `UPDATE mail_messages SET state = $2, run_at = $3, error = $4 WHERE id = $1`, m.id, state, db.At(o.Now().Add(wait)), words(m, failed))
	return err
}

// words is what is kept of a failure. A message without an address in its row is to name nobody, and the server's words may:
// of those only the class of the code stays.
func words(m message, failed error) string {
	if m.address != "" {
		return failed.Error()
	}
	if f, ok := errors.AsType[*mail.Failure](failed); ok {
		return f.Class()
	}
	return ""
}
