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

// Standing is how one message stands.
type Standing struct {
	State   string // "" when there is no such message
	Address string
	At      time.Time // about when it was sent, if it was
}

// StandingOf tells how one message stands.
func StandingOf(ctx context.Context, q db.Q, topic, kind string, ref int64) (s Standing, err error) {
	defer errs.Wrap(&err, "outbox.StandingOf(%s, %s)", topic, kind)
	var at db.Time
	err = db.HotRow(ctx, q, `SELECT state, address, run_at FROM mail_messages WHERE topic = $1 AND kind = $2 AND ref = $3`, topic, kind, ref).
		Scan(&s.State, &s.Address, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Standing{}, nil
	}
	s.At = at.Time
	return s, err
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
