package survey

import (
	"context"
	"database/sql"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/sdc"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/survey/seal"
)

// A paper slip is a ballot of a unit that belongs to nobody. Whoever scans its code and presses "begin" takes it into use
// and is given a personal link of their own; after that the slip opens nothing. So a slip that lies about, or has been
// photographed, never shows what somebody else answered.

// MostSlips is how many slips a sheet can have.
const MostSlips = 500

// Slip is one paper slip. Nothing tells whether it has been used.
type Slip struct {
	ID, UnitID int64
	Sheet      int // those made at once
}

// Slips returns all slips of a round.
func Slips(ctx context.Context, q db.Q, round int64) (_ []Slip, err error) {
	defer errs.Wrap(&err, "survey.Slips(%d)", round)
	return db.Rows(ctx, q, func(r *sql.Rows, x *Slip) error { return r.Scan(&x.ID, &x.UnitID, &x.Sheet) },
		`SELECT id, unit_id, sheet FROM survey_slips WHERE round_id = $1 ORDER BY id`, round)
}

// AddSlips makes n slips for a unit of an open round, 1 to MostSlips, and returns the number of their sheet. The first ones
// stand for people of the unit who are invited and have no address; each of the others counts as one more person invited. By
// is who makes them.
func (s *Service) AddSlips(ctx context.Context, round, unit int64, n int, by int64) (sheet int, err error) {
	defer errs.Wrap(&err, "survey.AddSlips(%d, %d)", round, unit)
	if n < 1 || n > MostSlips {
		return 0, errs.New(errs.Invalid, "survey.slips-number", "most", MostSlips)
	}
	r, err := RoundByID(ctx, s.DB, round)
	if err != nil {
		return 0, err
	}
	if r.State != Open || r.Over(s.Now()) {
		return 0, errs.New(errs.Conflict, "survey.not-open")
	}
	key, err := s.key(r.Code)
	if err != nil {
		return 0, err
	}
	in, err := s.Instrument(ctx, r.InstrumentID)
	if err != nil {
		return 0, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		// The row is locked by this, so that a closing comes before or after.
		open, err := db.Changed(tx.ExecContext(ctx, `UPDATE survey_rounds SET invited = invited WHERE id = $1 AND state = 'open'`, round))
		if err != nil {
			return err
		}
		if open == 0 {
			return errs.New(errs.Conflict, "survey.not-open")
		}
		group, err := slipGroup(ctx, tx, round, unit, n)
		if err != nil {
			return err
		}
		if err := countSlips(ctx, tx, round, unit, n); err != nil {
			return err
		}
		if sheet, err = writeSlips(ctx, tx, round, unit, n); err != nil {
			return err
		}
		made, err := Slips(ctx, tx, round)
		if err != nil {
			return err
		}
		groups := map[seal.BallotID]int{}
		for _, x := range made {
			if x.Sheet == sheet {
				groups[key.Ballot(key.Owner(key.Slip(x.ID)))] = group
			}
		}
		if err := layBallots(ctx, tx, round, in, key, groups); err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "round.slips", "round:"+r.Code, people.Detail("n", n))
	})
	return sheet, err
}

func writeSlips(ctx context.Context, tx *db.Tx, round, unit int64, n int) (sheet int, err error) {
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(sheet), 0) + 1 FROM survey_slips WHERE round_id = $1`, round).Scan(&sheet); err != nil {
		return 0, err
	}
	rows := make([][]any, n)
	for i := range rows {
		rows[i] = []any{round, unit, sheet}
	}
	return sheet, tx.Insert(ctx, `INSERT INTO survey_slips (round_id, unit_id, sheet) VALUES`, 3, rows)
}

// slipGroup finds what the responses of new slips will say of their respondents: the unit as it answers, of no profession,
// since paper knows none.
func slipGroup(ctx context.Context, tx *db.Tx, round, unit int64, n int) (group int, err error) {
	g, err := loadGroups(ctx, tx, round)
	if err != nil {
		return 0, err
	}
	node := g.node(unit)
	if node == sdc.NoParent {
		return 0, errs.New(errs.Invalid, "survey.slips-unit")
	}
	of, err := g.join(ctx, tx, round, slices.Repeat([]sdc.Member{{Node: node, Category: sdc.NoCategory}}, n))
	if err != nil {
		return 0, err
	}
	return of[0], nil // all are alike
}

// countSlips counts new slips as people invited. The first of them stand for those of the unit who are invited by name and
// have no address: they have been counted.
func countSlips(ctx context.Context, tx *db.Tx, round, unit int64, n int) error {
	waiting, err := Unreached(ctx, tx, round)
	if err != nil {
		return err
	}
	standing := min(n, waiting[unit])
	if _, err := tx.ExecContext(ctx, `UPDATE survey_rounds SET invited = invited + $2 WHERE id = $1`, round, n-standing); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE survey_round_units SET invited = invited + $3, standing = standing + $4 WHERE round_id = $1 AND unit_id = $2`,
		round, unit, n-standing, standing)
	return err
}

