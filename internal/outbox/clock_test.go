package outbox_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
)

func TestARoundsMailGoesOnThoughTheClockWentBack(t *testing.T) {
	for _, back := range []time.Duration{time.Hour, 400 * 24 * time.Hour} {
		dbtest.Run(t, func(t *testing.T, d *db.DB) {
			m := atHour(t, d, 12)
			right := m.now
			m.ask("round:A", 3)
			must(t, outbox.SetPace(t.Context(), d, "round:A", outbox.Pace{PerMinute: 1, ToHour: 24}))
			m.now = right.Add(back) // wrong
			if n := m.sends(); n != 1 {
				t.Fatalf("%d went by the wrong clock, want 1", n)
			}
			m.now = right
			if n := m.sends(); n != 1 {
				t.Errorf("%d went after the clock was set back by %v, want 1", n, back)
			}
			if n := m.sends(); n != 0 {
				t.Errorf("%d went out of pace", n)
			}
			m.now = m.now.Add(time.Minute)
			if n := m.sends(); n != 1 {
				t.Errorf("%d went a minute later, want the last", n)
			}
			times := map[string]int{}
			for _, x := range m.box.Sent() {
				if times[x.To]++; times[x.To] > 1 {
					t.Errorf("%s got %d messages", x.To, times[x.To])
				}
			}
		})
	}
}

// dying ends whoever hands a message over, in the middle of it.
type dying struct{}

func (x dying) Dial(context.Context) (mail.Conn, error) { return x, nil }
func (dying) Close() error                              { return nil }
func (dying) Send(context.Context, mail.Message) error  { runtime.Goexit(); return nil }

// TestAMessageAtHandWhenItsServerDiedIsListedOnceAndNotSentAgainWhereverTheClockGoes has another server look at the message.
func TestAMessageAtHandWhenItsServerDiedIsListedOnceAndNotSentAgainWhereverTheClockGoes(t *testing.T) {
	for _, c := range []struct {
		jump time.Duration
		want string
	}{
		{5 * time.Minute, "handing1"}, // it may be at work
		{-5 * time.Minute, "handing1"},
		{time.Hour, "unclear1"},
		{-time.Hour, "unclear1"},
	} {
		t.Run(fmt.Sprint(c.jump), func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				m := atHour(t, d, 12)
				m.ask("letters", 1)
				now := m.now
				first := m.another(d)
				first.Sender = dying{}
				_, err := first.Step(t.Context())
				must(t, err)
				m.now = now.Add(c.jump)
				m.sends()
				if r := rowOf(t, d, 0); fmt.Sprint(r.state, r.tries) != c.want {
					t.Errorf("after a jump of %v the message is %s%d, want %s", c.jump, r.state, r.tries, c.want)
				}
				m.now = now.Add(2 * time.Hour)
				m.sends()
				m.now = now.Add(-2 * time.Hour)
				m.sends()
				if r := rowOf(t, d, 0); r.state != "unclear" || len(m.box.Sent()) > 0 {
					t.Errorf("in the end the message is %s and was sent %d times more", r.state, len(m.box.Sent()))
				}
			})
		})
	}
}
