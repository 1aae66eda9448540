package people

import (
	"context"
	"database/sql"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/web"
)

// Reach is the part of the county in which a visitor may do something, also in units that have ended.
type Reach struct {
	units map[int64]bool
	all   bool
}

// ReachOf reads where a visitor may do an action. It answers for many units at once what Covers answers for one, without the tree.
func ReachOf(ctx context.Context, q db.Q, v web.Visitor, a web.Action) (_ Reach, err error) {
	defer errs.Wrap(&err, "people.ReachOf(%s)", a)
	out := Reach{map[int64]bool{}, v.Everywhere(a)}
	if v.ID == 0 || out.all || len(v.Scopes[a]) == 0 {
		return out, nil
	}
	list, args := db.In(0, v.Scopes[a])
	ids, err := db.Rows(ctx, q, func(r *sql.Rows, id *int64) error { return r.Scan(id) },
		`WITH RECURSIVE down (id) AS (
			SELECT id FROM units WHERE id IN `+list+`
			UNION SELECT u.id FROM units u JOIN down ON u.parent_id = down.id)
		SELECT id FROM down`, args...)
	for _, id := range ids {
		out.units[id] = true
	}
	return out, err
}

// Has reports whether a unit is within reach; unit 0, which stands for what belongs to no unit, is in that of the whole county only.
func (r Reach) Has(unit int64) bool { return r.all || r.units[unit] }

// UnitOf returns the unit of each of the people who are still here; those without a unit have 0.
func UnitOf(ctx context.Context, q db.Q, ids []int64) (_ map[int64]int64, err error) {
	defer errs.Wrap(&err, "people.UnitOf")
	type person struct{ id, unit int64 }
	out := make(map[int64]int64, len(ids))
	for part := range slices.Chunk(ids, 500) { // an engine takes so many placeholders
		list, args := db.In(0, part)
		some, err := db.Rows(ctx, q, func(r *sql.Rows, p *person) error { return r.Scan(&p.id, (*number)(&p.unit)) },
			`SELECT id, unit_id FROM persons WHERE left_at IS NULL AND id IN `+list, args...)
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			out[p.id] = p.unit
		}
	}
	return out, nil
}

// AnyUnits reports whether there is a unit today.
func AnyUnits(ctx context.Context, q db.Q) (any bool, err error) {
	defer errs.Wrap(&err, "people.AnyUnits")
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM units WHERE ended_at IS NULL)`).Scan(&any)
	return any, err
}
