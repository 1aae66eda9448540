package chain

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

// county is a database in which somebody is, so that the log is guarded.
func county(t *testing.T, d *db.DB) {
	t.Helper()
	exec(t, d, `INSERT INTO persons (email, email_fold, name, name_fold, lang, listed) VALUES ('a@b.fi', 'a@b.fi', 'A', 'a', 'fi', $1)`, false)
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	if _, err := d.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

const add = `INSERT INTO audit_log (at, person_id, action, object, detail) VALUES ($1, NULL, 'x.view', $2, '')`

func write(t *testing.T, d *db.DB, n int) {
	t.Helper()
	for i := range n {
		exec(t, d, add, int64(i), fmt.Sprintf("person:%d", i))
	}
}

func sealed(t *testing.T, d *db.DB) {
	t.Helper()
	if _, err := (&Sealer{DB: d}).Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// unguarded takes the triggers away, as somebody would who means harm.
func unguarded(t *testing.T, d *db.DB) {
	t.Helper()
	for _, table := range []string{"audit_log", "audit_chain", "audit_anchor"} {
		for _, of := range []string{"_update", "_delete"} {
			if _, err := d.ExecContext(t.Context(), `DROP TRIGGER `+table+of+` ON `+table); err != nil {
				_, _ = d.ExecContext(t.Context(), `DROP TRIGGER `+table+of) // as SQLite writes it
			}
		}
	}
}

func TestTheLogRefusesChangesAndDeletions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		county(t, d)
		write(t, d, 3)
		sealed(t, d)
		for _, query := range []string{
			`UPDATE audit_log SET detail = 'x' WHERE id = 1`, `DELETE FROM audit_log WHERE id = 3`,
			`UPDATE audit_chain SET id = 9 WHERE id = 1`, `DELETE FROM audit_chain WHERE id = 3`, `UPDATE audit_anchor SET id = -1`,
		} {
			if _, err := d.ExecContext(t.Context(), query); err == nil || !strings.Contains(err.Error(), "only added to") {
				t.Errorf("%s: %v, want a refusal", query, err)
			}
		}
	})
}

func TestWhatWasDoneToTheLogAfterwardsIsFound(t *testing.T) {
	for _, c := range []struct {
		name    string
		queries []string
		want    Fault
	}{
		{"a changed entry", []string{`UPDATE audit_log SET object = 'person:7' WHERE id = 4`}, Fault{4, "is not as it was sealed, or those before it are not"}},
		{"who did it", []string{`UPDATE audit_log SET person_id = 1 WHERE id = 6`}, Fault{6, "is not as it was sealed, or those before it are not"}},
		{"a deleted entry", []string{`DELETE FROM audit_log WHERE id = 5`}, Fault{5, "is missing"}},
		{"the last one deleted", []string{`DELETE FROM audit_log WHERE id = 10`}, Fault{10, "is missing"}},
		{"an entry and its link deleted", []string{`DELETE FROM audit_log WHERE id = 5`, `DELETE FROM audit_chain WHERE id = 5`}, Fault{6, "is not as it was sealed, or those before it are not"}},
		{"two swapped", []string{`UPDATE audit_log SET id = 99 WHERE id = 2`, `UPDATE audit_log SET id = 2 WHERE id = 3`, `UPDATE audit_log SET id = 3 WHERE id = 99`}, Fault{2, "is not as it was sealed, or those before it are not"}},
		{"one put in", []string{`DELETE FROM audit_chain WHERE id = 7`}, Fault{7, "was put in: later ones had been sealed before"}},
		{"the first ones cut off", []string{`UPDATE audit_anchor SET id = 3, hash = (SELECT hash FROM audit_chain WHERE id = 3)`, `DELETE FROM audit_log WHERE id <= 3`, `DELETE FROM audit_chain WHERE id <= 3`},
			Fault{3, "and those before it were deleted, and no entry tells of it"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				county(t, d)
				write(t, d, 10)
				sealed(t, d)
				if f, err := Verify(t.Context(), d, nil); err != nil || f.Sealed != 10 {
					t.Fatalf("before: %+v, %v", f, err)
				}
				unguarded(t, d)
				for _, query := range c.queries {
					exec(t, d, query)
				}
				_, err := Verify(t.Context(), d, nil)
				if got, ok := errors.AsType[Fault](err); !ok || got != c.want {
					t.Errorf("got %v, want %v", err, c.want)
				}
				if _, err := Export(t.Context(), d, new(bytes.Buffer)); err == nil {
					t.Error("it can be exported")
				}
			})
		})
	}
}

func TestAHeadThatWasKeptShowsThatTheEndWasCutOff(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		county(t, d)
		write(t, d, 4)
		sealed(t, d)
		f, err := Verify(t.Context(), d, nil)
		if err != nil {
			t.Fatal(err)
		}
		kept := f.Head.Hash
		write(t, d, 2)
		sealed(t, d)
		if f, err := Verify(t.Context(), d, &kept); err != nil || !f.Passed || f.Sealed != 6 {
			t.Errorf("a head from before: %+v, %v", f, err)
		}
		unguarded(t, d)
		exec(t, d, `DELETE FROM audit_log WHERE id > 3`)
		exec(t, d, `DELETE FROM audit_chain WHERE id > 3`)
		if f, err := Verify(t.Context(), d, &kept); err != nil || f.Passed {
			t.Errorf("a head that is gone: %+v, %v", f, err)
		}
	})
}

