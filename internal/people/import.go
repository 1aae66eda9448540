package people

import (
	"context"
	"slices"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
)

// ImportOptions say how a staff list is brought in.
type ImportOptions struct {
	DryRun  bool  // only tell what would change
	SkipBad bool  // leave rows with a fault out instead of refusing the whole list
	By      int64 // who does it; 0 is the operator
}

// Import brings a staff list in, in one transaction. Any fault refuses the whole list, unless SkipBad leaves those rows
// out; who and what such a row is about stays as it is. The error is then Problems, and Change, where it is not nil,
// tells what the list without those rows would do.
func (s *Service) Import(ctx context.Context, files Files, opt ImportOptions) (c *Change, err error) {
	list, problems := Read(files)
	if problems.Fatal() {
		return nil, problems
	}
	if opt.DryRun {
		c, err = plan(ctx, s.DB, list, problems)
		if err == nil && !opt.SkipBad {
			err = c.Problems.err()
		}
		return c, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err = s.bringIn(ctx, tx, list, problems, opt)
		return err
	})
	return c, err
}

// bringIn plans and applies a list.
func (s *Service) bringIn(ctx context.Context, tx *db.Tx, list *List, problems Problems, opt ImportOptions) (*Change, error) {
	// The row makes a second import wait, so that it compares with what this one leaves.
	if _, err := tx.ExecContext(ctx, `UPDATE staff_lists SET imports = imports + 1 WHERE id = 1`); err != nil {
		return nil, err
	}
	c, err := plan(ctx, tx, list, problems)
	if err != nil {
		return nil, err
	}
	if len(c.Problems) > 0 && !opt.SkipBad {
		return c, c.Problems
	}
	now := s.Now()
	if err := c.apply(ctx, tx, now); err != nil {
		return nil, err
	}
	n := c.Summary()
	return c, Audit(ctx, tx, now, opt.By, "people.audit-import", "", Detail(
		"new", n.New+n.Back, "moved", n.Moved, "renamed", n.Renamed, "left", n.Left, "units", n.UnitsNew, "ended", n.UnitsEnded, "bad", n.Problems))
}

func plan(ctx context.Context, q db.Q, list *List, problems Problems) (*Change, error) {
	current, err := LoadCurrent(ctx, q)
	if err != nil {
		return nil, err
	}
	problems = append(problems, list.Settle(current)...).inOrder()
	c := Compare(current, list)
	c.Problems = problems
	return c, nil
}

// LoadCurrent reads what a list is compared with.
func LoadCurrent(ctx context.Context, q db.Q) (c *Current, err error) {
	defer errs.Wrap(&err, "people.LoadCurrent")
	c = &Current{}
	if c.Units, err = units(ctx, q, `ORDER BY id`); err != nil {
		return nil, err
	}
	if c.People, err = persons(ctx, q, `ORDER BY p.id`); err != nil {
		return nil, err
	}
	if c.Professions, err = Professions(ctx, q); err != nil {
		return nil, err
	}
	c.Roles, err = roles(ctx, q, `ORDER BY r.id`)
	return c, err
}

// apply writes the change: what others refer to comes first.
func (c *Change) apply(ctx context.Context, tx *db.Tx, now time.Time) (err error) {
	defer errs.Wrap(&err, "people.apply")
	if c.Empty() {
		return nil
	}
	unitIDs, err := c.writeUnits(ctx, tx, now)
	if err != nil {
		return err
	}
	if err := c.writeProfessions(ctx, tx); err != nil {
		return err
	}
	if err := c.writeLeaving(ctx, tx, now); err != nil {
		return err
	}
	if err := c.writePeople(ctx, tx, unitIDs); err != nil {
		return err
	}
	return c.writeRoles(ctx, tx, unitIDs, now)
}

func (c *Change) writeProfessions(ctx context.Context, tx *db.Tx) error {
	var rows [][]any
	for _, p := range append(c.ProfessionsNew[:len(c.ProfessionsNew):len(c.ProfessionsNew)], c.ProfessionsRenamed...) {
		rows = append(rows, []any{p.Code, p.NameFI, p.NameSV, p.NameEN})
	}
	for _, r := range rows {
		if _, err := tx.ExecContext(ctx, `INSERT INTO professions (code, name_fi, name_sv, name_en) VALUES ($1, $2, $3, $4)
			ON CONFLICT (code) DO UPDATE SET name_fi = excluded.name_fi, name_sv = excluded.name_sv, name_en = excluded.name_en`, r...); err != nil {
			return err
		}
	}
	return nil
}

