package supportlog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"taitorinki/internal/catalog"
	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/mentoring"
	"taitorinki/internal/people"
)

// settled is how many days after a quarter its figures are made: an entry may come a week late, and be corrected for another.
const settled = DaysBack + DaysOpen + 1

// kept is for how many months an entry is kept.
const kept = 24

// quarterOf is the quarter of a day, 2026Q3.
func quarterOf(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%dQ%d", t.Year(), (int(t.Month())+2)/3)
}

// daysOf are the first and the last day of a quarter.
func daysOf(quarter string) (from, to string) {
	var year, n int
	if _, err := fmt.Sscanf(quarter, "%dQ%d", &year, &n); err != nil {
		return "", ""
	}
	first := time.Date(year, time.Month(3*n-2), 1, 0, 0, 0, 0, time.UTC)
	return first.Format(time.DateOnly), first.AddDate(0, 3, -1).Format(time.DateOnly)
}

// Freeze makes the figures of every quarter whose entries can change no more and that has none yet. What is made stays as it is.
func (s *Service) Freeze(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "supportlog.Freeze")
	first, err := firstDay(ctx, s.DB)
	if err != nil || first == "" {
		return err
	}
	made, err := quarters(ctx, s.DB)
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for _, q := range made {
		done[q.name] = true
	}
	for q := quarterOf(first); ; {
		_, last := daysOf(q)
		if mentoring.DaysFrom(last, settled) >= s.today() {
			return nil
		}
		if !done[q] {
			if err := s.freeze(ctx, q); err != nil {
				return err
			}
		}
		q = quarterOf(mentoring.DaysFrom(last, 1))
	}
}

// freeze makes and stores the figures of a quarter, once: of two servers the second finds them made.
func (s *Service) freeze(ctx context.Context, quarter string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err := readCounty(ctx, tx)
		if err != nil {
			return err
		}
		from, to := daysOf(quarter)
		all, err := workOf(ctx, tx, from, to)
		if err != nil {
			return err
		}
		parts, err := c.parts(ctx, tx, all)
		if err != nil {
			return err
		}
		return storeQuarter(ctx, tx, quarter, c, publish(c.parent, parts, c.reach), s.Now())
	})
}

// county is the units, areas and mentors of the day, by their place in a list.
type county struct {
	units   []int64 // parents first
	areas   []string
	parent  []int
	reach   [][]int
	unitAt  map[int64]int
	areaAt  map[string]int
	mentors map[int64]int
}

func readCounty(ctx context.Context, q db.Q) (*county, error) {
	tree, err := people.LoadTree(ctx, q)
	if err != nil {
		return nil, err
	}
	areas, err := catalog.Areas(ctx, q)
	if err != nil {
		return nil, err
	}
	all, err := mentoring.Mentors(ctx, q)
	if err != nil {
		return nil, err
	}
	c := &county{unitAt: map[int64]int{}, areaAt: map[string]int{}, mentors: map[int64]int{}}
	for _, root := range tree.Roots() {
		for _, id := range tree.Subtree(root.ID) {
			u, _ := tree.Unit(id)
			up := -1
			if at, ok := c.unitAt[u.ParentID]; ok {
				up = at
			}
			c.unitAt[id] = len(c.units)
			c.units, c.parent = append(c.units, id), append(c.parent, up)
		}
	}
	for _, a := range areas {
		c.area(a.ID)
	}
	for i := range all {
		c.mentors[all[i].ID] = i
		var reach []int
		for _, p := range all[i].Units {
			under := []int64{p.Unit}
			if p.Below {
				under = tree.Subtree(p.Unit)
			}
			for _, id := range under {
				if at, ok := c.unitAt[id]; ok {
					reach = append(reach, at)
				}
			}
		}
		c.reach = append(c.reach, reach)
	}
	return c, nil
}

// area is the place of an area, which is added when it is not there any more.
func (c *county) area(id string) int {
	at, ok := c.areaAt[id]
	if !ok {
		at = len(c.areas)
		c.areaAt[id] = at
		c.areas = append(c.areas, id)
	}
	return at
}

// parts puts work into the units of the day: what was done for a unit that has ended counts for the nearest above it that has not.
func (c *county) parts(ctx context.Context, q db.Q, all []work) (out []part, err error) {
	moved := map[int64]int{}
	for _, w := range all {
		at, ok := c.unitAt[w.unit]
		if !ok {
			if at, ok = moved[w.unit]; !ok {
				if at, err = c.standsFor(ctx, q, w.unit); err != nil {
					return nil, err
				}
				moved[w.unit] = at
			}
		}
		if at >= 0 {
			out = append(out, part{c.mentors[w.mentor], at, c.area(w.area), w.minutes})
		}
	}
	return out, nil
}

func (c *county) standsFor(ctx context.Context, q db.Q, unit int64) (int, error) {
	for unit != 0 {
		if at, ok := c.unitAt[unit]; ok {
			return at, nil
		}
		u, err := people.UnitByID(ctx, q, unit)
		if err != nil {
			return -1, err
		}
		unit = u.ParentID
	}
	return -1, nil
}

// frozen is a quarter whose figures are made.
type frozen struct {
	name   string
	themes [][]string // ids of the areas that are told together
}

// figure is what is told of a unit in a quarter.
type figure struct {
	quarter string
	unit    int64
	hours   int   // rounded to tens
	shares  []int // whole percents by the quarter's themes; none when not told
}

