package outbox_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
)

// row is all that the database keeps of a message, but for its number and whom it is about.
type row struct {
	topic, kind, address, state, err string
	tries                            int
	at                               db.Time
}

func rowOf(t *testing.T, d *db.DB, ref int64) (r row) {
	t.Helper()
	must(t, d.QueryRowContext(t.Context(), `SELECT topic, kind, address, state, error, tries, run_at FROM mail_messages WHERE ref = $1`, ref).
		Scan(&r.topic, &r.kind, &r.address, &r.state, &r.err, &r.tries, &r.at))
	return r
}

func TestASkippedMessageLooksLikeASentOne(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		box := &mail.Recorder{}
		now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
		o := &outbox.Outbox{DB: d, Sender: box, Now: func() time.Time { return now }, Host: "example.fi"}
		o.Handle("reminder", func(_ context.Context, ref int64) (mail.Message, error) {
			if ref%2 == 0 {
				return mail.Message{}, fmt.Errorf("answered: %w", outbox.ErrSkip)
			}
			return mail.Message{To: fmt.Sprintf("p%d@example.fi", ref), Subject: "x", Text: "y"}, nil
		})
		var items []outbox.Item
		for ref := range int64(4) {
			items = append(items, outbox.Item{Topic: "reminder", Kind: "reminder", Ref: ref})
		}
		must(t, d.InTx(ctx, func(tx *db.Tx) error { return outbox.Add(ctx, tx, now, items) }))
		_, err := o.Step(ctx)
		must(t, err)
		if n := len(box.Sent()); n != 2 {
			t.Errorf("%d messages went out, want 2", n)
		}
		want := rowOf(t, d, 1)
		if want.state != "sent" || want.address != "" {
			t.Errorf("a sent one is %+v", want)
		}
		for ref := range int64(4) {
			if got := rowOf(t, d, ref); got != want {
				t.Errorf("row %d is %+v, that of a sent one is %+v", ref, got, want)
			}
		}
	})
}

func TestOfAMessageThatNamesNobodyOnlyTheClassOfTheServersCodeIsKept(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx := t.Context()
	server := apptest.NewSMTP(t)
	server.Refuse("p1@example.fi")
	server.PutOff("p2@example.fi", 1)
	server.HangUp("p3@example.fi")
	sender, err := mail.NewSMTP(server.URL, "survey@example.fi")
	must(t, err)
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	o := &outbox.Outbox{DB: d, Sender: sender, Now: func() time.Time { return now }, Host: "example.fi"}
	o.Handle("reminder", func(_ context.Context, ref int64) (mail.Message, error) {
		return mail.Message{To: fmt.Sprintf("p%d@example.fi", ref), Subject: "x", Text: "y"}, nil
	})
	for ref := int64(1); ref <= 3; ref++ {
		must(t, d.InTx(ctx, func(tx *db.Tx) error {
			return outbox.Add(ctx, tx, now, []outbox.Item{{Topic: "reminder", Kind: "reminder", Ref: ref}})
		}))
		_, err := o.Step(ctx)
		must(t, err)
	}
	for ref, want := range map[int64]string{1: "refused 5xx", 2: "waiting 4xx", 3: "unclear "} {
		if r := rowOf(t, d, ref); r.state+" "+r.err != want {
			t.Errorf("message %d: %q, want %q", ref, r.state+" "+r.err, want)
		}
	}
	all, err := db.Rows(ctx, d, func(r *sql.Rows, s *string) error { return r.Scan(s) }, `SELECT topic || kind || address || error FROM mail_messages`)
	must(t, err)
	if s := strings.Join(all, " "); strings.Contains(s, "@") || strings.Contains(s, "such user") {
		t.Errorf("the rows name somebody: %q", s)
	}
}
