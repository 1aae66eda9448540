package survey_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/i18n"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/survey"
	"taitorinki/internal/survey/remind"
	"taitorinki/internal/web"
)

// mailbox takes what is sent, and refuses some addresses for good.
type mailbox struct {
	mu      sync.Mutex
	got     map[string][]string // kinds by address
	refuses map[string]bool
	most    int    // messages to take before stop is called; 0: all
	stop    func() // the process ends
}

func (b *mailbox) Dial(context.Context) (mail.Conn, error) { return b, nil }
func (b *mailbox) Close() error                            { return nil }

func (b *mailbox) Send(_ context.Context, m mail.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuses[m.To] {
		return &mail.Failure{Outcome: mail.Refused, Err: fmt.Errorf("no mailbox %s", m.To)}
	}
	kind, _, _ := strings.Cut(m.ID, ".") // survey.invite.17@host
	_, rest, _ := strings.Cut(m.ID, ".")
	name, _, _ := strings.Cut(rest, ".")
	b.got[m.To] = append(b.got[m.To], kind+"."+name)
	if b.most--; b.most == 0 {
		b.stop()
	}
	return nil
}

// reminded are the addresses that got reminders, sorted, each as often as it did.
func (b *mailbox) reminded() (out []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, to := range slices.Sorted(maps.Keys(b.got)) {
		for _, kind := range b.got[to] {
			if kind == survey.KindRemind {
				out = append(out, to)
			}
		}
	}
	return out
}

// posted is a fixture whose mails go somewhere.
type posted struct {
	*fixture
	box *mailbox
}

func newPosted(t *testing.T, d *db.DB, units, people int) *posted {
	t.Helper()
	p := &posted{newFixture(t, d, units, people), &mailbox{got: map[string][]string{}, refuses: map[string]bool{}}}
	p.restart()
	return p
}

// restart is what a new process begins with.
func (p *posted) restart() {
	p.t.Helper()
	words, err := i18n.Load(survey.Locales)
	must(p.t, err)
	p.s = p.restarted()
	p.s.Kit = web.NewKit(words, web.NewSessions(p.d, p.clk.now, false))
	p.s.Outbox = &outbox.Outbox{DB: p.d, Sender: p.box, Now: p.clk.now, Host: "example.fi", Unpaced: true}
	p.s.Mails()
}

// send hands out everything that is due.
func (p *posted) send() {
	p.t.Helper()
	for {
		n, err := p.s.Outbox.Step(p.t.Context())
		must(p.t, err)
		if n == 0 {
			return
		}
	}
}

// opened is a round of two weeks that reminds after a week, with its invitations sent.
func (p *posted) opened() survey.Round {
	p.t.Helper()
	r := p.planned()
	must(p.t, p.s.OpenRound(p.t.Context(), r.ID, 0, p.pop))
	p.send()
	return p.round(r.ID)
}

func (p *posted) planned() survey.Round {
	p.t.Helper()
	r := p.draft(manyItems("i", 5, 5, mixedPage()), func(r *survey.Round) {
		r.ClosesAt = p.clk.now().Add(14 * 24 * time.Hour)
		r.Settings.Subject, r.Settings.Invitation = survey.Words{"fi": "Kutsu"}, survey.Words{"fi": "{link}"}
	})
	must(p.t, p.d.InTx(p.t.Context(), func(tx *db.Tx) error {
		return remind.Save(p.t.Context(), tx, r.ID, &remind.Reminder{AfterDays: 7, Subject: map[string]string{"fi": "Muistathan"}, Text: map[string]string{"fi": "Vielä ehtii: {link}"}})
	}))
	return r
}

const week = 7*24*time.Hour + 2*time.Hour // and past nine in the morning

func (p *posted) address(i int) string { return p.pop.People[i].Address }

// without are all addresses but some.
func (p *posted) without(not ...int) (out []string) {
	for i, x := range p.pop.People {
		if !slices.Contains(not, i) {
			out = append(out, x.Address)
		}
	}
	slices.Sort(out)
	return out
}