func storeQuarter(ctx context.Context, tx *db.Tx, quarter string, c *county, t told, at time.Time) (err error) {
	defer errs.Wrap(&err, "supportlog.storeQuarter(%s)", quarter)
	themes := [][]string{}
	for _, areas := range t.themes {
		var ids []string
		for _, a := range areas {
			ids = append(ids, c.areas[a])
		}
		themes = append(themes, ids)
	}
	b, err := json.Marshal(themes)
	if err != nil {
		return err
	}
	n, err := db.Changed(tx.ExecContext(ctx, `INSERT INTO mentoring_support_quarters (quarter, themes, made_at) VALUES ($1, $2, $3) ON CONFLICT (quarter) DO NOTHING`,
		quarter, string(b), db.At(at)))
	if err != nil || n == 0 {
		return err
	}
	var rows [][]any
	for u, id := range c.units {
		hours, shown := t.hours[u]
		if !shown {
			continue
		}
		shares, err := json.Marshal(append([]int{}, t.shares[u]...))
		if err != nil {
			return err
		}
		rows = append(rows, []any{quarter, id, hours, string(shares)})
	}
	return tx.Insert(ctx, `INSERT INTO mentoring_support_figures (quarter, unit_id, hours, shares) VALUES`, 4, rows)
}

// quarters are those whose figures are made, the newest first.
func quarters(ctx context.Context, q db.Q) (_ []frozen, err error) {
	defer errs.Wrap(&err, "supportlog.quarters")
	return db.Rows(ctx, q, func(r *sql.Rows, f *frozen) error {
		var themes string
		if err := r.Scan(&f.name, &themes); err != nil {
			return err
		}
		return json.Unmarshal([]byte(themes), &f.themes)
	}, `SELECT quarter, themes FROM mentoring_support_quarters ORDER BY quarter DESC`)
}

func scanFigure(r *sql.Rows, f *figure) error {
	var shares string
	if err := r.Scan(&f.quarter, &f.unit, &f.hours, &shares); err != nil {
		return err
	}
	return json.Unmarshal([]byte(shares), &f.shares)
}

const figureColumns = `SELECT quarter, unit_id, hours, shares FROM mentoring_support_figures`

// figuresOf are the figures of a unit by quarter.
func figuresOf(ctx context.Context, q db.Q, unit int64) (_ map[string]figure, err error) {
	defer errs.Wrap(&err, "supportlog.figuresOf(%d)", unit)
	all, err := db.Rows(ctx, q, scanFigure, figureColumns+` WHERE unit_id = $1`, unit)
	out := make(map[string]figure, len(all))
	for _, f := range all {
		out[f.quarter] = f
	}
	return out, err
}

// figuresIn are the figures of a quarter by unit.
func figuresIn(ctx context.Context, q db.Q, quarter string) (_ map[int64]figure, err error) {
	defer errs.Wrap(&err, "supportlog.figuresIn(%s)", quarter)
	all, err := db.Rows(ctx, q, scanFigure, figureColumns+` WHERE quarter = $1`, quarter)
	out := make(map[int64]figure, len(all))
	for _, f := range all {
		out[f.unit] = f
	}
	return out, err
}

// Support is what is told of support on one theme in a time.
type Support struct {
	Hours    int // rounded to tens in each quarter
	Quarters int // of which Hours tells
	Hidden   int // quarters in the time of which nothing is told
}

// CountSince tells how much support was given on an area in a unit, with everything under it, in the quarters that begin on a day
// or later and end on another or before. It adds up what is published, and so tells nothing else.
func (s *Service) CountSince(ctx context.Context, area string, unit int64, from, to string) (out Support, err error) {
	defer errs.Wrap(&err, "supportlog.CountSince(%s, %d)", area, unit)
	made, err := quarters(ctx, s.DB)
	if err != nil {
		return out, err
	}
	told, err := figuresOf(ctx, s.DB, unit)
	if err != nil {
		return out, err
	}
	for _, q := range made {
		if first, last := daysOf(q.name); first < from || last > to {
			continue
		}
		share, ok := q.share(told[q.name], area)
		if !ok {
			out.Hidden++
			continue
		}
		out.Quarters++
		out.Hours += (told[q.name].hours*share + 500) / 1000 * 10
	}
	return out, nil
}

// share is the share of an area in a figure; ok is false when it is not told by itself.
func (q frozen) share(f figure, area string) (percent int, ok bool) {
	for i, ids := range q.themes {
		if len(ids) == 1 && ids[0] == area && i < len(f.shares) {
			return f.shares[i], true
		}
	}
	return 0, false
}

// rest is the share of the areas that are told together; ok is false when it is not told.
func (q frozen) rest(f figure) (percent int, ok bool) {
	for i, ids := range q.themes {
		if len(ids) > 1 && i < len(f.shares) {
			return f.shares[i], true
		}
	}
	return 0, false
}

// forgetOld deletes entries of two years ago and more: their quarters' figures are made, and nobody is in these. Emptied ones go
// when no device can bring them back.
func (s *Service) forgetOld(ctx context.Context) error {
	before := mentoring.Day(s.Now().AddDate(0, -kept, 0))
	if err := s.Freeze(ctx); err != nil { // so that none is deleted uncounted
		return err
	}
	return deleteOld(ctx, s.DB, before, s.Now().AddDate(0, 0, -60))
}
