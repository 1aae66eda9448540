package outbox

import (
	"context"
	"database/sql"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
)

const settled = `state NOT IN ('waiting', 'handing')`

// ForgetAddresses takes the address, and the server's words, out of messages that were settled before a time: at most most of them.
// The rows stay, as they keep a message from going twice. It returns how many there were.
func ForgetAddresses(ctx context.Context, q db.Q, before time.Time, most int) (_ int, err error) {
	defer errs.Wrap(&err, "outbox.ForgetAddresses")
	n, err := db.Changed(q.ExecContext(ctx, `UPDATE mail_messages SET address = '', error = '' WHERE id IN (
		SELECT id FROM mail_messages WHERE run_at < $1 AND address <> '' AND `+settled+` ORDER BY id LIMIT $2)`, db.At(before), most))
	return int(n), err
}

// Sent is a message to somebody, as its row has it.
type Sent struct {
	Topic, Kind, State string
	At                 time.Time // when it goes, or was settled: of a sent one the hour alone
}

// OfAddress are the messages to an address, the oldest first. Reminders of surveys are not among them: their rows have no address.
func OfAddress(ctx context.Context, q db.Q, address string) (_ []Sent, err error) {
	defer errs.Wrap(&err, "outbox.OfAddress")
	return db.Rows(ctx, q, func(r *sql.Rows, x *Sent) error {
		var at db.Time
		err := r.Scan(&x.Topic, &x.Kind, &x.State, &at)
		x.At = at.Time
		return err
	}, `SELECT topic, kind, state, run_at FROM mail_messages WHERE address = $1 AND address <> '' ORDER BY run_at, id`, address)
}

// CountAddress counts the messages to an address.
func CountAddress(ctx context.Context, q db.Q, address string) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM mail_messages WHERE address = $1`, address).Scan(&n)
	return n, err
}

// ForgetAddress takes an address out of the messages that were sent to it. Those that have not gone yet are not sent any more.
func ForgetAddress(ctx context.Context, tx *db.Tx, address string) (err error) {
	defer errs.Wrap(&err, "outbox.ForgetAddress")
	if _, err := tx.ExecContext(ctx, `DELETE FROM mail_messages WHERE address = $1 AND state = 'waiting'`, address); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE mail_messages SET address = '', error = '' WHERE address = $1`, address)
	return err
}
