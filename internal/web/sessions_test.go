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

// TestASessionThatWasEndedStaysEndedWhereverTheClockGoes: a clock that is set back gives others the time back, and nobody who signed out.
func TestASessionThatWasEndedStaysEndedWhereverTheClockGoes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx, right := t.Context(), time.Now()
		now := right
		s := sessionStore{d, func() time.Time { return now }}
		for _, token := range []string{"goes on", "signed out", "ended"} {
			if err := s.CommitCtx(ctx, token, []byte("data"), right.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.DeleteCtx(ctx, "signed out"); err != nil {
			t.Fatal(err)
		}
		if err := d.InTx(ctx, func(tx *db.Tx) error { return EndSession(ctx, tx, sessionKey("ended"), now) }); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			jump time.Duration
			want bool // the one that nobody ended
		}{{0, true}, {59 * time.Minute, true}, {61 * time.Minute, false}, {-time.Hour, true}, {0, true}, {13 * time.Hour, false}, {-13 * time.Hour, true}} {
			now = right.Add(x.jump)
			for token, want := range map[string]bool{"goes on": x.want, "signed out": false, "ended": false} {
				if _, got, err := s.FindCtx(ctx, token); err != nil || got != want {
					t.Errorf("%v from when it was begun the session %q is found: %v %v, want %v", x.jump, token, got, err, want)
				}
			}
		}
		now = right.Add(time.Hour + time.Second)
		if err := PruneSessions(ctx, d, now); err != nil {
			t.Fatal(err)
		}
		now = right
		for _, token := range []string{"goes on", "signed out", "ended"} {
			if _, got, err := s.FindCtx(ctx, token); err != nil || got {
				t.Errorf("%q is back after it was forgotten: %v %v", token, got, err)
			}
		}
	})
}
