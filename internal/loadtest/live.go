package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/db"
	"taitorinki/internal/events/live"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
	"taitorinki/internal/web"
)

// The crowd of one vote, and the second within which all of it votes.
const (
	crowd       = 600
	crowdWithin = time.Second
)

// phone is somebody's open page: it listens, and comes back when the stream breaks, as live.js and browsers do.
type phone struct {
	hall  *hallful
	at    int // which server
	has   string
	votes atomic.Int64 // of the question, as the page shows it
	seen  atomic.Int64 // when that came, in nanoseconds since the beginning
	lines atomic.Int64 // how often it has been connected
}

// hallful is a room full of phones.
type hallful struct {
	code    string
	began   time.Time
	mu      sync.Mutex
	servers []*server
	phones  []*phone
	ended   atomic.Bool
}

func (h *hallful) server(i int) *server {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.servers[i%len(h.servers)]
}

// liveRoom measures a room: joining, a vote of 600 within a second, a server that is killed and started, memory.
func liveRoom(listeners int, dbURL string, long time.Duration) error {
	dir, err := os.MkdirTemp("", "loadtest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	replicas := 2
	if dbURL == "" {
		dbURL, replicas = filepath.Join(dir, "load.db"), 1
	}
	h := &hallful{began: time.Now()}
	question, err := h.prepare(dbURL, dir)
	if err != nil {
		return err
	}
	bin, err := build(dir)
	if err != nil {
		return err
	}
	for range replicas {
		addr, err := freeAddr()
		if err != nil {
			return err
		}
		s, err := launch(bin, addr, dbURL, dir, "127.0.0.1:1")
		if err != nil {
			return err
		}
		h.servers = append(h.servers, s)
	}
	defer func() {
		h.ended.Store(true)
		for _, s := range h.servers {
			s.cmd.Process.Kill()
			s.cmd.Wait()
		}
	}()
	h.servers[0].settle()
	fmt.Printf("%d servers, %d phones; memory before: %.0f MB\n", replicas, listeners, h.servers[0].memory())
	voters, err := h.join(listeners)
	if err != nil {
		return err
	}
	if err := h.vote(voters[:crowd], question, 1); err != nil {
		return err
	}
	if err := h.again(bin, dbURL, dir); err != nil {
		return err
	}
	return h.goOn(voters[crowd:], question, long)
}

// prepare makes an open room with twenty questions, and returns the number of the first, which has one vote.
func (h *hallful) prepare(dbURL, dir string) (question int64, err error) {
	ctx := context.Background()
	d, err := db.Open(dbURL)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return 0, err
	}
	a, err := app.New(app.Config{DB: d, Mail: &mail.Recorder{}, Now: time.Now, BaseURL: "http://x", Keys: filepath.Join(dir, "keys")})
	if err != nil {
		return 0, err
	}
	var v web.Visitor
	if err := d.InTx(ctx, func(tx *db.Tx) error {
		p, err := people.EnsurePerson(ctx, tx, "host@example.org", "Host", "fi")
		v = web.Visitor{ID: p.ID, Scopes: map[web.Action][]int64{people.HostEvents: {0}}}
		return err
	}); err != nil {
		return 0, err
	}
	r, err := a.Live.Create(ctx, v, live.Settings{Title: "Kuormituskoe", Anonymous: true})
	if err != nil {
		return 0, err
	}
	if r, err = a.Live.Begin(ctx, v, r.ID); err != nil {
		return 0, err
	}
	h.code = r.Code
	for i := range 20 {
		q, err := a.Live.Ask(ctx, &r, live.NewDevice(), fmt.Sprintf("Kysymys %d: miten tämä tuodaan arkeen meidän yksikössä, jossa aikaa on vähän?", i), "")
		if err != nil {
			return 0, err
		}
		if question == 0 {
			question = q.ID
		}
	}
	return question, nil
}

