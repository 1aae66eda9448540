package outbox_test

import (
	"context"
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

// post is an outbox with letters in it and a mail server of any mood.
type post struct {
	*outbox.Outbox
	d      *db.DB
	server *apptest.SMTP
	sender *mail.SMTP
	now    time.Time
	t      *testing.T
}

// posted has letters 0 to n-1 to p0@example.fi and so on, and one connection.
func posted(t *testing.T, d *db.DB, n int) *post {
	t.Helper()
	p := &post{d: d, server: apptest.NewSMTP(t), now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), t: t}
	var err error
	p.sender, err = mail.NewSMTP(p.server.URL, "survey@example.fi")
	must(t, err)
	p.Outbox = &outbox.Outbox{DB: d, Sender: p.sender, Now: func() time.Time { return p.now }, Host: "example.fi", Connections: 1}
	p.Handle("letter", func(context.Context, int64) (mail.Message, error) {
		return mail.Message{Subject: "x", Text: strings.Repeat("y\n", 5000)}, nil
	})
	var items []outbox.Item
	for i := range n {
		items = append(items, outbox.Item{Topic: "letters", Kind: "letter", Ref: int64(i), Address: fmt.Sprintf("p%d@example.fi", i)})
	}
	must(t, d.InTx(t.Context(), func(tx *db.Tx) error { return outbox.Add(t.Context(), tx, p.now, items) }))
	return p
}

// stand is what became of the letters, in a word each.
func (p *post) stand() string {
	var all []string
	for i := range 4 {
		r := rowOf(p.t, p.d, int64(i))
		all = append(all, fmt.Sprint(r.state, r.tries))
	}
	return strings.Join(all, " ")
}

// times is how often the server has a letter.
func (p *post) times() (n [4]int) {
	for _, m := range p.server.Taken() {
		var i int
		fmt.Sscanf(m.To, "p%d@", &i)
		n[i]++
	}
	return n
}

// once is a mood that comes at the n-th time of a step, the first being 1, and goes.
func once(step string, n int, answer string) apptest.Mood {
	return func(at, _ string) string {
		if at != step {
			return ""
		}
		if n--; n == 0 {
			return answer
		}
		return ""
	}
}

const (
	putOff  = "451 later"
	refused = "554 never"
)

// A case is a mood that comes at the second of four letters.
var moods = []struct {
	step, answer string
	then         string // how the letters stand after the first step
	words        string // what is kept of the second
	finally      [4]int // how often the server has each in the end
	conns        int    // connections that the first step needed
}{
	{"RCPT", putOff, "sent1 waiting1 sent1 sent1", "451 later", [4]int{1, 1, 1, 1}, 1},
	{"RCPT", refused, "sent1 refused1 sent1 sent1", "554 never", [4]int{1, 0, 1, 1}, 1},
	{"RCPT", "421 bye", "sent1 sent1 sent1 sent1", "", [4]int{1, 1, 1, 1}, 2},
	{"RCPT", apptest.Drop, "sent1 waiting1 sent1 sent1", "EOF", [4]int{1, 1, 1, 1}, 2},
	{"RCPT", apptest.Hang, "sent1 waiting1 sent1 sent1", "the mail server does not answer", [4]int{1, 1, 1, 1}, 2},
	{"DATA", putOff, "sent1 waiting1 sent1 sent1", "451 later", [4]int{1, 1, 1, 1}, 1},
	{"DATA", refused, "sent1 refused1 sent1 sent1", "554 never", [4]int{1, 0, 1, 1}, 1},
	{"DATA", apptest.Drop, "sent1 waiting1 sent1 sent1", "EOF", [4]int{1, 1, 1, 1}, 2},
	{"DATA", apptest.Hang, "sent1 waiting1 sent1 sent1", "the mail server does not answer", [4]int{1, 1, 1, 1}, 2},
	{"end", putOff, "sent1 waiting1 sent1 sent1", "451 later", [4]int{1, 1, 1, 1}, 1},
	{"end", refused, "sent1 refused1 sent1 sent1", "554 never", [4]int{1, 0, 1, 1}, 1},
	{"end", apptest.Drop, "sent1 unclear1 sent1 sent1", "EOF", [4]int{1, 1, 1, 1}, 2},
	{"end", apptest.Hang, "sent1 unclear1 sent1 sent1", "the mail server does not answer", [4]int{1, 1, 1, 1}, 2},
	// At MAIL nothing has been said of the letter: it waits as before, and the server has its peace for a while.
	{"MAIL", putOff, "sent1 sent1 sent1 sent1", "", [4]int{1, 1, 1, 1}, 2},
	{"MAIL", refused, "sent1 sent1 sent1 sent1", "", [4]int{1, 1, 1, 1}, 2},
	{"MAIL", apptest.Drop, "sent1 sent1 sent1 sent1", "", [4]int{1, 1, 1, 1}, 2},
	{"MAIL", apptest.Hang, "sent1 sent1 sent1 sent1", "", [4]int{1, 1, 1, 1}, 2},
}

