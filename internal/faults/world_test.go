package faults

import (
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/outbox"
	"taitorinki/internal/survey"
)

const (
	staff = 40 // people, all invited
	early = 5  // of them handed in before the fault
)

// world is a county with an open round whose invitations wait, on one engine.
type world struct {
	url, keys string
	smtp      string
	mail      *apptest.SMTP // nil: nobody listens
	round     int64
	people    []*person
	boss      []*http.Cookie // of somebody who may close the round
	schema    string
}

// nobody is an address where no mail server listens.
const nobody = "smtp://127.0.0.1:1"

// made fills a world by the program's own commands, and lets the first few people hand in.
func made(t testing.TB, dbURL string) *world {
	t.Helper()
	w := &world{url: dbURL, keys: filepath.Join(t.TempDir(), "keys"), smtp: nobody}
	units, list := lists(t, staff, 0)
	command(t, "people", "import", "--db", w.url, "--units", units, "--people", list)
	w.open(t)
	d := w.database(t)
	defer d.Close()
	r, err := survey.RoundByID(t.Context(), d, w.round)
	must(t, err)
	must(t, outbox.SetPace(t.Context(), d, r.Topic(), outbox.Pace{PerMinute: outbox.MostPerMinute, ToHour: 24}))
	p := w.serve(t)
	said := command(t, "user", "grant", "--db", w.url, "--link", "--base-url", p.base, "boss@shores.example", "coordinator")
	_, link, _ := strings.Cut(said, p.base)
	boss := newBrowser(p.base)
	if a, err := boss.post(strings.TrimSpace(link), nil); err != nil || a.status != http.StatusSeeOther {
		t.Fatalf("signing in: %d %v", a.status, err)
	}
	at, err := url.Parse(p.base)
	must(t, err)
	w.boss = boss.http.Jar.Cookies(at)
	for i := range early {
		if x := w.people[i]; !x.answers(newBrowser(p.base), true) {
			t.Fatalf("person %d could not answer: %s", i, x.refused)
		}
	}
	p.end()
	w.schema = schema(t, d)
	return w
}

// open opens a round for all.
func (w *world) open(t testing.TB) {
	t.Helper()
	said := command(t, "round", "open", "--db", w.url, "--keys", w.keys, "--instrument", "taitorinki-pulse", "--name", "Spring")
	_, err := fmt.Sscanf(said, "Round %d", &w.round)
	must(t, err)
	list := command(t, "round", "links", "--db", w.url, "--keys", w.keys, "--base-url", "http://x", strconv.FormatInt(w.round, 10))
	table := csv.NewReader(strings.NewReader(strings.TrimPrefix(list, "\ufeff")))
	table.Comma = ';'
	rows, err := table.ReadAll()
	must(t, err)
	w.people = nil
	for i, row := range rows[1:] {
		w.people = append(w.people, &person{number: i, link: strings.TrimPrefix(row[2], "http://x"), may: map[string][]string{}})
	}
	if len(w.people) != staff {
		t.Fatalf("%d links, want %d", len(w.people), staff)
	}
}

// lists writes a staff list; of a later one some people have left, some have come, and all have another name.
func lists(t testing.TB, people, left int) (units, list string) {
	t.Helper()
	dir := t.TempDir()
	units, list = filepath.Join(dir, "units.csv"), filepath.Join(dir, "people.csv")
	must(t, os.WriteFile(units, fmt.Appendf(nil, "code,parent,name_fi,name_sv,name_en\nH,,Alue,Området,County\nA,H,Osasto %d,Avdelning,Ward\n", left), 0o600))
	var b strings.Builder
	b.WriteString("email,name,unit\n")
	for i := left; i < people; i++ {
		fmt.Fprintf(&b, "p%d@shores.example,Aino%s Å%d,H\n", i, strings.Repeat("-Maija", left), i)
	}
	must(t, os.WriteFile(list, []byte(b.String()), 0o600))
	return units, list
}

// database opens the world's database.
func (w *world) database(t testing.TB) *db.DB {
	t.Helper()
	d, err := db.Open(w.url)
	must(t, err)
	return d
}

// engine makes worlds of one kind: a template that is filled once, and copies of it, which cost little.
type engine struct {
	*world
	server string // PostgreSQL's address with the word DATABASE in it, "" for SQLite
	admin  *db.DB
	measured
}

