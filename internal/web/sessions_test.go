package web

import (
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

func TestASessionThatHasEndedIsNotBroughtBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), time.Now()
		s := sessionStore{d, func() time.Time { return now }}
		until := now.Add(time.Hour)
		found := func(token string) bool {
			t.Helper()
			b, ok, err := s.FindCtx(ctx, token)
			if err != nil || ok && string(b) != "data" {
				t.Fatalf("%s: %q %v", token, b, err)
			}
			return ok
		}
		commit := func(token string) {
			t.Helper()
			if err := s.CommitCtx(ctx, token, []byte("data"), until); err != nil {
				t.Fatal(err)
			}
		}
		end := func(token string) {
			t.Helper()
			if err := d.InTx(ctx, func(tx *db.Tx) error { return EndSession(ctx, tx, sessionKey(token), now) }); err != nil {
				t.Fatal(err)
			}
		}
		commit("signed out")
		commit("ended")
		commit("goes on")
		if err := s.DeleteCtx(ctx, "signed out"); err != nil {
			t.Fatal(err)
		}
		end("ended")
		end("ended before its first request was over")
		for _, token := range []string{"signed out", "ended", "ended before its first request was over"} {
			commit(token) // a request that was under way
			if found(token) {
				t.Errorf("%s: it is back", token)
			}
		}
		commit("goes on")
		if !found("goes on") {
			t.Error("a session was lost")
		}
		if err := PruneSessions(ctx, d, now.Add(SessionLife+time.Second)); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := d.QueryRowContext(ctx, `SELECT count(*) FROM sessions`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows are kept (%v)", n, err)
		}
	})
}