func TestServersThatSealAtOnceMakeOneChain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		county(t, d)
		var writing, sealing sync.WaitGroup
		for range 4 {
			writing.Go(func() { write(t, d, 50) })
		}
		over := make(chan struct{})
		for range 3 {
			s := &Sealer{DB: d}
			sealing.Go(func() {
				for last := false; ; {
					if _, err := s.Seal(t.Context()); err != nil {
						t.Error(err)
						return
					}
					if last {
						return
					}
					select {
					case <-over:
						last = true
					default:
					}
				}
			})
		}
		writing.Wait()
		close(over)
		sealing.Wait()
		sealed(t, d)
		if f, err := Verify(t.Context(), d, nil); err != nil || f.Sealed != 200 || f.Waiting != 0 {
			t.Errorf("%+v, %v, want 200 sealed", f, err)
		}
	})
}

// open begins a transaction that adds an entry, and returns how to end it.
func open(t *testing.T, d *db.DB) (commit func()) {
	t.Helper()
	added, end, ended := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		ended <- d.InTx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.ExecContext(t.Context(), add, int64(1), "late")
			close(added)
			<-end
			return err
		})
	}()
	<-added
	return func() {
		t.Helper()
		close(end)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnEntryThatBecomesVisibleAfterALaterOneIsSealedInItsPlace(t *testing.T) {
	d := dbtest.Postgres(t)
	county(t, d)
	s := &Sealer{DB: d}
	seal := func(want int) {
		t.Helper()
		if n, err := s.Seal(t.Context()); err != nil || n != want {
			t.Fatalf("sealed %d, %v, want %d", n, err, want)
		}
	}
	first := open(t, d)
	write(t, d, 1)
	seal(0)
	seal(0)
	second := open(t, d) // there is always somebody who writes
	first()
	seal(2)
	third := open(t, d)
	write(t, d, 1)
	seal(0)
	second()
	seal(0) // the third began before the newest was looked at
	third()
	seal(3)
	if f, err := Verify(t.Context(), d, nil); err != nil || f.Sealed != 5 {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestABackupKeepsTheChain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		county(t, d)
		write(t, d, 5)
		sealed(t, d)
		before, err := Verify(t.Context(), d, nil)
		if err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if err := d.Backup(t.Context(), &file); err != nil {
			t.Fatal(err)
		}
		for name, empty := range map[string]*db.DB{"SQLite": dbtest.SQLite(t), "PostgreSQL": dbtest.Postgres(t)} {
			write(t, empty, 2) // something was logged before anybody was there
			if err := empty.Restore(t.Context(), bytes.NewReader(file.Bytes())); err != nil {
				t.Fatal(name, err)
			}
			write(t, empty, 1)
			sealed(t, empty)
			if f, err := Verify(t.Context(), empty, &before.Head.Hash); err != nil || !f.Passed || f.Sealed != 6 {
				t.Errorf("%s: %+v, %v", name, f, err)
			}
		}
	})
}

func TestTheChainGoesOnAfterOldEntriesWereDeleted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		county(t, d)
		write(t, d, 10) // at 0 to 9
		sealed(t, d)
		forget := func(before int64, want int) {
			t.Helper()
			n, err := Forget(t.Context(), d, before, 4, func(tx *db.Tx, n int, last int64) error {
				_, err := tx.ExecContext(t.Context(), `INSERT INTO audit_log (at, action, object, detail) VALUES (100, $1, $2, '')`, ForgetAction, ForgetObject(last))
				return err
			})
			if err != nil || n != want {
				t.Fatalf("%d went, %v, want %d", n, err, want)
			}
		}
		forget(6, 4)
		forget(6, 2)
		forget(6, 0)
		sealed(t, d)
		if f, err := Verify(t.Context(), d, nil); err != nil || f.Begins.ID != 6 || f.Sealed != 6 {
			t.Errorf("%+v, %v, want a beginning at 6 and 6 entries", f, err)
		}
	})
}

// outside verifies an export by doc/operating.md alone.
func outside(file []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(file))
	lines.Scan()
	var head struct{ Hash string }
	if err := json.Unmarshal(lines.Bytes(), &head); err != nil {
		return err
	}
	before, _ := hex.DecodeString(head.Hash)
	for lines.Scan() {
		var e struct {
			Entry, At, Person            json.Number
			Action, Object, Detail, Hash string
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return err
		}
		text := string(before)
		for _, f := range []string{e.Entry.String(), e.At.String(), e.Person.String(), e.Action, e.Object, e.Detail} {
			text += fmt.Sprintf("%d:%s,", len(f), f)
		}
		sum := sha256.Sum256([]byte(text))
		if hex.EncodeToString(sum[:]) != e.Hash {
			return fmt.Errorf("entry %s does not fit", e.Entry)
		}
		before = sum[:]
	}
	return lines.Err()
}

func TestAnExportCanBeVerifiedElsewhere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		county(t, d)
		exec(t, d, add, int64(5), "round:<Työ> & \"päivä\"\n")
		write(t, d, 3)
		sealed(t, d)
		var file bytes.Buffer
		if _, err := Export(t.Context(), d, &file); err != nil {
			t.Fatal(err)
		}
		if err := outside(file.Bytes()); err != nil || strings.Count(file.String(), "\n") != 5 {
			t.Errorf("%v\n%s", err, file.String())
		}
		if err := outside(bytes.Replace(file.Bytes(), []byte("person:1"), []byte("person:2"), 1)); err == nil {
			t.Error("a changed file fits")
		}
	})
}
