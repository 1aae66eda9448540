package faults

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/db"
)

// together starts servers at once, whose periodic work then falls on the same moment.
func (w *world) together(t *testing.T, n int) (all []*program) {
	t.Helper()
	for range n {
		all = append(all, w.begin(t))
	}
	for _, p := range all {
		p.ready()
	}
	return all
}

func endAll(t *testing.T, all []*program) {
	t.Helper()
	for _, p := range all {
		p.end()
		if said := p.log.String(); strings.Contains(said, "level=ERROR") {
			t.Errorf("it complains:\n%s", said)
		}
	}
}

// mailOf counts by address the messages of a kind that the mail server has.
func (w *world) mailOf(kind string) map[string]int {
	n := map[string]int{}
	for _, m := range w.mail.Taken() {
		if strings.HasPrefix(m.ID, "<"+kind+".") {
			n[m.To]++
		}
	}
	return n
}

// TestThreeServersInviteRemindCloseAndReckonOnce lets the time for each come while no server runs, so that all three find it at once.
func TestThreeServersInviteRemindCloseAndReckonOnce(t *testing.T) {
	t.Parallel()
	e := onPostgres(t)
	w := e.copy(t)
	d := w.database(t)
	defer d.Close()
	threeDo := func(what string, done func() bool) {
		t.Helper()
		all := w.together(t, 3)
		eventually(t, what, done)
		endAll(t, all)
	}
	change := func(query string, at time.Time) {
		t.Helper()
		_, err := d.ExecContext(t.Context(), query, db.At(at))
		must(t, err)
	}
	noted := func() []string {
		return texts(t, d, `SELECT action FROM audit_log WHERE action IN ('round.remind', 'round.close-due', 'round.close')`)
	}
	allSent := func() bool { return len(texts(t, d, `SELECT kind FROM mail_messages WHERE state <> 'sent'`)) == 0 }

	threeDo("all are invited", allSent)
	longAgo := time.Now().AddDate(0, 0, -9) // the round reminds after seven days
	change(`UPDATE survey_rounds SET opened_at = $1`, longAgo)
	change(`UPDATE mail_messages SET run_at = $1`, longAgo)
	threeDo("the round reminds", func() bool { return len(noted()) > 0 && allSent() })
	w.invitedAndReminded(t)

	change(`UPDATE survey_rounds SET closes_at = $1`, time.Now().Add(-time.Minute))
	jobs := func() []string { return texts(t, d, `SELECT kind || ' ' || state || ' ' || tries FROM jobs`) }
	threeDo("what the closing asked for is done", func() bool {
		return len(jobs()) > 0 && len(texts(t, d, `SELECT kind FROM jobs WHERE state IN ('waiting', 'running')`)) == 0
	})
	if got, want := jobs(), []string{"insight.snapshot done 1", "insight.texts done 1"}; !slices.Equal(got, want) {
		t.Errorf("the jobs are %q, want %q", got, want)
	}
	if got, want := noted(), []string{"round.close-due", "round.remind"}; !slices.Equal(got, want) {
		t.Errorf("the log tells of %q, want %q", got, want)
	}
	if n := len(texts(t, d, `SELECT round_code FROM insight_snapshots WHERE made_at IS NOT NULL`)); n != 1 {
		t.Errorf("%d snapshots were made, want 1", n)
	}
	(&moment{T: t, world: w, e: e}).counted()
}

// invitedAndReminded checks that everybody has one invitation, and who has not answered one reminder.
func (w *world) invitedAndReminded(t *testing.T) {
	t.Helper()
	invited, reminded := w.mailOf("survey.invite"), w.mailOf("survey.remind")
	for i, x := range w.people {
		to, want := fmt.Sprintf("p%d@shores.example", i), 1
		if x.sent {
			want = 0
		}
		if invited[to] != 1 || reminded[to] != want {
			t.Errorf("%s has %d invitations and %d reminders, want 1 and %d", to, invited[to], reminded[to], want)
		}
	}
}

var signInLink = regexp.MustCompile(`/sign-in/[a-z0-9]+`)

// TestServersShareSignInItsLimitAndItsEnd asks for links at two servers by turns, signs in at the one that had not been asked, and
// signs out at the other.
func TestServersShareSignInItsLimitAndItsEnd(t *testing.T) {
	t.Parallel()
	w := onPostgres(t).copy(t)
	all := w.together(t, 2)
	const to, most = "p7@shores.example", 5
	ask := func(i int, address string) {
		t.Helper()
		if p, err := newBrowser(all[i%2].base).post("/sign-in", url.Values{"email": {address}}); err != nil || p.status != http.StatusOK {
			t.Errorf("asking for a link: %d %v", p.status, err)
		}
	}
	for i := range 2 * most {
		ask(i, to)
	}
	ask(0, "p8@shores.example") // mail goes in the order in which it was asked for
	eventually(t, "the last link has come", func() bool { return w.mailOf("people.signin")["p8@shores.example"] == 1 })
	if n := w.mailOf("people.signin")[to]; n != most {
		t.Errorf("asked ten times at two servers, %d links came, want %d", n, most)
	}
	link := ""
	for _, m := range w.mail.Taken() {
		if m.To == to && strings.HasPrefix(m.ID, "<people.signin.") {
			link = signInLink.FindString(m.Text)
		}
	}
	b := newBrowser("")
	through := func(i int, what func(b *browser) (page, error), want int) {
		t.Helper()
		b.base = all[i].base
		if p, err := what(b); err != nil || p.status != want {
			t.Errorf("at server %d: %d %v, want %d", i, p.status, err, want)
		}
	}
	me := func(b *browser) (page, error) { return b.get("/me") }
	follow := func(b *browser) (page, error) { return b.post(link, nil) }
	out := func(b *browser) (page, error) { return b.post("/sign-out", nil) }
	through(1, follow, http.StatusSeeOther)
	through(0, me, http.StatusOK)
	through(1, me, http.StatusOK)
	cookies := b.http.Jar.Cookies(mustURL(t, all[0].base)) // as they were: signing out takes them from this browser
	through(0, out, http.StatusSeeOther)
	for i := range all {
		again := newBrowser(all[i].base)
		again.http.Jar.SetCookies(mustURL(t, again.base), cookies)
		if p, err := again.get("/me"); err != nil || p.status == http.StatusOK {
			t.Errorf("after signing out the session is good at server %d: %d %v", i, p.status, err)
		}
		if p, err := newBrowser(all[i].base).post(link, nil); err != nil || p.status != http.StatusNotFound {
			t.Errorf("a used link at server %d: %d %v", i, p.status, err)
		}
	}
	endAll(t, all)
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	must(t, err)
	return u
}
