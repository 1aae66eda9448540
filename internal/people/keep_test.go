package people

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/dbtest"
	"taitorinki/internal/errs"
	"taitorinki/internal/people/chain"
)

func (p *place) number(query string, args ...any) (n int) {
	p.t.Helper()
	p.must(p.DB.QueryRowContext(p.ctx, query, args...).Scan(&n))
	return n
}

func staffOf(n int) Files {
	text := "email,name,unit\n"
	for i := range n {
		text += fmt.Sprintf("p%d@a.example,Person %[1]d,U\n", i)
	}
	return Files{Units: File{Name: "u.csv", Data: []byte("code,parent,name_fi\nU,,U\n")}, People: File{Name: "p.csv", Data: []byte(text)}}
}

func TestPeopleWhoHaveLeftAreErasedWhenTheirTimeIsOver(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(staffOf(3))
		gone := p.person("p2@a.example")
		p.in(func(tx *db.Tx) error { return Audit(p.ctx, tx, p.Now(), gone.ID, "people.audit-signin", "", "") })
		p.grant("p2@a.example", Supervisor, "U")
		p.bring(staffOf(2))
		p.clock.add(364 * 24 * time.Hour)
		p.must(p.clean(p.ctx))
		if n := p.number(`SELECT count(*) FROM persons WHERE erased_at IS NOT NULL`); n != 0 {
			t.Fatalf("%d are erased too early", n)
		}
		p.clock.add(3 * 24 * time.Hour)
		for range 2 {
			p.must(p.clean(p.ctx))
		}
		is, err := PersonByID(p.ctx, d, gone.ID)
		p.must(err)
		if is.Name != Nameless || is.Email != "" || p.number(`SELECT count(*) FROM roles WHERE person_id = $1`, gone.ID) != 0 {
			t.Errorf("what is left: %+v", is)
		}
		if n := p.number(`SELECT count(*) FROM audit_log WHERE action = 'retention.left' AND detail = '{"n":1}'`); n != 1 {
			t.Errorf("the log tells of it %d times", n)
		}
		if p.number(`SELECT count(*) FROM audit_log WHERE person_id = $1`, gone.ID) == 0 {
			t.Error("the log has lost what they did")
		}
		p.bring(staffOf(3)) // they come back, as somebody new
		if back := p.person("p2@a.example"); back.ID == gone.ID {
			t.Error("an erased person has a name again")
		}
	})
}

func TestOldEntriesOfTheLogGoAndItsChainHolds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(staffOf(1))
		p.sealer.DB = d
		seal := func() {
			t.Helper()
			_, err := p.sealer.Seal(p.ctx)
			p.must(err)
		}
		seal()
		p.clock.add(6 * 365 * 24 * time.Hour)
		for range 2 {
			p.must(p.clean(p.ctx))
			seal()
		}
		f, err := chain.Verify(p.ctx, d, nil)
		if err != nil || f.Begins.ID == 0 || f.Sealed == 0 {
			t.Errorf("%+v, %v", f, err)
		}
		if n := p.number(`SELECT count(*) FROM audit_log WHERE action = $1`, chain.ForgetAction); n != 1 {
			t.Errorf("the log tells of it %d times", n)
		}
	})
}

func TestOnlyThoseWhoHaveLeftOrAskedAreErased(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := newPlace(t, d)
		p.bring(staffOf(2))
		p.grant("guest@a.example", Partner, "")
		listed, guest := p.person("p0@a.example").ID, p.person("guest@a.example").ID
		refusedFor := func(id int64, key string) {
			t.Helper()
			err := p.Erase(p.ctx, 0, id)
			if e, ok := errors.AsType[*errs.E](err); !ok || e.Kind != errs.Conflict || e.Key != key {
				t.Errorf("got %v, want %s", err, key)
			}
		}
		refusedFor(listed, "people.erase-listed")
		refusedFor(guest, "people.erase-not-asked")
		consent := 0
		p.Erasers = []Eraser{EraserSQL("wish", true, `SELECT count(*) FROM mentoring_wishes WHERE person_id = $1`, `DELETE FROM mentoring_wishes WHERE person_id = $1`)}
		for _, id := range []int64{listed, guest} {
			p.in(func(tx *db.Tx) error {
				_, err := tx.ExecContext(p.ctx, `INSERT INTO mentoring_wishes (person_id, mentor, ways) VALUES ($1, 'yes', '[]')`, id)
				return err
			})
			p.must(p.AskErasure(p.ctx, id))
			consent += p.number(`SELECT count(*) FROM mentoring_wishes WHERE person_id = $1`, id)
		}
		if consent != 0 {
			t.Errorf("%d wishes are left", consent)
		}
		refusedFor(listed, "people.erase-listed")
		p.must(p.Erase(p.ctx, listed, guest))
		refusedFor(guest, "people.erase-done-before")
		if is, err := PersonByID(p.ctx, d, guest); err != nil || is.Name != Nameless || is.Left.IsZero() {
			t.Errorf("%+v, %v", is, err)
		}
		if n := p.number(`SELECT count(*) FROM audit_log WHERE action = 'people.erase' AND person_id = $1 AND object = $2`, listed, objectOf("person", guest)); n != 1 {
			t.Errorf("the log tells of it %d times", n)
		}
	})
}
