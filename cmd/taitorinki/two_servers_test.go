package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"taitorinki/internal/dbtest"
)

// pageOf is on which page of taitorinki-pulse a question stands.
var pageOf = map[string]int{
	"remote_5": 1, "remote_4": 1, "digital_2": 1, "digital_5": 1,
	"skills_3": 2, "skills_6": 2, "evaluate_1": 2, "evaluate_2": 2, "ethics_1": 2,
	"management_1": 3, "organisation_2": 3, "colleagues_1": 3,
}

// pair is two servers on one PostgreSQL database with one folder of keys.
type pair [2]*server

func (c *fixture) servePair(t *testing.T) pair {
	t.Helper()
	p := pair{starting(t, c.url, c.keys, c.smtp), starting(t, c.url, c.keys, c.smtp)}
	for _, s := range p {
		s.ready()
	}
	return p
}

func (p pair) any() *server { return p[rand.N(2)] }

func (p pair) other(s *server) *server {
	if s == p[0] {
		return p[1]
	}
	return p[0]
}

// respondent is one person's browser, which comes to the servers by turns.
type respondent struct {
	*client
	link  string
	start string // the first page
	tag   string
}

// enter follows the link through a server.
func (s *server) enter(link string) (*respondent, page, error) {
	r := &respondent{client: s.client(), link: link}
	p, err := r.get(link)
	r.start, r.tag = p.path, p.fields().Get("ballot")
	return r, p, err
}

func (r *respondent) path(last string) string { return strings.TrimSuffix(r.start, "1") + last }

// save stores one answer as the page's script does.
func (r *respondent) save(s *server, item, value string) (page, error) {
	b, err := json.Marshal(map[string]any{"ballot": r.tag, "item": "q_" + item, "value": []string{value}})
	if err != nil {
		return page{}, err
	}
	return r.through(s).do(http.MethodPost, r.path("save"), "application/json", strings.NewReader(string(b)))
}

// send hands in through a server, with a form that another has shown. It does not follow to the feedback: what is sent
// is acknowledged by the redirect there.
func (r *respondent) send(s *server, form url.Values) (page, error) {
	c := r.through(s)
	still := *c.http
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &still
	return c.post(r.path("send"), form)
}

func acknowledged(p page) bool { return p.status == http.StatusSeeOther }

// over reports whether the page says kindly that the survey has ended.
func (p page) over() bool {
	return p.status == http.StatusConflict && strings.Contains(p.body, "no longer possible to answer")
}

func TestAPersonMayAnswerThroughTwoServersByTurns(t *testing.T) {
	t.Parallel()
	c := opened(t, dbtest.PostgresURL(t), 16)
	servers := c.servePair(t)
	answers := make([]map[string]string, len(c.links))
	var wg sync.WaitGroup
	for i := range c.links {
		wg.Go(func() { answers[i] = c.byTurns(t, servers, i) })
	}
	wg.Wait()
	boss := c.coordinator(t, servers[0])
	c.closedBy(t, boss.through(servers[1])) // signed in on one, closing on the other
	by := c.counted(t)
	for i, want := range answers {
		if fmt.Sprint(by[i]) != fmt.Sprint(want) {
			t.Errorf("person %d is counted with %v, want %v", i, by[i], want)
		}
	}
	for _, s := range servers {
		s.end()
	}
}

// byTurns answers and sends through both servers, and returns what has been answered.
func (c *fixture) byTurns(t *testing.T, servers pair, person int) map[string]string {
	r, p, err := servers.any().enter(c.links[person])
	if err != nil || p.status != 200 {
		t.Errorf("entering: %d %v", p.status, err)
		return nil
	}
	given := mark(person)
	for item := range pageOf {
		if given[item] == "" {
			given[item] = strconv.Itoa(1 + rand.N(5))
		}
	}
	// Two devices at once, each through a server of its own and with half of the questions: none may undo the other's.
	items := slices.Sorted(maps.Keys(given))
	var wg sync.WaitGroup
	for half, s := range servers {
		wg.Go(func() {
			for i := half; i < len(items); i += 2 {
				r.saved(t, s, items[i], given[items[i]])
			}
		})
	}
	wg.Wait()
	for item, value := range given {
		r.sees(t, servers.any(), item, value)
	}
	for item, value := range given { // the same ballot by turns, each answer looked at through the other server
		s := servers.any()
		r.saved(t, s, item, strconv.Itoa(1+rand.N(5)))
		r.saved(t, servers.other(s), item, value)
		r.sees(t, s, item, value)
	}
	c.sentOnce(t, servers, r)
	return given
}

