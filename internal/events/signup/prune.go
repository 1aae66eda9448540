package signup

import (
	"context"
	"time"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/outbox"
)

// How long things are kept.
const (
	keepGuests  = 30 * 24 * time.Hour      // after the event
	keepStaff   = 2 * 365 * 24 * time.Hour // after the event: so long it is seen who has been trained
	keepNeeds   = 24 * time.Hour           // after the event, so that a host can still arrange what was promised
	keepAsked   = 48 * time.Hour           // a sign-up that nobody confirmed, and one that a guest withdrew
	keepLetters = 30 * 24 * time.Hour      // to whom mail went
	keepTries   = 48 * time.Hour
)

// prune forgets what is not needed any more. The numbers of an event stay: a line loses all that tells of whose it is.
func (s *Service) prune(ctx context.Context) error {
	now := s.Now()
	err := s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		defer errs.Wrap(&err, "signup.prune")
		for _, x := range []struct {
			stmt string
			args []any
		}{
			{`DELETE FROM event_signup_letters WHERE made_at < $1`, []any{db.At(now.Add(-keepLetters))}},
			{`DELETE FROM event_needs WHERE signup_id IN (SELECT s.id FROM event_signups s JOIN events e ON e.id = s.event_id WHERE e.ends_at < $1)`,
				[]any{db.At(now.Add(-keepNeeds))}},
			{`DELETE FROM event_signups WHERE person_id IS NULL AND state IN ('asked', 'gone') AND number IS NULL AND made_at < $1
				AND NOT EXISTS (SELECT 1 FROM event_signup_letters l WHERE l.signup_id = event_signups.id AND l.made_at > $1)`, []any{db.At(now.Add(-keepAsked))}},
			{`DELETE FROM event_signup_tokens WHERE signup_id IN (SELECT s.id FROM event_signups s JOIN events e ON e.id = s.event_id WHERE e.ends_at < $1)`,
				[]any{db.At(now.Add(-keepGuests))}},
			{`UPDATE event_signups SET name = '', email = '', email_fold = '', lang = '' WHERE person_id IS NULL AND email_fold <> ''
				AND event_id IN (SELECT id FROM events WHERE ends_at < $1)`, []any{db.At(now.Add(-keepGuests))}},
			{`UPDATE event_signups SET person_id = NULL WHERE person_id IS NOT NULL AND event_id IN (SELECT id FROM events WHERE ends_at < $1)`,
				[]any{db.At(now.Add(-keepStaff))}},
			{`DELETE FROM event_tries WHERE hour < $1`, []any{now.Add(-keepTries).Unix() / 3600}},
		} {
			if _, err := tx.ExecContext(ctx, x.stmt, x.args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.release(ctx); err != nil {
		return err
	}
	return outbox.Prune(ctx, s.DB, letterTopic, now.Add(-keepLetters))
}

// release gives back what people hold at coming events who no longer work here, so that no place stays empty for them.
func (s *Service) release(ctx context.Context) error {
	all, err := read(ctx, s.DB, `WHERE person_id IS NOT NULL AND state IN ('place', 'offered', 'waiting') AND event_id IN (SELECT id FROM events WHERE starts_at > $1)
		ORDER BY id`, db.At(s.Now()))
	if err != nil {
		return err
	}
	here, err := personsOf(ctx, s.DB, all)
	if err != nil {
		return err
	}
	for _, x := range all {
		if _, ok := here[x.Person]; ok {
			continue
		}
		if err := s.Withdraw(ctx, x.ID); err != nil {
			return err
		}
	}
	return nil
}
