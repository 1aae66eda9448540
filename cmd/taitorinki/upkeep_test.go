package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"taitorinki/internal/apptest"
	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/survey"
)

func TestABackupTakenWhileAnswersArriveHoldsAllThatWereAcknowledgedBefore(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		const before, all = 40, 240
		c := opened(t, url, all)
		s := c.serve(t)
		sent := make([]bool, all)
		next := make(chan int)
		var wg, first sync.WaitGroup
		first.Add(before)
		for range 8 {
			wg.Go(func() {
				for i := range next {
					_, sent[i] = c.respond(s, i)
					if i < before {
						first.Done()
					}
				}
			})
		}
		stop := make(chan struct{})
		go func() {
			defer close(next)
			for i := range all {
				select {
				case next <- i:
				case <-stop:
					return
				}
			}
		}()
		first.Wait()
		acknowledged := append([]bool(nil), sent[:before]...) // the others are being answered meanwhile
		file := filepath.Join(t.TempDir(), "b.gz")
		said := ok(t, "backup", "--db", c.url, file)
		close(stop)
		wg.Wait()
		t.Logf("%d answers were sent in all; %s", count(sent), said)
		if count(acknowledged) != before {
			t.Fatalf("%d of %d are acknowledged", count(acknowledged), before)
		}
		s.kill()
		into := &fixture{url: filepath.Join(t.TempDir(), "new.db"), keys: c.keys, smtp: c.smtp, round: c.round, links: c.links}
		ok(t, "restore", "--db", into.url, file)
		into.close(t)
		into.countedAll(t, acknowledged)
	})
}

func TestARestoreErasesAgainWhoWasErasedSinceTheBackup(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		d, err := db.Open(url)
		must(t, err)
		defer d.Close()
		must(t, d.Migrate(t.Context()))
		keys, dir := t.TempDir(), t.TempDir()
		s := apptest.Open(t, d, keys)
		s.Grant("guest@shores.example", "", "")
		s.Grant("stays@shores.example", "", "")
		file, into := filepath.Join(dir, "b.gz"), filepath.Join(dir, "new.db")
		ok(t, "backup", "--db", url, file)
		id := s.Person("guest@shores.example").ID
		must(t, s.People.AskErasure(t.Context(), id))
		must(t, s.People.Erase(t.Context(), 0, id))

		said := ok(t, "restore", "--db", into, "--keys", keys, file)
		if want := fmt.Sprintf("erased again: 1, by their numbers [%d]", id); !strings.Contains(said, want) {
			t.Errorf("it says %q, want %q", said, want)
		}
		n, err := db.Open(into)
		must(t, err)
		defer n.Close()
		var left int
		must(t, n.QueryRowContext(t.Context(), `SELECT count(*) FROM persons WHERE email IN ('guest@shores.example', 'stays@shores.example')`).Scan(&left))
		if left != 1 {
			t.Errorf("%d people are named, want the one who stays", left)
		}
	})
}

