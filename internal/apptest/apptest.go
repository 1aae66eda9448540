// Package apptest runs the whole platform for a test: a real server on a real database, with a clock that stands still, a
// mailbox, and readers who use pages as a browser without JavaScript does.
package apptest

import (
	"context"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"taitorinki/internal/app"
	"taitorinki/internal/db"
	"taitorinki/internal/mail"
	"taitorinki/internal/people"
)

// Start is when every test begins: a plain Tuesday morning far from days off and from changes of the hour, so that no test passes or
// fails by the day it runs on. It lies in the past because the session library reads the machine's clock: a session lives until twelve
// hours after that, however far behind this clock is.
var Start = time.Date(2026, 9, 15, 6, 30, 0, 0, time.UTC) // 9.30 in Finland

// Clock stands still until it is moved.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Move sets the clock forward.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Site is a running platform.
type Site struct {
	*app.App
	DB    *db.DB
	Clock *Clock
	Mail  *mail.Recorder
	URL   string
	Keys  string // folder of the rounds' keys

	t testing.TB
}

// New runs the platform on a database, with a new folder for keys. The last functions may change what it is made with.
func New(t testing.TB, d *db.DB, change ...func(*app.Config)) *Site {
	t.Helper()
	return Open(t, d, t.TempDir(), change...)
}

// Open runs the platform on a database and a folder of keys, which may both have been used before.
func Open(t testing.TB, d *db.DB, keys string, change ...func(*app.Config)) *Site {
	t.Helper()
	s := &Site{DB: d, Clock: &Clock{at: Start}, Mail: &mail.Recorder{}, Keys: keys, t: t}
	srv := httptest.NewUnstartedServer(nil)
	s.URL = "http://" + srv.Listener.Addr().String()
	var err error
	c := app.Config{DB: d, Mail: s.Mail, Now: s.Clock.Now, BaseURL: s.URL, Keys: keys}
	for _, f := range change {
		f(&c)
	}
	s.App, err = app.New(c)
	s.must(err)
	// The clock stands still, and it may be night; mail comes in the order in which it was asked for.
	s.Outbox.Unpaced, s.Outbox.Connections = true, 1
	s.must(s.Survey.ImportShipped(context.Background()))
	s.must(s.Recover(context.Background()))
	srv.Config.Handler = s.Handler()
	srv.Start()
	t.Cleanup(srv.Close)
	return s
}

func (s *Site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// Work runs jobs, periodic work and the outbox until nothing is due.
func (s *Site) Work() {
	s.t.Helper()
	ctx := context.Background()
	s.Worker.RunPeriodic(ctx)
	for {
		ran, err := s.Worker.Step(ctx)
		s.must(err)
		sent, err := s.Outbox.Step(ctx)
		s.must(err)
		if !ran && sent == 0 {
			return
		}
	}
}

// Import brings a staff list in: CSV files from testdata, "" for none.
func (s *Site) Import(units, staff string) {
	s.t.Helper()
	var f people.Files
	for name, to := range map[string]*people.File{units: &f.Units, staff: &f.People} {
		if name == "" {
			continue
		}
		b, err := os.ReadFile(name)
		s.must(err)
		*to = people.File{Name: "list.csv", Data: b}
	}
	_, err := s.People.Import(context.Background(), f, people.ImportOptions{})
	s.must(err)
}

// Grant gives somebody a role over a unit, "" for the whole organisation.
func (s *Site) Grant(email, role, unit string) {
	s.t.Helper()
	ctx := context.Background()
	var id int64
	if unit != "" {
		tree, err := people.LoadTree(ctx, s.DB)
		s.must(err)
		u, ok := tree.ByCode(unit)
		if !ok {
			s.t.Fatalf("no unit %q", unit)
		}
		id = u.ID
	}
	s.must(s.DB.InTx(ctx, func(tx *db.Tx) error {
		p, err := people.EnsurePerson(ctx, tx, email, "", "en")
		if err == nil && role != "" {
			_, err = people.Grant(ctx, tx, s.Clock.Now(), 0, p.ID, role, id)
		}
		return err
	}))
}

// Person is the person with an address.
func (s *Site) Person(email string) people.Person {
	s.t.Helper()
	p, err := people.PersonByEmail(context.Background(), s.DB, email)
	s.must(err)
	return p
}

// Mailed are the messages to an address, the oldest first.
func (s *Site) Mailed(to string) (out []mail.Message) {
	for _, m := range s.Mail.Sent() {
		if m.To == to {
			out = append(out, m)
		}
	}
	return out
}

// LinkIn is the first link of a text, as a path of this site.
func (s *Site) LinkIn(text string) string {
	s.t.Helper()
	_, rest, ok := strings.Cut(text, s.URL+"/")
	if !ok {
		s.t.Fatalf("no link in %q", text)
	}
	if end := strings.IndexAny(rest, " \r\n\t\"<"); end >= 0 {
		rest = rest[:end]
	}
	return "/" + rest
}
