package people

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
)

// Unit is a node of the organisation: the county, a service area, a team.
type Unit struct {
	ID, ParentID           int64 // ParentID is 0 at the top
	Code                   string
	NameFI, NameSV, NameEN string
	Headcount              int       // as the staff list states it; 0 when it does not
	Ended                  time.Time // zero while the unit is in the staff list
}

// Name is the unit's name in a language.
func (u Unit) Name(lang string) string { return pick(lang, u.NameFI, u.NameSV, u.NameEN) }

// Profession is a professional group.
type Profession struct{ Code, NameFI, NameSV, NameEN string }

// Name is the profession's name in a language.
func (p Profession) Name(lang string) string { return pick(lang, p.NameFI, p.NameSV, p.NameEN) }

func pick(lang, fi, sv, en string) string {
	switch lang {
	case "sv":
		return sv
	case "en":
		return en
	}
	return fi
}

// Person is somebody who works here or has worked here.
type Person struct {
	ID          int64
	StaffNumber string // "" when the staff list has none
	Email, Name string
	UnitID      int64  // 0: none
	Profession  string // a profession's code or ""
	Lang        string
	OwnLang     bool      // the person chose Lang, so the staff list does not change it
	Listed      bool      // came with the staff list
	Left        time.Time // zero while the person is here
	Epoch       int64     // a session of an older epoch has ended

	folded string // Email without regard to case; something else once another person has taken the address over
}

// Units returns the units of today by code.
func Units(ctx context.Context, q db.Q) ([]Unit, error) {
	return units(ctx, q, `WHERE ended_at IS NULL ORDER BY code`)
}

func units(ctx context.Context, q db.Q, where string, args ...any) (_ []Unit, err error) {
	defer errs.Wrap(&err, "people.units")
	return db.Rows(ctx, q, scanUnit, `SELECT id, parent_id, code, name_fi, name_sv, name_en, headcount, ended_at FROM units `+where, args...)
}

func scanUnit(r *sql.Rows, u *Unit) error {
	var parent, count sql.NullInt64
	var ended db.Time
	err := r.Scan(&u.ID, &parent, &u.Code, &u.NameFI, &u.NameSV, &u.NameEN, &count, &ended)
	u.ParentID, u.Headcount, u.Ended = parent.Int64, int(count.Int64), ended.Time
	return err
}