func TestABackupThatCannotBeWrittenLeavesNothing(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	file := dbtest.SQLiteFile(t)
	out := filepath.Join(t.TempDir(), "b.gz")
	must(t, os.Symlink("/dev/full", out+".part"))
	if r := command(t, "backup", "--db", file, out); r.code == 0 {
		t.Errorf("exit 0: %s", r.out)
	}
	if left, _ := filepath.Glob(out + "*"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// sumsOf reads everything in a database, by the same words on both engines.
func sumsOf(t *testing.T, url string) string {
	t.Helper()
	d, err := db.Open(url)
	must(t, err)
	defer d.Close()
	into, err := db.Open(filepath.Join(t.TempDir(), "sums.db"))
	must(t, err)
	defer into.Close()
	source, _, err := db.Move(t.Context(), d, into, func(string, int64, int64) {})
	must(t, err)
	var b strings.Builder
	for _, s := range source {
		b.WriteString(s.Table + " " + s.Sum + "\n")
	}
	return b.String()
}

func TestACountyMovesToPostgreSQLAndBackAndAnswersThere(t *testing.T) {
	c := opened(t, dbtest.SQLiteFile(t), 30)
	s := c.serve(t)
	sent := make([]bool, len(c.links))
	for i := range 10 {
		_, sent[i] = c.respond(s, i)
	}
	pg := dbtest.PostgresURL(t)
	if r := command(t, "move", "--from", c.url, "--to", pg); r.code != 2 || !strings.Contains(r.errOut, "already serves") {
		t.Errorf("moving what is served: exit %d\n%s", r.code, r.errOut)
	}
	s.end()
	if out := ok(t, "move", "--from", c.url, "--to", pg); !strings.Contains(out, "the same on both sides") {
		t.Errorf("moving said %s", out)
	}
	if r := command(t, "move", "--from", c.url, "--to", pg); r.code != 2 || !strings.Contains(r.errOut, "not empty") {
		t.Errorf("moving over data: exit %d\n%s", r.code, r.errOut)
	}
	there := &fixture{url: pg, keys: c.keys, smtp: c.smtp, round: c.round, links: c.links}
	ps := there.serve(t)
	for i := 10; i < 20; i++ {
		_, sent[i] = there.respond(ps, i)
	}
	if r := command(t, "move", "--from", pg, "--to", filepath.Join(t.TempDir(), "x.db")); r.code != 2 || !strings.Contains(r.errOut, "in use") {
		t.Errorf("moving what is served from PostgreSQL: exit %d\n%s", r.code, r.errOut)
	}
	ps.end()
	back := &fixture{url: filepath.Join(t.TempDir(), "back.db"), keys: c.keys, smtp: c.smtp, round: c.round, links: c.links}
	ok(t, "move", "--from", pg, "--to", back.url)
	if a, b := sumsOf(t, pg), sumsOf(t, back.url); a != b {
		t.Errorf("PostgreSQL and the file differ:\n%s\n%s", a, b)
	}
	bs := back.serve(t)
	for i := 20; i < 30; i++ {
		_, sent[i] = back.respond(bs, i)
	}
	if count(sent) != 30 {
		t.Fatalf("%d of 30 are acknowledged", count(sent))
	}
	bs.end()
	back.close(t)
	back.countedAll(t, sent)
}

func TestAMoveThatThePowerCutInterruptedGoesOnAndIsNotServedBefore(t *testing.T) {
	for _, way := range []string{"to PostgreSQL", "from PostgreSQL"} {
		t.Run(way, func(t *testing.T) {
			from, to := dbtest.SQLiteFile(t), dbtest.PostgresURL(t)
			if way == "from PostgreSQL" {
				from, to = to, filepath.Join(t.TempDir(), "to.db")
			}
			units, staff := lists(t, 20_000)
			ok(t, "people", "import", "--db", from, "--units", units, "--people", staff)
			cmd, _ := moving(t, from, to)
			must(t, cmd.Process.Kill())
			cmd.Wait()
			for _, args := range [][]string{{"serve", "--db", to, "--smtp", "smtp://127.0.0.1:1", "--mail-from", "a@b.example", "--addr", "127.0.0.1:0"},
				{"migrate", "--db", to}, {"backup", "--db", to, "b.gz"}, {"check", "--db", to}} {
				if r := command(t, args...); r.code != 2 || !strings.Contains(r.out+r.errOut, "a move into this database is not finished") {
					t.Errorf("%s of an unfinished target: exit %d\n%s%s", args[0], r.code, r.out, r.errOut)
				}
			}
			other := dbtest.SQLiteFile(t)
			if r := command(t, "move", "--from", other, "--to", to); r.code != 2 || !strings.Contains(r.errOut, "another source") {
				t.Errorf("another source: exit %d\n%s", r.code, r.errOut)
			}
			again := ok(t, "move", "--from", from, "--to", to)
			if strings.Contains(again, "persons: 1000 of") || !strings.Contains(again, "persons: 20000 of 20000") {
				t.Errorf("it did not go on where it was: %.300s", again)
			}
			if sumsOf(t, from) != sumsOf(t, to) {
				t.Error("the two sides differ")
			}
			ok(t, "user", "grant", "--db", to, "new@shores.example", "coordinator") // ids go on after those moved
		})
	}
}

// moving begins to move a county of 20,000 and returns when the first of them have gone over; the next are on their way. What it says
// from then on is read into the rest, until it ends.
func moving(t *testing.T, from, to string) (cmd *exec.Cmd, rest *bytes.Buffer) {
	t.Helper()
	cmd, rest = exec.Command(binary, "move", "--from", from, "--to", to), &bytes.Buffer{}
	cmd.Stderr = rest
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill() })
	var seen bytes.Buffer
	for b := make([]byte, 4096); !strings.Contains(seen.String(), "persons: 3000 of"); {
		n, err := out.Read(b)
		seen.Write(b[:n])
		if err != nil {
			t.Fatalf("%v\n%s", err, seen.String())
		}
	}
	go io.Copy(io.Discard, out)
	return cmd, rest
}