func TestAReminderGoesToThoseWhoHaveNotAnsweredAndNobodySeesWhoTheyAre(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPosted(t, d, 3, 7)
		ctx := t.Context()
		p.box.refuses[p.address(4)] = true
		p.box.refuses[p.address(5)] = true
		r := p.opened()
		codes := p.codes(r.ID)
		p.answer(codes[0], map[string]string{"q0": "1"})
		p.answer(codes[1], map[string]string{"q0": "2"})
		p.save(p.sheet(codes[2]), map[string]string{"q0": "3"}) // begun is not answered
		p.answer(codes[3], map[string]string{"q0": "4"})
		sh, err := p.s.Sheet(ctx, codes[3])
		if sh == nil {
			t.Fatal(err)
		}
		must(t, p.s.Withdraw(ctx, sh))
		// Of those who were refused one has another address by now. Another has left.
		_, err = d.ExecContext(ctx, `UPDATE persons SET email = 'new@example.fi', email_fold = 'new@example.fi' WHERE email = $1`, p.address(5))
		must(t, err)
		_, err = d.ExecContext(ctx, `UPDATE persons SET left_at = 1 WHERE email = $1`, p.address(6))
		must(t, err)

		must(t, p.s.RemindDue(ctx))
		if n := p.count(`SELECT count(*) FROM mail_messages WHERE kind = 'survey.remind'`); n != 0 {
			t.Fatalf("%d reminders before their time", n)
		}
		p.clk.move(week)
		inParallel(4, func(int) {
			if err := p.restarted().RemindDue(context.Background()); err != nil {
				t.Error(err)
			}
		})
		p.send()
		must(t, p.s.RemindDue(ctx))
		p.send()
		want := append(p.without(0, 1, 4, 5, 6), "new@example.fi")
		slices.Sort(want)
		if got := p.box.reminded(); !slices.Equal(got, want) {
			t.Errorf("reminded %v\nwant %v", got, want)
		}

		// Nothing but the row's number and pseudonym tells it from another.
		if n := p.count(`SELECT count(*) FROM (SELECT DISTINCT topic, kind, address, state, tries, error FROM mail_messages WHERE kind = 'survey.remind') x`); n != 1 {
			t.Errorf("the rows are of %d sorts, want 1", n)
		}
		if n := p.count(`SELECT count(*) FROM mail_messages WHERE kind = 'survey.remind' AND address = '' AND state = 'sent'`); n != 21 {
			t.Errorf("%d equal rows, want one for each invitation: 21", n)
		}
		if n := p.count(`SELECT count(*) FROM mail_messages m JOIN survey_invitations i ON i.id = m.ref WHERE m.kind = 'survey.remind'`); n != 0 {
			t.Errorf("%d rows name an invitation", n)
		}
		last := int64(0)
		must(t, each(ctx, d, `SELECT ref FROM mail_messages WHERE kind = 'survey.remind' ORDER BY id`, func(ref int64) {
			if ref < last {
				t.Error("the rows are not in the order of their pseudonyms")
			}
			last = ref
		}))
		if n := p.count(`SELECT count(*) FROM audit_log WHERE action = 'round.remind'`); n != 1 {
			t.Errorf("the log tells of %d reminders, want 1", n)
		}
		must(t, p.s.CloseRound(ctx, r.ID, 0))
		if n := p.count(`SELECT count(*) FROM mail_messages WHERE kind = 'survey.remind'`); n != 0 {
			t.Errorf("%d rows are left after closing", n)
		}
	})
}

func each(ctx context.Context, d *db.DB, query string, f func(int64)) error {
	rows, err := d.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var v int64
		if err := rows.Scan(&v); err != nil {
			return err
		}
		f(v)
	}
	return rows.Err()
}

