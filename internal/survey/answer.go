package survey

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"taitorinki/internal/errs"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/survey/seal"
)

// Why a link does not lead to the questions. Each has a kind page of its own.
var (
	ErrMistyped   = errs.New(errs.NotFound, "survey.link-mistyped")
	ErrUnknown    = errs.New(errs.NotFound, "survey.link-unknown")
	ErrNotStarted = errs.New(errs.Conflict, "survey.link-not-started")
	ErrOver       = errs.New(errs.Conflict, "survey.link-over")
	ErrUsed       = errs.New(errs.Conflict, "survey.link-used")
)

// Sheet is one respondent's answers as they stand, with what is needed to show them.
type Sheet struct {
	Round      *Round // without its settings, see Service.SettingsOf
	Instrument *instrument.Instrument
	Answers    instrument.Answers
	Submitted  bool
	Tag        string // tells one ballot from another in a form, without saying which it is

	id     seal.BallotID
	key    *seal.Key
	sealed []byte
	ballot *ballot
}

// Sheet opens the sheet of a personal link. A submitted sheet is returned together with ErrUsed.
func (s *Service) Sheet(ctx context.Context, code string) (*Sheet, error) {
	round, token, err := link.Parse(link.Invitation, code)
	if err != nil {
		return nil, ErrMistyped
	}
	key, err := s.key(round)
	if err != nil {
		return nil, s.whyNoKey(ctx, round, err)
	}
	return s.sheet(ctx, round, key, key.Ballot(token))
}

// whyNoKey tells why a round has no key: it is over, or not there, or the key is lost.
func (s *Service) whyNoKey(ctx context.Context, round string, lost error) error {
	r, err := RoundByCode(ctx, s.DB, round)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return ErrUnknown
	case err != nil:
		return err
	case r.State == Draft:
		return ErrUnknown
	case r.Over(s.Now()):
		return &Ended{ErrOver, r}
	}
	return lost
}

// Ended is ErrOver, ErrNotStarted or ErrUsed with the round it is about.
type Ended struct {
	Err   error
	Round Round
}

func (e *Ended) Error() string { return e.Err.Error() }

// Unwrap gives the reason.
func (e *Ended) Unwrap() error { return e.Err }

func (s *Service) sheet(ctx context.Context, round string, key *seal.Key, id seal.BallotID) (*Sheet, error) {
	x, err := s.readSlot(ctx, round, id)
	if err != nil {
		if errs.KindOf(err) == errs.NotFound {
			return nil, ErrUnknown
		}
		return nil, err
	}
	switch now := s.Now(); {
	case x.round.State == Draft:
		return nil, ErrUnknown
	case x.round.Over(now):
		return nil, &Ended{ErrOver, x.round}
	case x.sealed == nil:
		return nil, ErrUnknown
	case !x.round.Started(now):
		return nil, &Ended{ErrNotStarted, x.round}
	}
	in, err := s.Instrument(ctx, x.round.InstrumentID)
	if err != nil {
		return nil, err
	}
	plain, err := key.Open(id, x.sealed)
	if err != nil {
		return nil, err
	}
	b, err := decodeBallot(in, plain)
	if err != nil {
		return nil, err
	}
	sh := &Sheet{Round: &x.round, Instrument: in, Answers: b.answers, Submitted: b.submitted, Tag: tag(id), id: id, key: key, sealed: x.sealed, ballot: b}
	if b.submitted {
		return sh, &Ended{ErrUsed, x.round}
	}
	return sh, nil
}

func tag(id seal.BallotID) string {
	h := sha256.Sum256(append([]byte("taitorinki ballot tag "), id[:]...))
	return hex.EncodeToString(h[:6])
}

var errStop = errors.New("nothing to write")