// TestAServerThatStartsOnTheSourceOfAMoveIsNoticedAndServesAfterwards holds the move up, as a busy machine does, until the server is there.
func TestAServerThatStartsOnTheSourceOfAMoveIsNoticedAndServesAfterwards(t *testing.T) {
	from, to := dbtest.PostgresURL(t), filepath.Join(t.TempDir(), "to.db")
	c := &fixture{url: from, keys: filepath.Join(t.TempDir(), "keys"), smtp: apptest.NewSMTP(t).URL}
	units, staff := lists(t, 20_000)
	ok(t, "people", "import", "--db", from, "--units", units, "--people", staff)
	cmd, said := moving(t, from, to)
	must(t, cmd.Process.Signal(syscall.SIGSTOP))
	d, err := db.Open(from)
	must(t, err)
	t.Cleanup(func() { d.Close() })
	s := starting(t, from, c.keys, c.smtp)
	for deadline, others := time.Now().Add(time.Minute), 0; others < 3; { // the move, this look, and the server
		if time.Now().After(deadline) {
			t.Fatal("the server does not come")
		}
		must(t, d.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'`).Scan(&others))
	}
	d.Close()
	must(t, cmd.Process.Signal(syscall.SIGCONT))
	if err := cmd.Wait(); err == nil || !strings.Contains(said.String(), "the source is in use") {
		t.Errorf("the move ended with %v and said %s", err, said)
	}
	s.ready()
	if r := command(t, "serve", "--db", to, "--smtp", c.smtp, "--mail-from", "a@b.example", "--addr", "127.0.0.1:0"); r.code != 2 || !strings.Contains(r.errOut, "is not finished") {
		t.Errorf("serving the target: exit %d\n%s", r.code, r.errOut)
	}
	s.kill()
	if r := command(t, "move", "--from", from, "--to", to); r.code != 0 { // the server has written: that is told, too
		if !strings.Contains(r.errOut, "another source") {
			t.Errorf("moving once more: exit %d\n%s", r.code, r.errOut)
		}
		must(t, os.Remove(to))
		ok(t, "move", "--from", from, "--to", to)
	}
	if sumsOf(t, from) != sumsOf(t, to) {
		t.Error("the two sides differ")
	}
}

func TestCheckTellsWhatIsWrongAndChangesNothing(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		c := opened(t, url, 7)
		args := []string{"check", "--db", c.url, "--keys", c.keys, "--smtp", apptest.NewSMTP(t).URL, "--mail-from", "a@b.example"}
		r := command(t, args...)
		if r.code != 0 || !strings.Contains(r.out, "both copies are there") || !strings.Contains(r.out, "would take mail") || strings.Contains(r.out, "fault ") {
			t.Fatalf("all is well: exit %d\n%s%s", r.code, r.out, r.errOut)
		}
		before := sumsOf(t, c.url)
		copies, err := filepath.Glob(filepath.Join(c.keys, "copy", "round-*.key"))
		must(t, err)
		must(t, os.Remove(copies[0]))
		c.wants(t, args, 0, "warning  key of round")
		mains, err := filepath.Glob(filepath.Join(c.keys, "round-*.key"))
		must(t, err)
		must(t, os.Remove(mains[0]))
		c.wants(t, args, 2, "fault    key of round")
		c.wants(t, append(args, "--smtp", "smtp://127.0.0.1:1"), 2, "fault    mail server")
		c.wants(t, append(args, "--base-url", "https://127.0.0.1:1"), 2, "warning  certificate")
		if after := sumsOf(t, c.url); after != before {
			t.Error("check has changed the database")
		}
		d, err := db.Open(c.url)
		must(t, err)
		defer d.Close()
		for _, q := range []string{
			`INSERT INTO jobs (kind, args, state, run_at, last_error) VALUES ('x', '{}', 'dead', 1, 'broken thing')`,
			`INSERT INTO mail_messages (topic, kind, ref, address, state, run_at) VALUES ('t', 'k', 1, 'a@b.example', 'unclear', 1)`,
		} {
			_, err := d.ExecContext(t.Context(), q)
			must(t, err)
		}
		c.wants(t, args, 2, "broken thing")
		c.wants(t, args, 2, "1 unclear")
		_, err = d.ExecContext(t.Context(), `INSERT INTO jobs (kind, args, run_at) VALUES ('x', '{}', 1)`)
		must(t, err)
		c.wants(t, args, 2, "fault    jobs: 1 overdue")
		_, err = d.ExecContext(t.Context(), `INSERT INTO audit_log (at, action, object, detail) VALUES (9000000000000000, 'x', '', '')`)
		must(t, err)
		c.wants(t, args, 2, "a clock has gone back")
		_, err = d.ExecContext(t.Context(), `UPDATE goose_db_version SET version_id = 9999 WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
		must(t, err)
		c.wants(t, args, 2, "fault    schema: 9999")
		if r, err := survey.RoundByID(t.Context(), d, c.round); err != nil || r.State != survey.Open {
			t.Errorf("the round is %s, %v", r.State, err)
		}
	})
}

func (c *fixture) wants(t *testing.T, args []string, code int, want string) {
	t.Helper()
	if r := command(t, args...); r.code != code || !strings.Contains(r.out, want) {
		t.Errorf("exit %d, want %d and %q\n%s%s", r.code, code, want, r.out, r.errOut)
	}
}

func TestCheckFindsARowThatRefersToNothing(t *testing.T) {
	file := dbtest.SQLiteFile(t)
	d, err := db.Open(file)
	must(t, err)
	defer d.Close()
	_, err = d.ExecContext(t.Context(), `PRAGMA foreign_keys = off`)
	must(t, err)
	_, err = d.ExecContext(t.Context(), `INSERT INTO audit_log (at, person_id, action, object, detail) VALUES (1, 77, 'x', '', '')`)
	must(t, err)
	if r := command(t, "check", "--db", file); r.code != 2 || !strings.Contains(r.out, "fault    references: audit_log: 1 rows refer to nothing in persons") {
		t.Errorf("exit %d\n%s", r.code, r.out)
	}
	if r := command(t, "check", "--db", filepath.Join(t.TempDir(), "none.db")); r.code != 2 || !strings.Contains(r.out, "fault    database") {
		t.Errorf("no database: exit %d\n%s", r.code, r.out)
	}
}

func TestCheckFindsAColumnThatIsMissingAndTheNextStartAddsIt(t *testing.T) {
	dbtest.RunURL(t, func(t *testing.T, url string) {
		ok(t, "migrate", "--db", url)
		d, err := db.Open(url)
		must(t, err)
		defer d.Close()
		_, err = d.ExecContext(t.Context(), `ALTER TABLE mentoring_mentor_events DROP COLUMN minutes`)
		must(t, err)
		if r := command(t, "check", "--db", url); r.code != 2 || !strings.Contains(r.out, "lacks mentoring_mentor_events.minutes") {
			t.Errorf("exit %d\n%s", r.code, r.out)
		}
		ok(t, "migrate", "--db", url)
		if r := command(t, "check", "--db", url); r.code != 0 {
			t.Errorf("afterwards: exit %d\n%s", r.code, r.out)
		}
	})
}

func TestCheckTellsOfADatabaseServerThatWritesDownWhatIsSaid(t *testing.T) {
	url := dbtest.PostgresURL(t)
	ok(t, "migrate", "--db", url)
	if r := command(t, "check", "--db", url); r.code != 0 || !strings.Contains(r.out, "ok       database's log") {
		t.Errorf("as it comes: exit %d\n%s", r.code, r.out)
	}
	d, err := db.Open(url)
	must(t, err)
	defer d.Close()
	var name string
	must(t, d.QueryRowContext(t.Context(), `SELECT current_database()`).Scan(&name))
	for _, set := range []string{"log_statement = 'all'", "log_statement = 'mod'", "log_min_duration_statement = 500"} {
		_, err := d.ExecContext(t.Context(), `ALTER DATABASE "`+name+`" RESET ALL`)
		must(t, err)
		_, err = d.ExecContext(t.Context(), `ALTER DATABASE "`+name+`" SET `+set)
		must(t, err)
		setting, _, _ := strings.Cut(set, " ")
		if r := command(t, "check", "--db", url); r.code != 2 || !strings.Contains(r.out, "fault    database's log") || !strings.Contains(r.out, setting) {
			t.Errorf("%s: exit %d\n%s", set, r.code, r.out)
		}
	}
	_, err = d.ExecContext(t.Context(), `ALTER DATABASE "`+name+`" SET log_parameter_max_length = 0`)
	must(t, err)
	if r := command(t, "check", "--db", url); r.code != 0 {
		t.Errorf("slow statements without their values: exit %d\n%s", r.code, r.out)
	}
}
