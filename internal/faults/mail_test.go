package faults

import (
	"fmt"
	"testing"
	"time"

	"taitorinki/internal/apptest"
)

// moods are what the mail server does to some people's messages, and how their rows then stand.
var moods = map[string]struct{ step, answer, stands string }{
	"p1@shores.example": {"RCPT", "451 later", "waiting"},
	"p2@shores.example": {"RCPT", "550 nobody", "refused"},
	"p3@shores.example": {"DATA", "452 no room", "waiting"},
	"p4@shores.example": {"DATA", "554 never", "refused"},
	"p5@shores.example": {"end", "451 later", "waiting"},
	"p6@shores.example": {"end", "554 spam", "refused"},
	"p7@shores.example": {"end", apptest.Drop, "unclear"},
	"p8@shores.example": {"end", apptest.Hang, "unclear"},
	"p9@shores.example": {"RCPT", apptest.Drop, "waiting"},
}

func TestAMailServersMoodsReachNobodyTwiceAndAreListed(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, e *engine) {
		w := e.copy(t)
		p := w.shunned(t)
		d := w.database(t)
		defer d.Close()
		waiting := func() int {
			return len(texts(t, d, `SELECT address FROM mail_messages WHERE state = 'waiting' AND tries = 0`))
		}
		eventually(t, "every message has been tried", func() bool { return waiting() == 0 })
		began := time.Now()
		p.end() // the one that hangs holds it up for seconds only
		t.Logf("it ended %v after it was asked to", time.Since(began))
		for to, m := range moods {
			if got := texts(t, d, `SELECT state FROM mail_messages WHERE address = $1`, to); len(got) != 1 || got[0] != m.stands {
				t.Errorf("the message to %s, %s %s, is %v, want %s", to, m.step, m.answer, got, m.stands)
			}
		}
		w.mail.Feel(nil)
		_, err := d.ExecContext(t.Context(), `UPDATE mail_messages SET run_at = 0 WHERE state = 'waiting'`) // their time comes
		must(t, err)
		p = w.serve(t)
		eventually(t, "the rest is sent", func() bool {
			return len(texts(t, d, `SELECT address FROM mail_messages WHERE state IN ('waiting', 'handing')`)) == 0
		})
		times := (&moment{T: t, world: w, e: e}).once()
		for i := range w.people {
			to := fmt.Sprintf("p%d@shores.example", i)
			want := 1
			if moods[to].stands == "refused" {
				want = 0
			}
			if times[to] != want {
				t.Errorf("%s has %d messages, want %d", to, times[to], want)
			}
		}
		p.end()
	})
}

// shunned serves while the mail server takes nothing from anybody, which says nothing of the messages and holds nobody up; and then
// once more, with a mail server that has its moods.
func (w *world) shunned(t *testing.T) *program {
	t.Helper()
	var p *program
	for _, answer := range []string{"421 too many", "554 go away", apptest.Drop, apptest.Hang} {
		w.mail.Feel(func(step, _ string) string {
			if step == "greet" {
				return answer
			}
			return ""
		})
		before := w.mail.Connections()
		p = w.serve(t)
		eventually(t, "the mail server is asked", func() bool { return w.mail.Connections() > before })
		if a, err := newBrowser(p.base).get(w.people[early].link); err != nil || a.status != 303 {
			t.Errorf("while the mail server says %q a link gives %d %v", answer, a.status, err)
		}
		p.end()
	}
	if n := len(w.mail.Taken()); n > 0 {
		t.Errorf("%d messages were taken", n)
	}
	w.mail.Feel(odd)
	return w.serve(t)
}

func odd(step, to string) string {
	if m, is := moods[to]; is && m.step == step {
		return m.answer
	}
	return ""
}
