package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/db"
	"taitorinki/internal/mail"
)

// How answers come while backups are made: in an open loop, so that a server that falls behind is not waited for.
const (
	perSecond = 100
	lastsFor  = 20 * time.Second
	savers    = 64 // connections
	aPage     = 8  // items that each respondent answers
	pauses    = 2 * time.Second
)

// given is one answer that is saved at its time. Its latency counts from then, and so holds the waiting for a free connection.
type given struct {
	who   *respondent
	item  int
	value string
	at    time.Time
	took  time.Duration // 0: not acknowledged
	while bool          // a backup was under way
}

// respondent is somebody who has opened their link.
type respondent struct {
	code, save, tag string
	jar             map[string]string
}

// backedUp is a backup that was made, with the answers that had been acknowledged before it began.
type backedUp struct {
	file  string
	took  time.Duration
	size  int64
	holds []*given
}

// backups measures saves of single answers while the program's own command makes backups, and looks whether they hold what they must.
func backups(dbURL string) error {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "loadtest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if dbURL == "" {
		dbURL = filepath.Join(dir, "load.db")
	}
	codes, err := prepare(ctx, dbURL, dir, 0)
	if err != nil {
		return err
	}
	srv, err := start(dbURL, dir, "127.0.0.1:1")
	if err != nil {
		return err
	}
	defer srv.stop()
	srv.settle()
	l := &saving{srv: srv, dir: dir, url: dbURL}
	if err := l.open(codes); err != nil {
		return err
	}
	if err := l.run(); err != nil {
		return err
	}
	l.print()
	for _, c := range l.made {
		if err := l.verify(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// saving is the answers that come and the backups made meanwhile.
type saving struct {
	srv      *server
	dir, url string
	all      []*given
	made     []*backedUp
	lasted   time.Duration

	mu     sync.Mutex
	acked  []*given
	busy   atomic.Bool // a backup is under way
	failed atomic.Int64
}

// open lets as many respondents open their first page as are needed, and plans their answers.
func (l *saving) open(codes []string) error {
	n := int(lastsFor.Seconds()) * perSecond
	var people []*respondent
	c := newClient(l.srv.addr)
	for _, code := range codes[:n/aPage+1] {
		p := &respondent{code: code, jar: map[string]string{}}
		a, err := c.do("GET", "/v/"+code, "", "", p.jar)
		if err != nil {
			return err
		}
		at := a.to
		if a, err = c.do("GET", at, "", "", p.jar); err != nil {
			return err
		}
		p.save, p.tag = at[:strings.LastIndexByte(at, '/')]+"/save", a.field("ballot")
		people = append(people, p)
	}
	for i := range n { // one respondent's answers come one after another
		l.all = append(l.all, &given{who: people[i%len(people)], item: i / len(people), value: strconv.Itoa(1 + rand.IntN(5))})
	}
	return nil
}

// run lets the answers come, each at its time, and makes backups.
func (l *saving) run() error {
	todo := make(chan *given, len(l.all))
	var wg sync.WaitGroup
	for range savers {
		wg.Go(func() {
			c := newClient(l.srv.addr)
			for g := range todo {
				l.save(c, g)
			}
		})
	}
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- l.copyUntil(stop) }()
	began := time.Now()
	for i, g := range l.all {
		g.at = began.Add(time.Duration(i) * time.Second / perSecond)
		time.Sleep(time.Until(g.at))
		g.while = l.busy.Load()
		todo <- g
	}
	close(todo)
	wg.Wait()
	l.lasted = time.Since(began)
	close(stop)
	return <-done
}

func (l *saving) save(c *client, g *given) {
	body := fmt.Sprintf(`{"ballot":%q,"item":"q_q0_%d","value":[%q],"seen":1}`, g.who.tag, g.item, g.value)
	jar := map[string]string{} // another answer of the same respondent may be under way
	for k, v := range g.who.jar {
		jar[k] = v
	}
	a, err := c.do("POST", g.who.save, "application/json", body, jar)
	if err != nil || a.status != 204 {
		l.failed.Add(1)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	g.took = time.Since(g.at)
	l.acked = append(l.acked, g)
}

// copyUntil makes backups with the real program, with a pause before each.
func (l *saving) copyUntil(stop chan struct{}) error {
	for n := 1; ; n++ {
		select {
		case <-stop:
			return nil
		case <-time.After(pauses):
		}
		c := &backedUp{file: filepath.Join(l.dir, fmt.Sprintf("backup-%d.gz", n))}
		l.mu.Lock()
		c.holds = slices.Clone(l.acked)
		l.mu.Unlock()
		l.busy.Store(true)
		began := time.Now()
		out, err := exec.Command(filepath.Join(l.dir, "taitorinki"), "backup", "--db", l.url, c.file).CombinedOutput()
		c.took = time.Since(began)
		l.busy.Store(false)
		if err != nil {
			return fmt.Errorf("backup: %w: %s", err, out)
		}
		info, err := os.Stat(c.file)
		if err != nil {
			return err
		}
		c.size = info.Size()
		l.made = append(l.made, c)
	}
}

func (l *saving) print() {
	fmt.Printf("%d answers were to come at %d a second; %d were acknowledged in %.1f s (%.1f a second), %d failed\n",
		len(l.all), perSecond, len(l.acked), l.lasted.Seconds(), float64(len(l.acked))/l.lasted.Seconds(), l.failed.Load())
	for _, while := range []bool{false, true} {
		var took []time.Duration
		for _, g := range l.acked {
			if g.while == while {
				took = append(took, g.took)
			}
		}
		if len(took) == 0 {
			continue
		}
		slices.Sort(took)
		fmt.Printf("a backup under way: %-5v  %5d saves: median %.1f ms, p99 %.1f ms, max %.1f ms\n", while, len(took), ms(took[len(took)/2]), ms(took[len(took)*99/100]), ms(took[len(took)-1]))
	}
}

// verify restores a backup into a new file, and reads every answer that had been acknowledged before it began.
func (l *saving) verify(ctx context.Context, c *backedUp) error {
	file := c.file + ".db"
	if out, err := exec.Command(filepath.Join(l.dir, "taitorinki"), "restore", "--db", file, "--keys", filepath.Join(l.dir, "keys"), c.file).CombinedOutput(); err != nil {
		return fmt.Errorf("restore: %w: %s", err, out)
	}
	defer os.Remove(file)
	d, err := db.Open(file)
	if err != nil {
		return err
	}
	defer d.Close()
	a, err := app.New(app.Config{DB: d, Mail: &mail.Recorder{}, Now: time.Now, BaseURL: "http://x", Keys: filepath.Join(l.dir, "keys")})
	if err != nil {
		return err
	}
	missing := 0
	for _, g := range c.holds {
		sh, err := a.Survey.Sheet(ctx, g.who.code)
		if err != nil {
			return err
		}
		if sh.Answers[g.item] != g.value {
			missing++
		}
	}
	fmt.Printf("%s: %.2f s, %.1f MB; of %d answers acknowledged before it began %d are missing\n", filepath.Base(c.file), c.took.Seconds(), float64(c.size)/1e6, len(c.holds), missing)
	if missing > 0 {
		return fmt.Errorf("%s lacks answers", c.file)
	}
	return nil
}
