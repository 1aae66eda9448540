package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/db"
	"taitorinki/internal/mail"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/survey"
)

// grown is what a county of one size costs.
type grown struct {
	staff                int
	importing, opening   float64 // seconds
	journeys             measure
	answers              int
	idle, peak           float64 // MB of the server
	closing, results     float64 // seconds: the round is closed and the key destroyed; all figures are published
	closingMB            float64 // peak memory of the command that closes
	pageMedian, pageMost float64 // ms, of the coordinator's pages
	sizeMB               float64 // of the database
}

// sizes are those of a small organisation, a county, and the whole country's largest.
var sizes = []int{300, 9000, 100000}

// growth measures counties of all sizes, and says with which power of the staff each figure grows.
func growth() error {
	var all []grown
	for _, n := range sizes {
		g, err := grow(n)
		if err != nil {
			return fmt.Errorf("%d staff: %w", n, err)
		}
		all = append(all, g)
	}
	for _, x := range []struct {
		what string
		of   func(g grown) float64
	}{
		{"staff", func(g grown) float64 { return float64(g.staff) }},
		{"answers given", func(g grown) float64 { return float64(g.answers) }},
		{"import of the staff list, s", func(g grown) float64 { return g.importing }},
		{"opening a round for all, s", func(g grown) float64 { return g.opening }},
		{"journeys a second", func(g grown) float64 { return g.journeys.rate }},
		{"server CPU of a journey, ms", func(g grown) float64 { return g.journeys.cpu }},
		{"request, median ms", func(g grown) float64 { return ms(g.journeys.median) }},
		{"request, p99 ms", func(g grown) float64 { return ms(g.journeys.p99) }},
		{"closing, s", func(g grown) float64 { return g.closing }},
		{"closing, peak memory MB", func(g grown) float64 { return g.closingMB }},
		{"results published, s after closing", func(g grown) float64 { return g.results }},
		{"coordinator's pages, median ms", func(g grown) float64 { return g.pageMedian }},
		{"coordinator's pages, slowest ms", func(g grown) float64 { return g.pageMost }},
		{"server's memory idle, MB", func(g grown) float64 { return g.idle }},
		{"server's peak memory, MB", func(g grown) float64 { return g.peak }},
		{"database, MB", func(g grown) float64 { return g.sizeMB }},
	} {
		fmt.Printf("%-36s", x.what)
		for _, g := range all {
			fmt.Printf(" %10.4g", x.of(g))
		}
		for i := 1; i < len(all); i++ {
			fmt.Printf("   n^%.2f", exponent(all[i-1], all[i], x.of))
		}
		fmt.Println()
	}
	return nil
}

// exponent is the power of the staff with which a figure grows from one size to the next.
func exponent(a, b grown, of func(grown) float64) float64 {
	return math.Log(of(b)/of(a)) / math.Log(float64(b.staff)/float64(a.staff))
}

// mostAnswers keeps the largest county's answering within a minute or two.
const mostAnswers = 20000

func grow(n int) (g grown, err error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "growth")
	if err != nil {
		return g, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "load.db")
	links, round, signin, err := g.prepare(ctx, file, dir, n)
	if err != nil {
		return g, err
	}
	f, err := muster(1, file, dir)
	if err != nil {
		return g, err
	}
	defer f.stop()
	f.settle()
	g.idle = f[0].memory()
	g.answers = min(len(links)*2/3, mostAnswers)
	g.journeys = f.journeys(links[:g.answers], 32, false)
	if err := g.close(f[0], file, dir, round); err != nil {
		return g, err
	}
	if err := g.look(f[0], signin, round); err != nil {
		return g, err
	}
	g.peak, g.sizeMB = f[0].peak(), float64(size(file))/1e6
	return g, nil
}

