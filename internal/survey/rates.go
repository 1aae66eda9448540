package survey

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/i18n"
	"taitorinki/internal/sdc"
	"taitorinki/internal/survey/seal"
)

// While a round is open nothing is told of it but response rates, as sdc.RateUnits and sdc.RateOf allow. They are counted
// with the round's key once a day, and only what may be told is stored; the day's rates replace those of the day before.

// rateHour is when a new day of rates begins: early enough for the morning meeting.
const rateHour = 5

// rateDay counts the days of rates from 1970, in the county's time.
func rateDay(t time.Time) int {
	y, m, d := t.In(i18n.Zone()).Add(-rateHour * time.Hour).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

// dayOfRates is the noon of a day of rates.
func dayOfRates(day int) time.Time {
	return time.Unix(int64(day)*24*60*60, 0).UTC().Add(12 * time.Hour)
}

// CountRates counts the response rates of open rounds whose rates are of another day.
func (s *Service) CountRates(ctx context.Context) error {
	return s.eachGoing(ctx, s.countRates)
}

func (s *Service) countRates(ctx context.Context, r *Round) (err error) {
	defer errs.Wrap(&err, "survey.countRates(%d)", r.ID)
	today := rateDay(s.Now())
	if rateDay(r.Begins()) >= today {
		return nil // a part of a day would tell who is at work early
	}
	if last, err := ratedOn(ctx, s.DB, r.ID); err != nil || last >= today {
		return err
	}
	key, err := s.keyWhileOpen(ctx, r)
	if err != nil || key == nil {
		return err
	}
	submitted, err := s.submittedByGroup(ctx, r, key)
	if err != nil {
		if now, stateErr := RoundByID(ctx, s.DB, r.ID); stateErr == nil && now.State != Open {
			return nil // it has closed as we looked, and its ballots are gone
		}
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := db.Changed(tx.ExecContext(ctx, `UPDATE survey_rounds SET rated_on = $2
			WHERE id = $1 AND state = 'open' AND coalesce(rated_on, 0) < $2`, r.ID, today))
		if err != nil || n == 0 {
			return err // closed, or counted by another process
		}
		g, err := loadGroups(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		return saveRates(ctx, tx, r.ID, g, submitted)
	})
}

// submittedByGroup counts the ballots of an open round that are submitted now.
func (s *Service) submittedByGroup(ctx context.Context, r *Round, key *seal.Key) (map[int]int, error) {
	in, err := s.Instrument(ctx, r.InstrumentID)
	if err != nil {
		return nil, err
	}
	states, err := newestStates(ctx, s.DB, r.ID, key)
	if err != nil {
		return nil, err
	}
	n := map[int]int{}
	for _, x := range states {
		plain, err := key.Open(x.id, x.sealed)
		if err != nil {
			return nil, err
		}
		b, err := decodeBallot(in, plain)
		if err != nil {
			return nil, err
		}
		if b.submitted {
			n[b.group]++
		}
	}
	return n, nil
}

// rateTree is the tree of a round's units under one node for the whole population, the last, as rates are told of it.
type rateTree struct {
	*roundGroups
	parents []int
	invited []int // in the node itself, each once
	told    []bool
}

func (g *roundGroups) rateTree() (t rateTree, err error) {
	whole := len(g.units)
	t = rateTree{roundGroups: g, invited: make([]int, whole+1)}
	for _, p := range g.parents {
		if p == sdc.NoParent {
			p = whole
		}
		t.parents = append(t.parents, p)
	}
	t.parents = append(t.parents, sdc.NoParent)
	for _, x := range g.groups {
		t.invited[t.at(x.Node)] += x.Size
	}
	for i, u := range g.units {
		t.invited[t.at(g.into[i])] -= u.standing // their people are in a group too
	}
	t.told, err = sdc.RateUnits(t.parents, t.invited)
	return t, err
}

// at is where a group's unit stands in the tree.
func (t *rateTree) at(node int) int {
	if node == sdc.NoParent {
		return len(t.units)
	}
	return node
}

// sum adds what is counted in each node to all nodes above it.
func (t *rateTree) sum(own []int) []int {
	all := make([]int, len(own))
	for u, n := range own {
		for at := u; at != sdc.NoParent; at = t.parents[at] {
			all[at] += n
		}
	}
	return all
}

func saveRates(ctx context.Context, tx *db.Tx, round int64, g *roundGroups, submitted map[int]int) error {
	t, err := g.rateTree()
	if err != nil {
		return err
	}
	own := make([]int, len(t.parents))
	for i, x := range g.groups {
		own[t.at(x.Node)] += submitted[i]
	}
	answered, invited := t.sum(own), t.sum(t.invited)
	if _, err := tx.ExecContext(ctx, `DELETE FROM survey_rates WHERE round_id = $1`, round); err != nil {
		return err
	}
	var rows [][]any
	for u, told := range t.told {
		if rate, ok := sdc.RateOf(min(answered[u], invited[u]), invited[u]); told && ok {
			unit := int64(0)
			if u < len(t.units) {
				unit = t.units[u].ID
			}
			rows = append(rows, []any{round, unit, rate.Percent, int(rate.Bound)})
		}
	}
	return tx.Insert(ctx, `INSERT INTO survey_rates (round_id, unit_id, percent, bound) VALUES`, 4, rows)
}

func ratedOn(ctx context.Context, q db.Q, round int64) (day int, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(rated_on, 0) FROM survey_rounds WHERE id = $1`, round).Scan(&day)
	return day, err
}

// UnitRate is the response rate of a unit and all below it, as it may be told.
type UnitRate struct {
	Unit  int64 // 0: the whole population
	Names Words // nil: the whole population
	Depth int   // told units above it
	sdc.Rate
}

// Rates are what is told of who answers an open round.
type Rates struct {
	Day   time.Time // zero: nothing has been counted yet
	units []RoundUnit
	told  map[int64]sdc.Rate
}

// RatesOf returns the latest rates of an open round. A closed round has none.
func RatesOf(ctx context.Context, q db.Q, round int64) (_ *Rates, err error) {
	defer errs.Wrap(&err, "survey.RatesOf(%d)", round)
	day, err := ratedOn(ctx, q, round)
	if err != nil || day == 0 {
		return &Rates{}, err
	}
	r := &Rates{Day: dayOfRates(day), told: map[int64]sdc.Rate{}}
	if r.units, err = RoundUnits(ctx, q, round); err != nil {
		return nil, err
	}
	err = eachRow(ctx, q, func(rows *sql.Rows) error {
		var unit int64
		var x sdc.Rate
		if err := rows.Scan(&unit, &x.Percent, &x.Bound); err != nil {
			return err
		}
		r.told[unit] = x
		return nil
	}, `SELECT unit_id, percent, bound FROM survey_rates WHERE round_id = $1`, round)
	return r, err
}

// Under lists the rates that are told of a unit and of those below it, as a tree with the units of one parent by name.
// Unit 0 is the whole population; it has no line where one unit holds everybody.
func (r *Rates) Under(lang string, unit int64) (out []UnitRate) {
	var walk func(unit int64, names Words, depth int)
	walk = func(unit int64, names Words, depth int) {
		var children []RoundUnit
		for _, u := range r.units {
			if u.Parent == unit {
				children = append(children, u)
			}
		}
		if rate, ok := r.told[unit]; ok && (unit != 0 || !r.oneHolds(children)) {
			out = append(out, UnitRate{unit, names, depth, rate})
			depth++
		}
		i18n.Sort(lang, children, func(u RoundUnit) string { return u.Names.In(lang) })
		for _, u := range children {
			walk(u.ID, u.Names, depth)
		}
	}
	walk(unit, r.Names(unit), 0)
	return out
}

// oneHolds reports whether there is one unit only, which says the same as the whole.
func (r *Rates) oneHolds(roots []RoundUnit) bool {
	if len(roots) != 1 {
		return false
	}
	_, told := r.told[roots[0].ID]
	return told
}

// Names are the names of a unit of the round; nil: the round does not know it.
func (r *Rates) Names(unit int64) Words {
	if i := slices.IndexFunc(r.units, func(u RoundUnit) bool { return u.ID == unit }); i >= 0 {
		return r.units[i].Names
	}
	return nil
}

// Nearest is the rate of a unit, or of the nearest above it that has one.
func (r *Rates) Nearest(unit int64) (x UnitRate, ok bool) {
	for {
		if rate, told := r.told[unit]; told {
			return UnitRate{Unit: unit, Names: r.Names(unit), Rate: rate}, true
		}
		if unit == 0 {
			return x, false
		}
		i := slices.IndexFunc(r.units, func(u RoundUnit) bool { return u.ID == unit })
		if i < 0 {
			return x, false
		}
		unit = r.units[i].Parent
	}
}