func (r *respondent) saved(t *testing.T, s *server, item, value string) {
	if p, err := r.save(s, item, value); err != nil || p.status != http.StatusNoContent {
		t.Errorf("saving: %d %v %s", p.status, err, p.body)
	}
}

func (r *respondent) sees(t *testing.T, s *server, item, value string) {
	if p, err := r.through(s).get(r.path(strconv.Itoa(pageOf[item]))); err != nil || !p.chose(item, value) {
		t.Errorf("the page does not show %s=%s: status %d %v", item, value, p.status, err)
	}
}

// sentOnce hands in through one server and finds it done through the other at once.
func (c *fixture) sentOnce(t *testing.T, servers pair, r *respondent) {
	one := servers.any()
	two := servers.other(one)
	late, _, err := two.enter(r.link) // on another device
	if err != nil {
		t.Error(err)
		return
	}
	form, err := r.through(two).get(r.path("send"))
	if p, err2 := r.send(one, form.fields()); err != nil || err2 != nil || !acknowledged(p) {
		t.Errorf("sending: %d %v %v", p.status, err, err2)
	}
	if p, err := late.save(two, "ethics_1", "1"); err != nil || p.status != http.StatusConflict {
		t.Errorf("an answer after sending: %d %v, want %d", p.status, err, http.StatusConflict)
	}
	if p, err := late.through(two).get(r.link); err != nil || p.status != http.StatusConflict || !strings.Contains(p.body, "Your answers are in") {
		t.Errorf("the link after sending: %d %v", p.status, err)
	}
	again := form.fields()
	again.Set("nonce", "another")
	if p, err := late.send(two, again); err != nil || p.status != http.StatusConflict {
		t.Errorf("another form: %d %v, want %d", p.status, err, http.StatusConflict)
	}
	if p, err := late.send(two, form.fields()); err != nil || !acknowledged(p) {
		t.Errorf("the same form once more: %d %v", p.status, err)
	}
	if p, err := r.through(two).get(r.path("feedback")); err != nil || p.status != 200 || !strings.Contains(p.body, "Your own feedback") {
		t.Errorf("the feedback: %d %v", p.status, err)
	}
}

func TestWhatOneServerAcknowledgesWhileAnotherClosesTheRoundIsCounted(t *testing.T) {
	t.Parallel()
	c := opened(t, dbtest.PostgresURL(t), 120)
	servers := c.servePair(t)
	boss := c.coordinator(t, servers[0])
	refused := 0
	for trial := range 4 {
		if trial > 0 {
			c.open(t)
		}
		refused += c.closedWhileAnswering(t, servers, boss)
	}
	if refused == 0 {
		t.Error("nobody was answering any more when the rounds closed")
	}
	for _, s := range servers {
		s.end()
	}
}

// closedWhileAnswering closes the round through one server while people answer through both. It returns how many came too
// late.
func (c *fixture) closedWhileAnswering(t *testing.T, servers pair, boss *client) (refused int) {
	var answered atomic.Int32
	enough, asked := make(chan struct{}), make(chan struct{})
	when := int32(10 + rand.N(40)) // the closing falls among these
	sent := make([]bool, len(c.links))
	next := make(chan int)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range next {
				if sent[i] = c.answersOrIsLate(t, servers, i); answered.Add(1) == when {
					close(enough)
				}
			}
		})
	}
	go func() {
		defer close(asked)
		<-enough
		c.closedBy(t, boss)
	}()
	for i := range c.links {
		next <- i
	}
	close(next)
	wg.Wait()
	<-asked
	if n := len(c.countedAll(t, sent)); n != count(sent) {
		t.Errorf("%d answers are counted, %d were acknowledged", n, count(sent))
	}
	for i, l := range c.links {
		for _, s := range servers {
			if p, err := s.client().get(l); err != nil || !p.over() {
				t.Errorf("link %d after the closing: %d %v\n%s", i, p.status, err, p.body)
			}
		}
	}
	servers.holdNoKeys(t)
	return len(sent) - count(sent)
}

