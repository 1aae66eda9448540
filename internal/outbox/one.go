package outbox

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mail"
)

// StateOf tells how one message stands and where it goes; "" when there is no such message.
func StateOf(ctx context.Context, q db.Q, topic, kind string, ref int64) (state, address string, err error) {
	defer errs.Wrap(&err, "outbox.StateOf(%s, %s)", topic, kind)
	err = q.QueryRowContext(ctx, `SELECT state, address FROM mail_messages WHERE topic = $1 AND kind = $2 AND ref = $3`, topic, kind, ref).Scan(&state, &address)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil
	}
	return state, address, err
}

// Forget removes every message of a topic, whatever became of it.
func Forget(ctx context.Context, tx *db.Tx, topic string) (err error) {
	defer errs.Wrap(&err, "outbox.Forget(%s)", topic)
	_, err = tx.ExecContext(ctx, `DELETE FROM mail_messages WHERE topic = $1`, topic)
	return err
}

// patience is how long somebody waits for the mail server's answer.
const patience = 20 * time.Second

// Hand gives one message to the mail server while somebody waits for the server's answer. It stands in no queue and is
// never tried again: for a test that a person makes and looks at.
func (o *Outbox) Hand(ctx context.Context, kind string, m mail.Message) (err error) {
	defer errs.Wrap(&err, "outbox.Hand(%s)", kind)
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	conn, err := o.Sender.Dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	m.ID = fmt.Sprintf("%s.%s@%s", kind, rand.Text(), o.Host)
	return conn.Send(ctx, m)
}
