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
	"taitorinki/internal/survey/wavecode"
)

// Why a link does not lead to the questions. Each has a kind page of its own.
var (
	ErrMistyped   = errs.New(errs.NotFound, "survey.link-mistyped")
	ErrUnknown    = errs.New(errs.NotFound, "survey.link-unknown")
	ErrNotStarted = errs.New(errs.Conflict, "survey.link-not-started")
	ErrOver       = errs.New(errs.Conflict, "survey.link-over")
	ErrUsed       = errs.New(errs.Conflict, "survey.link-used")
	ErrSlipTaken  = errs.New(errs.Conflict, "survey.slip-taken")
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
	state  ballotState
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
	x, err := s.newestState(ctx, round, key, id)
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
	b, err := x.open(in, key, id)
	if err != nil {
		return nil, err
	}
	sh := &Sheet{Round: &x.round, Instrument: in, Answers: b.answers, Submitted: b.submitted, Tag: tag(id), id: id, key: key, state: x, ballot: b}
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

// change lets f change a ballot and adds what it is now, unless somebody else changed it in between; then it begins anew
// with that. When it returns nil the change is on the disk. f may return errStop to leave the ballot as it is.
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
		next := cur.state
		next.n++
		next.sealed = cur.key.Seal(cur.key.State(cur.id, next.n), plain)
		ok, err := s.addState(ctx, cur.key, cur.id, next)
		if err != nil {
			return err
		}
		if ok {
			cur.state, cur.Answers, cur.Submitted = next, cur.ballot.answers, cur.ballot.submitted
			*sh = *cur
			return nil
		}
		again, err := s.sheet(ctx, cur.Round.Code, cur.key, cur.id)
		if err != nil && again == nil {
			return err
		}
		cur = again
	}
	return errors.New("survey: a ballot changes without end")
}

// Given is one answer as it came from a form: the values of one item.
type Given struct {
	Item   int
	Values []string
	Seen   Revision // the answer that it takes the place of; 0: whatever is there
}

// Save stores answers in an unsubmitted sheet. Those that are not valid, and those that would take the place of an answer
// that their giver has not seen, are left out and returned as problems; the others are saved all the same.
func (s *Service) Save(ctx context.Context, sh *Sheet, given []Given) (problems []instrument.Problem, err error) {
	return s.save(ctx, sh, given, func(*ballot) int { return 0 })
}

// SaveOne is Save for one answer as it is given.
func (s *Service) SaveOne(ctx context.Context, sh *Sheet, g Given) (problems []instrument.Problem, err error) {
	return s.save(ctx, sh, []Given{g}, func(b *ballot) (owed int) {
		b.pay(g.Item)
		for _, it := range sh.Instrument.Pages[sh.Instrument.Items[g.Item].Page].Items {
			if it.Index < g.Item {
				owed += b.pay(it.Index) // passed over
			}
		}
		return owed
	})
}

// LeavePage is Save for a page (from 0) whose answers have been saved as they were given.
func (s *Service) LeavePage(ctx context.Context, sh *Sheet, page int, given []Given) (problems []instrument.Problem, err error) {
	return s.save(ctx, sh, given, func(b *ballot) (owed int) {
		for _, it := range sh.Instrument.Pages[page].Items {
			owed += b.pay(it.Index)
		}
		return owed
	})
}

func (s *Service) save(ctx context.Context, sh *Sheet, given []Given, pay func(b *ballot) (owed int)) (problems []instrument.Problem, err error) {
	in := sh.Instrument
	canon := make(map[int]wish, len(given))
	for _, g := range given {
		v, err := in.Canonical(g.Item, g.Values)
		if p, bad := errors.AsType[instrument.Problem](err); bad {
			problems = append(problems, p)
			continue
		}
		if err != nil {
			return nil, err
		}
		canon[g.Item] = wish{v, g.Seen}
	}
	var owed int
	var elsewhere []instrument.Problem
	err = s.change(ctx, sh, func(b *ballot) error {
		if b.submitted {
			return &Ended{ErrUsed, *sh.Round}
		}
		// A row follows also when nothing changes: a page left empty must cost the row that an answered one costs, and an
		// answer that is not taken the row of one that is.
		elsewhere = b.take(in, canon)
		owed = pay(b)
		return nil
	})
	if err == nil {
		s.owe(sh.Round.ID, len(sh.state.sealed), owed)
	}
	return append(problems, elsewhere...), err
}

// Submit hands the sheet in. The same form sent twice (the same nonce) is one submission and succeeds both times; a
// second form finds ErrUsed. It returns the secret of the respondent's feedback.
func (s *Service) Submit(ctx context.Context, sh *Sheet, nonce uint64) (link.Secret, error) {
	return s.SubmitWith(ctx, sh, nonce, 0)
}

// SubmitWith is Submit with the code by which the respondent pairs waves; 0: without.
func (s *Service) SubmitWith(ctx context.Context, sh *Sheet, nonce uint64, code wavecode.Code) (link.Secret, error) {
	var owed int
	err := s.change(ctx, sh, func(b *ballot) error {
		owed = 0
		switch {
		case b.submitted && b.nonce == nonce:
			return errStop
		case b.submitted:
			return &Ended{ErrUsed, *sh.Round}
		}
		b.answers = sh.Instrument.Clean(b.answers)
		if !slices.ContainsFunc(b.answers, func(a string) bool { return a != "" }) {
			return errs.New(errs.Invalid, NothingAnswered) // it would count as a response and say nothing
		}
		b.submitted, b.nonce, b.code = true, nonce, code
		if slices.Contains(b.counted, true) { // pages that were left by another way than their button
			for i := range b.counted {
				owed += b.pay(i)
			}
		}
		return nil
	})
	if err != nil {
		return link.Secret{}, err
	}
	s.owe(sh.Round.ID, len(sh.state.sealed), owed)
	return sh.key.FeedbackSecret(sh.id), nil
}

// Withdraw takes a submitted or begun sheet back: the ballot is empty as it was at opening, and the link can be used anew.
func (s *Service) Withdraw(ctx context.Context, sh *Sheet) error {
	return s.change(ctx, sh, func(b *ballot) error {
		fresh := newBallot(sh.Instrument, b.group)
		for i := range fresh.revisions { // a page from before must not bring its answers back
			fresh.revisions[i] = b.revisions[i].next()
		}
		fresh.taken = b.taken
		*b = *fresh
		return nil
	})
}

// FromSlip reports whether the sheet came from a paper slip, which is of no use any more.
func (sh *Sheet) FromSlip() bool { return sh.ballot.taken }

// NothingAnswered is what is wrong with a sheet that is handed in without any answer.
const NothingAnswered = "survey.send-nothing"
