package app_test

import (
	"context"
	"database/sql"
	"net/url"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/jobs"
	"taitorinki/internal/outbox"
)

type nobodysWork struct{}

func (nobodysWork) Kind() string { return "test.nobodys-work" }

// left asks for a job, or for mail, and lets nobody do it.
func left(t *testing.T, s *apptest.Site, ask func(tx *db.Tx) error) {
	t.Helper()
	must(t, s.DB.InTx(t.Context(), ask))
}

func TestAServerIsReadyAsLongAsItsQueuesAreWorkedOff(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		atTen(s)
		s.Anonymous().Get("/readyz").Want(t, 200, "ready")
		left(t, s, func(tx *db.Tx) error {
			_, err := jobs.Insert(t.Context(), tx, s.Clock.Now(), nobodysWork{})
			return err
		})
		s.Clock.Move(14 * time.Minute)
		s.Anonymous().Get("/readyz").Want(t, 200)
		s.Clock.Move(2 * time.Minute)
		s.Anonymous().Get("/readyz").Want(t, 503, "jobs: the oldest has been due for 16m0s")
		s.Anonymous().Get("/healthz").Want(t, 200)
		if not := another(t, s, s.URL).NotReady(t.Context()); len(not) > 0 {
			t.Errorf("a server that comes back to an old queue is not ready: %q", not)
		}
		_, err := s.Worker.Step(t.Context()) // it fails, and is due later
		must(t, err)
		s.Anonymous().Get("/readyz").Want(t, 200)
	})
}

// atTen moves the clock to ten in the morning, when mail goes out.
func atTen(s *apptest.Site) {
	for s.Clock.Now().UTC().Hour() != 8 {
		s.Clock.Move(time.Hour)
	}
}

func TestMailThatNobodySendsIsToldAndMailThatIsHeldUpIsNot(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		atTen(s)
		left(t, s, func(tx *db.Tx) error {
			return outbox.Add(t.Context(), tx, s.Clock.Now(), []outbox.Item{{Topic: "round:A", Kind: "test", Ref: 1, Address: "aino@shores.example"}})
		})
		must(t, outbox.Pause(t.Context(), d, "round:A", true))
		s.Clock.Move(20 * time.Minute)
		s.Anonymous().Get("/readyz").Want(t, 200)
		must(t, outbox.Pause(t.Context(), d, "round:A", false))
		s.Anonymous().Get("/readyz").Want(t, 503, "mail: the oldest has been due for 20m0s").Without(t, "aino", "round")
		s.Clock.Move(14 * time.Hour) // it is night
		s.Anonymous().Get("/readyz").Want(t, 200)
		left(t, s, func(tx *db.Tx) error {
			return outbox.Add(t.Context(), tx, s.Clock.Now(), []outbox.Item{{Topic: "signin", Kind: "test", Ref: 1, Address: "aino@shores.example"}})
		})
		s.Clock.Move(20 * time.Minute)
		s.Anonymous().Get("/readyz").Want(t, 503, "mail: the oldest has been due for 20m0s")
	})
}

func TestAServerIsNotReadyWhenItsProgramAndItsTablesAreNotOfOneAge(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := apptest.New(t, d)
		_, err := d.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, $2)`, 99999, true)
		must(t, err)
		s.Anonymous().Get("/readyz").Want(t, 503, "migrations: the database is at 99999")
	})
}

func TestAServerThatIsAboutToEndSaysSoAndStillAnswers(t *testing.T) {
	s := apptest.New(t, dbtest.SQLite(t))
	s.Leave()
	s.Anonymous().Get("/readyz").Want(t, 503, "shutting down")
	s.Anonymous().Get("/privacy").Want(t, 200)
}

func TestAServerWithoutItsDatabaseIsNeitherReadyNorSilent(t *testing.T) {
	d, err := db.Open(dbtest.SQLiteFile(t))
	must(t, err)
	s := apptest.New(t, d)
	must(t, d.Close())
	s.Anonymous().Get("/readyz").Want(t, 503, "database: it does not answer")
	s.Anonymous().Get("/healthz").Want(t, 503)
}

func TestAServerIsReadyAgainWhenItsDatabaseComesBack(t *testing.T) {
	address := dbtest.PostgresURL(t)
	d, err := db.Open(address)
	must(t, err)
	defer d.Close()
	s := apptest.New(t, d)
	s.Anonymous().Get("/readyz").Want(t, 200)
	u, err := url.Parse(address)
	must(t, err)
	name := strings.TrimPrefix(u.Path, "/")
	admin, err := sql.Open("pgx", strings.Replace(address, "/"+name, "/postgres", 1))
	must(t, err)
	defer admin.Close()
	do := func(query string) {
		_, err := admin.ExecContext(context.Background(), query)
		must(t, err)
	}
	do(`alter database ` + name + ` allow_connections false`)
	do(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '` + name + `'`)
	s.Anonymous().Get("/readyz").Want(t, 503, "database: it does not answer").Without(t, name)
	s.Anonymous().Get("/sign-in").Want(t, 200)
	do(`alter database ` + name + ` allow_connections true`)
	s.Anonymous().Get("/readyz").Want(t, 200, "ready")
}
