package main

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/outbox"
	"taitorinki/internal/survey"
)

// connections is how many the outbox has to the mail server: each may leave one unclear message when it is killed.
const connections = 4

// posting is a round whose invitations wait, without hours and as fast as can be, and the mail server that is to take them.
type posting struct {
	*fixture
	mail  *apptest.SMTP
	topic string
	d     *db.DB
}

func posted(t *testing.T, url string, people int) *posting {
	t.Helper()
	p := &posting{fixture: opened(t, url, people), mail: apptest.NewSMTP(t)}
	p.smtp = p.mail.URL
	var err error
	p.d, err = db.Open(url)
	must(t, err)
	t.Cleanup(func() { p.d.Close() })
	r, err := survey.RoundByID(t.Context(), p.d, p.round)
	must(t, err)
	p.topic = r.Topic()
	must(t, outbox.SetPace(t.Context(), p.d, p.topic, outbox.Pace{PerMinute: outbox.MostPerMinute, ToHour: 24}))
	return p
}

func (p *posting) count(t *testing.T) outbox.Counts {
	t.Helper()
	c, err := outbox.Count(t.Context(), p.d, p.topic)
	must(t, err)
	return c
}

// waitUntil looks until something is so.
func waitUntil(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in a minute: %s", what)
		}
	}
}

// checked looks at what the mail server has: nobody two, and whoever has none is listed or still waits. It returns who is
// unclear.
func (p *posting) checked(t *testing.T) (unclear map[string]bool) {
	t.Helper()
	times := map[string]int{}
	for _, m := range p.mail.Taken() {
		times[m.To]++
	}
	all, err := outbox.Troubles(t.Context(), p.d, p.topic)
	must(t, err)
	unclear = map[string]bool{}
	for _, x := range all {
		if x.State != "unclear" {
			t.Errorf("%s is %s: %s", x.Address, x.State, x.Error)
		}
		unclear[x.Address] = true
	}
	for i := range p.links {
		to := fmt.Sprintf("p%d@shores.example", i)
		switch n := times[to]; {
		case n > 1:
			t.Errorf("%s got %d messages", to, n)
		case n == 0 && !unclear[to]:
			t.Errorf("%s got none and is not listed", to)
		}
	}
	return unclear
}

// leftUnclear is how many messages were at hand when the sender was killed. On a server of its own the database goes on for a
// moment with what it was asked, and leaves such a message to whoever may be at work on it: their time is made to be over.
func (p *posting) leftUnclear(t *testing.T, ours []int) (n int) {
	t.Helper()
	waitUntil(t, "the database has let go of the dead", func() bool { return len(p.served(t, ours)) == 0 })
	_, err := p.d.ExecContext(t.Context(), `UPDATE mail_messages SET run_at = 0 WHERE state = 'handing'`)
	must(t, err)
	must(t, p.d.QueryRowContext(t.Context(), `SELECT count(*) FROM mail_messages WHERE state IN ('handing', 'unclear')`).Scan(&n))
	return n
}

// served are whom a database server serves besides some: the processes at the other ends of connections to this database. A file
// serves nobody.
func (p *posting) served(t *testing.T, but []int) (others []int) {
	t.Helper()
	if !db.IsServer(p.url) {
		return nil
	}
	all, err := db.Rows(t.Context(), p.d, func(r *sql.Rows, pid *int) error { return r.Scan(pid) },
		`SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`)
	must(t, err)
	return slices.DeleteFunc(all, func(pid int) bool { return slices.Contains(but, pid) })
}

// killing is a mood of the mail server in which the sender dies at its n-th step, and how: while it waits for the answer, or
// just after.
func killing(s *server, n int, after bool) apptest.Mood {
	return func(string, string) string {
		if n--; n == 0 {
			if after {
				go s.cmd.Process.Kill()
			} else {
				s.kill()
			}
		}
		return ""
	}
}

func TestASendingThatIsKilledTwentyTimesSendsToNobodyTwiceAndListsWhatItDoesNotKnow(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		const kills, people = 20, 240
		p := posted(t, url, people)
		seed := rand.Uint64()
		rng := rand.New(rand.NewPCG(seed, 0))
		t.Logf("seed %d", seed)
		before := 0
		for i := range kills {
			ours := p.served(t, nil)
			s := starting(t, url, p.keys, p.smtp)
			p.mail.Feel(killing(s, 1+rng.IntN(60), rng.IntN(2) == 0))
			<-s.done
			unclear := p.leftUnclear(t, ours)
			if unclear > before+connections {
				t.Errorf("kill %d left %d messages unclear, want %d at most", i, unclear-before, connections)
			}
			before = unclear
		}
		p.mail.Feel(nil)
		s := p.serve(t)
		waitUntil(t, "all is sent or listed", func() bool { return p.count(t).Waiting == 0 })
		unclear := p.checked(t)
		t.Logf("%d kills, %d of %d messages unclear", kills, len(unclear), people)
		if len(unclear) == 0 || len(unclear) > kills*connections {
			t.Errorf("%d messages are unclear: the kills came at the wrong times", len(unclear))
		}
		boss := p.coordinator(t, s)
		list, err := boss.get(fmt.Sprintf("/rounds/%d/resend?all", p.round))
		must(t, err)
		if n := strings.Count(list.body, `name="ref"`); n != len(unclear) {
			t.Errorf("the coordinator is asked about %d messages, want %d", n, len(unclear))
		}
		s.end()
	})
}

func TestASenderThatIsAskedToEndFinishesTheMessagesAtHand(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		p := posted(t, url, 80)
		s := p.serve(t)
		n, stopped := 20, sync.OnceFunc(func() {
			must(t, s.cmd.Process.Signal(syscall.SIGTERM))
			waitUntil(t, "it listens no more", func() bool {
				c, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
				if err == nil {
					c.Close()
				}
				return err != nil
			})
		})
		p.mail.Feel(func(step, _ string) string {
			if step == "end" {
				if n--; n <= 0 {
					stopped() // and only then says that it has the message
				}
			}
			return ""
		})
		<-s.done
		if code := s.cmd.ProcessState.ExitCode(); code != 0 || s.log.Len() > 0 {
			t.Errorf("exit %d\n%s", code, s.log)
		}
		var handing int
		must(t, p.d.QueryRowContext(t.Context(), `SELECT count(*) FROM mail_messages WHERE state = 'handing'`).Scan(&handing))
		c := p.count(t)
		if c.Unclear+c.Refused+handing > 0 || c.Sent != len(p.mail.Taken()) || c.Waiting == 0 {
			t.Errorf("%+v, %d still at hand, %d taken: want none unclear, and some that wait", c, handing, len(p.mail.Taken()))
		}
		p.mail.Feel(nil)
		again := p.serve(t)
		waitUntil(t, "the rest is sent", func() bool { return p.count(t).Waiting == 0 })
		if left := p.checked(t); len(left) > 0 {
			t.Errorf("unclear: %v", left)
		}
		again.end()
	})
}