func TestWhateverTheServersMoodTheLetterAtHandIsKnownOrListedAndTheOthersGo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for _, c := range moods {
			t.Run(c.step+" "+c.answer, func(t *testing.T) {
				_, err := d.ExecContext(t.Context(), `DELETE FROM mail_messages`)
				must(t, err)
				p := posted(t, d, 4)
				if c.answer == apptest.Hang {
					p.sender.Limits.Step, p.sender.Limits.Body, p.sender.Limits.End = patience, patience, patience
				}
				p.server.Feel(once(c.step, 2, c.answer))
				_, err = p.Step(t.Context())
				must(t, err)
				if got := p.stand(); got != c.then {
					t.Errorf("the letters are %s, want %s", got, c.then)
				}
				if got := rowOf(t, d, 1).err; got != c.words {
					t.Errorf("kept is %q, want %q", got, c.words)
				}
				if n := p.server.Connections(); n != c.conns {
					t.Errorf("%d connections, want %d", n, c.conns)
				}
				p.now = p.now.Add(72 * time.Hour)
				_, err = p.Step(t.Context())
				must(t, err)
				if got := p.times(); got != c.finally {
					t.Errorf("in the end the server has %v, want %v", got, c.finally)
				}
			})
		}
	})
}

// What goes out before the server breaks the connection may still be under way: the end of the letter may seem sent.
func TestAConnectionThatBreaksInTheMiddleOfALetterLosesNothingUnlisted(t *testing.T) {
	p := posted(t, dbtest.SQLite(t), 4)
	p.server.Feel(once("body", 2, apptest.Drop))
	_, err := p.Step(t.Context())
	must(t, err)
	if got := p.stand(); got != "sent1 waiting1 sent1 sent1" && got != "sent1 unclear1 sent1 sent1" {
		t.Errorf("the letters are %s", got)
	}
}

// patience is the limit where a server hangs: long enough for a machine that is busy.
const patience = 700 * time.Millisecond

// A server that takes nothing from us says nothing of the letters: none is tried, none is lost, however long it lasts.
func TestAServerThatTakesNothingFromUsLosesNothing(t *testing.T) {
	d := dbtest.SQLite(t)
	for _, c := range []struct{ step, answer, trouble string }{
		{"greet", "554 go away", "554 go away"}, {"greet", "421 too many", "421 too many"}, {"greet", apptest.Drop, "EOF"}, {"greet", apptest.Hang, "does not answer"},
		{"MAIL", putOff, "451 later"}, {"MAIL", refused, "554 never"}, {"MAIL", apptest.Drop, "EOF"},
	} {
		t.Run(c.step+" "+c.answer, func(t *testing.T) {
			_, err := d.ExecContext(t.Context(), `DELETE FROM mail_messages`)
			must(t, err)
			p := posted(t, d, 4)
			if c.answer == apptest.Hang {
				p.sender.Limits.Connect = patience / 7
			}
			p.server.Feel(func(step, _ string) string {
				if step == c.step {
					return c.answer
				}
				return ""
			})
			for range 5 {
				if _, err := p.Step(t.Context()); err == nil {
					t.Fatal("nobody is told")
				}
				p.now = p.now.Add(24 * time.Hour)
			}
			if got := p.stand(); got != "waiting0 waiting0 waiting0 waiting0" {
				t.Errorf("the letters are %s", got)
			}
			if got := p.Trouble(); !strings.Contains(got, c.trouble) {
				t.Errorf("the trouble is told as %q, want %q", got, c.trouble)
			}
			if q, err := p.Queued(t.Context(), time.Time{}); err != nil || q.Oldest != 0 || q.States["waiting"] != 4 {
				t.Errorf("what the mail server holds up is told of as overdue: %+v %v", q, err)
			}
			p.server.Feel(nil)
			p.sender.Limits.Connect = time.Minute
			_, err = p.Step(t.Context())
			must(t, err)
			if got := p.stand(); got != "sent1 sent1 sent1 sent1" || p.Trouble() != "" {
				t.Errorf("when it takes them again the letters are %s, the trouble %q", got, p.Trouble())
			}
		})
	}
}

func TestAServerThatWantsFewerConnectionsGetsFewer(t *testing.T) {
	p := posted(t, dbtest.SQLite(t), 60)
	p.Connections = 4
	greeted := 0
	p.server.Feel(func(step, _ string) string {
		if step != "greet" {
			return ""
		}
		if greeted++; greeted%2 == 0 {
			return "421 that is enough"
		}
		return ""
	})
	for range 60 { // the others may come before the first has a letter through
		p.Step(t.Context())
	}
	c, err := outbox.Count(t.Context(), p.d, "letters")
	must(t, err)
	if c.Sent != 60 {
		t.Errorf("%+v, want all sent", c)
	}
}

func TestAConnectionThatHangsHoldsUpItsOwnLetterAlone(t *testing.T) {
	p := posted(t, dbtest.SQLite(t), 20)
	p.Connections = 3
	p.sender.Limits.Stop = patience / 7
	p.server.Feel(once("end", 5, apptest.Hang))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); p.Run(ctx) }()
	for deadline := time.Now().Add(20 * time.Second); len(p.server.Taken()) < 20; {
		if time.Now().After(deadline) {
			t.Fatalf("%d letters came, want 20", len(p.server.Taken()))
		}
		time.Sleep(time.Millisecond)
	}
	stop() // it still hangs
	<-ended
	c, err := outbox.Count(t.Context(), p.d, "letters")
	must(t, err)
	if want := (outbox.Counts{Sent: 19, Unclear: 1}); c != want {
		t.Errorf("%+v, want %+v", c, want)
	}
}
