package outbox_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
)

// mailbox is an outbox at an hour of the county's day, and what it has sent.
type mailbox struct {
	*outbox.Outbox
	box *mail.Recorder
	now time.Time
	t   *testing.T
}

func atHour(t *testing.T, d *db.DB, hour int) *mailbox {
	m := &mailbox{box: &mail.Recorder{}, now: time.Date(2026, 3, 2, hour, 30, 0, 0, i18n.Zone()), t: t}
	m.Outbox = m.another(d)
	return m
}

// another is one more server on the same database.
func (m *mailbox) another(d *db.DB) *outbox.Outbox {
	o := &outbox.Outbox{DB: d, Sender: m.box, Now: func() time.Time { return m.now }, Host: "example.fi", Connections: 1}
	o.Handle("letter", func(context.Context, int64) (mail.Message, error) { return mail.Message{Subject: "x", Text: "y"}, nil })
	return o
}

func (m *mailbox) ask(topic string, n int) {
	m.t.Helper()
	var items []outbox.Item
	for i := range n {
		items = append(items, outbox.Item{Topic: topic, Kind: "letter", Ref: int64(i), Address: fmt.Sprintf("%s-%d@example.fi", strings.ReplaceAll(topic, ":", "-"), i)})
	}
	must(m.t, m.DB.InTx(m.t.Context(), func(tx *db.Tx) error { return outbox.Add(m.t.Context(), tx, m.now, items) }))
}

// sends is how many messages go now.
func (m *mailbox) sends() int {
	m.t.Helper()
	n, err := m.Step(m.t.Context())
	must(m.t, err)
	return n
}

func TestATopicKeepsItsRate(t *testing.T) {
	d := dbtest.SQLite(t)
	for _, rate := range []int{1, 45, 600, 1500} {
		m := atHour(t, d, 12)
		topic := fmt.Sprintf("round:%d", rate)
		m.ask(topic, 3*rate/2+3)
		must(t, outbox.SetPace(t.Context(), d, topic, outbox.Pace{PerMinute: rate, FromHour: 7, ToHour: 20}))
		sent := 0
		for range 120 { // a minute, looked at twice a second
			sent += m.sends()
			m.now = m.now.Add(time.Second / 2)
		}
		if sent < rate*9/10 || sent > rate+1 {
			t.Errorf("%d went in a minute, want about %d and not more", sent, rate)
		}
	}
}

func TestNothingOfARoundGoesAtNightAndAllOfItInTheMorning(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		m := atHour(t, d, 20)
		m.ask("round:A", 5)
		m.ask("round:A:reminder:1", 5)
		m.ask("signin", 2)
		if n := m.sends(); n != 2 {
			t.Errorf("%d messages at half past eight in the evening, want the 2 for signing in", n)
		}
		for range 10 {
			m.now = m.now.Add(time.Hour)
			if n := m.sends(); n != 0 {
				t.Errorf("%d messages at %v", n, m.now)
			}
		}
		m.now = time.Date(2026, 3, 3, 7, 0, 0, 0, i18n.Zone())
		if n := m.sends(); n != 10 {
			t.Errorf("%d messages in the morning, want 10", n)
		}
	})
}

func TestSignInMailGoesBeforeACrowd(t *testing.T) {
	d := dbtest.SQLite(t)
	m := atHour(t, d, 12)
	m.ask("round:A", 500)
	m.now = m.now.Add(time.Minute)
	m.ask("signin", 1)
	m.sends()
	if first := m.box.Sent()[0].To; first != "signin-0@example.fi" {
		t.Errorf("the first is to %s", first)
	}
}

func TestRemindersKeepTheRoundsPaceAndPause(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		m := atHour(t, d, 12)
		m.ask("round:A", 2)
		m.ask("round:A:reminder:1", 2)
		must(t, outbox.SetPace(ctx, d, "round:A:reminder:1", outbox.Pace{PerMinute: 60, FromHour: 0, ToHour: 24}))
		must(t, outbox.Pause(ctx, d, "round:A", true))
		if n := m.sends(); n != 0 {
			t.Errorf("%d went of a paused round", n)
		}
		must(t, outbox.Pause(ctx, d, "round:A", false))
		if n := m.sends(); n != 1 {
			t.Errorf("%d went at once, want 1 a second of both together", n)
		}
		must(t, d.InTx(ctx, func(tx *db.Tx) error { return outbox.Drop(ctx, tx, "round:A") }))
		m.now = m.now.Add(time.Hour)
		if n := m.sends(); n != 0 {
			t.Errorf("%d went of a round that is over", n)
		}
	})
}

func TestTwoServersShareAPace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		m := atHour(t, d, 12)
		other := m.another(d)
		m.ask("round:A", 100)
		must(t, outbox.SetPace(t.Context(), d, "round:A", outbox.Pace{PerMinute: 600, FromHour: 7, ToHour: 20}))
		for range 4 {
			m.sends()
			_, err := other.Step(t.Context())
			must(t, err)
			m.now = m.now.Add(time.Second)
		}
		if n := len(m.box.Sent()); n != 40 {
			t.Errorf("both sent %d in four seconds, want 40", n)
		}
	})
}

func TestAPaceHasARateAndHours(t *testing.T) {
	d := dbtest.SQLite(t)
	for _, p := range []outbox.Pace{{0, 7, 20}, {-1, 7, 20}, {outbox.MostPerMinute + 1, 7, 20}, {60, 20, 7}, {60, 7, 7}, {60, -1, 7}, {60, 7, 25}} {
		if err := outbox.SetPace(t.Context(), d, "round:A", p); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
	must(t, outbox.SetPace(t.Context(), d, "round:A", outbox.Pace{PerMinute: 60, ToHour: 24}))
	p, err := outbox.PaceOf(t.Context(), d, "round:A:reminder:2")
	must(t, err)
	if p.PerMinute != 60 || p.ToHour != 24 {
		t.Errorf("kept is %+v", p)
	}
	if p, err = outbox.PaceOf(t.Context(), d, "round:B"); err != nil || p != outbox.DefaultPace {
		t.Errorf("that of a topic nobody has heard of is %+v %v", p, err)
	}
}

func TestTheHoursAreThoseOfTheCounty(t *testing.T) {
	p := outbox.Pace{PerMinute: 600, FromHour: 7, ToHour: 20}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, i18n.Zone())
		must(t, err)
		return v
	}
	for now, want := range map[string]string{
		"2026-03-02 06:59": "2026-03-02 07:00", "2026-03-02 07:00": "2026-03-02 07:00", "2026-03-02 19:59": "2026-03-02 19:59",
		"2026-03-02 20:00": "2026-03-03 07:00", "2026-03-28 23:00": "2026-03-29 07:00", "2026-12-31 21:00": "2027-01-01 07:00",
	} {
		if got := p.Next(at(now).UTC()); !got.Equal(at(want)) {
			t.Errorf("at %s the next goes at %v, want %s", now, got.In(i18n.Zone()), want)
		}
	}
}