// voter is a phone's other connection, with its cookie.
type voter struct {
	*client
	jar map[string]string
}

// join lets phones come in: each opens the page, and then its stream.
func (h *hallful) join(n int) ([]*voter, error) {
	voters := make([]*voter, n)
	began := time.Now()
	var failed atomic.Int64
	gate := make(chan struct{}, 64)
	var wg sync.WaitGroup
	for i := range voters {
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			voters[i] = &voter{newClient(h.server(i).addr), map[string]string{}}
			if a, err := voters[i].do("GET", "/live/"+h.code, "", "", voters[i].jar); err != nil || a.status != 200 || voters[i].jar["room"] == "" {
				failed.Add(1)
			}
			p := &phone{hall: h, at: i}
			h.mu.Lock()
			h.phones = append(h.phones, p)
			h.mu.Unlock()
			go p.listen()
		})
	}
	wg.Wait()
	if failed.Load() > 0 {
		return nil, fmt.Errorf("%d pages did not open", failed.Load())
	}
	if err := h.wait("all phones have the state", func(p *phone) bool { return p.votes.Load() == 1 }); err != nil {
		return nil, err
	}
	fmt.Printf("%d pages opened and streams begun in %.1f s; memory: %.0f MB\n", n, time.Since(began).Seconds(), h.servers[0].memory())
	return voters, nil
}

// wait waits until it is so for all phones.
func (h *hallful) wait(what string, so func(*phone) bool) error {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if !slices.ContainsFunc(h.phones, func(p *phone) bool { return !so(p) }) {
			return nil
		}
	}
	n := 0
	for _, p := range h.phones {
		if !so(p) {
			n++
		}
	}
	return fmt.Errorf("%s: never for %d of %d", what, n, len(h.phones))
}

// vote lets a crowd vote within a second, each twice.
func (h *hallful) vote(voters []*voter, question int64, before int) error {
	times := make([]time.Duration, len(voters))
	var wrong atomic.Int64
	body := fmt.Sprintf("question=%d&on=1", question)
	began := time.Now()
	var wg sync.WaitGroup
	for i, v := range voters {
		wg.Go(func() {
			time.Sleep(time.Duration(i) * crowdWithin / time.Duration(len(voters)))
			at := time.Now()
			a, err := v.do("POST", "/live/"+h.code+"/vote", "application/x-www-form-urlencoded", body, v.jar)
			times[i] = time.Since(at)
			if err != nil || a.status != http.StatusSeeOther {
				wrong.Add(1)
			}
		})
	}
	wg.Wait()
	last := time.Now()
	want := int64(before + len(voters))
	if err := h.wait("all phones show the votes", func(p *phone) bool { return p.votes.Load() >= want }); err != nil {
		return err
	}
	var late time.Duration
	for _, p := range h.phones {
		late = max(late, h.began.Add(time.Duration(p.seen.Load())).Sub(last))
	}
	slices.Sort(times)
	fmt.Printf("%d votes in %.2f s: p50 %d ms, p95 %d ms, p99 %d ms, most %d ms; refused %d\n", len(voters), last.Sub(began).Seconds(),
		times[len(times)/2].Milliseconds(), times[len(times)*95/100].Milliseconds(), times[len(times)*99/100].Milliseconds(), times[len(times)-1].Milliseconds(), wrong.Load())
	fmt.Printf("the last phone shows the last vote %d ms after it was acknowledged\n", max(0, late.Milliseconds()))
	for _, v := range voters { // the same again: nothing may be counted twice
		if _, err := v.do("POST", "/live/"+h.code+"/vote", "application/x-www-form-urlencoded", body, v.jar); err != nil {
			return err
		}
	}
	time.Sleep(time.Second)
	for _, p := range h.phones {
		if got := p.votes.Load(); got != want {
			return fmt.Errorf("a phone shows %d votes, want %d", got, want)
		}
	}
	fmt.Printf("all phones show %d votes, after each device has voted twice: 0 lost, 0 doubled\n", want)
	return nil
}

