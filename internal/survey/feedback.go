package survey

import (
	"context"
	"encoding/binary"
	"errors"
	"math"

	"taitorinki/internal/errs"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/survey/seal"
)

// Feedback is what a respondent sees of the own answers.
type Feedback struct {
	Round      Round // without its settings, see Service.SettingsOf
	Instrument *instrument.Instrument
	Scores     []instrument.Score
}

// ErrNoFeedback tells that a feedback link leads nowhere: the answer was withdrawn or never given.
var ErrNoFeedback = errs.New(errs.NotFound, "survey.no-feedback")

// FeedbackOf opens a feedback by its code. While the round is open it is counted from the ballot, afterwards it is read
// from what was sealed for the holder of the code.
func (s *Service) FeedbackOf(ctx context.Context, code string) (*Feedback, error) {
	round, secret, err := link.Parse(link.Feedback, code)
	if err != nil {
		return nil, ErrMistyped
	}
	key, noKey := s.key(round)
	var x ballotState
	if noKey == nil {
		x, err = s.newestState(ctx, round, key, key.BallotOfFeedback(secret))
	} else {
		x.round, err = RoundByCode(ctx, s.DB, round)
	}
	if err != nil {
		return nil, err
	}
	r := x.round
	in, err := s.Instrument(ctx, r.InstrumentID)
	if err != nil {
		return nil, err
	}
	f := &Feedback{Round: r, Instrument: in}
	if r.State == Closed {
		sealed, err := feedbackRow(ctx, s.DB, secret)
		if err != nil {
			return nil, err
		}
		plain, err := seal.OpenFeedback(secret, sealed)
		if err != nil {
			return nil, err
		}
		f.Scores, err = decodeScores(in, plain)
		return f, err
	}
	if noKey != nil {
		return nil, noKey
	}
	b, err := x.open(in, key, key.BallotOfFeedback(secret))
	if err != nil {
		return nil, err
	}
	if b == nil || !b.submitted {
		return nil, ErrNoFeedback
	}
	f.Scores = in.Scores(b.answers)
	return f, nil
}

const scoreSize = 8 + 2 + 2 + 1

// encodeScores writes scores in a length that depends on the instrument alone.
func encodeScores(scores []instrument.Score) []byte {
	out := make([]byte, 0, scoreSize*len(scores))
	for _, sc := range scores {
		out = binary.BigEndian.AppendUint64(out, math.Float64bits(sc.Mean))
		out = binary.BigEndian.AppendUint16(out, uint16(sc.Answered))
		out = binary.BigEndian.AppendUint16(out, uint16(sc.Of))
		ok := byte(0)
		if sc.OK {
			ok = 1
		}
		out = append(out, ok)
	}
	return out
}

func decodeScores(in *instrument.Instrument, data []byte) ([]instrument.Score, error) {
	if len(data) != scoreSize*len(in.Scales) {
		return nil, errors.New("survey: feedback of another instrument")
	}
	out := make([]instrument.Score, len(in.Scales))
	for i := range out {
		d := data[i*scoreSize:]
		out[i] = instrument.Score{
			Scale: i, Mean: math.Float64frombits(binary.BigEndian.Uint64(d)),
			Answered: int(binary.BigEndian.Uint16(d[8:])), Of: int(binary.BigEndian.Uint16(d[10:])), OK: d[12] == 1,
		}
	}
	return out, nil
}