// Here the answers and the closing are held up until all of them wait, and then let go at once.
func TestAnswersThatComeTogetherWithTheClosingAreCountedOrRefused(t *testing.T) {
	t.Parallel()
	c := opened(t, dbtest.PostgresURL(t), 24) // fewer through each server than it has connections
	servers := c.servePair(t)
	boss := c.coordinator(t, servers[0])
	for trial := range 3 {
		if trial > 0 {
			c.open(t)
		}
		sent := make([]bool, len(c.links))
		handIn := make([]func() (page, error), len(c.links))
		for i := range c.links {
			r, form := c.filledIn(t, servers[i%2], i)
			handIn[i] = func() (page, error) { return r.send(servers[i%2], form) }
		}
		var wg sync.WaitGroup
		c.heldUp(t, func(waiting func(n int)) {
			for i, f := range handIn {
				wg.Go(func() {
					p, err := f()
					if sent[i] = acknowledged(p); err != nil || !sent[i] && !p.over() {
						t.Errorf("sending: %d %v\n%s", p.status, err, p.body)
					}
				})
			}
			waiting(len(c.links))
			wg.Go(func() { c.closedBy(t, boss) })
			waiting(len(c.links) + 1)
		})
		wg.Wait()
		if n := len(c.countedAll(t, sent)); n != count(sent) {
			t.Errorf("%d answers are counted, %d were acknowledged", n, count(sent))
		}
	}
	for _, s := range servers {
		s.end()
	}
}

// filledIn answers the first page and returns the form that hands in.
func (c *fixture) filledIn(t *testing.T, s *server, person int) (*respondent, url.Values) {
	t.Helper()
	r, p, err := s.enter(c.links[person])
	must(t, err)
	v := p.fields()
	for item, value := range mark(person) {
		v.Set("q_"+item, value)
	}
	_, err = r.post(r.start, v)
	must(t, err)
	form, err := r.get(r.path("send"))
	must(t, err)
	return r, form.fields()
}

func (c *fixture) closedBy(t *testing.T, boss *client) {
	if p, err := boss.post(c.closing(), nil); err != nil || p.status != 200 {
		t.Errorf("closing: %d %v", p.status, err)
	}
}

// answersOrIsLate answers and sends, each step through any of the servers, and reports whether that was acknowledged. If not,
// the page must say that the survey is over.
func (c *fixture) answersOrIsLate(t *testing.T, servers pair, person int) bool {
	late := func(what string, p page, err error) bool {
		if err != nil || !p.over() {
			t.Errorf("%s: status %d %v\n%s", what, p.status, err, p.body)
		}
		return false
	}
	r, p, err := servers.any().enter(c.links[person])
	if err != nil || p.status != 200 {
		return late("entering", p, err)
	}
	v := p.fields()
	for item, value := range mark(person) {
		v.Set("q_"+item, value)
	}
	if p, err = r.through(servers.any()).post(r.start, v); err != nil || p.status != 200 {
		return late("saving", p, err)
	}
	if p, err = r.through(servers.any()).get(r.path("send")); err != nil || p.status != 200 {
		return late("the last page", p, err)
	}
	if p, err = r.send(servers.any(), p.fields()); err != nil || !acknowledged(p) {
		return late("sending", p, err)
	}
	return true
}

// holdNoKeys checks that no server has a key file open, be it one that has been removed.
func (p pair) holdNoKeys(t *testing.T) {
	t.Helper()
	for _, s := range p {
		dir := fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid)
		open, err := os.ReadDir(dir)
		if err != nil {
			t.Logf("open files cannot be looked at here: %v", err)
			return
		}
		for _, f := range open {
			if name, _ := os.Readlink(dir + "/" + f.Name()); strings.Contains(name, ".key") {
				t.Errorf("a server has %s open", name)
			}
		}
	}
}
