package people

import (
	"context"
	"database/sql"
	"time"

	"taitorinki/internal/db"
)

// writeUnits writes units and returns the ids of all by their codes.
func (c *Change) writeUnits(ctx context.Context, tx *db.Tx, now time.Time) (map[string]int64, error) {
	// New units come without a parent first: it may be another new one.
	var fresh [][]any
	var rows []UnitRow
	for _, d := range c.UnitsNew {
		if d.Before.Code == "" {
			u := d.After
			fresh = append(fresh, []any{u.Code, u.NameFI, u.NameSV, u.NameEN, null(u.Headcount)})
		}
		rows = append(rows, d.After)
	}
	if err := tx.Insert(ctx, `INSERT INTO units (code, name_fi, name_sv, name_en, headcount) VALUES`, 5, fresh); err != nil {
		return nil, err
	}
	ids, err := unitIDs(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, list := range [][]UnitChange{c.UnitsMoved, c.UnitsRenamed, c.UnitsUpdated} {
		for _, d := range list {
			rows = append(rows, d.After)
		}
	}
	for _, u := range rows {
		if _, err := tx.ExecContext(ctx, `UPDATE units SET parent_id = $2, name_fi = $3, name_sv = $4, name_en = $5, headcount = $6, ended_at = NULL
			WHERE id = $1`, ids[u.Code], null(ids[u.Parent]), u.NameFI, u.NameSV, u.NameEN, null(u.Headcount)); err != nil {
			return nil, err
		}
	}
	for _, d := range c.UnitsEnded {
		if _, err := tx.ExecContext(ctx, `UPDATE units SET ended_at = $2 WHERE id = $1`, ids[d.Before.Code], db.At(now)); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func unitIDs(ctx context.Context, q db.Q) (map[string]int64, error) {
	type pair struct {
		code string
		id   int64
	}
	all, err := db.Rows(ctx, q, func(r *sql.Rows, p *pair) error { return r.Scan(&p.code, &p.id) }, `SELECT code, id FROM units`)
	ids := make(map[string]int64, len(all))
	for _, p := range all {
		ids[p.code] = p.id
	}
	return ids, err
}