func TestAnAddressThatRefusedAReminderGetsNoOther(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPosted(t, d, 1, 6)
		ctx := t.Context()
		r := p.opened()
		must(t, d.InTx(ctx, func(tx *db.Tx) error { return remind.Save(ctx, tx, r.ID, &remind.Reminder{}) }))
		p.box.refuses[p.address(2)] = true
		p.clk.move(week)
		must(t, p.s.RemindDue(ctx))
		p.send()
		if got, want := p.box.reminded(), p.without(2); !slices.Equal(got, want) {
			t.Errorf("reminded %v, want %v", got, want)
		}
		troubles, err := outbox.Troubles(ctx, d, r.Topic())
		if err != nil || len(troubles) != 0 {
			t.Errorf("a refused reminder is listed: %v, %v", troubles, err) // it would tell who has not answered
		}
		if n := p.count(`SELECT count(*) FROM mail_messages WHERE error LIKE '%example%' AND kind = 'survey.remind'`); n != 0 {
			t.Errorf("%d rows hold an address in the server's words", n)
		}
		delete(p.box.refuses, p.address(2))
		p.clk.move(week - 28*time.Hour) // the day before the last, which is too short
		must(t, p.s.RemindDue(ctx))
		p.send()
		if got := p.box.reminded(); len(got) != 10 || slices.Contains(got, p.address(2)) {
			t.Errorf("reminded %v", got)
		}
	})
}

func TestAProcessThatDiesInMidRunRemindsNobodyTwice(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPosted(t, d, 4, 10)
		r := p.opened()
		codes := p.codes(r.ID)
		var answered []int
		for i := 0; i < 40; i += 3 {
			p.answer(codes[i], map[string]string{"q0": "1"})
			answered = append(answered, i)
		}
		p.clk.move(week)
		for round := range 3 {
			p.restart()
			must(t, p.s.RemindDue(t.Context()))
			ctx, stop := context.WithCancel(t.Context())
			p.box.most, p.box.stop = 5, stop
			for range 10 {
				if _, err := p.s.Outbox.Step(ctx); err != nil && ctx.Err() == nil {
					t.Fatal(err)
				}
			}
			stop()
			// One message was with the mail server when the process died, and nobody knows more.
			_, err := d.ExecContext(t.Context(), `UPDATE mail_messages SET state = 'handing', run_at = 1, tries = 1 WHERE id =
				(SELECT min(id) FROM mail_messages WHERE kind = 'survey.remind' AND state = 'waiting')`)
			must(t, err)
			t.Logf("after death %d %d have been reminded", round+1, len(p.box.reminded()))
		}
		p.box.most = 0
		p.restart()
		must(t, p.s.RemindDue(t.Context()))
		p.send()
		got, want := p.box.reminded(), p.without(answered...)
		if len(got) != len(slices.Compact(slices.Clone(got))) {
			t.Errorf("somebody was reminded twice: %v", got)
		}
		for _, to := range got {
			if !slices.Contains(want, to) {
				t.Errorf("%s has answered and was reminded", to)
			}
		}
		if len(got) < len(want)-3 {
			t.Errorf("%d reminded, want %d but for one a death", len(got), len(want))
		}
	})
}

func TestAClosedRoundRemindsNobody(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPosted(t, d, 1, 6)
		ctx := t.Context()
		waiting, planned := p.opened(), p.opened()
		must(t, p.s.CloseRound(ctx, planned.ID, 0))
		p.clk.move(week)
		must(t, p.s.RemindDue(ctx))
		must(t, p.s.CloseRound(ctx, waiting.ID, 0))
		over := p.opened() // its time ends while the reminder waits
		p.clk.move(week)
		must(t, p.s.RemindDue(ctx))
		p.clk.move(week)
		p.restart()
		p.send()
		must(t, p.s.RemindDue(ctx))
		p.send()
		must(t, p.s.CloseDue(ctx))
		if got := p.box.reminded(); len(got) != 0 {
			t.Errorf("reminded %v", got)
		}
		if r := p.round(over.ID); r.State != survey.Closed {
			t.Errorf("the last round is %s", r.State)
		}
	})
}

func TestNothingIsRemindedWhileSendingIsPaused(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPosted(t, d, 1, 6)
		r := p.opened()
		must(t, outbox.Pause(t.Context(), d, r.Topic(), true))
		p.clk.move(week)
		must(t, p.s.RemindDue(t.Context()))
		p.send()
		if got := p.box.reminded(); len(got) != 0 {
			t.Errorf("reminded %v", got)
		}
		must(t, outbox.Pause(t.Context(), d, r.Topic(), false))
		must(t, p.s.RemindDue(t.Context()))
		p.send()
		if got := p.box.reminded(); len(got) != 6 {
			t.Errorf("reminded %v", got)
		}
	})
}