// prepare brings in the staff and opens a round for all of them, whose invitations are not sent.
func (g *grown) prepare(ctx context.Context, file, dir string, n int) (links []string, round *survey.Round, signin string, err error) {
	d, err := db.Open(file)
	if err != nil {
		return nil, nil, "", err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return nil, nil, "", err
	}
	a, err := app.New(app.Config{DB: d, Mail: &mail.Recorder{}, Now: time.Now, BaseURL: "http://x", Keys: filepath.Join(dir, "keys")})
	if err != nil {
		return nil, nil, "", err
	}
	lists, staff, err := staffOf(n)
	if err != nil {
		return nil, nil, "", err
	}
	g.staff = staff
	began := time.Now()
	if _, err := a.People.Import(ctx, lists, people.ImportOptions{}); err != nil {
		return nil, nil, "", err
	}
	g.importing = time.Since(began).Seconds()
	id, in, err := a.Survey.ImportInstrument(ctx, sixPages())
	if err != nil {
		return nil, nil, "", err
	}
	round = &survey.Round{InstrumentID: id, Settings: a.Survey.DefaultSettings(in)}
	if err := a.Survey.CreateRound(ctx, round); err != nil {
		return nil, nil, "", err
	}
	began = time.Now()
	if err := a.Survey.CheckAndOpen(ctx, round.ID, 0); err != nil {
		return nil, nil, "", err
	}
	g.opening = time.Since(began).Seconds()
	if err := outbox.SetPace(ctx, d, round.Topic(), outbox.Pace{PerMinute: outbox.MostPerMinute, ToHour: 24}); err != nil {
		return nil, nil, "", err
	}
	if _, err := d.ExecContext(ctx, `DELETE FROM mail_messages`); err != nil {
		return nil, nil, "", err
	}
	all, err := a.Survey.Links(ctx, round.ID)
	for _, l := range all {
		links = append(links, l.URL[len(l.URL)-35:])
	}
	if err != nil {
		return nil, nil, "", err
	}
	signin, err = coordinator(ctx, a)
	return links, round, signin, err
}

// coordinator makes one, and a link to sign in with.
func coordinator(ctx context.Context, a *app.App) (link string, err error) {
	var p people.Person
	err = a.Config.DB.InTx(ctx, func(tx *db.Tx) error {
		if p, err = people.EnsurePerson(ctx, tx, "boss@example.org", "Boss", "fi"); err != nil {
			return err
		}
		_, err := people.Grant(ctx, tx, time.Now(), 0, p.ID, people.Coordinator, 0)
		return err
	})
	if err != nil {
		return "", err
	}
	link, err = a.People.SigninLink(ctx, p.ID)
	return link[len("http://x"):], err
}

// close closes the round by the command, as an operator does, and waits for its results.
func (g *grown) close(s *server, file, dir string, r *survey.Round) error {
	cmd := exec.Command(filepath.Join(dir, "taitorinki"), "round", "close", fmt.Sprint(r.ID), "--db", file, "--keys", filepath.Join(dir, "keys"))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	// Not what the system tells of the ended process: that counts this program's memory in, which started it.
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				return fmt.Errorf("%w: %s", err, &out)
			}
			running = false
		case <-time.After(5 * time.Millisecond):
			g.closingMB = max(g.closingMB, (&server{cmd: cmd}).peak())
		}
	}
	g.closing = time.Since(began).Seconds()
	d, err := db.Open(file)
	if err != nil {
		return err
	}
	defer d.Close()
	for began = time.Now(); ; time.Sleep(50 * time.Millisecond) {
		var made int
		if err := d.QueryRowContext(context.Background(), `SELECT count(*) FROM insight_snapshots WHERE made_at IS NOT NULL`).Scan(&made); err != nil {
			return err
		}
		if made > 0 {
			break
		}
		if time.Since(began) > longest {
			return fmt.Errorf("no results after %s", longest)
		}
	}
	g.results = time.Since(began).Seconds()
	return nil
}

// look opens a coordinator's pages, each forty times.
func (g *grown) look(s *server, signin string, r *survey.Round) error {
	c, jar := newClient(s.addr), map[string]string{}
	if a, err := c.do("POST", signin, form, "x=1", jar); err != nil || a.status != 303 {
		return fmt.Errorf("signing in: %d %v", a.status, err)
	}
	var most time.Duration
	c.times = nil
	for _, page := range []string{"/", "/rounds", fmt.Sprintf("/rounds/%d", r.ID), "/results/" + r.Code, "/units", "/people", "/mentors/coverage", "/events", "/audit"} {
		for range 40 {
			a, err := c.do("GET", page, "", "", jar)
			if err != nil || a.status != 200 {
				return fmt.Errorf("GET %s: %d %v", page, a.status, err)
			}
		}
		for _, t := range c.times[len(c.times)-40:] {
			most = max(most, t)
		}
	}
	g.pageMedian, g.pageMost = ms(middle(c.times)), ms(most)
	return nil
}
