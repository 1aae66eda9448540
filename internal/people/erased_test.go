package people

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
)

// bringBack names an erased person again, as the restore of an older backup does.
func (p *place) bringBack(was Person) {
	p.t.Helper()
	p.in(func(tx *db.Tx) error {
		_, err := tx.ExecContext(p.ctx, `UPDATE persons SET erased_at = NULL, left_at = NULL, listed = $2, name = $3, email = $4, email_fold = $4 WHERE id = $1`, was.ID, was.Listed, was.Name, was.Email)
		return err
	})
}

func TestWhoWasErasedDoesNotComeBackWithAnOlderBackup(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.Erased = &ErasedList{Dir: t.TempDir()}
		p.bring(staffOf(3))
		p.grant("guest@a.example", Partner, "")
		guest, gone := p.person("guest@a.example"), p.person("p2@a.example")
		p.bring(staffOf(2)) // p2 has left
		p.must(p.AskErasure(p.ctx, guest.ID))
		p.must(p.Erase(p.ctx, 0, guest.ID))
		p.must(p.Erase(p.ctx, 0, gone.ID))
		for _, path := range p.Erased.paths() {
			b, err := os.ReadFile(path)
			p.must(err)
			if strings.Count(string(b), "\n") != 2 || strings.ContainsAny(string(b), "@gG") {
				t.Errorf("%s holds %q", path, b)
			}
		}
		p.must(os.Remove(filepath.Join(p.Erased.Dir, erasedFile))) // one disk is lost
		if ids, err := p.EraseAgain(p.ctx); err != nil || len(ids) != 0 {
			t.Fatalf("erased again: %v, %v", ids, err)
		}

		p.bringBack(guest)
		p.bringBack(gone)
		ids, err := p.EraseAgain(p.ctx)
		if p.must(err); len(ids) != 1 || ids[0] != guest.ID {
			t.Errorf("erased again: %v, want the guest, %d", ids, guest.ID)
		}
		if is, err := PersonByID(p.ctx, d, gone.ID); err != nil || is.Name != gone.Name {
			t.Errorf("who is in the staff list is %+v, %v", is, err)
		}
		p.bring(staffOf(2))
		p.clock.add(time.Hour)
		p.must(p.clean(p.ctx)) // the list has said that they left
		if n := p.number(`SELECT count(*) FROM persons WHERE email = 'p2@a.example'`); n != 0 {
			t.Error("who had been erased is named still")
		}
		// After a restore a number may be somebody else's.
		other := Person{ID: guest.ID, Name: "Other", Email: "other@a.example"}
		if markOf(&other) == markOf(&guest) {
			t.Fatal("choose another address for this test")
		}
		p.bringBack(other)
		if ids, err := p.EraseAgain(p.ctx); err != nil || len(ids) != 0 {
			t.Errorf("somebody else with the same number is erased: %v, %v", ids, err)
		}
	})
}

func TestALineOfTheListThatWasCutIsNoLine(t *testing.T) {
	for _, line := range []string{"", "2026-11-23", "2026-11-23 12", "2026-11-23 12 ", "2026-11-23 12 0", "2026-11-23 -1 aa", "2026-11-2 12 aa", "x y z"} {
		if x, ok := parseErased(line); ok {
			t.Errorf("%q is read as %+v", line, x)
		}
	}
	if x, ok := parseErased("2026-11-23 12 0a"); !ok || x.id != 12 || x.mark != 10 {
		t.Errorf("a whole line is read as %+v, %v", x, ok)
	}
}

func TestALineThatAFullDiskHasCutDoesNotTakeTheNextWithIt(t *testing.T) {
	l := &ErasedList{Dir: t.TempDir()}
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	anna, bo := Person{ID: 7, Email: "anna@a.example"}, Person{ID: 8, Email: "bo@a.example"}
	for _, p := range []*Person{&anna, &bo} {
		if err := l.note(at, p); err != nil {
			t.Fatal(err)
		}
		for _, path := range l.paths() {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				_, err = f.WriteString("2026-11-2")
				f.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	all, err := l.read()
	if err != nil || len(all) != 2 || !all[erased{7, markOf(&anna)}] || !all[erased{8, markOf(&bo)}] {
		t.Errorf("the list is read as %v, %v; want both", all, err)
	}
}