// again kills a server and starts it, and waits until every phone is back.
func (h *hallful) again(bin, dbURL, dir string) error {
	before := map[*phone]int64{}
	for _, p := range h.phones {
		if p.at%len(h.servers) == 0 {
			before[p] = p.lines.Load()
		}
	}
	s := h.server(0)
	killed := time.Now()
	s.cmd.Process.Kill()
	s.cmd.Wait()
	fresh, err := launch(bin, s.addr, dbURL, dir, "127.0.0.1:1")
	if err != nil {
		return err
	}
	h.mu.Lock()
	h.servers[0] = fresh
	h.mu.Unlock()
	up := time.Since(killed)
	if err := h.wait("all phones are back", func(p *phone) bool { return p.lines.Load() > before[p] }); err != nil {
		return err
	}
	fmt.Printf("killed; serving again after %.2f s; all %d phones of that server back %.1f s after the kill\n", up.Seconds(), len(before), time.Since(killed).Seconds())
	return nil
}

// goOn lets one phone vote a second, and looks at how the memory grows.
func (h *hallful) goOn(voters []*voter, question int64, long time.Duration) error {
	body := fmt.Sprintf("question=%d&on=", question)
	first, begin := 0.0, time.Now()
	warm := min(long/4, 2*time.Minute)
	n := 0
	for ; time.Since(begin) < long; n++ {
		v := voters[n%len(voters)]
		v.addr = h.server(n).addr
		on := "1"
		if n/len(voters)%2 == 1 {
			on = "0"
		}
		if _, err := v.do("POST", "/live/"+h.code+"/vote", "application/x-www-form-urlencoded", body+on, v.jar); err != nil {
			if _, err := v.do("POST", "/live/"+h.code+"/vote", "application/x-www-form-urlencoded", body+on, v.jar); err != nil {
				return err
			}
		}
		if first == 0 && time.Since(begin) > warm {
			first = h.server(0).memory()
		}
		time.Sleep(time.Second)
	}
	if long > 0 {
		fmt.Printf("%.0f minutes with a vote a second: memory from %.0f MB (after %s) to %.0f MB; peak %.0f MB\n", long.Minutes(), first, warm.Round(time.Second), h.server(0).memory(), h.server(0).peak())
	}
	return nil
}

func (p *phone) listen() {
	for !p.hall.ended.Load() {
		p.once()
		time.Sleep(1500*time.Millisecond + rand.N(3*time.Second))
	}
}

var countField = []byte(`"n":`)

func (p *phone) once() error {
	s := p.hall.server(p.at)
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /live/%s/events HTTP/1.1\r\nHost: %s\r\nLast-Event-ID: %s\r\n\r\n", p.hall.code, s.addr, p.has)
	in := bufio.NewReaderSize(conn, 8<<10)
	head, err := in.ReadString('\n')
	if err != nil || !strings.Contains(head, " 200 ") {
		return errors.Join(err, errors.New(head))
	}
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(line, []byte("retry:")):
			p.lines.Add(1)
		case bytes.HasPrefix(line, []byte("id: ")):
			p.has = string(bytes.TrimSpace(line[4:]))
		case bytes.HasPrefix(line, []byte("data:")):
			p.show(line)
		}
	}
}

// show takes the largest count of a state: that of the question that is voted for.
func (p *phone) show(line []byte) {
	var most int64
	for {
		_, rest, ok := bytes.Cut(line, countField)
		if !ok {
			break
		}
		var n int64
		for _, c := range rest {
			if c < '0' || c > '9' {
				break
			}
			n = n*10 + int64(c-'0')
		}
		most, line = max(most, n), rest
	}
	if p.votes.Swap(most) != most {
		p.seen.Store(int64(time.Since(p.hall.began)))
	}
}
