package survey

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/outbox"
	"taitorinki/internal/people"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/seal"
)

// CloseRound ends answering, turns the ballots into responses and destroys the key. It can be called again after a crash
// at any point, and goes on where it was. By is the person who closes, 0 the operator.
func (s *Service) CloseRound(ctx context.Context, id, by int64) error {
	return s.closeRound(ctx, id, by, "round.close")
}

// closeRound closes a round; the action is what the log says of it.
func (s *Service) closeRound(ctx context.Context, id, by int64, action string) (err error) {
	defer errs.Wrap(&err, "survey.CloseRound(%d)", id)
	r, err := RoundByID(ctx, s.DB, id)
	if err != nil {
		return err
	}
	switch r.State {
	case Draft:
		return errs.New(errs.Conflict, "survey.not-open")
	case Closed:
		return s.Vault.Destroy(r.Code)
	}
	key, err := s.key(r.Code)
	if err != nil {
		if now, stateErr := RoundByID(ctx, s.DB, id); stateErr == nil && now.State == Closed {
			return nil // another process has just closed it, and destroyed the key
		}
		return err
	}
	in, err := s.Instrument(ctx, r.InstrumentID)
	if err != nil {
		return err
	}
	if err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := db.Changed(tx.ExecContext(ctx, `UPDATE survey_rounds SET state = 'closing' WHERE id = $1 AND state = 'open'`, id))
		if err != nil || n == 0 {
			return err // closing had begun before
		}
		if err := people.Audit(ctx, tx, s.Now(), by, action, "round:"+r.Code, ""); err != nil {
			return err
		}
		if err := s.forgetReminders(ctx, tx, &r); err != nil {
			return err
		}
		// Beside the final figures the last rates would tell who answered after them.
		if _, err := tx.ExecContext(ctx, `DELETE FROM survey_rates WHERE round_id = $1`, id); err != nil {
			return err
		}
		return outbox.Drop(ctx, tx, r.Topic())
	}); err != nil {
		return err
	}
	defer s.states.clear()
	defer s.reminded.clear()
	if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.count(ctx, tx, &r, in, key) }); err != nil {
		return err
	}
	return s.Vault.Destroy(r.Code)
}

type counted struct {
	id      int64
	group   int
	answers string
	pair    any // []byte, or nil
}

type sealedFeedback struct{ id, sealed []byte }

// count takes the ballots away and writes what they held, in an order and under keys that have nothing to do with them.
func (s *Service) count(ctx context.Context, tx *db.Tx, r *Round, in *instrument.Instrument, key *seal.Key) error {
	n, err := db.Changed(tx.ExecContext(ctx, `UPDATE survey_rounds SET state = 'closed', closed_at = $2 WHERE id = $1 AND state = 'closing'`, r.ID, db.At(s.Now())))
	if err != nil || n == 0 {
		return err // another process has closed it
	}
	ballots, err := takeStates(ctx, tx, r.ID, key)
	if err != nil {
		return err
	}
	waves, err := s.wavesOf(ctx, tx, r, true)
	if err != nil {
		return err
	}
	var responses []counted
	var feedbacks []sealedFeedback
	for _, x := range ballots {
		plain, err := key.Open(x.id, x.sealed)
		if err != nil {
			return err
		}
		b, err := decodeBallot(in, plain)
		if err != nil {
			return err
		}
		if !b.submitted {
			continue
		}
		answers, err := json.Marshal(byItem(in, b.answers))
		if err != nil {
			return err
		}
		x1 := counted{id: db.RandomID(), group: b.group, answers: string(answers)}
		if pair := waves.pair(b.code); pair != nil {
			x1.pair = pair
		}
		responses = append(responses, x1)
		earlier, err := waves.earlier(in, b.code)
		if err != nil {
			return err
		}
		secret := key.FeedbackSecret(x.ballot)
		f := Feedback{Scores: in.Scores(b.answers), Code: b.code, Earlier: earlier}
		feedbacks = append(feedbacks, sealedFeedback{seal.FeedbackID(secret), seal.SealFeedback(secret, encodeFeedback(&f))})
	}
	slices.SortFunc(responses, func(a, b counted) int { return cmp.Compare(a.id, b.id) })
	slices.SortFunc(feedbacks, func(a, b sealedFeedback) int { return bytes.Compare(a.id, b.id) })
	var rows [][]any
	for _, x := range responses {
		rows = append(rows, []any{x.id, r.ID, x.group, x.answers, x.pair})
	}
	if err := tx.Insert(ctx, `INSERT INTO survey_responses (id, round_id, grp, answers, pair) VALUES`, 5, rows); err != nil {
		return err
	}
	rows = nil
	for _, x := range feedbacks {
		rows = append(rows, []any{x.id, r.ID, x.sealed})
	}
	if err := tx.Insert(ctx, `INSERT INTO survey_feedbacks (id, round_id, sealed) VALUES`, 3, rows); err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, `UPDATE survey_rounds SET responses = $2 WHERE id = $1`, r.ID, len(responses)); err != nil || s.Closed == nil {
		return err
	}
	return s.Closed(ctx, tx, r)
}

func byItem(in *instrument.Instrument, a instrument.Answers) map[string]string {
	m := map[string]string{}
	for i, v := range a {
		if v != "" {
			m[in.Items[i].ID] = v
		}
	}
	return m
}

// Recover finishes at start what a crash interrupted: a closing that had begun, and keys of rounds that have closed. A
// key whose round is unknown is left alone: it may belong to a database that is about to be restored.
func (s *Service) Recover(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "survey.Recover")
	rounds, err := Rounds(ctx, s.DB)
	if err != nil {
		return err
	}
	var all error
	for _, r := range rounds {
		if r.State == Closing || r.State == Closed {
			if err := s.CloseRound(ctx, r.ID, 0); err != nil {
				all = errors.Join(all, fmt.Errorf("round %s: %w", r.Code, err))
			}
		}
	}
	return all
}

// CloseDue closes the rounds whose time is over, and sweeps up keys of rounds that are closed.
func (s *Service) CloseDue(ctx context.Context) error {
	rounds, err := Rounds(ctx, s.DB)
	if err != nil {
		return err
	}
	var all error
	for _, r := range rounds {
		if r.State == Open && r.Over(s.Now()) {
			all = errors.Join(all, s.closeRound(ctx, r.ID, 0, "round.close-due"))
		}
	}
	return errors.Join(all, s.sweepKeys(rounds))
}

// sweepKeys sees to it that no key outlives its round in this process or in the folder, whichever process closed it.
func (s *Service) sweepKeys(rounds []Round) error {
	s.Vault.Forget()
	kept, err := s.Vault.Rounds()
	if err != nil {
		return err
	}
	for _, r := range rounds {
		if r.State == Closed && slices.Contains(kept, r.Code) {
			err = errors.Join(err, s.Vault.Destroy(r.Code))
		}
	}
	return err
}
