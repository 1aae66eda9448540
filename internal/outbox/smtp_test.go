package outbox_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
)

func TestAMailServersEveryMoodLeavesEachMessageSentOnceOrListed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		server := apptest.NewSMTP(t)
		server.Refuse("p3@example.fi")
		server.PutOff("p5@example.fi", 1)
		server.HangUp("p7@example.fi")
		sender, err := mail.NewSMTP(server.URL, "survey@example.fi")
		must(t, err)
		now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
		o := &outbox.Outbox{DB: d, Sender: sender, Now: func() time.Time { return now }, Host: "example.fi"}
		o.Handle("letter", func(_ context.Context, ref int64) (mail.Message, error) {
			return mail.Message{Subject: "Tervetuloa åäö", Text: fmt.Sprintf("letter %d\n.\nend åäö\n", ref)}, nil
		})
		var items []outbox.Item
		for i := range int64(12) {
			items = append(items, outbox.Item{Topic: "round", Kind: "letter", Ref: i, Address: fmt.Sprintf("p%d@example.fi", i)})
		}
		items = append(items, outbox.Item{Topic: "round", Kind: "letter", Ref: 12, Address: "no address"})
		must(t, d.InTx(ctx, func(tx *db.Tx) error { return outbox.Add(ctx, tx, now, items) }))
		for range 8 { // a day with a process that looks now and again
			for {
				n, err := o.Step(ctx)
				must(t, err)
				if n == 0 {
					break
				}
			}
			now = now.Add(3 * time.Hour)
		}
		c, err := outbox.Count(ctx, d, "round")
		must(t, err)
		if want := (outbox.Counts{Sent: 10, Refused: 2, Unclear: 1}); c != want {
			t.Errorf("got %+v, want %+v", c, want)
		}
		all, err := outbox.Troubles(ctx, d, "round")
		must(t, err)
		var got []string
		for _, x := range all {
			got = append(got, x.Address+" "+x.State)
		}
		if want := []string{"no address refused", "p3@example.fi refused", "p7@example.fi unclear"}; !slices.Equal(got, want) {
			t.Errorf("troubles: got %q, want %q", got, want)
		}
		if len(all) > 1 && all[1].Error != "550 no such user" {
			t.Errorf("the list says %q, want the server's words alone", all[1].Error)
		}
		times, ids := map[string]int{}, map[string]bool{}
		for _, m := range server.Taken() {
			times[m.To]++
			ids[m.ID] = true
			if !strings.Contains(m.ID, "@example.fi>") {
				t.Errorf("Message-ID %q", m.ID)
			}
		}
		for i := range 12 {
			to, want := fmt.Sprintf("p%d@example.fi", i), 1
			if i == 3 {
				want = 0
			}
			if times[to] != want {
				t.Errorf("the server has %d messages to %s, want %d", times[to], to, want)
			}
		}
		if len(ids) != 11 {
			t.Errorf("%d different Message-IDs of 11 messages", len(ids))
		}
	})
}

func TestAServerThatIsDownLosesNothing(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx := t.Context()
	sender, err := mail.NewSMTP("smtp://127.0.0.1:1", "survey@example.fi")
	must(t, err)
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	o := &outbox.Outbox{DB: d, Sender: sender, Now: func() time.Time { return now }, Host: "example.fi"}
	o.Handle("letter", func(context.Context, int64) (mail.Message, error) { return mail.Message{Subject: "x", Text: "y"}, nil })
	var items []outbox.Item
	for i := range int64(3) {
		items = append(items, outbox.Item{Topic: "round", Kind: "letter", Ref: i, Address: fmt.Sprintf("p%d@example.fi", i)})
	}
	must(t, d.InTx(ctx, func(tx *db.Tx) error { return outbox.Add(ctx, tx, now, items) }))
	for range 40 { // down for a long weekend
		if _, err := o.Step(ctx); err == nil {
			t.Fatal("a server that is down took something")
		}
		now = now.Add(2 * time.Hour)
	}
	server := apptest.NewSMTP(t)
	if o.Sender, err = mail.NewSMTP(server.URL, "survey@example.fi"); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		_, err := o.Step(ctx)
		must(t, err)
		now = now.Add(2 * time.Hour)
	}
	if n := len(server.Taken()); n != 3 {
		c, _ := outbox.Count(ctx, d, "round")
		t.Errorf("%d messages came after the server was back, want 3 (%+v)", n, c)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatFailedIsSentAgainOnlyWhenAskedForAndToTheAddressOfToday(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		server := apptest.NewSMTP(t)
		server.Refuse("p0@example.fi")
		server.Refuse("p1@example.fi")
		server.HangUp("p2@example.fi")
		sender, err := mail.NewSMTP(server.URL, "survey@example.fi")
		must(t, err)
		now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
		o := &outbox.Outbox{DB: d, Sender: sender, Now: func() time.Time { return now }, Host: "example.fi"}
		o.Handle("letter", func(context.Context, int64) (mail.Message, error) { return mail.Message{Subject: "x", Text: "y"}, nil })
		item := func(ref int64, address string) outbox.Item {
			return outbox.Item{Topic: "round", Kind: "letter", Ref: ref, Address: address}
		}
		work := func() {
			for range 20 {
				_, err := o.Step(ctx)
				must(t, err)
				now = now.Add(time.Hour)
			}
		}
		again := func(items ...outbox.Item) (n int) {
			must(t, d.InTx(ctx, func(tx *db.Tx) error { n, err = outbox.Again(ctx, tx, now, items); return err }))
			return n
		}
		must(t, d.InTx(ctx, func(tx *db.Tx) error {
			return outbox.Add(ctx, tx, now, []outbox.Item{item(0, "p0@example.fi"), item(1, "p1@example.fi"), item(2, "p2@example.fi"), item(3, "p3@example.fi")})
		}))
		work()
		first := len(server.Taken())
		work()
		if n := len(server.Taken()); n != first {
			t.Fatalf("%d messages went by themselves", n-first)
		}
		asked := []outbox.Item{item(0, "new@example.fi"), item(2, "p2@example.fi"), item(3, "p3@example.fi"), item(9, "p9@example.fi")}
		if n := again(asked...); n != 2 {
			t.Errorf("%d messages wait again, want the refused and the unclear one", n)
		}
		if n := again(asked...); n != 0 {
			t.Errorf("asked twice, %d more wait", n)
		}
		work()
		times := map[string]int{}
		for _, m := range server.Taken() {
			times[m.To]++
		}
		if times["new@example.fi"] != 1 || times["p0@example.fi"]+times["p1@example.fi"] != 0 || times["p3@example.fi"] != 1 {
			t.Errorf("the server has %v", times)
		}
		c, err := outbox.Count(ctx, d, "round")
		must(t, err)
		if c.Refused != 1 || c.Waiting != 0 {
			t.Errorf("got %+v, want p1 refused and nothing waiting", c)
		}
	})
}