// change reads a ballot, lets f change it, and writes it back unless somebody else wrote it in between; then it begins
// anew. When it returns nil the change is on the disk. f may return errStop to leave the ballot as it is.
func (s *Service) change(ctx context.Context, sh *Sheet, f func(b *ballot) error) error {
	cur := sh
	for range 100 {
		if err := f(cur.ballot); err != nil {
			if errors.Is(err, errStop) {
				*sh = *cur
				return nil
			}
			return err
		}
		plain, err := cur.ballot.encode(cur.Instrument)
		if err != nil {
			return err
		}
		sealed := cur.key.Seal(cur.id, plain)
		ok, err := s.replaceSlot(ctx, cur.Round, cur.id, cur.sealed, sealed)
		if err != nil {
			return err
		}
		if ok {
			cur.sealed, cur.Answers, cur.Submitted = sealed, cur.ballot.answers, cur.ballot.submitted
			*sh = *cur
			return nil
		}
		next, err := s.sheet(ctx, cur.Round.Code, cur.key, cur.id)
		if err != nil && next == nil {
			return err
		}
		cur = next
	}
	return errors.New("survey: a ballot changes without end")
}

// Given is one answer as it came from a form: the values of one item.
type Given struct {
	Item   int
	Values []string
}

// Save stores answers in an unsubmitted sheet. Those that are not valid are left out and returned as problems; the
// others are saved all the same. single says that they came one by one as they were given, see evenOut.
func (s *Service) Save(ctx context.Context, sh *Sheet, given []Given, single bool) (problems []instrument.Problem, err error) {
	in := sh.Instrument
	canon := make(map[int]string, len(given))
	for _, g := range given {
		v, err := in.Canonical(g.Item, g.Values)
		if p, bad := errors.AsType[instrument.Problem](err); bad {
			problems = append(problems, p)
			continue
		}
		if err != nil {
			return nil, err
		}
		canon[g.Item] = v
	}
	err = s.change(ctx, sh, func(b *ballot) error {
		if b.submitted {
			return &Ended{ErrUsed, *sh.Round}
		}
		// Also when nothing changes: a page left empty must cost the write that an answered one costs.
		for i, v := range canon {
			b.answers[i] = v
			b.counted[i] = b.counted[i] || single
		}
		return nil
	})
	return problems, err
}

// evenOut makes questions that were skipped cost as many writes as those that were answered one by one. Without it, who
// holds the database's log could count a ballot's writes and compare them with how many answers a response has.
func (s *Service) evenOut(ctx context.Context, sh *Sheet, page int) error {
	for _, it := range sh.Instrument.Pages[page].Items {
		if sh.ballot.counted[it.Index] {
			continue
		}
		if err := s.change(ctx, sh, func(b *ballot) error {
			if b.counted[it.Index] {
				return errStop // another device has paid
			}
			b.counted[it.Index] = true
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// Submit hands the sheet in. The same form sent twice (the same nonce) is one submission and succeeds both times; a
// second form finds ErrUsed. It returns the secret of the respondent's feedback.
func (s *Service) Submit(ctx context.Context, sh *Sheet, nonce uint64) (link.Secret, error) {
	if slices.Contains(sh.ballot.counted, true) { // pages that were left by another way than their button
		for page := range sh.Instrument.Pages {
			if err := s.evenOut(ctx, sh, page); err != nil {
				return link.Secret{}, err
			}
		}
	}
	err := s.change(ctx, sh, func(b *ballot) error {
		switch {
		case b.submitted && b.nonce == nonce:
			return errStop
		case b.submitted:
			return &Ended{ErrUsed, *sh.Round}
		}
		b.submitted, b.nonce = true, nonce
		b.answers = sh.Instrument.Clean(b.answers)
		return nil
	})
	if err != nil {
		return link.Secret{}, err
	}
	return sh.key.FeedbackSecret(sh.id), nil
}

// Withdraw takes a submitted or begun sheet back: the slot is as it was at opening, and the link can be used anew.
func (s *Service) Withdraw(ctx context.Context, sh *Sheet) error {
	return s.change(ctx, sh, func(b *ballot) error {
		*b = *newBallot(sh.Instrument, b.group)
		return nil
	})
}