// UnitByID returns a unit, also one that has ended.
func UnitByID(ctx context.Context, q db.Q, id int64) (Unit, error) {
	all, err := units(ctx, q, `WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "people.unit-missing")
	}
	if err != nil {
		return Unit{}, err
	}
	return all[0], nil
}

// Professions returns the professions by code.
func Professions(ctx context.Context, q db.Q) (_ []Profession, err error) {
	defer errs.Wrap(&err, "people.Professions")
	return db.Rows(ctx, q, func(r *sql.Rows, p *Profession) error { return r.Scan(&p.Code, &p.NameFI, &p.NameSV, &p.NameEN) },
		`SELECT code, name_fi, name_sv, name_en FROM professions ORDER BY code`)
}

const personColumns = `p.id, p.staff_number, p.email, p.name, p.unit_id, p.profession, p.lang, p.own_lang, p.listed, p.left_at, p.epoch, p.email_fold`

func scanPerson(r *sql.Rows, p *Person) error { return r.Scan(p.into()...) }

func (p *Person) into() []any {
	return []any{&p.ID, (*text)(&p.StaffNumber), &p.Email, &p.Name, (*number)(&p.UnitID), (*text)(&p.Profession), &p.Lang, &p.OwnLang,
		&p.Listed, (*moment)(&p.Left), &p.Epoch, &p.folded}
}

// text, number and moment read NULL as the zero value.
type (
	text   string
	number int64
	moment time.Time
)

func (t *text) Scan(v any) error {
	var s sql.NullString
	err := s.Scan(v)
	*t = text(s.String)
	return err
}

func (n *number) Scan(v any) error {
	var i sql.NullInt64
	err := i.Scan(v)
	*n = number(i.Int64)
	return err
}

func (m *moment) Scan(v any) error {
	var t db.Time
	err := t.Scan(v)
	*m = moment(t.Time)
	return err
}

// null stores the zero value as NULL.
func null[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

func persons(ctx context.Context, q db.Q, rest string, args ...any) (_ []Person, err error) {
	defer errs.Wrap(&err, "people.persons")
	return db.Rows(ctx, q, scanPerson, `SELECT `+personColumns+` FROM persons p `+rest, args...)
}

// Population returns the people of today who have a unit, by id: those in the given units and everything under
// them, of the given professions. Nothing given means no limit.
func Population(ctx context.Context, q db.Q, unitIDs []int64, professions []string) ([]Person, error) {
	where, args, err := population(ctx, q, unitIDs, professions)
	if err != nil {
		return nil, err
	}
	return persons(ctx, q, where, args...)
}

// PopulationIDs returns the ids of a Population alone, for those who look at it often.
func PopulationIDs(ctx context.Context, q db.Q, unitIDs []int64, professions []string) (_ []int64, err error) {
	defer errs.Wrap(&err, "people.PopulationIDs")
	where, args, err := population(ctx, q, unitIDs, professions)
	if err != nil {
		return nil, err
	}
	return db.Rows(ctx, q, func(r *sql.Rows, id *int64) error { return r.Scan(id) }, `SELECT p.id FROM persons p `+where, args...)
}

func population(ctx context.Context, q db.Q, unitIDs []int64, professions []string) (where string, args []any, err error) {
	where = `WHERE p.left_at IS NULL AND p.unit_id IS NOT NULL`
	if len(unitIDs) > 0 {
		t, err := LoadTree(ctx, q)
		if err != nil {
			return "", nil, err
		}
		in, more := db.In(len(args), t.Under(unitIDs))
		where, args = where+` AND p.unit_id IN `+in, append(args, more...)
	}
	if len(professions) > 0 {
		in, more := db.In(len(args), professions)
		where, args = where+` AND p.profession IN `+in, append(args, more...)
	}
	return where + ` ORDER BY p.id`, args, nil
}

// PersonsByID returns those of today among the people with these ids, by id.
func PersonsByID(ctx context.Context, q db.Q, ids []int64) (out []Person, err error) {
	for part := range slices.Chunk(ids, db.MostIn) {
		list, args := db.In(0, part)
		some, err := persons(ctx, q, `WHERE p.left_at IS NULL AND p.id IN `+list, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.SortFunc(out, func(a, b Person) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// PersonByID returns a person, also one who has left.
func PersonByID(ctx context.Context, q db.Q, id int64) (Person, error) {
	return onePerson(ctx, q, `WHERE p.id = $1`, id)
}

// PersonByEmail returns the person with this address, also one who has left. Upper and lower case are alike.
func PersonByEmail(ctx context.Context, q db.Q, email string) (Person, error) {
	return onePerson(ctx, q, `WHERE p.email_fold = $1`, i18n.Fold(email))
}

func onePerson(ctx context.Context, q db.Q, where string, args ...any) (p Person, err error) {
	err = db.HotRow(ctx, q, `SELECT `+personColumns+` FROM persons p `+where, args...).Scan(p.into()...)
	if errors.Is(err, sql.ErrNoRows) {
		err = errs.Because(err, errs.NotFound, "people.person-missing")
	}
	errs.Wrap(&err, "people.onePerson")
	return p, err
}

// EnsurePerson returns the person with this address, and makes one who is on no staff list when there is none. Somebody
// who has left comes back.
func EnsurePerson(ctx context.Context, tx *db.Tx, email, name, lang string) (p Person, err error) {
	defer errs.Wrap(&err, "people.EnsurePerson")
	email, name = strings.TrimSpace(email), strings.TrimSpace(name)
	if !GoodEmail(email) {
		return p, errs.New(errs.Invalid, "people.bad-email", "value", email)
	}
	if !i18n.Known(lang) {
		return p, errs.New(errs.Invalid, "people.bad-lang", "value", lang)
	}
	if name == "" {
		name = email
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO persons (email, email_fold, name, name_fold, name_sort, lang, listed)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (email_fold) DO UPDATE SET listed = CASE WHEN persons.left_at IS NULL THEN persons.listed ELSE excluded.listed END, left_at = NULL`,
		email, i18n.Fold(email), name, i18n.Fold(name), sortKey(name), lang, false)
	if err != nil {
		return p, err
	}
	return PersonByEmail(ctx, tx, email)
}