// writeLeaving ends what those who leave have: their sessions and the links that wait to be used. Their roles from the
// list are among RolesTaken.
func (c *Change) writeLeaving(ctx context.Context, tx *db.Tx, now time.Time) error {
	for _, d := range c.Left {
		if _, err := tx.ExecContext(ctx, `UPDATE persons SET left_at = $2, epoch = epoch + 1 WHERE id = $1`, d.ID, db.At(now)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM signins WHERE person_id = $1`, d.ID); err != nil {
			return err
		}
	}
	return nil
}

// writePeople writes everybody whom the list changes. Addresses and numbers may go round between people, so all that
// change are first set to something nobody has.
func (c *Change) writePeople(ctx context.Context, tx *db.Tx, unitIDs map[string]int64) error {
	changed := map[int64]bool{}
	for _, list := range [][]PersonChange{c.Back, c.Moved, c.Renamed, c.Updated} {
		for _, d := range list {
			changed[d.ID] = true
		}
	}
	for _, d := range append(c.Renamed[:len(c.Renamed):len(c.Renamed)], c.Back...) {
		if err := release(ctx, tx, d.ID, true); err != nil {
			return err
		}
	}
	for _, id := range c.free {
		if err := release(ctx, tx, id, false); err != nil {
			return err
		}
	}
	order := newSorter()
	var fresh [][]any
	for _, s := range c.people {
		a := s.after
		values := []any{null(a.Number), a.Email, a.folded(), a.Name, i18n.Fold(a.Name), order.key(a.Name), unitIDs[a.Unit], null(a.Profession), a.Lang, true}
		switch {
		case s.old == nil:
			fresh = append(fresh, values)
		case changed[s.old.ID]:
			if _, err := tx.ExecContext(ctx, `UPDATE persons SET staff_number = $1, email = $2, email_fold = $3, name = $4, name_fold = $5,
				name_sort = $6, unit_id = $7, profession = $8, lang = $9, listed = $10, left_at = NULL WHERE id = $11`, append(values, s.old.ID)...); err != nil {
				return err
			}
		}
	}
	// Few rows a statement: SQLite looks up each placeholder among all before it, in time that grows with their square.
	for rows := range slices.Chunk(fresh, 40) {
		if err := tx.Insert(ctx, `INSERT INTO persons (staff_number, email, email_fold, name, name_fold, name_sort, unit_id, profession, lang, listed) VALUES`, 10, rows); err != nil {
			return err
		}
	}
	return nil
}

// release frees a person's address, and the staff number too when the list gives it anew.
func release(ctx context.Context, tx *db.Tx, id int64, number bool) error {
	query := `UPDATE persons SET email_fold = $2 WHERE id = $1`
	if number {
		query = `UPDATE persons SET email_fold = $2, staff_number = NULL WHERE id = $1`
	}
	_, err := tx.ExecContext(ctx, query, id, objectOf("#", id))
	return err
}

func (c *Change) writeRoles(ctx context.Context, tx *db.Tx, unitIDs map[string]int64, now time.Time) error {
	for _, d := range c.RolesTaken {
		if _, err := tx.ExecContext(ctx, `UPDATE persons SET epoch = epoch + 1 WHERE id = (SELECT person_id FROM roles WHERE id = $1)`, d.id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM roles WHERE id = $1`, d.id); err != nil {
			return err
		}
	}
	for _, d := range c.RolesGiven {
		// By the address: somebody new has an id only now.
		email := i18n.Fold(d.Email)
		if d.person != nil {
			email = d.person.after.folded()
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO roles (person_id, role, unit_id, listed, granted_at)
			SELECT id, $2, $3, $4, $5 FROM persons WHERE email_fold = $1 ON CONFLICT DO NOTHING`,
			email, d.Role, unitIDs[d.Unit], true, db.At(now)); err != nil {
			return err
		}
	}
	return nil
}
