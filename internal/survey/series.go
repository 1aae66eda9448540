package survey

import (
	"context"
	"errors"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/people"
	"taitorinki/internal/survey/seal"
)

// EndSeries destroys the key of a round's series: its responses can be paired with no later round ever after. A series with
// a round that is open is errs.Conflict. By is the person who ends it.
func (s *Service) EndSeries(ctx context.Context, id, by int64) (err error) {
	defer errs.Wrap(&err, "survey.EndSeries(%d)", id)
	key, open, err := s.seriesKey(ctx, id)
	if err != nil {
		return err
	}
	if open {
		return errs.New(errs.Conflict, "survey.series-open")
	}
	// The note first: what is destroyed without one can't be told of any more.
	if err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		r, err := RoundByID(ctx, tx, id)
		if err != nil {
			return err
		}
		return people.Audit(ctx, tx, s.Now(), by, "round.series-end", "round:"+r.Code, "")
	}); err != nil {
		return err
	}
	return s.Vault.Destroy(key)
}

// seriesKey names the key of a round's series, and tells whether a round of the series can still be answered.
func (s *Service) seriesKey(ctx context.Context, id int64) (key string, open bool, err error) {
	r, err := RoundByID(ctx, s.DB, id)
	if err != nil {
		return "", false, err
	}
	first, err := RoundByID(ctx, s.DB, r.FirstOfSeries())
	if err != nil {
		return "", false, err
	}
	all, err := Rounds(ctx, s.DB)
	if err != nil {
		return "", false, err
	}
	open = slices.ContainsFunc(all, func(x Round) bool {
		return (x.State == Open || x.State == Closing) && x.FirstOfSeries() == first.ID
	})
	return seal.Series(first.Code), open, nil
}

// GoesOn reports whether later rounds can join a round's series: its key is there.
func (s *Service) GoesOn(ctx context.Context, r *Round) (bool, error) {
	if !r.Settings.Waves {
		return false, nil
	}
	key, _, err := s.seriesKey(ctx, r.ID)
	if err != nil {
		return false, err
	}
	_, err = s.Vault.Load(key)
	if errors.Is(err, seal.ErrNoKey) {
		return false, nil
	}
	return err == nil, err
}

// LastOfSeries reports whether no later round of a round's series has opened.
func LastOfSeries(ctx context.Context, q db.Q, r *Round) (bool, error) {
	all, err := Rounds(ctx, q)
	return !slices.ContainsFunc(all, func(x Round) bool {
		return x.ID > r.ID && x.State != Draft && x.FirstOfSeries() == r.FirstOfSeries()
	}), err
}
