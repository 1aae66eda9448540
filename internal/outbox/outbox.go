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
	"sync"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mail"
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

	Connections int  // to the mail server, at most; 0 means 4. Each leaves one unclear message when the process is killed
	Unpaced     bool // send all at once, at any hour: for tests and demonstrations, whose clock stands still

	writers map[string]Writer
	wake    chan struct{}
	once    sync.Once
	mu      sync.Mutex
	trouble string // why nothing goes out
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
	known := map[string]bool{"": true}
	for i, it := range items {
		pace := paceOf(it.Topic)
		rows[i] = []any{it.Topic, it.Kind, it.Ref, it.Address, db.At(at), pace}
		if known[pace] {
			continue
		}
		known[pace] = true
		if _, err := tx.ExecContext(ctx, `INSERT INTO mail_topics (topic, paused) VALUES ($1, $2) ON CONFLICT (topic) DO NOTHING`, pace, false); err != nil {
			return err
		}
	}
	return tx.Insert(ctx, `INSERT INTO mail_messages (topic, kind, ref, address, run_at, pace) VALUES`, 6, rows)
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

// Pause stops or resumes the sending of a topic and of those below it. Messages at hand are finished.
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

// Drop forgets what has not been sent of a topic and of those below it: a closed round invites and reminds nobody.
func Drop(ctx context.Context, tx *db.Tx, topic string) (err error) {
	defer errs.Wrap(&err, "outbox.Drop(%s)", topic)
	_, err = tx.ExecContext(ctx, `DELETE FROM mail_messages WHERE (topic = $1 OR pace = $1) AND state = 'waiting'`, topic)
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
		if o.Connections == 0 {
			o.Connections = 4
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