// engines runs f with each engine, both at once.
func engines(t *testing.T, f func(t *testing.T, e *engine)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, &engine{world: made(t, filepath.Join(t.TempDir(), "template.db"))})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, onPostgres(t))
	})
}

func onPostgres(t *testing.T) *engine {
	t.Helper()
	w := made(t, dbtest.PostgresURL(t)) // it knows whether to skip
	e := &engine{world: w}
	var err error
	e.server, err = dbtest.Server()
	must(t, err)
	e.admin, err = db.Open(named(e.server, "postgres"))
	must(t, err)
	t.Cleanup(func() { e.admin.Close() })
	e.settled(t, w.url)
	return e
}

func named(server, database string) string {
	return strings.Replace(server, "/DATABASE", "/"+database, 1)
}

// database is the name in an address that Server has given.
func databaseOf(server, address string) string {
	before, after, _ := strings.Cut(server, "DATABASE")
	return strings.TrimSuffix(strings.TrimPrefix(address, before), after)
}

// empty is the address of a database in which nothing is.
func (e *engine) empty(t *testing.T) string {
	t.Helper()
	if e.server == "" {
		return filepath.Join(t.TempDir(), "new.db")
	}
	return e.create(t, "template0")
}

// serial numbers the databases of this process.
var serial atomic.Int64

func (e *engine) create(t *testing.T, template string) string {
	t.Helper()
	name := fmt.Sprintf("faults_%d_%d", os.Getpid(), serial.Add(1))
	_, err := e.admin.ExecContext(t.Context(), `CREATE DATABASE `+name+` TEMPLATE `+template)
	must(t, err)
	t.Cleanup(func() {
		_, err := e.admin.ExecContext(context.WithoutCancel(t.Context()), `DROP DATABASE `+name+` WITH (FORCE)`)
		must(t, err)
	})
	return named(e.server, name)
}

// copy is the template once more, with its keys, and a mail server of its own.
func (e *engine) copy(t *testing.T) *world {
	t.Helper()
	w := *e.world
	w.keys = filepath.Join(t.TempDir(), "keys")
	must(t, os.CopyFS(w.keys, os.DirFS(e.keys)))
	w.mail = apptest.NewSMTP(t)
	w.smtp = w.mail.URL
	w.people = nil
	for _, x := range e.people {
		y := *x
		y.may = map[string][]string{}
		for item, values := range x.may {
			y.may[item] = slices.Clone(values)
		}
		w.people = append(w.people, &y)
	}
	if e.server != "" {
		w.url = e.create(t, databaseOf(e.server, e.url))
		return &w
	}
	b, err := os.ReadFile(e.url)
	must(t, err)
	w.url = filepath.Join(t.TempDir(), "world.db")
	must(t, os.WriteFile(w.url, b, 0o600))
	return &w
}

// settled waits until a database server has let go of everybody who spoke to a database. A file has at once.
func (e *engine) settled(t *testing.T, address string) {
	t.Helper()
	if e.server == "" {
		return
	}
	eventually(t, "the database has let go of the dead", func() bool {
		n := 0
		must(t, e.admin.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = $1`, databaseOf(e.server, address)).Scan(&n))
		return n == 0
	})
}

// coordinator is the browser of somebody who may close the round.
func (w *world) coordinator(base string) *browser {
	b := newBrowser(base)
	at, _ := url.Parse(base)
	b.http.Jar.SetCookies(at, w.boss)
	return b
}

// texts are the one column of text that a query gives, in order.
func texts(t testing.TB, q db.Q, query string, args ...any) []string {
	t.Helper()
	all, err := db.Rows(t.Context(), q, func(r *sql.Rows, s *string) error { return r.Scan(s) }, query, args...)
	must(t, err)
	slices.Sort(all)
	return all
}

// schema is all that a database says of its tables.
func schema(t testing.TB, d *db.DB) string {
	t.Helper()
	if d.ForShare() == "" { // SQLite
		return strings.Join(texts(t, d, `SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'`), "\n")
	}
	all := texts(t, d, `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
		FROM information_schema.columns WHERE table_schema = 'public'`)
	all = append(all, texts(t, d, `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'`)...)
	all = append(all, texts(t, d, `SELECT conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace`)...)
	return strings.Join(all, "\n")
}
