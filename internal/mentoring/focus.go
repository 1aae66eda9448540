package mentoring

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
)

// Focus asks the mentors of a part of the county to look at a competence area first for a time. It comes from a finding.
type Focus struct {
	ID      int64
	Finding int64 // of insight
	Unit    int64 // with everything under it
	Area    string
	From    string // first day
	To      string // last day
}

// On reports whether the focus holds on a day.
func (f Focus) On(day string) bool { return f.From <= day && day <= f.To }

// SetFocus makes a focus and returns its id.
func (s *Service) SetFocus(ctx context.Context, by int64, f Focus) (id int64, err error) {
	bad := errs.Fields{}
	for _, x := range []struct{ field, day string }{{"focus_from", f.From}, {"focus_to", f.To}} {
		if x.day == "" {
			bad.Add(x.field, "mentoring.bad-day")
		}
	}
	checkDays(&bad, "focus", f.From, f.To)
	if err := bad.Err(); err != nil {
		return 0, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		err := tx.QueryRowContext(ctx, `INSERT INTO mentoring_focuses (finding_id, unit_id, area, starts, ends, person_id, made_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`, f.Finding, f.Unit, f.Area, f.From, f.To, by, db.At(s.Now())).Scan(&id)
		if err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "mentor.focus", fmt.Sprintf("finding:%d", f.Finding), "")
	})
	return id, err
}

// EndFocus lets a focus end on the day before today.
func (s *Service) EndFocus(ctx context.Context, by, id int64) error {
	yesterday := Day(s.Now().AddDate(0, 0, -1))
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		f, err := focusByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE mentoring_focuses SET ends = $1 WHERE id = $2 AND ends > $1`, yesterday, id); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "mentor.unfocus", fmt.Sprintf("finding:%d", f.Finding), "")
	})
}

// FocusByID returns a focus; errs.NotFound when there is none.
func (s *Service) FocusByID(ctx context.Context, id int64) (Focus, error) {
	return focusByID(ctx, s.DB, id)
}

func focusByID(ctx context.Context, q db.Q, id int64) (Focus, error) {
	all, err := focuses(ctx, q, ` WHERE id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errs.New(errs.NotFound, "mentoring.no-focus")
	}
	if err != nil {
		return Focus{}, err
	}
	return all[0], nil
}

// FocusesOf are the focuses that a finding has had, the newest first.
func (s *Service) FocusesOf(ctx context.Context, finding int64) ([]Focus, error) {
	return focuses(ctx, s.DB, ` WHERE finding_id = $1 ORDER BY id DESC`, finding)
}

// FocusesOn are the focuses that hold on a day, the newest first.
func FocusesOn(ctx context.Context, q db.Q, day string) ([]Focus, error) {
	return focuses(ctx, q, ` WHERE starts <= $1 AND ends >= $1 ORDER BY id DESC`, day)
}

func focuses(ctx context.Context, q db.Q, rest string, args ...any) (_ []Focus, err error) {
	defer errs.Wrap(&err, "mentoring.focuses")
	return db.Rows(ctx, q, func(r *sql.Rows, f *Focus) error {
		return r.Scan(&f.ID, &f.Finding, &f.Unit, &f.Area, &f.From, &f.To)
	}, `SELECT id, finding_id, unit_id, area, starts, ends FROM mentoring_focuses`+rest, args...)
}

// For are the focuses that a mentor is asked to look at: of a part of the county in which the mentor serves a unit.
func For(tree *people.Tree, m *Mentor, all []Focus) (out []Focus) {
	for _, f := range all {
		under := tree.Subtree(f.Unit)
		above := tree.Path(f.Unit)
		if slices.ContainsFunc(m.Units, func(p Place) bool {
			return slices.Contains(under, p.Unit) || p.Below && slices.ContainsFunc(above, func(u people.Unit) bool { return u.ID == p.Unit })
		}) {
			out = append(out, f)
		}
	}
	return out
}