// Unreached counts by unit the people who are invited by name, have no address, and for whom no slip stands yet.
func Unreached(ctx context.Context, q db.Q, round int64) (_ map[int64]int, err error) {
	defer errs.Wrap(&err, "survey.Unreached(%d)", round)
	unitOf := map[int64]int64{}
	var ids []int64
	if err := eachRow(ctx, q, func(r *sql.Rows) error {
		var person, unit int64
		err := r.Scan(&person, &unit)
		unitOf[person] = unit
		ids = append(ids, person)
		return err
	}, `SELECT person_id, coalesce(unit_id, 0) FROM survey_invitations WHERE round_id = $1`, round); err != nil {
		return nil, err
	}
	invited, err := people.PersonsByID(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	n := map[int64]int{}
	for _, p := range invited {
		if p.Email == "" && p.Left.IsZero() {
			n[unitOf[p.ID]]++
		}
	}
	err = eachRow(ctx, q, func(r *sql.Rows) error {
		var unit int64
		var standing int
		err := r.Scan(&unit, &standing)
		n[unit] = max(n[unit]-standing, 0)
		return err
	}, `SELECT unit_id, standing FROM survey_round_units WHERE round_id = $1`, round)
	return n, err
}

// SlipCodes returns the codes printed on a sheet of an open round, and the sheet's unit.
func (s *Service) SlipCodes(ctx context.Context, r *Round, sheet int) (unit int64, codes []string, err error) {
	defer errs.Wrap(&err, "survey.SlipCodes(%d, %d)", r.ID, sheet)
	if r.State != Open {
		return 0, nil, errs.New(errs.Conflict, "survey.not-open")
	}
	key, err := s.key(r.Code)
	if err != nil {
		return 0, nil, err
	}
	all, err := Slips(ctx, s.DB, r.ID)
	if err != nil {
		return 0, nil, err
	}
	for _, x := range all {
		if x.Sheet == sheet {
			unit = x.UnitID
			codes = append(codes, link.Format(link.Slip, r.Code, key.Slip(x.ID)))
		}
	}
	if len(codes) == 0 {
		return 0, nil, errs.New(errs.NotFound, "web.not-found")
	}
	return unit, codes, nil
}

// Slip opens the ballot of a slip, and gives the personal link's code of whoever takes it into use.
func (s *Service) Slip(ctx context.Context, code string) (sh *Sheet, personal string, err error) {
	round, secret, err := link.Parse(link.Slip, code)
	if err != nil {
		return nil, "", ErrMistyped
	}
	key, err := s.key(round)
	if err != nil {
		return nil, "", s.whyNoKey(ctx, round, err)
	}
	token := key.Owner(secret)
	sh, err = s.sheet(ctx, round, key, key.Ballot(token))
	if sh != nil && sh.ballot.taken {
		err = &Ended{ErrSlipTaken, *sh.Round}
	}
	return sh, link.Format(link.Invitation, round, token), err
}

// TakeSlip takes a slip into use and returns the code of the personal link that replaces it. The same form sent twice (the
// same nonce) succeeds both times; everybody else finds ErrSlipTaken.
func (s *Service) TakeSlip(ctx context.Context, code string, nonce uint64) (personal string, err error) {
	sh, personal, err := s.Slip(ctx, code)
	if sh == nil {
		return "", err
	}
	err = s.change(ctx, sh, func(b *ballot) error {
		switch {
		case b.taken && b.nonce == nonce && !b.submitted:
			return errStop
		case b.taken:
			return &Ended{ErrSlipTaken, *sh.Round}
		}
		b.taken, b.nonce = true, nonce
		return nil
	})
	if err != nil {
		return "", err
	}
	return personal, nil
}
