package survey

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"taitorinki/internal/errs"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/link"
	"taitorinki/internal/survey/seal"
	"taitorinki/internal/survey/wavecode"
)

// Feedback is what a respondent sees of the own answers.
type Feedback struct {
	Round      Round // without its settings, see Service.SettingsOf
	Instrument *instrument.Instrument
	Scores     []instrument.Score
	Unit       int64         // of the respondent's group while the round is open; 0: the whole population, or not known any more
	Code       wavecode.Code // the respondent's own, to be kept for the next wave; 0: none
	Earlier    []Wave        // the earlier waves of the series, the oldest first
}

// Wave is an earlier round of a series, as the holder of a code answered it.
type Wave struct {
	Round  int64
	Scores []instrument.Score // by the scales of the later round's instrument; nil: no answer with the code
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
		return f, decodeFeedback(in, plain, f)
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
	f.Scores, f.Code = in.Scores(b.answers), b.code
	if f.Unit, err = unitOfGroup(ctx, s.DB, r.ID, b.group); err != nil {
		return nil, err
	}
	if r.Settings, err = s.SettingsOf(ctx, r.ID); err != nil {
		return nil, err
	}
	if b.code != 0 && r.Settings.Series != 0 {
		waves, err := s.wavesOf(ctx, s.DB, &r, false)
		if err != nil {
			return nil, err
		}
		if f.Earlier, err = waves.earlier(in, b.code); err != nil {
			return nil, err
		}
		f.Earlier = slices.DeleteFunc(f.Earlier, func(w Wave) bool { return w.Scores == nil })
	}
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

// encodeFeedback writes a feedback in a length that depends on the round alone.
func encodeFeedback(f *Feedback) []byte {
	out := binary.BigEndian.AppendUint64(nil, uint64(f.Code))
	out = append(out, encodeScores(f.Scores)...)
	for _, w := range f.Earlier {
		out = binary.BigEndian.AppendUint64(out, uint64(w.Round))
		scores := w.Scores
		if scores == nil {
			scores = make([]instrument.Score, len(f.Scores))
		}
		out = append(out, encodeScores(scores)...)
	}
	return out
}

func decodeFeedback(in *instrument.Instrument, data []byte, f *Feedback) (err error) {
	size := scoreSize * len(in.Scales)
	if len(data) < 8+size || (len(data)-8-size)%(8+size) != 0 {
		return errors.New("survey: feedback of another instrument")
	}
	f.Code = wavecode.Code(binary.BigEndian.Uint64(data))
	if f.Scores, err = decodeScores(in, data[8:8+size]); err != nil {
		return err
	}
	for data = data[8+size:]; len(data) > 0; data = data[8+size:] {
		w := Wave{Round: int64(binary.BigEndian.Uint64(data))}
		if w.Scores, err = decodeScores(in, data[8:8+size]); err != nil {
			return err
		}
		if slices.ContainsFunc(w.Scores, func(x instrument.Score) bool { return x.OK }) {
			f.Earlier = append(f.Earlier, w)
		}
	}
	return nil
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
