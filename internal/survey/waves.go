package survey

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/survey/instrument"
	"taitorinki/internal/survey/seal"
	"taitorinki/internal/survey/wavecode"
)

// FirstOfSeries is the round that a series is named by.
func (r *Round) FirstOfSeries() int64 {
	if r.Settings.Series != 0 {
		return r.Settings.Series
	}
	return r.ID
}

// Earlier are the closed rounds of a round's series that opened before it, the oldest first.
func Earlier(ctx context.Context, q db.Q, r *Round) (out []Round, err error) {
	defer errs.Wrap(&err, "survey.Earlier(%d)", r.ID)
	if r.Settings.Series == 0 {
		return nil, nil
	}
	all, err := Rounds(ctx, q)
	if err != nil {
		return nil, err
	}
	slices.Reverse(all)
	for _, x := range all {
		if x.State == Closed && x.ID < r.ID && x.FirstOfSeries() == r.Settings.Series {
			out = append(out, x)
		}
	}
	return out, nil
}

// waves pairs a round's answers with those of the earlier rounds of its series.
type waves struct {
	key  *seal.Key // of the series; nil: answers are not paired
	past []pastWave
}

// pastWave is an earlier round. Find gives the answers that were given with a code, by item id: nil for none, or where two
// respondents used the same one.
type pastWave struct {
	round int64
	in    *instrument.Instrument
	find  func(pair []byte) (map[string]string, error)
}

// wavesOf returns what pairs a round's answers. Its earlier rounds are asked one answer at a time, or read whole when all
// answers are paired at once. The round has its settings.
func (s *Service) wavesOf(ctx context.Context, q db.Q, r *Round, whole bool) (w waves, err error) {
	defer errs.Wrap(&err, "survey.wavesOf(%d)", r.ID)
	if !r.Settings.Waves {
		return w, nil
	}
	first := *r
	if r.Settings.Series != 0 {
		if first, err = RoundByID(ctx, q, r.Settings.Series); err != nil {
			return w, err
		}
	}
	if w.key, err = s.Vault.Load(seal.Series(first.Code)); errors.Is(err, seal.ErrNoKey) {
		slog.Error("the key of a series is missing: its waves are not paired", "round", r.Code)
		return waves{}, nil
	}
	if err != nil {
		return w, err
	}
	past, err := Earlier(ctx, q, r)
	if err != nil {
		return w, err
	}
	for _, x := range past {
		p := pastWave{round: x.ID}
		if p.in, err = s.Instrument(ctx, x.InstrumentID); err != nil {
			return w, err
		}
		p.find = func(pair []byte) (map[string]string, error) { return answersByPair(ctx, q, x.ID, pair) }
		if whole {
			if p.find, err = readPairs(ctx, q, x.ID); err != nil {
				return w, err
			}
		}
		w.past = append(w.past, p)
	}
	return w, nil
}

// answersByPair returns the answers of a round that were given with one code.
func answersByPair(ctx context.Context, q db.Q, round int64, pair []byte) (map[string]string, error) {
	all, err := db.Rows(ctx, q, func(r *sql.Rows, a *map[string]string) error {
		var text string
		if err := r.Scan(&text); err != nil {
			return err
		}
		return json.Unmarshal([]byte(text), a)
	}, `SELECT answers FROM survey_responses WHERE pair = $1 AND round_id = $2 LIMIT 2`, pair, round)
	if err != nil || len(all) != 1 {
		return nil, err
	}
	return all[0], nil
}

func readPairs(ctx context.Context, q db.Q, round int64) (func(pair []byte) (map[string]string, error), error) {
	all, err := Responses(ctx, q, round)
	if err != nil {
		return nil, err
	}
	by := make(map[string]map[string]string, len(all))
	for _, a := range all {
		if _, twice := by[a.Pair]; twice {
			by[a.Pair] = nil
		} else {
			by[a.Pair] = a.Answers
		}
	}
	return func(pair []byte) (map[string]string, error) { return by[string(pair)], nil }, nil
}

// pair is what stands for a code beside a response; nil: nothing.
func (w *waves) pair(code wavecode.Code) []byte {
	if w.key == nil || code == 0 {
		return nil
	}
	return w.key.Pair(uint64(code))
}

// earlier are the scores of the code's holder in each earlier wave, by the scales of in. There is one for each wave,
// whether the holder was in it or not.
func (w *waves) earlier(in *instrument.Instrument, code wavecode.Code) (out []Wave, err error) {
	for _, p := range w.past {
		x := Wave{Round: p.round}
		if pair := w.pair(code); pair != nil {
			a, err := p.find(pair)
			if err != nil {
				return nil, err
			}
			if a != nil {
				x.Scores = ScoresBy(in, p.in, answersTo(p.in, a))
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// ScoresBy counts the scores of answers to the instrument was, and gives them in the order of the scales of in, by their ids.
func ScoresBy(in, was *instrument.Instrument, answers instrument.Answers) []instrument.Score {
	out := make([]instrument.Score, len(in.Scales))
	for _, sc := range was.Scores(answers) {
		for i, scale := range in.Scales {
			if scale.ID == was.Scales[sc.Scale].ID {
				out[i] = sc
			}
		}
	}
	for i := range out {
		out[i].Scale = i
	}
	return out
}
