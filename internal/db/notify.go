package db

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// Notify tells every process that listens on a channel, this one too, once q's transaction has committed. The payload names what
// has changed and holds nothing of it: who wants to know reads the database. On SQLite, which one process serves, it does nothing.
func Notify(ctx context.Context, q Q, channel, payload string) error {
	switch x := q.(type) {
	case *DB:
		if x.engine != postgres {
			return nil
		}
	case *Tx:
		if x.engine != postgres {
			return nil
		}
	}
	var none any
	return q.QueryRowContext(ctx, `SELECT CAST(pg_notify($1, $2) AS TEXT)`, channel, payload).Scan(&none)
}

// listenAgain is how long Listen waits before it connects again.
const listenAgain = time.Second

// Listen calls heard with the payload of each Notify on a channel until ctx is done. After each time that it has connected it
// calls heard with "": what was told before is lost, so that all must be read anew. On SQLite that happens once.
func (d *DB) Listen(ctx context.Context, channel string, heard func(payload string)) {
	if d.engine != postgres {
		heard("")
		<-ctx.Done()
		return
	}
	for ctx.Err() == nil {
		if err := d.listen(ctx, channel, heard); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "the database's notices are lost for a moment", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(listenAgain):
		}
	}
}

func (d *DB) listen(ctx context.Context, channel string, heard func(string)) error {
	how, err := reaching(d.url)
	if err != nil {
		return err
	}
	c, err := pgx.ConnectConfig(ctx, how)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	if _, err := c.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return err
	}
	heard("")
	for {
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		heard(n.Payload)
	}
}
